"""Random programs of asyncio's primitives, for comparing event loops: a program is data, and says what it does."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random
    from collections.abc import Awaitable, Callable

    Step = tuple[Any, ...]
    Steps = list[Step]

END = 1.2
"""Seconds after which a program gives up: many wait for what never comes."""

_SHARED = 2
"""How many there are of each lock, event, queue ..."""


class Writer:
    """Makes up programs; `delay` makes up each delay, in seconds."""

    def __init__(self, rng: random.Random, delay: Callable[[], float], *, outside: bool) -> None:
        self._rng = rng
        self._delay = delay
        self._outside = outside
        self._names = 0

    def program(self) -> list[Steps]:
        """Return what each of a program's tasks does."""
        return [self._steps(3, 4) for _ in range(self._rng.randint(2, 4))]

    def _steps(self, depth: int, most: int) -> Steps:
        return [self._step(depth) for _ in range(self._rng.randint(1, most))]

    def _step(self, depth: int) -> Step:
        rng = self._rng
        flat = [
            "sleep", "sleep", "sleep", "yield", "set", "clear", "wait event", "put", "get", "notify", "wait condition",
            "call later", "call at", "call soon", "barrier", "resolve", "await future", "priority",
        ]  # fmt: skip
        if self._outside:
            flat += ["thread", "stream"]
        nested = [
            "lock", "semaphore", "gather", "group", "task", "cancel", "timeout", "wait for", "shield", "wait first",
            "as completed", "generator", "raise", "run later", "timeout at",
        ]  # fmt: skip
        kind = rng.choice(flat if depth == 0 else flat + nested)
        self._names += 1
        number, delay = rng.randrange(_SHARED), self._delay()
        if kind in flat:
            return kind, self._names, number, delay
        several = [self._steps(depth - 1, 2) for _ in range(rng.randint(1, 3))]
        return kind, self._names, number, delay, several


