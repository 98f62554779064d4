"""The rules of a class: late, extensions, attempts, points by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade.classes.index import Row
from pytest_asyncgrade.classes.policy import Policy
from pytest_asyncgrade.classes.standing import Standing, number, span, standings
from pytest_asyncgrade.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

DUE = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROW = Row(
    "ada", 1, "naps", "12", "ada", DUE, False, "graded", "", 8.0, 10.0, (), (), (), (), "p1", "d1", "now"  # noqa: FBT003  # a row
)  # fmt: skip
RULES = """\
due = 2026-03-01T12:00:00+00:00
[late]
grace = "15 min"
penalty = 10
most = 30
[extensions]
ben = "2 days"
cleo = 2026-03-05T12:00:00Z
"""


def policy(tmp_path: Path, text: str = RULES, overrides: str = "") -> Policy:
    (tmp_path / "class.toml").write_text(text)
    (tmp_path / "overrides.csv").write_text(overrides)
    return Policy.read(tmp_path / "class.toml", tmp_path / "overrides.csv" if overrides else None)


def stand(rules: Policy, *rows: Row, starters: tuple[str, ...] = ()) -> dict[str, Standing]:
    return {one.student: one for one in standings(rows, rules, starters)}


@pytest.mark.parametrize(
    ("late", "points", "told"),
    [
        (timedelta(), 8, "graded"),
        (timedelta(minutes=15), 8, "graded"),
        (timedelta(minutes=16), 7, "graded, late by 16 min"),
        (timedelta(days=1), 7, "graded, late by 1 d"),
        (timedelta(days=1, seconds=1), 6, "graded, late by 1 d 1 s"),
        (timedelta(days=9), 5, "graded, late by 9 d"),
    ],
)
def test_a_late_work_loses_points(late: timedelta, points: float, told: str, tmp_path: Path) -> None:
    work = stand(policy(tmp_path), replace(ROW, submitted=DUE + late))["ada"].works["naps"]
    assert (work.points, ", ".join(work.statuses)) == (points, told)
    assert bool(work.rules) == (points < 8)


def test_no_work_has_less_than_nothing(tmp_path: Path) -> None:
    rules = policy(tmp_path, RULES.replace("most = 30", "").replace('"15 min"', '"0 min"') + "\n")
    late = DUE + timedelta(days=20)
    work = stand(rules, replace(ROW, submitted=late))["ada"].works["naps"]
    assert work.points == 0
    missing = stand(rules, replace(ROW, submitted=late, status="missing", score=0.0))["ada"].works["naps"]
    assert missing.rules == ()


def test_an_extension_is_more_time(tmp_path: Path) -> None:
    rows = [replace(ROW, student=name, submitted=DUE + timedelta(days=3)) for name in ("ada", "ben", "cleo")]
    found = stand(policy(tmp_path), *rows)
    assert {name: one.points for name, one in found.items()} == {"ada": 5, "ben": 7, "cleo": 8}


def test_without_times_nothing_is_taken_off(tmp_path: Path) -> None:
    work = stand(policy(tmp_path), replace(ROW, submitted=None, is_late=True))["ada"].works["naps"]
    assert (work.points, work.statuses) == (8, ("graded", "late"))


def test_the_last_attempt_counts_or_the_best(tmp_path: Path) -> None:
    rows = [ROW, replace(ROW, attempt=2, score=9.0), replace(ROW, attempt=3, score=4.0)]
    rows.append(replace(ROW, attempt=4, status="missing", score=0.0))
    assert stand(Policy(), *rows)["ada"].points == 4
    assert stand(policy(tmp_path, '[attempts]\ncount = "best"'), *rows)["ada"].points == 9


def test_points_by_hand_count_before_all(tmp_path: Path) -> None:
    overrides = "student,exercise,points,reason\nada,naps,9.5,a power cut\n77,naps,1,by number\n"
    rows = [replace(ROW, status="not graded"), replace(ROW, student="ben", ident="77", program="p2")]
    found = stand(policy(tmp_path, "", overrides), *rows)
    assert (found["ada"].points, found["ben"].points) == (9.5, 1)
    assert found["ada"].works["naps"].remarks == ("9.5 points by hand: a power cut",)


def test_there_are_no_points_if_a_part_cannot_be_relied_on() -> None:
    found = stand(Policy(), replace(ROW, status="not graded"), replace(ROW, exercise="queues"))
    assert found["ada"].points is None
    assert found["ada"].maximum == 20


def test_who_has_handed_in_the_same_is_told_but_not_of_the_starter() -> None:
    rows = [ROW, replace(ROW, student="ben"), replace(ROW, student="cleo", program="p2")]
    found = stand(Policy(), *rows)
    assert found["ada"].works["naps"].copied_from == ("ben",)
    assert found["ben"].works["naps"].statuses == ("graded", "looks copied")
    assert found["ben"].works["naps"].remarks == ("the same program as ada",)
    assert found["cleo"].works["naps"].statuses == ("graded",)
    assert stand(Policy(), *rows, starters=("p1",))["ada"].works["naps"].copied_from == ()


def test_what_is_worth_a_look_is_a_status() -> None:
    work = stand(Policy(), replace(ROW, integrity=("line 1: it uses gc",)))["ada"].works["naps"]
    assert (work.statuses, work.remarks) == (("graded", "needs a look"), ("line 1: it uses gc",))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1", "'x' is not known here; there are due, late, extensions and attempts"),
        ("due = 2026-03-01T12:00:00", "give a date and time with its zone"),
        ("[late]\npenalty = 10", "a penalty needs the time that the work is due"),
        ("due = 2026-03-01T12:00:00Z\n[late]\npenalty = 101", "penalty = 101: give percent"),
        ("due = 2026-03-01T12:00:00Z\n[late]\nper = 'week'", "give 'day' or 'hour'"),
        ("[late]\ngrace = '5 moons'", "give a time such as '15 min'"),
        ("late = 5", r"late = 5: write it as a table, \[late\]"),
        ("[extensions]\nada = 'soon'", "ada = 'soon': give more time"),
        ("[attempts]\ncount = 'first'", "give 'last' or 'best'"),
        ("due =", "class.toml: "),
    ],
)
def test_a_wrong_rule_is_named(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=message):
        policy(tmp_path, text)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("ada,naps,,why", "line 2: points is missing"),
        ("ada,naps,many,why", "line 2: points 'many': give a number"),
        ("ada,naps,nan,why", "line 2: points 'nan': give a number"),
        ("ada,naps,1,", "line 2: reason is missing"),
    ],
)
def test_a_wrong_row_of_points_by_hand_is_named(rows: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=message):
        policy(tmp_path, "", f"student,exercise,points,reason\n{rows}\n")


def test_a_table_of_points_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "overrides.csv").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="it is no table that can be read"):
        Policy.read(None, tmp_path / "overrides.csv")


def test_numbers_and_times_as_they_are_shown() -> None:
    assert [number(value) for value in (7.0, 7.25, 10 / 3)] == ["7", "7.25", "3.33"]
    assert [span(timedelta(seconds=value)) for value in (0, 59, 3600, 93_784)] == ["0 s", "59 s", "1 h", "1 d 2 h"]
