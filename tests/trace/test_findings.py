"""Each misconception is found where a run shows it, with its line; a program that is right has no finding."""

from __future__ import annotations

import json
import re
import textwrap
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade.grading import Exercise
from pytest_asyncgrade.sandbox import CAN_FORK, ForkServer, Job, read_submission, run_isolated
from pytest_asyncgrade.trace import KINDS, Outcome, Recording, Trace, UnfinishedRunError
from pytest_asyncgrade.trace.findings import MOST, REGISTRY, diagnose

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]

FETCH = """
import asyncio, time
async def fetch(n):
    await asyncio.sleep(n)
    return n
"""

SHOWN: dict[str, tuple[str, str, str]] = {
    "printed coroutine": (
        "async def main():\n    print(fetch(1))\nasyncio.run(main())",
        "coroutine_as_value",
        "line 6 prints the coroutine that fetch() made, not what fetch() returns",
    ),
    "coroutine used as a number": (
        "async def main():\n    return fetch(1) + 1\nasyncio.run(main())",
        "coroutine_as_value",
        "line 6 uses a coroutine as if it were what the function returns "
        "(unsupported operand type(s) for +: 'coroutine' and 'int')",
    ),
    "coroutine not awaited": (
        "async def main():\n    fetch(1)\nasyncio.run(main())",
        "never_awaited",
        "fetch() on line 6 is called, but not awaited, so nothing in it ever runs",
    ),
    "coroutine function given to a thread": (
        "async def main():\n    one = await asyncio.to_thread(fetch, 1)\n    print(one)\n    one.close()\n"
        "asyncio.run(main())",
        "coroutine_as_value",
        "line 7 prints the coroutine that fetch() made, not what fetch() returns",
    ),
    "a server's handler fails": (
        "async def handle(reader, writer):\n    raise OSError('disk full')\n"
        "async def main():\n    server = await asyncio.start_server(handle, '127.0.0.1', 0)\n"
        "    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())\n"
        "    await reader.read()\n    writer.close()\n    server.close()\nasyncio.run(main())",
        "lost_exception",
        "handle() raised OSError on line 6 (disk full), and its task, made by asyncio, ended",
    ),
    "main not run": (
        "async def main():\n    pass\nmain()",
        "never_awaited",
        "main() on line 7 is called, but not awaited, so nothing in it ever runs",
    ),
    "sleep not awaited": (
        "async def main():\n    asyncio.sleep(1)\nasyncio.run(main())",
        "never_awaited",
        "asyncio.sleep() on line 6 is called, but not awaited: the program does not wait there",
    ),
    "event not awaited": (
        "async def main():\n    asyncio.Event().wait()\nasyncio.run(main())",
        "never_awaited",
        "line 6 calls wait() without awaiting it, so it does nothing",
    ),
    "time.sleep": (
        "async def main():\n    for _ in range(3):\n        time.sleep(2)\nasyncio.run(main())",
        "blocked_loop",
        "time.sleep on line 7 stops the whole event loop for 6 s: no other task can run meanwhile",
    ),
    "subprocess.run": (
        "import subprocess, sys\nasync def main():\n    subprocess.run([sys.executable, '-c', 'pass'])\n"
        "asyncio.run(main())",
        "blocked_loop",
        "subprocess.run on line 7 stops the whole event loop until it returns: no other task can run meanwhile",
    ),
    "computing": (
        "async def main():\n    end = time.thread_time() + 0.3\n    while time.thread_time() < end: sum(range(1000))\n"
        "asyncio.run(main())",
        "slow_step",
        "line 7 in main() keeps the event loop busy for about N s: no other task can run meanwhile",
    ),
    "busy wait": (
        "async def main():\n    task = asyncio.create_task(fetch(1))\n    while not task.done():\n"
        "        await asyncio.sleep(0)\nasyncio.run(main())",
        "busy_wait",
        "line 8 waits by looking again and again, and keeps the processor busy all the time",
    ),
    "awaits one below the other": (
        "async def main():\n    await fetch(2)\n    x = await fetch(3)\n    await fetch(1)\nasyncio.run(main())",
        "sequential_awaits",
        "lines 6, 7 and 8 wait one after the other: 2 + 3 + 1 = 6 s",
    ),
    "a loop of awaits": (
        "async def main():\n    found = []\n    for n in [1, 2, 3]:\n        found.append(await fetch(n))\n"
        "asyncio.run(main())",
        "sequential_awaits",
        "the turns of the loop on line 7 wait one after the other: 1 + 2 + 3 = 6 s",
    ),
    "tasks awaited at once": (
        "async def main():\n    await asyncio.create_task(fetch(1))\n    await asyncio.create_task(fetch(1))\n"
        "asyncio.run(main())",
        "awaited_at_once",
        "line 6 awaits each task in the line that creates it, so the next one begins when it is done",
    ),
    "an event loop for each": (
        "for n in (1, 2):\n    asyncio.run(fetch(n))",
        "sequential_runs",
        "2 event loops run one after the other: what is in one cannot overlap what is in another",
    ),
    "run in a coroutine": (
        "async def main():\n    asyncio.run(fetch(1))\nasyncio.run(main())",
        "run_in_loop",
        "line 6 calls asyncio.run() in a coroutine: the event loop runs already",
    ),
    "task cut off": (
        "async def main():\n    task = asyncio.create_task(fetch(9))\n    await fetch(1)\nasyncio.run(main())",
        "cut_off",
        "the task of fetch() created on line 6 was not done when the program ended, and cut off",
    ),
    "task without a name": (
        "async def main():\n    asyncio.create_task(fetch(1))\n    await fetch(2)\nasyncio.run(main())",
        "no_reference",
        "line 6 creates a task and keeps no reference to it: Python may collect it half-way",
    ),
    "task of a loop without a name": (
        "async def main():\n    loop = asyncio.get_running_loop()\n    loop.create_task(fetch(1))\n    await fetch(2)\n"
        "asyncio.run(main())",
        "no_reference",
        "line 7 creates a task and keeps no reference to it: Python may collect it half-way",
    ),
    "exception nobody asks for": (
        "async def bad():\n    raise KeyError(1)\nasync def main():\n    task = asyncio.create_task(bad())\n"
        "    await fetch(2)\nasyncio.run(main())",
        "lost_exception",
        "bad() raised KeyError on line 6 (1), and nobody awaited its task, created on line 8, to hear of it",
    ),
    "cancellation swallowed": (
        "async def stubborn():\n    try:\n        await fetch(9)\n    except asyncio.CancelledError:\n        pass\n"
        "async def main():\n    task = asyncio.create_task(stubborn())\n    await fetch(1)\n    task.cancel()\n"
        "    await task\nasyncio.run(main())",
        "swallowed_cancellation",
        "stubborn() was cancelled and ended as if it had not been (line 8 catches the CancelledError)",
    ),
    "cancellation suppressed": (
        "import contextlib\nasync def stubborn():\n    with contextlib.suppress(asyncio.CancelledError):\n"
        "        await fetch(9)\n    await fetch(1)\nasync def main():\n    task = asyncio.create_task(stubborn())\n"
        "    await fetch(1)\n    task.cancel()\n    await task\nasyncio.run(main())",
        "swallowed_cancellation",
        "stubborn() was cancelled at 1 s and went on all the same (line 7 catches the CancelledError)",
    ),
    "cancellation lost in a finally": (
        "async def stubborn():\n    for n in (9, 1):\n        try:\n            await fetch(n)\n        finally:\n"
        "            continue\nasync def main():\n    task = asyncio.create_task(stubborn())\n"
        "    await fetch(1)\n    task.cancel()\n    await task\nasyncio.run(main())",
        "swallowed_cancellation",
        "stubborn() was cancelled at 1 s and went on all the same (line 7 catches the CancelledError)",
    ),
    "lock held for nothing": (
        "async def use(lock):\n    async with lock:\n        lock.used = True\n        await asyncio.sleep(1)\n"
        "async def main():\n    lock = asyncio.Lock()\n    await asyncio.gather(use(lock), use(lock))\n"
        "asyncio.run(main())",
        "idle_lock",
        "line 8 sleeps while it holds the lock of line 6 and others wait for it",
    ),
    "a method that is not called": (
        "async def main():\n    task = asyncio.create_task(fetch(2))\n    await asyncio.sleep(1)\n    task.cancel\n"
        "    await task\nasyncio.run(main())",
        "not_called",
        "line 8 names task.cancel and does not call it, so nothing happens there",
    ),
    "a queue filled by a thread": (
        "import threading\nasync def main():\n    queue = asyncio.Queue()\n    def fill():\n        time.sleep(1)\n"
        "        queue.put_nowait(1)\n    threading.Thread(target=fill).start()\n    print(await queue.get())\n"
        "asyncio.run(main())",
        "thread_unsafe",
        "line 10 uses the event loop, by queue.put_nowait(), from another thread: the loop is not made for that, "
        "and may sleep on",
    ),
    "two calls on the line of a thread": (
        "import threading\nasync def main():\n    queue = asyncio.Queue()\n    def fill():\n"
        "        time.sleep(1); queue.put_nowait(1)\n    threading.Thread(target=fill).start()\n"
        "    print(await queue.get())\nasyncio.run(main())",
        "thread_unsafe",
        "line 9 uses the event loop, by queue.put_nowait(), from another thread: the loop is not made for that, "
        "and may sleep on",
    ),
    "a future set by a timer": (
        "import threading\nasync def main():\n    future = asyncio.get_running_loop().create_future()\n"
        "    threading.Timer(1, future.set_result, ['x']).start()\n    print(await future)\nasyncio.run(main())",
        "thread_unsafe",
        "a call uses the event loop from another thread: the loop is not made for that, and may sleep on",
    ),
    "a coroutine in place of a callback": (
        "async def main():\n    asyncio.get_running_loop().call_soon(fetch(1))\n    await fetch(1)\n"
        "asyncio.run(main())",
        "never_awaited",
        "line 6 gives asyncio.get_running_loop().call_soon() the coroutine of fetch(), which it cannot call, so "
        "nothing in it ever runs",
    ),
    "left by asyncio.wait": (
        "async def main():\n    tasks = [asyncio.create_task(fetch(n)) for n in (1, 9)]\n"
        "    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)\nasyncio.run(main())",
        "left_running",
        "asyncio.wait on line 7 goes on without the task of fetch(): it was still running when the program ended, "
        "and cut off",
    ),
    "a generator without time to clean up": (
        "async def numbers():\n    try:\n        yield 1\n        yield 2\n    finally:\n        await fetch(1)\n"
        "        print('closed')\nasync def main():\n    async for n in numbers():\n        break\n"
        "    await asyncio.sleep(0.5)\nasyncio.run(main())",
        "cleanup_cut_off",
        "the loop over numbers() was left, and the cleanup after its line 7 was cut off at the end",
    ),
    "results that nobody looks at": (
        "async def bad(n):\n    await fetch(1)\n    return 1 / n\nasync def main():\n"
        "    results = await asyncio.gather(bad(1), bad(0), return_exceptions=True)\n    print(len(results))\n"
        "asyncio.run(main())",
        "unseen_exception",
        "a task of the gather on line 9 failed (bad() raised ZeroDivisionError on line 7 (division by zero)), and "
        "nobody looks at the "
        "results",
    ),
    "a semaphore for each call": (
        "async def use(n):\n    places = asyncio.Semaphore(2)\n    async with places:\n        await fetch(1)\n"
        "async def main():\n    await asyncio.gather(*map(use, range(3)))\nasyncio.run(main())",
        "useless_lock",
        "line 6 makes a new semaphore in every call of use(), so it limits nothing: 3 calls were in its block at once",
    ),
    "very many at once": (
        "async def main():\n    await asyncio.gather(*(fetch(1) for _ in range(600)))\nasyncio.run(main())",
        "unbounded",
        "601 tasks are in progress at once; a server that gets so many requests may refuse them",
    ),
    "deadlock": (
        "async def main():\n    await asyncio.Event().wait()\nasyncio.run(main())",
        "deadlock",
        "the program is stuck: every task waits, and nothing can wake any of them",
    ),
}  # fmt: skip

