"""Makes blocking sockets, and the program's own selectors, wait in virtual time.

For a peer in another thread they give up the turn; for a peer in another process they let real time flow.  Sockets that
do not block, above all those of asyncio, stay as they are.
"""

from __future__ import annotations

import functools
import select
import selectors
import socket
from selectors import EVENT_READ
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.virtualtime.instant import nanoseconds
from pytest_asyncgrade.virtualtime.outside import IN_REAL_TIME, Reach
from pytest_asyncgrade.virtualtime.replacing import replace
from pytest_asyncgrade.virtualtime.threads.virtual_thread import Awaited, Status

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import ExitStack

    from pytest_asyncgrade.virtualtime.runtime import Runtime
    from pytest_asyncgrade.virtualtime.threads.virtual_thread import VirtualThread

_READING = ("accept", "recv", "recv_into", "recvfrom", "recvfrom_into", "recvmsg")
_SELECTORS = ("SelectSelector", "PollSelector", "EpollSelector", "DevpollSelector", "KqueueSelector")


def install(runtime: Runtime, undo: ExitStack) -> None:
    """Wrap the methods of `socket.socket` that wait for a peer, and the `select` of selectors."""
    if not hasattr(select, "poll"):  # pragma: no cover (Windows)
        return
    waits = _Waits(runtime)
    for name in _READING:
        if hasattr(socket.socket, name):
            replace(socket.socket, name, waits.wrapped(getattr(socket.socket, name)), undo)
    for name in _SELECTORS:
        if hasattr(selectors, name):
            kind = getattr(selectors, name)
            replace(kind, "select", waits.wrapped_select(kind.select), undo)


class _Waits:
    """The waiting for blocking sockets."""

    def __init__(self, runtime: Runtime) -> None:
        self._scheduler = runtime.scheduler
        self._clock = runtime.clock
        self._outside = runtime.outside

    def wrapped(self, stock: Callable[..., Any]) -> Callable[..., Any]:
        """Return a method that reads only when there is something to be read."""

        @functools.wraps(stock)
        def method(one: socket.socket, *args: Any, **kwargs: Any) -> Any:
            timeout = one.gettimeout()
            me = self._scheduler.current() if timeout != 0 else None
            if me is None or one.fileno() < 0 or _is_readable(one):
                return stock(one, *args, **kwargs)
            if self._wait_inside(me, one, timeout):
                return stock(one, *args, **kwargs)
            with self._scheduler.outside():
                return stock(one, *args, **kwargs)

        return method

    def wrapped_select(self, stock: Callable[..., Any]) -> Callable[..., Any]:
        """Return a `select` that waits in virtual time while nobody outside can make anything ready."""

        @functools.wraps(stock)
        def select(one: selectors.BaseSelector, timeout: float | None = None) -> Any:
            me = self._scheduler.current()
            if me is None or (timeout is not None and timeout <= 0) or me.status is Status.OUTSIDE:
                return stock(one, timeout)
            return self._select_inside(me, one, timeout, functools.partial(stock, one))

        return select

    def _select_inside(
        self, me: VirtualThread, one: selectors.BaseSelector, timeout: float | None, poll: Callable[[float | None], Any]
    ) -> Any:
        scheduler, clock = self._scheduler, self._clock
        deadline = None if timeout is None else clock.after(nanoseconds(timeout))
        called = False
        while not (events := poll(0)):
            reach = {self._outside.peers.reach(key.fd) for key in one.get_map().values()}
            left = None if deadline is None else clock.seconds_until(deadline)
            if left == 0:
                return events
            if called or reach & IN_REAL_TIME:
                with scheduler.outside(deadline):
                    return poll(left)
            with scheduler.mutex:
                me.listening = Reach.ANYBODY in reach and not self._outside.closed
                scheduler.begin_wait(me, deadline, Awaited.CONNECTION, lambda: self._any_arrives(one, poll))
            try:
                woken = scheduler.end_wait(me)
            finally:
                called, me.listening = me.listening, False
            called = called and not woken
        return events

    def _any_arrives(self, one: selectors.BaseSelector, poll: Callable[[float | None], Any]) -> bool:
        watched = {key.fd: key.events for key in one.get_map().values()}
        return bool(poll(0) or self._outside.loopback.settle(watched, poll))

    def _wait_inside(self, me: VirtualThread, one: socket.socket, timeout: float | None) -> bool:
        """Wait for another thread of this process to send; False if it is another process that may."""
        scheduler, clock = self._scheduler, self._clock
        deadline = None if timeout is None else clock.after(nanoseconds(timeout))
        while not _is_readable(one):
            reach = self._outside.peers.reach(one.fileno())
            if reach in IN_REAL_TIME:
                return False
            with scheduler.mutex:
                me.listening = reach is Reach.ANYBODY and not self._outside.closed
                scheduler.begin_wait(me, deadline, Awaited.CONNECTION, lambda: self._arrives(one))
            try:
                woken = scheduler.end_wait(me)
            finally:
                called, me.listening = me.listening, False
            if not woken and not _is_readable(one):
                if deadline is not None and clock.key >= deadline:
                    msg = "timed out"
                    raise TimeoutError(msg)
                if called:
                    return False
        return True

    def _arrives(self, one: socket.socket) -> bool:
        """Tell whether there is something to be read; let arrive what is under way."""
        watched = {one.fileno(): EVENT_READ}
        return _is_readable(one) or self._outside.loopback.settle(watched, lambda seconds: _is_readable(one, seconds))


def _is_readable(one: socket.socket, seconds: float = 0) -> bool:
    if one.fileno() < 0:
        return True  # closed by another thread: reading says so
    poll = select.poll()
    poll.register(one, select.POLLIN)
    return bool(poll.poll(seconds * 1000))
