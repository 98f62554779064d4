"""One run of a student's program in this process, or a stem that forks for each: jobs come in on stdin.

The pipes are moved out of the way first; what the student's program then sees as its standard streams are files that
catch whatever reaches them.
"""

from __future__ import annotations

import gc
import json
import linecache
import os
import signal
import socket
import struct
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from pytest_asyncgrade.trace.codec import VERSION, dump
from pytest_asyncgrade.trace.model import Outcome
from pytest_asyncgrade.trace.plain import decode, encode
from pytest_asyncgrade.virtualtime import virtual_time
from pytest_asyncgrade.worker.program import End, Program
from pytest_asyncgrade.worker.recorder import Recorder
from pytest_asyncgrade.worker.streams import DescriptorTail, Limit, RecordingStream

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

_HEADER = struct.Struct("!q")
MAX_LINES = 10_000
MAX_CHARACTERS = 1_000_000


def main(arguments: list[str]) -> None:
    """Run one job, or be a stem that forks for every job."""
    if "--stem" in arguments:
        serve(socket.socket(fileno=os.dup(0)))
    else:
        with os.fdopen(os.dup(0), "rb") as pipe:
            job = json.loads(pipe.read())
        run(job, os.dup(1))


def serve(link: socket.socket) -> None:
    """Fork for every job that comes over the link, until there are no more; tell each child's pid and its status.

    What every run would do for itself is done once before: imports, freezegun's look at every module, the tidying of
    the objects that are here to stay.
    """
    with virtual_time():
        gc.collect()
    gc.freeze()
    while len(header := link.recv(8, socket.MSG_PEEK)) == _HEADER.size:
        header, (records,), *_ = socket.recv_fds(link, _HEADER.size, 1)
        job = json.loads(_received(link, _HEADER.unpack(header)[0]))
        pid = os.fork()
        if pid == 0:
            os.setsid()
            link.close()
            run(job, records)
        os.close(records)
        link.sendall(_HEADER.pack(pid))
        link.sendall(_HEADER.pack(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])))


def _received(link: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        data += link.recv(size - len(data))
    return data


def run(job: dict[str, Any], records: int) -> NoReturn:
    """Run a job, report to the pipe `records`, and leave without looking back."""
    os.environ.update(job["environment"])
    report = Report(records)
    session = Session(job, report)
    session.listen()
    report.write(["hello", VERSION, job["nonce"]])
    _redirect(0, job["stdin"], os.O_RDONLY)
    _redirect(1, job["stdout"], os.O_WRONLY | os.O_APPEND)
    _redirect(2, job["stderr"], os.O_WRONLY | os.O_APPEND)
    os.chdir(job["folder"])
    session.run()
    os._exit(0)


def _redirect(fd: int, path: str, flags: int) -> None:
    target = os.open(path, flags | getattr(os, "O_BINARY", 0))
    os.dup2(target, fd)
    os.close(target)


class Report:
    """Sends records to the parent, each at once; after the last one, none."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._pid = os.getpid()

    def write(self, record: list[object]) -> None:
        """Send one record; a forked child of the program has nothing to say."""
        if os.getpid() == self._pid:
            data = memoryview(dump(record))
            while data:
                data = data[os.write(self._fd, data) :]


class Session:
    """One run of a program, recorded."""

    def __init__(self, job: dict[str, Any], report: Report) -> None:
        self._job = job
        self._report = report
        folder = Path(job["folder"])
        self._recorder = Recorder(report.write, folder=f"{folder}{os.sep}", script=job["file"], wall_ns=job["wall_ns"])
        limit = Limit(MAX_CHARACTERS, MAX_LINES, self._flooded)
        record, tail = self._recorder.line, self._recorder.raw_line
        self._streams = [RecordingStream(record, name, fd, limit) for name, fd in (("stdout", 1), ("stderr", 2))]
        self._tails = [DescriptorTail(tail, name, job[name], limit) for name in ("stdout", "stderr")]
        self._recorder.before_advancing += [tail.collect for tail in self._tails]
        self._program = Program(folder / job["file"], self._recorder)

    def run(self) -> None:
        """Run the program and report its end."""
        sys.stdin = open(0, encoding="utf-8", errors="surrogateescape", closefd=False)  # noqa: SIM115
        sys.stdout, sys.stderr = (stream.text() for stream in self._streams)
        warnings.formatwarning = self._format_warning
        with virtual_time(self._recorder.clock):
            end = self._action()()
            for stream in self._streams:
                stream.finish()
            for tail in self._tails:
                tail.finish()
        self._end(end)

    def _format_warning(
        self, message: Warning | str, category: type[Warning], filename: str, lineno: int, line: str | None = None
    ) -> str:
        """Return a warning as Python shows it, less its advice to trace memory and a place that is not a student's."""
        shown = f"{category.__name__}: {message}\n"
        name = self._recorder.students(filename)
        if name is None:
            return shown
        source = (linecache.getline(filename, lineno) if line is None else line).strip()
        return f"{name}:{lineno}: {shown}" + (f"  {source}\n" if source else "")

    def _action(self) -> Callable[[], End]:
        job, program = self._job, self._program
        match job["kind"]:
            case "run":
                return lambda: program.run(job["argv"])
            case "call":
                return lambda: program.call(job["function"], decode(job["args"]), decode(job["kwargs"]))
            case _:
                return lambda: program.play(Path(job["scenarios"]), job["function"], decode(job["kwargs"]))

    def _end(self, end: End) -> None:
        self._report.write(["end", self._recorder.now, end.outcome, end.reason, end.raised, encode(end.result)])

    def _flooded(self) -> None:
        reason = f"the program printed more than {MAX_LINES} lines or {MAX_CHARACTERS} characters and was stopped"
        self._end(End(Outcome.FLOODED, reason))
        os._exit(0)

    def listen(self) -> None:
        """Say on which line the program is, whenever the parent asks: it does so before it loses patience."""
        if self._job["ask_with"] is not None:
            signal.signal(self._job["ask_with"], self._tell_where)

    def _tell_where(self, _signal: int, frame: FrameType | None) -> None:
        self._report.write(["stuck", self._recorder.place(frame)])
