"""The checks that a known mistake says it loses: ``loses: test_a, test_b`` in its docstring."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from typing import TYPE_CHECKING

from pytest_asyncgrade.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAMED = re.compile(r"^loses: (.*)$", re.MULTILINE)
_WRITTEN = re.compile(r"""(^[ \t]*|"{3}|'{3})loses:[^\r\n"']*""", re.MULTILINE)
_QUOTES = ('"""', "'''")


def named(program: bytes) -> list[str]:
    """Return the checks that a program's docstring names; none if it has no such line, or is no Python."""
    try:
        docstring = ast.get_docstring(ast.parse(program)) or ""
    except (SyntaxError, ValueError):
        return []
    match = _NAMED.search(docstring)
    return [name for part in match[1].split(",") if (name := part.strip())] if match else []


def renamed(program: bytes, checks: Iterable[str]) -> bytes:
    """Return a program whose docstring names these checks, otherwise unchanged.

    UsageError if it has no docstring that can be of several lines: it should say what the mistake is.
    """
    line = f"loses: {', '.join(checks)}"
    encoding, _ = tokenize.detect_encoding(io.BytesIO(program).readline)
    text = program.decode(encoding)
    start, end = _docstring(text)
    literal = text[start:end]
    if _WRITTEN.search(literal):
        literal = _WRITTEN.sub(lambda match: match[1] + line, literal, count=1)
    else:
        newline = "\r\n" if "\r\n" in text else "\n"
        literal = f"{literal[:-3].rstrip()}{newline}{newline}{line}{newline}{literal[-3:]}"
    return (text[:start] + literal + text[end:]).encode(encoding)


def _docstring(text: str) -> tuple[int, int]:
    """Return where the literal of a module's docstring begins and ends in its text."""
    tree = ast.parse(text)
    if ast.get_docstring(tree) is not None:
        literal = tree.body[0]
        lines = io.StringIO(text, newline="").readlines()  # as Python counts them, and whole
        start = _offset(lines, literal.lineno, literal.col_offset)
        end = _offset(lines, literal.end_lineno or 0, literal.end_col_offset or 0)
        if text[start:end].endswith(_QUOTES):
            return start, end
    msg = 'it has no docstring to name them in: begin it with """What is wrong in it."""'
    raise UsageError(msg)


def _offset(lines: list[str], lineno: int, column: int) -> int:
    """Return the index of a character, whose column is counted in bytes of UTF-8."""
    before = lines[lineno - 1].encode("utf-8", "surrogatepass")[:column].decode("utf-8", "surrogatepass")
    return sum(map(len, lines[: lineno - 1])) + len(before)
