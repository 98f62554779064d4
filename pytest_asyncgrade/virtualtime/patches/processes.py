"""Notices the child processes that a program starts, and lets real time flow while it waits for one."""

from __future__ import annotations

import functools
import os
import subprocess
from contextlib import contextmanager
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.virtualtime.replacing import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import ExitStack

    from pytest_asyncgrade.virtualtime.runtime import Runtime
    from pytest_asyncgrade.virtualtime.threads.scheduler import Scheduler

_POOLS = {"concurrent.futures.process", "multiprocessing.pool"}
"""Modules whose processes a pool keeps alive when they have no job."""


def install(runtime: Runtime, undo: ExitStack) -> None:
    """Patch `subprocess`, `multiprocessing` and the calls of `os` that start or await a process."""
    starts = _Starts(runtime)
    undo.callback(runtime.outside.children.clear)
    replace(subprocess.Popen, "__init__", starts.opening(subprocess.Popen.__init__), undo)
    replace(BaseProcess, "start", starts.of_pools(BaseProcess.start), undo)
    if hasattr(os, "fork"):
        replace(os, "fork", starts.forking(os.fork), undo)
    scheduler = runtime.scheduler
    for name in ("wait", "communicate"):
        replace(subprocess.Popen, name, _outside(scheduler, getattr(subprocess.Popen, name)), undo)
    for name in ("wait", "wait3", "wait4", "waitid", "waitpid"):
        if hasattr(os, name):
            replace(os, name, _waiting_for_child(scheduler, getattr(os, name)), undo)
    replace(connection, "wait", _outside(scheduler, connection.wait), undo)


class _Starts:
    """Notes each child process that is started, except for the workers of pools."""

    def __init__(self, runtime: Runtime) -> None:
        self._outside = runtime.outside
        self._for_pool = False

    def opening(self, stock: Callable[..., None]) -> Callable[..., None]:
        """Wrap ``Popen.__init__``."""

        @functools.wraps(stock)
        def init(child: subprocess.Popen[Any], *args: Any, **kwargs: Any) -> None:
            stock(child, *args, **kwargs)
            self._outside.children.add_opened(child)
            self._outside.child_started()

        return init

    def forking(self, stock: Callable[[], int]) -> Callable[[], int]:
        """Wrap ``os.fork``."""

        @functools.wraps(stock)
        def fork() -> int:
            process = stock()
            if process and not self._for_pool:
                self._outside.children.add_forked(process)
                self._outside.child_started()
            return process

        return fork

    def of_pools(self, stock: Callable[[Any], None]) -> Callable[[Any], None]:
        """Wrap ``Process.start``; `_target` is a private name of CPython 3.11 to 3.14."""

        @functools.wraps(stock)
        def start(process: Any) -> None:
            target = getattr(process, "_target", None)
            with self._starting_for_pool(getattr(target, "__module__", None) in _POOLS):
                stock(process)

        return start

    @contextmanager
    def _starting_for_pool(self, for_pool: bool) -> Iterator[None]:  # noqa: FBT001  # the value to set
        before, self._for_pool = self._for_pool, for_pool
        try:
            yield
        finally:
            self._for_pool = before


def _outside(scheduler: Scheduler, stock: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(stock)
    def call(*args: Any, **kwargs: Any) -> Any:
        with scheduler.outside():
            return stock(*args, **kwargs)

    return call


def _waiting_for_child(scheduler: Scheduler, stock: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap one of the `os.wait` family; a look at a child that does not wait stays as it is."""

    @functools.wraps(stock)
    def call(*args: Any) -> Any:
        if any(type(arg) is int and arg & os.WNOHANG for arg in args[-1:]):
            return stock(*args)
        with scheduler.outside():
            return stock(*args)

    return call
