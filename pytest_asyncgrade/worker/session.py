"""One run of a student's program in this process, or a stem that forks for each: jobs come in on stdin.

The pipes are moved out of the way first; what the student's program then sees as its standard streams are files that
catch whatever reaches them.
"""

from __future__ import annotations

import gc
import json
import linecache
import os
import shutil
import signal
import socket
import struct
import sys
import warnings
from base64 import b64decode
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from pytest_asyncgrade.trace.codec import VERSION, dump
from pytest_asyncgrade.trace.model import Outcome
from pytest_asyncgrade.trace.plain import decode, encode
from pytest_asyncgrade.virtualtime import virtual_time
from pytest_asyncgrade.worker.confined import become_a_stem, confine, limit_behind, sweep, use_spare_memory
from pytest_asyncgrade.worker.program import End, Program
from pytest_asyncgrade.worker.recorder import Recorder
from pytest_asyncgrade.worker.streams import DescriptorTail, Limit, RecordingStream

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

_HEADER = struct.Struct("!q")


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
    become_a_stem()
    with virtual_time():
        gc.collect()
    gc.freeze()
    _tell_of_process(link, os.getpid())
    while len(header := link.recv(8, socket.MSG_PEEK)) == _HEADER.size:
        header, (records,), *_ = socket.recv_fds(link, _HEADER.size, 1)
        job = json.loads(_received(link, _HEADER.unpack(header)[0]))
        pid = os.fork()
        if pid == 0:
            os.setsid()
            link.close()
            run(job, records)
        os.close(records)
        _tell_of_process(link, pid)
        status = os.waitstatus_to_exitcode(_wait(pid))
        sweep()
        shutil.rmtree(job["place"], ignore_errors=True)
        link.sendall(_HEADER.pack(status))


def _tell_of_process(link: socket.socket, pid: int) -> None:
    pidfd = os.pidfd_open(pid)
    socket.send_fds(link, [_HEADER.pack(pid)], [pidfd])
    os.close(pidfd)


def _wait(pid: int) -> int:
    """Wait for a child, and meanwhile for those that came to us when their own parents ended."""
    while True:
        ended, status = os.waitpid(-1, 0)
        if ended == pid:
            return status


def _received(link: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        data += link.recv(size - len(data))
    return data


def run(job: dict[str, Any], records: int) -> NoReturn:
    """Run a job, report to the pipe `records`, and leave without looking back."""
    place = Path(job["place"])
    _unpack(job, place)
    os.environ.update(dict.fromkeys(("TMPDIR", "TEMP", "TMP", "HOME"), str(place)))
    report = Report(records)
    session = Session(job, report)
    session.listen()
    report.write(["hello", VERSION, job["nonce"]])
    _redirect(0, place / "stdin", os.O_RDONLY)
    _redirect(1, place / "stdout", os.O_WRONLY | os.O_APPEND)
    _redirect(2, place / "stderr", os.O_WRONLY | os.O_APPEND)
    os.chdir(place / "submission")
    confine(job["limits"], job["rules"], job["place"])
    session.run()
    os._exit(0)


def _unpack(job: dict[str, Any], place: Path) -> None:
    """Write the files of a job into its folder: ``submission/``, the grader's scenarios, the standard streams."""
    files = {f"submission/{name}": b64decode(data) for name, data in job["files"].items()}
    files |= {"stdin": job["stdin"].encode("utf-8", "surrogatepass"), "stdout": b"", "stderr": b""}
    if job["scenarios"]:
        files["grader/scenarios.py"] = b64decode(job["scenarios"])
    for name, data in files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _redirect(fd: int, path: Path, flags: int) -> None:
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
        place, limits = Path(job["place"]), job["limits"]
        folder = place / "submission"
        self._left = limits["records"]
        self._recorder = Recorder(self._record, folder=f"{folder}{os.sep}", script=job["file"], wall_ns=job["wall_ns"])
        limit = Limit(limits["output_characters"], limits["output_lines"], self._flooded)
        record, tail = self._recorder.line, self._recorder.raw_line
        self._streams = [RecordingStream(record, name, fd, limit) for name, fd in (("stdout", 1), ("stderr", 2))]
        self._tails = [DescriptorTail(tail, name, str(place / name), limit) for name in ("stdout", "stderr")]
        self._recorder.before_advancing += [tail.collect for tail in self._tails]
        self._program = Program(folder / job["file"], self._recorder, comment=self._comment)

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
                scenarios = Path(job["place"], "grader", "scenarios.py")
                return lambda: program.play(scenarios, job["function"], decode(job["kwargs"]))

    def _end(self, end: End) -> None:
        self._report.write(["end", self._recorder.now, end.outcome, end.reason, end.raised, encode(end.result)])

    def _comment(self, error: BaseException) -> str:
        use_spare_memory()
        limit = limit_behind(error, self._job["limits"])
        return f" (the program may {limit})" if limit else ""

    def _record(self, record: list[object]) -> None:
        self._left -= 1
        if self._left < 0:
            count = self._job["limits"]["records"]
            self._stop(f"more than {count} lines, tasks and waits were recorded of the program, and it was stopped")
        self._report.write(record)

    def _flooded(self) -> None:
        lines, characters = self._job["limits"]["output_lines"], self._job["limits"]["output_characters"]
        reason = f"the program printed more than {lines} lines or {characters} characters and was stopped"
        self._stop(reason)

    def _stop(self, reason: str) -> NoReturn:
        self._end(End(Outcome.FLOODED, reason))
        os._exit(0)

    def listen(self) -> None:
        """Say on which line the program is, whenever the parent asks: it does so before it loses patience."""
        if self._job["ask_with"] is not None:
            signal.signal(self._job["ask_with"], self._tell_where)
        if hasattr(signal, "SIGXCPU"):
            signal.signal(signal.SIGXCPU, self._out_of_cpu)

    def _tell_where(self, _signal: int, frame: FrameType | None) -> None:
        self._report.write(["stuck", self._recorder.place(frame)])

    def _out_of_cpu(self, number: int, frame: FrameType | None) -> None:
        self._tell_where(number, frame)
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)
