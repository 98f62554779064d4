"""Where an error came from: the student's line, what it is made of, and what the functions it called were given."""

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
"""What functions of asyncio call the awaitables they are given."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an error came from: the student's line, parsed, its frame, and the frames of libraries that it called."""

    frame: FrameType | None
    statements: tuple[ast.AST, ...]
    below: tuple[FrameType, ...]

    @staticmethod
    def of(error: BaseException, name: Callable[[str], str | None]) -> Spot:
        """Return the spot of an error: `name` tells whether a file is the student's."""
        frames = list(traceback.walk_tb(error.__traceback__))
        students = [at for at, (frame, _line) in enumerate(frames) if name(frame.f_code.co_filename)]
        if not students:
            return Spot(None, (), tuple(frame for frame, _line in frames))
        frame, line = frames[students[-1]]
        below = tuple(one for one, _line in frames[students[-1] + 1 :])
        try:
            tree = ast.parse("".join(linecache.getlines(frame.f_code.co_filename)))
        except SyntaxError:
            return Spot(frame, (), below)
        there = (
            node for node in ast.walk(tree)
            if isinstance(node, ast.expr | ast.stmt) and node.lineno <= line <= (node.end_lineno or line)
        )  # fmt: skip
        return Spot(frame, tuple(there), below)

    def value(self, node: ast.AST) -> object:
        """Return what a name, or an attribute of a module's, stands for; None if it is not known."""
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
        """Return the calls on the line of functions of these names."""
        found = [node for node in self.statements if isinstance(node, ast.Call)]
        return [node for node in found if written(node.func).rpartition(".")[2] in names]

    def given(self) -> tuple[str, list[object]]:
        """Return which function of asyncio was called, and what it was to wait for."""
        for frame in self.below:
            name = frame.f_code.co_name
            if name in _TAKES and frame.f_code.co_filename.startswith(_FOLDER):
                value = frame.f_locals.get(_TAKES[name])
                many = name in {"gather", "wait", "as_completed"} and isinstance(value, COLLECTIONS)
                return name.lstrip("_"), list(value or ()) if many else [value]
        return "", []


def written(node: ast.AST) -> str:
    """Return an expression as it is written, if it is short."""
    text = ast.unparse(node)
    return text if len(text) <= _LONGEST else ""


def named(value: object) -> str:
    """Return what a function is called, or the function that a coroutine is of; empty of anything else."""
    kinds = (inspect.isfunction, inspect.iscoroutine, inspect.isasyncgen)
    return value.__qualname__.rpartition("<locals>.")[2] if any(kind(value) for kind in kinds) else ""  # type: ignore[attr-defined]