RIGHT: dict[str, str] = {
    "a sleep by another name": """
async def pause():
    "Wait a moment."
    await asyncio.sleep(1)
async def main():
    await pause()
    await fetch(2)
asyncio.run(main())
""",
    "cancelled at the end": """
async def main():
    task = asyncio.create_task(fetch(9))
    await asyncio.sleep(1)
    task.cancel()
asyncio.run(main())
""",
    "cancelled in the second run": """
async def main():
    task = asyncio.create_task(fetch(9))
    await asyncio.sleep(1)
    task.cancel()
    await asyncio.wait([task])
with asyncio.Runner() as runner:
    runner.run(asyncio.sleep(0))
    runner.run(main())
""",
    "workers with one iterator": """
async def work(numbers):
    for number in numbers:
        await fetch(number)
async def main():
    numbers = iter([1, 2, 3, 4])
    await asyncio.gather(work(numbers), work(numbers))
asyncio.run(main())
""",
    "server cancelled after its last client": """
async def handle(reader, writer):
    writer.close()
async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    serving = asyncio.create_task(server.serve_forever())
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    await reader.read()
    writer.close()
    serving.cancel()
    await asyncio.wait([serving])
asyncio.run(main())
""",
    "needs the result": "async def main():\n    x = await fetch(1)\n    await fetch(x)\nasyncio.run(main())",
    "retries": "async def main():\n    for n in (1, 2):\n        try:\n            return await fetch(n)\n"
    "        except OSError:\n            pass\nasyncio.run(main())",
    "ticks": "async def main():\n    for n in range(3):\n        await asyncio.sleep(1)\nasyncio.run(main())",
    "one step after another": "async def step():\n    await asyncio.sleep(1)\n    await asyncio.sleep(2)\n"
    "async def main():\n    await asyncio.gather(step(), step())\nasyncio.run(main())",
    "waits that cost nothing": "async def main():\n    await fetch(0)\n    await fetch(0)\nasyncio.run(main())",
    "sums up": "async def main():\n    total = 0\n    for n in (1, 2):\n        total = await fetch(total + n)\n"
    "asyncio.run(main())",
    "cancels and awaits": "async def main():\n    task = asyncio.create_task(fetch(9))\n    await fetch(1)\n"
    "    task.cancel()\n    try:\n        await task\n    except asyncio.CancelledError:\n        print('stopped')\n"
    "asyncio.run(main())",
    "a loop that ends when it is cancelled": "async def spin():\n    while True:\n        try:\n"
    "            await asyncio.sleep(1)\n        except asyncio.CancelledError:\n            break\nasync def main():\n"
    "    task = asyncio.create_task(spin())\n    await fetch(3)\n    task.cancel()\n    await task\n"
    "asyncio.run(main())",
    "a lock that keeps others waiting": "async def turn(lock):\n    async with lock:\n        print('mine')\n"
    "        await asyncio.sleep(1)\nasync def main():\n    lock = asyncio.Lock()\n"
    "    await asyncio.gather(turn(lock), turn(lock))\nasyncio.run(main())",
    "times out": "async def main():\n    try:\n        async with asyncio.timeout(1):\n            await fetch(9)\n"
    "    except TimeoutError:\n        print('late')\nasyncio.run(main())",
    "a lock that protects": "async def use(lock):\n    async with lock:\n        print('from')\n"
    "        await asyncio.sleep(1)\n        print('to')\nasync def main():\n    lock = asyncio.Lock()\n"
    "    await asyncio.gather(use(lock), use(lock))\nasyncio.run(main())",
    "workers": "async def work(queue):\n    while True:\n        n = await queue.get()\n        await fetch(n)\n"
    "        queue.task_done()\nasync def main():\n    queue = asyncio.Queue()\n    for n in (1, 2, 3):\n"
    "        queue.put_nowait(n)\n    tasks = [asyncio.create_task(work(queue)) for _ in range(2)]\n"
    "    await queue.join()\n    for task in tasks:\n        task.cancel()\n"
    "    await asyncio.gather(*tasks, return_exceptions=True)\nasyncio.run(main())",
    "sleeps in a thread": "async def main():\n    await asyncio.to_thread(time.sleep, 1)\nasyncio.run(main())",
    "threads wait for each other": "import threading\nasync def main():\n    event = threading.Event()\n"
    "    threading.Timer(1, event.set).start()\n    await asyncio.to_thread(event.wait)\nasyncio.run(main())",
    "a pool that is left": "from concurrent.futures import ThreadPoolExecutor\nasync def main():\n"
    "    with ThreadPoolExecutor() as pool:\n"
    "        await asyncio.get_running_loop().run_in_executor(pool, time.sleep, 1)\nasyncio.run(main())",
    "computes in a thread": "def compute():\n    end = time.thread_time() + 0.3\n"
    "    while time.thread_time() < end: sum(range(1000))\nasync def main():\n"
    "    await asyncio.to_thread(compute)\nasyncio.run(main())",
    "a loop in another thread": "import threading\nasync def main():\n    await fetch(1)\n"
    "thread = threading.Thread(target=lambda: asyncio.run(main()))\nthread.start()\n"
    "asyncio.run(fetch(2))\nthread.join()",
    "cancels what asyncio.wait left": "async def main():\n"
    "    tasks = [asyncio.create_task(fetch(n)) for n in (1, 9)]\n"
    "    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)\n"
    "    for task in pending:\n        task.cancel()\nasyncio.run(main())",
    "a generator that is closed": "import contextlib\nasync def numbers():\n    try:\n        yield 1\n    finally:\n"
    "        await fetch(1)\nasync def main():\n    async with contextlib.aclosing(numbers()) as some:\n"
    "        async for n in some:\n            break\nasyncio.run(main())",
    "results that are looked at": "async def bad():\n    raise OSError\nasync def main():\n"
    "    for result in await asyncio.gather(bad(), return_exceptions=True):\n        print(repr(result))\n"
    "asyncio.run(main())",
    "workers that are cancelled": "async def main():\n    tasks = [asyncio.create_task(fetch(9)) for _ in range(2)]\n"
    "    await asyncio.sleep(1)\n    for task in tasks:\n        task.cancel()\n"
    "    await asyncio.gather(*tasks, return_exceptions=True)\nasyncio.run(main())",
    "one semaphore for all": "places = asyncio.Semaphore(2)\nasync def use(n):\n    async with places:\n"
    "        print('in')\n        await fetch(1)\nasync def main():\n    await asyncio.gather(*map(use, range(3)))\n"
    "asyncio.run(main())",
    "a thread that tells the loop": "import threading\nasync def main():\n    queue = asyncio.Queue()\n"
    "    loop = asyncio.get_running_loop()\n    def fill():\n        time.sleep(1)\n"
    "        loop.call_soon_threadsafe(queue.put_nowait, 1)\n        asyncio.run_coroutine_threadsafe(fetch(1), loop)\n"
    "    threading.Thread(target=fill).start()\n    print(await queue.get())\n    await fetch(2)\nasyncio.run(main())",
    "cleans up when it is cancelled": "async def work():\n    try:\n        await fetch(9)\n"
    "    except asyncio.CancelledError:\n        await fetch(1)\n        raise\nasync def main():\n"
    "    task = asyncio.create_task(work())\n    await fetch(2)\n    task.cancel()\n    await asyncio.wait([task])\n"
    "asyncio.run(main())",
    "a function that goes round": "async def poll(n):\n    for _ in range(n):\n        await asyncio.sleep(1)\n"
    "async def main():\n    for n in [3]:\n        await poll(n)\nasyncio.run(main())",
}


