"""Runs the exit handlers of a program at its end, while time is still virtual.

Handlers that others registered (a coverage tool, the interpreter) are left to the interpreter.
"""

from __future__ import annotations

import atexit
import sys
import traceback
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class ExitHandlers:
    """Takes the place of `atexit`; keeps each handler with the function under which it was registered."""

    def __init__(self) -> None:
        self._handlers: list[tuple[Callable[[], object], Callable[..., object]]] = []

    @contextmanager
    def collecting(self) -> Iterator[None]:
        """Collect the handlers that are registered meanwhile."""
        real = atexit.register, atexit.unregister

        def unregister(function: Callable[..., object], /) -> None:
            self._handlers[:] = [handler for handler in self._handlers if handler[1] != function]
            real[1](function)

        atexit.register, atexit.unregister = self._register, unregister  # type: ignore[assignment]  # the parameters have other names
        try:
            yield
        finally:
            atexit.register, atexit.unregister = real

    def _register(self, function: Callable[..., object], /, *args: Any, **kwargs: Any) -> Callable[..., object]:
        self._handlers.append((partial(function, *args, **kwargs), function))
        return function

    def run(self) -> None:
        """Run the handlers, last in, first out; an exception in one is printed, and the next one runs, as in Python."""
        while self._handlers:
            handler, function = self._handlers.pop()
            try:
                handler()
            except Exception:  # noqa: BLE001  # as the interpreter does
                sys.stderr.write(f"Exception ignored in atexit callback {function!r}:\n{traceback.format_exc()}")
