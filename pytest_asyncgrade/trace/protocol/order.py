"""What a student's process is told: first to run a program, then, when it asks, what varies from run to run.

What varies is not in the process before it is needed, so that no program can look it up and behave accordingly.
"""

import json
import os
from dataclasses import dataclass, replace
from typing import Literal

from .limits import Limits
from .schema import decode, encode

JobKind = Literal["run", "call", "play"]
Syscalls = Literal["all", "harmless", "harmless without unix sockets"]
"""Which system calls a run may use; `worker.syscalls` has the table."""


_PIECE = 1 << 16
"""Most bytes that are read at once."""
_read = os.read


def receive_line(fd: int) -> bytes:
    """Return the line that comes next over a pipe that holds no more than one; EOFError if the sender hangs up."""
    line = b""
    while not line.endswith(b"\n"):
        if not (piece := _read(fd, _PIECE)):
            raise EOFError
        line += piece
    return line


@dataclass(frozen=True, slots=True)
class Access:
    """What a run may still open, by path, where it confines itself; all else is refused."""

    read: tuple[str, ...]
    write: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunOrder:
    """One run, as it crosses the wall."""

    key: bytes
    """Signs the records."""
    folder: str
    """Where the run's files are written, as the student's process calls it."""
    kind: JobKind
    script: str
    files: dict[str, bytes]
    argv: tuple[str, ...]
    stdin: bytes
    scenarios: bytes
    limits: Limits
    access: Access | None
    syscalls: Syscalls
    user: int | None
    """The user id that a run of the fork server takes; None: it keeps that of the server."""
    varies: bool
    """Whether the delays of the program's own sleeps are varied and recorded: it asks for `Delays` then."""
    seed: int | None
    locate_signal: int | None
    """The signal by which the parent asks which line the program is on."""
    wall_ns: int
    """What ``time.time_ns()`` says at the program's start."""

    def with_shared_memory(self) -> "RunOrder":
        """Return the order of a run that has shared memory of its own."""
        if self.access is None:
            return self
        return replace(self, access=Access(self.access.read, (*self.access.write, "/dev/shm")))  # noqa: S108  # its own

    def dump(self) -> bytes:
        """Return the order as a line of bytes."""
        return _line(self)

    @staticmethod
    def load(data: bytes) -> "RunOrder":
        """Return the order that `dump` wrote."""
        order: RunOrder = decode(RunOrder, "order", json.loads(data))
        return order


@dataclass(frozen=True, slots=True)
class Call:
    """What to call once the program has been imported: a function of its own, or a scenario."""

    function: str
    args: object
    """As `plain.encode` writes it, and so are the `kwargs`."""
    kwargs: object

    def dump(self) -> bytes:
        """Return it as a line of bytes."""
        return _line(self)

    @staticmethod
    def load(line: bytes) -> "Call":
        """Return the call that `dump` wrote."""
        call: Call = decode(Call, "call", json.loads(line))
        return call


@dataclass(frozen=True, slots=True)
class Delays:
    """What becomes of the delays of the program's own sleeps, in seconds."""

    varied: dict[float, float]

    def dump(self) -> bytes:
        """Return them as a line of bytes."""
        return _line(self)

    @staticmethod
    def load(line: bytes) -> "Delays":
        """Return the delays that `dump` wrote."""
        delays: Delays = decode(Delays, "delays", json.loads(line))
        return delays


def _line(told: RunOrder | Call | Delays) -> bytes:
    return json.dumps(encode(told)).encode() + b"\n"
