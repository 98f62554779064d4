"""The locks and queues of `threading` and `queue`, blocking in virtual time.

Everything else that blocks in those modules (conditions, events, semaphores, barriers, queues, futures) is made of
these two, so that it follows by itself.  A thread that does not take part in virtual time may use them too, and so may
anybody once virtual time has ended: underneath is a real lock.
"""

from __future__ import annotations

import _thread
from collections import deque
from typing import TYPE_CHECKING, Any

from .instant import LATENESS_BITS, nanoseconds
from .participant import State
from .real_time import Real

if TYPE_CHECKING:
    from types import TracebackType

    from .participant import Participant
    from .threads import Threads


_real_lock = _thread.allocate_lock


class VirtualLock:
    """What ``threading.Lock()`` makes in virtual time."""

    __slots__ = ("__weakref__", "_real", "_threads", "_waiters", "holder")

    _shared_threads: Threads
    """Whose turns it waits for: set by the subclass that virtual time makes for itself."""

    def __init__(self) -> None:
        self._real = _real_lock()
        self._threads = self._shared_threads
        self._waiters: deque[Participant] = deque()
        self.holder = 0
        """The thread that acquired it last, by its ident."""

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:  # noqa: FBT001, FBT002  # as the real one
        """Acquire the lock, waiting in virtual time."""
        threads = self._threads
        if threads.strays:
            threads.rejoin()
        if timeout != -1 and not (blocking and 0 <= timeout <= _thread.TIMEOUT_MAX):
            return self._real.acquire(blocking, timeout)  # says what is wrong with the arguments
        acquired = self._real.acquire(blocking=False)
        if not acquired and (not blocking or timeout == 0):
            threads.polled()
            return False
        if not acquired:
            me = threads.me()
            acquired = self._real.acquire(timeout=timeout) if me is None else self._wait(me, timeout)
        if acquired:
            self.holder = _thread.get_ident()
        return acquired

    def _wait(self, me: Participant, timeout: float) -> bool:
        threads = self._threads
        deadline = None if timeout == -1 else threads.clock.after(nanoseconds(timeout))
        queue = deque.append
        while True:
            with threads.mutex:
                if self._real.acquire(blocking=False):
                    return True
                if me.state is State.GONE:
                    break
                if deadline is not None and threads.clock.key >= deadline:
                    return False
                queue(self._waiters, me)
                threads.begin_wait(me, deadline, self)
            try:
                threads.end_wait(me)
            finally:
                if me in self._waiters:
                    self._waiters.remove(me)
            queue = deque.appendleft  # it has waited before: somebody was quicker to take the lock
        left = -1 if deadline is None else max(0, deadline - threads.clock.key >> LATENESS_BITS) / 1e9
        return self._real.acquire(timeout=left)

    def release(self) -> None:
        """Release the lock; the first who waits for it may try again, as on a real lock."""
        self._real.release()
        if self._waiters:
            with self._threads.mutex:
                if self._waiters:
                    self._threads.wake(self._waiters.popleft())

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
        """Say what `threading.Condition` would otherwise find out by acquiring, which counts as a look in vain."""
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

    _lock: type[VirtualLock]

    def __init__(self) -> None:
        self._items: deque[Any] = deque()
        self._getters: deque[VirtualLock] = deque()

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:  # noqa: ARG002, FBT001, FBT002
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
                self._lock._shared_threads.polled()
                raise queue.Empty
            self._wait(left)
        return self._items.popleft()

    def _now(self) -> float:
        threads = self._lock._shared_threads
        return Real.monotonic_ns() / 1e9 if threads.me() is None else threads.clock.monotonic()

    def _wait(self, seconds: float) -> None:
        turn = self._lock()
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