@pytest.fixture(scope="module")
def fork_server() -> Iterator[ForkServer | None]:
    launcher = ForkServer() if CAN_FORK else None
    yield launcher
    if launcher:
        launcher.close()


def traced(folder: Path, source: str, launcher: ForkServer | None) -> Trace:
    script = folder / "program.py"
    script.write_text(FETCH.lstrip() + textwrap.dedent(source), encoding="utf-8")
    return run_isolated(Job(read_submission(script)), launcher)


@pytest.mark.parametrize("name", SHOWN)
def test_what_a_run_shows_is_found(name: str, tmp_path: Path, fork_server: ForkServer | None) -> None:
    source, kind, message = SHOWN[name]
    found = {finding.kind: finding for finding in diagnose(traced(tmp_path, source, fork_server))}
    assert re.sub(r"about \d\.\d s", "about N s", str(found[kind])) == message
    assert found[kind].advice


def test_every_kind_is_shown_by_some_program() -> None:
    assert {kind for _source, kind, _message in SHOWN.values()} == set(KINDS)


def test_the_docs_list_every_kind_in_the_order_they_are_told_and_say_which_are_advisory() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", (ROOT / "docs" / "findings.md").read_text("utf-8"), re.MULTILINE)
    assert [kind for kind, _text in rows] == list(KINDS)
    assert [kind for kind, text in rows if "(advisory" in text] == [one.kind for one in REGISTRY if one.advisory]


