"""Grades one exercise after the other, each in a process that was prepared before: see `plugin.prepared`."""

from __future__ import annotations

import asyncio
import json
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from pytest_asyncgrade.clean_pytest import clean_arguments, clean_command, clean_environment
from pytest_asyncgrade.grading import Grade, for_students, unpack_work
from pytest_asyncgrade.reports import phrases
from pytest_asyncgrade.sandbox.process_tree import interrupt, start

from .grade import GRADED, why_not_graded

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_asyncgrade.grading import Work
    from pytest_asyncgrade.grading.assignment import Assignment

_START = "from pytest_asyncgrade.plugin.prepared import main; main()"
_NOT_COLLECTED = 2
"""Exit status of pytest if a grader cannot be imported, or if it is interrupted, after which nobody asks."""
_SECONDS_TO_END = 3.0
"""How long a grading that is given up may take to tidy up, in real seconds."""
_MOST_LINES = 20
"""Number of lines that are shown of what pytest has printed."""


@dataclass(frozen=True, slots=True)
class Graded:
    """What came of a grading: the work as its student may see it; None if there is none, and why."""

    work: Work | None
    problem: str = ""


class PreparedPytest:
    """A process that is ready to grade; it may be asked for one grading at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        """An empty folder of ours."""
        self._ready: tuple[subprocess.Popen[bytes], IO[bytes]] | None = None

    def prepare(self) -> None:
        """Start the process for the next grading, unless it is there, and return at once."""
        if self._ready is None:
            log = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115  # it is open as long as the process
            process = start(
                clean_command(_START), env=clean_environment(measured=True), stdin=subprocess.PIPE,
                stdout=log.fileno(), cwd=self._folder,
            )  # fmt: skip
            self._ready = process, log

    async def grade(self, assignment: Assignment) -> Graded:
        """Grade an exercise; the grading is given up if this is cancelled."""
        self.prepare()
        assert self._ready is not None
        (process, log), self._ready = self._ready, None
        works = self._folder / "works"
        works.unlink(missing_ok=True)
        options = [*assignment.options, f"--grade-works={works}", "--disable-warnings"]
        try:
            _tell(process, clean_arguments(assignment.grader, options, self._folder))
            status = await asyncio.to_thread(process.wait)
            log.seek(0)
            return _graded(status, works, log.read().decode(errors="backslashreplace"))
        finally:
            interrupt(process, seconds=_SECONDS_TO_END)
            log.close()

    def close(self) -> None:
        """End the process that is ready."""
        if self._ready is not None:
            process, log = self._ready
            _tell(process, None)
            interrupt(process, seconds=_SECONDS_TO_END)
            log.close()
            self._ready = None


def _tell(process: subprocess.Popen[bytes], arguments: list[str] | None) -> None:
    """Send the arguments, or nothing more; if the process has ended, its status says how."""
    assert process.stdin is not None
    with suppress(OSError):
        if arguments is not None:
            process.stdin.write(json.dumps(arguments).encode() + b"\n")
        process.stdin.close()


def _graded(status: int, works: Path, printed: str) -> Graded:
    lines = works.read_text(encoding="ascii").splitlines() if works.is_file() else []
    if status in GRADED and lines:
        return Graded(for_students(Grade((unpack_work(lines[0]),))).works[0])
    shown = "\n".join(printed.strip().splitlines()[-_MOST_LINES:])
    if status == _NOT_COLLECTED:
        return Graded(None, f"{phrases.MISTAKE} {phrases.FOR_TEACHER}\n{shown}")
    return Graded(None, f"{why_not_graded(status)}\n{shown}")
