"""One run of a student's program in this process, or a stem that forks for each: jobs come in on stdin.

The pipes are moved out of the way first; what the student's program then sees as its standard streams are files that
catch whatever reaches them.
"""

from __future__ import annotations

import gc
import json
import linecache
import os
import select
import shutil
import signal
import socket
import struct
import sys
import warnings
from _thread import allocate_lock, get_ident
from base64 import b64decode
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from pytest_asyncgrade.trace.codec import VERSION, Seal, dump
from pytest_asyncgrade.trace.model import Outcome
from pytest_asyncgrade.trace.plain import NotPlainError, decode, encode
from pytest_asyncgrade.virtualtime import virtual_time
from pytest_asyncgrade.worker.confined import become_a_stem, comment, confine, sweep
from pytest_asyncgrade.worker.delays import vary
from pytest_asyncgrade.worker.draws import seed
from pytest_asyncgrade.worker.hidden import close_side_doors, opaque
from pytest_asyncgrade.worker.places import Places
from pytest_asyncgrade.worker.program import End, Program
from pytest_asyncgrade.worker.recorder import Recorder
from pytest_asyncgrade.worker.stdio import text_stream
from pytest_asyncgrade.worker.streams import DescriptorTail, Limit, Lines

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

_HEADER = struct.Struct("!q")
_LONGEST_TEXT = 20_000
"""Of an exception's text or traceback, in characters."""
_AT_ONCE = frozenset({"hello", "line", "end"})
_ENOUGH = 100
"""So many records make a line."""
_LONGEST_RESULT = 900_000
"""Of a result as a record holds it, in bytes."""


def enter(arguments: list[str]) -> Session:
    """Take one job, or be a stem and fork for every job; return the session in which it is to be run.

    The caller is the bottom of the program's stack, which the program can look down to: there is nothing to see there.
    """
    if "--stem" in arguments:
        return Session(*serve(socket.socket(fileno=os.dup(0))))
    with os.fdopen(os.dup(0), "rb") as pipe:
        job = json.loads(pipe.read())
    return Session(job, os.dup(1))


