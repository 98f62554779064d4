"""The end of a process and of all it has started: the one place that knows how each platform does it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from typing import Any

HAS_SESSIONS = hasattr(os, "killpg")


def start(command: list[str], *, env: dict[str, str], cwd: str) -> subprocess.Popen[bytes]:
    """Start a process at the head of a group of its own, with pipes for stdin and stdout."""
    options: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        options = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    pipe, null = subprocess.PIPE, subprocess.DEVNULL
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=null, env=env, cwd=cwd, **options)  # noqa: S603


def kill(process: subprocess.Popen[bytes], *, thoroughly: bool) -> None:
    """Kill a process and its group; `thoroughly` also those of its descendants that have left the group."""
    strays = _descendants(process.pid) if thoroughly or not HAS_SESSIONS else []
    if HAS_SESSIONS:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    with suppress(ProcessLookupError):
        process.kill()
    for stray in strays:
        stray()
    process.wait()


def _descendants(pid: int) -> list[Any]:
    import psutil

    def killer(process: psutil.Process) -> Any:
        def kill_it() -> None:
            with suppress(psutil.Error):
                process.kill()

        return kill_it

    with suppress(psutil.Error):
        return [killer(child) for child in psutil.Process(pid).children(recursive=True)]
    return []
