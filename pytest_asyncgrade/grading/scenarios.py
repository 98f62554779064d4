"""What the parent knows of a scenario of the grader's, by its source alone: how it is told, and what it uses."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_asyncgrade.trace.plain import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

_DIGITS = 3
"""Significant digits of a number in a sentence: random values have many more."""


class Scenario(NamedTuple):
    """One coroutine function of a grader's ``scenarios.py``."""

    told: str = ""
    """The first paragraph of its docstring, a sentence for the student."""
    uses: tuple[str, ...] = ()
    """The names of the student's module that it uses, in their order."""


def scenario(source: bytes, name: str) -> Scenario:
    """Return what is known of a scenario; nothing if the file has none of this name."""
    return _scenarios(source).get(name, Scenario())


@lru_cache(maxsize=64)
def _scenarios(source: bytes) -> dict[str, Scenario]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return {}
    functions = {node.name: node for node in tree.body if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef)}
    return {name: Scenario(_told(node), _uses(node, functions, ())) for name, node in functions.items()}


def _told(node: ast.AsyncFunctionDef | ast.FunctionDef) -> str:
    return " ".join((ast.get_docstring(node) or "").partition("\n\n")[0].split()).removesuffix(".")


def _uses(
    node: ast.AsyncFunctionDef | ast.FunctionDef, functions: Mapping[str, Any], around: tuple[str, ...]
) -> tuple[str, ...]:
    """Return what a function uses of its first argument, also in functions that it hands this to."""
    if not node.args.args or node.name in around:
        return ()
    student = node.args.args[0].arg
    found: dict[str, None] = {}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Attribute) and _is_part_of(student, inner):
            found[inner.attr] = None
        elif isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name) and inner.func.id in functions:
            given = inner.args[0] if inner.args else None
            if isinstance(given, ast.Name) and given.id == student:
                found |= dict.fromkeys(_uses(functions[inner.func.id], functions, (*around, node.name)))
    return tuple(found)


def _is_part_of(student: str, node: ast.Attribute) -> bool:
    """Tell whether a node uses, and does not replace, something of the student's module."""
    return isinstance(node.ctx, ast.Load) and isinstance(node.value, ast.Name) and node.value.id == student


def filled(told: str, given: Mapping[str, Any]) -> str:
    """Return a sentence with the arguments of a scenario in the place of their names in braces.

    >>> filled("boil {litres} litres", {"litres": 2.123456})
    'boil 2.12 litres'
    """
    for name, value in given.items():
        told = told.replace(f"{{{name}}}", _rounded(value))
    return told


def _rounded(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.{_DIGITS}g}" if abs(value) < 10**_DIGITS else f"{value:.0f}"
    if isinstance(value, list | tuple):
        return ", ".join(map(_rounded, value))
    return value if isinstance(value, str) else shown(value)
