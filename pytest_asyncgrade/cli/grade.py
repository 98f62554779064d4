"""``asyncgrade grade``: pytest in a clean interpreter, which the graded files cannot influence.

Neither a folder of the submission nor the current one is on the module path; settings, root and plugins are given.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NoReturn

from pytest_asyncgrade.errors import AsyncgradeError

if TYPE_CHECKING:
    from collections.abc import Iterable

_PLUGINS = ("pytest_asyncgrade.plugin", "pytest_asyncio.plugin", "pytest_timeout")
_SETTINGS = "[pytest]\nasyncio_default_fixture_loop_scope = function\n"
_START = (
    "import sys; sys.path += sys.argv[1].split({separator!r}); del sys.argv[1]; import pytest; sys.exit(pytest.main())"
)


_BROKEN = 3
"""Exit status if a check is in error: there are reports, but no reliable grade."""
_WHY = {
    2: "it was interrupted",
    4: "it was asked for in a way that cannot work; the error above says what to do",
    5: "there is no check in the graders",
}
OVERTIME_SECONDS = 120.0
"""Real seconds after the deadline of a grading until it is given up: for the run under way, and the reports."""


class NotGradedError(AsyncgradeError):
    """There is no grade, by a mistake of the teacher or the platform; the message says which."""


def grade(graders: Path, options: Iterable[str]) -> NoReturn:
    """Grade with the graders in a file or folder, and exit with pytest's status."""
    sys.exit(_run(graders, options, None))


def graded(graders: Path, options: Iterable[str], *, seconds: float | None) -> bool:
    """Grade for a platform; tell whether the grade is reliable.

    After `seconds` no further run begins, and `OVERTIME_SECONDS` later the grading is given up; None for no limit.
    NotGradedError if there is no grade at all.
    """
    if not graders.exists():
        msg = f"there are no graders in {graders}"
        raise NotGradedError(msg)
    deadline = [] if seconds is None else [f"--grade-deadline={seconds:g}"]
    end = None if seconds is None else seconds + OVERTIME_SECONDS
    try:
        status = _run(graders, [*options, *deadline], end)
    except subprocess.TimeoutExpired:
        msg = f"the grading was given up after {end:g} s: a grader does not come to its end"
        raise NotGradedError(msg) from None
    if status not in {0, 1, _BROKEN}:
        msg = f"the grading ended with status {status}: {_WHY.get(status, 'it was killed')}"
        raise NotGradedError(msg)
    return status != _BROKEN


def _run(graders: Path, options: Iterable[str], timeout: float | None) -> int:
    with TemporaryDirectory(prefix="asyncgrade-") as name:
        settings = Path(name, "pytest.ini")
        settings.write_text(_SETTINGS, encoding="utf-8")
        folder = graders if graders.is_dir() else graders.parent
        command = [
            sys.executable, "-I", "-c", _START.format(separator=os.pathsep), os.pathsep.join(_installed()),
            "--grade", str(graders), "-c", str(settings), f"--rootdir={folder}", f"--confcutdir={folder}",
            "-p", "no:cacheprovider", *(word for plugin in _PLUGINS for word in ("-p", plugin)), *options,
        ]  # fmt: skip
        return subprocess.run(command, cwd=name, env=_environment(), check=False, timeout=timeout).returncode  # noqa: S603  # ours


def _installed() -> list[str]:
    """Return the folders that this package, pytest and its plugins are imported from."""
    ours = Path(__file__).parents[2]
    return list(dict.fromkeys([*filter(_is_installed, sys.path), str(ours)]))


def _is_installed(path: str) -> bool:
    return path.endswith(("site-packages", "dist-packages"))


def _environment() -> dict[str, str]:
    """Return our environment without the variables that change Python or pytest."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))}
    return kept | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONUTF8": "1"}
