"""pytest in a clean interpreter, which the graded files cannot influence.

Neither a folder of the submission nor the current one is on the module path; settings, root and plugins are given.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_PLUGINS = ("pytest_asyncgrade.plugin", "pytest_asyncio.plugin", "pytest_timeout")
_SETTINGS = "[pytest]\nasyncio_default_fixture_loop_scope = function\n"
_PATH = "import sys; sys.path += sys.argv[1].split({separator!r}); del sys.argv[1]; "
_START = "import pytest; sys.exit(pytest.main())"


def grade_cleanly(
    graders: Path, options: Iterable[str], *, timeout: float | None = None, capture: bool = False
) -> subprocess.CompletedProcess[str]:
    """Grade with the graders in a file or folder, and return pytest's end, with what it printed if that is captured.

    `timeout` is in real seconds; subprocess.TimeoutExpired if pytest takes longer.
    """
    with TemporaryDirectory(prefix="asyncgrade-") as name:
        command = [*clean_command(_START), *clean_arguments(graders, options, Path(name))]
        pipe = subprocess.PIPE if capture else None
        return subprocess.run(  # noqa: S603  # ours
            command, cwd=name, env=clean_environment(measured=not capture), check=False, timeout=timeout, stdout=pipe,
            stderr=subprocess.STDOUT if capture else None, encoding="utf-8" if capture else None,
            errors="backslashreplace" if capture else None,
        )  # fmt: skip


def clean_command(code: str) -> list[str]:
    """Return a command that runs code of ours in a clean interpreter."""
    return [sys.executable, "-I", "-c", _PATH.format(separator=os.pathsep) + code, os.pathsep.join(_installed())]


def clean_arguments(graders: Path, options: Iterable[str], folder: Path) -> list[str]:
    """Return the arguments with which pytest grades; its settings are written into an empty folder."""
    settings = folder / "pytest.ini"
    settings.write_text(_SETTINGS, encoding="utf-8")
    root = graders if graders.is_dir() else graders.parent
    return [
        "--grade", str(graders), "-c", str(settings), f"--rootdir={root}", f"--confcutdir={root}",
        "-p", "no:cacheprovider", *(word for plugin in _PLUGINS for word in ("-p", plugin)), *options,
    ]  # fmt: skip


def _installed() -> list[str]:
    """Return the folders that this package, pytest and its plugins are imported from."""
    ours = Path(__file__).parents[1]
    return list(dict.fromkeys([*filter(_is_installed, sys.path), str(ours)]))


def _is_installed(path: str) -> bool:
    return path.endswith(("site-packages", "dist-packages"))


def clean_environment(*, measured: bool) -> dict[str, str]:
    """Return our environment without the variables that change Python or pytest, or let coverage measure it."""
    left_out = ("PYTHON", "PYTEST") if measured else ("PYTHON", "PYTEST", "COVERAGE_PROCESS")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    return kept | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONUTF8": "1"}
