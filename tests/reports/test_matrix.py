"""Every format is valid whatever comes of grading, and tells nothing that is hidden."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.grading import Grade, Verdict, for_students
from pytest_asyncgrade.reports import GRADEBOOKS, ReportFile, formats

from .grades import ABOUT
from .outcomes import OUTCOMES, TELLTALE
from .validators import VALIDATORS, check_csv, check_text

WITHOUT_REASONS = {"csv", "prairielearn", "submitty"}
"""Formats without the reasons of checks, the last two for a grade that is none because a grader is broken."""


@pytest.mark.parametrize("name", VALIDATORS)
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_report_is_valid(name: str, outcome: str) -> None:
    grade = OUTCOMES[outcome]
    text = ReportFile(name, None).render(grade, ABOUT)
    check_text(name, text)
    VALIDATORS[name](text, grade)


@pytest.mark.parametrize("name", VALIDATORS)
def test_a_teachers_report_is_valid_and_tells_what_is_hidden(name: str) -> None:
    text = ReportFile(name, None).render(OUTCOMES["hidden"], ABOUT, reveal=True)
    check_text(name, text)
    VALIDATORS[name](text, OUTCOMES["hidden"])
    assert (TELLTALE in text) == (name not in WITHOUT_REASONS)


@pytest.mark.parametrize("gradebook", GRADEBOOKS)
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_gradebook_is_valid(gradebook: str, outcome: str) -> None:
    grade = OUTCOMES[outcome]
    if gradebook == "moodle" and outcome != "class":
        grade = _of_a_participant(grade)
    text = ReportFile("csv", None).render(grade, replace(ABOUT, gradebook=gradebook))
    check_text("csv", text)
    check_csv(text, grade)


@pytest.mark.parametrize("outcome", sorted(set(OUTCOMES) - {"nothing", "class"}))
def test_moodle_is_told_of_nobody_whom_it_does_not_know(outcome: str) -> None:
    with pytest.raises(UsageError, match=r"^csv for moodle: '.*' does not say which participant that is: name the "):
        ReportFile("csv", None).render(OUTCOMES[outcome], replace(ABOUT, gradebook="moodle"))


def test_there_is_a_validator_for_every_format() -> None:
    assert tuple(VALIDATORS) == formats()


@pytest.mark.parametrize("name", [name for name in VALIDATORS if name != "gradescope"])
def test_nothing_hidden_is_in_any_byte(name: str) -> None:
    assert TELLTALE in str(OUTCOMES["hidden"])
    for gradebook in GRADEBOOKS if name == "csv" else ["plain"]:
        grade = OUTCOMES["hidden"] if gradebook != "moodle" else _of_a_participant(OUTCOMES["hidden"])
        text = ReportFile(name, None).render(grade, replace(ABOUT, gradebook=gradebook))
        assert TELLTALE not in text


def _of_a_participant(grade: Grade) -> Grade:
    return replace(grade, works=tuple(replace(work, student="Participant 1") for work in grade.works))


@pytest.mark.parametrize("reveal", [False, True])
def test_gradescope_gets_what_it_hides_itself_in_fields_that_it_hides(*, reveal: bool) -> None:
    data = json.loads(ReportFile("gradescope", None).render(OUTCOMES["hidden"], ABOUT, reveal=reveal))
    telling = {test["visibility"] for test in data.pop("tests") if TELLTALE in json.dumps(test)}
    assert telling == {"hidden", "after_due_date"}
    assert TELLTALE not in json.dumps(data)


def test_verdicts_and_points_of_hidden_checks_stay() -> None:
    whole, shown = OUTCOMES["hidden"], for_students(OUTCOMES["hidden"])
    assert [(c.verdict, c.score, c.max_score, c.order) for c in shown.checks] == [
        (c.verdict, c.score, c.max_score, c.order) for c in whole.checks
    ]
    assert [c.name for c in shown.checks][1:] == [f"a hidden check ({n})" for n in range(1, 1 + 2 * len(Verdict))]
    assert list(shown.works[0].runs) == ["run"]
    assert TELLTALE not in str(shown)
    assert for_students(shown) == shown
