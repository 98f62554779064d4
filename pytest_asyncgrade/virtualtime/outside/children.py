"""The child processes of a program: work that it waits for, in real time."""

from __future__ import annotations

import os
import weakref
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import subprocess


class Children:
    """Knows which child processes the program has started, and which of them are alive."""

    def __init__(self) -> None:
        self._opened: weakref.WeakSet[subprocess.Popen[Any]] = weakref.WeakSet()
        self._forked: set[int] = set()

    def add_opened(self, child: subprocess.Popen[Any]) -> None:
        """Note a child of `subprocess`, which knows best whether it has been waited for."""
        self._opened.add(child)

    def add_forked(self, process: int) -> None:
        """Note a forked child, by its process id."""
        self._forked.add(process)

    def known(self) -> bool:
        """Tell whether the program has, or had, any."""
        return bool(self._forked) or bool(self._opened)

    def alive(self) -> bool:
        """Tell whether a child is alive."""
        if self._forked:
            self._forked.intersection_update([process for process in self._forked if _is_alive(process)])
        return bool(self._forked) or any(
            child.returncode is None and _is_alive(child.pid) for child in list(self._opened)
        )

    def clear(self) -> None:
        """Forget them all."""
        self._opened.clear()
        self._forked.clear()


def _is_alive(process: int) -> bool:
    if not hasattr(os, "waitid"):  # Windows; macOS before Python 3.13
        import psutil

        try:
            return bool(psutil.Process(process).status() != psutil.STATUS_ZOMBIE)
        except psutil.NoSuchProcess:
            return False
    try:
        return os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
    except OSError:
        return False
