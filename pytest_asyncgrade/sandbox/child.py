"""A student's process, as its parent sees it, and the two ways to get one.

`Spawn` starts an interpreter for each run: it works everywhere.  `ForkServer` starts one for all runs of all students,
which has done all its imports and forks for each run: many times quicker, on Linux only, where such a fork is safe.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import struct
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

from pytest_asyncgrade import measured
from pytest_asyncgrade.errors import AsyncgradeError

from .confinement import Confinement, candidates, interpreter, packages
from .process_tree import Effort, effort_of, kill, start

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from pytest_asyncgrade.trace.protocol.order import RunOrder


def _can_fork() -> bool:
    if sys.platform != "linux":
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))  # Linux 5.3
    except OSError:
        return False
    return True


CAN_FORK = _can_fork()

LOCATE_SIGNAL: int | None = getattr(signal, "SIGRTMAX", getattr(signal, "SIGUSR2", None))
"""The signal that asks a process which line it is on; None on Windows, which has none to spare."""

_START = Path(__file__).parent.parent / "worker" / "start.py"
_PASSED_ON = ("LANG", "LC_ALL", "LC_CTYPE", "PATH", "SYSTEMROOT")
"""Variables of our environment that a student's process gets."""

_FORK_SERVER_TIMEOUT = 60.0
"""Time limit for each answer of a fork server (it has started, forked, tidied up), in real seconds."""
_KILLED = 128
"""A process with at least this exit status, or with one below 0, was killed: it says nothing of what is possible."""


class Child(Protocol):
    """A process that runs a student's program."""

    records: IO[bytes]
    """The pipe its records come from."""

    def answer(self, line: bytes) -> None:
        """Tell it what it has asked for, unless it has ended."""

    def status(self, seconds: float) -> int | None:
        """Return its exit status, negative for a signal; None if it has not exited in time."""

    def locate(self) -> None:
        """Ask it which line it is on; the answer is a record."""

    def effort(self) -> Effort:
        """Return how much it has computed, and how long it had to wait for a processor."""

    def end(self) -> None:
        """Kill it and all it has started, if they are alive."""


class Launcher(Protocol):
    """Something that starts a student's process."""

    @property
    def confinement(self) -> Confinement:
        """What confines that process."""

    def folder(self) -> AbstractContextManager[str]:
        """Make a folder for one run."""

    def launch(self, order: RunOrder) -> Child:
        """Start a process for a run."""

    def close(self) -> None:
        """End what is kept for the next run."""


class Spawn:
    """Starts a new interpreter for each run."""

    def __init__(self) -> None:
        self.confinement = Confinement()

    def folder(self) -> AbstractContextManager[str]:
        """Make a folder for one run."""
        return self.confinement.folder()

    def launch(self, order: RunOrder) -> Child:
        """Start a process for a run."""
        return _SpawnedChild(order)

    def close(self) -> None:
        """Do nothing: a spawned process is not kept."""


class _SpawnedChild:
    def __init__(self, order: RunOrder) -> None:
        self._process = start(_command(), env=_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.records = self._process.stdout
        self._answers = self._process.stdin
        self.answer(order.dump())

    def answer(self, line: bytes) -> None:
        with suppress(OSError):  # if it has died, its status says how
            self._answers.write(line)
            self._answers.flush()

    def status(self, seconds: float) -> int | None:
        deadline = time.monotonic() + seconds
        while (status := self._process.poll()) is None and time.monotonic() < deadline:
            time.sleep(0.001)
        return status

    def locate(self) -> None:
        if LOCATE_SIGNAL is not None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, LOCATE_SIGNAL)

    def effort(self) -> Effort:
        return effort_of(self._process.pid)

    def end(self) -> None:
        kill(self._process, thoroughly=True)
        with suppress(OSError):
            self._answers.close()


