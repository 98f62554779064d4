from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade.trace import (
    Blocked,
    BusyWait,
    Line,
    Outcome,
    Output,
    Place,
    Raised,
    RecordError,
    Recording,
    Seconds,
    TaskSpan,
    Trace,
    TraceBuilder,
    WaitsFor,
)
from pytest_asyncgrade.trace.archive import archived, restored
from pytest_asyncgrade.trace.builder import Verdict
from pytest_asyncgrade.trace.model import Elapsed
from pytest_asyncgrade.trace.output import KEPT_LINES
from pytest_asyncgrade.trace.protocol.lines import MAX_LINE_BYTES, dump
from pytest_asyncgrade.trace.protocol.records import (
    VERSION,
    BusyWaitBegan,
    CallBlocked,
    Ended,
    Hello,
    Located,
    Printed,
    TaskCreated,
    TaskDone,
    TasksLeft,
    WaitBegan,
    encode,
)

if TYPE_CHECKING:
    from pytest_asyncgrade.trace.protocol.records import Record

SECOND = 1_000_000_000
HELLO = Hello(VERSION)
RECORDS: list[Record] = [
    HELLO,
    TaskCreated(1, None, "Task-1", "main", 0, Place("p.py", 9, "<module>"), 1, ""),
    TaskCreated(2, 1, "Task-2", "work", 0, None, 2, ""),
    Printed(SECOND, "stdout", "hi", 2, Place("p.py", 3, "work")),
    Printed(SECOND, "stderr", "oh", None, None),
    CallBlocked(SECOND, 2 * SECOND, 2, Place("p.py", 4, "work"), WaitsFor.BLOCKING_SLEEP, "time.sleep"),
    BusyWaitBegan(2 * SECOND, 1, Place("p.py", 5, "main")),
    TaskDone(2, 2 * SECOND, "failed", "late", 0, None),
    TasksLeft((1,)),
    Located(Place("p.py", 5, "main")),
    Ended(
        3 * SECOND, Outcome.CRASHED, "line 5: OSError: x", Place("p.py", 5, "main"),
        Raised("OSError", "x", "Traceback ..."), ["int", "0x7"],
    ),
]  # fmt: skip


def build(*records: Record) -> TraceBuilder:
    builder = TraceBuilder()
    for record in records:
        builder.feed(dump(encode(record)))
    return builder


def ended(outcome: Outcome, time: int = 0) -> Ended:
    return Ended(time, outcome, "", None, None, None)


def task(number: int) -> TaskCreated:
    return TaskCreated(number, None, "", "", 0, None, 1, "")


def line(time: int, text: str) -> Printed:
    return Printed(time, "stdout", text, None, None)


def test_records_become_a_trace() -> None:
    trace = build(*RECORDS).build(asked="python p.py", source=("a", "b"))
    assert trace == Trace(
        Outcome.CRASHED,
        "line 5: OSError: x",
        Recording(
            output=Output([Line("hi", Seconds(1), "stdout", 2, Place("p.py", 3, "work"))]),
            stderr=Output([Line("oh", Seconds(1), "stderr")]),
            elapsed=Elapsed(3),
            result=7,
            tasks=(
                TaskSpan(1, "Task-1", "main", None, Seconds(0), place=Place("p.py", 9, "<module>"), outlived=True),
                TaskSpan(2, "late", "work", 1, Seconds(0), Seconds(2), "failed", loop=2),
            ),
            blocked=(Blocked(Seconds(1), Seconds(2), 2, Place("p.py", 4, "work")),),
            busy_waits=(BusyWait(Seconds(2), 1, Place("p.py", 5, "main")),),
            max_concurrency=2,
        ),
        Raised("OSError", "x", "Traceback ..."),
        "python p.py",
        ("a", "b"),
        ended_at=Place("p.py", 5, "main"),
    )


def test_a_trace_is_archived_and_restored_through_json() -> None:
    trace = build(*RECORDS).build(asked="python p.py", source=("a",), verdict=Verdict(Outcome.TIMED_OUT, "too long"))
    assert restored(json.loads(json.dumps(archived(trace)))) == trace
    assert trace.outcome is Outcome.TIMED_OUT
    assert trace.exception == Raised("OSError", "x", "Traceback ...")


