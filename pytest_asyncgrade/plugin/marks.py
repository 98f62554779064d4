"""What the marks on a grader's tests say: points, and which exercise."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_asyncgrade.errors import AsyncgradeError
from pytest_asyncgrade.grading import Exercise, Points, Visibility


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


def exercise_of(node: pytest.Item | pytest.Collector) -> Exercise:
    """Return the exercise that a grader module is for: called like its folder, or as its mark says.

    pytest.UsageError if there is something wrong with the mark, or with the exercise's settings.
    """
    mark = node.get_closest_marker("exercise")
    if mark is not None and (len(mark.args) != 1 or not isinstance(mark.args[0], str)):
        msg = f"{node.nodeid}: exercise() takes one text, the exercise's name: exercise('concurrent_sleeps')"
        raise pytest.UsageError(msg)
    try:
        return Exercise.of_grader(Path(node.path).parent, mark.args[0] if mark else None)
    except AsyncgradeError as error:
        raise pytest.UsageError(str(error)) from None
