"""Lets a forked child live in real time: it has one thread, and its parent does not see what becomes of it.

Python cannot unregister a hook at fork, so one is registered when this module is imported.  It knows the virtual times
that are open, innermost last; each takes itself off the list when it ends.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import ExitStack

    from pytest_asyncgrade.virtualtime.runtime import Runtime

_open: list[tuple[Runtime, ExitStack]] = []


def install(runtime: Runtime, undo: ExitStack) -> None:
    """End virtual time in a forked child by closing `undo` there."""
    _open.append((runtime, undo))
    undo.callback(_open.remove, (runtime, undo))


@contextmanager
def real_time_for_forking(runtime: Runtime) -> Iterator[None]:
    """Leave virtual time for a while, in which forked children keep it: whoever ends this block goes on in it."""
    kept = _open.copy()
    _open.clear()
    try:
        with runtime.scheduler.in_real_time():
            yield
    finally:
        _open[:] = kept
        if (me := runtime.scheduler.current()) is not None:
            runtime.scheduler.identify(me)


def _end_virtual_times() -> None:
    for runtime, undo in reversed(_open.copy()):
        runtime.after_fork()
        undo.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_end_virtual_times)
