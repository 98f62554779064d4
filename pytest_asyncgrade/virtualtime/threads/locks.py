"""The locks and queues of `threading` and `queue`, which block in virtual time.

Everything else that blocks in those modules (conditions, events, semaphores, barriers, queues, futures) is built from
these two.  A thread that lives in real time may use them too, and so may anybody after virtual time has ended: each
holds a real lock.
"""

from __future__ import annotations

import _thread
from collections import deque
from typing import TYPE_CHECKING, Any, ClassVar

from pytest_asyncgrade.virtualtime.instant import nanoseconds
from pytest_asyncgrade.virtualtime.real_time import Real

from .virtual_thread import Status

if TYPE_CHECKING:
    from types import TracebackType

    from pytest_asyncgrade.virtualtime.spin import SpinDetector

    from .scheduler import Scheduler
    from .virtual_thread import VirtualThread


_real_lock = _thread.allocate_lock


class VirtualLock:
    """What ``threading.Lock()`` makes in virtual time."""

    __slots__ = ("__weakref__", "_real", "_waiters", "holder")

    scheduler: ClassVar[Scheduler]
    """The scheduler whose turns it waits for; `locks_of` makes a subclass for each."""

    spin: ClassVar[SpinDetector]
    """What counts the looks at a lock that is held."""

    def __init__(self) -> None:
        self._real = _real_lock()
        self._waiters: deque[VirtualThread] = deque()
        self.holder = 0
        """The ident of the thread that acquired it last."""

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:  # noqa: FBT001, FBT002  # as the real one
        """Acquire the lock, waiting in virtual time."""
        scheduler = self.scheduler
        if scheduler.preempted:
            scheduler.rejoin()
        if timeout != -1 and not (blocking and 0 <= timeout <= _thread.TIMEOUT_MAX):
            return self._real.acquire(blocking, timeout)  # says what is wrong with the arguments
        acquired = self._real.acquire(blocking=False)
        if not acquired and (not blocking or timeout == 0):
            self.spin.polled()
            return False
        if not acquired:
            me = scheduler.current()
            acquired = self._real.acquire(timeout=timeout) if me is None else self._wait(me, timeout)
        if acquired:
            self.holder = _thread.get_ident()
        return acquired

    def _wait(self, me: VirtualThread, timeout: float) -> bool:
        scheduler = self.scheduler
        clock = scheduler.clock
        deadline = None if timeout == -1 else clock.after(nanoseconds(timeout))
        queue = deque.append
        while True:
            with scheduler.mutex:
                if self._real.acquire(blocking=False):
                    return True
                if me.status is Status.GONE:
                    break
                if deadline is not None and clock.key >= deadline:
                    return False
                queue(self._waiters, me)
                scheduler.begin_wait(me, deadline, self)
            try:
                scheduler.end_wait(me)
            finally:
                if me in self._waiters:
                    self._waiters.remove(me)
            queue = deque.appendleft  # lost the race for the lock; keep its place at the head of the queue
        return self._real.acquire(timeout=-1 if deadline is None else clock.seconds_until(deadline))

    def release(self) -> None:
        """Release the lock; the first thread that waits for it may try again, as on a real lock."""
        self._real.release()
        if self._waiters:
            with self.scheduler.mutex:
                if self._waiters:
                    self.scheduler.wake(self._waiters.popleft())

    def locked(self) -> bool:
        """Tell whether the lock is held."""
        return self._real.locked()

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.release()

    def _is_owned(self) -> bool:
        """Answer `threading.Condition`, which would otherwise try to acquire the lock: a look in vain."""
        return self._real.locked()

    acquire_lock = acquire
    release_lock = release
    locked_lock = locked

    def _at_fork_reinit(self) -> None:
        self._real = _real_lock()
        self._waiters.clear()

    def __repr__(self) -> str:
        state = "locked" if self._real.locked() else "unlocked"
        return f"<{state} {type(self).__qualname__} object at {id(self):#x}>"


class VirtualSimpleQueue:
    """What ``queue.SimpleQueue()`` makes in virtual time."""

    lock: ClassVar[type[VirtualLock]]

    def __init__(self) -> None:
        self._items: deque[Any] = deque()
        self._getters: deque[VirtualLock] = deque()

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:  # noqa: ARG002, FBT001, FBT002  # as the real one
        """Add an item; never blocks."""
        self._items.append(item)
        if self._getters:
            self._getters.popleft().release()

    def put_nowait(self, item: Any) -> None:
        """Add an item."""
        self.put(item)

    def get(self, block: bool = True, timeout: float | None = None) -> Any:  # noqa: FBT001, FBT002  # as the real one
        """Take the first item, waiting in virtual time; `queue.Empty` if there is none in time."""
        import queue

        if timeout is not None and timeout < 0:
            msg = "'timeout' must be a non-negative number"
            raise ValueError(msg)
        deadline = None if timeout is None else self._now() + timeout
        while not self._items:
            left = -1 if deadline is None else deadline - self._now()
            if not block or (deadline is not None and left <= 0):
                self.lock.spin.polled()
                raise queue.Empty
            self._wait(left)
        return self._items.popleft()

    def _now(self) -> float:
        scheduler = self.lock.scheduler
        return Real.monotonic_ns() / 1e9 if scheduler.current() is None else scheduler.clock.monotonic()

    def _wait(self, seconds: float) -> None:
        turn = self.lock()
        turn.acquire()
        self._getters.append(turn)
        if not self._items:
            turn.acquire(True, seconds)  # noqa: FBT003  # no keyword for it
        if turn in self._getters:
            self._getters.remove(turn)

    def get_nowait(self) -> Any:
        """Take the first item; `queue.Empty` if there is none."""
        return self.get(block=False)

    def empty(self) -> bool:
        """Tell whether there is no item."""
        return not self._items

    def qsize(self) -> int:
        """Return the number of items."""
        return len(self._items)

    __class_getitem__ = classmethod(lambda cls, _item: cls)


def locks_of(scheduler: Scheduler, spin: SpinDetector) -> tuple[type[VirtualLock], type[VirtualSimpleQueue]]:
    """Return the classes of locks and of simple queues whose objects wait for the turns of a scheduler."""
    lock = type("VirtualLock", (VirtualLock,), {"__slots__": (), "scheduler": scheduler, "spin": spin})
    return lock, type("VirtualSimpleQueue", (VirtualSimpleQueue,), {"lock": lock})
