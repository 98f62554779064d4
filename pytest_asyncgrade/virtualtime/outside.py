"""Tells what can still happen without this process: a child process, a peer of a connection, a pipe, a terminal.

As long as such work is outstanding time flows as real time does.  The two ends of a connection inside this process are
no such work: what one end sends the other has at once, so nothing real is being waited for.
"""

from __future__ import annotations

import functools
import os
import socket
import stat
import struct
import subprocess
import sys
import weakref
from enum import Enum
from typing import TYPE_CHECKING, Any

from .replacing import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import ExitStack
    from types import FrameType

    from .threads import Threads


class Reach(Enum):
    """Who can make a file descriptor ready."""

    INSIDE = "this process alone"
    OUTSIDE = "another process"
    ANYBODY = "whoever connects"


class Descriptors:
    """Classifies the file descriptors an event loop watches; remembers what it found of each connection."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], Reach] = {}

    def reach(self, descriptors: Iterable[int]) -> set[Reach]:
        """Return who can make any of `descriptors` ready."""
        return {self._reach_of(descriptor) for descriptor in descriptors}

    def _reach_of(self, descriptor: int) -> Reach:
        try:
            status = os.fstat(descriptor)
        except OSError:
            return Reach.INSIDE
        if stat.S_ISFIFO(status.st_mode):
            return Reach.OUTSIDE if _is_pipe_outside(descriptor, status.st_ino) else Reach.INSIDE
        if not stat.S_ISSOCK(status.st_mode):
            return Reach.OUTSIDE
        identity = descriptor, status.st_ino
        if identity not in self._known:
            with _borrowed(descriptor) as one:
                peer = _peer_of(one)
                if peer is None:
                    return _reach_without_peer(one)
                self._known[identity] = Reach.OUTSIDE if _is_peer_outside(one, peer) else Reach.INSIDE
        return self._known[identity]


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
    return [int(name) for name in os.listdir("/dev/fd") if name.isdigit()]  # noqa: PTH208  # it is not a real folder


def _peer_of(one: socket.socket) -> Any:
    try:
        return one.getpeername()
    except OSError:
        return None


def _reach_without_peer(one: socket.socket) -> Reach:
    """Tell listening from connecting, which takes no time inside this process."""
    if one.type == socket.SOCK_STREAM and not one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        return Reach.OUTSIDE
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
    ports = set()
    for descriptor in _own_descriptors():
        try:
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                with _borrowed(descriptor) as one:
                    if one.family in {socket.AF_INET, socket.AF_INET6}:
                        ports.add(one.getsockname()[1])
        except OSError:
            continue
    return ports


class _borrowed:  # noqa: N801  # a context manager, used as a function
    """A socket object for a descriptor that belongs to somebody else."""

    def __init__(self, descriptor: int) -> None:
        self._socket = socket.socket(fileno=descriptor)

    def __enter__(self) -> socket.socket:
        return self._socket

    def __exit__(self, *_error: object) -> None:
        self._socket.detach()


def patch_processes(threads: Threads, undo: ExitStack) -> None:
    """Make waiting for a child process known as such, and know which children are alive."""
    children: weakref.WeakSet[subprocess.Popen[Any]] = weakref.WeakSet()
    forked: set[int] = set()

    def children_alive() -> bool:
        if forked:
            forked.intersection_update([process for process in forked if _is_process_alive(process)])
        return bool(forked) or (bool(children) and any(_is_alive(child) for child in list(children)))

    threads.children_alive = children_alive
    undo.callback(setattr, threads, "children_alive", lambda: False)
    stock_init = subprocess.Popen.__init__

    @functools.wraps(stock_init)
    def init(self: subprocess.Popen[Any], *args: Any, **kwargs: Any) -> None:
        stock_init(self, *args, **kwargs)
        threads.has_children = True
        children.add(self)
        threads.has_children = True

    replace(subprocess.Popen, "__init__", init, undo)
    if hasattr(os, "fork"):
        replace(os, "fork", _remembering(threads, forked, os.fork), undo)
    for name in ("wait", "communicate"):
        replace(subprocess.Popen, name, _outside(threads, getattr(subprocess.Popen, name)), undo)
    for name in ("wait", "wait3", "wait4", "waitid", "waitpid"):
        if hasattr(os, name):
            replace(os, name, _waits_for_child(threads, getattr(os, name)), undo)
    if "multiprocessing.connection" in sys.modules:
        connection = sys.modules["multiprocessing.connection"]
        replace(connection, "wait", _outside(threads, connection.wait), undo)


def _is_alive(child: subprocess.Popen[Any]) -> bool:
    return child.returncode is None and _is_process_alive(child.pid)


def _remembering(threads: Threads, forked: set[int], stock: Callable[[], int]) -> Callable[[], int]:
    @functools.wraps(stock)
    def fork() -> int:
        process = stock()
        if process and not _is_for_a_pool(sys._getframe(1)):
            threads.has_children = True
            forked.add(process)
        return process

    return fork


def _is_for_a_pool(frame: FrameType) -> bool:
    """Tell whether a process is made to work for a pool, which keeps it alive when it has no work."""
    target = getattr(frame.f_locals.get("process_obj"), "_target", None)
    return getattr(target, "__module__", None) in {"concurrent.futures.process", "multiprocessing.pool"}


def _is_process_alive(process: int) -> bool:
    try:
        return os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
    except OSError:
        return False


def _outside(threads: Threads, stock: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(stock)
    def call(*args: Any, **kwargs: Any) -> Any:
        with threads.outside():
            return stock(*args, **kwargs)

    return call


def _waits_for_child(threads: Threads, stock: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap one of the `os.wait` family; a look at a child that does not wait stays as it is."""

    @functools.wraps(stock)
    def call(*args: Any) -> Any:
        if any(type(arg) is int and arg & os.WNOHANG for arg in args[-1:]):
            return stock(*args)
        with threads.outside():
            return stock(*args)

    return call
