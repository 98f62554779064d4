"""Tasks whose hash is a number of their own, so that sets of tasks iterate alike in every run.

A stock task hashes by its address: `asyncio.wait`, `asyncio.as_completed`, a `TaskGroup` that gives up and
`asyncio.all_tasks` go through a set of tasks in an order that differs from run to run.  A set iterates by the low bits
of the hashes, so tasks created one after the other get numbers that follow one another; and each *batch*, what one step
of a program creates, begins at a multiple of `BATCH`, lest the numbers of a small set wrap around in the middle.  A set
that one step has filled with up to 600 tasks so iterates in the order of creation.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from .loop import VirtualTimeLoop

BATCH = 1 << 10
"""The larger, the larger the sets that iterate in order of creation, and the more often tasks collide in others."""


class Numbers:
    """Gives the tasks of one loop their numbers."""

    __slots__ = ("loop", "next", "step")

    def __init__(self, loop: VirtualTimeLoop) -> None:
        self.loop = loop
        self.next = 0
        self.step = (0, 0)
        """The iteration and the `id` of the task (which is not kept alive) that created the last one."""

    def take(self) -> int:
        """Return the number of a task that is created now."""
        step = (self.loop._iteration, id(_current_task(self.loop)))
        if step != self.step:
            self.step = step
            self.next = -(-self.next // BATCH) * BATCH
        number = self.next
        self.next = number + 1
        return number


_current_task = asyncio.current_task
_new_task: Any = asyncio.Task.__new__
_init_task: Any = asyncio.Task.__init__
_callbacks_of: Any = vars(asyncio.Future)["_callbacks"].__get__  # a descriptor of C
_mro_of: Any = type.__dict__["__mro__"].__get__


class Task(asyncio.Task[Any]):
    """A task as the stock one, called as that one is (the name shows in `repr`), but for its hash."""

    __slots__ = ("_number",)

    _number: int

    def __hash__(self) -> int:
        try:
            number: int = self._number
        except AttributeError:  # made without `create`, by a task factory
            number = self._number = self.get_loop()._numbers.take()  # type: ignore[attr-defined]  # our loop's
        return number

    @property
    def _callbacks(self) -> Any:
        """What is called when the task is done, as `repr` shows it; but for the observer's own."""
        return without_observer(self, _callbacks_of(self))


Task.__module__ = asyncio.Task.__module__


def create(coro: Any, loop: VirtualTimeLoop, keywords: dict[str, Any]) -> Task:
    """Return a new task; it has its number before the stock constructor hashes it."""
    task: Task = _new_task(Task)
    task._number = loop._numbers.take()
    _init_task(task, coro, loop=loop, **keywords)
    return task


def without_observer(future: asyncio.Future[Any], callbacks: Any) -> Any:
    """Return the callbacks of a future, None if there are none, without the one that tells the observer of its end."""
    clock = getattr(future.get_loop(), "clock", None)
    if callbacks and clock is not None:
        ours = clock.observer.task_done
        return [one for one in callbacks if one[0] is not ours] or None
    return callbacks


@dataclass(frozen=True, slots=True)
class TaskKind:
    """How to ask a task, be it one of C or of Python, without running what a subclass has made of its methods."""

    get_name: Callable[[Any], str]
    get_coro: Callable[[Any], Any]
    get_loop: Callable[[Any], asyncio.AbstractEventLoop]
    cancelled: Callable[[Any], bool]
    cancelling: Callable[[Any], int]
    add_done_callback: Callable[..., None]
    done: Callable[[Any], bool]
    exception: Callable[[Any], BaseException | None]
    """Does not mark the exception as retrieved, as ``task.exception()`` does."""
    waiter: Callable[[Any], Any]
    """Returns the future that a suspended task waits for."""


def _kind(base: Any) -> TaskKind:
    def stored(name: str) -> Callable[[Any], Any]:
        descriptor: Any = getattr(base, name, None)
        if hasattr(descriptor, "__get__"):
            return descriptor.__get__  # type: ignore[no-any-return]  # of C
        return lambda task: object.__getattribute__(task, name)

    return TaskKind(
        base.get_name, base.get_coro, base.get_loop, base.cancelled, base.cancelling, base.add_done_callback, base.done,
        stored("_exception"), stored("_fut_waiter"),
    )  # fmt: skip


_KINDS: dict[type, TaskKind] = {base: _kind(base) for base in (asyncio.tasks._PyTask, asyncio.Task)}  # type: ignore[attr-defined]


def kind_of(task: object) -> TaskKind | None:
    """Return how to ask a task; None if it is of a class that does not come from asyncio's."""
    return next((_KINDS[base] for base in _mro_of(type(task)) if base in _KINDS), None)
