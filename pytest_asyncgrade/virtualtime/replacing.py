"""Replaces an attribute for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import ExitStack


def replace(owner: object, name: str, value: object, undo: ExitStack) -> None:
    """Set an attribute of a module or class until `undo` is closed; one that it inherited is inherited again."""
    if isinstance(owner, type) and name not in vars(owner):
        undo.callback(delattr, owner, name)
    else:
        undo.callback(setattr, owner, name, vars(owner)[name] if isinstance(owner, type) else getattr(owner, name))
    setattr(owner, name, value)
