"""A deadlock is reported at once, with every task, the line it waits on and what it waits for."""

from __future__ import annotations

import asyncio
import queue
import threading
from typing import TYPE_CHECKING, Any

import pytest

from pytest_asyncgrade.virtualtime import DeadlockError, VirtualTimeLoop, virtual_time

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine


async def a_lock_and_its_holder() -> None:
    lock, never = asyncio.Lock(), asyncio.Event()

    async def hold() -> None:
        async with lock:
            await never.wait()

    async def want() -> None:
        async with lock:
            pass

    async with asyncio.TaskGroup() as group:
        group.create_task(hold())
        group.create_task(want())


async def two_locks_in_two_orders() -> None:
    one, other = asyncio.Lock(), asyncio.Lock()

    async def take(first: asyncio.Lock, second: asyncio.Lock) -> None:
        async with first:
            await asyncio.sleep(1)
            async with second:
                pass

    await asyncio.gather(take(one, other), take(other, one))


async def the_same_lock_twice() -> None:
    lock = asyncio.Lock()
    async with lock:  # noqa: SIM117  # the line of the second one is told
        async with lock:
            pass


async def an_empty_queue() -> None:
    await asyncio.Queue[int]().get()


async def a_full_queue() -> None:
    items = asyncio.Queue[int](1)
    await items.put(1)
    await asyncio.wait_for(items.put(2), None)


async def a_queue_to_be_joined() -> None:
    items = asyncio.Queue[int]()
    items.put_nowait(1)
    await items.join()


async def a_condition() -> None:
    condition = asyncio.Condition()
    async with condition:
        await condition.wait()


async def a_semaphore() -> None:
    async with asyncio.Semaphore(1) as _, asyncio.Semaphore(0):
        pass


async def a_barrier() -> None:
    await asyncio.Barrier(2).wait()


async def a_future() -> None:
    await asyncio.get_running_loop().create_future()


async def an_endless_sleep() -> None:
    await asyncio.sleep(float("inf"))


async def a_cycle() -> None:
    tasks: list[asyncio.Task[Any]] = []

    async def follow(other: int) -> None:
        await asyncio.sleep(1)
        await tasks[other]

    tasks += [asyncio.create_task(follow(1)), asyncio.create_task(follow(0))]
    await asyncio.wait(tasks)


async def an_async_generator() -> None:
    async def numbers() -> AsyncIterator[int]:
        await asyncio.Event().wait()
        yield 1

    async for _ in numbers():
        pass


_EXPECTED: dict[Callable[[], Coroutine[Any, Any, None]], list[str]] = {
    a_lock_and_its_holder: [
        "a_lock_and_its_holder `async with asyncio.TaskGroup() as group:` Task-2 (hold) and Task-3 (want)",
        "hold `await never.wait()` an event that nobody is left to set",
        "want `async with lock:` a lock held by Task-2 (hold)",
    ],
    two_locks_in_two_orders: [
        ("two_locks_in_two_orders `await asyncio.gather(take(one, other), take(other, one))` Task-2 and Task-3 (take)"),
        "take `async with second:` a lock held by Task-3 (take)",
        "take `async with second:` a lock held by Task-2 (take)",
    ],
    the_same_lock_twice: ["the_same_lock_twice `async with lock:` a lock held by itself"],
    an_empty_queue: ["an_empty_queue `await asyncio.Queue[int]().get()` an item of an empty queue"],
    a_full_queue: ["a_full_queue `await asyncio.wait_for(items.put(2), None)` room in a full queue"],
    a_queue_to_be_joined: [
        (
            "a_queue_to_be_joined `await items.join()` a queue to be worked off: "
            "task_done() has not been called for every item"
        )
    ],
    a_condition: ["a_condition `await condition.wait()` a condition that nobody is left to notify"],
    a_semaphore: ["a_semaphore `async with asyncio.Semaphore(1) as _, asyncio.Semaphore(0):` a semaphore"],
    a_barrier: ["a_barrier `await asyncio.Barrier(2).wait()` a barrier that 1 of 2 have reached"],
    a_future: ["a_future `await asyncio.get_running_loop().create_future()` a future that nobody is left to complete"],
    an_endless_sleep: ['an_endless_sleep `await asyncio.sleep(float("inf"))` a sleep that never ends'],
    a_cycle: [
        "a_cycle `await asyncio.wait(tasks)` Task-2 and Task-3 (follow)",
        "follow `await tasks[other]` Task-3 (follow)",
        "follow `await tasks[other]` Task-2 (follow)",
    ],
    an_async_generator: ["an_async_generator `await asyncio.Event().wait()` an event that nobody is left to set"],
}


class _Numbered(VirtualTimeLoop):
    """Names its tasks from 1 on, so that messages can be compared."""

    def __init__(self) -> None:
        super().__init__()
        self._number = 0

    def create_task(self, coro: Coroutine[Any, Any, Any], **kwargs: Any) -> asyncio.Task[Any]:
        self._number += 1
        task = super().create_task(coro, **kwargs)
        task.set_name(f"Task-{self._number}")
        return task


