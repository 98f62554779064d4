"""Keeps the recorder of a program out of the program's reach.

A program shares its process with its recorder, so this cannot be perfect.  An obvious walk (over attributes of its
streams, its loop, its tasks; over the frames below it, ``sys.modules`` or `gc`) leads to functions that can be called,
as the program's own actions call them, and to nothing behind them.
"""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from types import CodeType
from typing import TYPE_CHECKING, Any, TypeVar

from pytest_asyncgrade.virtualtime import Observer, deadlock, suspended

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_F = TypeVar("_F", bound="Callable[..., Any]")

_WALKS = frozenset({"gc.get_objects", "gc.get_referents", "gc.get_referrers", "sys._current_frames", "ctypes.cdata",
                    "ctypes.string_at", "ctypes.wstring_at", "ctypes.PyObj_FromPtr"})  # fmt: skip
_TRACERS = frozenset({"sys.settrace", "sys.setprofile", "sys.monitoring.register_callback"})


def opaque(function: _F) -> _F:
    """Return a callable that calls `function` and does not reveal it: a C object without a visible reference."""
    call: Any = lru_cache(maxsize=0)(function)  # a size of 0: nothing is ever kept
    del call.__wrapped__
    return call  # type: ignore[no-any-return]  # it is called like the function


class OpaqueObserver(Observer):
    """An observer that passes everything on to another one without revealing it."""

    def __init__(self, observer: Observer) -> None:
        for event in vars(Observer):
            if not event.startswith("_"):
                setattr(self, event, opaque(getattr(observer, event)))


def _codes(values: Iterable[object]) -> Iterator[CodeType]:
    """Yield the code of functions, and of the functions in them."""
    for value in values:
        code = value if isinstance(value, CodeType) else getattr(value, "__code__", None)
        if isinstance(code, CodeType):
            yield code
            yield from _codes(code.co_consts)


def close_side_doors(package: str) -> None:
    """Refuse, from now on, functions that look through memory, and forget the modules of `package`.

    The explanation of deadlocks, which looks at what tasks refer to, still may.
    """
    ours = frozenset(_codes([*vars(deadlock).values(), *vars(suspended).values()]))
    refused = _WALKS if "COVERAGE_PROCESS_START" in os.environ else _WALKS | _TRACERS  # coverage sets a tracer

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        if event in refused and sys._getframe(1).f_code not in ours:
            message = f"{event} is not there in a graded run"
            raise RuntimeError(message)
        if event == "open" and type(arguments[0]) is str and arguments[0].endswith("/mem"):
            message = "memory cannot be opened in a graded run"
            raise PermissionError(message)

    for name in [name for name in sys.modules if name == package or name.startswith(f"{package}.")]:
        del sys.modules[name]
    parent, _, name = package.rpartition(".")
    vars(sys.modules[parent]).pop(name, None)
    sys.addaudithook(audit)