def test_every_finder_says_what_it_finds() -> None:
    assert [one.kind for one in REGISTRY if not (one.find.__doc__ or "").startswith("Find ")] == []


def test_the_findings_of_a_trace_are_computed_once_and_only_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[object] = []

    def look(run: object, _ignored: object) -> list[object]:
        looked_at.append(run)
        return []

    monkeypatch.setattr("pytest_asyncgrade.trace.trace.diagnose", look)
    trace = Trace(Outcome.FINISHED, "", Recording())
    assert looked_at == []
    assert [trace.findings, trace.found("deadlock"), list(trace.diagnosis)] == [[], [], []]
    assert looked_at == [trace]


ADVICE = {
    "class A:\n    def __init__(self):\n        self.load()\n    async def load(self):\n        await fetch(1)\n"
    "async def main():\n    A()\nasyncio.run(main())": "__init__ cannot wait: write `await self.load(...)` in a method "
    "with async def, and await that one",
    "async def main():\n    asyncio.get_running_loop().call_later(1, lambda: fetch(1))\n    await fetch(2)\n"
    "asyncio.run(main())": "a lambda cannot wait: let it start a task, `lambda: asyncio.create_task(fetch(...))`",
    "class A:\n    def __str__(self):\n        return asyncio.run(fetch(1))\nasync def main():\n    print(A())\n"
    "asyncio.run(main())": "__str__ cannot wait: write `await fetch(1)` in a method with async def, and await that one",
    "async def main():\n    text = fetch(1)\n    text.append(2)\nasyncio.run(main())": "await the call to get what "
    "it returns: value = await fetch(...)",
    "async def main():\n    door = asyncio.Barrier(2)\n    await door.wait()\nasyncio.run(main())": "a barrier opens "
    "when as many tasks wait for it as it was made for",
    "async def take(queue):\n    while True:\n        await queue.get()\nasync def main():\n    "
    "queue = asyncio.Queue()\n    queue.put_nowait(1)\n    "
    "task = asyncio.create_task(take(queue))\n    await queue.join()\n"
    "asyncio.run(main())": "after each item that is taken, call queue.task_done(), even if its work fails: "
    "in a finally",
}


