from __future__ import annotations

from pytest_asyncgrade.trace import (
    Blocked,
    Line,
    Outcome,
    Output,
    Place,
    Recording,
    Seconds,
    TaskSpan,
    Trace,
    Wait,
    WaitsFor,
)
from pytest_asyncgrade.trace.model import Elapsed
from pytest_asyncgrade.trace.timeline import UNICODE, headline, timeline


def test_shows_lines_tasks_and_what_blocked() -> None:
    recording = Recording(
        output=Output([Line("hi", Seconds(0), task=2), Line("red \x1b[31m" + "x" * 80, Seconds(2))]),
        stderr=Output([Line("Traceback", Seconds(2), "stderr")]),
        elapsed=Elapsed(4),
        tasks=(
            TaskSpan(1, "Task-1", "main", None, Seconds(0), Seconds(4), "finished"),
            TaskSpan(2, "Task-2", "a_function_with_a_long_name", 1, Seconds(0), Seconds(2), "failed"),
            TaskSpan(3, "Task-3", "late", 1, Seconds(4), None),
        ),
        blocked=(Blocked(Seconds(0), Seconds(2), 2, Place("p.py", 7, "f")), Blocked(Seconds(3), Seconds(4))),
        waits=(
            Wait(1, Seconds(0), Seconds(1), WaitsFor.SLEEP, "sleep", Seconds(1)),
            Wait(1, Seconds(2), Seconds(3), WaitsFor.LOCK, "Lock.acquire"),
            Wait(3, Seconds(4), Seconds(4), WaitsFor.QUEUE_ITEM, "Queue.get"),
        ),
    )
    trace = Trace(Outcome.FINISHED, "", recording, asked="python p.py")
    assert headline(trace) == "python p.py took 4 s"
    assert (
        "\n".join(timeline(trace, width=60))
        == """\
      0 s a_function_wi... | hi
      2 s                  | red \\x1b[31mxxxxxxxxxxxxxxxx...

On standard error:
  Traceback

          task               0                           4 s
          main             | -------========........========
          a_function_wi... | *############## failed
          late             |                   never ended =
          * prints, = in progress, - sleeps, . waits for a
          lock, # stops everything"""
    )
    assert list(timeline(trace, width=60, signs=UNICODE))[-5:-2] == [
        "          main             │ ───────━━━━━━━━········━━━━━━━━",
        "          a_function_wi... │ ●██████████████ failed",
        "          late             │                   never ended ━",
    ]


def test_of_too_many_it_shows_the_first_and_the_last_and_says_so() -> None:
    output = Output([Line(str(n), Seconds(0)) for n in range(100)])
    shown = list(timeline(Trace(Outcome.CRASHED, "it fell over", Recording(output=output), asked="python p.py")))
    assert [row.split("|")[-1].strip() for row in shown] == [
        *map(str, range(20)),
        "[... 70 more lines ...]",
        *map(str, range(90, 100)),
    ]


def test_says_when_nothing_was_printed() -> None:
    trace = Trace(Outcome.CRASHED, "it fell over", Recording(), asked="python p.py")
    assert list(timeline(trace)) == ["(it printed nothing)"]
    assert headline(trace) == "python p.py: it fell over"
