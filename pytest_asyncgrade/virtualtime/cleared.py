"""Remembers which events have been set and cleared again: who waits for one of these has missed it."""

from __future__ import annotations

import asyncio
import functools
from typing import TYPE_CHECKING

from .replacing import replace

if TYPE_CHECKING:
    from contextlib import ExitStack

_MARK = "_was_set"


def was_set(event: asyncio.Event) -> bool:
    """Tell whether an event has been set, and cleared again, while in virtual time."""
    return _MARK in vars(event)


def remember_cleared_events(undo: ExitStack) -> None:
    """Mark every event that is cleared although it is set."""
    stock = asyncio.Event.clear

    @functools.wraps(stock)
    def clear(self: asyncio.Event) -> None:
        if self.is_set():
            setattr(self, _MARK, True)
        stock(self)

    replace(asyncio.Event, "clear", clear, undo)
