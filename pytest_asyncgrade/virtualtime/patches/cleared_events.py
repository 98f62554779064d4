"""Remembers which events have been set and cleared again: whoever waits for one of these has missed it."""

from __future__ import annotations

import asyncio
import functools
from typing import TYPE_CHECKING

from pytest_asyncgrade.virtualtime.replacing import replace
from pytest_asyncgrade.virtualtime.suspended import CLEARED

if TYPE_CHECKING:
    from contextlib import ExitStack


def install(undo: ExitStack) -> None:
    """Mark every event that is cleared while it is set."""
    stock = asyncio.Event.clear

    @functools.wraps(stock)
    def clear(self: asyncio.Event) -> None:
        if self.is_set():
            setattr(self, CLEARED, True)
        stock(self)

    replace(asyncio.Event, "clear", clear, undo)
