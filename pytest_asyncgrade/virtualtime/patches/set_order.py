"""Makes `asyncio.as_completed` start its coroutines in the order in which they were given.

The library puts them into a set first, to drop duplicates, and then makes tasks of them in the order of their
addresses.  So in virtual time the name `set` in `asyncio.tasks` stands for a function that drops duplicates and keeps
the order.  Sets of tasks do not need it: see `loop.tasks`.
"""

from __future__ import annotations

import asyncio.tasks
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from contextlib import ExitStack

_T = TypeVar("_T")


def install(undo: ExitStack) -> None:
    """Let `asyncio.wait` and `asyncio.as_completed` keep the order of their arguments until `undo` is closed."""
    names = vars(asyncio.tasks)
    if "set" in names:  # a virtual_time() in a virtual_time()
        return
    names["set"] = _distinct
    undo.callback(names.pop, "set", None)


def _distinct(items: Iterable[_T] = ()) -> Collection[_T]:
    """Return the items without duplicates, in order; a set if there are none, since that one is to be added to."""
    return dict.fromkeys(items) or set()
