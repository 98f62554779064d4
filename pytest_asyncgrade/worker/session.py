"""The life of one run in this process, from its order to its end.

What every run needs is prepared once, before the process knows which run it is for: time becomes virtual, coroutines
and tasks are watched, the doors to our memory are closed and our modules forgotten, so that nothing of ours can be
imported any more.  A fork server then forks for each run.  What is done for the run, in this order, since each step
takes something away that those before it need:

1. The files are unpacked, and the variables that name a folder for temporary files point to the run's folder.
2. Signal handlers are set: the parent may ask where the program is as soon as it has been greeted.
3. The standard streams' file descriptors become files of the run's folder, and are read from their beginnings.
4. The folder of the submission becomes the current one.
5. The process is confined: nothing outside of what the order allows can be opened any more.
6. `sys.stdin`, `sys.stdout` and `sys.stderr` are replaced.
7. Delays are varied, random numbers seeded: their wrappers are around what virtual time has put there.
8. The grader's scenarios are executed, so that all they use is theirs before the student's first line is read.
9. The parent is greeted: from here on it counts time, and what happens is the program's doing.  Whatever fails before
   that is told instead: it is an error of the grading.

After the program, in virtual time to the last: slow steps, the rest of the output, the record of the end; then the
process leaves without running anything of the program's.
"""

from __future__ import annotations

import linecache
import logging
import os
import signal
import socket
import sys
import warnings
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

from pytest_asyncgrade.trace.model import Outcome, Raised
from pytest_asyncgrade.trace.plain import NotPlainError, decode, encode, said_by
from pytest_asyncgrade.trace.protocol.lines import dump
from pytest_asyncgrade.trace.protocol.order import Call, Delays, RunOrder, receive_line
from pytest_asyncgrade.trace.protocol.records import VERSION, Ended, Hello, Located, NotStarted
from pytest_asyncgrade.trace.protocol.records import encode as encode_record
from pytest_asyncgrade.virtualtime import DeadlockError, fork_in_real_time, set_wall_clock, virtual_time
from pytest_asyncgrade.worker.channel import Channel
from pytest_asyncgrade.worker.confined import comment, confine
from pytest_asyncgrade.worker.delays import vary
from pytest_asyncgrade.worker.examiner import ScenariosError, scenarios
from pytest_asyncgrade.worker.fork_server import serve
from pytest_asyncgrade.worker.hardening import close_side_doors, opaque
from pytest_asyncgrade.worker.program import End, Program
from pytest_asyncgrade.worker.reaching import Reaching
from pytest_asyncgrade.worker.recorder import Recorder
from pytest_asyncgrade.worker.seeding import seed
from pytest_asyncgrade.worker.source_locations import SourceFiles
from pytest_asyncgrade.worker.stdio import text_stream
from pytest_asyncgrade.worker.streams import DescriptorTail, Lines, OutputLimit
from pytest_asyncgrade.worker.unpacking import RunFolder

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from pytest_asyncgrade.trace.output import Stream
    from pytest_asyncgrade.trace.protocol.records import Row

_OUTPUT: tuple[Stream, ...] = ("stdout", "stderr")
_LONGEST_TEXT = 20_000
"""Longest text of an exception, and longest traceback, in characters."""
_LONGEST_RESULT = 900_000
"""Longest result as a record holds it, in bytes."""


def enter(arguments: list[str]) -> Session:
    """Take one order, or be a fork server and fork for each; return the session in which it is to be run.

    The caller is the bottom of the program's stack, which the program can look down to: there is nothing to see there.
    """
    session = Session()
    if any(argument.startswith("--fork-server") for argument in arguments):
        link = socket.socket(fileno=os.dup(0))
        with fork_in_real_time(session.clock):
            session.take(*serve(link, arguments))
    else:
        answers = os.dup(0)
        session.take(RunOrder.load(receive_line(answers)), os.dup(1), answers)
    return session


