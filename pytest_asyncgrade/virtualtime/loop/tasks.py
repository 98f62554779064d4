"""Tasks that hash by a number, so that a set of tasks iterates in the same order in every run.

A stock task hashes by its address: `asyncio.wait`, `asyncio.as_completed`, a `TaskGroup` that gives up and
`asyncio.all_tasks` iterate over sets of tasks in an order that differs from run to run.  A set iterates by the low bits
of the hashes, so tasks that are created one after the other get consecutive numbers.  Each *batch*, the tasks that one
step of a program creates, begins at a multiple of `BATCH`; otherwise the numbers in a small set could wrap around.  So
a set that one step has filled with up to 600 tasks iterates in the order of creation.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_asyncgrade.virtualtime.observer import Observer


class CountingLoop(Protocol):
    """A loop that counts its iterations, and its tasks."""

    _iteration: int
    _numbers: Numbers


BATCH = 1 << 10
"""The larger, the larger the sets that iterate in order of creation, and the more often tasks collide in others."""


class Numbers:
    """Gives the tasks of one loop their numbers."""

    __slots__ = ("loop", "next", "step")

    def __init__(self, loop: CountingLoop) -> None:
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


_current_task: Any = asyncio.current_task
_new_task: Any = asyncio.Task.__new__
_init_task: Any = asyncio.Task.__init__
_callbacks_of: Any = vars(asyncio.Future)["_callbacks"].__get__  # a descriptor of C
_mro_of: Any = type.__dict__["__mro__"].__get__


class Task(asyncio.Task[Any]):
    """The stock task with another hash; it has the same name, which shows in `repr`."""

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
        """What `repr` shows of the callbacks: all but the observer's."""
        return without_observer(self, _callbacks_of(self))


Task.__module__ = asyncio.Task.__module__


def create(coro: Any, loop: CountingLoop, keywords: dict[str, Any]) -> Task:
    """Return a new task; it has its number before the stock constructor hashes it."""
    task: Task = _new_task(Task)
    task._number = loop._numbers.take()
    _init_task(task, coro, loop=loop, **keywords)
    return task


def create_observed(
    make: Callable[..., asyncio.Task[Any]], observer: Observer, coro: Any, keywords: dict[str, Any]
) -> asyncio.Task[Any]:
    """Return what a program's own factory makes: a task of any class, and maybe one that begins to run at once."""
    task = None
    observer.task_creating(coro)
    try:
        task = make(coro, **keywords)
    finally:
        if observer.task_created(task, coro) and (kind := kind_of(task)):
            kind.add_done_callback(task, observer.task_done)
    return task


def without_observer(future: asyncio.Future[Any], callbacks: Any) -> Any:
    """Return the callbacks of a future without the one that notifies the observer; None if there are no others."""
    clock = getattr(future.get_loop(), "_clock", None)
    if callbacks and clock is not None:
        ours = clock.observer.task_done
        return [one for one in callbacks if one[0] is not ours] or None
    return callbacks


_STOCK_EAGER = getattr(asyncio, "eager_task_factory", None)
_EAGER = asyncio.create_eager_task_factory(Task) if _STOCK_EAGER else None  # from 3.12 on


def ours_of(factory: Any) -> Any:
    """Return what makes the tasks of a loop that was given this factory: asyncio's eager tasks get numbers, too."""
    return _EAGER if factory is not None and factory is _STOCK_EAGER else factory


def stock_of(factory: Any) -> Any:
    """Return the factory that the loop was given."""
    return _STOCK_EAGER if factory is not None and factory is _EAGER else factory


@dataclass(frozen=True, slots=True)
class TaskKind:
    """The methods of asyncio's own task, of C or of Python: a subclass may have overridden them."""

    get_name: Callable[[Any], str]
    get_coro: Callable[[Any], Any]
    get_loop: Callable[[Any], asyncio.AbstractEventLoop]
    cancelled: Callable[[Any], bool]
    cancelling: Callable[[Any], int]
    add_done_callback: Callable[..., None]
    done: Callable[[Any], bool]
    exception: Callable[[Any], BaseException | None]
    """Returns the exception without marking it as retrieved, which ``task.exception()`` does."""
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


_KINDS: dict[type, TaskKind] = {base: _kind(base) for base in (asyncio.tasks._PyTask, asyncio.Task)}  # type: ignore[attr-defined]  # not in typeshed


def kind_of(task: object) -> TaskKind | None:
    """Return the methods for a task; None if its class does not derive from asyncio's."""
    return next((_KINDS[base] for base in _mro_of(type(task)) if base in _KINDS), None)
