"""The handles of the virtual loop: asyncio's own, made and cancelled without calls from class to class.

A program in virtual time does little but make handles, run them and throw them away; the calls between the stock
classes are a third of its time.  These behave as the stock handles and have the same names, which show in `repr`.
"""

from __future__ import annotations

import asyncio
import math
from contextvars import Context, copy_context
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.virtualtime.instant import LATENESS_MASK, instant

from .stock import StockHandle, StockTimerHandle, set_result

if TYPE_CHECKING:
    from collections.abc import Callable

NEVER = 1 << 200
"""The instant at which ``sleep(inf)`` is due: never."""

INDEX_BITS = 30
"""An entry in the heap of timers is one integer, ``key << INDEX_BITS | index``: the instant, then the order of arming.

As many bits as a digit of Python's integers has, which makes the shifts cheap.
"""


class Handle(StockHandle):
    """What `VirtualTimeLoop.call_soon` returns, except in debug mode, where it returns the stock handle.

    A handle is cancelled when it has no arguments any more: the hot path checks that, which saves an attribute.
    """

    __slots__ = ()
    _repr = None
    _source_traceback = None

    def __init__(
        self,
        callback: Callable[..., object],
        args: tuple[Any, ...],
        loop: asyncio.AbstractEventLoop,
        context: Context | None,
    ) -> None:
        self._callback = callback
        self._args = args
        self._loop = loop
        self._context = copy_context() if context is None else context

    @property
    def _cancelled(self) -> bool:  # type: ignore[override]  # only `cancel` changes it
        return self._args is None

    def cancel(self) -> None:
        """Cancel the callback."""
        self._callback = self._args = None


class TimerHandle(StockTimerHandle):
    """What `VirtualTimeLoop.call_later` and `call_at` return; `_entry` is its entry in the heap of timers.

    Most programs have no context variables.  An empty context is made only when it is needed, so that a hundred
    thousand timers do not keep as many of them: `_context` is None until then.
    """

    __slots__ = ("_entry",)
    _repr: str | None = None
    _source_traceback: Any = None

    def __init__(
        self,
        entry: int,
        callback: Callable[..., object],
        args: tuple[Any, ...],
        loop: asyncio.AbstractEventLoop,
        context: Context | None,
    ) -> None:
        self._entry = entry
        self._callback = callback
        self._args = args
        self._loop = loop
        self._context = copy_context() or None if context is None else context
        self._scheduled = True

    @property
    def _cancelled(self) -> bool:  # type: ignore[override]  # only `cancel` changes it
        return self._args is None

    @property
    def _when(self) -> float:
        """The moment that was asked for, without the lateness that the loop has added."""
        key = self._entry >> INDEX_BITS
        if key == NEVER:
            return math.inf
        return instant(key - 1 if key & LATENESS_MASK else key)

    def cancel(self) -> None:
        """Cancel the callback."""
        self._callback = self._args = None
        if self._scheduled:
            self._scheduled = False
            self._loop._timers.disarm(self)

    def get_context(self) -> Context:
        """Return the context in which the callback is run."""
        context: Context | None = self._context
        if context is None:
            context = self._context = Context()
        return context

    def _run(self) -> None:
        self.get_context()
        super()._run()


class SleepHandle(TimerHandle):
    """What ``asyncio.sleep`` gets from `call_later`: it completes a future, and needs no context and no arguments.

    After it has fired it is used again as the handle of the future's callback (the next step of its task): nobody
    keeps what a future gets from `call_soon`.  This saves four allocations per sleep.
    """

    __slots__ = ("_future", "_wakeup")

    def __init__(self, entry: int, future: asyncio.Future[None], loop: asyncio.AbstractEventLoop) -> None:
        self._entry = entry
        self._future: Any = future
        self._loop = loop
        self._context = None
        self._scheduled = True
        self._wakeup: Any = None

    @property
    def _callback(self) -> Any:  # for messages, as is `_args`
        if self._future is None:
            return None
        return self._wakeup or set_result

    @property
    def _args(self) -> Any:  # type: ignore[override]  # as above
        if self._future is None:
            return None
        return (self._future,) if self._wakeup else (self._future, None)

    @property
    def _cancelled(self) -> bool:  # type: ignore[override]  # as above
        return self._future is None

    def cancel(self) -> None:
        """Leave the future alone; the callback of a completed future cannot be cancelled."""
        if self._scheduled:
            self._future = None
            self._scheduled = False
            self._loop._timers.disarm(self)

    def _run(self) -> None:
        if self._wakeup is not None:
            super()._run()
        elif self._future is not None:
            set_result(self._future, None)


class DebugTimerHandle(TimerHandle):
    """The same in debug mode: it knows where it was made and, after `cancel`, what it would have called."""

    __slots__ = ()
    _repr = asyncio.Handle.__dict__["_repr"]
    _source_traceback = asyncio.Handle.__dict__["_source_traceback"]

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._repr = None
        self._source_traceback = None

    def cancel(self) -> None:
        """Cancel the callback; `repr` still shows it."""
        if self._args is not None:
            self._repr = repr(self).replace("<TimerHandle ", "<TimerHandle cancelled ", 1)
            super().cancel()


DebugTimerHandle.__name__ = "TimerHandle"
