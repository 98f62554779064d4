"""A student's process, as its parent sees it, and the two ways to get one.

`Fresh` starts an interpreter for every run: it works everywhere.  `Stem` starts one per submission, which has done all
its imports, and lets it fork for every run, which is several times quicker; on Linux alone, where a fork of such a
process is safe.  A stem is one student's own, and so is what confines it: whoever kills the parent of their program
kills that, and not ours.
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
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

from .confinement import Confinement, candidates, interpreter, packages
from .process_tree import kill, start

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


def _can_fork() -> bool:
    if sys.platform != "linux":
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))  # Linux 5.3
    except OSError:
        return False
    return True


CAN_FORK = _can_fork()

ASK_WITH: int | None = getattr(signal, "SIGRTMAX", getattr(signal, "SIGUSR2", None))
"""The signal that asks a process which line it is on; there is none on Windows, so there it is not said."""

_START = Path(__file__).parent.parent / "worker" / "start.py"
_PASSED_ON = ("LANG", "LC_ALL", "LC_CTYPE", "PATH", "SYSTEMROOT", "COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START",
              "COVERAGE_FILE")  # fmt: skip
"""What a student's process sees of our environment (the last three: measuring this package's own tests)."""

_STEM_PATIENCE = 10.0
"""How long a stem may take to start, to fork and to tidy up, in real seconds."""

_NUMBER = struct.Struct("!q")


class Child(Protocol):
    """A process that runs a student's program."""

    records: IO[bytes]
    """The pipe its records come from."""

    def status(self, seconds: float) -> int | None:
        """Return its exit status, negative for a signal; None if it has not left in time."""

    def ask(self) -> None:
        """Ask it which line it is on; the answer is a record."""

    def end(self) -> None:
        """Kill it, if it is alive, and all it has started."""


class Launcher(Protocol):
    """Something that starts a student's process."""

    @property
    def confinement(self) -> Confinement:
        """What confines that process."""

    def place(self) -> AbstractContextManager[str]:
        """Make a folder for one run."""

    def launch(self, job: bytes) -> Child:
        """Start a process that runs a job."""

    def close(self) -> None:
        """Let go of what is kept for the next run."""


class Fresh:
    """Starts a new interpreter for every run."""

    def __init__(self) -> None:
        self.confinement = Confinement()

    def place(self) -> AbstractContextManager[str]:
        """Make a folder for one run."""
        return self.confinement.place()

    def launch(self, job: bytes) -> Child:
        """Start a process that runs a job."""
        return _FreshChild(job)

    def close(self) -> None:
        """Do nothing: nothing is kept."""


class _FreshChild:
    def __init__(self, job: bytes) -> None:
        self._process = start(_command(), env=_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.records = self._process.stdout
        with suppress(BrokenPipeError), self._process.stdin as pipe:  # if it died at once, what it left says how
            pipe.write(job)

    def status(self, seconds: float) -> int | None:
        deadline = time.monotonic() + seconds
        while (status := self._process.poll()) is None and time.monotonic() < deadline:
            time.sleep(0.001)
        return status

    def ask(self) -> None:
        if ASK_WITH is not None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, ASK_WITH)

    def end(self) -> None:
        kill(self._process, thoroughly=True)


