"""What the fork server and the parent say to each other, over a socket that is the server's stdin.

The server announces itself; then, for each run, the parent sends an order, and the server announces the process that
it has forked, and reports its end when all that the run left behind is dead, too.
"""

import os
import socket
import struct
from dataclasses import dataclass

from .order import RunOrder

_NUMBER = struct.Struct("!q")


@dataclass(frozen=True, slots=True)
class Started:
    """A process has started; `pid` is its number where the server is, `pidfd` a file descriptor for it."""

    pid: int
    pidfd: int

    def send(self, link: socket.socket) -> None:
        """Tell the parent, and let go of the file descriptor."""
        socket.send_fds(link, [_NUMBER.pack(self.pid)], [self.pidfd])
        os.close(self.pidfd)

    @staticmethod
    def receive(link: socket.socket) -> "Started":
        """Wait for the server's word; OSError if it says nothing of the kind."""
        data, fds, *_ = socket.recv_fds(link, _NUMBER.size, 1)
        if len(data) != _NUMBER.size or len(fds) != 1:
            msg = "the process that starts the program has ended"
            raise OSError(msg)
        return Started(_NUMBER.unpack(data)[0], fds[0])


@dataclass(frozen=True, slots=True)
class Request:
    """A run is wanted; `records` is the pipe for its records, `answers` the one for what it asks for."""

    order: RunOrder
    records: int
    answers: int

    def send(self, link: socket.socket) -> None:
        """Tell the server: the size of the order with the pipes, then the order."""
        data = self.order.dump()
        socket.send_fds(link, [_NUMBER.pack(len(data))], [self.records, self.answers])
        link.sendall(data)

    def close(self) -> None:
        """Let go of the pipes."""
        os.close(self.records)
        os.close(self.answers)

    @staticmethod
    def receive(link: socket.socket) -> "Request | None":
        """Wait for the parent's word; None if it has hung up."""
        if len(link.recv(_NUMBER.size, socket.MSG_PEEK)) < _NUMBER.size:
            return None
        header, (records, answers), *_ = socket.recv_fds(link, _NUMBER.size, 2)
        for pipe in (records, answers):
            os.set_inheritable(pipe, False)  # noqa: FBT003  # no program that a run starts gets them
        (size,), data = _NUMBER.unpack(header), b""
        while len(data) < size:
            data += link.recv(size - len(data))
        return Request(RunOrder.load(data), records, answers)


@dataclass(frozen=True, slots=True)
class Ended:
    """A run's process has ended, with an exit status that is negative for a signal."""

    status: int

    def send(self, link: socket.socket) -> None:
        """Tell the parent."""
        link.sendall(_NUMBER.pack(self.status))

    @staticmethod
    def receive(link: socket.socket) -> "Ended":
        """Wait for the server's word; OSError or struct.error if it says nothing of the kind."""
        return Ended(*_NUMBER.unpack(link.recv(_NUMBER.size)))
