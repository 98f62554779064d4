"""Watches the call of a check: it has to assert, not to return a value, and if it is async it must be awaited."""

from __future__ import annotations

import ast
import inspect
import linecache
import unittest
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any

import pytest

from pytest_asyncgrade.errors import AsyncgradeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class BrokenCheckError(AsyncgradeError):
    """A check that cannot fail as it is written; the message names its line and says how to write it."""


@contextmanager
def watched(item: pytest.Function) -> Iterator[None]:
    """Watch the call within the block; BrokenCheckError if it returns a value, or is async and nobody awaits it."""
    check = item.obj
    if not (inspect.iscoroutinefunction(check) or inspect.isasyncgenfunction(check)):
        with _replaced(item, _returning_nothing(item)):
            yield
        return
    case = item.instance
    if isinstance(case, unittest.TestCase) and not isinstance(case, unittest.IsolatedAsyncioTestCase):
        raise BrokenCheckError(_unawaited(item))  # unittest would call it, and not await it
    began: list[bool] = []
    with _replaced(item, _awaited_to_nothing(item, began) if inspect.iscoroutinefunction(check) else check):
        try:
            yield
        except pytest.fail.Exception:
            if began:
                raise
            raise BrokenCheckError(_unawaited(item)) from None


@contextmanager
def _replaced(item: pytest.Function, function: Callable[..., object]) -> Iterator[None]:
    """Let an item call another function; unittest looks it up on the test case."""
    check, case = item.obj, item.instance
    item.obj = function
    if isinstance(case, unittest.TestCase):
        setattr(case, item.name, function)
    try:
        yield
    finally:
        item.obj = check


def _returning_nothing(item: pytest.Function) -> Callable[..., None]:
    check = item.obj

    @wraps(check)
    def call(*args: Any, **kwargs: Any) -> None:
        _refuse_value(item, check(*args, **kwargs))

    return call


def _awaited_to_nothing(item: pytest.Function, began: list[bool]) -> Callable[..., object]:
    check = item.obj

    @wraps(check)
    async def call(*args: Any, **kwargs: Any) -> None:
        began.append(True)
        _refuse_value(item, await check(*args, **kwargs))

    return call


def _refuse_value(item: pytest.Function, value: object) -> None:
    if value is None:
        return
    if inspect.iscoroutine(value):
        value.close()  # else Python warns that nobody awaited it
    if inspect.isgenerator(value):
        location = _location(item, _lineno)
        msg = f"{location}: a check with yield in it does nothing: write assert, and what yields as a fixture"
        raise BrokenCheckError(msg)
    msg = f"{_location(item, _line_of_return)}: a check that returns a value tells nothing: write assert, not return"
    raise BrokenCheckError(msg)


def _unawaited(item: pytest.Function) -> str:
    message = "a check is a plain def, nothing in it is awaited: write def, not async def"
    return f"{_location(item, lambda node: node.lineno)}: {message}"


_Definition = ast.FunctionDef | ast.AsyncFunctionDef


def _location(item: pytest.Function, line: Callable[[_Definition], int]) -> str:
    """Return the place of a line in a check's function; that of the function if its source cannot be read."""
    code = inspect.unwrap(item.function).__code__
    source = "".join(linecache.getlines(code.co_filename))
    nodes = (node for node in ast.walk(ast.parse(source)) if isinstance(node, _Definition))
    begins = (node for node in nodes if min([node, *node.decorator_list], key=_lineno).lineno == code.co_firstlineno)
    lineno = next(map(line, begins), code.co_firstlineno)
    return f"{item.nodeid.partition('::')[0]}:{lineno}"


def _lineno(node: ast.stmt | ast.expr) -> int:
    return node.lineno


def _line_of_return(node: _Definition) -> int:
    """Return the line of the first statement that returns a value; that of the function if there is none."""
    found = [inner.lineno for inner in _own_nodes(node) if isinstance(inner, ast.Return) and inner.value is not None]
    return min(found, default=node.lineno)


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a function without those of functions within it."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            yield from _own_nodes(child)
