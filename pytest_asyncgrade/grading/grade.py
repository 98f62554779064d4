"""Checks, points and the grade: what the reports are made from.  Frozen, and plain data all through."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.trace.codec import pack, unpack

from .secrets import without_secrets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pytest_asyncgrade.trace import Finding, Trace


class Verdict(StrEnum):
    """The outcome of a check."""

    PASSED = "passed"
    FAILED = "failed"
    """The student's fault."""
    ERROR = "error"
    """The grader's fault."""
    NOT_RUN = "not_run"
    """It could not be judged, after a syntax error for example."""


class Visibility(StrEnum):
    """When a student may see a check's name and what it says."""

    VISIBLE = "visible"
    HIDDEN = "hidden"
    AFTER_DUE_DATE = "after_due_date"


@dataclass(frozen=True, slots=True)
class Points:
    """What ``@pytest.mark.points(n, bonus=False, hint="", visibility="visible")`` says."""

    points: int = 1
    bonus: bool = False
    hint: str = ""
    visibility: Visibility = Visibility.VISIBLE

    @classmethod
    def parse(
        cls,
        where: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        *,
        visibility: Visibility = Visibility.VISIBLE,
    ) -> Points:
        """Return the checked arguments of the mark on the test `where`; UsageError names it if they are wrong.

        `visibility` is that of a check whose mark does not say it.
        """
        left = dict(kwargs)
        points = args[0] if len(args) == 1 else left.pop("points", None)
        bonus, hint = left.pop("bonus", False), left.pop("hint", "")
        visibility = left.pop("visibility", visibility)
        if len(args) > 1 or type(points) is not int or points < 1:
            given = ", ".join([*map(repr, args), *(f"{k}={v!r}" for k, v in kwargs.items())])
            msg = f"{where}: points({given}): give one whole number of points, 1 or more"
        elif type(bonus) is not bool:
            msg = f"{where}: bonus={bonus!r}: give True or False"
        elif type(hint) is not str:
            msg = f"{where}: hint={hint!r}: give a text"
        elif visibility not in list(Visibility):
            msg = f"{where}: visibility={visibility!r}: choose {', '.join(Visibility)}"
        elif left:
            msg = f"{where}: points() does not know {next(iter(left))!r}: it takes points, bonus, hint, visibility"
        else:
            return cls(points, bonus, hint, Visibility(visibility))
        raise UsageError(msg)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a check was not passed, in the student's words.

    `traceback` is for the teacher, of an error of the grader; so is `flag`, of a check that could not cope with what a
    student's program did.
    """

    rationale: str
    expected: tuple[str, ...] = ()
    actual: tuple[str, ...] = ()
    hint: str = ""
    traceback: str = ""
    flag: str = ""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check of one student's work: what it is worth, how it went, which runs it looked at."""

    exercise: str
    student: str
    name: str
    nodeid: str
    order: int
    points: Points
    verdict: Verdict
    failure: Failure | None = None
    runs: tuple[str, ...] = ()
    duration: float = 0.0
    """Real seconds that the check took, the runs included that it was the first to ask for."""

    @property
    def score(self) -> int:
        """The points it earned."""
        return self.points.points if self.verdict is Verdict.PASSED else 0

    @property
    def max_score(self) -> int:
        """The points it could have earned that count for the maximum: none for a bonus."""
        return 0 if self.points.bonus else self.points.points


