"""Makes the threads that a program starts take part in virtual time, and their locks block in it; undoes it.

`threading.Thread` itself stays, so that subclasses and ``isinstance`` mean what they meant: four of its methods are
wrapped.  A thread announces itself when it is started, so that its starter hands over to it: as in real time, it runs
first, until it blocks for the first time.
"""

from __future__ import annotations

import _thread
import functools
import os
import queue
import sys
import threading
import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .deadlock import describe_threads
from .instant import nanoseconds
from .locks import VirtualLock, VirtualSimpleQueue
from .participant import AbandonedError, State
from .real_time import is_tool
from .replacing import replace
from .strangers import strangers_busy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import ExitStack

    from .clock import VirtualClock
    from .participant import Participant
    from .threads import Threads


def patch_threading(clock: VirtualClock, undo: ExitStack) -> dict[Any, Any]:
    """Patch `threading`, `_thread` and `queue`; return what replaces what, for modules that imported it by name."""
    threads = clock.threads
    threads.explain = describe_threads
    threads.begin(threading.current_thread().name)
    undo.callback(threads.close)
    _end_virtual_time_in_a_fork(threads, undo)
    if not clock.closed:
        replace(threads, "strangers_busy", functools.partial(strangers_busy, threads), undo)
    lock = type("VirtualLock", (VirtualLock,), {"__slots__": (), "_shared_threads": threads})
    simple_queue = type("VirtualSimpleQueue", (VirtualSimpleQueue,), {"_lock": lock})
    replaced: dict[Any, Any] = {
        threading.Lock: lock,
        threading.RLock: threading._PyRLock,  # type: ignore[attr-defined]  # the one that is made of Lock
        queue.SimpleQueue: simple_queue,
        _thread.start_new_thread: _start_new_thread(threads),
    }
    replace(_thread, "start_new_thread", replaced[_thread.start_new_thread], undo)
    replace(_thread, "allocate_lock", lock, undo)
    replace(threading, "Lock", lock, undo)
    replace(threading, "_allocate_lock", lock, undo)
    replace(threading, "RLock", threading._PyRLock, undo)  # type: ignore[attr-defined]
    replace(queue, "SimpleQueue", simple_queue, undo)
    if "concurrent.futures.thread" in sys.modules:
        replace(sys.modules["concurrent.futures.thread"], "_global_shutdown_lock", lock(), undo)
    _patch_thread(threads, undo)
    _patch_polls(threads, undo)
    return replaced


def _patch_polls(threads: Threads, undo: ExitStack) -> None:
    """Notice when a program looks again and again at an event or a queue, in vain."""
    is_set, get = threading.Event.is_set, queue.Queue.get

    @functools.wraps(is_set)
    def polled_is_set(self: threading.Event) -> bool:
        outcome = is_set(self)
        if not outcome and threads.several() and sys._getframe(1).f_globals is not vars(threading):
            threads.polled()
        return outcome

    @functools.wraps(get)
    def polled_get(self: queue.Queue[Any], block: bool = True, timeout: float | None = None) -> Any:  # noqa: FBT001, FBT002
        try:
            return get(self, block, timeout)
        except queue.Empty:
            threads.polled()
            raise

    replace(threading.Event, "is_set", polled_is_set, undo)
    replace(queue.Queue, "get", polled_get, undo)


_open: list[tuple[Threads, ExitStack]] = []
"""What is in virtual time, innermost last; for a fork, which can be told of only once."""


def _end_virtual_time_in_a_fork(threads: Threads, undo: ExitStack) -> None:
    """Let a forked child live in real time: it has one thread, and its parent does not see what becomes of it."""
    _open.append((threads, undo))
    undo.callback(_open.remove, (threads, undo))


