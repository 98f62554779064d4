"""One check of a student's work: what it is worth, and how it went; frozen plain data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.errors import UsageError

from .aspect import Aspect
from .hints import complaint_about_hint

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pytest_asyncgrade.trace import Place, QuotedLine


class Verdict(StrEnum):
    """The outcome of a check."""

    PASSED = "passed"
    FAILED = "failed"
    """The student's fault."""
    ERROR = "error"
    """The grader's fault."""
    NOT_RUN = "not_run"
    """Nobody's fault: it could not be judged, for example after a syntax error."""


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
    """The hint, if it is a text: one that depends on the run is known when the check has failed (see `hints`)."""
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
        """Return the arguments of the mark on the test `where`; UsageError names the test if they are wrong.

        `visibility` is that of a check whose mark does not give one.
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
        elif wrong := complaint_about_hint(hint):
            msg = f"{where}: {wrong}"
        elif visibility not in list(Visibility):
            msg = f"{where}: visibility={visibility!r}: choose {', '.join(Visibility)}"
        elif left:
            msg = f"{where}: points() does not know {next(iter(left))!r}: it takes points, bonus, hint, visibility"
        else:
            return cls(points, bonus, hint if isinstance(hint, str) else "", Visibility(visibility))
        raise UsageError(msg)


class PartialPoints:
    """The points of one check as it hands them out: the fixture ``points``."""

    def __init__(self, most: int) -> None:
        self.most = most
        """What the check is worth."""
        self.given: float | None = None
        """What was earned, as the check says; None if it says nothing."""

    def earned(self, points: float) -> None:
        """Say how many of the check's points are earned so far, from 0 to all of them; the last word counts.

        They are kept if the check fails afterwards.  UsageError for another number.
        """
        is_number = type(points) in {int, float} and 0 <= points <= self.most  # so it is no NaN either
        if not is_number:
            msg = f"points.earned({points!r}): give a number from 0 to {self.most}, the points of this check"
            raise UsageError(msg)
        self.given = points


def tidy(points: float) -> int | float:
    """Return points as a whole number if they are one, else with at most six decimals.

    >>> tidy(2.0), tidy(0.1 + 0.2)
    (2, 0.3)
    """
    rounded = round(points, 6)
    return int(rounded) if rounded == int(rounded) else rounded


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a check was not passed, in the student's words.

    Two fields are for the teacher: the `traceback` of an error of the grader, and a `flag` if the check could not cope
    with what a student's program did.
    """

    rationale: str
    expected: tuple[QuotedLine, ...] = ()
    actual: tuple[QuotedLine, ...] = ()
    hint: str = ""
    traceback: str = ""
    flag: str = ""
    about: Aspect = Aspect.UNKNOWN
    place: Place | None = None
    """The student's line that it is about, where the comparison tells it."""
    text: str = ""
    """The line of the output that it is about, whether it came or not."""


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
    """Real seconds that the check took, including the runs that it was the first to ask for."""
    earned: float = 0
    """Points that it gave although it was not passed."""

    @property
    def score(self) -> int | float:
        """The points it earned."""
        if self.verdict is Verdict.PASSED:
            return self.points.points
        return tidy(self.earned) if self.verdict is Verdict.FAILED else 0

    @property
    def max_score(self) -> int:
        """What it adds to the maximum score: its points, or 0 for a bonus."""
        return 0 if self.points.bonus else self.points.points


_SEVERITY = (Verdict.PASSED, Verdict.NOT_RUN, Verdict.FAILED, Verdict.ERROR)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict that counts of several on one check."""
    return max(verdicts, key=_SEVERITY.index)


def merged(results: Sequence[CheckResult]) -> CheckResult:
    """Return one result for the subtests of a check, the check itself and its teardown: the worst counts."""
    verdict = worst(result.verdict for result in results)
    failures = list(dict.fromkeys(one.failure for one in results if one.verdict is verdict and one.failure))
    failure = failures[0] if failures else None
    if failure is not None and len(failures) > 1:
        said = "; ".join(dict.fromkeys(one.rationale for one in failures))
        failure = replace(failure, rationale=said, expected=(), actual=())
    runs = dict.fromkeys(key for result in results for key in result.runs)
    seconds = sum(result.duration for result in results)
    earned = min(result.earned for result in results if result.verdict is verdict)
    return replace(results[0], verdict=verdict, failure=failure, runs=tuple(runs), duration=seconds, earned=earned)
