"""Data in flight between two sockets of this process: sent by one end, not yet received by the other.

The kernel usually delivers over the loopback before `send` returns, but not always: it may hold a small segment back
for some microseconds (``tcp_autocorking``), or deliver from a kernel thread.  Virtual time must not pass meanwhile, or
a timeout fires that has seconds left in real time.  So both ends are asked what they have sent and received (TCP_INFO,
see ``tcp(7)``).  Pipes, Unix sockets and datagrams arrive at once.
"""

from __future__ import annotations

import _socket
import os
import socket
import struct
import sys
from selectors import EVENT_READ, EVENT_WRITE
from typing import TYPE_CHECKING, Any, TypeVar

from pytest_asyncgrade.virtualtime.real_time import Real

from .peers import borrowed, own_sockets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    _T = TypeVar("_T")

_FLIGHT_TIMEOUT = 0.05
"""Real seconds to wait for data in flight; Linux delays an acknowledgement by 40 ms at most."""

_POLL = 0.001
"""Real seconds that one poll may take."""

_LINUX = sys.platform == "linux"
_TCP_INFO = struct.Struct("=B127xQ8xI52xQQ")
"""The fields of Linux's ``struct tcp_info`` that are read.

They are tcpi_state, tcpi_bytes_received, tcpi_notsent_bytes, tcpi_bytes_sent and tcpi_bytes_retrans.
"""

_SIZE = _TCP_INFO.size
_IPPROTO_TCP, _INFO = socket.IPPROTO_TCP, getattr(socket, "TCP_INFO", 0)

_SYN_SENT = 2
_EXPECTS_END = {1, 4, 5}
"""ESTABLISHED, FIN_WAIT1, FIN_WAIT2: the other end may still send, as far as this one knows."""

_HAS_ENDED = {4, 5, 7, 9, 11}
"""FIN_WAIT1, FIN_WAIT2, CLOSE, LAST_ACK, CLOSING: this end sends no more."""


_End = tuple[int, int, int]
"""One end of a connection: its state, the bytes it has received, the bytes it was given to send."""

_Ends = tuple[_End, _End | None]


class _Borrowed(_socket.socket):
    """A socket object for a descriptor that belongs to somebody else; it never closes it."""

    def __del__(self) -> None:
        pass


class Loopback:
    """Waits for data in flight to the sockets that somebody watches; remembers their other ends."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[int, _Borrowed | None]] = {}
        self._others: dict[tuple[int, int], tuple[int, int]] = {}
        self._in_vain: dict[int, _Ends] = {}

    def settle(self, watched: Mapping[int, int], poll: Callable[[float], _T]) -> _T:
        """Poll until something has come or nothing is in flight any more; return the last result of `poll`.

        `watched` has the events awaited of each socket, as in `selectors`; `poll` gets the seconds it may take.
        """
        if not _LINUX:  # pragma: no cover (the tests run on Linux)
            return poll(_POLL)
        end = Real.monotonic() + _FLIGHT_TIMEOUT
        while True:
            in_flight = self._in_flight(watched)
            come = poll(0)  # after asking: what is no longer in flight has arrived
            if come or not in_flight:
                return come
            if Real.monotonic() > end:
                self._in_vain |= in_flight
                return come
            come = poll(_POLL)
            if come:
                return come

    def _in_flight(self, watched: Mapping[int, int]) -> dict[int, _Ends]:
        """Return the connections with data in flight, except for those that were waited for in vain before."""
        asked = {one: here for one in watched if (here := self._ask(one)) is not None}
        known, others = self._known, self._others
        if any((one, known[one][0]) not in others and here[0] in _EXPECTS_END for one, here in asked.items()):
            self._others = others = _pairs()
        found = {}
        for one, here in asked.items():
            other = others.get((one, known[one][0]))
            there = None
            if other is not None:
                number, inode = other
                there = asked[number] if number in asked else self._ask(number)
                if there is not None and known[number][0] != inode:
                    there = None
            if _is_awaited(one, watched[one], here, there) and self._in_vain.get(one) != (here, there):
                found[one] = (here, there)
        return found

    def _ask(self, descriptor: int) -> _End | None:
        """Ask a TCP socket; None if it is something else."""
        try:
            inode = os.fstat(descriptor).st_ino
        except OSError:
            return None
        known = self._known.get(descriptor)
        if known is None or known[0] != inode:
            self._known[descriptor] = known = inode, _tcp_socket(descriptor)
        if known[1] is None:
            return None
        try:
            answer = known[1].getsockopt(_IPPROTO_TCP, _INFO, _SIZE)
        except OSError:  # another thread has closed it meanwhile
            return None
        state, received, unsent, sent, again = _TCP_INFO.unpack(answer)
        return state, received, sent - again + unsent


def _tcp_socket(descriptor: int) -> _Borrowed | None:
    """Return an object to ask a TCP socket with; None for another socket, or if the kernel tells less."""
    try:
        one = _Borrowed(socket.AF_INET, socket.SOCK_STREAM, 0, descriptor)
        return one if len(one.getsockopt(_IPPROTO_TCP, _INFO, _SIZE)) == _SIZE else None
    except OSError:
        return None


def _is_awaited(descriptor: int, events: int, here: _End, there: _End | None) -> bool:
    """Tell whether data that somebody awaits is in flight to a socket."""
    state, received, sent = here
    if state == _SYN_SENT:
        return _connects_within(descriptor)
    if there is None:  # closed, or not accepted yet
        return state in _EXPECTS_END
    state_there, received_there, sent_there = there
    if events & EVENT_READ and (received < sent_there or (state in _EXPECTS_END and state_there in _HAS_ENDED)):
        return True
    return bool(events & EVENT_WRITE) and sent <= received_there  # all has arrived, except for the acknowledgement


def _connects_within(descriptor: int) -> bool:
    """Tell whether a connection that is being made stays on this machine."""
    try:
        with borrowed(descriptor) as one:
            host: str = one.getsockname()[0]
    except OSError:  # closed meanwhile
        return False
    return host.startswith("127.") or host == "::1"


def _identity(descriptor: int) -> tuple[int, int]:
    try:
        return descriptor, os.fstat(descriptor).st_ino
    except OSError:
        return descriptor, -1


def _pairs() -> dict[tuple[int, int], tuple[int, int]]:
    """Return the other end of each end of a connection within this process."""
    named: dict[tuple[Any, Any], tuple[int, int]] = {}
    for descriptor, one in own_sockets():
        try:
            named[_name(one.getsockname()), _name(one.getpeername())] = _identity(descriptor)
        except OSError:
            continue
    return {one: named[peer, local] for (local, peer), one in named.items() if (peer, local) in named}


def _name(address: Any) -> Any:
    """Return host and port; a socket for both versions of the protocol calls 127.0.0.1 ``::ffff:127.0.0.1``."""
    return (address[0].removeprefix("::ffff:"), address[1]) if isinstance(address, tuple) else address