@pytest.mark.parametrize("program", _EXPECTED, ids=lambda program: program.__name__)
def test_the_message_names_each_task_its_line_and_what_it_waits_for(
    program: Callable[[], Coroutine[Any, Any, None]],
) -> None:
    with (
        virtual_time() as clock,
        pytest.raises(DeadlockError) as caught,
        asyncio.Runner(loop_factory=_Numbered) as runner,
    ):
        runner.run(program())
    waits = str(caught.value).removeprefix("deadlock: every task waits and nothing can wake them: ").split("; ")
    cycles = [wait for wait in waits if wait.startswith("a cycle: ")]
    assert [_shortened(wait) for wait in waits if wait not in cycles] == _EXPECTED[program]
    assert cycles == (["a cycle: Task-2 -> Task-3 -> Task-2"] if program is a_cycle else [])
    assert clock.elapsed in {0, 1}


def _shortened(wait: str) -> str:
    """Leave out what changes with the place of the program: ``Task-1 (f) waits at file.py:12 `source` for what``."""
    name, _, rest = wait.partition(" waits at test_deadlock.py:")
    source, _, what = rest.partition("` for ")
    return f"{name.partition('(')[2].removesuffix(')')} {source.partition(' ')[2]}` {what}"


def test_a_deadlock_is_seen_when_the_timers_have_run_out() -> None:
    async def main() -> None:
        asyncio.create_task(asyncio.sleep(5)).add_done_callback(lambda _task: None)
        await asyncio.Event().wait()

    with virtual_time() as clock:
        with pytest.raises(
            DeadlockError, match=r"^deadlock: every task waits .* for an event that nobody is left to set$"
        ):
            asyncio.run(main())
        assert clock.elapsed == 5


def test_the_tasks_are_cancelled_and_clean_up() -> None:
    ended: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("work")

    async def main() -> None:
        await asyncio.gather(work(), work())

    with virtual_time(), pytest.raises(DeadlockError):
        asyncio.run(main())
    assert ended == ["work", "work"]


def test_a_loop_with_nothing_to_do_and_no_stop_is_a_deadlock() -> None:
    with virtual_time():
        loop = asyncio.new_event_loop()
        with pytest.raises(DeadlockError, match=r"^deadlock: nothing is left to do and nobody called loop.stop\(\)$"):
            loop.run_forever()
        loop.close()


def test_two_ends_of_a_connection_that_wait_for_each_other_are_a_deadlock() -> None:
    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readline()
        except asyncio.CancelledError:
            writer.transport.abort()

    async def main() -> None:
        server = await asyncio.start_server(listen, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        try:
            await reader.readline()
        finally:
            writer.transport.abort()
            server.close()

    with virtual_time(), pytest.raises(DeadlockError, match="a connection whose other end sends none"):
        asyncio.run(main())


def test_a_thread_that_waits_for_ever_is_named_with_its_task() -> None:
    async def main() -> None:
        await asyncio.gather(asyncio.to_thread(threading.Event().wait), asyncio.Event().wait())

    with virtual_time():
        loop = asyncio.new_event_loop()
        with pytest.raises(DeadlockError) as caught:
            loop.run_until_complete(main())
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0.1))
        loop.close()
    assert "thread asyncio_0 waits at an unknown place for an event" in str(caught.value)


def test_a_queue_nobody_fills_is_a_deadlock_of_the_main_thread() -> None:
    with virtual_time(), pytest.raises(DeadlockError, match=r"`queue.Queue\[int\]\(\).get\(\)` for an item"):
        queue.Queue[int]().get()


def test_a_future_that_a_thread_has_completed_is_told_as_one() -> None:
    async def main() -> None:
        future = asyncio.get_running_loop().create_future()
        threading.Timer(1, future.set_result, [1]).start()
        await future

    with (
        virtual_time(),
        pytest.raises(DeadlockError, match="a future that another thread has completed"),
    ):
        asyncio.run(main())


def test_an_event_that_was_set_and_cleared_is_told_as_one() -> None:
    async def main() -> None:
        door = asyncio.Event()
        door.set()
        door.clear()
        await door.wait()

    with virtual_time(), pytest.raises(DeadlockError, match=r"for an event that was set and cleared again: whoever"):
        asyncio.run(main())

    async def never() -> None:
        door = asyncio.Event()
        door.clear()
        await door.wait()

    with virtual_time(), pytest.raises(DeadlockError, match="for an event that nobody is left to set"):
        asyncio.run(never())


def test_a_thread_of_real_time_that_ends_leaves_a_deadlock_behind() -> None:
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    end = threading.Timer(0.1, stop.set)
    end.start()

    async def main() -> None:
        await asyncio.Event().wait()

    with virtual_time(), pytest.raises(DeadlockError, match="for an event that nobody is left to set"):
        asyncio.run(main())
    thread.join()
    end.join()
