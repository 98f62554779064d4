"""Runs what is due before the running callback goes on: what a test needs that moves the clock."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .virtual_loop import VirtualTimeLoop

_enter_task, _leave_task = asyncio.tasks._enter_task, asyncio.tasks._leave_task


def run_due(loop: VirtualTimeLoop, key: int) -> None:
    """Run all that is due up to the instant `key`, and what that makes ready; RuntimeError if `loop` is not running."""
    if not loop.is_running():
        msg = "run_due() is for a loop that is running"
        raise RuntimeError(msg)
    task = asyncio.current_task(loop)
    if task is not None:
        _leave_task(loop, task)
    try:
        while loop._clock.key <= key:
            due = loop._runtime.next_due([loop])
            if not loop._ready and (due is None or due > key):
                break
            loop._run_once()
    finally:
        if task is not None:
            _enter_task(loop, task)
