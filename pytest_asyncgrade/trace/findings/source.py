"""The student's script, parsed: it says where and why something happened, never whether it did."""

from __future__ import annotations

import ast
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING

from pytest_asyncgrade.trace.model import Place

if TYPE_CHECKING:
    from pytest_asyncgrade.trace.model import Trace

CREATES = frozenset({"create_task", "ensure_future"})
_LONGEST_SOURCE = 300_000


class Source:
    """The student's script, parsed; empty if it cannot be."""

    def __init__(self, text: str) -> None:
        tree = ast.Module([], [])
        if len(text) <= _LONGEST_SOURCE:
            with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
                tree = ast.parse(text)
        self.nodes = list(ast.walk(tree))
        self.coroutines = [node for node in self.nodes if isinstance(node, ast.AsyncFunctionDef)]
        self.names = {node.name for node in self.coroutines}
        self.pauses = {node.name for node in self.coroutines if _only_sleeps(node)}
        loops = [node for node in self.nodes if isinstance(node, ast.For | ast.AsyncFor | ast.While)]
        self.looped = {line for loop in loops for line in range(loop.lineno, (loop.end_lineno or loop.lineno) + 1)}

    @staticmethod
    def of(lines: tuple[str, ...]) -> Source:
        """Return the source of a script, given as its lines."""
        return _parsed("\n".join(lines))

    def calls(self, node: ast.expr) -> ast.Call | None:
        """Return the call of a coroutine function of the student's own that an expression awaits, if it does.

        One that does nothing but sleep is none: it is a sleep by another name.
        """
        if not isinstance(node, ast.Await) or not isinstance(node.value, ast.Call):
            return None
        return node.value if called(node.value) in self.names - self.pauses else None


def _only_sleeps(function: ast.AsyncFunctionDef) -> bool:
    statements = function.body[ast.get_docstring(function) is not None :]
    value = statements[0].value if len(statements) == 1 and isinstance(statements[0], ast.Expr | ast.Return) else None
    return isinstance(value, ast.Await) and isinstance(value.value, ast.Call) and called(value.value) == "sleep"


_parsed = lru_cache(maxsize=8)(Source)


def called(call: ast.Call) -> str:
    """Return the last part of the name of what is called."""
    function = call.func
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )


def loaded(node: ast.AST) -> set[str]:
    """Return the names whose values an expression uses."""
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}


def stored(node: ast.AST) -> set[str]:
    """Return the names that a statement gives a value, or that it changes by a method."""
    names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    if isinstance(node, ast.For | ast.AsyncFor):
        return {one.id for one in ast.walk(node.target) if isinstance(one, ast.Name)}
    return names


def place_of_line(trace: Trace, line: int) -> Place:
    """Return a place in the script, in the function it is in as far as a run told."""
    known = [place for wait in trace.partial.waits for place in wait.places if place.lineno == line]
    return known[0] if known else Place("", line, "")
