"""The stock loop of this platform, and what of its insides ours is built on: the one place that names them.

The names are the same in Python 3.11 to 3.14 (CPython's own tests, run on our loop, hold that).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

StockFuture = asyncio.Future

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable
    from selectors import BaseSelector

    class StockHandle(asyncio.Handle):
        """With what typeshed leaves out."""

        _callback: Any
        _args: Any
        _context: Any
        _loop: Any
        _repr: str | None
        _source_traceback: Any
        _scheduled: bool

        def _run(self) -> None: ...

    class StockTimerHandle(StockHandle, asyncio.TimerHandle):
        """With what typeshed leaves out."""

    class StockLoop(asyncio.SelectorEventLoop):
        """With what typeshed leaves out."""

        _closed: bool
        _debug: bool
        _ready: deque[Any]
        _selector: BaseSelector
        _signal_handlers: dict[int, Any]
        _ssock: Any
        _stopping: bool
        _current_handle: asyncio.Handle | None
        _task_factory: Any
        _thread_id: int | None
        get_debug: Any
        slow_callback_duration: float

        def _check_closed(self) -> None: ...
        def _check_thread(self) -> None: ...
        def _check_callback(self, callback: object, method: str) -> None: ...
        def _process_events(self, events: Any) -> None: ...
        def _write_to_self(self) -> None: ...

    set_result: Callable[..., None]
    format_callback_source: Callable[[Any, Any], str]
    format_handle: Callable[[asyncio.Handle], str]
    extract_stack: Callable[..., Any]
else:
    StockHandle, StockTimerHandle = asyncio.Handle, asyncio.TimerHandle
    StockLoop = asyncio.SelectorEventLoop
    """On Windows, too, where the default loop has no selector to look at; this one has no subprocesses there."""

    set_result = asyncio.futures._set_result_unless_cancelled
    format_callback_source = asyncio.format_helpers._format_callback_source
    format_handle = asyncio.base_events._format_handle
    extract_stack = asyncio.format_helpers.extract_stack
