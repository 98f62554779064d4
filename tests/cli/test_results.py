"""The points of earlier gradings are kept, and never shown for another version without saying so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade.cli.results import Result, Results, points_of
from pytest_asyncgrade.grading import Failure, Verdict
from pytest_asyncgrade.grading.assignment import Version
from tests.reports.outcomes import check, lost, work

if TYPE_CHECKING:
    from pytest_asyncgrade.grading import Work

WORK = work(lost(1), check(2, Verdict.PASSED))
BROKEN = work(check(1, Verdict.ERROR, Failure("oops")))


def version(root: Path, digest: str = "a", problem: str = "") -> Version:
    return Version(digest, root / "exercises/naps/naps.py", root / "exercises/naps", problem)


def kept(root: Path, one: Version, result: Work = WORK) -> Result | None:
    Results(root).keep(one, result)
    return Results(root).of(one)


def test_a_result_is_kept_with_its_version(tmp_path: Path) -> None:
    assert Results(tmp_path).of(version(tmp_path)) is None
    assert kept(tmp_path, version(tmp_path)) == Result("a", 2, 3)
    assert Results(tmp_path).of(version(tmp_path, "b")) == Result("a", 2, 3)
    elsewhere = Version("c", Path("/elsewhere/naps.py"), Path("/elsewhere"))
    assert kept(tmp_path, elsewhere) == Result("c", 2, 3)
    assert (tmp_path / ".asyncgrade" / ".gitignore").read_text() == "*\n"
    assert list(json.loads((tmp_path / ".asyncgrade" / "results.json").read_text())["results"]) == [
        "exercises/naps/naps.py",
        "/elsewhere/naps.py",
    ]


def test_a_grade_that_is_none_is_not_kept(tmp_path: Path) -> None:
    assert kept(tmp_path, version(tmp_path), BROKEN) is None


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "\udcff",
        '{"format": 2, "results": {}}',
        '{"format": 1}',
        '{"format": 1, "results": 3}',
        '{"format": 1, "results": {"exercises/naps/naps.py": 3}}',
        '{"format": 1, "results": {"exercises/naps/naps.py": {"digest": "a", "score": "2", "max_score": 3}}}',
    ],
)
def test_what_cannot_be_read_is_as_if_nothing_were_kept(tmp_path: Path, text: str) -> None:
    (tmp_path / ".asyncgrade").mkdir()
    (tmp_path / ".asyncgrade" / "results.json").write_text(text, encoding="utf-8", errors="surrogateescape")
    assert Results(tmp_path).of(version(tmp_path)) is None
    assert kept(tmp_path, version(tmp_path)) == Result("a", 2, 3)


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / ".asyncgrade").write_text("a file")
    assert kept(tmp_path, version(tmp_path)) is None


def test_points_say_which_version_they_are_of(tmp_path: Path) -> None:
    result = Result("a", 2.5, 3)
    assert points_of(version(tmp_path), None) == "-"
    assert points_of(version(tmp_path), result) == "2.5 of 3"
    assert points_of(version(tmp_path, "b"), result) == "2.5 of 3, changed since"
    assert points_of(version(tmp_path, problem="there is no file naps.py"), result) == "no program"
    assert not result.is_complete
    assert Result("a", 4, 3).is_complete
