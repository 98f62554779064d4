from __future__ import annotations

from dataclasses import replace

from pytest_asyncgrade.grading import (
    Grade,
    Run,
    Work,
)
from pytest_asyncgrade.trace import Line, Outcome, Output, Recording, Seconds, Trace
from pytest_asyncgrade.trace.model import Elapsed
from tests.grading.results import RESULT


def test_nothing_graded_is_nothing_lost() -> None:
    assert Grade().complete
    assert (Grade().score, Grade().max_score) == (0, 0)


def test_runs_that_tell_the_same_are_shown_once() -> None:
    said = Output([Line("hi", Seconds(0))])
    runs = {
        "nothing": Trace(Outcome.FINISHED, "", Recording(), asked="nap(1)"),
        "waits": Trace(Outcome.FINISHED, "", Recording(elapsed=Elapsed(2)), asked="nap(2)"),
        "speaks": Trace(Outcome.FINISHED, "", Recording(output=said), asked="nap(3)"),
        "broken": Trace(Outcome.CRASHED, "no", Recording(), asked="nap(4)"),
        "broken as well": Trace(Outcome.CRASHED, "no", Recording(), asked="nap(5)"),
        "broken later": Trace(Outcome.CRASHED, "no", Recording(output=said), asked="nap(6)"),
        "nothing again": Trace(Outcome.FINISHED, "", Recording(), asked="python naps.py"),
    }
    check = replace(RESULT, runs=tuple(runs))
    work = Work("naps", "ada", "naps.py", (check,), {key: Run(run) for key, run in runs.items()})
    assert [run.asked for run in work.runs_to_show()] == ["nap(2)", "nap(3)", "nap(4)", "nap(6)", "python naps.py"]