@pytest.mark.parametrize("source", ADVICE)
def test_the_advice_can_be_written_where_it_is_given(
    source: str, tmp_path: Path, fork_server: ForkServer | None
) -> None:
    (finding,) = diagnose(traced(tmp_path, source, fork_server))
    assert finding.advice == ADVICE[source]


def test_a_call_that_blocks_for_ever_is_the_reason_of_the_deadlock(
    tmp_path: Path, fork_server: ForkServer | None
) -> None:
    source = "import queue\nasync def main():\n    queue.Queue().get()\nasyncio.run(main())"
    assert [finding.advice for finding in diagnose(traced(tmp_path, source, fork_server))] == [
        "between coroutines use an asyncio.Queue and `await` its methods",
        "the call that stops the event loop waits for what only another task can do, and none can run meanwhile",
    ]


THREADS = """
import concurrent.futures, queue, socket, threading

async def main():
    lock = threading.Lock()
    lock.acquire()
    later(lock.release)
    {call}

def later(function, *args):
    threading.Timer(1, function, args).start()

asyncio.run(main())
"""
BLOCKING = {
    "lock.acquire()": ("Lock.acquire", "asyncio.Lock"),
    "with lock: pass": ("Lock.acquire", "asyncio.Lock"),
    "q = queue.Queue(); later(q.put, 1); q.get()": ("Queue.get", "asyncio.Queue"),
    "e = threading.Event(); later(e.set); e.wait()": ("Event.wait", "asyncio.Event"),
    "t = threading.Timer(1, print); t.start(); t.join()": ("Thread.join", "asyncio.to_thread"),
    "concurrent.futures.ThreadPoolExecutor().submit(time.sleep, 1).result()": ("Future.result", "wrap_future"),
    "a, b = socket.socketpair(); later(b.send, b'x'); a.recv(1)": ("socket.recv", "open_connection"),
}


