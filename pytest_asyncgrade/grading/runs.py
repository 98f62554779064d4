"""The runs that a grade is about: each is kept once, whichever checks looked at it.

The traces of a class do not fit into memory, so those of students who are not being graded lie in a temporary file.
A digest of each stays in memory: what a student's process may have written to the file is never taken for a trace.
"""

from __future__ import annotations

import json
import os
import tempfile
import zlib
from contextlib import suppress
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from pytest_asyncgrade.errors import AsyncgradeError
from pytest_asyncgrade.trace.archive import archived, restored

if TYPE_CHECKING:
    from typing import IO

    from pytest_asyncgrade.trace import Finding, Trace

_TRACES_IN_MEMORY = 8
"""Number of stored traces that are kept in memory after they were read."""


class Run:
    """One run of a student's program: what was called, its trace, and the findings that the trace shows."""

    def __init__(self, trace: Trace, function: str = "", uses: tuple[str, ...] = ()) -> None:
        self.function = function
        """The function that was called, or the scenario; empty for the whole program."""
        self.uses = uses
        """The names of the student's functions and classes that were called; none for the whole program."""
        self.asked, self.script, self.lost_runs = trace.asked, trace.script, trace.lost_runs
        self._trace: Trace | None = trace
        self._stored: _Stored | None = None

    @classmethod
    def unpack(cls, packed: str, file: TraceFile | None) -> Run:
        """Return the run that another process has packed, its trace stored in `file`, or in memory without one."""
        function, uses, trace = json.loads(packed)
        run = cls(restored(trace), function, tuple(uses))
        if file is not None:
            run._store(file, packed)
        return run

    def pack(self) -> str:
        """Return the run as JSON in ASCII, for another process of ours."""
        return json.dumps([self.function, self.uses, archived(self.trace)])

    @property
    def trace(self) -> Trace:
        """What happened; read from its file if it was stored."""
        if self._trace is not None:
            return self._trace
        assert self._stored is not None
        return self._stored.file.load(self._stored.entry)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """The misconceptions that the trace shows; none for a run whose delays were varied, which shows the same."""
        return () if self.trace.varied else self.trace.diagnosis

    @property
    def telling(self) -> tuple[Finding, ...]:
        """What its checks can be lost for: the findings, also of a run whose delays were varied."""
        return self.trace.diagnosis if self.trace.varied else self.findings

    def store(self, file: TraceFile) -> None:
        """Move the trace from memory to a file."""
        if self._stored is None:
            with suppress(Exception):  # if finding fails on such a trace, the reports say so
                _ = self.findings  # for the reports, while the trace that knows them is in memory
            self._store(file, self.pack())

    def _store(self, file: TraceFile, packed: str) -> None:
        self._stored = _Stored(file, file.store(packed))
        self._trace = None


class _Entry(NamedTuple):
    """Where a trace lies in the file, and the digest of its bytes there."""

    start: int
    size: int
    digest: bytes


class _Stored(NamedTuple):
    file: TraceFile
    entry: _Entry


class TraceFile:
    """A temporary file with the traces of many runs, compressed."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self.load = lru_cache(_TRACES_IN_MEMORY)(self._load)

    def store(self, packed: str) -> _Entry:
        """Append a packed trace and return what it can be loaded by."""
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="asyncgrade-")  # noqa: SIM115  # closed by `close`
        data = zlib.compress(packed.encode("ascii"), level=1)
        start = self._file.seek(0, os.SEEK_END)
        self._file.write(data)
        return _Entry(start, len(data), sha256(data).digest())

    def _load(self, entry: _Entry) -> Trace:
        """Return a stored trace; AsyncgradeError if its bytes have changed."""
        assert self._file is not None
        self._file.seek(entry.start)
        data = self._file.read(entry.size)
        if sha256(data).digest() != entry.digest:
            msg = "the file of traces was changed by another process: this is no grade, grade again"
            raise AsyncgradeError(msg)
        return restored(json.loads(zlib.decompress(data))[2])

    def close(self) -> None:
        """Delete the file; nothing can be loaded from it any more."""
        self.load.cache_clear()
        if self._file is not None:
            self._file.close()
            self._file = None
