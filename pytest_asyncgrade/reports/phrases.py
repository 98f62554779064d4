"""The words of every report, each in one place: whatever several formats say, they say alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_asyncgrade.grading import Verdict

from .safe_text import one_line

if TYPE_CHECKING:
    from pytest_asyncgrade.grading import CheckResult, Failure, Flag, Grade, Work
    from pytest_asyncgrade.trace import Place

VERDICTS = {Verdict.PASSED: "ok", Verdict.FAILED: "lost", Verdict.ERROR: "error", Verdict.NOT_RUN: "not run"}
BROKEN = "broken"
"""The word for a check in error on a page and in annotations, which call its grader broken, too."""

MISTAKE = "This is a mistake in the grader, not in your program."
FOR_TEACHER = "For your teacher:"
WITHOUT_REASON = {
    Verdict.FAILED: "this check is lost; what it looks at is not shown",
    Verdict.ERROR: "this is a mistake in the grader, not in your program; --grade-reveal shows your teacher which",
    Verdict.NOT_RUN: "this check could not be run",
}
"""What is told of a check that was not passed and whose reason is hidden."""
REPAIR_FIRST, THEN, WHY = "Repair this first", "Then", "Why, check by check"
TOLD_ABOVE = "The reason is told above."
EXPECTED, ACTUAL, HINT = "expected", "actual", "hint"
NOW_EARNED, NOW_LOST = "Now earned", "Now lost"
UNCHANGED = "The checks are as they were."
ALL_EARNED = "All points are earned."
TO_LOOK_AT, HAPPENED, TO_KNOW = "What to look at", "What happened", "To know"
GRADED = "something is graded"
"""The name of the one test of a report that must have one, where nothing was graded."""
NOTHING = "nothing was graded"


def title(work: Work) -> str:
    """Return what a work is called: by its exercise, and its student if there are several."""
    return f"{work.student}: {work.exercise}" if work.student else work.exercise


def is_broken(graded: Grade | Work) -> bool:
    """Tell whether a grader's mistake is in it, so that there is no score."""
    return any(check.verdict is Verdict.ERROR for check in graded.checks)


def score(graded: Grade | Work) -> str:
    """Return a score without its unit: ``3 of 5``; there is none where a grader is broken."""
    return "no" if is_broken(graded) else f"{graded.score} of {graded.max_score}"


def scaled(graded: Grade | Work, maximum: int | None) -> str:
    """Return a score as a number, on the scale of a maximum if there is one: ``3``, ``7.5``, at most two decimals."""
    if maximum is None or not graded.max_score:
        return str(graded.score)
    return f"{graded.score * maximum / graded.max_score:.2f}".rstrip("0").rstrip(".")


def points(graded: Grade | Work) -> str:
    """Return a score in words: ``3 of 5 points``."""
    return "no points" if is_broken(graded) else points_of(graded.score, graded.max_score)


def points_of(earned: object, maximum: object) -> str:
    """Return a score in words, where it is known by its numbers."""
    return f"{earned} of {maximum} points"


def columns(graded: Grade | Work) -> tuple[str, str]:
    """Return a score in words, in two columns: ``3`` and ``of 5 points``."""
    return ("no", "points") if is_broken(graded) else (str(graded.score), f"of {graded.max_score} points")


def fraction(graded: Grade | Work) -> str:
    """Return a score as a cell of a table: ``3/5``."""
    return "-" if is_broken(graded) else f"{graded.score}/{graded.max_score}"


def total(grade: Grade) -> str:
    """Return the whole score in words; for a grade that is none, why."""
    if not any(True for _ in grade.checks):
        return nothing(grade)
    return f"{points(grade)}: a grader is broken, so this is not a grade" if grade.broken else points(grade)


def nothing(grade: Grade) -> str:
    """Return why there is nothing to report."""
    return (
        f"{NOTHING}: nobody handed in {', '.join(map(one_line, grade.not_handed_in))}"
        if grade.not_handed_in
        else NOTHING
    )


def worth(check: CheckResult) -> str:
    """Return what a check has earned of its points: ``2/3``, ``0/1 bonus``."""
    return f"{check.score}/{check.points.points}" + (" bonus" if check.points.bonus else "")


def name_with_bonus(check: CheckResult) -> str:
    """Return a check's name, which says that its points are a bonus where no other field could."""
    many = "s" if check.points.points > 1 else ""
    return check.name + (f" (bonus: {check.points.points} point{many})" if check.points.bonus else "")


def where(work: Work, place: Place | None) -> str:
    """Return a line of the student's as a reference: ``line 12``, ``line 12 of helper.py``; empty if there is none."""
    if place is None:
        return ""
    return f"line {place.lineno}" + ("" if work.is_in_script(place) else f" of {place.filename}")


def explained(others: int, *, is_certain: bool) -> str:
    """Return the sentence on further checks that are lost for a reason."""
    checks, verb = ("1 more check", "is") if others == 1 else (f"{others} more checks", "are")
    return f"{checks} {verb} lost for this reason." if is_certain else f"{checks} may be lost for this reason, too."


def could_not_run(count: int) -> str:
    """Return the sentence on checks that could not run."""
    return "1 check could not run." if count == 1 else f"{count} checks could not run."


def not_handed_in(slug: str) -> str:
    """Return the sentence on an exercise that no student has handed in."""
    return f"{slug}: nobody handed it in, so it does not count."


def isolated(isolation: str) -> str:
    """Return how the programs were confined."""
    return f"graded in isolation: {isolation}"


def withheld(points: int) -> str:
    """Return the sentence on the points of checks that are not here."""
    more = "1 more point is" if points == 1 else f"{points} more points are"
    return f"{more} in checks that your teacher keeps: they do not count here"


def left_out(filename: str, reason: str) -> str:
    """Return the sentence on a file that was handed in and not graded."""
    return f"{filename} was left out: {reason}"


def run_again(asked: str, lost: tuple[str, ...]) -> str:
    """Return the sentence on a run whose earlier attempts do not count."""
    times = "again" if len(lost) == 1 else f"{len(lost)} more times"
    return f"{asked} was run {times}, in case something outside of it was the cause: {lost[-1]}"


def worth_a_look(flag: Flag) -> str:
    """Return the sentence on what no exercise needs."""
    return f"worth a look (it costs no points): {flag}"


def seeded(seed: int) -> tuple[str, str, str]:
    """Return the sentence on random values in three parts: the one in the middle is what to type."""
    return "with random values; ", f"--grade-seed={seed}", " gives the same ones again"


def flagged(failure: Failure) -> str:
    """Return what a teacher should know of a lost check; empty if there is nothing."""
    return f"for your teacher: {failure.flag}" if failure.flag else ""


def note(what: str) -> str:
    """Return the note in the place of what was left out: ``[... 10 more]``."""
    return f"[... {what}]"
