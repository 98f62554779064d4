"""What a student's process is told to do: one run of a program, with all that it takes."""

import json
from dataclasses import dataclass
from typing import Literal

from .limits import Limits
from .schema import decode, encode

JobKind = Literal["run", "call", "play"]


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
    function: str
    args: object
    """As `plain.encode` writes it, and so are the `kwargs`."""
    kwargs: object
    stdin: bytes
    scenarios: bytes
    limits: Limits
    access: Access | None
    user: int | None
    """The user id that a run of the fork server takes; None: it keeps that of the server."""
    varied: dict[float, float] | None
    """What becomes of the delays of the program's own sleeps; None: they are neither varied nor recorded."""
    seed: int | None
    locate_signal: int | None
    """The signal by which the parent asks which line the program is on."""
    wall_ns: int
    """What ``time.time_ns()`` says at the program's start."""

    def dump(self) -> bytes:
        """Return the order as bytes."""
        return json.dumps(encode(self)).encode()

    @staticmethod
    def load(data: bytes) -> "RunOrder":
        """Return the order that `dump` wrote."""
        order: RunOrder = decode(RunOrder, "order", json.loads(data))
        return order
