"""What a beginner needs to hear of an error, beyond what Python says."""

from __future__ import annotations

import builtins
import importlib.util
import re
import sys
import traceback
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MERGE_MARKS = re.compile(r"^(<{7}|={7}|>{7})( |$)", re.MULTILINE)
_TO_UTF_8 = 'save it as UTF-8 (in most editors "Save with encoding")'

_RUN_TAKES = "asyncio.run takes a coroutine: asyncio.run(main()), and main is written with async def"

_NO_AWAITABLE = "a coroutine or an awaitable is required"
"""What a task cannot be made of; from 3.14 on ``asyncio.run`` says so, too."""

_ADVICE = (
    ("EOFError", "EOF when reading", "the program asks for input, and nobody types anything when it is graded"),
    ("RecursionError", "maximum recursion depth", "a function calls itself again and again"),
    ("RuntimeError", "asyncio.run() cannot be called from a running event loop",
     "inside a coroutine, await the other one instead: await func1()"),
    ("TypeError", _NO_AWAITABLE,
     "a function that is awaited is written with async def, and called: func1(), not func1"),
    ("TypeError", "can't be used in 'await' expression", "a function that is awaited is written with async def"),
    ("TypeError", "object can't be awaited", "a function that is awaited is written with async def"),
    ("TypeError", "'await' expression", "a function that is awaited is written with async def"),
    ("ValueError", "a coroutine was expected", _RUN_TAKES),
    ("TypeError", "a coroutine was expected", _RUN_TAKES),
)  # fmt: skip
"""(type, part of the message, advice)."""


def advice(error: BaseException) -> str:
    """Return what to make of an exception that ended a program; empty if Python's own words say it all."""
    kind, message = type(error).__name__, text_of(error)
    if isinstance(error, ModuleNotFoundError) and isinstance(error.name, str):
        return _missing_module(error.name.partition(".")[0])
    if _NO_AWAITABLE in message and _raised_in(error) == "run":
        return _RUN_TAKES
    return next((text for type_, part, text in _ADVICE if type_ == kind and part in message), "")


def _raised_in(error: BaseException) -> str:
    """Return the name of the function that raised an exception."""
    names = [frame.f_code.co_name for frame, _line in traceback.walk_tb(error.__traceback__)]
    return names[-1] if names else ""


def _missing_module(name: str) -> str:
    if near := get_close_matches(name, sys.stdlib_module_names, n=1, cutoff=0.8):
        return f"did you mean {near[0]}?"
    return f"if {name}.py is yours, hand it in, too; if it is a package, it is not installed where programs are graded"


def text_of(error: BaseException) -> str:
    """Return an exception's message, with the name that it might have meant."""
    try:
        return f"{error}{_meant(error)}"
    except BaseException:  # noqa: BLE001  # a student's __str__ may do anything
        return f"<{type(error).__name__} whose text cannot be shown>"


def _meant(error: BaseException) -> str:
    """Return a hint at a misspelt name, as Python gives it from 3.12 on, in its tracebacks alone."""
    name = error.name if isinstance(error, AttributeError | NameError) else None
    if type(name) is not str:
        return ""
    if isinstance(error, AttributeError):
        there: Iterable[str] = dir(error.obj)
    else:
        frames = [frame for frame, _line in traceback.walk_tb(error.__traceback__)]
        there = [known for frame in frames[-1:] for known in (*frame.f_locals, *frame.f_globals, *dir(builtins))]
    near = get_close_matches(name, [known for known in there if known != name], n=1)
    return f". Did you mean: {near[0]!r}?" if near else ""


def leaves(error: BaseException) -> Iterator[BaseException]:
    """Yield the exceptions in a group, and in groups in it; of any other exception itself."""
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from leaves(part)
    else:
        yield error


def no_function(name: str, there: Iterable[str], filename: str) -> str:
    """Say that a function is missing, and which one might be meant."""
    near = get_close_matches(name, list(there), n=1, cutoff=0.6)
    return f"there is no function {name} in {filename}" + (f"; did you mean to call {near[0]} so?" if near else "")


def unreadable(source: bytes) -> str:
    """Return what keeps Python from reading a file as a program at all, empty if there is nothing."""
    if source.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in source:
        return f"it is not in UTF-8 but in UTF-16, or no text at all: {_TO_UTF_8}"
    try:
        text = importlib.util.decode_source(source)
    except (SyntaxError, UnicodeDecodeError):
        return _undecodable(source)
    if text.lstrip().startswith("{") and '"cells"' in text and '"nbformat"' in text:
        return "it is a Jupyter notebook: export it as a Python script (.py)"
    if mark := _MERGE_MARKS.search(text):
        line = text.count("\n", 0, mark.start()) + 1
        return f"line {line} is a mark of a merge, {mark[1]}: choose between the two versions and remove the marks"
    return ""


def _undecodable(source: bytes) -> str:
    for number, line in enumerate(source.split(b"\n"), start=1):
        try:
            line.decode()
        except UnicodeDecodeError as error:
            byte = line[error.start]
            return f"line {number} has a character that is not in UTF-8 ({byte:#x}): {_TO_UTF_8}"
    return f"the encoding that its first lines name is not known: remove that line, and {_TO_UTF_8}"


def syntax_error(error: SyntaxError) -> str:
    """Say what Python cannot read, with the line."""
    code = f", `{error.text.strip()}`" if isinstance(error.text, str) and error.text.strip() else ""
    where = f"line {error.lineno} of {error.filename}{code}: " if error.lineno else ""
    return f"Python cannot read the program: {where}{error.msg}"