def test_records_without_an_end_are_a_program_that_left() -> None:
    trace = build(HELLO).build(asked="", source=())
    assert (trace.outcome, trace.reason) == (Outcome.EXITED, "the program ended before it was done")


def test_a_trace_without_records_is_restored() -> None:
    trace = Trace(Outcome.NOT_RUNNABLE, "there is no file x.py", Recording())
    assert restored(json.loads(json.dumps(archived(trace)))) == trace


@pytest.mark.parametrize(
    ("records", "most"),
    [
        ([], 0),
        (["start 1"], 1),
        (["start 1", "start 2", "done 2", "start 3"], 2),
        (["start 1", "start 2", "start 3", "done 2", "done 3"], 3),
    ],
)
def test_concurrency_counts_the_tasks_in_progress_at_one_time(records: list[str], most: int) -> None:
    builder = build(HELLO)
    for record in records:
        what, number = record.split()
        if what == "start":
            builder.feed(dump(encode(task(int(number)))))
        else:
            builder.feed(dump(encode(TaskDone(int(number), 0, "finished", "", 0, None))))
    assert builder.recording().max_concurrency == most


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (["line", 0, "stdout", "x", None], r"a malformed record 'line': fields \[0, 'stdout', 'x', None\]"),
        (["line", -1, "stdout", "x", None, None], "a malformed record 'line': time -1"),
        (["line", True, "stdout", "x", None, None], "a malformed record 'line': time True"),
        (["line", 0.5, "stdout", "x", None, None], "a malformed record 'line': time 0.5"),
        (["line", 0, "stdin", "x", None, None], "a malformed record 'line': stream 'stdin'"),
        (["line", 0, ["stdout"], "x", None, None], r"a malformed record 'line': stream \['stdout'\]"),
        (["line", 0, "stdout", 3, None, None], "a malformed record 'line': text 3"),
        (["line", 0, "stdout", "x", 1, None], "a malformed record 'line': unknown task 1"),
        (["line", 0, "stdout", "x", None, "p.py"], "a malformed record 'line': place 'p.py'"),
        (["line", 0, "stdout", "x", None, ["p.py", 1]], r"a malformed record 'line': place \['p.py', 1\]"),
        (["task", 2, None, "n", "c", 0, None, 1, ""], "a malformed record 'task': task 2 out of order"),
        (["done", 1, 0, "finished", "", 0, None], "a malformed record 'done': end of task 1"),
        (["done", 1, 0, "pending", "", 0, None], "a malformed record 'done': ended 'pending'"),
        (["left", 1], "a malformed record 'left': tasks 1"),
        (["left", [1]], "a malformed record 'left': unknown task 1"),
        (["left", [None]], "a malformed record 'left': tasks None"),
        (["lost", 1], "a malformed record 'lost': unknown task 1"),
        (["wait", 0, 1, "asyncio.Lock", "Lock.acquire", None, [], [], []], "a malformed record 'wait': unknown task 1"),
        (["wait", 0, 1, "a lock", "", None, [], [], []], "a malformed record 'wait': waits_for 'a lock'"),
        (["unawaited", "f", None, 1], "a malformed record 'unawaited': after_error 1"),
        (["end", 0, "timed_out", "", None, None, None], "a malformed record 'end': outcome 'timed_out'"),
        (["end", 0, "finished", "", None, "x", None], "a malformed record 'end': exception 'x'"),
        (["end", 0, "finished", "", None, None, 5], "a malformed record 'end': a value without its type"),
        (["hello", VERSION], "a record 'hello' out of place"),
        (["hello", VERSION, "nonce"], r"a malformed record 'hello': fields \[4, 'nonce'\]"),
        (["verdict", "passed"], "a record 'verdict' out of place"),
    ],
)
def test_what_is_not_exactly_a_record_is_an_error(record: list[object], message: str) -> None:
    builder = build(HELLO)
    with pytest.raises(RecordError, match=f"^{message}$"):
        builder.feed(dump(record))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"nonsense", "not JSON: b'nonsense'"),
        (b"[" * 100_000, "not JSON: .*"),
        (b"{}", "not records: b'{}'"),
        (b"[]", r"not records: b'\[\]'"),
        (b'["hello", 1]', r"not records: .*"),
        (b"[[]]", r"not records: b'\[\[\]\]'"),
        (b"x" * (MAX_LINE_BYTES + 1), "a line of 1000001 bytes, more than 1000000"),
        (dump(encode(line(0, "x"))), "a record 'line' out of place"),
        (dump(["hello", 1]), "a malformed record 'hello': version 1"),
        (dump(["hello", True]), "a malformed record 'hello': version True"),
        (dump(["hello"]), r"a malformed record 'hello': fields \[\]"),
    ],
)
def test_what_does_not_begin_like_a_run_is_an_error(data: bytes, message: str) -> None:
    with pytest.raises(RecordError, match=f"^{message}$"):
        TraceBuilder().feed(data)


