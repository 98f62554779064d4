"""Makes the threads that a program starts live in virtual time, and their locks block in it.

`threading.Thread` itself stays, so that subclasses and ``isinstance`` mean what they meant: four of its methods are
wrapped.  A thread is announced when it is started, so that its starter hands over to it: as in real time, it runs until
it blocks for the first time.
"""

from __future__ import annotations

import _thread
import functools
import queue
import sys
import threading
import weakref
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.virtualtime.outside.real_threads import POOLS
from pytest_asyncgrade.virtualtime.real_time import caller_module, is_tool
from pytest_asyncgrade.virtualtime.replacing import replace
from pytest_asyncgrade.virtualtime.threads.joining import join
from pytest_asyncgrade.virtualtime.threads.locks import locks_of
from pytest_asyncgrade.virtualtime.threads.virtual_thread import AbandonedError, Status

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import ExitStack

    from pytest_asyncgrade.virtualtime.runtime import Runtime
    from pytest_asyncgrade.virtualtime.threads.virtual_thread import VirtualThread


def install(runtime: Runtime, undo: ExitStack) -> dict[Any, Any]:
    """Patch `threading`, `_thread` and `queue`; return what replaces what, for modules that imported it by name."""
    scheduler = runtime.scheduler
    scheduler.begin(threading.current_thread().name)
    undo.callback(scheduler.close)
    lock, simple_queue = locks_of(scheduler, runtime.spin)
    replaced: dict[Any, Any] = {
        threading.Lock: lock,
        threading.RLock: threading._PyRLock,  # type: ignore[attr-defined]  # built from Lock; not in typeshed
        queue.SimpleQueue: simple_queue,
        _thread.start_new_thread: _start_new_thread(runtime),
    }
    replace(_thread, "start_new_thread", replaced[_thread.start_new_thread], undo)
    replace(_thread, "allocate_lock", lock, undo)
    replace(threading, "Lock", lock, undo)
    replace(threading, "_allocate_lock", lock, undo)
    replace(threading, "RLock", threading._PyRLock, undo)  # type: ignore[attr-defined]  # as above
    replace(queue, "SimpleQueue", simple_queue, undo)
    if POOLS in sys.modules:
        replace(sys.modules[POOLS], "_global_shutdown_lock", lock(), undo)
    _ThreadPatches(runtime).install(undo)
    _patch_polls(runtime, undo)
    return replaced


def _patch_polls(runtime: Runtime, undo: ExitStack) -> None:
    """Notice when a program looks again and again at an event or a queue, in vain."""
    scheduler, spin = runtime.scheduler, runtime.spin
    is_set, get = threading.Event.is_set, queue.Queue.get

    @functools.wraps(is_set)
    def polled_is_set(self: threading.Event) -> bool:
        outcome = is_set(self)
        if not outcome and scheduler.has_several() and caller_module(1) != "threading":
            spin.polled()
        return outcome

    @functools.wraps(get)
    def polled_get(self: queue.Queue[Any], block: bool = True, timeout: float | None = None) -> Any:  # noqa: FBT001, FBT002  # as the real one
        try:
            return get(self, block, timeout)
        except queue.Empty:
            spin.polled()
            raise

    replace(threading.Event, "is_set", polled_is_set, undo)
    replace(queue.Queue, "get", polled_get, undo)


class _ThreadPatches:
    """The methods of `threading.Thread` that are replaced; knows the virtual thread of each thread."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._scheduler = runtime.scheduler
        self._known: weakref.WeakKeyDictionary[threading.Thread, VirtualThread] = weakref.WeakKeyDictionary()

    def install(self, undo: ExitStack) -> None:
        """Wrap them."""
        kind: Any = threading.Thread
        wrapped = {
            "start": self._starting(kind.start),
            "join": self._joining(kind.join),
            "is_alive": self._answering(kind.is_alive),
            "_bootstrap_inner": self._bootstrapping(kind._bootstrap_inner),  # what runs on the new thread
        }
        for name, method in wrapped.items():
            replace(kind, name, method, undo)

    def _starting(self, stock: Callable[[threading.Thread], None]) -> Callable[[threading.Thread], None]:
        scheduler, known, announce = self._scheduler, self._known, self._runtime.announce

        @functools.wraps(stock)
        def start(self: Any) -> None:
            if scheduler.current() is None or self in known:
                return stock(self)
            if is_tool(caller_module(1)):
                with scheduler.in_real_time():
                    return stock(self)
            scheduler.rejoin()
            thread = known[self] = announce(self.name)
            thread.daemon = self.daemon
            if hasattr(self, "pending_work_items"):  # it is blocked in a real call for as long as a process pool lives
                thread.is_idle = lambda: not self.pending_work_items
            try:
                stock(self)
            except BaseException:
                if not thread.ident:
                    scheduler.withdraw(known.pop(self))
                raise

        return start

    def _bootstrapping(self, stock: Callable[[threading.Thread], None]) -> Callable[[threading.Thread], None]:
        scheduler, known = self._scheduler, self._known

        @functools.wraps(stock)
        def bootstrap(self: threading.Thread) -> None:
            thread = known.get(self)
            if thread is None:
                stock(self)
                return
            _end_silently_when_abandoned(self)
            scheduler.enter(thread)
            try:
                stock(self)
            finally:
                scheduler.leave(thread)

        return bootstrap

    def _joining(self, stock: Callable[..., None]) -> Callable[..., None]:
        scheduler, known = self._scheduler, self._known

        @functools.wraps(stock)
        def join_thread(self: threading.Thread, timeout: float | None = None) -> None:
            thread, me = known.get(self), scheduler.current()
            if thread is None or me is None or thread is me:
                stock(self, timeout)
            elif join(scheduler, me, thread, timeout):
                with me.unwatched():  # its last steps are real, but short, however long a loaded machine takes for them
                    stock(self)

        return join_thread

    def _answering(self, stock: Callable[[threading.Thread], bool]) -> Callable[[threading.Thread], bool]:
        scheduler, known, spin = self._scheduler, self._known, self._runtime.spin

        @functools.wraps(stock)
        def is_alive(self: threading.Thread) -> bool:
            thread = known.get(self)
            if thread is not None and thread.status is Status.GONE and scheduler.current() is not None:
                return False
            alive = stock(self)
            if alive and thread is not None:
                spin.polled()
            return alive

        return is_alive


def _end_silently_when_abandoned(thread: Any) -> None:
    invoke = thread._invoke_excepthook

    def invoke_excepthook(thread: threading.Thread) -> None:
        if not isinstance(sys.exc_info()[1], AbandonedError):
            invoke(thread)

    thread._invoke_excepthook = invoke_excepthook


def _start_new_thread(runtime: Runtime) -> Callable[..., int]:
    scheduler = runtime.scheduler
    stock = _thread.start_new_thread

    @functools.wraps(stock)
    def start_new_thread(function: Callable[..., object], args: tuple[Any, ...], *kwargs: dict[str, Any]) -> int:
        if scheduler.current() is None or not callable(function):
            return stock(function, args, *kwargs)
        thread = runtime.announce(getattr(function, "__name__", "thread"))
        thread.daemon = True

        def run(*args: Any, **kwargs: Any) -> None:
            scheduler.enter(thread)
            try:
                function(*args, **kwargs)
            finally:
                scheduler.leave(thread)

        try:
            return stock(run, args, *kwargs)
        except BaseException:
            scheduler.withdraw(thread)
            raise

    return start_new_thread