_SEVERITY = (Verdict.PASSED, Verdict.NOT_RUN, Verdict.FAILED, Verdict.ERROR)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict that counts of those on one check."""
    return max(verdicts, key=_SEVERITY.index)


def merged(results: Sequence[CheckResult]) -> CheckResult:
    """Return one result for all that was found of a check, by its subtests, itself, its teardown: the worst counts."""
    verdict = worst(result.verdict for result in results)
    failures = list(dict.fromkeys(one.failure for one in results if one.verdict is verdict and one.failure))
    failure = failures[0] if failures else None
    if failure is not None and len(failures) > 1:
        said = "; ".join(dict.fromkeys(one.rationale for one in failures))
        failure = replace(failure, rationale=said, expected=(), actual=())
    runs = dict.fromkeys(key for result in results for key in result.runs)
    seconds = sum(result.duration for result in results)
    return replace(results[0], verdict=verdict, failure=failure, runs=tuple(runs), duration=seconds)


@dataclass(frozen=True, slots=True)
class Work:
    """One student's work on one exercise, graded: its checks in the grader's order, its runs by their key."""

    exercise: str
    student: str
    script: str
    checks: tuple[CheckResult, ...]
    runs: Mapping[str, Trace] = field(default_factory=dict)
    path: str = ""
    """Where the script is, as a whole path; empty if that is not known."""
    isolation: str = ""
    """How the program was kept in: how well, and by what; empty if nothing of it ran."""
    seed: int | None = None
    """The seed of the random values that were used in its grading, None if there were none."""
    left_behind: Mapping[str, str] = field(default_factory=dict)
    """Files that were handed in and not graded, and why."""
    withheld: int = 0
    """Points of checks that the teacher keeps and that were not here to be judged: they count nowhere."""

    def runs_to_show(self, *, verbose: bool = False) -> list[Trace]:
        """Return the runs of checks that lost something, with `verbose` of all: each that tells something new."""
        checks = [check for check in self.checks if check.verdict is not Verdict.PASSED or verbose]
        runs = [self.runs[key] for key in dict.fromkeys(key for check in checks for key in check.runs)]
        if not verbose:  # with other delays much the same happens again
            runs = [run for run in runs if not run.varied] or runs
        return [run for run in runs if run is _teller(run, runs)]

    @property
    def findings(self) -> list[Finding]:
        """What the runs show, each line and kind once."""
        from pytest_asyncgrade.trace.findings import find

        keys = dict.fromkeys(key for check in self.checks for key in check.runs)
        found = [finding for key in keys if not self.runs[key].varied for finding in find(self.runs[key])]
        once = list({(finding.kind, finding.place): finding for finding in reversed(found)}.values())[::-1]
        placed = {finding.kind for finding in once if finding.place}
        return [finding for finding in once if finding.place or finding.kind not in placed]

    @property
    def score(self) -> int:
        """Points earned, bonus included."""
        return sum(check.score for check in self.checks)

    @property
    def max_score(self) -> int:
        """Points that could be earned, bonus not counted."""
        return sum(check.max_score for check in self.checks)


def withheld(work: Work) -> str:
    """Return the sentence with which every report tells a student of the checks that are not here; empty if all are."""
    if not work.withheld:
        return ""
    points = "1 more point is" if work.withheld == 1 else f"{work.withheld} more points are"
    return f"{points} in checks that your teacher keeps: they do not count here"


def _teller(run: Trace, runs: list[Trace]) -> Trace:
    """Return the one of the runs that tells as much: of a syntax error one is enough, whatever was asked.

    So it is of runs in which nothing happened: the last will do, which is the whole program's as a rule.
    """
    if run.outcome == "finished":
        return [other for other in runs if _is_empty(other)][-1] if _is_empty(run) else run
    if run.partial.output or run.partial.stderr:
        return run
    return next(other for other in runs if other.reason == run.reason)


def _is_empty(run: Trace) -> bool:
    recording = run.partial
    return run.outcome == "finished" and not (recording.output or recording.stderr or recording.elapsed)


@dataclass(frozen=True, slots=True)
class Grade:
    """Everything that was graded in one go."""

    works: tuple[Work, ...] = ()
    not_handed_in: tuple[str, ...] = ()
    """Exercises left out because no student handed in a file for them."""

    @property
    def score(self) -> int:
        """Points earned, bonus included, over all students and exercises."""
        return sum(work.score for work in self.works)

    @property
    def max_score(self) -> int:
        """Points that could be earned, bonus not counted, over all students and exercises."""
        return sum(work.max_score for work in self.works)

    @property
    def checks(self) -> Iterator[CheckResult]:
        """Every check, student by student."""
        return (check for work in self.works for check in work.checks)

    @property
    def students(self) -> tuple[str, ...]:
        """The students, in the order of their names."""
        return tuple(dict.fromkeys(work.student for work in self.works))

    @property
    def exercises(self) -> tuple[str, ...]:
        """The exercises, in the order they were graded."""
        return tuple(sorted(dict.fromkeys(work.exercise for work in self.works)))

    @property
    def isolations(self) -> tuple[str, ...]:
        """How the programs were kept in, each way once."""
        return tuple(dict.fromkeys(work.isolation for work in self.works if work.isolation))

    @property
    def broken(self) -> bool:
        """Whether a check is in error: the grader's fault, so that this is no grade to rely on."""
        return any(check.verdict is Verdict.ERROR for check in self.checks)

    @property
    def complete(self) -> bool:
        """Whether every point was earned; a bonus need not be."""
        return all(check.verdict is Verdict.PASSED or check.points.bonus for check in self.checks) and not self.broken

    def for_students(self, keep: frozenset[Visibility] = frozenset()) -> Grade:
        """Return the grade without what is the teacher's: the names, reasons, hints and runs of checks not visible.

        `keep` names visibilities that are left as they are, for a platform that hides such checks itself.
        """
        shown = {Visibility.VISIBLE, *keep}
        return replace(self, works=tuple(without_secrets(work, shown) for work in self.works))


