"""A run and a result, for tests of what becomes of them."""

from __future__ import annotations

from pytest_asyncgrade.grading import CheckResult, Failure, Points, Run, Verdict, Visibility
from pytest_asyncgrade.trace import Outcome, QuotedLine, Recording, Trace

TRACE = Trace(Outcome.NOT_RUNNABLE, "empty", Recording(), asked="python naps.py")
RUN = Run(TRACE)
RESULT = CheckResult(
    "naps",
    "ada",
    "It naps.",
    "t.py::test_it",
    3,
    Points(2, hint="try", visibility=Visibility.HIDDEN),
    Verdict.FAILED,
    Failure("no", (QuotedLine("a"),), (QuotedLine("b", "1 s"),), "try", "trace"),
    ("run",),
    0.5,
)
