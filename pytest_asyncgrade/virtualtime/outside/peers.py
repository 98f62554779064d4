"""Tells who can make a file descriptor ready: this process, or a peer outside of it.

While a peer outside is awaited, time flows as real time does.  A connection with both ends in this process needs no
real time: what one end sends, the other end has at once.
"""

from __future__ import annotations

import os
import socket
import stat
import struct
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


_DESCRIPTORS = "/dev/fd"
"""The folder that lists the open descriptors of the process that reads it; Windows has none."""


class Reach(Enum):
    """Who can make a file descriptor ready."""

    INSIDE = "this process alone"
    OUTSIDE = "another process"
    ANYBODY = "whoever connects"
    CALLED = "the one that a connection is being made to"

    __hash__ = object.__hash__  # in C: every watched descriptor is looked up at every wait


IN_REAL_TIME = frozenset({Reach.OUTSIDE, Reach.CALLED})
"""The peers that are waited for in real time."""

WITHIN = frozenset({Reach.INSIDE, Reach.CALLED})
"""The peers whose data may be in flight within this process (see `loopback`)."""


class Peers:
    """Classifies the file descriptors that somebody watches; remembers the peer of each connection."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], Reach] = {}

    def reach(self, descriptor: int) -> Reach:
        """Return who can make a descriptor ready."""
        try:
            status = os.fstat(descriptor)
        except OSError:  # it has been closed; or it is a socket of Windows, which is no file there
            return self._reach_of_socket(descriptor, 0)
        if stat.S_ISFIFO(status.st_mode):
            return Reach.OUTSIDE if _is_pipe_outside(descriptor, status.st_ino) else Reach.INSIDE
        if not stat.S_ISSOCK(status.st_mode):
            return Reach.OUTSIDE
        return self._reach_of_socket(descriptor, status.st_ino)

    def _reach_of_socket(self, descriptor: int, inode: int) -> Reach:
        known = self._known.get((descriptor, inode)) if inode else None
        if known is None:
            try:
                with borrowed(descriptor) as one:
                    peer = _peer_of(one)
                    if peer is None:
                        return _reach_without_peer(one)
                    known = Reach.OUTSIDE if _is_peer_outside(one, peer) else Reach.INSIDE
            except OSError:
                return Reach.INSIDE
            self._known[descriptor, inode] = known
        return known


def _is_pipe_outside(descriptor: int, inode: int) -> bool:
    """Tell whether the other end of a pipe is in another process alone."""
    wanted = os.O_RDONLY if _access(descriptor) == os.O_WRONLY else os.O_WRONLY
    for other in _own_descriptors():
        try:
            status = os.fstat(other)
            if stat.S_ISFIFO(status.st_mode) and status.st_ino == inode and _access(other) in {wanted, os.O_RDWR}:
                return False
        except OSError:
            continue
    return True


def _access(descriptor: int) -> int:
    import fcntl  # not on Windows, which has no such pipes

    return fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE


def _own_descriptors() -> list[int]:
    return [int(name) for name in os.listdir(_DESCRIPTORS) if name.isdigit()]  # noqa: PTH208  # it is not a real folder


def _peer_of(one: socket.socket) -> Any:
    try:
        return one.getpeername()
    except OSError:
        return None


def _reach_without_peer(one: socket.socket) -> Reach:
    """Tell listening from connecting, which takes no time inside this process."""
    if one.type == socket.SOCK_STREAM and not one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        return Reach.CALLED
    return Reach.ANYBODY


def _is_peer_outside(one: socket.socket, peer: Any) -> bool:
    if one.family == getattr(socket, "AF_UNIX", None):
        return _peer_process(one) != os.getpid()
    local = peer[0].startswith("127.") or peer[0] == one.getsockname()[0]
    return not local or peer[1] not in _own_ports()


def _peer_process(one: socket.socket) -> int:
    """Return the process at the other end of a Unix socket; our own where the system does not tell."""
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None or one.type != socket.SOCK_STREAM:
        return os.getpid()
    process: int = struct.unpack("3i", one.getsockopt(socket.SOL_SOCKET, option, 12))[0]
    return process


def _own_ports() -> set[int]:
    """Return the local ports of this process's internet sockets."""
    if not os.path.isdir(_DESCRIPTORS):  # noqa: PTH112  # it is not a real folder
        import psutil  # where it is needed

        return {one.laddr.port for one in psutil.Process().net_connections("inet") if one.laddr}
    families = {socket.AF_INET, socket.AF_INET6}
    return {one.getsockname()[1] for _descriptor, one in own_sockets() if one.family in families}


def own_sockets() -> Iterator[tuple[int, socket.socket]]:
    """Yield the sockets of this process, each with its descriptor; they belong to somebody else."""
    for descriptor in _own_descriptors():
        try:
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                with borrowed(descriptor) as one:
                    yield descriptor, one
        except OSError:
            continue


class borrowed:  # noqa: N801  # a context manager, used as a function
    """A socket object for a descriptor that belongs to somebody else."""

    def __init__(self, descriptor: int) -> None:
        self._socket = socket.socket(fileno=descriptor)

    def __enter__(self) -> socket.socket:
        return self._socket

    def __exit__(self, *_error: object) -> None:
        self._socket.detach()
