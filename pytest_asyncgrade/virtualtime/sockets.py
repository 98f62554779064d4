"""Makes blocking sockets, and selectors of the program's own, wait in virtual time.

For a peer in another thread they give the turn away; for one in another process they let real time flow.  Sockets that
do not block, those of asyncio above all, are left alone.
"""

from __future__ import annotations

import functools
import select
import selectors
import socket
import sys
from selectors import EVENT_READ
from typing import TYPE_CHECKING, Any

from .descriptors import IN_REAL_TIME, Descriptors, Reach
from .flight import Flights
from .instant import LATENESS_BITS, nanoseconds
from .participant import State
from .replacing import replace

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import ExitStack

    from .participant import Participant
    from .threads import Threads

_READING = ("accept", "recv", "recv_into", "recvfrom", "recvfrom_into", "recvmsg")
_SELECTORS = ("SelectSelector", "PollSelector", "EpollSelector", "DevpollSelector", "KqueueSelector")


def patch_sockets(threads: Threads, undo: ExitStack) -> None:
    """Wrap the methods of `socket.socket` that wait for a peer."""
    if not hasattr(select, "poll"):  # pragma: no cover (Windows)
        return
    waits = _Waits(threads)
    for name in _READING:
        if hasattr(socket.socket, name):
            replace(socket.socket, name, waits.wrapped(getattr(socket.socket, name)), undo)
    for name in _SELECTORS:
        if hasattr(selectors, name):
            kind = getattr(selectors, name)
            replace(kind, "select", waits.wrapped_select(kind.select), undo)


class _Waits:
    """The waiting for blocking sockets."""

    def __init__(self, threads: Threads) -> None:
        self._threads = threads
        self._descriptors = Descriptors()
        self._flights = Flights()

    def wrapped(self, stock: Callable[..., Any]) -> Callable[..., Any]:
        """Return a method that reads only when there is something to be read."""

        @functools.wraps(stock)
        def method(one: socket.socket, *args: Any, **kwargs: Any) -> Any:
            timeout = one.gettimeout()
            me = self._threads.me() if timeout != 0 else None
            if me is None or one.fileno() < 0 or _is_readable(one):
                return stock(one, *args, **kwargs)
            if self._wait_inside(me, one, timeout):
                return stock(one, *args, **kwargs)
            with self._threads.outside():
                return stock(one, *args, **kwargs)

        return method

    def wrapped_select(self, stock: Callable[..., Any]) -> Callable[..., Any]:
        """Return a `select` that waits as long as nobody outside can make anything ready (``socketserver`` ...)."""

        @functools.wraps(stock)
        def select(one: selectors.BaseSelector, timeout: float | None = None) -> Any:
            me = self._threads.me()
            by_ours = sys._getframe(1).f_globals.get("__name__", "").startswith(f"{__package__}.")
            if me is None or by_ours or (timeout is not None and timeout <= 0) or me.state is State.OUTSIDE:
                return stock(one, timeout)
            return self._select_inside(me, one, timeout, functools.partial(stock, one))

        return select

    def _select_inside(
        self, me: Participant, one: selectors.BaseSelector, timeout: float | None, poll: Callable[[float | None], Any]
    ) -> Any:
        threads = self._threads
        deadline = None if timeout is None else threads.clock.after(nanoseconds(timeout))
        called = False
        while not (events := poll(0)):
            reach = {self._descriptors.reach(key.fd) for key in one.get_map().values()}
            left = None if deadline is None else max(0, deadline - threads.clock.key >> LATENESS_BITS) / 1e9
            if left == 0:
                return events
            if called or reach & IN_REAL_TIME:
                with threads.outside(deadline):
                    return poll(left)
            with threads.mutex:
                me.may_be_called = Reach.ANYBODY in reach and not threads.clock.closed
                threads.begin_wait(me, deadline, "a connection", lambda: self._any_arrives(one, poll))
            try:
                woken = threads.end_wait(me)
            finally:
                called, me.may_be_called = me.may_be_called, False
            called = called and not woken
        return events

    def _any_arrives(self, one: selectors.BaseSelector, poll: Callable[[float | None], Any]) -> bool:
        watched = {key.fd: key.events for key in one.get_map().values()}
        return bool(poll(0) or self._flights.settle(watched, poll))

    def _wait_inside(self, me: Participant, one: socket.socket, timeout: float | None) -> bool:
        """Wait for another thread of this process to send; False if it is another process that may."""
        threads = self._threads
        deadline = None if timeout is None else threads.clock.after(nanoseconds(timeout))
        while not _is_readable(one):
            reach = self._descriptors.reach(one.fileno())
            if reach in IN_REAL_TIME:
                return False
            with threads.mutex:
                me.may_be_called = reach is Reach.ANYBODY and not threads.clock.closed
                threads.begin_wait(me, deadline, "a connection", lambda: self._arrives(one))
            try:
                woken = threads.end_wait(me)
            finally:
                called, me.may_be_called = me.may_be_called, False
            if not woken and not _is_readable(one):
                if deadline is not None and threads.clock.key >= deadline:
                    msg = "timed out"
                    raise TimeoutError(msg)
                if called:
                    return False
        return True

    def _arrives(self, one: socket.socket) -> bool:
        """Tell whether there is something to be read; let arrive what is under way."""
        return _is_readable(one) or self._flights.settle({one.fileno(): EVENT_READ}, lambda s: _is_readable(one, s))


def _is_readable(one: socket.socket, seconds: float = 0) -> bool:
    if one.fileno() < 0:
        return True  # closed by another thread: reading says so
    poll = select.poll()
    poll.register(one, select.POLLIN)
    return bool(poll.poll(seconds * 1000))
