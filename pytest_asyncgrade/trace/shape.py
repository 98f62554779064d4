"""Shapes of plain data, written as type hints: whether a value has one, and what to tell a student if not."""

from __future__ import annotations

import types
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

from .plain import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST_VALUE = 200
"""Longest value in a complaint, in characters."""

_PLAIN: dict[object, tuple[str, str]] = {
    int: ("a whole number", "whole numbers"), float: ("a number", "numbers"), str: ("a text", "texts"),
    bool: ("True or False", "True or False"), bytes: ("bytes", "bytes"), None: ("None", "None"),
    type(None): ("None", "None"),
    list: ("a list", "lists"), tuple: ("a tuple", "tuples"), dict: ("a dict", "dicts"), set: ("a set", "sets"),
    frozenset: ("a frozenset", "frozensets"), Any: ("anything", "anything"),
}  # fmt: skip
"""The names of types, singular and plural."""

_UNIONS = (Union, types.UnionType)
_WHOLE = "result"
"""The path of the whole value."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """A part of a value that does not have its shape, and its path: ``result[0]['x']``."""

    where: str
    value: object
    shape: object


def is_shape(shape: object) -> bool:
    """Tell whether something is a shape: made of plain types, their generics, unions, literals and `Any`."""
    kind, parts = get_origin(shape), get_args(shape)
    if kind is None:
        return shape is None or shape in _PLAIN
    if kind is Literal:
        return True
    return (kind in _UNIONS or kind in _PLAIN) and all(part is ... or is_shape(part) for part in parts)


def complaint(function: str, value: object, shape: object) -> str:
    """Return in a student's words that a result does not have its shape; empty if it does."""
    misfit = find_misfit(value, shape)
    if misfit is None:
        return ""
    part, wanted = shown(misfit.value, _LONGEST_VALUE), described(misfit.shape)
    if misfit.where == _WHOLE:
        return f"{function}() returned {part}; it should return {wanted}"
    whole = described(shape)
    return f"{function}() should return {whole}; in the {_WHOLE} it returned, {misfit.where} is {part}, not {wanted}"


def find_misfit(value: object, shape: object, where: str = _WHOLE) -> Misfit | None:
    """Return the first part of a value that does not have its shape, None if all have."""
    kind, parts = get_origin(shape), get_args(shape)
    if kind in _UNIONS:
        misfits = [find_misfit(value, part, where) for part in parts]
        inner = [misfit for misfit in misfits if misfit and misfit.where != where]  # a part of what is nearly right
        return None if None in misfits else inner[0] if inner else Misfit(where, value, shape)
    if not _is_a(value, kind, parts, shape):
        return Misfit(where, value, shape)
    found = (find_misfit(part, inner, place) for place, part, inner in _inside(value, kind, parts, where))
    return next((misfit for misfit in found if misfit), None)


def _is_a(value: Any, kind: object, parts: tuple[object, ...], shape: object) -> bool:
    """Tell whether a value, its parts aside, has a shape: a whole number is a number, True is not."""
    if kind is Literal:
        return any(type(value) is type(part) and value == part for part in parts)
    if _is_fixed(kind, parts) and type(value) is tuple and len(value) != len(parts):
        return False
    plain = kind or (type(None) if shape is None else shape)
    return plain is Any or type(value) is plain or (plain is float and type(value) is int)


def _is_fixed(kind: object, parts: tuple[object, ...]) -> bool:
    """Tell whether a shape is a tuple with a fixed number of parts."""
    return kind is tuple and parts[-1:] != (...,)


def _inside(value: Any, kind: object, parts: tuple[object, ...], where: str) -> Iterator[tuple[str, object, object]]:
    """Yield for each part of a value its path, the part, and the shape that it should have."""
    if kind is dict:
        yield from ((f"a key of {where}", key, parts[0]) for key in value)
        yield from ((f"{where}[{shown(key, _LONGEST_VALUE)}]", part, parts[1]) for key, part in value.items())
    elif kind in {set, frozenset}:
        yield from ((f"a part of {where}", part, parts[0]) for part in value)
    elif kind in {list, tuple}:
        shapes = parts if _is_fixed(kind, parts) else repeat(parts[0])
        yield from ((f"{where}[{index}]", part, shape) for index, (part, shape) in enumerate(zip(value, shapes)))  # noqa: B905  # a `repeat` has no end


def described(shape: object, *, many: bool = False) -> str:
    """Return what a shape is called, in plain words.

    >>> described(list[int]), described(dict[str, list[str] | None])
    ('a list of whole numbers', 'a dict of texts to lists of texts or None')
    >>> described(tuple[str, float])
    'a tuple of 2: a text, a number'
    """
    kind, parts = get_origin(shape), get_args(shape)
    if kind in _UNIONS:
        return " or ".join(described(part, many=many) for part in parts)
    if kind is Literal:
        return " or ".join(map(shown, parts))
    name = _PLAIN[kind or shape][many]
    if _is_fixed(kind, parts):
        return f"{name} of {len(parts)}: {', '.join(map(described, parts))}"
    inner = [described(part, many=True) for part in parts if part is not ...]
    return f"{name} of {' to '.join(inner)}" if inner else name