class Stem:
    """A process that has imported all it needs, and forks for every run.

    Over a socket that is its stdin it says that it is ready, with a file descriptor for its process, and then hears of
    each job: eight bytes of length and, with them, the pipe for the records; then the job.  It answers with the child's
    pid and a file descriptor for the child; and, when that has left and all that it left behind is dead, its status.
    """

    def __init__(self, mode: str = "auto") -> None:
        self._ways = candidates(mode)
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._pidfd: int | None = None

    @property
    def confinement(self) -> Confinement:
        """What confines it; known for sure once something has been launched."""
        return self._ways[0]

    def place(self) -> AbstractContextManager[str]:
        """Make a folder for one run."""
        self._ready()
        return self.confinement.place()

    def start(self) -> socket.socket:
        """Start the stem, if it is not running; returns at once, the link to it."""
        if self._socket is None:
            self._socket, theirs = socket.socketpair()
            self._socket.settimeout(_STEM_PATIENCE)
            with theirs:
                command = self.confinement.command([*_command(), "--stem"])
                self._process = start(command, env=_environment(), stdin=theirs.fileno(), stdout=subprocess.DEVNULL)
        return self._socket

    def _ready(self) -> socket.socket:
        """Wait for the stem; where one way to confine it does not work, take the next."""
        while self._pidfd is None:
            try:
                self._pidfd = _receive_process(self.start())
            except OSError:
                self.close()
                if len(self._ways) == 1:
                    raise
                del self._ways[0]
                self._ways[0].name += ": bubblewrap is installed, and cannot be used here"
        return self.start()

    def launch(self, job: bytes) -> Child:
        """Start a process that runs a job; a stem that its student has killed is started anew."""
        try:
            return self._fork(job)
        except OSError:
            self.close()
            return self._fork(job)

    def _fork(self, job: bytes) -> Child:
        link = self._ready()
        read_end, write_end = os.pipe()
        records = os.fdopen(read_end, "rb")
        try:
            socket.send_fds(link, [_NUMBER.pack(len(job))], [write_end])
            link.sendall(job)
            return _ForkedChild(_receive_process(link), self, link, records)
        except BaseException:
            records.close()
            raise
        finally:
            os.close(write_end)

    def close(self, *, thoroughly: bool = False) -> None:
        """End the stem; `thoroughly` also what may be left of a run, where its end does not end that too."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if self._process is not None:
            kill(self._process, thoroughly=thoroughly)
            self._process = None
            if thoroughly:
                self.confinement.sweep()
        if self._pidfd is not None:  # with the first process of a namespace all others have ended
            _kill_process(self._pidfd)
            self._pidfd = None


class _ForkedChild:
    def __init__(self, pidfd: int, stem: Stem, link: socket.socket, records: IO[bytes]) -> None:
        self.records = records
        self._pidfd = pidfd
        self._stem = stem
        self._link = link
        self._status: int | None = None

    def status(self, seconds: float) -> int | None:
        if self._status is None:
            with suppress(OSError, struct.error):
                self._link.settimeout(seconds)
                self._status = _NUMBER.unpack(self._link.recv(_NUMBER.size))[0]
        return self._status

    def ask(self) -> None:
        if ASK_WITH is not None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, ASK_WITH)

    def end(self) -> None:
        """Kill it; the stem kills what it has started, and if there is no word of that, the stem itself is killed."""
        _kill_process(self._pidfd)
        if self.status(_STEM_PATIENCE) is None:
            self._stem.close(thoroughly=True)
        else:
            self._link.settimeout(_STEM_PATIENCE)


def _kill_process(pidfd: int) -> None:
    """Kill a process, wait for its end, and let go of it."""
    with suppress(ProcessLookupError):
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
    select.select([pidfd], [], [], _STEM_PATIENCE)
    os.close(pidfd)


def _receive_process(link: socket.socket) -> int:
    """Return the file descriptor of a process that a stem tells of; OSError if it says nothing of the kind."""
    data, fds, *_ = socket.recv_fds(link, _NUMBER.size, 1)
    if len(data) != _NUMBER.size or len(fds) != 1:
        msg = "the process that starts the program has ended"
        raise OSError(msg)
    return fds[0]


def _command() -> list[str]:
    """Return the command that starts our side of a student's process."""
    roots = dict.fromkeys(str(Path(package).parent) for package in packages())
    return [interpreter(), "-P", "-s", str(_START), *roots]


def _environment() -> dict[str, str]:
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return passed | {
        "MALLOC_ARENA_MAX": "2",  # each takes 64 MB of the address space, and each thread would make one
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "TZ": "UTC",
    }


def signal_name(number: int) -> str:
    """Return a signal's name, or its number if it has none."""
    return signal.Signals(number).name if number in list(signal.Signals) else str(number)
