"""Finds files of the graded repository that could influence this pytest session.

With ``asyncgrade grade`` none can.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_asyncgrade.libraries import LIBRARIES
from pytest_asyncgrade.sandbox import reason_to_leave_behind

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from pytest_asyncgrade.grading import Roster

_VARIABLES = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")
_SUFFIXES = (".py", ".pth", ".dist-info")


def meddlers(config: pytest.Config, roster: Roster) -> list[str]:
    """Return the names of settings, modules and variables that may be the student's, not the teacher's.

    Settings of pytest count as the teacher's if the graders are in the same repository.
    """
    repository = _repository((roster.submission or roster.submissions or config.invocation_params.dir).resolve())
    graders = [Path(arg.partition("::")[0]).resolve() for arg in config.args]
    theirs = {*_loaded(repository), *_at_the_top(repository)}
    theirs = {path for path in theirs if not any(path.is_relative_to(grader) for grader in graders)}
    if config.inipath and config.inipath.is_relative_to(repository):
        theirs |= set() if any(grader.is_relative_to(repository) for grader in graders) else {config.inipath}
    return [*map(str, sorted(theirs)), *(name for name in _VARIABLES if os.environ.get(name))]


def _loaded(repository: Path) -> Iterator[Path]:
    """Yield the files of loaded modules in the repository, except installed ones and ours."""
    not_theirs = (*LIBRARIES, str(Path(__file__).parents[1]))
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and file.startswith(str(repository)) and not file.startswith(not_theirs):
            yield Path(file)


def _at_the_top(repository: Path) -> Iterator[Path]:
    """Yield the files at the top of a repository that would configure Python or pytest, or shadow a module."""
    for path in repository.iterdir():
        if path.name.endswith(_SUFFIXES) and reason_to_leave_behind(path.name):
            yield path


def _repository(path: Path) -> Path:
    """Return the repository of a file or folder; the folder if it is in none."""
    folder = path if path.is_dir() else path.parent
    return next((parent for parent in (folder, *folder.parents) if (parent / ".git").exists()), folder)
