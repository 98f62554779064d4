"""Where an error came from: the student's line, its syntax, and the arguments of the functions it called."""

from __future__ import annotations

import ast
import asyncio
import inspect
import linecache
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

_LONGEST = 60
_FOLDER = asyncio.__file__.removesuffix("__init__.py")
COLLECTIONS = (list, tuple, set, frozenset, dict, type(_ for _ in ()))
_TAKES = {"gather": "coros_or_futures", "ensure_future": "coro_or_future", "_ensure_future": "coro_or_future",
          "wait": "fs", "as_completed": "fs", "wait_for": "fut", "shield": "arg"}  # fmt: skip
"""The parameters of asyncio's functions that take awaitables (3.11-3.14: no public way to get the argument)."""


@dataclass(frozen=True, slots=True)
class ErrorSite:
    """Where an error came from: the student's line, parsed, its frame, and the frames of libraries it called."""

    frame: FrameType | None
    statements: tuple[ast.AST, ...]
    below: tuple[FrameType, ...]

    @staticmethod
    def of(error: BaseException, name: Callable[[str], str | None]) -> ErrorSite:
        """Return the site of an error: `name` tells whether a file is the student's."""
        frames = list(traceback.walk_tb(error.__traceback__))
        students = [at for at, (frame, _line) in enumerate(frames) if name(frame.f_code.co_filename)]
        if not students:
            return ErrorSite(None, (), tuple(frame for frame, _line in frames))
        frame, line = frames[students[-1]]
        below = tuple(one for one, _line in frames[students[-1] + 1 :])
        try:
            tree = ast.parse("".join(linecache.getlines(frame.f_code.co_filename)))
        except SyntaxError:
            return ErrorSite(frame, (), below)
        there = (
            node for node in ast.walk(tree)
            if isinstance(node, ast.expr | ast.stmt) and node.lineno <= line <= (node.end_lineno or line)
        )  # fmt: skip
        return ErrorSite(frame, tuple(there), below)

    def value(self, node: ast.AST) -> object:
        """Return the value of a name, or of an attribute of a module; None if it is unknown."""
        if self.frame is None:
            return None
        if isinstance(node, ast.Name):
            return self.frame.f_locals.get(node.id, self.frame.f_globals.get(node.id))
        if isinstance(node, ast.Attribute) and inspect.ismodule(module := self.value(node.value)):
            return vars(module).get(node.attr)
        return None

    def awaited(self) -> Iterator[ast.expr]:
        """Yield the expressions that the line awaits, innermost first."""
        return (node.value for node in reversed(self.statements) if isinstance(node, ast.Await))

    def calls(self, *names: str) -> list[ast.Call]:
        """Return the calls on the line of functions with these names."""
        found = [node for node in self.statements if isinstance(node, ast.Call)]
        return [node for node in found if written(node.func).rpartition(".")[2] in names]

    def given(self) -> tuple[str, list[object]]:
        """Return which function of asyncio was called, and the awaitables it got."""
        for frame in self.below:
            name = frame.f_code.co_name
            if name in _TAKES and frame.f_code.co_filename.startswith(_FOLDER):
                value = frame.f_locals.get(_TAKES[name])
                many = name in {"gather", "wait", "as_completed"} and isinstance(value, COLLECTIONS)
                return name.lstrip("_"), list(value or ()) if many else [value]
        return "", []


def written(node: ast.AST) -> str:
    """Return the source of an expression, if it is short."""
    text = ast.unparse(node)
    return text if len(text) <= _LONGEST else ""


def named(value: object) -> str:
    """Return the name of a function, or of a coroutine's function; empty for anything else."""
    kinds = (inspect.isfunction, inspect.iscoroutine, inspect.isasyncgen)
    return value.__qualname__.rpartition("<locals>.")[2] if any(kind(value) for kind in kinds) else ""  # type: ignore[attr-defined]  # all of them have one
