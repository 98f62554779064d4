"""What a grader's test says of itself: its points and its exercise in marks, its name in the docstring."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade.errors import AsyncgradeError
from pytest_asyncgrade.grading import Exercise, PartialPoints, Points, Visibility
from pytest_asyncgrade.grading.hints import hint_for
from pytest_asyncgrade.trace.plain import shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_asyncgrade.grading.aspect import Aspect
    from pytest_asyncgrade.trace import Trace

_EXERCISES = pytest.StashKey[dict[tuple[Path, str | None], Exercise]]()
"""The exercises of a session, by the grader's folder and the name in the mark: they are read once."""

_PARTIAL = pytest.StashKey[PartialPoints]()


def partial_points_of(item: pytest.Item) -> PartialPoints:
    """Return what a check says of its own points, made anew for each time it is run."""
    item.stash[_PARTIAL] = PartialPoints(points_of(item).points)
    return item.stash[_PARTIAL]


def earned_by(item: pytest.Item) -> float | None:
    """Return the points that a check says are earned; None if it says nothing."""
    partial = item.stash.get(_PARTIAL, None)
    return None if partial is None else partial.given


def points_of(item: pytest.Item) -> Points:
    """Return what a check is worth; pytest.UsageError names the check if its mark is wrong."""
    mark = item.get_closest_marker("points")
    hidden = Path(item.path).name in exercise_of(item).hidden.files
    visibility = Visibility.HIDDEN if hidden else Visibility.VISIBLE
    try:
        if mark is None:
            return Points(visibility=visibility)
        return Points.parse(item.nodeid, mark.args, mark.kwargs, visibility=visibility)
    except AsyncgradeError as error:
        raise pytest.UsageError(str(error)) from None


def hint_of(item: pytest.Item, traces: Iterable[Trace], about: Aspect) -> str:
    """Return the hint of a check that failed on these runs, where it looked at this; empty if none helps."""
    mark = item.get_closest_marker("points")
    return hint_for(mark.kwargs.get("hint", ""), traces, about) if mark else ""


def exercise_of(node: pytest.Item | pytest.Collector) -> Exercise:
    """Return the exercise that a grader module is for: the one its mark names, else the one named like its folder.

    pytest.UsageError if the mark or the settings of the exercise are wrong.
    """
    mark = node.get_closest_marker("exercise")
    if mark is not None and (len(mark.args) != 1 or not isinstance(mark.args[0], str)):
        msg = f"{node.nodeid}: exercise() takes one text, the exercise's name: exercise('concurrent_sleeps')"
        raise pytest.UsageError(msg)
    known = node.session.stash.setdefault(_EXERCISES, {})
    key = Path(node.path).parent, mark.args[0] if mark else None
    try:
        if key not in known:
            known[key] = Exercise.of_grader(*key)
    except AsyncgradeError as error:
        raise pytest.UsageError(str(error)) from None
    return known[key]


def name_of(item: pytest.Function) -> str:
    """Return a check's name: the first paragraph of its docstring, with its parameters except the student."""
    doc = (item.obj.__doc__ or "").strip().partition("\n\n")[0]
    name = " ".join(doc.split()) or item.originalname.removeprefix("test_").replace("_", " ")
    params = item.callspec.params if hasattr(item, "callspec") else {}
    given = [f"{key}={shown(value)}" for key, value in params.items() if key[0] != "_" and key != "submission"]
    return f"{name} [{', '.join(given)}]" if given else name
