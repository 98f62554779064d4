"""A student's process, as its parent sees it, and the two ways to get one.

`Fresh` starts an interpreter for every run: it works everywhere.  `Stem` starts one per submission, which has done all
its imports, and lets it fork for every run, which is several times quicker; on Linux alone, where a fork of such a
process is safe.  A stem is the student's own: whoever kills the parent of its program kills that, and not ours.
"""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, Protocol

from .process_tree import kill, kill_group, start

CAN_FORK = sys.platform == "linux" and hasattr(socket, "send_fds")

ASK_WITH: int | None = getattr(signal, "SIGRTMAX", getattr(signal, "SIGUSR2", None))
"""The signal that asks a process which line it is on; there is none on Windows, so there it is not said."""

_START = Path(__file__).parent.parent / "worker" / "start.py"
_PASSED_ON = ("LANG", "LC_ALL", "LC_CTYPE", "PATH", "SYSTEMROOT", "COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START")
"""What a student's process sees of our environment (the last two: measuring this package's own tests)."""

_STEM_PATIENCE = 10.0
"""How long a stem may take to start and to fork, in real seconds."""


class Child(Protocol):
    """A process that runs a student's program."""

    records: IO[bytes]
    """The pipe its records come from."""

    def status(self, seconds: float) -> int | None:
        """Return its exit status, negative for a signal; None if it has not left in time."""

    def ask(self) -> None:
        """Ask it which line it is on; the answer is a record."""

    def kill(self, *, thoroughly: bool) -> None:
        """Kill it and its group; `thoroughly` also those of its descendants that have left the group."""


class Launcher(Protocol):
    """Something that starts a student's process."""

    def launch(self, job: bytes) -> Child:
        """Start a process that runs a job."""


class Fresh:
    """Starts a new interpreter for every run."""

    def launch(self, job: bytes) -> Child:
        """Start a process that runs a job."""
        return _FreshChild(job)


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
        _ask(self._process.pid)

    def kill(self, *, thoroughly: bool) -> None:
        kill(self._process, thoroughly=thoroughly)


class Stem:
    """A process that has imported all it needs, and forks for every run.

    It hears of a job over a socket that is its stdin: eight bytes of length and, with them, the pipe for the
    records; then the job.  It answers with the pid of the child and, when that has left, its status.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    def start(self) -> socket.socket:
        """Start the stem, if it is not running; returns at once, the link to it."""
        if self._socket is None:
            self._socket, theirs = socket.socketpair()
            self._socket.settimeout(_STEM_PATIENCE)
            with theirs:
                null = subprocess.DEVNULL
                command = [*_command(), "--stem"]
                self._process = start(command, env=_environment(), stdin=theirs.fileno(), stdout=null)
        return self._socket

    def launch(self, job: bytes) -> Child:
        """Start a process that runs a job; a stem that its student has killed is started anew."""
        try:
            return self._fork(job)
        except (OSError, struct.error):
            self.close()
            return self._fork(job)

    def _fork(self, job: bytes) -> Child:
        link = self.start()
        read_end, write_end = os.pipe()
        records = os.fdopen(read_end, "rb")
        try:
            socket.send_fds(link, [struct.pack("!q", len(job))], [write_end])
            link.sendall(job)
            return _ForkedChild(_answer(link), link, records)
        except BaseException:
            records.close()
            raise
        finally:
            os.close(write_end)

    def close(self) -> None:
        """End the stem."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if self._process is not None:
            kill(self._process, thoroughly=False)
            self._process = None


class _ForkedChild:
    def __init__(self, pid: int, link: socket.socket, records: IO[bytes]) -> None:
        self.records = records
        self._pid = pid
        self._link = link
        self._status: int | None = None

    def status(self, seconds: float) -> int | None:
        if self._status is None:
            self._link.settimeout(seconds)
            with suppress(OSError, struct.error):
                self._status = _answer(self._link)
            with suppress(OSError):
                self._link.settimeout(_STEM_PATIENCE)
        return self._status

    def ask(self) -> None:
        _ask(self._pid)

    def kill(self, *, thoroughly: bool) -> None:
        kill_group(self._pid, thoroughly=thoroughly)
        if self._status is None:
            self.status(_STEM_PATIENCE)  # its answer is still to come: the next one must not be taken for it


def _ask(pid: int) -> None:
    if ASK_WITH is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, ASK_WITH)


def _answer(link: socket.socket) -> int:
    number: int = struct.unpack("!q", link.recv(8))[0]
    return number


def _command() -> list[str]:
    """Return the command that starts our side of a student's process."""
    roots = dict.fromkeys(_import_root(name) for name in ("pytest_asyncgrade", "freezegun", "dateutil", "six"))
    return [sys.executable, "-P", "-s", str(_START), *filter(None, roots)]


def _environment() -> dict[str, str]:
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return passed | {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1", "TZ": "UTC"}


def _import_root(name: str) -> str:
    """Return the folder that a package is imported from."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        return ""
    path = Path(spec.origin)
    return str(path.parent.parent if path.name == "__init__.py" else path.parent)


def signal_name(number: int) -> str:
    """Return a signal's name, or its number if it has none."""
    return signal.Signals(number).name if number in list(signal.Signals) else str(number)
