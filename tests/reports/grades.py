"""Grades to report: one of everything that can happen."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import PurePosixPath

from pytest_asyncgrade.grading import CheckResult, Failure, Grade, Points, Run, Verdict, Visibility, Work
from pytest_asyncgrade.reports import About
from pytest_asyncgrade.trace import Line, Outcome, Output, Recording, Seconds, TaskSpan, Trace
from pytest_asyncgrade.trace.model import Elapsed

from .quotes import quoted

ABOUT = About(
    {
        "CLASSROOM": "cs", "ASSIGNMENT": "naps", "ASSIGNMENT_TYPE": "individual", "OWNER": "ada",
        "SUBMISSION_TAG": "submit/2026-11-25T12-00-00Z", "COMMIT_URL": "https://github.com/cs/naps-ada/commit/1",
        "RELEASE_URL": "https://github.com/cs/naps-ada/releases/tag/submit%2F2026-11-25T12-00-00Z",
        "REVIEW_URL": "https://github.com/cs/naps-ada/pull/1",
    },
    root=PurePosixPath("/home/ada/repository"),
    now=datetime(2026, 11, 25, 12, 0, 1, tzinfo=UTC),
)  # fmt: skip

HOSTILE = "\x1b[31m\x00::error::x\n##[set-output name=score]100``` <script>]]>\ud800\u202e"


def check(  # noqa: PLR0913  # one field each
    name: str,
    verdict: Verdict,
    failure: Failure | None = None,
    *,
    points: Points | None = None,
    student: str = "ada",
    runs: tuple[str, ...] = ("run",),
) -> CheckResult:
    return CheckResult("naps", student, name, f"t.py::{name}", 1, points or Points(2), verdict, failure, runs, 0.25)


RUN = Trace(
    Outcome.FINISHED,
    "",
    Recording(
        output=Output([Line("slept", Seconds(1), task=1)]),
        stderr=Output([Line(HOSTILE, Seconds(1), "stderr")]),
        elapsed=Elapsed(1.5),
        tasks=(
            TaskSpan(1, "Task-1", "main", None, Seconds(0), Seconds(1.5), "finished"),
            TaskSpan(2, "Task-2", "nap", 1, Seconds(0)),
        ),
        max_concurrency=2,
    ),
    asked="python naps.py",
)
CRASH = Trace(Outcome.CRASHED, f"line 1: ValueError: {HOSTILE}", Recording(), asked="python naps.py")

EVERYTHING = Grade(
    (
        Work(
            "naps",
            "ada",
            "naps.py",
            (
                check("It naps.", Verdict.PASSED),
                check("It naps.", Verdict.FAILED, Failure("it did not", quoted("a", "b"), quoted("c"), hint="try")),
                check(
                    "secret",
                    Verdict.FAILED,
                    Failure("secret", hint="secret"),
                    points=Points(1, hint="secret", visibility=Visibility.HIDDEN),
                ),
                check("broken", Verdict.ERROR, Failure("oops", traceback="t.py:1\nE  oops"), runs=()),
                check("bonus", Verdict.PASSED, points=Points(1, bonus=True)),
            ),
            {"run": Run(RUN)},
        ),
        Work(
            "naps",
            f"b{HOSTILE}",
            "naps.py",
            (check(f"n{HOSTILE}", Verdict.NOT_RUN, Failure(f"r{HOSTILE}", quoted(HOSTILE), quoted(HOSTILE))),),
            {"run": Run(CRASH)},
        ),
    ),
    ("rests",),
)
