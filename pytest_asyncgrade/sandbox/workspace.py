"""A private place for one run: a copy of the submission's own files, and files that catch what it writes.

The child works on a copy, so that nothing it does to its files reaches the student's or the next run.  What would
configure Python, or shadow a module that the program imports, stays behind.
"""

from __future__ import annotations

import importlib.util
import shutil
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_CONFIGURES = {"conftest.py", "sitecustomize.py", "usercustomize.py", "pyproject.toml", "pytest.ini", "setup.cfg",
               "tox.ini", "__pycache__"}  # fmt: skip
_SUFFIXES = {".pth", ".dist-info", ".egg-info", ".pyc", ".so", ".pyd"}
MAX_FILE = 5_000_000
"""Largest file copied, in bytes."""
MAX_FILES = 200


@dataclass(frozen=True, slots=True)
class Workspace:
    """The folders of one run: the copied submission, and the files behind the child's standard streams."""

    folder: Path
    stdin: Path
    stdout: Path
    stderr: Path
    scenarios: Path | None


@contextmanager
def workspace(script: Path, *, alone: bool, stdin: str, scenarios: Path | None) -> Iterator[Workspace]:
    """Make a private copy of a submission and, when its run is over, remove it.

    `alone` leaves the script's neighbours behind: they are other students' files.
    """
    with tempfile.TemporaryDirectory(prefix="asyncgrade-", ignore_cleanup_errors=True) as name:
        root = Path(name).resolve()
        folder, streams = root / "submission", root / "streams"
        folder.mkdir()
        streams.mkdir()
        shutil.copyfile(script, folder / script.name)
        if not alone:
            _copy_neighbours(script, folder)
        place = Workspace(
            folder,
            streams / "stdin",
            streams / "stdout",
            streams / "stderr",
            root / "grader" / "scenarios.py" if scenarios else None,
        )
        place.stdin.write_text(stdin, encoding="utf-8")
        place.stdout.touch()
        place.stderr.touch()
        if scenarios and place.scenarios:
            place.scenarios.parent.mkdir()
            shutil.copyfile(scenarios, place.scenarios)
        yield place


def _copy_neighbours(script: Path, folder: Path) -> None:
    """Copy the helper modules and data files beside a script, and those in packages below."""
    for count, path in enumerate(sorted(script.parent.rglob("*"))):
        relative = path.relative_to(script.parent)
        if count > MAX_FILES:
            break
        if path != script and path.is_file() and _is_wanted(path, relative):
            target = folder / relative
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


def _is_wanted(path: Path, relative: Path) -> bool:
    parts = relative.parts
    if any(part.startswith(".") or part in _CONFIGURES or Path(part).suffix in _SUFFIXES for part in parts):
        return False
    if any(parent.is_symlink() for parent in (path, *path.parents[: len(parts) - 1])):
        return False
    return path.stat().st_size <= MAX_FILE and not _shadows(Path(parts[0]))


def _shadows(first: Path) -> bool:
    """Tell whether a file or folder at the top would be imported instead of an installed module."""
    if first.suffix not in {"", ".py"}:
        return False
    return first.stem in sys.stdlib_module_names or importlib.util.find_spec(first.stem) is not None
