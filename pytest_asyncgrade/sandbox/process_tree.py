"""Starts a process, looks at what it does, and kills it with all it has started, on each platform."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

HAS_GROUPS = hasattr(os, "killpg")


def start(
    command: list[str], *, env: dict[str, str], stdin: int, stdout: int, cwd: Path | None = None
) -> subprocess.Popen[bytes]:
    """Start a process as the leader of a new process group."""
    group: Any = {"start_new_session": True}
    if sys.platform == "win32":
        group = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return subprocess.Popen(  # noqa: S603  # our own interpreter
        command, stdin=stdin, stdout=stdout, stderr=subprocess.DEVNULL, env=env, cwd=cwd, text=False, **group
    )


class Effort(NamedTuple):
    """What a process has done so far, in seconds of real time; zeros where the platform does not tell."""

    computed: float
    """Processor time of its threads, in all."""
    held_back: float
    """The longest that one of its threads was ready to run while the machine ran others."""


def effort_of(pid: int) -> Effort:
    """Return what a process has done so far (``/proc/PID/task/TID/schedstat``, Linux's proc(5))."""
    times = [(0, 0)]
    threads: list[Path] = []
    with suppress(OSError):  # the process has ended
        threads += Path(f"/proc/{pid}/task").iterdir()
    for thread in threads:
        with suppress(OSError):  # the thread has ended
            ran, waited, _ = map(int, (thread / "schedstat").read_text(encoding="ascii").split())
            times.append((ran, waited))
    return Effort(sum(ran for ran, _ in times) / 1e9, max(waited for _, waited in times) / 1e9)


def kill(process: subprocess.Popen[bytes], *, thoroughly: bool) -> None:
    """Kill a process of ours and its group; `thoroughly`: also descendants that have left the group."""
    strays = _descendants(process.pid) if thoroughly or not HAS_GROUPS else []
    if HAS_GROUPS:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    for stray in strays:
        stray()
    with suppress(ProcessLookupError):
        process.kill()
    process.wait()


def interrupt(process: subprocess.Popen[bytes], *, seconds: float) -> None:
    """End a process of ours as Ctrl-C does, so that it can tidy up; kill it if it has not ended in time."""
    if HAS_GROUPS:
        process.send_signal(signal.SIGINT)  # nothing is sent to a process that has ended
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    kill(process, thoroughly=process.poll() is None)


def _descendants(pid: int) -> list[Callable[[], None]]:
    import psutil

    def killer(process: psutil.Process) -> Callable[[], None]:
        def kill_it() -> None:
            with suppress(psutil.Error):
                process.kill()

        return kill_it

    with suppress(psutil.Error):
        return [killer(child) for child in psutil.Process(pid).children(recursive=True)]
    return []
