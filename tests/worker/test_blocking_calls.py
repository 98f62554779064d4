"""A call that blocks is known by the library's function that the student's line called."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade.trace import WaitsFor
from pytest_asyncgrade.worker import waits

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_asyncgrade.trace import Trace

    Run = Callable[..., Trace]

LOCKED = """
import asyncio, queue, socket, subprocess, sys, threading
lock = threading.Lock()
def hold(started):
    with lock:
        started.set()
        import time
        time.sleep(2)
async def main():
    started = threading.Event()
    thread = threading.Thread(target=hold, args=(started,))
    thread.start()
    started.wait()
    {call}
asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("call", "what", "waits_for"),
    [
        ("lock.acquire()", "Lock.acquire", WaitsFor.BLOCKING_LOCK),
        ("with lock: pass", "Lock.acquire", WaitsFor.BLOCKING_LOCK),
        ("thread.join()", "Thread.join", WaitsFor.BLOCKING_LIBRARY),
        ("queue.Queue().get(timeout=1)", "Queue.get", WaitsFor.BLOCKING_QUEUE),
        ("queue.SimpleQueue().get(timeout=1)", "SimpleQueue.get", WaitsFor.BLOCKING_LIBRARY),
        ("subprocess.run([sys.executable, '-c', ''])", "subprocess.run", WaitsFor.BLOCKING_PROCESS),
        ("subprocess.Popen([sys.executable, '-c', '']).wait()", "Popen.wait", WaitsFor.BLOCKING_PROCESS),
        (
            "a, b = socket.socketpair(); a.settimeout(1)\n    try: a.recv(1)\n    except TimeoutError: pass",
            "socket.recv",
            WaitsFor.BLOCKING_SOCKET,
        ),
    ],
)
def test_a_blocking_call_has_the_name_that_the_student_knows(
    run: Run, call: str, what: str, waits_for: WaitsFor
) -> None:
    blocked = [stretch for stretch in run(LOCKED.format(call=call)).partial.blocked if stretch.task is not None]
    assert (blocked[-1].what, blocked[-1].waits_for) == (what, waits_for)


def test_a_lock_of_asyncio_and_one_of_threading_are_two_things(run: Run) -> None:
    trace = run(
        "import asyncio, threading, time\n"
        "async def hold(lock):\n    async with lock:\n        await asyncio.sleep(1)\n"
        "async def main():\n    lock = asyncio.Lock()\n    await asyncio.gather(hold(lock), hold(lock))\n"
        "    other = threading.Lock()\n    other.acquire()\n    other.acquire(timeout=1)\n"
        "asyncio.run(main())"
    )
    assert {(wait.what, wait.waits_for) for wait in trace.waits if "Lock" in wait.what} == {
        ("Lock.acquire", WaitsFor.LOCK)
    }
    assert [(one.what, one.waits_for) for one in trace.blocked] == [("Lock.acquire", WaitsFor.BLOCKING_LOCK)]


def test_the_lock_of_another_library_is_none_of_asyncios() -> None:
    names: dict[str, type] = {}
    exec(compile("class Lock:\n    async def acquire(self): pass", "/lib/other/locks.py", "exec"), names)  # noqa: S102  # ours
    acquire = vars(names["Lock"])["acquire"]
    assert acquire.__code__.co_qualname == asyncio.Lock.acquire.__code__.co_qualname
    assert waits._waits_for(acquire.__code__) is WaitsFor.LIBRARY
    assert waits._waits_for(asyncio.Lock.acquire.__code__) is WaitsFor.LOCK
