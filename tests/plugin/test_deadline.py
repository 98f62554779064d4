"""A grading that has to end in time does, with every check judged."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade.cli.grade import NotGradedError, graded

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Course


def test_after_the_deadline_every_check_is_lost_for_that_reason(course: Course) -> None:
    result = course.grade("--grade-deadline=1e-9", "--grade-report=json=grade.json")
    assert result.ret == 1
    checks = json.loads((course.path / "grade.json").read_text())["works"][0]["checks"]
    assert [(check["verdict"], check["rationale"]) for check in checks] == [
        ("failed", "the time limit for the whole grading (1e-09 s) is reached")
    ] * 2


def test_before_it_nothing_is_different(course: Course) -> None:
    assert course.grade("--grade-deadline=600").ret == 0


def test_a_deadline_that_is_none_is_named(course: Course) -> None:
    result = course.grade("--grade-deadline=0")
    assert result.ret == 4
    assert result.errlines[0] == "ERROR: --grade-deadline 0: give a number of seconds above 0"


def test_a_grader_that_does_not_end_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[graded.__module__], "OVERTIME_SECONDS", 2.5)  # the command has the same name
    (tmp_path / "test_it.py").write_text("while True: pass\n", encoding="utf-8")
    with pytest.raises(
        NotGradedError, match=r"^the grading was given up after 3 s: a grader does not come to its end$"
    ):
        graded(tmp_path, [], seconds=0.5)
