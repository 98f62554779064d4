"""Refuses or adapts other libraries that deal with time or loops, whether they are imported already or later.

A library with its own event loop keeps real time and is refused by name.  Libraries that freeze time still do so, on
top of virtual time.
"""

from __future__ import annotations

import asyncio
import functools
import importlib.util
import sys
from importlib.abc import MetaPathFinder
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.virtualtime.loop import VirtualTimeLoop
from pytest_asyncgrade.virtualtime.outside.real_threads import POOLS
from pytest_asyncgrade.virtualtime.replacing import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import ExitStack
    from importlib.machinery import ModuleSpec
    from types import ModuleType

    from pytest_asyncgrade.virtualtime.runtime import Runtime

_FOREIGN = {
    "curio": ("run",),
    "eventlet": ("monkey_patch", "spawn"),
    "gevent.monkey": ("patch_all",),
    "trio": ("run",),
    "uvloop": ("install", "new_event_loop", "run"),
}
"""Libraries with their own loop, and the functions that begin to use it."""

_run_once = VirtualTimeLoop._run_once


def _run_once_nested(loop: VirtualTimeLoop) -> None:
    """Run one iteration within a task, which is no current task meanwhile."""
    current: dict[Any, Any] = asyncio.tasks._current_tasks  # type: ignore[attr-defined]  # 3.11 to 3.13, as nest_asyncio
    task = current.pop(loop, None)
    try:
        _run_once(loop)
    finally:
        if task is not None:
            current[loop] = task


_NESTING = ("nest_asyncio", "nest_asyncio2")
"""Libraries that allow ``run_until_complete`` within a running loop by replacing methods of its class."""


def install(runtime: Runtime, replaced: Mapping[Any, Any], undo: ExitStack) -> None:
    """Refuse or adapt libraries; `replaced` has the virtual clocks by the real ones."""

    def adapt(module: ModuleType) -> None:
        name = module.__name__
        if name in _FOREIGN:
            _refuse(module, undo)
        elif name == "freezegun.api":
            _restore_virtual_clocks(module, replaced, undo)
        elif name == "time_machine":
            _leave_types_alone(module, undo)
        elif name in _NESTING:
            _keep_turning(module, undo)
        elif name == POOLS:
            _count_jobs(runtime, module, undo)

    names = {*_FOREIGN, *_NESTING, POOLS, "freezegun.api", "time_machine"}
    for name in names & set(sys.modules):
        adapt(sys.modules[name])
    finder = _AtImport(names, adapt)
    sys.meta_path.insert(0, finder)
    undo.callback(sys.meta_path.remove, finder)


class _AtImport(MetaPathFinder):
    """Calls `adapt` with each module of these names as soon as it has been imported."""

    def __init__(self, names: set[str], adapt: Callable[[ModuleType], None]) -> None:
        self._names = set(names)
        self._adapt = adapt

    def find_spec(self, name: str, _path: object, _target: object = None) -> ModuleSpec | None:
        """Find one of the modules as others do, and wrap what executes it."""
        if name not in self._names:
            return None
        self._names.remove(name)
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self._names.add(name)
        if spec is None or spec.loader is None:
            return spec
        loader: Any = spec.loader
        execute = loader.exec_module

        def exec_module(module: ModuleType) -> None:
            execute(module)
            self._adapt(module)

        loader.exec_module = exec_module
        return spec


def _refuse(module: Any, undo: ExitStack) -> None:
    """Refuse a library with its own loop, by name."""

    def refusing(name: str) -> Callable[..., None]:
        def refuse(*_args: object, **_kwargs: object) -> None:
            top = module.__name__.partition(".")[0]
            advice = "use asyncio.run(...) without it" if top == "uvloop" else "write it with asyncio"
            msg = f"{module.__name__}.{name} cannot run in virtual time, its loop keeps real time: {advice}"
            raise RuntimeError(msg)

        return refuse

    for name in _FOREIGN[module.__name__]:
        if hasattr(module, name):
            replace(module, name, refusing(name), undo)


def _restore_virtual_clocks(api: Any, replaced: Mapping[Any, Any], undo: ExitStack) -> None:
    """Let freezegun, when it ends, put back the virtual clocks and not the real ones (`real_time` ..., 1.5; tested)."""
    for name, value in list(vars(api).items()):
        if name.startswith("real_") and callable(value) and not isinstance(value, type) and value in replaced:
            replace(api, name, replaced[value], undo)


def _leave_types_alone(machine: Any, undo: ExitStack) -> None:
    """Keep time-machine from changing C functions that are not there now; virtual time asks where it has travelled."""
    inner = machine._time_machine
    stock = {name: getattr(inner, name) for name in ("patch", "patch_if_needed", "unpatch") if hasattr(inner, name)}
    stack = getattr(machine, "traveller_stack", None)
    if stack is None:
        stack = machine.coordinates_stack
    travelled = bool(stack)

    def catch_up() -> None:
        if stack and not travelled:
            stock.get("patch", stock.get("patch_if_needed", bool))()
        elif travelled and not stack:
            stock.get("unpatch", bool)()

    undo.callback(catch_up)
    for name in stock:
        replace(inner, name, lambda: None, undo)


def _keep_turning(nesting: Any, undo: ExitStack) -> None:
    """Keep the one method that knows of virtual time when nest_asyncio replaces those of a loop (1.6; tested)."""
    stock = nesting._patch_loop

    def patch_loop(loop: Any) -> None:
        kind = type(loop)
        if not isinstance(loop, VirtualTimeLoop) or hasattr(kind, "_nest_patched"):
            stock(loop)
            return
        before = dict(vars(kind))
        stock(loop)
        kind._run_once = _run_once_nested
        for name in set(vars(kind)) - {"__dict__", "__weakref__"}:
            if name not in before:
                undo.callback(delattr, kind, name)
            elif vars(kind)[name] is not before[name]:
                undo.callback(setattr, kind, name, before[name])

    replace(nesting, "_patch_loop", patch_loop, undo)


def _count_jobs(runtime: Runtime, pools: Any, undo: ExitStack) -> None:
    """Count the jobs of an executor whose workers live in real time."""
    executor = pools.ThreadPoolExecutor
    scheduler, outside = runtime.scheduler, runtime.outside
    stock = executor.submit

    @functools.wraps(stock)
    def submit(self: Any, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        future = stock(self, fn, *args, **kwargs)
        if scheduler.current() is not None and any(one.ident not in scheduler.members for one in self._threads):
            outside.job_started()
            future.add_done_callback(outside.job_done)
        return future

    replace(executor, "submit", submit, undo)