def pack_result(result: CheckResult, runs: Mapping[str, Trace], **about: object) -> str:
    """Return a result as JSON in ASCII, which pytest-xdist can carry whatever a student's text is made of.

    `about` is what there is to say of the whole work: its script, its isolation, what was left behind.
    """
    packed = {"result": asdict(result), "runs": {key: pack(trace) for key, trace in runs.items()}, "about": about}
    return json.dumps(packed)


def part_of_result(packed: str, part: str) -> str:
    """Return a packed result of a part of a check, a subtest: what was lost there is said with its name."""
    item = json.loads(packed)
    if failure := item["result"]["failure"]:
        failure["rationale"] = f"{part}: {failure['rationale']}"
    return json.dumps(item)


def collect(packed: Iterable[str], not_handed_in: Iterable[str] = ()) -> Grade:
    """Return the grade of all results, in the order of student, exercise and check, however they arrived."""
    works: dict[tuple[str, str], tuple[dict[str, list[CheckResult]], dict[str, Trace], dict[str, Any]]] = {}
    for item in map(json.loads, packed):
        result = _unpack_result(item["result"])
        checks, runs, about = works.setdefault((result.student, result.exercise), ({}, {}, {}))
        checks.setdefault(result.nodeid, []).append(result)
        runs |= {key: unpack(trace) for key, trace in item["runs"].items() if key not in runs}
        about |= {key: value for key, value in item["about"].items() if value or key not in about}
    return Grade(
        tuple(
            _work(
                exercise, student, sorted(map(merged, checks.values()), key=lambda c: (c.order, c.nodeid)), runs, about
            )
            for (student, exercise), (checks, runs, about) in sorted(works.items(), key=lambda item: item[0])
        ),
        tuple(sorted(not_handed_in)),
    )


def _work(
    exercise: str, student: str, results: Iterable[CheckResult], runs: dict[str, Trace], about: dict[str, Any]
) -> Work:
    """Return a work whose checks are in the grader's order, and its runs in that of the checks that look at them."""
    checks = tuple(sorted(results, key=lambda check: (check.order, check.nodeid)))
    keys = dict.fromkeys(key for check in checks for key in check.runs)
    return Work(exercise, student, checks=checks, runs={key: runs[key] for key in keys}, **about)


def _unpack_result(data: dict[str, Any]) -> CheckResult:
    points = data["points"] | {"visibility": Visibility(data["points"]["visibility"])}
    failure = data["failure"]
    if failure is not None:
        lists = {key: tuple(failure[key]) for key in ("expected", "actual")}
        failure = Failure(**failure | lists)
    fields = {"points": Points(**points), "verdict": Verdict(data["verdict"]), "failure": failure}
    return CheckResult(**data | fields | {"runs": tuple(data["runs"])})
