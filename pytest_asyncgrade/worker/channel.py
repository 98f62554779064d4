"""The channel to the parent: records go out signed and in order, many in one line; answers come in."""

from __future__ import annotations

import os
from _thread import allocate_lock, get_ident
from typing import TYPE_CHECKING

from pytest_asyncgrade.trace.protocol.lines import Seal, dump
from pytest_asyncgrade.trace.protocol.order import receive_line
from pytest_asyncgrade.trace.protocol.records import Asked, Ended, Hello, InsideReached, NotStarted, Printed
from pytest_asyncgrade.trace.protocol.records import encode as encode_record

if TYPE_CHECKING:
    from pytest_asyncgrade.trace.protocol.records import Question, Row

_SENT_AT_ONCE = frozenset({Hello.tag, NotStarted.tag, Printed.tag, InsideReached.tag, Asked.tag, Ended.tag})
_ROWS_PER_LINE = 100
"""Records that are sent together, unless one has to go out at once."""


class Channel:
    """Sends records to the parent: a line of output at once, with all before it, the rest soon.

    If the program is killed abruptly, up to one unsent batch of records is lost: tasks and waits, no output.
    """

    def __init__(self, fd: int, key: bytes, answers: int = -1) -> None:
        self._fd = fd
        self._answers = answers
        self._rows: list[Row] = []
        self._pid = os.getpid()
        self._sign = Seal(key).sign
        self._lock = allocate_lock()
        self._get_ident = get_ident
        self._sender = 0
        """The thread that is sending; what its signal handlers print meanwhile, it sends as well, afterwards."""
        self._os_write, self._getpid = os.write, os.getpid  # bound now: the program may replace them

    def write(self, row: Row) -> None:
        """Send a record, at once or in the next batch."""
        rows = self._rows
        rows.append(row)
        if row[0] in _SENT_AT_ONCE or len(rows) >= _ROWS_PER_LINE:
            self.flush()

    def ask(self, what: Question) -> bytes:
        """Ask the parent for something, and return its answer, a line; EOFError if there is nobody to answer."""
        self.write(encode_record(Asked(what)))
        return receive_line(self._answers)

    def flush(self, *, wait: bool = True) -> None:
        """Send all records, after those that another thread is sending; without `wait` leave them to that thread."""
        if self._getpid() != self._pid:  # a child that the program has forked
            self._rows.clear()
        elif self._sender != (me := self._get_ident()) and self._lock.acquire(blocking=wait):
            self._sender = me
            try:
                rows = self._rows
                while rows:
                    sent = rows[:]
                    del rows[: len(sent)]  # another thread may have added some meanwhile
                    self._send(self._sign(dump(*sent)))
            finally:
                self._sender = 0
                self._lock.release()

    def write_from_handler(self, row: Row) -> None:
        """Send a record from a signal handler, which cannot wait for the code that it has interrupted."""
        self._rows.append(row)
        self.flush(wait=False)

    def _send(self, data: bytes) -> None:
        while (written := self._os_write(self._fd, data)) < len(data):
            data = data[written:]