def test_nothing_comes_after_the_end() -> None:
    builder = build(HELLO, ended(Outcome.FINISHED))
    assert builder.ended
    with pytest.raises(RecordError, match=r"^a record 'line' out of place$"):
        builder.feed(dump(encode(line(0, "x"))))


def test_of_a_program_that_printed_too_much_the_first_and_the_last_lines_are_kept() -> None:
    lines = [line(n, str(n)) for n in range(2 * KEPT_LINES + 5)]
    flooded = build(HELLO, *lines, ended(Outcome.FLOODED, 1004)).recording().output
    assert [one.text for one in flooded[KEPT_LINES - 1 : KEPT_LINES + 2]] == [
        "499",
        "[... 5 lines left out ...]",
        "505",
    ]
    assert (len(flooded), flooded[-1].text) == (2 * KEPT_LINES + 1, "1004")
    assert len(build(HELLO, *lines, ended(Outcome.FINISHED, 1004)).recording().output) == 2 * KEPT_LINES + 5


def test_more_records_than_may_be_are_an_error() -> None:
    builder = TraceBuilder(max_records=10)
    builder.feed(dump(encode(HELLO)))
    for _ in range(1010):
        builder.feed(dump(encode(Located(None))))
    with pytest.raises(RecordError, match=r"^more than 10 records$"):
        builder.feed(dump(encode(Located(None))))


def test_a_moment_equals_the_sum_of_the_waits_in_a_row_that_led_up_to_it() -> None:
    waits = [100_000_001, 333_333_334, 1_265_695_429, 200_000_001]
    asked = [0.1000000001, 1 / 3, 1.26569542837, 0.2000000001]
    builder = build(HELLO)
    for number in (1, 2):
        builder.feed(dump(encode(task(number))))
    now = 0
    for wait in waits:
        for number in (1, 2):
            builder.feed(dump(encode(WaitBegan(now, number, WaitsFor.SLEEP, "sleep", wait, (), (), ()))))
        now += wait
        builder.feed(dump(encode(line(now, "x"))))
    recording = builder.recording()
    sums = [sum(asked[: count + 1]) for count in range(4)]
    assert [one.time for one in recording.output] == sums
    assert recording.elapsed == sums[-1]
    assert [one.time.waits for one in recording.output] == [1, 2, 3, 4]
    assert recording.output[0].time != 0.100000003
    assert recording.output[3].time - recording.output[2].time == asked[3]


def test_a_program_that_is_stuck_hangs_where_its_first_task_waits() -> None:
    trace = build(
        HELLO,
        task(1),
        task(2),
        WaitBegan(0, 2, WaitsFor.LOCK, "Lock.acquire", None, (Place("p.py", 3, "work"),), (), ()),
        WaitBegan(0, 1, WaitsFor.FUTURE, "", None, (Place("p.py", 7, "main"), Place("p.py", 9, "start")), (), (2,)),
        Ended(0, Outcome.DEADLOCKED, "deadlock: ...", Place("p.py", 11, "<module>"), None, None),
    ).build(asked="", source=())
    assert trace.ended_at == Place("p.py", 7, "main")
