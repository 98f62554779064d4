#!/usr/bin/env bash
# Gradescope runs this once, when it builds the autograder.
set -euo pipefail
root="${ASYNCGRADE_ROOT:-/autograder}"

apt-get update -qq
apt-get install -y -qq bubblewrap python3-pip
# Gradescope's systems have an older Python; uv brings one of its own
python3 -m pip install --quiet uv || python3 -m pip install --quiet --break-system-packages uv
UV_PYTHON_INSTALL_DIR="$root/python" python3 -m uv venv --quiet --python @PYTHON@ "$root/venv"
python3 -m uv pip install --quiet --python "$root/venv/bin/python" "pytest-asyncgrade==@VERSION@"@ALSO@
