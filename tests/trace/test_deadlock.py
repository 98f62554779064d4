"""What a student is told of a deadlock: who waits on which line, what for, and why nobody ends that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade.trace.deadlock import hangs_at, reason, root, stuck_rows
from pytest_asyncgrade.trace.model import Lacks, Outcome, Place, Recording, Seconds, Stuck, TaskSpan, Wait, WaitsFor
from pytest_asyncgrade.virtualtime.deadlock_message import listed

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_asyncgrade.trace import Trace

    Run = Callable[..., Trace]

AT = Place("x.py", 7, "f")
ONE = TaskSpan(1, "Task-1", "main", None, Seconds(0))
TWO = TaskSpan(2, "Task-2", "fetch", 1, Seconds(0))


def told(wait: Stuck) -> str:
    return str(stuck_rows(Recording(tasks=(ONE, TWO), stuck=(wait,)))[0])


@pytest.mark.parametrize(
    ("wait", "expected"),
    [
        (Stuck((1,), "", AT, Lacks.SLEEP), "the end of an endless sleep: it never comes"),
        (Stuck((1,), "", AT, Lacks.LOCK, (2,)), "a lock: fetch has it, and waits, too"),
        (Stuck((1,), "", AT, Lacks.LOCK, (1,)), "a lock: it has this lock already, and waits for itself"),
        (Stuck((1,), "", AT, Lacks.LOCK), "a lock: nobody is left to release it"),
        (Stuck((1,), "", AT, Lacks.SEMAPHORE), "a place in a semaphore: nobody is left to give a place back"),
        (Stuck((1,), "", AT, Lacks.EVENT), "an event: nobody is left to call its set()"),
        (Stuck((1,), "", AT, Lacks.CLEARED_EVENT),
         "an event: it was set and cleared before this wait began, and nobody is left to set it again"),
        (Stuck((1,), "", AT, Lacks.BARRIER, count=2, needed=3), "a barrier: 3 have to come, and only 2 are here"),
        (Stuck((1,), "", AT, Lacks.ITEM), "an item of a queue: it is empty, and nobody is left to put one in"),
        (Stuck((1,), "", AT, Lacks.ITEM, count=2),
         "an item of a queue: it has 2, which wake nobody, and nobody is left to put one in"),
        (Stuck((1,), "", AT, Lacks.WORK_DONE, count=2),
         "the end of a queue's work, with join(): task_done() is missing for 2 of the items put in"),
        (Stuck((1,), "", AT, Lacks.WORK_DONE),
         "the end of a queue's work, with join(): task_done() is missing for some items put in"),
        (Stuck((1,), "", AT, Lacks.DATA, (2,)),
         "data from the other end of a connection: fetch, at the other end, waits, too"),
        (Stuck((1,), "", AT, Lacks.DATA),
         "data from the other end of a connection: nobody is left to write at the other end"),
        (Stuck((1,), "", AT, Lacks.LINE, data="b'x'"), "the end of a line: b'x' has come, without a line end"),
        (Stuck((1,), "", AT, Lacks.SEPARATOR, data="b'x'", separator="b';'"),
         "b';' on a connection: only b'x' has come"),
        (Stuck((1,), "", AT, Lacks.BYTES, data="b'x'", needed=4), "4 bytes on a connection: only b'x' has come"),
        (Stuck((1,), "", AT, Lacks.END_OF_DATA, data="b'x'"),
         "the end of a connection: b'x' has come, and the other end has not closed the connection"),
        (Stuck((1,), "", AT, Lacks.TASKS, (2,)), "fetch: it waits, too"),
        (Stuck((1,), "", AT, Lacks.TASKS), "other tasks: it waits, too"),
    ],
)  # fmt: skip
def test_every_kind_of_wait_has_its_sentence(wait: Stuck, expected: str) -> None:
    assert told(wait) == f"main on line 7 waits for {expected}"


def test_several_tasks_wait() -> None:
    assert told(Stuck((1, 2), "", AT, Lacks.EVENT)).startswith("main and fetch on line 7 wait for an event: ")


def test_threads_and_the_tests_own_tasks_are_told_as_such() -> None:
    assert told(Stuck((2,), "", None, Lacks.EVENT)).startswith("fetch (of the test) waits for an event: ")
    assert told(Stuck((), "pool_0", AT, Lacks.THREAD, other_thread="io")) == (
        "thread pool_0 on line 7 waits for the end of thread io: that thread waits, too"
    )
    assert told(Stuck((), "io", AT, Lacks.LOCK, other_thread="io")).endswith("waits for itself")
    assert told(Stuck((), "io", AT, Lacks.LOCK, other_thread="a")).endswith("thread a has it, and waits, too")


def test_a_line_of_another_file_is_told_with_its_name() -> None:
    recording = Recording(tasks=(ONE,), stuck=(Stuck((1,), "", AT, Lacks.ITEM),))
    (row,), (elsewhere,) = (stuck_rows(recording, script) for script in ("x.py", "y.py"))
    assert (str(row)[:18], str(elsewhere)[:26]) == ("main on line 7 wai", "main on line 7 of x.py wai")


def test_what_only_waits_for_other_tasks_comes_last() -> None:
    recording = Recording(
        tasks=(ONE, TWO), stuck=(Stuck((1,), "", AT, Lacks.TASKS, (2,)), Stuck((2,), "", None, Lacks.ITEM))
    )
    assert [row.who for row in stuck_rows(recording)] == ["fetch (of the test)", "main"]
    assert root(recording) is recording.stuck[1]
    assert hangs_at(recording) is None
    assert reason(recording).startswith("deadlock: fetch (of the test) waits for an item")


def test_without_the_facts_the_last_wait_tells_the_line() -> None:
    wait = Wait(1, Seconds(0), Seconds(0), WaitsFor.EVENT, places=(AT,))
    recording = Recording(tasks=(ONE,), waits=(wait,))
    assert (reason(recording), root(recording), hangs_at(recording)) == ("", None, AT)


@pytest.mark.parametrize(
    ("names", "expected"),
    [("", ""), ("a", "a"), ("ab", "a and b"), ("abcd", "a, b, c and d"), ("abcde", "a, b, c and 2 more")],
)
def test_of_many_names_the_first_are_told(names: str, expected: str) -> None:
    assert listed(list(names)) == expected


STREAMS = """
import asyncio

