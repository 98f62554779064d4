"""Starts the coroutines that `asyncio.as_completed` was given in the order in which they were given.

The library puts them into a set first, so as to drop what is there twice, and then makes tasks of them in the order of
their addresses.  In `asyncio.tasks` the name `set` therefore stands, while in virtual time, for something that drops
duplicates and keeps the order.  Sets of tasks need no such thing: see `task`.
"""

from __future__ import annotations

import asyncio.tasks
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from contextlib import ExitStack

_T = TypeVar("_T")


def keep_order(undo: ExitStack) -> None:
    """Let `asyncio.wait` and `asyncio.as_completed` keep the order of their arguments until `undo` is closed."""
    names = vars(asyncio.tasks)
    if "set" in names:  # a virtual_time() in a virtual_time()
        return
    names["set"] = _distinct
    undo.callback(names.pop, "set", None)


def _distinct(items: Iterable[_T] = ()) -> Collection[_T]:
    """Return the items without duplicates, in order; a set if there are none, since that one is to be added to."""
    return dict.fromkeys(items) or set()
