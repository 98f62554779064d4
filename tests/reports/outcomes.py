"""A grade for everything that can come of grading, for every format to be valid on."""

from __future__ import annotations

from typing import Any

from pytest_asyncgrade.grading import CheckResult, Failure, Grade, Points, Run, Verdict, Visibility, Work
from pytest_asyncgrade.trace import (
    Blocked,
    Line,
    Outcome,
    Output,
    Place,
    QuotedLine,
    Raised,
    Recording,
    Seconds,
    TaskSpan,
    Trace,
)
from pytest_asyncgrade.trace.model import Elapsed

from .quotes import quoted

TELLTALE = "xyzzy"
"""What stands in everything that is hidden, and in nothing else."""

HOSTILE = (
    "\x1b[31m\x07\x00\n::error file=x::y\n  ::stop-commands::z\r##[set-output name=score]100\t````` ~~~~ "
    "<script>alert(1)</script> <!-- ]]> &amp; {{ 1 }} $(x) | =1+1 "
    "\ud800 \udfff \u202e \u2066 \ufeff \u2028 \uffff \U0001f600 @ada #1"
    '\nGrade :=>> 100\n--|>\nComment :=>> x\n<|--\n{"scores": {"naps": 99}}'
)

SOURCE = (
    "import asyncio",
    "import time",
    "",
    "async def nap(name, seconds):",
    "    time.sleep(seconds)",
    "    print(name)",
    "",
    "async def main():",
    '    await asyncio.gather(nap("long", 2), nap("short", 1))',
    "",
    "asyncio.run(main())",
)


def line(text: str, time: float, number: int = 6, task: int = 2) -> Line:
    return Line(text, Seconds(time), task=task, place=Place("naps.py", number, "nap"))


RUN = Trace(
    Outcome.FINISHED,
    "",
    Recording(
        output=Output([line("long", 2), line("short", 3, task=3)]),
        elapsed=Elapsed(3),
        tasks=(
            TaskSpan(1, "Task-1", "main", None, Seconds(0), Seconds(3), "finished"),
            TaskSpan(2, "Task-2", "nap", 1, Seconds(0), Seconds(2), "finished"),
            TaskSpan(3, "Task-3", "nap", 1, Seconds(2), Seconds(3), "finished"),
        ),
        blocked=(
            Blocked(Seconds(0), Seconds(2), 2, Place("naps.py", 5, "nap")),
            Blocked(Seconds(2), Seconds(3), 3, Place("naps.py", 5, "nap")),
        ),
        max_concurrency=3,
    ),
    asked="python naps.py",
    source=SOURCE,
)


def ended(outcome: Outcome, reason: str, exception: Raised | None = None, line: int | None = None) -> Trace:
    ended_at = None if line is None else Place("naps.py", line, "")
    return Trace(outcome, reason, Recording(), exception, "python naps.py", SOURCE, ended_at=ended_at)


SYNTAX_ERROR = ended(
    Outcome.NOT_RUNNABLE,
    "Python cannot read the program: line 4 of naps.py, `async def nap(name, seconds)`: expected ':'",
    Raised("SyntaxError", "expected ':'", "", Place("naps.py", 4, "<module>")),
    line=4,
)
MISSING = ended(Outcome.NOT_RUNNABLE, "there is no file naps.py")
CRASH = ended(
    Outcome.CRASHED, "line 6: ValueError: oops", Raised("ValueError", "oops", "Traceback", Place("naps.py", 6, "nap"))
)
HANG = ended(Outcome.TIMED_OUT, "the program was still running after 10 s, at line 5: time.sleep(seconds)", line=5)
HOSTILE_RUN = Trace(
    Outcome.CRASHED,
    f"line 5: ValueError: {HOSTILE}",
    Recording(
        output=Output([line(part, 1) for part in HOSTILE.split("\n")]),
        stderr=Output([Line(HOSTILE, Seconds(1), "stderr")]),
        tasks=(TaskSpan(1, HOSTILE, HOSTILE, None, Seconds(0)),),
    ),
    Raised(HOSTILE, HOSTILE, HOSTILE, Place(f"{HOSTILE}.py", 5, HOSTILE)),
    HOSTILE,
    (HOSTILE, *HOSTILE.split("\n")),
)
HIDDEN_RUN = Trace(
    Outcome.FINISHED,
    "",
    Recording(
        output=Output([line(TELLTALE, 1)]),
        tasks=(TaskSpan(1, TELLTALE, TELLTALE, None, Seconds(0), Seconds(1), "finished"),),
        blocked=(Blocked(Seconds(0), Seconds(1), 1, Place(f"{TELLTALE}.py", 5, TELLTALE)),),
    ),
    asked=f"nap('{TELLTALE}')",
)


def check(number: int, verdict: Verdict, failure: Failure | None = None, **fields: Any) -> CheckResult:
    given: dict[str, Any] = {
        "exercise": "naps", "student": "", "name": f"Nap {number} ends in time.", "points": Points(number),
        "nodeid": f"graders/naps/test_naps.py::test_{number}", "order": number, "runs": ("run",), "duration": 0.125,
    }  # fmt: skip
    return CheckResult(verdict=verdict, failure=failure, **given | fields)


def lost(number: int, reason: str = "the program took 3 s, not 2 s", **fields: Any) -> CheckResult:
    return check(number, Verdict.FAILED, Failure(reason, hint=f"look at line {number}"), **fields)


def work(*checks: CheckResult, run: Trace = RUN, student: str = "", exercise: str = "naps", **fields: Any) -> Work:
    given = {"isolation": "strong (bubblewrap)", "path": f"/home/ada/repository/naps/{student}/naps.py"}
    return Work(exercise, student, "naps.py", checks, {"run": Run(run)}, **given | fields)


