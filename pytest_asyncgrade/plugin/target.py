"""Reads from pytest's command line which graders to use, and whose programs to grade."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.grading import Exercise, Roster
from pytest_asyncgrade.grading.discovery import Target, default_target, target_of_word

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def read_target(config: pytest.Config) -> Roster:
    """Let pytest collect the graders that are meant, and return the submissions; UsageError if there are none."""
    here = config.invocation_params.dir
    if config.args_source is config.ArgsSource.ARGS:
        meant = {word: target_of_word(word, here) for word in config.args}
    else:
        meant = {"": _default_target(config)}
    config.args[:] = [
        arg for word, target in meant.items() for arg in ([word] if target is None else map(str, target.graders))
    ]
    option = config.option
    if option.submission is None and option.submissions is None:
        found = [target for target in meant.values() if target is not None]
        option.submission = _submission(found)  # an option, so that workers of pytest-xdist get it, too
    return Roster(option.submission, option.submissions)


def _submission(targets: list[Target]) -> Path | None:
    """Return the one file or folder that is meant; None for the starters of the graders, wherever they are."""
    folders = {None if _is_starters(target) else target.submission for target in targets}
    if len(folders) > 1:
        names = ", ".join(str(target.submission or target.graders[0]) for target in targets)
        msg = f"--grade: these programs are in different folders, {names}: name one at a time"
        raise UsageError(msg)
    return folders.pop() if folders else None


def _is_starters(target: Target) -> bool:
    """Tell whether the programs are those that are graded when nobody names any."""
    if target.submission is None:
        return True
    roster, exercises = Roster(target.submission), map(Exercise.of_grader, target.graders)
    return all(roster.handed_in(one, "").script.resolve() == one.starter.resolve() for one in exercises)


def _default_target(config: pytest.Config) -> Target:
    """Return all graders of the folder ``graders`` of where pytest was called, or those of the programs there.

    The root comes last: pytest takes the value of ``--submission`` for a hint at where it is.
    """
    here = config.invocation_params.dir
    if target := default_target(here):
        return target
    if (config.rootpath / "graders").is_dir():
        return Target((config.rootpath / "graders",))
    msg = f"--grade: there is no folder {here / 'graders'}: name the graders, as in `pytest --grade path/to/graders`"
    raise UsageError(msg)
