from __future__ import annotations

import json

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
)
from pytest_asyncgrade.trace.codec import KEPT, MAX_LINE, Seal, dump, pack, unpack
from pytest_asyncgrade.trace.model import Elapsed

SECOND = 1_000_000_000
HELLO: list[object] = ["hello", 1]
RECORDS: list[list[object]] = [
    HELLO,
    ["task", 1, None, "Task-1", "main", 0, ["p.py", 9, "<module>"], 1],
    ["task", 2, 1, "Task-2", "work", 0, None, 2],
    ["line", SECOND, "stdout", "hi", 2, ["p.py", 3, "work"]],
    ["line", SECOND, "stderr", "oh", None, None],
    ["blocked", SECOND, 2 * SECOND, 2, ["p.py", 4, "work"], "time.sleep"],
    ["busy", 2 * SECOND, 1, ["p.py", 5, "main"]],
    ["done", 2, 2 * SECOND, "failed", "late", 0],
    ["left", [1]],
    ["stuck", ["p.py", 5, "main"]],
    ["end", 3 * SECOND, "crashed", "line 5: OSError: x", ["OSError", "x", "Traceback ...", None], ["int", "0x7"]],
]


def build(*records: list[object]) -> TraceBuilder:
    builder = TraceBuilder()
    for record in records:
        builder.feed(dump(record))
    return builder


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
    )


def test_a_trace_packs_and_unpacks_through_json() -> None:
    trace = build(*RECORDS).build(asked="python p.py", source=("a",), verdict=(Outcome.TIMED_OUT, "too long"))
    assert unpack(json.loads(json.dumps(pack(trace)))) == trace
    assert trace.outcome is Outcome.TIMED_OUT
    assert trace.exception == Raised("OSError", "x", "Traceback ...")


def test_records_without_an_end_are_a_program_that_left() -> None:
    trace = build(HELLO).build(asked="", source=())
    assert (trace.outcome, trace.reason) == (Outcome.EXITED, "the program ended before it was done")


def test_a_trace_without_records_unpacks() -> None:
    trace = Trace(Outcome.NOT_RUNNABLE, "there is no file x.py", Recording())
    assert unpack(pack(trace)) == trace


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
            builder.feed(dump(["task", int(number), None, "", "", 0, None, 1]))
        else:
            builder.feed(dump(["done", int(number), 0, "finished", "", 0]))
    assert builder.recording().max_concurrency == most


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (["line", 0, "stdout", "x", None], "a malformed record 'line': .*"),
        (["line", -1, "stdout", "x", None, None], "a malformed record 'line': number -1"),
        (["line", True, "stdout", "x", None, None], "a malformed record 'line': number True"),
        (["line", 0.5, "stdout", "x", None, None], "a malformed record 'line': number 0.5"),
        (["line", 0, "stdin", "x", None, None], "a malformed record 'line': stream 'stdin'"),
        (["line", 0, "stdout", 3, None, None], "a malformed record 'line': text 3"),
        (["line", 0, "stdout", "x", 1, None], "a malformed record 'line': unknown task 1"),
        (["line", 0, "stdout", "x", None, "p.py"], "a malformed record 'line': place 'p.py'"),
        (["line", 0, "stdout", "x", None, ["p.py", 1]], "a malformed record 'line': .*"),
        (["task", 2, None, "n", "c", 0, None, 1], "a malformed record 'task': task 2 out of order"),
        (["done", 1, 0, "finished", "", 0], "a malformed record 'done': end of task 1"),
        (["left", 1], "a malformed record 'left': tasks 1"),
        (["left", [1]], "a malformed record 'left': unknown task 1"),
        (["left", [None]], "a malformed record 'left': number None"),
        (["end", 0, "timed_out", "", None, None], "a malformed record 'end': outcome 'timed_out'"),
        (["end", 0, "finished", "", "x", None], "a malformed record 'end': exception 'x'"),
        (["end", 0, "finished", "", None, 5], "a malformed record 'end': a value without its type"),
        (["hello", 1, "nonce"], "a record 'hello' out of place"),
        (["verdict", "passed"], "a record 'verdict' out of place"),
    ],
)
def test_what_is_not_exactly_a_record_is_an_error(record: list[object], message: str) -> None:
    builder = build(HELLO)
    with pytest.raises(RecordError, match=f"^{message}$"):
        builder.feed(dump(record))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"nonsense", "not JSON: b'nonsense'"),
        (b"[" * 100_000, "not JSON: .*"),
        (b"{}", "not records: b'{}'"),
        (b"[]", r"not records: b'\[\]'"),
        (b'["hello", 1]', r"not records: .*"),
        (b"[[]]", r"not records: b'\[\[\]\]'"),
        (b"x" * (MAX_LINE + 1), "a line of 1000001 bytes, more than 1000000"),
        (dump(["line", 0, "stdout", "x", None, None]), "a record 'line' out of place"),
        (dump(["hello", 2]), "a malformed record 'hello': version 2"),
        (dump(["hello", True]), "a malformed record 'hello': version True"),
        (dump(["hello"]), "a malformed record 'hello': .*missing 1 required .*"),
    ],
)
def test_what_does_not_begin_like_a_run_is_an_error(line: bytes, message: str) -> None:
    with pytest.raises(RecordError, match=f"^{message}$"):
        TraceBuilder().feed(line)


