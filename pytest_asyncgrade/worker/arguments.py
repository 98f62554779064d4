"""The arguments of a function of the student's, as a timeline names its tasks: ``3, 'a'``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

_SHORT = 20
"""Longest text, or number of digits, of an argument that is shown."""
_LONGEST = 200
"""Longest text of all arguments, in characters."""


def arguments_of(frame: FrameType) -> str:
    """Return the arguments of a frame's function that are numbers and short texts."""
    code, values = frame.f_code, frame.f_locals
    given = [values.get(name) for name in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]]
    shown = (repr(value) for value in given if type(value) in {bool, int, float, str} and _is_short(value))
    return ", ".join(shown)[:_LONGEST]


def _is_short(value: object) -> bool:
    """Tell whether the text of a number or a string is short."""
    return len(value) <= _SHORT if type(value) is str else type(value) is not int or abs(value) < 10**_SHORT
