"""``asyncgrade grade``: pytest in a clean interpreter, so that what it grades has no say in how.

No folder of the submission's, nor the current one, is on the module path; settings, root and plugins are given.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterable

_PLUGINS = ("pytest_asyncgrade.plugin", "pytest_asyncio.plugin", "pytest_timeout")
_SETTINGS = "[pytest]\nasyncio_default_fixture_loop_scope = function\n"
_START = (
    "import sys; sys.path += sys.argv[1].split({separator!r}); del sys.argv[1]; import pytest; sys.exit(pytest.main())"
)


def grade(graders: Path, options: Iterable[str]) -> NoReturn:
    """Grade with the graders in a file or folder, and exit with pytest's status."""
    with TemporaryDirectory(prefix="asyncgrade-") as name:
        settings = Path(name, "pytest.ini")
        settings.write_text(_SETTINGS, encoding="utf-8")
        folder = graders if graders.is_dir() else graders.parent
        command = [
            sys.executable, "-I", "-c", _START.format(separator=os.pathsep), os.pathsep.join(_installed()),
            "--grade", str(graders), "-c", str(settings), f"--rootdir={folder}", f"--confcutdir={folder}",
            "-p", "no:cacheprovider", *(word for plugin in _PLUGINS for word in ("-p", plugin)), *options,
        ]  # fmt: skip
        status = subprocess.run(command, cwd=name, env=_environment(), check=False).returncode  # noqa: S603  # ours
    sys.exit(status)


def _installed() -> list[str]:
    """Return where this package, pytest and its plugins are imported from."""
    ours = Path(__file__).parents[2]
    return list(dict.fromkeys([*filter(_is_installed, sys.path), str(ours)]))


def _is_installed(path: str) -> bool:
    return path.endswith(("site-packages", "dist-packages"))


def _environment() -> dict[str, str]:
    """Return our environment, less what changes Python or pytest."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))}
    return kept | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONUTF8": "1"}
