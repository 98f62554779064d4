"""Knows which child processes are alive: work that this process waits for, in real time."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import weakref
from multiprocessing import connection
from typing import TYPE_CHECKING, Any

from .replacing import replace

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import ExitStack
    from types import FrameType

    from .threads import Threads


def patch_processes(threads: Threads, undo: ExitStack) -> None:
    """Make waiting for a child process known as such, and know which children are alive."""
    children: weakref.WeakSet[subprocess.Popen[Any]] = weakref.WeakSet()
    forked: set[int] = set()

    def children_alive() -> bool:
        if forked:
            forked.intersection_update([process for process in forked if _is_process_alive(process)])
        return bool(forked) or (bool(children) and any(_is_alive(child) for child in list(children)))

    threads.children_alive = children_alive
    undo.callback(setattr, threads, "children_alive", lambda: False)
    stock_init = subprocess.Popen.__init__

    @functools.wraps(stock_init)
    def init(self: subprocess.Popen[Any], *args: Any, **kwargs: Any) -> None:
        stock_init(self, *args, **kwargs)
        threads.has_children = True
        children.add(self)
        threads.has_children = True

    replace(subprocess.Popen, "__init__", init, undo)
    if hasattr(os, "fork"):
        replace(os, "fork", _remembering(threads, forked, os.fork), undo)
    for name in ("wait", "communicate"):
        replace(subprocess.Popen, name, _outside(threads, getattr(subprocess.Popen, name)), undo)
    for name in ("wait", "wait3", "wait4", "waitid", "waitpid"):
        if hasattr(os, name):
            replace(os, name, _waits_for_child(threads, getattr(os, name)), undo)
    replace(connection, "wait", _outside(threads, connection.wait), undo)


def _is_alive(child: subprocess.Popen[Any]) -> bool:
    return child.returncode is None and _is_process_alive(child.pid)


def _remembering(threads: Threads, forked: set[int], stock: Callable[[], int]) -> Callable[[], int]:
    @functools.wraps(stock)
    def fork() -> int:
        process = stock()
        if process and not _is_for_a_pool(sys._getframe(1)):
            threads.has_children = True
            forked.add(process)
        return process

    return fork


def _is_for_a_pool(frame: FrameType) -> bool:
    """Tell whether a process is made to work for a pool, which keeps it alive when it has no work."""
    target = getattr(frame.f_locals.get("process_obj"), "_target", None)
    return getattr(target, "__module__", None) in {"concurrent.futures.process", "multiprocessing.pool"}


def _is_process_alive(process: int) -> bool:
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


def _outside(threads: Threads, stock: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(stock)
    def call(*args: Any, **kwargs: Any) -> Any:
        with threads.outside():
            return stock(*args, **kwargs)

    return call


def _waits_for_child(threads: Threads, stock: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap one of the `os.wait` family; a look at a child that does not wait stays as it is."""

    @functools.wraps(stock)
    def call(*args: Any) -> Any:
        if any(type(arg) is int and arg & os.WNOHANG for arg in args[-1:]):
            return stock(*args)
        with threads.outside():
            return stock(*args)

    return call
