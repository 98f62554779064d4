"""Plain data over the wall between the student's process and ours.

A value crosses as JSON arrays that name their type, and arrives as an exact built-in: an object whose ``__eq__`` always
says yes, or a `str` subclass that lies, arrives as an `Opaque` that equals nothing but itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.virtualtime.instant import Instant, Nanoseconds, Span
from pytest_asyncgrade.virtualtime.watched import WatchedInstant, WatchedNanoseconds, WatchedSpan

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_DEPTH = 50
MAX_ITEMS = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class Opaque:
    """A value that is not plain data; all that is known of it is the name of its type."""

    type_name: str

    def __repr__(self) -> str:
        return f"<an object of type {self.type_name}>"


_own_name: Callable[[type], str] = type.__dict__["__name__"].__get__


class NotPlainError(ValueError):
    """Text that is not the encoding of plain data."""


_SCALARS: dict[str, tuple[Callable[[Any], str], Callable[[str], object]]] = {
    "int": (hex, lambda text: int(text, 16)),  # hex: exact, and no limit on digits
    "float": (float.hex, float.fromhex),  # exact, with inf and nan
    "bytes": (bytes.hex, bytes.fromhex),
}
_CONTAINERS: dict[str, Callable[[list[Any]], object]] = {
    "list": list, "tuple": tuple, "set": set, "frozenset": frozenset,
}  # fmt: skip
_EXACT = {"int": int, "float": float, "bytes": bytes, "list": list, "tuple": tuple, "set": set, "frozenset": frozenset}
_READINGS: dict[type, type] = {
    Instant: float, Span: float, Nanoseconds: int, WatchedInstant: float, WatchedSpan: float, WatchedNanoseconds: int,
}  # fmt: skip
"""What a program gets from a clock in virtual time, and computes of it, is a number like any other."""


def encode(value: Any, *, depth: int = 0) -> object:
    """Return `value` as what JSON can hold; what is not of an exact built-in type becomes its type's name."""
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return value
    kind = _READINGS.get(kind, kind)
    name = _own_name(kind)  # not kind.__name__: a metaclass of the student's may run code there
    exact = kind is dict or _EXACT.get(name) is kind
    if exact and name in _SCALARS:
        return [name, _SCALARS[name][0](value)]
    if exact and depth < MAX_DEPTH:
        parts = list(value.items()) if kind is dict else value
        if kind is dict:
            return ["dict", *([encode(k, depth=depth + 1), encode(v, depth=depth + 1)] for k, v in parts)]
        return [name, *(encode(part, depth=depth + 1) for part in parts)]
    return ["opaque", name[:100]]


def decode(data: object) -> Any:
    """Return the value that `encode` was given; NotPlainError if `data` is not its work."""
    return _Decoder().decode(data, 0)


class _Decoder:
    def __init__(self) -> None:
        self.items = 0

    def decode(self, data: object, depth: int) -> Any:
        self.items += 1
        if depth > MAX_DEPTH + 1 or self.items > MAX_ITEMS:
            msg = f"a value nested deeper than {MAX_DEPTH} or with more than {MAX_ITEMS} parts"
            raise NotPlainError(msg)
        if data is None or type(data) is bool or type(data) is str:
            return data
        if type(data) is not list or not data or type(data[0]) is not str:
            msg = "a value without its type"
            raise NotPlainError(msg)
        try:
            return self._decode_tagged(data[0], data[1:], depth + 1)
        except NotPlainError:
            raise
        except (ValueError, TypeError, OverflowError) as error:
            msg = f"a malformed {data[0][:20]!r}"
            raise NotPlainError(msg) from error

    def _decode_tagged(self, tag: str, rest: list[Any], depth: int) -> object:
        if tag == "dict":
            return {self.decode(k, depth): self.decode(v, depth) for k, v in rest}
        if tag in _CONTAINERS:
            return _CONTAINERS[tag]([self.decode(item, depth) for item in rest])
        (text,) = rest
        return Opaque(str(text)[:100]) if tag == "opaque" else _scalar(tag)(text)


def _scalar(tag: str) -> Callable[[str], object]:
    if tag not in _SCALARS:
        raise ValueError(tag)
    return _SCALARS[tag][1]


def is_plain(value: object) -> bool:
    """Tell whether every part of `value` is of an exact built-in type, so that it crosses unchanged."""
    return not _has_opaque(encode(value))


def _has_opaque(data: object) -> bool:
    if type(data) is not list:
        return False
    parts = [part for pair in data[1:] for part in pair] if data[0] == "dict" else data[1:]
    return data[0] == "opaque" or any(map(_has_opaque, parts))


def number(seconds: float) -> str:
    """Return seconds as a person writes them: ``3 s``, ``0.25 s``, ``1e+09 s``."""
    return f"{seconds:.9g} s" if math.isfinite(seconds) else f"{seconds} s"
