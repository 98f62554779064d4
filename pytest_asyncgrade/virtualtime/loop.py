"""An event loop whose timers fire in virtual time, in the order they would fire in real time.

It is the platform's stock loop with another idea of waiting: where that one sleeps until the next timer is due, this
one moves its clock there.  Timers of one instant fire together, in one iteration, in the order they were armed (the
stock heap is not stable on ties, but in real time there are none: each timer is armed a little after the one before).
"""

from __future__ import annotations

import asyncio
import functools
import sys
import warnings
from _thread import get_ident
from contextvars import Context
from heapq import heappop, heapreplace
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple

from .clock import DOUBT, Observer, VirtualClock
from .handles import INDEX_BITS, NEVER, Handle, SleepHandle, TimerHandle
from .idleness import Idleness
from .instant import LATENESS_BITS
from .scheduling import INDEX_MASK, SchedulingLoop, blame_caller
from .stock import format_callback_source, format_handle
from .task import Numbers, Task, create, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from concurrent.futures import Executor
    from selectors import BaseSelector

_Ts = TypeVarTuple("_Ts")
_T = TypeVar("_T")

_STOCK_TASK = asyncio.Task
_enter_task, _leave_task = asyncio.tasks._enter_task, asyncio.tasks._leave_task
_add_done_callback = asyncio.Task.add_done_callback
_STOCK_EAGER = getattr(asyncio, "eager_task_factory", None)
_EAGER = asyncio.create_eager_task_factory(Task) if _STOCK_EAGER else None  # from 3.12 on


