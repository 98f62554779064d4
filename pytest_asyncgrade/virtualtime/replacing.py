"""Replaces an attribute for a while."""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import ExitStack


def replace(owner: object, name: str, value: object, undo: ExitStack) -> None:
    """Set an attribute of a module or class until `undo` is closed; one that it inherited is inherited again.

    The code of a function that wraps the original bears its name (`functools.wraps` names the function alone), so that
    a frame tells which function the program called.
    """
    if isinstance(value, FunctionType) and hasattr(value, "__wrapped__"):
        value.__code__ = value.__code__.replace(co_qualname=value.__qualname__)
    if isinstance(owner, type) and name not in vars(owner):
        undo.callback(delattr, owner, name)
    else:
        undo.callback(setattr, owner, name, vars(owner)[name] if isinstance(owner, type) else getattr(owner, name))
    setattr(owner, name, value)
