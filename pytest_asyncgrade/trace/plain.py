"""Plain data over the wall between the student's process and ours.

A value crosses as JSON arrays that name their type, and arrives as an exact built-in: an object whose ``__eq__`` always
says yes, or a `str` subclass that lies, arrives as an `Opaque` that equals nothing but itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

MAX_DEPTH = 50
MAX_ITEMS = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class Opaque:
    """A value that is not plain data; all that is known of it is the name of its type."""

    type_name: str

    def __repr__(self) -> str:
        return f"<an object of type {self.type_name}>"


class NotPlainError(ValueError):
    """Text that is not the encoding of plain data."""


def encode(value: object, *, depth: int = 0) -> object:
    """Return `value` as what JSON can hold; what is not of an exact built-in type becomes its type's name."""
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return value
    if kind is int:
        return ["int", hex(value)]  # type: ignore[call-overload]  # hex: no limit on digits, and exact
    if kind is float:
        return ["float", value.hex()]  # type: ignore[attr-defined]  # exact, with inf and nan
    if kind is bytes:
        return ["bytes", value.hex()]  # type: ignore[attr-defined]
    if depth < MAX_DEPTH and kind in (list, tuple, set, frozenset):
        return [kind.__name__, *(encode(item, depth=depth + 1) for item in value)]  # type: ignore[attr-defined]
    if depth < MAX_DEPTH and kind is dict:
        items = list(value.items())  # type: ignore[attr-defined]
        return ["dict", *([encode(k, depth=depth + 1), encode(v, depth=depth + 1)] for k, v in items)]
    return ["opaque", kind.__name__[:100]]


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
            return self._decode_tagged(data[0], data[1:], depth)
        except NotPlainError:
            raise
        except (ValueError, TypeError, OverflowError) as error:
            msg = f"a malformed {data[0][:20]!r}"
            raise NotPlainError(msg) from error

    def _decode_tagged(self, tag: str, rest: list[Any], depth: int) -> object:
        def parts() -> list[Any]:
            return [self.decode(item, depth + 1) for item in rest]

        match tag:
            case "int":
                (text,) = rest
                return int(text, 16)
            case "float":
                (text,) = rest
                return float.fromhex(text)
            case "bytes":
                (text,) = rest
                return bytes.fromhex(text)
            case "opaque":
                (text,) = rest
                return Opaque(str(text)[:100])
            case "list":
                return parts()
            case "tuple":
                return tuple(parts())
            case "set":
                return set(parts())
            case "frozenset":
                return frozenset(parts())
            case "dict":
                return {self.decode(k, depth + 1): self.decode(v, depth + 1) for k, v in rest}
        raise ValueError(tag)


def is_plain(value: object) -> bool:
    """Tell whether every part of `value` is of an exact built-in type, so that it crosses unchanged."""
    return "opaque" not in _tags(encode(value))


def _tags(data: object) -> set[str]:
    if type(data) is not list:
        return set()
    head = {data[0]} if type(data[0]) is str else set()
    return head.union(*(_tags(item) for item in data))


def number(seconds: float) -> str:
    """Return seconds as a person writes them: ``3 s``, ``0.25 s``, ``1e+09 s``."""
    return f"{seconds:.9g} s" if math.isfinite(seconds) else f"{seconds} s"