class VirtualTimeLoop(SchedulingLoop):
    """An event loop in virtual time: the stock loop of this platform, never waiting for a timer.

    Usable alone, as a ``loop_factory`` of `asyncio.Runner`, or inside `virtual_time()`, which also makes
    ``time.sleep`` and the clocks of the process follow `clock`.
    """

    __slots__ = ("_everyone", "_files", "_idleness", "_iteration", "_numbers", "_running")

    default_clock: VirtualClock | None = None
    """The clock of `virtual_time()`, while in it."""

    def __init__(self, clock: VirtualClock | None = None, *, selector: BaseSelector | None = None) -> None:
        super().__init__(selector)
        self.clock = clock or self.default_clock or VirtualClock()
        self._idleness = Idleness(self)
        self._everyone = self.clock.threads.everyone
        self._files = self._selector._fd_to_key  # type: ignore[attr-defined]  # what get_map() looks at
        self._iteration = 0
        self._running = 0
        self._numbers = Numbers(self)

    def create_task(self, coro: Coroutine[Any, Any, Any], **keywords: Any) -> asyncio.Task[Any]:
        """Schedule a coroutine, as the stock loop does."""
        if self._task_factory is None and not self._closed and asyncio.tasks.Task is _STOCK_TASK:
            task: asyncio.Task[Any] = create(coro, self, keywords)
            if self._debug:
                blame_caller(task)
            if type(self.clock.observer) is not Observer and self.clock.observer.task_created(task, coro):
                _add_done_callback(task, self.clock.observer.task_done)
            return task
        if type(self.clock.observer) is Observer:
            return super().create_task(coro, **keywords)
        return self._create_observed_task(coro, keywords)

    def _create_observed_task(self, coro: Coroutine[Any, Any, Any], keywords: dict[str, Any]) -> asyncio.Task[Any]:
        """Let the program's own factory make a task: of any class, and maybe one that begins to run at once."""
        observer, task = self.clock.observer, None
        observer.task_creating(coro)
        try:
            task = super().create_task(coro, **keywords)
        finally:
            if observer.task_created(task, coro) and (kind := kind_of(task)):
                kind.add_done_callback(task, observer.task_done)
        return task

    def set_debug(self, enabled: bool) -> None:  # noqa: FBT001  # as asyncio has it
        """Switch debug mode on or off."""
        super().set_debug(enabled)
        self.get_debug = bool(enabled).__bool__

    def set_task_factory(self, factory: Any) -> None:
        """Set what makes the tasks of this loop; the eager tasks of asyncio get numbers as all others do."""
        if factory is not None and factory is _STOCK_EAGER:
            factory = _EAGER
        super().set_task_factory(factory)

    def get_task_factory(self) -> Any:
        """Return what was set."""
        factory = super().get_task_factory()
        return _STOCK_EAGER if factory is not None and factory is _EAGER else factory

    def run_forever(self) -> None:
        """Run until `stop` is called."""
        if self.clock.ended and self.default_clock is not None and self.default_clock is not self.clock:
            self._take_clock(self.default_clock)
        self.clock.loops.append(self)
        if self.clock.threads.several():
            self.watch_callers()
        try:
            super().run_forever()
        finally:
            self.clock.loops.remove(self)

    def watch_callers(self) -> None:
        """From now on tell the observer of other threads that call what is not made for them."""
        if type(self.clock.observer) is not Observer and "call_soon" not in vars(self):
            for name in ("call_soon", "call_later", "call_at"):
                setattr(self, name, self._watched(getattr(self, name)))

    def _watched(self, call: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(call)
        def watched(*args: Any, **keywords: Any) -> Any:
            if self._thread_id not in {None, get_ident()}:
                self.clock.observer.touched()
            return call(*args, **keywords)

        return watched

    def _take_clock(self, clock: VirtualClock) -> None:
        """Go on with another clock; what is left of each timer stays what it was."""
        self._tidy()
        later = clock.key - self.clock.key >> LATENESS_BITS << LATENESS_BITS + INDEX_BITS
        for timer in self._timers:
            if timer is not None and timer._entry >> INDEX_BITS < NEVER:
                timer._entry += later
        self.clock, self._everyone = clock, clock.threads.everyone
        self._tidy()

    def run_due(self, key: int) -> None:
        """Run all that is due up to the instant `key`, and what that makes ready, before the running callback goes on.

        RuntimeError if this loop is not running.
        """
        if not self.is_running():
            msg = "run_due() is for a loop that is running"
            raise RuntimeError(msg)
        task = asyncio.current_task(self)
        if task is not None:
            _leave_task(self, task)
        try:
            while self.clock.key <= key:
                due = min((one for one in (self.next_key(), self.clock.threads.next_key()) if one), default=key + 1)
                if not self._ready and due > key:
                    break
                self._run_once()
        finally:
            if task is not None:
                _enter_task(self, task)

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        """Log what nobody has handled."""
        self.clock.observer.error_reported(context)
        super().default_exception_handler(context)

    @property
    def _scheduled(self) -> list[asyncio.TimerHandle]:
        """The timers in order, for helpers of other libraries that look into the stock loop's heap; a copy."""
        return sorted(timer for timer in self._timers if timer is not None)

    @_scheduled.setter
    def _scheduled(self, _timers: list[asyncio.TimerHandle]) -> None:
        """Keep ours: the stock loop makes an empty list for itself."""

    def _run_once(self) -> None:
        """Run one iteration; or, if nothing is ready and nobody else can come in, as many as that lasts."""
        ready = self._ready
        if not ready and not self._stopping:
            if self._advance():
                return
        else:
            clock = self.clock
            clock.looks += 1
            if clock.looks > DOUBT:
                clock.turned(len(ready))
            if (len(self._files) > 1 or len(self._everyone) > 1 or self._signal_handlers) and self._may_poll():
                self._process_events(self._selector.select(0))
            if len(self._timers) > self._limit:
                self._tidy()
            if self._heap and self._heap[0] >> INDEX_BITS <= clock.key:
                self._take_due()
        self._iteration += 1
        self._running += 1
        try:
            if self._debug:
                self._run_in_debug_mode(len(ready))
            else:
                self._run_ready()
        finally:
            self._running -= 1

    def _run_ready(self) -> None:
        """Run what is ready, but not what that makes ready."""
        ready = self._ready
        left = len(ready)
        while left:
            left -= 1
            handle = ready.popleft()
            try:
                if type(handle) is Handle:
                    if handle._args is not None:
                        handle._context.run(handle._callback, *handle._args)
                elif type(handle) is SleepHandle and handle._wakeup is not None:
                    handle._context.run(handle._wakeup, handle._future)
                else:
                    self._run_other(handle)
            except (SystemExit, KeyboardInterrupt):
                raise
            except BaseException as error:  # noqa: BLE001  # as asyncio does: what a callback raises is reported
                self._report(handle, error)
        handle = None

    def _advance(self) -> bool:  # noqa: C901, PLR0912, PLR0915  # one loop, flat: a call more costs 2 to 3 % of a sleep
        """Nothing is ready: move to the next instant, fire its timers, run what they make ready; and so on.

        Each instant is an iteration of its own, and what its timers have made ready is the next.  True when there is
        no iteration left to run now.  Within another iteration (programs that nest loops) only one is run.
        """
        nested = self._running
        clock, heap, timers, ready = self.clock, self._heap, self._timers, self._ready
        files, everyone, threads = self._files, self._everyone, clock.threads
        advancing = None if type(clock.observer) is Observer else clock.observer.advancing
        while heap and len(files) == 1 and len(everyone) <= 1 and not self._signal_handlers and not self._debug:
            entry = heap[0]
            key = entry >> INDEX_BITS
            if key <= clock.key or threads.outstanding or threads.has_children:
                break
            if len(timers) > self._limit:
                self._tidy()
                continue
            if entry != self._next_sorted:
                heappop(heap)
            elif self._sorted:
                self._next_sorted = entry = self._sorted.pop()
                entry = heapreplace(heap, entry)
            else:
                self._pop()
            index = entry & INDEX_MASK
            timer = timers[index]
            if timer is None:
                self._stale -= 1
                continue
            timers[index] = None
            if advancing is not None:
                advancing()
            clock.key = key
            clock.looks = clock._nudges = 0
            self._iteration += 1
            timer._scheduled = False
            if heap and heap[0] >> INDEX_BITS == key:
                self._fire(timer)
            elif type(timer) is SleepHandle:
                if not timer._future.done():
                    self._waking = timer
                    timer._future.set_result(None)
                    self._waking = None
            else:
                self._call(timer)
            timer = None
            if self._stopping:
                return True
            if not ready and not nested:
                continue
            if nested or self._debug:
                return False
            self._iteration += 1
            self._running += 1
            try:
                self._run_ready()
            finally:
                self._running -= 1
            if ready or self._stopping:
                return True
        if not self.next_key() or heap[0] >> INDEX_BITS > clock.key:
            self._wait()
        self._take_due()
        return False

    def _fire(self, first: TimerHandle) -> None:
        """Run the timers of one instant: the first, and those that follow it on the heap."""
        self._take_due()
        ready = self._ready
        ready.appendleft(first)
        left = len(ready)
        while left:
            left -= 1
            timer = ready.popleft()
            if type(timer) is SleepHandle:
                timer._scheduled = False
                if timer._future is not None and not timer._future.done():
                    self._waking = timer
                    timer._future.set_result(None)
                    self._waking = None
            else:
                self._run_other(timer)

    def _call(self, timer: TimerHandle) -> None:
        """Run the callback of a timer."""
        context, args = timer._context, timer._args
        if context is None:
            context = timer._context = Context()
        try:
            if args:
                context.run(timer._callback, *args)
            else:
                context.run(timer._callback)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:  # noqa: BLE001  # as above
            self._report(timer, error)

    def _run_other(self, handle: asyncio.Handle) -> None:
        """Run a handle that is not of the common kind."""
        if handle._cancelled:
            return
        if isinstance(handle, TimerHandle):
            handle._scheduled = False
        handle._run()

    def _report(self, handle: asyncio.Handle, error: BaseException) -> None:
        """Report what a callback raised, in the stock words."""
        callback = format_callback_source(handle._callback, handle._args)  # type: ignore[attr-defined]  # not in typeshed
        error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next
        self.call_exception_handler(
            {"message": f"Exception in callback {callback}", "exception": error, "handle": handle}
        )

    def _run_in_debug_mode(self, count: int) -> None:
        """Run callbacks so that the stock messages can name them; they take no time, unless they sleep."""
        for _ in range(count):
            handle = self._ready.popleft()
            if handle._cancelled:
                continue
            if isinstance(handle, TimerHandle):
                handle._scheduled = False
            try:
                self._current_handle = handle
                start = self.clock.key
                handle._run()
                self._warn_if_slow(handle, (self.clock.key - start >> LATENESS_BITS) / 1e9)
            finally:
                self._current_handle = None
        handle = None  # as above: the traceback of an exception may hold this frame

    def _warn_if_slow(self, handle: asyncio.Handle, seconds: float) -> None:
        if seconds >= self.slow_callback_duration:
            name = format_handle(handle)
            asyncio.base_events.logger.warning("Executing %s took %.3f seconds", name, seconds)  # type: ignore[attr-defined]  # the one stock warnings go to

    def _may_poll(self) -> bool:
        """Tell whether anything but a timer can wake this loop: a file descriptor beside its own pipe, a signal.

        Other threads have their turn first: the stock loop lets them in whenever it polls.
        """
        if self.clock.threads.ready:
            self.clock.threads.pass_turn()
        return len(self._selector.get_map()) > 1 or bool(self._signal_handlers)

    def _wait(self) -> None:
        """Nothing is ready: poll what is outside, then wait for the first timer."""
        polls = self._may_poll()
        if polls:
            self._process_events(self._selector.select(0))
        if not self._ready:
            self._idleness.wait(self.next_key() or None, polls=polls)

    def _write_to_self(self) -> None:
        """Wake the loop: a callback has come from another thread or from a signal handler."""
        super()._write_to_self()
        self._idleness.wake()

    def run_in_executor(  # a coroutine function for mypy
        self, executor: Executor | None, func: Callable[[*_Ts], _T], *args: *_Ts
    ) -> asyncio.Future[_T]:
        """Run a function in another thread; time does not jump while it runs."""
        return self._idleness.expect(super().run_in_executor(executor, func, *args))

    async def subprocess_exec(self, *args: Any, **keywords: Any) -> Any:
        """Start a child process; NotImplementedError on Windows, where only the other stock loop can."""
        self._refuse_subprocess()
        return await super().subprocess_exec(*args, **keywords)

    async def subprocess_shell(self, *args: Any, **keywords: Any) -> Any:
        """Start a shell; NotImplementedError on Windows."""
        self._refuse_subprocess()
        return await super().subprocess_shell(*args, **keywords)

    def _refuse_subprocess(self) -> None:
        if sys.platform == "win32":
            msg = "on Windows asyncio's subprocesses cannot run in virtual time: use subprocess.run in a thread"
            raise NotImplementedError(msg)

    async def shutdown_default_executor(self, *timeout: float | None) -> None:
        """Wait for the threads of the default executor; time does not jump meanwhile."""
        with self._idleness.expecting(), warnings.catch_warnings():
            # of threads that are stuck a deadlock tells, and the warning would show this line
            warnings.filterwarnings("ignore", "The executor did not finish", RuntimeWarning)
            await super().shutdown_default_executor(*timeout)

    def close(self) -> None:
        """Close the loop; its timers never fire."""
        super().close()
        self._heap.clear()
        self._timers.clear()