class Player:
    """Plays a program on whatever loop runs; `lines` is what it says."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._over = False

    async def main(self, program: list[Steps]) -> None:
        """Play all tasks of a program until they are done or `END` has come."""
        several = range(_SHARED)
        self._locks = [asyncio.Lock() for _ in several]
        self._semaphores = [asyncio.Semaphore(2) for _ in several]
        self._events = [asyncio.Event() for _ in several]
        self._conditions = [asyncio.Condition() for _ in several]
        self._barriers = [asyncio.Barrier(2) for _ in several]
        self._queues: list[asyncio.Queue[int]] = [asyncio.Queue(1), asyncio.PriorityQueue()]
        self._futures: list[asyncio.Future[int]] = [asyncio.get_running_loop().create_future() for _ in several]
        self._tasks: list[asyncio.Task[None]] = []
        try:
            async with asyncio.timeout(END):
                await asyncio.gather(*(self._play(steps, f"task {n}") for n, steps in enumerate(program)))
                self._say("done")
        except TimeoutError:
            self._say("gave up")
        except Exception as error:  # noqa: BLE001  # a program may fail, in the same way everywhere
            self._say(f"failed: {type(error).__name__}")
        self._over = True

    def _say(self, text: str) -> None:
        if not self._over:  # what is left is cut off in no particular order
            self.lines.append(text)

    async def _play(self, steps: Steps, who: str) -> None:
        try:
            for step in steps:
                await self._step(step)
        except BaseException as error:
            self._say(f"{who} ends with {type(error).__name__}")
            raise
        self._say(f"{who} ends")

    async def _step(self, step: Step) -> None:
        kind, name, number, delay, *rest = step
        self._say(f"{name} {kind}")
        method: Callable[..., Awaitable[None]] = getattr(self, "_" + kind.replace(" ", "_"))
        await method(name, number, delay, *rest)
        self._say(f"{name} went on")

    def _several(self, name: int, several: list[Steps]) -> list[Any]:
        return [self._play(steps, f"{name}.{n}") for n, steps in enumerate(several)]

    # -- steps that stand alone

    async def _sleep(self, _name: int, _number: int, delay: float) -> None:
        await asyncio.sleep(delay)

    async def _yield(self, _name: int, number: int, _delay: float) -> None:
        for _ in range(number + 1):
            await asyncio.sleep(0)

    async def _set(self, _name: int, number: int, _delay: float) -> None:
        self._events[number].set()

    async def _clear(self, _name: int, number: int, _delay: float) -> None:
        self._events[number].clear()

    async def _wait_event(self, _name: int, number: int, _delay: float) -> None:
        await self._events[number].wait()

    async def _put(self, name: int, number: int, _delay: float) -> None:
        await self._queues[number].put(name)

    async def _priority(self, name: int, _number: int, _delay: float) -> None:
        self._queues[1].put_nowait(-name)

    async def _get(self, name: int, number: int, _delay: float) -> None:
        self._say(f"{name} got {await self._queues[number].get()}")
        self._queues[number].task_done()

    async def _notify(self, _name: int, number: int, _delay: float) -> None:
        async with self._conditions[number]:
            self._conditions[number].notify()

    async def _wait_condition(self, _name: int, number: int, _delay: float) -> None:
        async with self._conditions[number]:
            await self._conditions[number].wait()

    async def _call_later(self, name: int, _number: int, delay: float) -> None:
        asyncio.get_running_loop().call_later(delay, self._say, f"{name} called")

    async def _call_at(self, name: int, _number: int, delay: float) -> None:
        loop = asyncio.get_running_loop()
        loop.call_at(loop.time() + delay, self._say, f"{name} called")

    async def _call_soon(self, name: int, _number: int, _delay: float) -> None:
        asyncio.get_running_loop().call_soon(self._say, f"{name} called")

    async def _barrier(self, name: int, number: int, _delay: float) -> None:
        self._say(f"{name} is {await self._barriers[number].wait()} at the barrier")

    async def _resolve(self, name: int, number: int, _delay: float) -> None:
        if not self._futures[number].done():
            self._futures[number].set_result(name)

    async def _await_future(self, name: int, number: int, _delay: float) -> None:
        self._say(f"{name} knows {await asyncio.shield(self._futures[number])}")

    async def _thread(self, _name: int, _number: int, delay: float) -> None:
        await asyncio.to_thread(time.sleep, delay)

    async def _stream(self, name: int, _number: int, delay: float) -> None:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            line = await reader.readline()
            await asyncio.sleep(delay)
            writer.write(line)
            writer.close()

        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.write(b"hello\n")
            self._say(f"{name} read {await reader.readline()!r}")
            writer.close()

    # -- steps with others in them

    async def _lock(self, name: int, number: int, _delay: float, several: list[Steps]) -> None:
        async with self._locks[number]:
            await self._play(several[0], f"{name} locked")

    async def _semaphore(self, name: int, number: int, _delay: float, several: list[Steps]) -> None:
        async with self._semaphores[number]:
            await self._play(several[0], f"{name} within")

    async def _gather(self, name: int, number: int, _delay: float, several: list[Steps]) -> None:
        await asyncio.gather(*self._several(name, several), return_exceptions=bool(number))

    async def _group(self, name: int, _number: int, _delay: float, several: list[Steps]) -> None:
        async with asyncio.TaskGroup() as group:
            for coroutine in self._several(name, several):
                group.create_task(coroutine)

    async def _task(self, name: int, _number: int, delay: float, several: list[Steps]) -> None:
        tasks = [asyncio.create_task(coroutine) for coroutine in self._several(name, several)]
        await asyncio.sleep(delay)
        for task in tasks:
            await task

    async def _run_later(self, name: int, _number: int, _delay: float, several: list[Steps]) -> None:
        self._tasks += [asyncio.create_task(coroutine) for coroutine in self._several(name, several)]

    async def _cancel(self, name: int, _number: int, delay: float, several: list[Steps]) -> None:
        task = asyncio.create_task(self._play(several[0], f"{name} cancelled"))
        await asyncio.sleep(delay)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    async def _timeout(self, name: int, _number: int, delay: float, several: list[Steps]) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(delay):
                await self._play(several[0], f"{name} timed")

    async def _timeout_at(self, name: int, _number: int, delay: float, several: list[Steps]) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout_at(asyncio.get_running_loop().time() + delay) as scope:
                await self._play(several[0], f"{name} timed")
                scope.reschedule(None)

    async def _wait_for(self, name: int, _number: int, delay: float, several: list[Steps]) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._play(several[0], f"{name} waited for"), delay)

    async def _shield(self, name: int, _number: int, delay: float, several: list[Steps]) -> None:
        inner = asyncio.create_task(self._play(several[0], f"{name} shielded"))
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(inner), delay)
        await inner

    async def _wait_first(self, name: int, _number: int, delay: float, several: list[Steps]) -> None:
        tasks = [asyncio.create_task(coroutine) for coroutine in self._several(name, several)]
        done, pending = await asyncio.wait(tasks, timeout=delay, return_when=asyncio.FIRST_COMPLETED)
        self._say(f"{name}: {len(done)} done")
        for task in tasks:
            if task in pending:
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _as_completed(self, name: int, _number: int, _delay: float, several: list[Steps]) -> None:
        for earliest in asyncio.as_completed(self._several(name, several)):
            await earliest
            self._say(f"{name}: one more")

    async def _generator(self, name: int, _number: int, delay: float, several: list[Steps]) -> None:
        async def numbers() -> Any:
            try:
                for number in range(3):
                    await asyncio.sleep(delay)
                    yield number
            finally:
                self._say(f"{name} closed")

        async for number in numbers():
            self._say(f"{name} yields {number}")
            if number == 1:
                await self._play(several[0], f"{name} within")

    async def _raise(self, name: int, number: int, _delay: float, several: list[Steps]) -> None:
        await self._play(several[0], f"{name} first")
        if number:
            raise ValueError(name)
