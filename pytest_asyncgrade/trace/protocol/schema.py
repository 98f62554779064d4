"""Plain JSON from and to typed data, by the definitions of the classes: nobody spells a key twice.

A dataclass or a named tuple is an array of its fields, in their order; bytes are base64; a dictionary is an array of
pairs.  Decoding is strict: exactly as many fields, exactly these types.  A class is looked at when it is first decoded.
"""

import types
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from pytest_asyncgrade.trace.plain import shown

_LONGEST_VALUE = 40
"""Longest value in an error message, in characters."""

Decode = Callable[[str, object], Any]
"""Takes what a value is called, for the error message, and the value."""


class SchemaError(ValueError):
    """A value that is not what its class says."""


def encode(value: Any) -> Any:
    """Return typed data as JSON can hold it."""
    if is_dataclass(value):
        return [encode(getattr(value, field.name)) for field in fields(value)]
    if isinstance(value, list | tuple):
        return [encode(part) for part in value]
    if isinstance(value, dict):
        return [[encode(key), encode(part)] for key, part in value.items()]
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return value


def decode(kind: Any, what: str, value: object) -> Any:
    """Return the value of some type that `encode` was given; SchemaError if it is none."""
    return decoder(kind)(what, value)


@cache
def decoder(kind: Any) -> Decode:  # noqa: PLR0911  # one way for each kind of type
    """Return what decodes a type: a scalar, a container, a class of fields, or one of these or None."""
    origin, parts = get_origin(kind), get_args(kind)
    if kind in _SCALARS:
        return _SCALARS[kind]
    if origin in {Union, types.UnionType}:
        (some,) = (decoder(part) for part in parts if part is not types.NoneType)
        return lambda what, value: None if value is None else some(what, value)
    if origin is Literal:
        return _choice(dict(zip(parts, parts, strict=True)))
    if origin is tuple:
        return _items(decoder(parts[0]), tuple)
    if origin is dict:
        return _items(_fields((decoder(parts[0]), decoder(parts[1])), ("key", "value"), _pair), dict)
    if issubclass(kind, StrEnum):
        return _choice({member.value: member for member in kind})
    hints = get_type_hints(kind)
    names = kind._fields if issubclass(kind, tuple) else tuple(field.name for field in fields(kind))
    return _fields(tuple(decoder(hints[name]) for name in names), names, kind)


def _refuse(what: str, value: object) -> SchemaError:
    return SchemaError(f"{what} {shown(value, _LONGEST_VALUE)}")


def _count(what: str, value: object) -> int:
    if type(value) is not int or not 0 <= value < 1 << 100:
        raise _refuse(what, value)
    return value


def _number(what: str, value: object) -> float:
    if type(value) not in {int, float}:
        raise _refuse(what, value)
    return value  # type: ignore[return-value]  # an exact int or float


def _text(what: str, value: object) -> str:
    if type(value) is not str:
        raise _refuse(what, value)
    return value


def _flag(what: str, value: object) -> bool:
    if type(value) is not bool:
        raise _refuse(what, value)
    return value


def _bytes(what: str, value: object) -> bytes:
    return b64decode(_text(what, value), validate=True)


_SCALARS: dict[Any, Decode] = {
    int: _count, float: _number, str: _text, bool: _flag, bytes: _bytes, object: lambda _what, value: value,
}  # fmt: skip
"""An int is a count, 0 or more; an object is JSON that its class decodes itself."""


def _choice(choices: dict[Any, Any]) -> Decode:
    def decode_choice(what: str, value: object) -> Any:
        if type(value) is not str or value not in choices:
            raise _refuse(what, value)
        return choices[value]

    return decode_choice


def _items(item: Decode, container: Callable[[list[Any]], Any]) -> Decode:
    def decode_items(what: str, value: object) -> Any:
        if type(value) is not list:
            raise _refuse(what, value)
        return container([item(what, part) for part in value])

    return decode_items


def _fields(decoders: tuple[Decode, ...], names: tuple[str, ...], make: Callable[..., Any]) -> Decode:
    count = len(names)

    def decode_fields(what: str, value: object) -> Any:
        if type(value) is not list or len(value) != count:
            raise _refuse(what, value)
        return make(*[one(name, part) for one, name, part in zip(decoders, names, value, strict=True)])

    return decode_fields


def _pair(key: Any, value: Any) -> tuple[Any, Any]:
    return key, value
