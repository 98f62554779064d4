"""Finds tasks that keep the processor busy, by sampling the program whenever it has used some processor time.

Computing takes no virtual time, but in real time nothing else can run meanwhile.  A program that waits is not sampled:
the timer counts processor time, so the load of the machine does not matter either.
"""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING

from pytest_asyncgrade.trace.protocol.records import StepWasSlow

from .hardening import opaque

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from pytest_asyncgrade.trace.output import Place

TICK = 0.02
"""Processor time between two samples, in seconds."""

LONG = 0.1
"""Least processor time of a step that is reported, in seconds: asyncio's own limit for slow callbacks."""

_MOST = 20


class Sampler:
    """Samples one program; `task` returns the number of the running task, `place` the student's line of a frame."""

    def __init__(self, task: Callable[[], int | None], place: Callable[[FrameType | None], Place | None]) -> None:
        self._task, self._place = task, place
        self._step: tuple[int, int] | None = None
        self._seen: Counter[Place | None] = Counter()
        self._found: list[StepWasSlow] = []
        self._then: Callable[[], None] = lambda: None

    def start(self, then: Callable[[], None] = lambda: None) -> None:
        """Begin to sample, and call `then` each time; without such a timer (Windows) nothing is found."""
        self._then = then
        if hasattr(signal, "setitimer"):
            signal.signal(signal.SIGPROF, opaque(self.look))
            signal.setitimer(signal.ITIMER_PROF, TICK, TICK)

    def stop(self) -> list[StepWasSlow]:
        """Stop, and return the long steps."""
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_PROF, 0)
        self._end_step()
        return self._found

    def look(self, _signal: int, frame: FrameType | None) -> None:
        """Take a sample, unless the program has used up its memory."""
        with suppress(MemoryError):
            self._look(frame)

    def _look(self, frame: FrameType | None) -> None:
        self._then()
        iteration = getattr(asyncio._get_running_loop(), "_iteration", None)
        task = self._task()
        step = None if iteration is None or task is None else (iteration, task)
        if step != self._step:
            self._end_step()
            self._step = step
        elif step is not None:
            self._seen[self._place(frame)] += 1

    def _end_step(self) -> None:
        seconds = self._seen.total() * TICK
        if self._step is not None and seconds >= LONG and len(self._found) < _MOST:
            ((place, _),) = self._seen.most_common(1)
            self._found.append(StepWasSlow(round(seconds * 1000), self._step[1], place))
        self._seen.clear()
