"""Virtual time for tests in the pytest process itself, of code that is trusted.

Each test has its own clock, so that nothing a test leaves behind (a thread, a busy wait) reaches the next one.  The
clock of each test starts at the next whole second after the previous one, so that ``time.monotonic()`` never goes back.
An event loop that several tests share takes the clock of the test that runs it.
"""

from __future__ import annotations

import weakref
from calendar import timegm
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from pytest_asyncgrade.virtualtime import Observer, VirtualClock, VirtualTimeLoop, limit_time, virtual_time
from pytest_asyncgrade.virtualtime.clock import MONOTONIC_START_NS
from pytest_asyncgrade.virtualtime.instant import LATENESS_BITS, LATENESS_MASK, NANOSECONDS, nanoseconds
from pytest_asyncgrade.virtualtime.loop.catching_up import run_due
from pytest_asyncgrade.virtualtime.loop.tasks import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_asyncgrade.trace import Seconds


class LostErrors(Observer):
    """Notices exceptions of tasks that nobody has retrieved."""

    def __init__(self) -> None:
        self._tasks: list[weakref.ref[Any]] = []
        self._reported: list[BaseException] = []

    def task_created(self, task: object, coroutine: object) -> bool:  # noqa: ARG002  # as the base class has it
        """Remember a task, without keeping it alive."""
        if task is not None:
            self._tasks.append(weakref.ref(task))
        return False

    def error_reported(self, context: Mapping[str, Any]) -> None:
        """Keep the exception of a task that nobody retrieved; asyncio logs that of a mere future."""
        if kind_of(context.get("future")) and isinstance(context.get("exception"), BaseException):
            self._reported.append(context["exception"])

    def leave_to_log(self) -> None:
        """Forget what was lost so far: the test can read it in the log."""
        self._reported.clear()

    def raise_reported(self) -> None:
        """Raise the exception that was lost so far; ExceptionGroup if there were several."""
        errors, self._reported = self._reported, []
        if errors:
            for error in errors:
                error.add_note("this exception came out of a task that nobody awaited")
            raise (
                errors[0] if len(errors) == 1 else BaseExceptionGroup("exceptions of tasks that nobody awaited", errors)
            )

    def raise_all(self) -> None:
        """Raise also the exceptions that nobody has retrieved of tasks that are still referenced."""
        tasks = [task for one in self._tasks if (task := one()) is not None]
        for task in tasks:
            if getattr(task, "_log_traceback", False):
                self._reported.append(task.exception())
        self.raise_reported()


class TestClock:
    """The virtual clock of one test."""

    __test__ = False  # it is no test, in spite of its name

    def __init__(self, clock: VirtualClock, errors: LostErrors) -> None:
        self._clock = clock
        self._start = clock.ns
        self.errors = errors
        """Exceptions of tasks that nobody has retrieved so far."""
        self._loops: weakref.WeakSet[VirtualTimeLoop] = weakref.WeakSet()

    @property
    def elapsed(self) -> Seconds:
        """Virtual seconds since the test began, exact to the nanosecond."""
        from pytest_asyncgrade.trace import Seconds  # most tests do not ask, and need no trace

        return Seconds((self._clock.ns - self._start) / NANOSECONDS)

    def advance(self, seconds: float) -> None:
        """Let virtual time pass, and run all that is due meanwhile, in order: timers, tasks, sleeping threads.

        It can be called in a sync or async test, and in a callback.  ValueError if `seconds` is negative or not a
        number.
        """
        if not 0 <= seconds < float("inf"):
            self._clock.advance(seconds)  # says what is wrong
        end = self._clock.ns + nanoseconds(seconds)
        self._run_due(end << LATENESS_BITS | LATENESS_MASK)
        if self._clock.ns < end:
            self._clock.runtime.sleep(end - self._clock.ns)

    def run_until_idle(self) -> None:
        """Run all tasks and callbacks that can run without time passing."""
        self._run_due(self._clock.runtime.clock.key | LATENESS_MASK)

    def advance_to_next(self) -> float:
        """Let time pass until the next timer or sleeping thread is due, and run what is due then.

        Return the seconds that have passed; 0 if nothing is going to be due.
        """
        before = self._clock.ns
        due = self._clock.runtime.next_due(self._loops)
        if due is not None:
            self.advance(self._clock.runtime.clock.seconds_until(due))
        return (self._clock.ns - before) / NANOSECONDS

    def new_event_loop(self) -> VirtualTimeLoop:
        """Return a loop on this clock."""
        loop = VirtualTimeLoop(self._clock)
        self._loops.add(loop)
        return loop

    def _run_due(self, key: int) -> None:
        import asyncio

        async def within() -> None:
            run_due(asyncio.get_running_loop(), key)  # type: ignore[arg-type]  # it is one of ours

        running = asyncio._get_running_loop()
        if isinstance(running, VirtualTimeLoop):
            run_due(running, key)
            return
        for loop in [loop for loop in self._loops if not loop.is_closed()]:
            loop.run_until_complete(within())


class Clocks:
    """The clocks of a session's tests, one after another."""

    def __init__(self) -> None:
        self._current: TestClock | None = None
        self._next_ns = MONOTONIC_START_NS
        self.loop_factory = self._new_event_loop
        """One object for all tests: pytest would take another one for another parameter, and close a shared loop."""

    @contextmanager
    def test(self, start: Any = None, limit: float | None = None) -> Iterator[TestClock]:
        """Run this process in virtual time for one test.

        `start` is the date and time it begins at, in any form that freezegun takes; `limit` is in virtual seconds.
        """
        errors = LostErrors()
        wall_ns = None if start is None else _wall_ns(start)
        clock = VirtualClock(wall_ns=wall_ns, start_ns=self._next_ns, observer=errors)
        self._current = TestClock(clock, errors)
        try:
            with virtual_time(clock):
                if limit is not None:
                    limit_time(clock, limit)
                yield self._current
        finally:
            self._current = None
            self._next_ns = (clock.ns // NANOSECONDS + 1) * NANOSECONDS
        errors.raise_all()

    def _new_event_loop(self) -> VirtualTimeLoop:
        """Return a loop on the clock of the running test, for this test and those that share the loop."""
        if self._current is not None:
            return self._current.new_event_loop()
        clock = VirtualClock()
        clock.runtime.ended = True  # it is for a fixture that begins before the first test
        return VirtualTimeLoop(clock)


def _wall_ns(start: Any) -> int:
    """Return a moment in nanoseconds since the epoch; pytest.UsageError if freezegun cannot read it."""
    import freezegun

    try:
        moment = freezegun.freeze_time(start).time_to_freeze
    except (TypeError, ValueError) as error:
        msg = f"virtual_time(start={start!r}) names no moment: give '2020-01-01', '2020-01-01 12:00' or a datetime"
        raise pytest.UsageError(msg) from error
    return timegm(moment.timetuple()) * NANOSECONDS + moment.microsecond * 1000


_CLOCKS = pytest.StashKey[Clocks]()


def clocks(config: pytest.Config) -> Clocks:
    """Return the clocks of a session."""
    return config.stash.setdefault(_CLOCKS, Clocks())


def restore_loop(loop: Any) -> None:
    """Restore the class of a loop and the method of its selector, which looptime 0.9 replaces on both (tested)."""
    loop.__class__ = VirtualTimeLoop
    vars(loop._selector).pop("select", None)
