"""The grader's scenarios in a student's process: read, and bound to what they use, before the student's first line.

They are never written to a file.  A program that replaces a function of `asyncio`, or a built-in one, replaces it for
itself alone: the scenarios keep the modules that they imported as they were.
"""

from __future__ import annotations

import builtins
import traceback
from types import ModuleType
from typing import Any

from pytest_asyncgrade.trace.plain import said_by

FILENAME = "scenarios.py"
"""What the code of the scenarios is called in tracebacks."""


class _Kept(ModuleType):
    """A module as it was; what the scenarios assign to it reaches the module itself, too."""

    def __init__(self, module: ModuleType) -> None:
        super().__init__(module.__name__)
        vars(self).update(vars(module), _kept_of=module)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(vars(self)["_kept_of"], name, value)
        super().__setattr__(name, value)


class ScenariosError(Exception):
    """The grader's file cannot be executed."""


def scenarios(source: bytes) -> dict[str, Any]:
    """Execute the grader's file and return its names; ScenariosError, with the line, for whatever it raises."""
    names: dict[str, Any] = {"__name__": "scenarios", "__builtins__": dict(vars(builtins))}
    try:
        exec(compile(source, FILENAME, "exec", dont_inherit=True), names)  # noqa: S102  # the teacher's own
    except BaseException as error:
        at = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == FILENAME]
        line = at[-1] if at else getattr(error, "lineno", None)
        msg = f"the grader's {FILENAME}, line {line or 1}: {said_by(error)}"
        raise ScenariosError(msg) from error
    for name, value in names.items():
        if isinstance(value, ModuleType):
            names[name] = _Kept(value)
    return names