@pytest.mark.parametrize("call", BLOCKING)
def test_a_call_that_blocks_is_named_with_what_to_use_instead(
    call: str, tmp_path: Path, fork_server: ForkServer | None
) -> None:
    (finding,) = traced(tmp_path, THREADS.format(call=call), fork_server).findings
    what, instead = BLOCKING[call]
    where = f"{what} on line 12 stops the whole event loop until it returns"
    assert finding.message == f"{where}: no other task can run meanwhile"
    assert instead in finding.advice


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_has_no_finding(name: str, tmp_path: Path, fork_server: ForkServer | None) -> None:
    trace = traced(tmp_path, RIGHT[name], fork_server)
    assert trace.findings == []
    assert trace.outcome is Outcome.FINISHED


@cache
def honest() -> dict[str, tuple[Path, frozenset[str]]]:
    """Return every program of ours that deserves full marks, and what its exercise ignores."""
    programs = {}
    for grader in ROOT.glob("graders/*/"):
        ignored = Exercise.of_grader(grader).ignored
        for path in [grader / "solution.py", *grader.glob("alternatives/*.py")]:
            programs[f"{grader.name}/{path.stem}"] = path, ignored
    suite = ROOT / "tests" / "hostile"
    manifest = json.loads((suite / "manifest.json").read_text(encoding="utf-8"))
    for name, what in manifest.items():
        if what["must"] == "full" and (suite / f"{name}.py").exists():
            programs[f"hostile/{name}"] = suite / f"{name}.py", frozenset()
    return programs


