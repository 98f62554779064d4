"""Finds what to grade with, and what to grade, from what was said on pytest's command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.grading import Exercise, Source
from pytest_asyncgrade.grading.whereabouts import Whereabouts, of_folder, of_word

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def find(config: pytest.Config) -> Source:
    """Let pytest collect the graders that are meant, and return the submissions; UsageError if there are none."""
    here = config.invocation_params.dir
    if config.args_source is config.ArgsSource.ARGS:
        meant = {word: of_word(word, here) for word in config.args}
    else:
        meant = {"": _without_a_word(config)}
    config.args[:] = [
        arg for word, place in meant.items() for arg in ([word] if place is None else map(str, place.graders))
    ]
    option = config.option
    if option.submission is None and option.submissions is None:
        option.submission = _submission([place for place in meant.values() if place is not None])  # workers get it, too
    return Source(option.submission, option.submissions)


def _submission(places: list[Whereabouts]) -> Path | None:
    """Return the one file or folder that is meant; None for the starters of the graders, wherever they are."""
    folders = {None if _is_starters(place) else place.submission for place in places}
    if len(folders) > 1:
        msg = f"--grade: these programs are in different folders, {_list(places)}: name one at a time"
        raise UsageError(msg)
    return folders.pop() if folders else None


def _list(places: list[Whereabouts]) -> str:
    return ", ".join(str(place.submission or place.graders[0]) for place in places)


def _is_starters(place: Whereabouts) -> bool:
    """Tell whether the programs are the ones that would be graded if nothing was said of programs."""
    if place.submission is None:
        return True
    source, exercises = Source(place.submission), map(Exercise.of_grader, place.graders)
    return all(source.handed_in(one, "").script.resolve() == one.starter.resolve() for one in exercises)


def _without_a_word(config: pytest.Config) -> Whereabouts:
    """Return all graders of the folder ``graders`` of where pytest was called, or those of the programs here.

    The root comes last: pytest takes the value of ``--submission`` for a hint at where it is.
    """
    here = config.invocation_params.dir
    if (here / "graders").is_dir():
        return Whereabouts((here / "graders",))
    if place := of_folder(here):
        return place
    if (config.rootpath / "graders").is_dir():
        return Whereabouts((config.rootpath / "graders",))
    msg = f"--grade: there is no folder {here / 'graders'}: name the graders, as in `pytest --grade path/to/graders`"
    raise UsageError(msg)
