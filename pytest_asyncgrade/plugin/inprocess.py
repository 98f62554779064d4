"""Virtual time for tests in the pytest process itself: of code the teacher trusts, of anyone's own asyncio code.

All tests of a session share one clock, as an event loop may be shared by the tests of a class, a module or the session;
each test begins at the next whole second of it, and counts from there.
"""

from __future__ import annotations

import math
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from pytest_asyncgrade.trace import Line, Output, Seconds
from pytest_asyncgrade.virtualtime import VirtualClock, VirtualTimeLoop, virtual_time
from pytest_asyncgrade.virtualtime.instant import LATENESS_BITS, NANOSECONDS
from pytest_asyncgrade.worker.stdio import text_stream
from pytest_asyncgrade.worker.streams import Limit, Lines

if TYPE_CHECKING:
    from collections.abc import Iterator


class TestClock:
    """The virtual clock, as one test sees it."""

    __test__ = False  # it is no test, in spite of its name

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._start = clock.elapsed_ns
        self.loop_factory = self.new_event_loop
        """One object for all tests: pytest takes another one for another parameter, and would close a shared loop."""

    @property
    def elapsed(self) -> Seconds:
        """Virtual seconds since the test began, exact to the nanosecond."""
        return Seconds((self._clock.elapsed_ns - self._start) / NANOSECONDS)

    def advance(self, seconds: float) -> None:
        """Let virtual time pass; ValueError if `seconds` is negative or not a number."""
        self._clock.advance(seconds)

    def new_event_loop(self) -> VirtualTimeLoop:
        """Return a loop on this clock."""
        return VirtualTimeLoop(self._clock)

    def restart(self) -> None:
        """Begin a new test at the next whole second, with no lateness left over."""
        seconds = self._clock.ns // NANOSECONDS + 1
        self._clock.move_to(seconds * NANOSECONDS << LATENESS_BITS)
        self._start = self._clock.elapsed_ns


_CLOCK = pytest.StashKey[TestClock]()


def session_clock(config: pytest.Config) -> TestClock:
    """Return the session's clock."""
    if _CLOCK not in config.stash:
        config.stash[_CLOCK] = TestClock(VirtualClock())
    return config.stash[_CLOCK]


@contextmanager
def test_clock(config: pytest.Config) -> Iterator[TestClock]:
    """Let this process live in virtual time for one test."""
    clock = session_clock(config)
    clock.restart()
    with virtual_time(clock._clock):
        yield clock


def restore_loop(loop: Any) -> None:
    """Give a loop its class and its selector's method back (looptime 0.9 replaces both, on the objects; tested)."""
    loop.__class__ = VirtualTimeLoop
    vars(loop._selector).pop("select", None)


class LiveOutput(Output):
    """What a test has printed up to now, line by line."""

    __slots__ = ("_clock",)
    __hash__ = None

    def __init__(self, clock: TestClock) -> None:
        self._clock = clock
        self._lines: list[Line] = []

    def _add(self, _stream: str, text: str) -> None:
        self._lines.append(Line(text, self._clock.elapsed))

    @contextmanager
    def collecting(self) -> Iterator[None]:
        """Collect what is printed on ``sys.stdout``, and pass it on."""
        before = sys.stdout
        limit = Limit(math.inf, math.inf, lambda: None)
        sys.stdout = stream = text_stream(Lines(self._add, "stdout", limit).add, 1, echo=before.buffer)
        try:
            yield
        finally:
            stream.flush()
            sys.stdout = before
