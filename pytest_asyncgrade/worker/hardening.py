"""Keeps the recorder of a program out of the program's reach.

A program shares its process with its recorder, so this cannot be perfect.  An obvious walk (over attributes of its
streams, its loop, its tasks; over the frames below it, ``sys.modules`` or `gc`) leads to functions that can be called,
as the program's own actions call them, and to nothing behind them.
"""

from __future__ import annotations

import sys
from _thread import get_ident
from functools import lru_cache
from types import CodeType
from typing import TYPE_CHECKING, Any, TypeVar

from pytest_asyncgrade import measured
from pytest_asyncgrade.virtualtime import Observer, deadlock, suspended

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import FrameType

_F = TypeVar("_F", bound="Callable[..., Any]")

_WALKS = frozenset({"gc.get_objects", "gc.get_referents", "gc.get_referrers", "sys._current_frames", "ctypes.cdata",
                    "ctypes.string_at", "ctypes.wstring_at", "ctypes.PyObj_FromPtr"})  # fmt: skip
_TOLD = _WALKS | {"sys._getframe", "sys._getframemodulename", "sys.settrace", "sys.setprofile", "sys.addaudithook",
                  "sys.monitoring.register_callback", "ctypes.dlopen", "ctypes.dlsym", "ctypes.dlsym/handle",
                  "marshal.loads", "marshal.load", "code.__new__", "function.__new__", "cpython.PyInterpreterState_New",
                  "cpython._PySys_ClearAuditHooks"}  # fmt: skip
"""Audit events that the recorder is told of when the program's own code causes them, before the deed."""
_TOLD_OF_ATTRIBUTES = frozenset({"object.__getattr__", "object.__setattr__", "object.__delattr__"})
_ATTRIBUTES = frozenset({"__code__", "__bases__", "__class__", "tb_frame"})
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


def close_side_doors(package: str, told: Callable[[str, FrameType], None]) -> None:
    """Refuse, from now on, functions that look through memory, and forget the modules of `package`.

    The explanation of deadlocks, which looks at what tasks refer to, still may.  `told` is called with each audit event
    that leads to what runs the program, and the frame that caused it, before it happens.
    """
    ours = frozenset(_codes([*vars(deadlock).values(), *vars(suspended).values()]))
    refused = _WALKS if measured.variables() else _WALKS | _TRACERS  # coverage sets a tracer
    telling: set[int] = set()
    """The threads in `told`, which may cause such events itself."""

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _TOLD or (event in _TOLD_OF_ATTRIBUTES and arguments[1] in _ATTRIBUTES):
            if (me := get_ident()) not in telling:
                telling.add(me)
                told(event, sys._getframe(1))
                telling.discard(me)
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
