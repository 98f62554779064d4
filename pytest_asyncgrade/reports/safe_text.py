"""Makes text harmless: a student's text stays data to any terminal, log or browser that shows a report."""

from __future__ import annotations

import json
import re
from typing import Any

from pytest_asyncgrade.trace.text import printable

LONGEST_NAME = 200
"""Longest name of a check, a work or a file, in characters."""


def one_line(text: str) -> str:
    """Return a name as one tame line of at most `LONGEST_NAME` characters."""
    line = tame(" ".join(text.split("\n")))
    return line if len(line) <= LONGEST_NAME else f"{line[: LONGEST_NAME - 3]}..."


def tame(line: str) -> str:
    r"""Return a line that no terminal obeys, and no log of GitHub Actions.

    There a line that begins with ``::name`` is a command, and so is ``##[name]`` anywhere in it.

    >>> tame("::error::x ##[group]\x1b")
    '\\::error::x ##\\[group]\\x1b'
    """
    line = printable(line).replace("##[", "##\\[")
    blanks = len(line) - len(line.lstrip())
    return f"{line[:blanks]}\\{line[blanks:]}" if line.startswith("::", blanks) else line


def lines_of(*texts: str) -> list[str]:
    """Return the lines of texts, each tame."""
    return [tame(line) for text in texts if text for line in text.split("\n")]


def inert(markup: str) -> str:
    """Return XML or HTML of the same meaning without a command of GitHub Actions, in case it is printed in a log."""
    blanks = r"^([^\S\n]*)"  # of one line: to look through all blank lines from each would take too long
    return re.sub(blanks + ":(?=:)", r"\1&#58;", markup.replace("##[", "#&#35;["), flags=re.MULTILINE)


def as_json(data: Any) -> str:
    """Return plain data with any texts as JSON in ASCII, without a command of GitHub Actions."""
    return _harmless(json.dumps(data, indent=2))


def as_short_json(data: Any, *, indent: int | None = 2) -> str:
    """Return plain data with printable texts as JSON in as few bytes as possible, without a command either."""
    separators = (",", ":") if indent is None else None
    return _harmless(json.dumps(data, indent=indent, separators=separators, ensure_ascii=False))


def _harmless(text: str) -> str:
    return text.replace("##[", "#\\u0023[") + "\n"
