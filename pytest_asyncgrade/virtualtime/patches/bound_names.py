"""Finds where loaded modules bound a clock before virtual time began: ``from time import perf_counter``.

It looks at the globals of every module; in the program's own modules also at class attributes, default arguments
(``clock=time.monotonic``) and closures (``field(default_factory=time.time)``).
"""

from __future__ import annotations

import sys
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any
from weakref import ref

from pytest_asyncgrade.virtualtime.real_time import REAL_TIME_USERS
from pytest_asyncgrade.virtualtime.replacing import replace

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from contextlib import ExitStack

    _Binding = tuple[Any, str]
    """An object and the name of its attribute."""

_dict_of: Any = ModuleType.__getattribute__  # does not load a module that is lazy

_LIBRARIES = ("site-packages", "dist-packages")


class BoundNames:
    """Finds the bindings of a set of objects; remembers what it found in a module until names are added to that."""

    def __init__(self, wanted: Iterable[int] = ()) -> None:
        self._wanted = frozenset(wanted)
        self._known: dict[str, tuple[ref[ModuleType], int, list[_Binding]]] = {}

    def replace(self, replaced: Mapping[Any, Any], undo: ExitStack) -> None:
        """Replace objects by others, wherever a module outside the standard library has bound them."""
        by_id = {id(real): virtual for real, virtual in replaced.items()}
        if by_id.keys() != self._wanted:
            self._wanted = frozenset(by_id)
            self._known.clear()
        known_of = self._known.get
        for name, module in list(sys.modules.items()):  # hundreds, before each test: no calls, except for a new one
            # by its type: a library of cffi only claims to be a module
            if not _LOOKED_AT[name] or not issubclass(type(module), ModuleType):
                continue
            known = known_of(name)
            if known is None or known[0]() is not module or known[1] != len(_dict_of(module, "__dict__")):
                known = self._look(name, module)
            for owner, attribute in known[2]:
                value = vars(owner).get(attribute) if isinstance(owner, type) else getattr(owner, attribute, None)
                if self._holds(value):  # a class with two names is met twice
                    replace(owner, attribute, _substituted(value, by_id), undo)

    def restore(self, replaced: Mapping[Any, Any], before: Collection[str]) -> None:
        """Give modules that were imported meanwhile the real objects; `before` has the names of the others."""
        by_id = {id(virtual): real for real, virtual in replaced.items()}
        looked_at = BoundNames(by_id)
        for name, module in list(sys.modules.items()):
            if name not in before and issubclass(type(module), ModuleType):
                for owner, attribute, value in _bindings(module):
                    if looked_at._holds(value):
                        setattr(owner, attribute, _substituted(value, by_id))

    def _look(self, name: str, module: ModuleType) -> tuple[ref[ModuleType], int, list[_Binding]]:
        found = [(owner, attribute) for owner, attribute, value in _bindings(module) if self._holds(value)]
        known = self._known[name] = (ref(module), len(_dict_of(module, "__dict__")), found)
        return known

    def _holds(self, value: Any) -> bool:
        wanted = self._wanted
        if type(value) is tuple:
            return any(id(one) in wanted for one in value)
        if type(value) is dict:
            return any(id(one) in wanted for one in value.values())
        return id(value.__func__ if type(value) is staticmethod else value) in wanted


class _LookedAt(dict[str, bool]):
    """Whether a module is looked at, by its name; a dictionary that fills itself, for speed."""

    def __missing__(self, name: str) -> bool:
        top = name.partition(".")[0]
        left_alone = sys.stdlib_module_names | REAL_TIME_USERS | {"freezegun", "pytest_asyncgrade"}
        verdict = self[name] = name == "__main__" or top not in left_alone
        return verdict


_LOOKED_AT = _LookedAt()


def _substituted(value: Any, by_id: Mapping[int, Any]) -> Any:
    """Return the replacement of a value, or a tuple, a dictionary or a static method of replacements."""
    if type(value) is tuple:
        return tuple(by_id.get(id(one), one) for one in value)
    if type(value) is dict:
        return {key: by_id.get(id(one), one) for key, one in value.items()}
    if type(value) is staticmethod:
        return staticmethod(by_id[id(value.__func__)])
    return by_id[id(value)]


def _bindings(module: ModuleType) -> Iterator[tuple[Any, str, Any]]:
    """Yield each binding of a module that may hold a clock: its owner, its attribute, the value."""
    names: dict[str, Any] = _dict_of(module, "__dict__")
    own = not any(library in (names.get("__file__") or "") for library in _LIBRARIES)
    for name, value in list(names.items()):
        if type(value) not in {tuple, dict}:
            yield module, name, value
        if own and isinstance(value, type) and value.__module__ == module.__name__:
            yield from _bindings_in_class(value)
        elif own:
            yield from _bindings_in_function(value)


def _bindings_in_class(kind: type) -> Iterator[tuple[Any, str, Any]]:
    for name, value in list(vars(kind).items()):
        if type(value) not in {tuple, dict}:
            yield kind, name, value
        yield from _bindings_in_function(getattr(value, "__func__", value))


def _bindings_in_function(function: Any) -> Iterator[tuple[Any, str, Any]]:
    if isinstance(function, FunctionType):
        yield function, "__defaults__", function.__defaults__
        yield function, "__kwdefaults__", function.__kwdefaults__
        for cell in function.__closure__ or ():
            try:
                yield cell, "cell_contents", cell.cell_contents
            except ValueError:  # it is still empty
                continue