def grade_of(*checks: CheckResult, run: Trace = RUN, **fields: Any) -> Grade:
    return Grade((work(*checks, run=run, **fields),))


def unfinished(run: Trace, verdict: Verdict = Verdict.FAILED) -> Grade:
    return grade_of(*(check(number, verdict, Failure(run.reason)) for number in (1, 2)), run=run)


def hidden(number: int, visibility: Visibility, verdict: Verdict, *, bonus: bool = False) -> CheckResult:
    failure = None
    if verdict is not Verdict.PASSED:
        failure = Failure(TELLTALE, quoted(TELLTALE), quoted(TELLTALE), TELLTALE, f"{TELLTALE}.py:1")
    return check(
        number, verdict, failure, name=f"{TELLTALE} {number}", nodeid=f"{TELLTALE}::{number}", runs=("run", "secret"),
        points=Points(number, bonus, TELLTALE, visibility),
    )  # fmt: skip


def _hidden() -> Grade:
    kinds = (Visibility.HIDDEN, Visibility.AFTER_DUE_DATE)
    checks = [hidden(1 + n, kinds[n % 2], verdict, bonus=n == 7) for n, verdict in enumerate([*Verdict, *Verdict])]
    runs = {"run": Run(RUN), "secret": Run(HIDDEN_RUN)}
    return Grade((Work("naps", "", "naps.py", (check(9, Verdict.PASSED), *checks), runs),))


def _class() -> Grade:
    names = ["Ada Lovelace_12_assignsubmission_file_", "Participant 7", "Participant_8_assignsubmission_file_"]
    works = [work(check(1, Verdict.PASSED, student=name), lost(2, student=name), student=name) for name in names]
    more = work(check(3, Verdict.PASSED, student=names[0], exercise="rests"), student=names[0], exercise="rests")
    return Grade((*works, more), ("strolls",))


def _many(number: int, size: int, letter: str = "é") -> Grade:
    return grade_of(
        *(lost(1 + n % 9, f"{n} {letter * size}", name=f"Check {n} {'ü' * 60}.", nodeid=str(n)) for n in range(number))
    )


def _hostile() -> Grade:
    failure = Failure(HOSTILE, quoted(HOSTILE) * 60, quoted(HOSTILE), HOSTILE, HOSTILE)
    checks = [
        check(1 + number, verdict, failure if verdict is not Verdict.PASSED else None, name=HOSTILE, student=HOSTILE)
        for number, verdict in enumerate(Verdict)
    ]
    left = {HOSTILE: HOSTILE}
    path = f"/home/ada/repository/{HOSTILE}/naps.py"
    hostile = Work("naps", HOSTILE, HOSTILE, tuple(checks), {"run": Run(HOSTILE_RUN)}, path, "weak", 1, left)
    formula = lost(1, "=1+1", name="=1+1", student='=HYPERLINK("http://evil")')
    titled = lost(2, student="Points Possible", exercise="Final Score")
    return Grade((
        hostile,
        work(formula, student=formula.student),
        work(titled, student="Points Possible", exercise="Final Score"),
    ))  # fmt: skip


def _mixed() -> Grade:
    order = Failure(
        '"long" came before "short", not after it',
        quoted('"short"', '"long"'),
        (QuotedLine('"long"', "2 s"), QuotedLine('"short"', "3 s")),
    )
    checks = (
        check(1, Verdict.PASSED, name="The program prints two lines."),
        check(2, Verdict.FAILED, order, name="The shorter nap ends first."),
        lost(3, name="The naps overlap."),
        check(1, Verdict.PASSED, name="Each nap is a function.", points=Points(1, bonus=True), nodeid="bonus", order=4),
        hidden(5, Visibility.HIDDEN, Verdict.FAILED),
        hidden(6, Visibility.AFTER_DUE_DATE, Verdict.PASSED),
    )
    left = {"asyncio.py": "it would be imported instead of Python's own asyncio"}
    runs = {"run": Run(RUN), "secret": Run(HIDDEN_RUN)}
    path = "/home/ada/repository/naps/naps.py"
    return Grade((Work("naps", "", "naps.py", checks, runs, path, "strong (bubblewrap)", 42, left),))


OUTCOMES: dict[str, Grade] = {
    "mixed": _mixed(),
    "all_passed": grade_of(check(1, Verdict.PASSED), check(2, Verdict.PASSED)),
    "all_lost": grade_of(lost(1), lost(2, '"short" came after "long"'), lost(3)),
    "syntax_error": unfinished(SYNTAX_ERROR, Verdict.NOT_RUN),
    "missing": unfinished(MISSING, Verdict.NOT_RUN),
    "crash": unfinished(CRASH),
    "hang": unfinished(HANG),
    "nothing": Grade((), ("naps",)),
    "hidden": _hidden(),
    "bonus": grade_of(check(1, Verdict.PASSED), lost(2), check(3, Verdict.PASSED, points=Points(3, bonus=True))),
    "bonus_alone": grade_of(check(3, Verdict.PASSED, points=Points(3, bonus=True))),
    "broken": grade_of(
        check(1, Verdict.PASSED),
        check(2, Verdict.ERROR, Failure("KeyError: 'x'", traceback="test_naps.py:3: in test_2\nE   KeyError: 'x'")),
    ),
    "class": _class(),
    "large": _many(300, 5_000),
    "very_large": _many(5_000, 300, "\U0001f600"),
    "hostile": _hostile(),
}