async def handle(reader, writer):
    line = await reader.{method}
    writer.write(line)

async def ask(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"pear")
    print(await reader.readline())

async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    await ask(server.sockets[0].getsockname()[1])

asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("method", "awaited"),
    [
        ("readline()", "the end of a line: b'pear' has come, without a line end"),
        ("readuntil(b';')", "b';' on a connection: only b'pear' has come"),
        ("readexactly(9)", "9 bytes on a connection: only b'pear' has come"),
        ("read()", "the end of a connection: b'pear' has come, and the other end has not closed the connection"),
    ],
)
def test_both_ends_of_a_connection_are_told(run: Run, method: str, awaited: str) -> None:
    trace = run(STREAMS.format(method=method))
    assert trace.outcome is Outcome.DEADLOCKED
    assert list(map(str, stuck_rows(trace.partial))) == [
        f"handle on line 5 waits for {awaited}",
        "main on line 11 waits for data from the other end of a connection: handle, at the other end, waits, too",
    ]


def test_the_line_that_writes_no_line_end_is_the_one_to_repair(run: Run) -> None:
    (finding,) = [one for one in run(STREAMS.format(method="readline()")).diagnosis if one.kind == "deadlock"]
    assert finding.place is not None
    assert (finding.place.lineno, finding.advice) == (
        10, 'readline() waits for a line end: write it with the line, writer.write(b"...\\n")',
    )  # fmt: skip


def test_holders_and_missing_calls_are_told(run: Run) -> None:
    trace = run("""
        import asyncio

        async def work(lock, other):
            async with lock:
                await asyncio.sleep(1)
                async with other:
                    pass

        async def main():
            a, b, queue = asyncio.Lock(), asyncio.Lock(), asyncio.Queue()
            queue.put_nowait(1)
            await asyncio.gather(work(a, b), work(b, a), queue.join())

        asyncio.run(main())
        """)
    assert sorted(map(str, stuck_rows(trace.partial))) == [
        "Queue.join on line 13 waits for the end of a queue's work, with join(): task_done() is missing for 1 of the "
        "items put in",
        "main on line 13 waits for work 1, work 2 and Queue.join: they wait, too",
        "work 1 on line 7 waits for a lock: work 2 has it, and waits, too",
        "work 2 on line 7 waits for a lock: work 1 has it, and waits, too",
    ]