@pytest.mark.parametrize("name", honest())
def test_no_honest_program_has_a_finding(name: str, fork_server: ForkServer | None) -> None:
    path, ignored = honest()[name]
    trace = run_isolated(Job(read_submission(path)), fork_server)
    assert [finding for finding in diagnose(trace) if finding.kind not in ignored] == []


def test_what_the_grader_does_with_its_tasks_is_no_finding(tmp_path: Path, fork_server: ForkServer | None) -> None:
    (tmp_path / "program.py").write_text("async def work():\n    raise ValueError\n", encoding="utf-8")
    scenarios = (
        b"import asyncio\nasync def alone(student):\n"
        b"    await asyncio.wait([asyncio.create_task(student.work(), name='mine')])\n"
    )
    job = Job(read_submission(tmp_path / "program.py"), kind="play", function="alone", kwargs={}, scenarios=scenarios)
    trace = run_isolated(job, fork_server)
    assert trace.stderr[:2] == ["Task exception was never retrieved", "Traceback (most recent call last):"]
    assert trace.stderr[2].startswith('  File "program.py", line 2, in work')
    assert diagnose(trace) == []


def test_a_coroutine_function_that_the_grader_calls_as_a_plain_one_is_told(
    tmp_path: Path, fork_server: ForkServer | None
) -> None:
    (tmp_path / "program.py").write_text("async def double(n):\n    return 2 * n\n", encoding="utf-8")
    scenarios = b"async def add(student):\n    return student.double(2) + 1\n"
    job = Job(read_submission(tmp_path / "program.py"), kind="play", function="add", kwargs={}, scenarios=scenarios)
    (finding,) = diagnose(run_isolated(job, fork_server))
    assert (finding.message, finding.advice) == (
        "double() is called as a plain function, and makes a coroutine "
        "(unsupported operand type(s) for +: 'coroutine' and 'int')",
        "write double with def, without async",
    )


