"""What the modules of this folder share of a loop: those of its attributes that they read or write.

They are functions on a loop rather than methods, so that each part can be read on its own.  `_closed`, `_ready`,
`_selector`, `_ssock`, `_signal_handlers` and `_stopping` are asyncio's (see `stock`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import asyncio
    from collections import deque
    from collections.abc import Callable

    from pytest_asyncgrade.virtualtime.clock import Clock
    from pytest_asyncgrade.virtualtime.runtime import Runtime

    from .timers import Timers


class LoopParts(Protocol):
    """A loop in virtual time, seen from within."""

    _clock: Clock
    _current_handle: asyncio.Handle | None
    _debug: bool
    _everyone: list[Any]
    """The virtual threads of its scheduler."""
    _files: dict[int, Any]
    """The files its selector watches, by their descriptors; its own pipe is always among them."""
    _iteration: int
    """The number of iterations so far."""
    _ready: deque[Any]
    _running: int
    """The number of iterations that are under way: more than one in programs that nest loops."""
    _runtime: Runtime
    _select: Callable[[float | None], list[Any]]
    """Polls the selector, without what makes a program's own selectors wait in virtual time."""
    _signal_handlers: dict[int, Any]
    _ssock: Any
    _stopping: bool
    _timers: Timers
    slow_callback_duration: float

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Report an error."""

    def _process_events(self, events: list[Any]) -> None:
        """Make the callbacks ready for what a selector has reported."""

    def _wait(self) -> None:
        """Wait until something is ready or the first timer is due."""