def _after_fork() -> None:
    for threads, undo in reversed(_open.copy()):
        threads.mutex = _thread.RLock()  # another thread, which is not here, may have held it
        undo.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _patch_thread(threads: Threads, undo: ExitStack) -> None:  # noqa: C901  # one method after the other
    participants: weakref.WeakKeyDictionary[threading.Thread, Participant] = weakref.WeakKeyDictionary()
    stock = threading.Thread
    stock_start, stock_join, stock_is_alive = stock.start, stock.join, stock.is_alive
    stock_bootstrap = stock._bootstrap_inner  # type: ignore[attr-defined]  # what runs on the new thread

    @functools.wraps(stock_start)
    def start(self: threading.Thread) -> None:
        if threads.me() is None or self in participants:
            return stock_start(self)
        if is_tool(_caller()):
            with _in_real_time(threads):
                return stock_start(self)
        threads.rejoin()
        participant = participants[self] = threads.expect(self.name)
        participant.daemon = self.daemon
        if hasattr(self, "pending_work_items"):  # it blocks in a real call for as long as a process pool lives
            participant.idle = lambda: not self.pending_work_items
        try:
            stock_start(self)
        except BaseException:
            if not participants[self].ident:
                threads.forget(participants.pop(self))
            raise

    @functools.wraps(stock_bootstrap)
    def bootstrap(self: threading.Thread) -> None:
        participant = participants.get(self)
        if participant is None:
            stock_bootstrap(self)
            return
        _end_silently_when_abandoned(self)
        threads.enter(participant)
        try:
            stock_bootstrap(self)
        finally:
            threads.leave(participant)

    @functools.wraps(stock_join)
    def join(self: threading.Thread, timeout: float | None = None) -> None:
        participant, me = participants.get(self), threads.me()
        if participant is not None and me is not None and participant is not me:
            if not join_participant(threads, me, participant, timeout):
                return
            with me.unwatched():  # its last steps are real, but short: however long a loaded machine takes for them
                stock_join(self)
            return
        stock_join(self, timeout)

    @functools.wraps(stock_is_alive)
    def is_alive(self: threading.Thread) -> bool:
        participant = participants.get(self)
        if participant is not None and participant.state is State.GONE and threads.me() is not None:
            return False
        alive = stock_is_alive(self)
        if alive and participant is not None:
            threads.polled()
        return alive

    for name, method in {"start": start, "join": join, "is_alive": is_alive, "_bootstrap_inner": bootstrap}.items():
        replace(stock, name, method, undo)


@contextmanager
def _in_real_time(threads: Threads) -> Iterator[None]:
    """Let the calling thread leave virtual time for a moment, in which nobody else has a turn."""
    me = threads.members.pop(_thread.get_ident())
    try:
        yield
    finally:
        threads.members[me.ident] = me


def _caller() -> str | None:
    """Return the module that has called the function which asks."""
    name: str | None = sys._getframe(2).f_globals.get("__name__")
    return name


def _end_silently_when_abandoned(thread: Any) -> None:
    invoke = thread._invoke_excepthook

    def invoke_excepthook(thread: threading.Thread) -> None:
        if not isinstance(sys.exc_info()[1], AbandonedError):
            invoke(thread)

    thread._invoke_excepthook = invoke_excepthook


def join_participant(threads: Threads, me: Participant, other: Participant, timeout: float | None) -> bool:
    """Wait in virtual time until `other` has ended; False if it has not after `timeout` seconds."""
    threads.rejoin()
    deadline = None if timeout is None else threads.clock.after(nanoseconds(max(timeout, 0)))
    while True:
        with threads.mutex:
            if other.state is State.GONE:
                return True
            if deadline is not None and threads.clock.key >= deadline:
                return False
            other.joiners.append(me)
            threads.begin_wait(me, deadline, other)
        try:
            threads.end_wait(me)
        finally:
            if me in other.joiners:
                other.joiners.remove(me)


def _start_new_thread(threads: Threads) -> Callable[..., int]:
    stock = _thread.start_new_thread

    @functools.wraps(stock)
    def start_new_thread(function: Callable[..., object], args: tuple[Any, ...], *kwargs: dict[str, Any]) -> int:
        if threads.me() is None or not callable(function):
            return stock(function, args, *kwargs)
        participant = threads.expect(getattr(function, "__name__", "thread"))
        participant.daemon = True

        def run(*args: Any, **kwargs: Any) -> None:
            threads.enter(participant)
            try:
                function(*args, **kwargs)
            finally:
                threads.leave(participant)

        try:
            return stock(run, args, *kwargs)
        except BaseException:
            threads.forget(participant)
            raise

    return start_new_thread


def join_threads(threads: Threads) -> None:
    """Wait, in virtual time, for every thread that is not a daemon, as the interpreter does at the end of a script."""
    me = threads.me()
    if me is None:
        return
    _end_idle_pools()
    while True:
        others = [one for one in threads.everyone if one is not me and not one.daemon]
        if not others:
            return
        join_participant(threads, me, others[0], None)


def _end_idle_pools() -> None:
    """Tell the executors to end when they have nothing to do, as the interpreter does at exit; then let them be."""
    for name, flag in (("concurrent.futures.thread", "_shutdown"), ("concurrent.futures.process", "_global_shutdown")):
        module = sys.modules.get(name)
        if module is not None:
            before = getattr(module, flag)
            try:
                module._python_exit()
            finally:
                setattr(module, flag, before)
