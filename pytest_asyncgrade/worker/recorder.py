"""Writes down what a program does in virtual time: its lines, its tasks, where it blocked.

Each record goes out at once, so that what a program did before it was killed is known.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from pytest_asyncgrade.virtualtime import Observer, VirtualClock

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

_AT_THE_END = (".shutdown_asyncgens", ".shutdown_default_executor")
"""The tasks that ``asyncio.run`` makes for itself when all is over."""

MAX_DEPTH = 100
"""How many frames up the student's line is looked for."""


class Recorder(Observer):
    """Sees what a program does, and gives each record (a list) to `write`."""

    def __init__(
        self, write: Callable[[list[object]], None], *, folder: str, script: str, wall_ns: int | None = None
    ) -> None:
        self._write = write
        self._begin_ns: int | None = None
        self.before_advancing: list[Callable[[], None]] = []
        self._folder = folder
        self._script = script
        self._tasks: WeakKeyDictionary[asyncio.Task[object], int] = WeakKeyDictionary()
        self._count = 0
        self.clock = VirtualClock(wall_ns=wall_ns, observer=self)

    def begin(self) -> None:
        """Begin to record: from here on counts what the program does, and how long it takes."""
        self._begin_ns = self.clock.elapsed_ns

    @property
    def now(self) -> int:
        """Virtual nanoseconds since `begin`."""
        return self.clock.elapsed_ns - (self._begin_ns or 0)

    def write(self, record: list[object]) -> None:
        """Give out a record, unless recording has not begun."""
        if self._begin_ns is not None:
            self._write(record)

    def advancing(self) -> None:
        """Let those who collect what happened at this instant do so before it is over."""
        for collect in self.before_advancing:
            collect()

    def slept(self, start_ns: int, end_ns: int) -> None:
        """Record a `time.sleep`, or as much of it as there was after `begin`: a thread may have begun it before."""
        begin_ns = self._begin_ns or 0
        start = max(0, start_ns - begin_ns)
        self.write(["slept", start, end_ns - begin_ns, self._task(), self.place(sys._getframe(1))])

    def busy_waited(self) -> None:
        """Record the begin of a busy wait."""
        self.write(["busy", self.now, self._task(), self.place(sys._getframe(1))])

    def task_created(self, task: asyncio.Task[object]) -> None:  # type: ignore[override]  # virtualtime has only tasks
        """Record a new task, and its end when it comes."""
        coroutine = task.get_coro()
        name = getattr(coroutine, "__qualname__", None) or type(coroutine).__name__
        if self._begin_ns is None or name.endswith(_AT_THE_END):
            return
        parent = self._task()
        self._count += 1
        number = self._tasks[task] = self._count
        place = self.place(sys._getframe(1))
        self.write(["task", number, parent, task.get_name(), name, self.now, place])
        task.add_done_callback(self._task_done)

    def _task_done(self, task: asyncio.Task[object]) -> None:
        # task.exception() would mark an exception as retrieved, and Python's own warning about it would be lost
        failed = not task.cancelled() and getattr(task, "_exception", None) is not None
        ended = "cancelled" if task.cancelled() else "failed" if failed else "finished"
        self.write(["done", self._tasks[task], self.now, ended, task.get_name()])  # 3.11, 3.12: it may be named late

    def line(self, stream: str, text: str) -> None:
        """Record a line of output, printed by the caller's caller."""
        place = self.place(sys._getframe(2))
        self.write(["line", self.now, stream, text, self._task(), place])

    def raw_line(self, stream: str, text: str) -> None:
        """Record a line that appeared on the file descriptor: nobody knows who wrote it."""
        self.write(["line", self.now, stream, text, None, None])

    def _task(self) -> int | None:
        loop = asyncio._get_running_loop()
        if loop is None:
            return None
        task = asyncio.current_task(loop)
        return None if task is None else self._tasks.get(task)

    def place(self, frame: FrameType | None) -> list[object] | None:
        """Return the student's line that is running: [file, line number, function]."""
        for _ in range(MAX_DEPTH):
            if frame is None:
                return None
            if filename := self.students(frame.f_code.co_filename):
                return [filename, frame.f_lineno, frame.f_code.co_qualname]
            frame = frame.f_back
        return None

    def students(self, filename: str) -> str | None:
        """Return the name of a file relative to the submission's folder, None if it is not in there."""
        if filename == self._script:
            return filename
        if filename.startswith(self._folder):
            return Path(filename).relative_to(self._folder).as_posix()
        return None