def test_nothing_comes_after_the_end() -> None:
    builder = build(HELLO, ["end", 0, "finished", "", None, None])
    assert builder.ended
    with pytest.raises(RecordError, match=r"^a record 'line' out of place$"):
        builder.feed(dump(["line", 0, "stdout", "x", None, None]))


def test_a_sealed_record_comes_out_as_it_went_in() -> None:
    writer, reader = Seal(b"key"), Seal(b"key")
    for record in RECORDS:
        line = writer.sign(dump(record))
        assert json.loads(line)[1:] == [record]
        assert reader.open(line) == dump(record)


def forged(how: str, lines: list[bytes]) -> list[bytes]:
    """Return lines of which the last is no record of the recorder's."""
    return {
        "unsigned": [dump(RECORDS[0])],
        "guessed": [Seal(b"guess").sign(dump(RECORDS[0]))],
        "changed": [lines[0].replace(b"hello", b"hullo")],
        "out of order": [lines[1]],
        "repeated": [lines[0], lines[0]],
        "left out": [lines[0], lines[2]],
        "empty": [b""],
        "nonsense": [b"[" * 100],
    }[how]


@pytest.mark.parametrize(
    "how", ["unsigned", "guessed", "changed", "out of order", "repeated", "left out", "empty", "nonsense"]
)
def test_a_record_that_was_forged_changed_repeated_or_left_out_breaks_the_seal(how: str) -> None:
    writer, reader = Seal(b"key"), Seal(b"key")
    *good, bad = forged(how, [writer.sign(dump(record)) for record in RECORDS])
    for line in good:
        reader.open(line)
    with pytest.raises(RecordError, match=r"^not written by its recorder: "):
        reader.open(bad)


def test_of_a_program_that_printed_too_much_the_first_and_the_last_lines_are_kept() -> None:
    lines: list[list[object]] = [["line", n, "stdout", str(n), None, None] for n in range(2 * KEPT + 5)]
    flooded = build(HELLO, *lines, ["end", 9, "flooded", "too much", None, None]).recording().output
    assert [line.text for line in flooded[KEPT - 1 : KEPT + 2]] == ["499", "[... 5 lines left out ...]", "505"]
    assert (len(flooded), flooded[-1].text) == (2 * KEPT + 1, "1004")
    assert len(build(HELLO, *lines, ["end", 9, "finished", "", None, None]).recording().output) == 2 * KEPT + 5


def test_more_records_than_may_be_are_an_error() -> None:
    builder = TraceBuilder(max_records=10)
    builder.feed(dump(HELLO))
    for _ in range(1010):
        builder.feed(dump(["stuck", None]))
    with pytest.raises(RecordError, match=r"^more than 10 records$"):
        builder.feed(dump(["stuck", None]))


def test_a_moment_equals_the_sum_of_the_waits_in_a_row_that_led_up_to_it() -> None:
    waits = [100_000_001, 333_333_334, 1_265_695_429, 200_000_001]
    asked = [0.1000000001, 1 / 3, 1.26569542837, 0.2000000001]
    builder = build(HELLO)
    for number in (1, 2):
        builder.feed(dump(["task", number, None, "", "", 0, None, 1]))
    now = 0
    for wait in waits:
        for number in (1, 2):
            builder.feed(dump(["wait", now, number, "sleep", wait, []]))
        now += wait
        builder.feed(dump(["line", now, "stdout", "x", None, None]))
    recording = builder.recording()
    sums = [sum(asked[: count + 1]) for count in range(4)]
    assert [line.time for line in recording.output] == sums
    assert recording.elapsed == sums[-1]
    assert [line.time.waits for line in recording.output] == [1, 2, 3, 4]
    assert recording.output[0].time != 0.100000003
    assert recording.output[3].time - recording.output[2].time == asked[3]
