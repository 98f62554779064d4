"""From the results of checks, as they arrive from this process or a worker of pytest-xdist, to the grade.

A result is small and travels with the report of its check.  A run travels once, with the first check that looked at
it: many checks share one trace, and the trace is the larger part by far.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.trace import Place, QuotedLine

from .aspect import Aspect
from .check import CheckResult, Failure, Points, Verdict, Visibility, merged
from .grade import Grade, Work
from .integrity import Flag
from .runs import Run

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def pack_result(result: CheckResult, **about: object) -> str:
    """Return a result as JSON in ASCII, which pytest-xdist can carry whatever a student's text is made of.

    `about` holds fields of the whole work (see `Work`): its script, its isolation, what was left behind.
    """
    return json.dumps({"result": asdict(result), "about": about})


def unpack_result(packed: str) -> tuple[CheckResult, dict[str, Any]]:
    """Return the result and the fields of its work that `pack_result` was given."""
    item = json.loads(packed)
    return _result_of(item["result"]), item["about"]


def pack_work(work: Work) -> str:
    """Return a whole work as JSON in ASCII, with its runs."""
    about = {one.name: getattr(work, one.name) for one in fields(work) if one.name not in {"checks", "runs"}}
    about["left_behind"] = dict(work.left_behind)
    runs = {key: run.pack() for key, run in work.runs.items()}
    checks = [asdict(check) for check in work.checks]
    return json.dumps({"about": about, "checks": checks, "runs": runs})


def unpack_work(packed: str) -> Work:
    """Return the work that `pack_work` was given."""
    item = json.loads(packed)
    about = item["about"] | {"integrity": tuple(Flag(*flag) for flag in item["about"]["integrity"])}
    runs = {key: Run.unpack(text, None) for key, text in item["runs"].items()}
    return Work(checks=tuple(map(_result_of, item["checks"])), runs=runs, **about)


def _result_of(data: dict[str, Any]) -> CheckResult:
    points = Points(**data["points"] | {"visibility": Visibility(data["points"]["visibility"])})
    known = {
        "points": points, "verdict": Verdict(data["verdict"]), "failure": _unpack_failure(data["failure"]),
        "runs": tuple(map(sys.intern, data["runs"])),
    }  # fmt: skip
    shared = {key: sys.intern(data[key]) for key in ("exercise", "student", "name")}
    return CheckResult(**data | known | shared)


def _unpack_failure(data: dict[str, Any] | None) -> Failure | None:
    """Return a failure whose texts are shared with all others that are equal: checks on one run quote the same."""
    if data is None:
        return None
    texts = {key: sys.intern(value) for key, value in data.items() if isinstance(value, str)}
    lines = {key: tuple(_unpack_line(**line) for line in data[key]) for key in ("expected", "actual")}
    fields: dict[str, Any] = texts | lines | {"about": Aspect(data["about"])}
    if data["place"] is not None:
        fields["place"] = Place(*data["place"])
    return Failure(**fields)


def _unpack_line(text: str, moment: str) -> QuotedLine:
    return QuotedLine(sys.intern(text), sys.intern(moment))


def part_of_check(result: CheckResult, part: str) -> CheckResult:
    """Return the result of a part of a check, a subtest: its failure begins with the name of the part."""
    if result.failure is None:
        return result
    return replace(result, failure=replace(result.failure, rationale=f"{part}: {result.failure.rationale}"))


class GradeBuilder:
    """Takes in the results and runs of all checks, in any order, and builds the grade."""

    def __init__(self) -> None:
        self._works: dict[tuple[str, str], _WorkBuilder] = {}

    def add(self, result: CheckResult, runs: Mapping[str, Run], about: Mapping[str, Any]) -> None:
        """Take in one result, the runs of it that are new, and what it knows of the whole work."""
        work = self._works.setdefault((result.student, result.exercise), _WorkBuilder())
        work.add(result, runs, about)

    def build(self, not_handed_in: Iterable[str] = ()) -> Grade:
        """Return the grade, in the order of students, exercises and checks."""
        works = (builder.build(exercise, student) for (student, exercise), builder in sorted(self._works.items()))
        return Grade(tuple(works), tuple(sorted(not_handed_in)))


class _WorkBuilder:
    """What has arrived of one student's work on one exercise."""

    def __init__(self) -> None:
        self._checks: dict[str, list[CheckResult]] = {}
        self._runs: dict[str, Run] = {}
        self._about: dict[str, Any] = {}
        self._integrity: dict[Flag, None] = {}

    def add(self, result: CheckResult, runs: Mapping[str, Run], about: Mapping[str, Any]) -> None:
        self._checks.setdefault(result.nodeid, []).append(result)
        for key, run in runs.items():
            self._runs.setdefault(key, run)
        self._integrity |= {Flag(*parts): None for parts in about.get("integrity", ())}
        self._about |= {key: value for key, value in about.items() if value or key not in self._about}

    def build(self, exercise: str, student: str) -> Work:
        """Return the work with its checks in the grader's order, and its runs in that of the checks."""
        checks = sorted(map(merged, self._checks.values()), key=lambda check: (check.order, check.nodeid))
        keys = dict.fromkeys(key for check in checks for key in check.runs)
        about = self._about | {
            "integrity": tuple(sorted(self._integrity, key=lambda flag: (flag.filename, flag.lineno)))
        }
        return Work(exercise, student, checks=tuple(checks), runs={key: self._runs[key] for key in keys}, **about)
