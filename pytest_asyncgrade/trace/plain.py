"""Plain data over the wall between the student's process and ours.

A value crosses as JSON arrays that name their type, and arrives as an exact built-in: an object whose ``__eq__`` always
says yes, or a `str` subclass that lies, arrives as an `Opaque` that equals nothing but itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.virtualtime.instant import Instant, Nanoseconds, Span
from pytest_asyncgrade.virtualtime.watched import WatchedInstant, WatchedNanoseconds, WatchedSpan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

MAX_DEPTH = 50
MAX_ITEMS = 100_000
_MOST_ENCODED = 3 * MAX_ITEMS
"""Most parts that are encoded before giving up: a value that contains itself twice has 2 ** `MAX_DEPTH`."""
MOST_SHOWN = 1_000
"""Longest text of a value, in characters."""
_MOST_DIGITS = 500
"""Longest whole number that is shown digit by digit, in digits."""


@dataclass(frozen=True, slots=True, eq=False)
class Opaque:
    """A value that is not plain data; only the name of its type is known."""

    type_name: str

    def __repr__(self) -> str:
        return f"<an object of type {self.type_name}>"


_own_name: Callable[[type], str] = type.__dict__["__name__"].__get__


_ALL_DIGITS = 17
"""Significant digits that tell any two floats apart."""


class NotPlainError(ValueError):
    """Text that is not the encoding of plain data, or a value that has none."""


_TOO_LARGE = f"a value nested deeper than {MAX_DEPTH} or with more than {MAX_ITEMS} parts"


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
"""Types of clock readings in virtual time, each with the type of number that it crosses as."""


def encode(value: Any) -> object:
    """Return `value` as JSON can hold it; a part that is not of an exact built-in type becomes its type's name.

    So does a part that is nested deeper than `MAX_DEPTH`.  NotPlainError for far more parts than `decode` takes.
    """
    return _Encoder().encode(value, 0)


class _Encoder:
    def __init__(self) -> None:
        self._items = 0

    def encode(self, value: Any, depth: int) -> object:
        self._items += 1
        if self._items > _MOST_ENCODED:
            raise NotPlainError(_TOO_LARGE)
        kind = type(value)
        if value is None or kind is bool or kind is str:
            return value
        kind = _READINGS.get(kind, kind)
        name = _own_name(kind)  # not kind.__name__: a metaclass of the student's may run code there
        exact = kind is dict or _EXACT.get(name) is kind
        if exact and name in _SCALARS:
            return [name, _SCALARS[name][0](value)]
        if not exact or depth >= MAX_DEPTH:
            return ["opaque", name[:100]]
        if kind is dict:
            return ["dict", *([self.encode(k, depth + 1), self.encode(v, depth + 1)] for k, v in list(value.items()))]
        return [name, *(self.encode(part, depth + 1) for part in list(value))]


def decode(data: object) -> Any:
    """Return the value that `encode` was given; NotPlainError if `data` is not its work."""
    return _Decoder().decode(data, 0)


class _Decoder:
    def __init__(self) -> None:
        self.items = 0

    def decode(self, data: object, depth: int) -> Any:
        self.items += 1
        if depth > MAX_DEPTH + 1 or self.items > MAX_ITEMS:
            raise NotPlainError(_TOO_LARGE)
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
    try:
        return not _has_opaque(encode(value))
    except NotPlainError:
        return False


def _has_opaque(data: object) -> bool:
    if type(data) is not list:
        return False
    parts = [part for pair in data[1:] for part in pair] if data[0] == "dict" else data[1:]
    return data[0] == "opaque" or any(map(_has_opaque, parts))


def parts_of(value: object) -> Iterator[object]:
    """Yield a value, and the parts of it if it is a container of plain data."""
    yield value
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    if isinstance(value, list | tuple | set | frozenset):
        for part in value:
            yield from parts_of(part)


def shown(value: object, most: int = MOST_SHOWN) -> str:
    """Return any value as text, like `repr`, but never fail, and return about `most` characters at most.

    The text says that it was cut.  The parts of a set are in the order of their texts.

    >>> shown({"b", "a"}), shown([1, [2.5, None]]), shown("x" * 9, 5)
    ("{'a', 'b'}", '[1, [2.5, None]]', "'xxxx[... cut: it is longer than 5 characters]")
    """
    text = ""
    for piece in _pieces(value, (), most):
        text += piece
        if len(text) > most:
            break
    return clipped(text, most)


def clipped(text: str, most: int = MOST_SHOWN) -> str:
    """Return a text; one that is longer than `most` characters is cut, and says so."""
    return text if len(text) <= most else f"{text[:most]}[... cut: it is longer than {most} characters]"


_BRACKETS: dict[type, tuple[str, str]] = {
    list: ("[", "]"), tuple: ("(", ")"), set: ("{", "}"), frozenset: ("frozenset({", "})"),
}  # fmt: skip


def _pieces(value: Any, around: tuple[int, ...], most: int) -> Iterator[str]:
    """Yield the text of a value piece by piece, so that only as much is computed as is shown."""
    kind = type(value)
    if id(value) in around or len(around) > MAX_DEPTH:
        yield "..."
    elif kind is dict:
        yield "{"
        for index, (key, part) in enumerate(value.items()):
            yield ", " if index else ""
            yield from _pieces(key, (*around, id(value)), most)
            yield ": "
            yield from _pieces(part, (*around, id(value)), most)
        yield "}"
    elif kind in _BRACKETS and (value or kind in {list, tuple}):
        begin, end = _BRACKETS[kind]
        yield begin
        parts = sorted(value, key=lambda part: shown(part, most)) if kind in {set, frozenset} else value
        for index, part in enumerate(parts):
            yield ", " if index else ""
            yield from _pieces(part, (*around, id(value)), most)
        yield ",)" if kind is tuple and len(value) == 1 else end
    elif kind in {str, bytes}:
        yield repr(value[: most + 1])
    elif kind is int and value.bit_length() > _MOST_DIGITS * math.log2(10):
        yield f"<an int of about {int(value.bit_length() * math.log10(2)) + 1} digits>"
    else:
        yield _own_text(value)


def _own_text(value: object) -> str:
    """Return the `repr` of an object, or its type if that fails."""
    try:
        return repr(value)
    except Exception:  # noqa: BLE001  # its __repr__ may do anything
        return f"<an object of type {_own_name(type(value))}>"


def said_by(error: BaseException) -> str:
    """Return the type and the text of an exception, even if its text cannot be computed.

    >>> said_by(KeyError("a")), said_by(ValueError(10**5000)), said_by(OSError())
    ("KeyError: 'a'", 'ValueError: (<an int of about 5001 digits>,)', 'OSError')
    """
    try:
        text = str(error)
    except Exception:  # noqa: BLE001  # its arguments may be anything
        text = shown(error.args)
    return clipped(f"{type(error).__name__}: {text}" if text else type(error).__name__)


def number(seconds: float, digits: int = 9) -> str:
    """Return seconds as a person writes them, to some significant digits: ``3 s``, ``0.25 s``, ``1e+09 s``."""
    return f"{seconds:.{digits}g} s" if math.isfinite(seconds) else f"{seconds} s"


def digits_apart(numbers: Iterable[float]) -> int:
    """Return how many significant digits, at least 9, show which of the numbers are equal.

    >>> digits_apart([1, 2]), digits_apart([1.26569542, 1.265695424])
    (9, 10)
    """
    ordered = sorted(numbers)
    different = [(one, other) for one, other in pairwise(ordered) if one != other]
    for digits in range(9, _ALL_DIGITS):
        if all(number(one, digits) != number(other, digits) for one, other in different):
            return digits
    return _ALL_DIGITS
