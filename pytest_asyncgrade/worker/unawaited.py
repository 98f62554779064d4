"""Reports each coroutine that is never awaited, and warns of it in Python's own words.

CPython calls ``warnings._warn_unawaited_coroutine`` for a coroutine that is collected unawaited (3.8-3.14); there is no
public hook.  The warning is shown where Python would show it: at none of our lines, and without the origin, which
Python does not know by default.
"""

from __future__ import annotations

import sys
import warnings
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.trace.output import Place

from .hardening import opaque

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

_PACKAGE = __name__.partition(".")[0]


def report_unawaited(name: Callable[[str], str | None], report: Callable[[str, Place | None], None]) -> None:
    """From here on give `report` the function of each coroutine that is never awaited, and where it was made.

    `name` tells whether a file is the student's.
    """

    def warn(coroutine: Any) -> None:
        filename, lineno, function = (coroutine.cr_origin or ((None, 0, ""),))[0]
        made_in = None if filename is None else name(filename)
        report(coroutine.__qualname__, None if made_in is None else Place(made_in, lineno, function))
        _warn(coroutine, sys._getframe(1))

    sys.set_coroutine_origin_tracking_depth(1)
    warnings._warn_unawaited_coroutine = opaque(warn)  # type: ignore[attr-defined]  # 3.8-3.14: CPython calls it


def _warn(coroutine: Any, frame: FrameType | None) -> None:
    message = f"coroutine '{coroutine.__qualname__}' was never awaited"
    while frame is not None and _module(frame).startswith(f"{_PACKAGE}.virtualtime."):
        frame = frame.f_back
    module, filename, lineno = "sys", "sys", 1  # as Python says it at the end of a program
    if frame is not None and not _module(frame).startswith(f"{_PACKAGE}."):
        module, filename, lineno = _module(frame), frame.f_code.co_filename, frame.f_lineno
    warnings.warn_explicit(message, RuntimeWarning, filename, lineno, module=module, source=coroutine)


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))
