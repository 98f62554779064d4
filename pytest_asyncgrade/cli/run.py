"""``asyncgrade run``: a script in virtual time, without grading it."""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO, TextIO

import click

from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.sandbox import folder_of
from pytest_asyncgrade.trace import Outcome
from pytest_asyncgrade.trace.builder import TraceBuilder
from pytest_asyncgrade.trace.plain import encode
from pytest_asyncgrade.trace.protocol.lines import dump
from pytest_asyncgrade.trace.protocol.records import VERSION, Ended, Hello
from pytest_asyncgrade.trace.protocol.records import encode as encode_record
from pytest_asyncgrade.trace.text import source_lines
from pytest_asyncgrade.trace.timeline import ASCII, UNICODE, Signs, explained, headline, timeline
from pytest_asyncgrade.virtualtime import virtual_time
from pytest_asyncgrade.worker.program import End, Program
from pytest_asyncgrade.worker.recorder import Recorder
from pytest_asyncgrade.worker.source_locations import SourceFiles
from pytest_asyncgrade.worker.stdio import text_stream
from pytest_asyncgrade.worker.streams import Lines, OutputLimit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_asyncgrade.trace import Trace
    from pytest_asyncgrade.trace.output import Stream
    from pytest_asyncgrade.trace.protocol.records import Row


def run(  # noqa: PLR0913  # one each for what can be said
    file: Path,
    args: tuple[str, ...],
    *,
    draw: bool,
    with_unicode: bool,
    trace_file: BinaryIO | None,
    html: TextIO | None,
    chrome: TextIO | None,
) -> None:
    """Run a script in virtual time and end as it ends."""
    run_here = _Run(file)
    end = run_here.run(args)
    if trace_file is not None:
        trace_file.writelines(json.dumps(record, separators=(",", ":")).encode() + b"\n" for record in run_here.records)
    if html is not None:
        from pytest_asyncgrade.reports.html import page_of_run

        html.write(page_of_run(run_here.trace()))
    if chrome is not None:
        from pytest_asyncgrade.trace.picture import chrome_events

        json.dump(chrome_events(run_here.trace()), chrome)
    if draw:
        for line in _picture(run_here.trace(), UNICODE if with_unicode else ASCII):
            click.echo(line, err=True)
    elif end.outcome is Outcome.DEADLOCKED:
        click.echo(run_here.trace().reason, err=True)
    if end.raised is not None and end.raised.type == KeyboardInterrupt.__name__:
        _be_interrupted()
    sys.exit(end.status)


def _be_interrupted() -> None:
    """End as Python does after Ctrl-C: by the signal, so that a shell or make that waits for us stops, too."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.stdout.flush()
    signal.raise_signal(signal.SIGINT)


def _picture(trace: Trace, signs: Signs) -> Iterator[str]:
    yield headline(trace)
    yield from timeline(trace, signs=signs)
    for message, advice in explained(trace.diagnosis):
        yield f"- {message}"
        if advice:
            yield f"  {advice}"


def _ignored(file: Path) -> frozenset[str]:
    """Return the kinds of findings to ignore in the exercise that a file belongs to, if it belongs to one."""
    from pytest_asyncgrade.grading.exercise import Exercise

    folders = [folder for folder in file.parents if (folder / "exercise.toml").is_file()][:1]
    for above in file.parents:
        folders += [folder for slug in (file.stem, file.parent.name) if (folder := above / "graders" / slug).is_dir()]
    try:
        return Exercise.of_grader(folders[0]).ignored if folders else frozenset()
    except UsageError:  # it is not the student's, who only wants to run a file
        return frozenset()


class _Run:
    """A recorded run of a script in this process."""

    def __init__(self, file: Path) -> None:
        self.records: list[Row] = []
        self._file = file
        self._script = file.resolve()
        self._folder = folder_of(self._script.parent, self._script.read_bytes())
        self._filename = str(file.cwd() / file)
        self._files = SourceFiles(f"{self._folder}{os.sep}", str(file), self._filename)
        self._recorder = Recorder(self.records.append, self._files)
        self.records.append(encode_record(Hello(VERSION)))

    def run(self, args: tuple[str, ...]) -> End:
        """Run the script and record its end."""
        program = Program(
            self._script,
            self._files,
            self._recorder.begin,
            fell=self._recorder.fell,
            folder=self._folder,
            filename=self._filename,
        )
        with self._recorded_streams(), virtual_time(self._recorder.clock):
            self._recorder.watch()
            end = program.run(args)
            self._recorder.slow_steps()
        result = encode(end.result)
        record = Ended(self._recorder.now, end.outcome, end.reason, end.place, end.raised, result)
        self.records.append(encode_record(record))
        return end

    @contextmanager
    def _recorded_streams(self) -> Iterator[None]:
        """Record what is printed on its way to the real streams."""
        real = sys.stdout, sys.stderr
        limit = OutputLimit()
        names: tuple[Stream, ...] = ("stdout", "stderr")
        out, err = (Lines(self._recorder.line, name, limit) for name in names)
        streams = text_stream(out.add, 1, echo=real[0].buffer), text_stream(err.add, 2, echo=real[1].buffer)
        sys.stdout, sys.stderr = streams
        try:
            yield
        finally:
            for stream, lines in zip(streams, (out, err), strict=True):
                with suppress(Exception):  # the script had it in its hands, and may have closed it
                    stream.flush()
                lines.close()
            sys.stdout, sys.stderr = real

    def trace(self) -> Trace:
        """Return the trace of the run."""
        builder = TraceBuilder()
        for record in self.records:
            builder.feed(dump(record))
        built = builder.build(asked=f"python {self._file}", source=self._source(), script=str(self._file))
        return replace(built, ignored=_ignored(self._file.resolve()))

    def _source(self) -> tuple[str, ...]:
        return source_lines(self._file.read_bytes())
