"""Hints on errors for beginners, beyond Python's messages."""

from __future__ import annotations

import ast
import asyncio
import builtins
import importlib.util
import re
import sys
import traceback
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from pytest_asyncgrade.trace.text import source_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MERGE_MARKS = re.compile(r"^(<{7}|={7}|>{7})( |$)", re.MULTILINE)
_TO_UTF_8 = 'save it as UTF-8 (in most editors "Save with encoding")'

_NOTEBOOK = re.compile(r"^\s*(%%?\w+|!|In \[\d*\]:|>>>\s|\.\.\.\s)")


_PYTHONS = frozenset(
    id(kind)
    for kind in [*vars(builtins).values(), *vars(asyncio.exceptions).values()]
    if isinstance(kind, type) and issubclass(kind, Exception)
)
"""Exceptions of Python's own, by `id`: the metaclass of another may do anything when it is compared."""


def is_pythons(error: BaseException) -> bool:
    """Tell whether an exception is one of Python's own, whose text runs none of the student's code."""
    return id(type(error)) in _PYTHONS


def text_of(error: BaseException) -> str:
    """Return an exception's message, with the name that was probably meant."""
    try:
        return f"{error}{_meant(error)}"
    except BaseException:  # noqa: BLE001  # a student's __str__ may do anything
        return f"<{type(error).__name__} whose text cannot be shown>"


def _meant(error: BaseException) -> str:
    """Return a hint at a misspelt name; Python gives it in tracebacks only."""
    name = error.name if isinstance(error, AttributeError | NameError) else None
    if type(name) is not str or name.startswith(("Windows", "Proactor")) or _is_module(error, name):
        return ""
    if isinstance(error, AttributeError):
        there: Iterable[str] = dir(error.obj)
    else:
        frames = [frame for frame, _line in traceback.walk_tb(error.__traceback__)]
        there = [known for frame in frames[-1:] for known in (*frame.f_locals, *frame.f_globals, *dir(builtins))]
    near = get_close_matches(name, [known for known in there if known != name], n=1)
    return f". Did you mean: {near[0]!r}?" if near else ""


def _is_module(error: BaseException, name: str) -> bool:
    """Tell whether an unknown name is that of a module of Python's that was not imported."""
    return isinstance(error, NameError) and name in sys.stdlib_module_names


def leaves(error: BaseException) -> Iterator[BaseException]:
    """Yield the exceptions in a group and in its groups; any other exception is yielded itself."""
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from leaves(part)
    else:
        yield error


def no_function(name: str, there: Iterable[str], filename: str) -> str:
    """Say that a function is missing, and which one was probably meant."""
    near = get_close_matches(name, list(there), n=1, cutoff=0.6)
    return f"there is no function {name} in {filename}" + (f"; did you mean to call {near[0]} so?" if near else "")


class Unreadable(NamedTuple):
    """Why Python cannot read a file as a program, and the line, if it is one line."""

    reason: str
    line: int | None = None


def unreadable(source: bytes) -> Unreadable | None:
    """Return what keeps Python from reading a file as a program at all, None if there is nothing."""
    if source.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in source:
        return Unreadable(f"it is not in UTF-8 but in UTF-16, or no text at all: {_TO_UTF_8}")
    try:
        text = importlib.util.decode_source(source)
    except (SyntaxError, UnicodeDecodeError):
        return _undecodable(source)
    if text.lstrip().startswith("{") and '"cells"' in text and '"nbformat"' in text:
        return Unreadable("it is a Jupyter notebook: export it as a Python script (.py)")
    if mark := _MERGE_MARKS.search(text):
        line = text.count("\n", 0, mark.start()) + 1
        way_out = "choose between the two versions and remove the marks"
        return Unreadable(f"line {line} is a mark of a merge, {mark[1]}: {way_out}", line)
    return None


def _undecodable(source: bytes) -> Unreadable:
    for number, line in enumerate(source.split(b"\n"), start=1):
        try:
            line.decode()
        except UnicodeDecodeError as error:
            byte = line[error.start]
            return Unreadable(f"line {number} has a character that is not in UTF-8 ({byte:#x}): {_TO_UTF_8}", number)
    return Unreadable(f"the encoding that its first lines name is not known: remove that line, and {_TO_UTF_8}")


def syntax_error(error: SyntaxError, source: bytes = b"") -> str:
    """Say what Python cannot read, with the line and a hint."""
    code = f", `{error.text.strip()}`" if isinstance(error.text, str) and error.text.strip() else ""
    where = f"line {error.lineno} of {error.filename}{code}: " if error.lineno else ""
    said = _way_out(error, source)
    return f"Python cannot read the program: {where}{error.msg}" + (f" ({said})" if said else "")


_OUTSIDE = re.compile(
    r"^'(await|async for|async with)' outside (async )?function|asynchronous comprehension outside of"
)


def _way_out(error: SyntaxError, source: bytes) -> str:
    """Return a hint on a line that Python cannot read; empty if there is none."""
    try:
        lines = source_lines(source)
        line = lines[(error.lineno or 0) - 1] if error.lineno else ""
    except IndexError:
        return ""
    if mark := _NOTEBOOK.match(line):
        kind = (
            "a prompt" if mark[1].strip() in {">>>", "..."} or mark[1].startswith("In") else "a command of a notebook"
        )
        return f"{mark[1].strip()} is {kind}, which Python does not know in a program: remove it"
    if not (match := _OUTSIDE.search(error.msg)):
        return ""
    try:
        tree = ast.parse("\n".join(lines))
    except SyntaxError:
        return ""
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.lineno <= (error.lineno or 0) <= (node.end_lineno or 0)
    ]
    if around:
        return f"{match[1] or 'this'} is allowed in a function written with async def only: async def {around[-1].name}"
    what = match[1] or "this"
    return (
        f"{what} outside of a function works in a notebook only: put it into async def main():, "
        "and run that by asyncio.run(main())"
    )