class ForkServer:
    """A process that has imported all it needs and forks for each run; `trace.protocol.fork_link` has its messages."""

    def __init__(self, mode: str = "auto") -> None:
        self._candidates = candidates(mode)
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._pidfd: int | None = None
        self._is_decided = False
        """Whether one of the candidates has worked: it is kept then."""

    @property
    def confinement(self) -> Confinement:
        """What confines it; the first candidate until something has been launched."""
        return self._candidates[0]

    def folder(self) -> AbstractContextManager[str]:
        """Make a folder for one run."""
        self._ready()
        return self.confinement.folder()

    def start(self) -> socket.socket:
        """Start the fork server, unless it is running, and return the link to it at once."""
        if self._socket is None:
            self._socket, theirs = socket.socketpair()
            self._socket.settimeout(_FORK_SERVER_TIMEOUT)
            with theirs:
                command = self.confinement.command(_command())
                self._process = start(command, env=_environment(), stdin=theirs.fileno(), stdout=subprocess.DEVNULL)
        return self._socket

    def _ready(self) -> socket.socket:
        """Wait for the fork server; where the kernel refuses one confinement, take the next.

        This is decided once, before the first program runs, and only by a refusal: AsyncgradeError if a confinement
        that has worked, or the last one, does not work, or if there is no answer.
        """
        from pytest_asyncgrade.trace.protocol.fork_link import Started

        while self._pidfd is None:
            try:
                self._pidfd = Started.receive(self.start()).pidfd
            except OSError as error:
                self._take_next(error)
        self._is_decided = True
        return self.start()

    def _take_next(self, error: OSError) -> None:
        """Take the next confinement if the kernel refuses this one; AsyncgradeError if anything else is wrong."""
        assert self._process is not None
        status = None if isinstance(error, TimeoutError) else self._process.wait()
        self.close()
        refused = status is not None and 0 < status < _KILLED
        if self._is_decided or not refused or len(self._candidates) == 1:
            what = "did not answer" if status is None else f"ended with status {status}"
            msg = f"the process that starts all runs ({self.confinement.name}) {what}, so nothing was run: grade again"
            raise AsyncgradeError(msg)
        del self._candidates[0]
        self._candidates[0].name += ": bubblewrap is installed, and cannot be used here"

    def launch(self, order: RunOrder) -> Child:
        """Start a process for a run; a fork server that its student has killed is started anew."""
        with suppress(OSError):
            return self._fork(order)
        self.close()
        try:
            return self._fork(order)
        except OSError as error:
            self.close()
            msg = f"the process that starts all runs ({self.confinement.name}) fails: {error}; grade again"
            raise AsyncgradeError(msg) from error

    def _fork(self, order: RunOrder) -> Child:
        from pytest_asyncgrade.trace.protocol.fork_link import Request, Started

        link = self._ready()
        with ExitStack() as undo:
            (ours, records), (answers, theirs) = os.pipe(), os.pipe()
            undo.callback(os.close, records)
            undo.callback(os.close, answers)
            with ExitStack() as failed:
                pipes = (failed.enter_context(os.fdopen(ours, "rb")), failed.enter_context(os.fdopen(theirs, "wb", 0)))
                Request(order, records, answers).send(link)
                child = _ForkedChild(Started.receive(link).pidfd, self, link, *pipes)
                failed.pop_all()
            return child

    def close(self, *, thoroughly: bool = False) -> None:
        """End the fork server; `thoroughly`: also what may be left of a run, where it does not end with the server."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if self._process is not None:
            kill(self._process, thoroughly=thoroughly)
            self._process = None
            if thoroughly:
                self.confinement.sweep()
        if self._pidfd is not None:  # all processes of a namespace end with the first one
            _kill_process(self._pidfd)
            self._pidfd = None


class _ForkedChild:
    def __init__(  # what there is of a child
        self, pidfd: int, server: ForkServer, link: socket.socket, records: IO[bytes], answers: IO[bytes]
    ) -> None:
        self.records = records
        self._answers = answers
        self._pidfd = pidfd
        self._server = server
        self._link = link
        self._status: int | None = None

    def answer(self, line: bytes) -> None:
        with suppress(OSError):
            self._answers.write(line)

    def status(self, seconds: float) -> int | None:
        from pytest_asyncgrade.trace.protocol.fork_link import Ended

        if self._status is None:
            with suppress(OSError, struct.error):
                self._link.settimeout(seconds)
                self._status = Ended.receive(self._link).status
        return self._status

    def locate(self) -> None:
        if LOCATE_SIGNAL is not None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, LOCATE_SIGNAL)

    def effort(self) -> Effort:
        return effort_of(_pid(self._pidfd))

    def end(self) -> None:
        """Kill it; the server kills what it has started, or is killed itself if it does not say so in time."""
        _kill_process(self._pidfd)
        self._answers.close()
        if self.status(_FORK_SERVER_TIMEOUT) is None:
            self._server.close(thoroughly=True)
        else:
            self._link.settimeout(_FORK_SERVER_TIMEOUT)


def _pid(pidfd: int) -> int:
    """Return the number that a process has here: the fork server knows it by another, in its own namespace."""
    told = Path(f"/proc/self/fdinfo/{pidfd}").read_text(encoding="ascii")
    return int(next(line for line in told.splitlines() if line.startswith("Pid:")).split()[1])


def _kill_process(pidfd: int) -> None:
    """Kill a process, wait for its end, and close its file descriptor."""
    with suppress(ProcessLookupError):
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
    select.select([pidfd], [], [], _FORK_SERVER_TIMEOUT)
    os.close(pidfd)


def _command() -> list[str]:
    """Return the command that starts our part of a student's process."""
    roots = dict.fromkeys(str(Path(package).parent) for package in packages())
    return [interpreter(), "-P", "-s", str(_START), *roots]


def _environment() -> dict[str, str]:
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return (
        passed
        | measured.variables()
        | {
            "MALLOC_ARENA_MAX": "2",  # each thread would make an arena, 64 MB of the address space
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": "0",
            "PYTHONUTF8": "1",
            "TZ": "UTC",
        }
    )


def signal_name(number: int) -> str:
    """Return a signal's name, or its number if it has none."""
    return signal.Signals(number).name if number in list(signal.Signals) else str(number)