def test_a_coroutine_that_comes_back_from_a_thread_is_told_by_the_line_that_gave_the_function(
    tmp_path: Path, fork_server: ForkServer | None
) -> None:
    source = "import asyncio\nasync def read():\n    pass\nasync def all():\n    return await asyncio.to_thread(read)\n"
    (tmp_path / "program.py").write_text(source, encoding="utf-8")
    trace = run_isolated(Job(read_submission(tmp_path / "program.py"), kind="call", function="all"), fork_server)
    assert [finding.message for finding in diagnose(trace)][:1] == [
        "line 5 gives read to asyncio.to_thread(), which calls it and never awaits it, so nothing in it ever runs"
    ]


@pytest.mark.parametrize(
    ("body", "advice"),
    [
        ("    asyncio.create_task(fetch(9))", "keep the task and await it before main ends"),
        (
            "    for n in range(2):\n        asyncio.create_task(fetch(9))",
            "append each task to a list, and `await asyncio.gather(*tasks)` behind the loop",
        ),
    ],
)
def test_tasks_that_are_cut_off_are_kept_as_they_are_made(
    tmp_path: Path, fork_server: ForkServer | None, body: str, advice: str
) -> None:
    trace = traced(tmp_path, f"async def main():\n{body}\n    await fetch(1)\nasyncio.run(main())", fork_server)
    assert [finding.advice for finding in diagnose(trace) if finding.kind == "cut_off"][:1] == [advice]


def test_a_blocking_call_in_the_graders_code_is_told_by_the_call_of_it(
    tmp_path: Path, fork_server: ForkServer | None
) -> None:
    (tmp_path / "program.py").write_text("async def read_all():\n    return read('a')\n", encoding="utf-8")
    scenarios = (
        b"import time\nasync def slow(student):\n    student.read = lambda name: time.sleep(2)\n"
        b"    await student.read_all()\n"
    )
    job = Job(read_submission(tmp_path / "program.py"), kind="play", function="slow", kwargs={}, scenarios=scenarios)
    (finding,) = diagnose(run_isolated(job, fork_server))
    assert finding.message == "read() on line 2 stops the whole event loop for 2 s: no other task can run meanwhile"
    assert finding.advice == "read() blocks: give it to a thread, `await asyncio.to_thread(read, ...)`"


def test_findings_can_be_asked_for_by_kind(tmp_path: Path, fork_server: ForkServer | None) -> None:
    trace = traced(tmp_path, "async def main():\n    fetch(1)\n    time.sleep(1)\nasyncio.run(main())", fork_server)
    assert [finding.kind for finding in trace.findings] == ["never_awaited", "blocked_loop"]
    assert [finding.kind for finding in trace.found("busy_wait", "blocked_loop")] == ["blocked_loop"]
    with pytest.raises(ValueError, match=r"^trace.found\('lazy'\): there is no such kind of finding: choose corout"):
        trace.found("lazy")


def test_a_run_that_did_not_finish_cannot_be_asked_for_findings() -> None:
    trace = Trace(Outcome.CRASHED, "it fell over", Recording())
    with pytest.raises(UnfinishedRunError):
        trace.found("busy_wait")
    assert diagnose(trace) == []


def test_of_very_many_the_first_are_told(tmp_path: Path, fork_server: ForkServer | None) -> None:
    calls = "\n".join("    fetch(1)" for _ in range(100))
    trace = traced(tmp_path, f"async def main():\n{calls}\nasyncio.run(main())", fork_server)
    assert len(trace.findings) == MOST
    assert len(trace.partial.unawaited) == 50


@pytest.mark.parametrize("source", ["x = (", "\0", "(" * 5000, "x" * 400_000])
def test_a_source_that_cannot_be_read_is_no_obstacle(source: str) -> None:
    assert diagnose(Trace(Outcome.CRASHED, "", Recording(), source=tuple(source.split("\n")))) == []
