"""The picture of a run is valid SVG, in proportion, and bounded; the trace events are what Perfetto reads."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import pytest

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
from pytest_asyncgrade.trace.picture import MOST_TASKS, chrome_events, svg

NS = "{http://www.w3.org/2000/svg}"
PLACE = Place("p.py", 7, "nap")
RECORDING = Recording(
    output=Output([Line("a\x1b<b>", Seconds(1), task=2), Line("outside", Seconds(4))]),
    elapsed=Elapsed(4),
    tasks=(
        TaskSpan(1, "Task-1", "main", None, Seconds(0), Seconds(4), "finished"),
        TaskSpan(2, "Task-2", "main.<locals>.a_function_with_a_very_long_name", 1, Seconds(1), Seconds(3), "failed"),
        TaskSpan(3, "Task-3", "late", 1, Seconds(2), None),
    ),
    waits=(
        Wait(1, Seconds(0), Seconds(2), WaitsFor.SLEEP, "sleep", Seconds(2), (PLACE,)),
        Wait(2, Seconds(1), Seconds(3), WaitsFor.LOCK, "Lock.acquire", None, (PLACE,)),
        Wait(3, Seconds(2), Seconds(2), WaitsFor.LIBRARY, "strange"),
    ),
    blocked=(Blocked(Seconds(2), Seconds(3), 1, PLACE), Blocked(Seconds(3), Seconds(4))),
)
TRACE = Trace(Outcome.FINISHED, "", RECORDING, asked="python p.py")


def drawn(trace: Trace, kind: str) -> list[ET.Element]:
    root = ET.fromstring(svg(trace))  # noqa: S314  # our own
    return [element for element in root.iter() if element.get("class") == kind]


def title(element: ET.Element) -> str:
    return element.findtext(f"{NS}title") or ""


def test_bars_are_in_proportion() -> None:
    widths = [float(element.get("width", 0)) for element in drawn(TRACE, "task")]
    assert widths == [750, 375, 375]
    (sleep,) = drawn(TRACE, "sleep")
    assert (float(sleep.get("x", 0)), float(sleep.get("width", 0))) == (190, 375)


def test_what_a_mark_means_is_said() -> None:
    assert [title(one) for one in drawn(TRACE, "task")] == [
        "Task-1 (main): 0 s to 4 s",
        "Task-2 (a_function_with_a_very_long_name): 1 s to 3 s, failed",
        "Task-3 (late): 2 s to 4 s, never ended",
    ]
    assert [title(one) for one in drawn(TRACE, "sleep") + drawn(TRACE, "wait")] == [
        "sleeps on line 7: 0 s to 2 s", "waits for a lock on line 7: 1 s to 3 s",
    ]  # fmt: skip
    assert [title(one) for one in drawn(TRACE, "blocked")] == [
        "time.sleep on line 7 stops everything for 1 s", "time.sleep stops a thread for 1 s",
    ]  # fmt: skip
    assert [title(one) for one in drawn(TRACE, "line")] == ["1 s: a\\x1b<b>", "4 s: outside"]
    assert "outside of these tasks" in svg(TRACE)
    assert "a_function_with_a_very_lo…" in svg(TRACE)


@pytest.mark.parametrize("tasks", [0, 3, 30, 300])
def test_a_picture_is_bounded(tasks: int) -> None:
    spans = tuple(
        TaskSpan(number, f"Task-{number}", "nap", None, Seconds(0), Seconds(number), "finished")
        for number in range(1, tasks + 1)
    )
    trace = Trace(Outcome.FINISHED, "", Recording(elapsed=Elapsed(tasks), tasks=spans), asked="python p.py")
    assert len(drawn(trace, "task")) == min(tasks, MOST_TASKS)
    assert (f"and {tasks - MOST_TASKS} more tasks" in svg(trace)) == (tasks > MOST_TASKS)


@pytest.mark.parametrize("elapsed", [0.000000003, 0.5, 1, 7, 86_400, 1e9])
def test_there_are_some_ticks_and_not_too_many(elapsed: float) -> None:
    trace = Trace(Outcome.FINISHED, "", Recording(elapsed=Elapsed(elapsed)), asked="python p.py")
    assert 3 <= len(drawn(trace, "grid")) <= 9


def test_chrome_events_are_json_with_microseconds() -> None:
    found = json.loads(json.dumps(chrome_events(TRACE)))["traceEvents"]
    assert {event["ph"] for event in found} == {"M", "X", "i"}
    spans = [(event["name"], event["ts"], event["dur"], event["tid"]) for event in found if event["ph"] == "X"]
    assert spans[:3] == [
        ("main", 0, 4e6, 1), ("a_function_with_a_very_long_name", 1e6, 2e6, 2), ("late", 2e6, 2e6, 3)
    ]  # fmt: skip
    assert ("waits for a lock", 1e6, 2e6, 2) in spans
    assert [event["args"]["name"] for event in found if event["ph"] == "M"][:2] == ["python p.py", "Task-1 main"]