def serve(link: socket.socket) -> tuple[dict[str, Any], int]:
    """Fork for every job that comes over the link; tell each child's pid and its status; end when there are no more.

    Return, in each child, its job and the pipe for its records.

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
            return job, records
        os.close(records)
        _tell_of_process(link, pid)
        status = _wait(pid, link)
        sweep()
        shutil.rmtree(job["place"], ignore_errors=True)
        if status is None:
            break
        link.sendall(_HEADER.pack(status))
    sys.exit()


def _tell_of_process(link: socket.socket, pid: int) -> None:
    pidfd = os.pidfd_open(pid)
    socket.send_fds(link, [_HEADER.pack(pid)], [pidfd])
    os.close(pidfd)


def _wait(pid: int, link: socket.socket) -> int | None:
    """Wait for a child, return its exit status; None if our own parent has ended meanwhile, and nobody asks."""
    pidfd = os.pidfd_open(pid)
    ready, *_ = select.select([pidfd, link.fileno()], [], [])
    os.close(pidfd)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) if pidfd in ready else None


def _received(link: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        data += link.recv(size - len(data))
    return data


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
    """Sends records to the parent: what was printed at once, with all before it, the rest soon, many in one line.

    A program that is killed all of a sudden may take to its grave what tasks it began since its last line, no more.
    """

    def __init__(self, fd: int, key: bytes) -> None:
        self._fd = fd
        self._records: list[list[object]] = []
        self._pid = os.getpid()
        self._sign = Seal(key).sign
        self._lock = allocate_lock()
        self._get_ident = get_ident
        self._sender = 0
        """The thread that is sending: what its signal handlers print meanwhile it sends as well, afterwards."""
        self._os_write, self._getpid = os.write, os.getpid  # as they are now: the program may replace them

    def write(self, record: list[object]) -> None:
        """Send a record, sooner or later."""
        records = self._records
        records.append(record)
        if record[0] in _AT_ONCE or len(records) >= _ENOUGH:
            self.flush()

    def flush(self, *, patiently: bool = True) -> None:
        """Send all; nothing if not `patiently` and others are on their way, or in a child of the program."""
        if self._getpid() != self._pid:
            self._records.clear()
        elif self._sender != self._get_ident() and self._lock.acquire(patiently):
            self._sender = self._get_ident()
            try:
                while records := self._records:
                    sent = records[: len(records)]  # another thread may add some meanwhile
                    del records[: len(sent)]
                    self._send(self._sign(dump(*sent)))
            finally:
                self._sender = 0
                self._lock.release()

    def tell(self, record: list[object]) -> None:
        """Send a record out of a signal handler, which cannot wait for what it has interrupted."""
        self._records.append(record)
        self.flush(patiently=False)

    def _send(self, data: bytes) -> None:
        while (written := self._os_write(self._fd, data)) < len(data):
            data = data[written:]


class Session:
    """One run of a program, recorded: a context that yields the program, ready to be called."""

    def __init__(self, job: dict[str, Any], records: int) -> None:
        self._job = job
        self._report = Report(records, bytes.fromhex(job.pop("key")))
        place, limits = Path(job["place"]), job["limits"]
        folder = place / "submission"
        places = Places(f"{folder}{os.sep}", job["file"])
        self._left = limits["records"]
        flush = partial(self._report.flush, patiently=False)
        self._recorder = Recorder(self._record, places, wall_ns=job["wall_ns"], closed=True, flush=flush)
        limit = Limit(limits["output_characters"], limits["output_lines"], self._flooded)
        self._lines = [Lines(self._recorder.line, name, limit) for name in ("stdout", "stderr")]
        self._tails: list[DescriptorTail] = []
        self._limit = limit
        self._name = places.name
        self._program = Program(
            folder / job["file"],
            places,
            opaque(self._recorder.begin),
            partial(comment, job["limits"]),
            fell=opaque(self._recorder.fell),
            folder=folder,
        )
        self._ends: list[End] = []
        self._virtual_time = virtual_time(self._recorder.clock)

    def __enter__(self) -> Callable[[], None]:
        """Make this process the program's, and return the program."""
        job, place = self._job, Path(self._job["place"])
        _unpack(job, place)
        os.environ.update(dict.fromkeys(("TMPDIR", "TEMP", "TMP", "HOME"), str(place)))
        self._listen()
        self._report.write(["hello", VERSION])
        _redirect(0, place / "stdin", os.O_RDONLY)
        _redirect(1, place / "stdout", os.O_WRONLY | os.O_APPEND)
        _redirect(2, place / "stderr", os.O_WRONLY | os.O_APPEND)
        self._tails += [
            DescriptorTail(self._recorder.raw_line, name, str(place / name), self._limit)
            for name in ("stdout", "stderr")
        ]
        self._recorder.before_advancing += [tail.collect for tail in self._tails]
        os.chdir(place / "submission")
        confine(job["limits"], job["rules"], job["place"])
        sys.stdin = open(0, encoding="utf-8", errors="surrogateescape", closefd=False)
        self._streams = [text_stream(opaque(lines.add), fd) for fd, lines in enumerate(self._lines, start=1)]
        sys.stdout, sys.stderr = self._streams
        warnings.formatwarning = opaque(self._format_warning)
        self._virtual_time.__enter__()
        self._recorder.watch()
        if job["vary"] is not None:
            vary(dict(job["vary"]), self._name, opaque(self._recorder.delay))
        if job["seed"] is not None:
            seed(job["seed"])
        program = partial(_append, self._ends, self._action())
        close_side_doors(__package__)
        return program

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> NoReturn:
        """Report how the program ended, and leave without looking back: in virtual time to the last.

        An `error` is one that came while the end of the program was looked into: it has used up all memory.
        """
        end = self._ends[-1] if error is None else self._program.crashed(error)
        self._recorder.slow_steps()
        for stream, lines in zip(self._streams, self._lines, strict=True):
            with suppress(Exception):  # the program had it in its hands, and may have closed it, or worse
                stream.flush()
            lines.close()
        for tail in self._tails:
            tail.close()
        self._end(end)
        self._leave()

    def _format_warning(
        self, message: Warning | str, category: type[Warning], filename: str, lineno: int, line: str | None = None
    ) -> str:
        """Return a warning as Python shows it, less its advice to trace memory and a place that is not a student's."""
        shown = f"{category.__name__}: {message}\n"
        name = self._name(filename)
        if name is None:
            return shown
        source = (linecache.getline(filename, lineno) if line is None else line).strip()
        return f"{name}:{lineno}: {shown}" + (f"  {source}\n" if source else "")

    def _action(self) -> Callable[[], End]:
        job, program = self._job, self._program
        match job["kind"]:
            case "run":
                return partial(program.run, job["argv"])
            case "call":
                return partial(program.call, job["function"], decode(job["args"]), decode(job["kwargs"]))
            case _:
                scenarios = Path(job["place"], "grader", "scenarios.py")
                return partial(program.play, scenarios, job["function"], decode(job["kwargs"]))

    def _end(self, end: End) -> None:
        record = ["end", self._recorder.now, end.outcome, _cut(end.reason), end.raised, None]
        if end.raised is not None:
            record[4] = [_cut(part) if isinstance(part, str) else part for part in end.raised]
        self._report.flush()
        try:
            record[5] = _encoded(end.result)
        except NotPlainError as error:
            record[2:] = [Outcome.FLOODED, f"the result is too large to be looked at: {error}", None, None]
        self._report.write(record)

    def _record(self, record: list[object]) -> None:
        self._left -= 1
        if self._left < 0:
            count = self._job["limits"]["records"]
            self._stop(f"more than {count} lines, tasks and waits were recorded of the program, and it was stopped")
        self._report.write(record)

    def _flooded(self) -> None:
        lines, characters = self._job["limits"]["output_lines"], self._job["limits"]["output_characters"]
        self._stop(f"the program printed more than {lines} lines or {characters} characters and was stopped")

    def _stop(self, reason: str) -> NoReturn:
        self._end(End(Outcome.FLOODED, reason))
        self._leave()

    def _leave(self, leave: Callable[[int], NoReturn] = os._exit) -> NoReturn:
        leave(0)

    def _listen(self) -> None:
        """Say on which line the program is, whenever the parent asks: it does so before it loses patience."""
        if self._job["ask_with"] is not None:
            signal.signal(self._job["ask_with"], opaque(self._tell_where))
        if hasattr(signal, "SIGXCPU"):
            signal.signal(signal.SIGXCPU, opaque(self._out_of_cpu))

    def _tell_where(self, _signal: int, frame: FrameType | None) -> None:
        self._report.tell(["stuck", self._recorder.whereabouts(frame)])

    def _out_of_cpu(self, number: int, frame: FrameType | None) -> None:
        self._tell_where(number, frame)
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)


def _append(ends: list[End], action: Callable[[], End]) -> None:
    ends.append(action())


def _encoded(result: object) -> object:
    """Return a result as a record can hold it; NotPlainError if none can."""
    encoded = encode(result)
    if len(dump([encoded])) > _LONGEST_RESULT:
        msg = f"more than {_LONGEST_RESULT // 1000} kB when it is written down"
        raise NotPlainError(msg)
    decode(encoded)  # as the parent does, which would take what it refuses for a forgery
    return encoded


def _cut(text: str) -> str:
    """Return a text, or so much of it that a record can hold it."""
    if len(text) <= _LONGEST_TEXT:
        return text
    half = _LONGEST_TEXT // 2
    return f"{text[:half]}\n[... {len(text) - 2 * half} characters left out ...]\n{text[-half:]}"