class Session:
    """One run of a program, recorded: a context that yields the program, ready to be called."""

    _order: RunOrder
    _channel: Channel
    _folder: RunFolder
    _program: Program
    _records_left = 0

    def __init__(self) -> None:
        """Prepare what each run needs, whatever it is; from here on, time is virtual."""
        self._files = SourceFiles()
        self._recorder = Recorder(self._record, self._files, wall_ns=0, closed=True, flush=self._flush)
        self.clock = self._recorder.clock
        self._limit = OutputLimit(self._stop_flood)
        self._lines = [Lines(self._recorder.line, name, self._limit) for name in _OUTPUT]
        self._streams = [text_stream(opaque(lines.add), fd) for fd, lines in enumerate(self._lines, start=1)]
        self._tails: list[DescriptorTail] = []
        self._ends: list[End] = []
        self._virtual_time = virtual_time(self.clock)
        self._virtual_time.__enter__()
        self._recorder.watch()
        warnings.formatwarning = opaque(self._format_warning)
        logging.getLogger("asyncio").addFilter(opaque(self._shorten_log))
        sys.unraisablehook = opaque(self._show_unraisable)
        close_side_doors(__package__, opaque(Reaching(self._record, self._files)))

    def take(self, order: RunOrder, records: int, answers: int) -> None:
        """Take the order that is to be run, and the pipes for its records and for the answers to its questions."""
        self._order = order
        self._channel = Channel(records, order.key, answers)
        self._folder = RunFolder(order.folder)
        self._records_left = order.limits.records

    def __enter__(self) -> Callable[[], None]:
        """Make this process the program's, in the order that is said above, and return the program."""
        try:
            program = self._prepared()
        except Exception as error:  # noqa: BLE001  # whatever it is, the student has nothing to do with it
            reason = str(error) if isinstance(error, ScenariosError) else said_by(error)
            self._channel.write(encode_record(NotStarted(_shortened(reason))))
            self._leave()
        self._channel.write(encode_record(Hello(VERSION)))
        return program

    def _prepared(self) -> Callable[[], None]:
        order, folder = self._order, self._folder
        folder.unpack(order)
        os.environ.update(dict.fromkeys(("TMPDIR", "TEMP", "TMP", "HOME"), order.folder))
        self._listen()
        folder.redirect()
        self._limit.allow(order.limits.output_characters, order.limits.output_lines)
        self._tails += [
            DescriptorTail(self._recorder.raw_line, name, str(folder.stream(fd)), self._limit)
            for fd, name in enumerate(_OUTPUT, start=1)
        ]
        self._recorder.before_advancing += [tail.collect for tail in self._tails]
        os.chdir(folder.submission)
        confine(order.limits, order.access, order.syscalls, order.folder)
        sys.stdin = open(0, encoding="utf-8", errors="surrogateescape", closefd=False)  # noqa: SIM115  # the program's
        sys.stdout, sys.stderr = self._streams
        self._files.lie_in(f"{folder.submission}{os.sep}", order.script)
        set_wall_clock(self.clock, order.wall_ns)
        if order.varies:
            vary(opaque(self._ask_for_delays), self._files.name, opaque(self._recorder.delay))
        if order.seed is not None:
            seed(order.seed)
        self._program = Program(
            folder.submission / order.script,
            self._files,
            opaque(self._recorder.begin),
            partial(comment, order.limits),
            fell=opaque(self._recorder.fell),
            folder=folder.submission,
        )
        return partial(_append, self._ends, self._action())

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> NoReturn:
        """Report how the program ended, and leave.

        An `error` came while the end of the program was looked into: it has used up all memory.
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
        """Return a warning as Python shows it, without its advice to trace memory and without a line of ours."""
        shown = f"{category.__name__}: {message}\n"
        name = self._files.name(filename)
        if name is None:
            return shown
        source = (linecache.getline(filename, lineno) if line is None else line).strip()
        return f"{name}:{lineno}: {shown}" + (f"  {source}\n" if source else "")

    def _shorten_log(self, record: logging.LogRecord) -> bool:
        """Cut a message of asyncio's to its first line and the student's frames; tell whether to show it."""
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            first = str(record.msg).partition("\n")[0].replace("_GatheringFuture", "gather")
            record.msg, record.args = first, ()
            record.exc_info, record.exc_text = None, self._files.traceback_of(error).rstrip("\n")
        return not isinstance(error, DeadlockError)

    def _show_unraisable(self, unraisable: sys.UnraisableHookArgs) -> None:
        """Show an exception that nobody can catch, if it comes from the student's lines."""
        error = unraisable.exc_value
        if error is not None and self._files.raised(error.__traceback__):
            sys.stderr.write(f"Exception ignored:\n{self._files.traceback_of(error)}")

    def _action(self) -> Callable[[], End]:
        order, program = self._order, self._program
        match order.kind:
            case "run":
                return partial(program.run, order.argv)
            case "call":
                return partial(program.call, opaque(self._ask_for_call))
            case "play":
                return partial(program.play, scenarios(order.scenarios), opaque(self._ask_for_call))

    def _ask_for_call(self) -> tuple[str, list[Any], dict[str, Any]]:
        call: Any = Call.load(self._channel.ask("call"))
        return call.function, decode(call.args), decode(call.kwargs)

    def _ask_for_delays(self) -> dict[float, float]:
        return Delays.load(self._channel.ask("delays")).varied

    def _end(self, end: End) -> None:
        raised = end.raised and Raised(
            end.raised.type, _shortened(end.raised.message), _shortened(end.raised.traceback), end.raised.place,
            _shortened(end.raised.told), end.raised.advice,
        )  # fmt: skip
        self._channel.flush()
        now = self._recorder.now
        try:
            record = Ended(now, end.outcome, _shortened(end.reason), end.place, raised, _encoded(end.result))
        except NotPlainError as error:
            reason = f"the result is too large to be looked at: {error}"
            record = Ended(now, Outcome.FLOODED, reason, None, None, None)
        self._channel.write(encode_record(record))

    def _flush(self) -> None:
        self._channel.flush(wait=False)

    def _record(self, row: Row) -> None:
        self._records_left -= 1
        if self._records_left < 0:
            count = self._order.limits.records
            self._stop(f"more than {count} lines, tasks and waits were recorded of the program, and it was stopped")
        self._channel.write(row)

    def _stop_flood(self) -> None:
        lines, characters = self._order.limits.output_lines, self._order.limits.output_characters
        self._stop(f"the program printed more than {lines} lines or {characters} characters and was stopped")

    def _stop(self, reason: str) -> NoReturn:
        self._end(End(Outcome.FLOODED, reason))
        self._leave()

    def _leave(self, leave: Callable[[int], NoReturn] = os._exit) -> NoReturn:
        leave(0)

    def _listen(self) -> None:
        """Say which line the program is on when the parent asks, and when the CPU time is used up."""
        if self._order.locate_signal is not None:
            signal.signal(self._order.locate_signal, opaque(self._locate))
        if hasattr(signal, "SIGXCPU"):
            signal.signal(signal.SIGXCPU, opaque(self._out_of_cpu))

    def _locate(self, _signal: int, frame: FrameType | None) -> None:
        self._channel.write_from_handler(encode_record(Located(self._recorder.whereabouts(frame))))

    def _out_of_cpu(self, number: int, frame: FrameType | None) -> None:
        self._locate(number, frame)
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


def _shortened(text: str) -> str:
    """Return a text without its middle, if it is longer than a record should hold."""
    if len(text) <= _LONGEST_TEXT:
        return text
    half = _LONGEST_TEXT // 2
    return f"{text[:half]}\n[... {len(text) - 2 * half} characters left out ...]\n{text[-half:]}"
