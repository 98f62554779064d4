"""Notebooks become programs: the code cells in their order; a top-level ``await`` works as in Jupyter.

From the first cell with such an ``await`` on, the cells become the body of a coroutine, whose names are global.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from typing import TYPE_CHECKING

from pytest_asyncgrade.extras import needed

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAGIC = re.compile(r"\s*(%|!|\?)|^[^#'\"=(]*\?\s*$")
"""A line that is for IPython, not for Python."""
_MULTILINE = {tokenize.STRING} | {
    getattr(tokenize, name) for name in ("FSTRING_MIDDLE", "TSTRING_MIDDLE") if hasattr(tokenize, name)
}


class NotebookError(Exception):
    """Why a notebook cannot be read."""


def program_of(data: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the program of a notebook, and what was left out of it; NotebookError if it cannot be read."""
    nbformat = needed("nbformat")
    try:
        notebook = nbformat.reads(data.decode("utf-8"), as_version=4)
        sources = [cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code"]
    except Exception as error:  # noqa: BLE001  # the file is a student's, and nbformat lets through whatever JSON can do
        msg = f"it is no notebook that can be read ({type(error).__name__})"
        raise NotebookError(msg) from None
    left_out: list[str] = []
    cells = [_without_magics(source, number, left_out) for number, source in enumerate(sources, start=1)]
    first = next((index for index, cell in enumerate(cells) if _awaits(cell)), len(cells))
    text = "\n\n".join(cells[:first])
    if first < len(cells):
        text += ("\n\n" if text else "") + _coroutine("\n\n".join(cells[first:]))
    return f"{text}\n", tuple(left_out)


def _without_magics(source: str, number: int, left_out: list[str]) -> str:
    """Return a cell in which lines for IPython are comments."""
    lines = source.split("\n")
    if lines[0].startswith("%%"):
        left_out.append(f"cell {number}: {lines[0].strip()}")
        return "\n".join(f"# {line}" for line in lines)
    if _parsed(source) is not None:
        return source
    for index, line in enumerate(lines):
        if _MAGIC.match(line):
            left_out.append(f"cell {number}: {line.strip()}")
            lines[index] = f"{line[: len(line) - len(line.lstrip())]}pass  # {line.strip()}"
    return "\n".join(lines)


def _parsed(source: str) -> ast.Module | None:
    """Return the syntax tree of a cell, in which ``await`` may stand anywhere; None if it is no Python."""
    try:
        tree: ast.Module = compile(
            source, "<cell>", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True
        )
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return tree


def _awaits(cell: str) -> bool:
    """Tell whether a cell awaits at its top level."""
    tree = _parsed(cell)
    return tree is not None and any(
        isinstance(node, (ast.Await, ast.AsyncFor, ast.AsyncWith)) or _is_async_comprehension(node)
        for node in _top_level(tree)
    )


def _is_async_comprehension(node: ast.AST) -> bool:
    return isinstance(node, ast.comprehension) and bool(node.is_async)


def _top_level(node: ast.AST) -> Iterator[ast.AST]:
    """Yield all nodes that are not within a function or a class."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            yield from _top_level(child)


def _coroutine(source: str) -> str:
    """Return cells as the body of a coroutine, and the line that runs it."""
    tree = _parsed(source)
    names = sorted(_bound(tree)) if tree is not None else []
    declared = f"    global {', '.join(names)}\n" if names else ""
    return (
        f"import asyncio\n\n\nasync def notebook():\n{declared}{_indented(source)}\n\n\n"
        'if __name__ == "__main__":\n    asyncio.run(notebook())'
    )


def _bound(tree: ast.Module) -> set[str]:
    """Return the names that statements at the top level bind."""
    names: set[str] = set()
    for node in _top_level(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
            names.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names} - {"*"}
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names.add(node.name)
    return names


def _indented(source: str) -> str:
    """Return a text with each line indented that does not begin within a string."""
    inside: set[int] = set()
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type in _MULTILINE:
                inside |= set(range(token.start[0] + 1, token.end[0] + 1))
    except (tokenize.TokenError, SyntaxError):
        inside.clear()  # it is no Python: the student is told so
    lines = source.split("\n")
    return "\n".join(
        line if number in inside or not line.strip() else f"    {line}" for number, line in enumerate(lines, start=1)
    )
