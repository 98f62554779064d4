"""The handles of the virtual loop: asyncio's own, made and cancelled in one flat step.

A program in virtual time does little but make handles, run them and throw them away, so what the stock classes spend on
calling each other is a third of its time.  They behave as the stock ones and are called as those are, since names show
in `repr`.
"""

from __future__ import annotations

import asyncio
import math
from contextvars import Context, copy_context
from typing import TYPE_CHECKING, Any

from .instant import LATENESS_BITS, Instant

if TYPE_CHECKING:
    from collections.abc import Callable

    from .loop import VirtualTimeLoop

NEVER = 1 << 200
"""When ``sleep(inf)`` is due."""

_LATENESS_MASK = (1 << LATENESS_BITS) - 1


class Handle(asyncio.Handle):
    """What `VirtualTimeLoop.call_soon` returns."""

    __slots__ = ()

    def __init__(
        self,
        callback: Callable[..., object],
        args: tuple[Any, ...],
        loop: VirtualTimeLoop,
        context: Context | None,
    ) -> None:
        self._callback = callback
        self._args = args
        self._loop = loop
        self._context = copy_context() if context is None else context
        self._cancelled = False
        self._repr = None
        self._source_traceback = None


class TimerHandle(asyncio.TimerHandle):
    """What `VirtualTimeLoop.call_later` and `call_at` return: due at the instant `_key`."""

    __slots__ = ("_key",)

    def __init__(
        self,
        key: int,
        callback: Callable[..., object],
        args: tuple[Any, ...],
        loop: VirtualTimeLoop,
        context: Context | None,
    ) -> None:
        self._key = key
        self._callback = callback
        self._args = args
        self._loop = loop
        self._context = copy_context() if context is None else context
        self._cancelled = False
        self._scheduled = True
        self._repr = None
        self._source_traceback = None

    @property
    def _when(self) -> float:
        """The moment that was asked for: being late by one step is the loop's doing."""
        key = self._key
        if key == NEVER:
            return math.inf
        return Instant(key - 1 if key & _LATENESS_MASK else key)

    def cancel(self) -> None:
        """Cancel the callback."""
        if self._cancelled:
            return
        self._cancelled = True
        loop = self._loop
        if self._scheduled:
            loop._disarm(self)
        if loop._debug:
            self._repr = repr(self)
        self._callback = self._args = None
