"""Makes every event loop of this process a loop in virtual time, whichever way the program makes it.

The stock event loop policy makes the loop for ``asyncio.run``, `asyncio.Runner`, ``asyncio.new_event_loop`` (also where
they were imported by name before) and the legacy ``get_event_loop()``: replacing one class attribute of it is enough.
A loop of another library (uvloop) keeps real time and cannot be simulated: it is refused.
"""

from __future__ import annotations

import asyncio
import functools
import sys
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.virtualtime.loop import VirtualTimeLoop
from pytest_asyncgrade.virtualtime.loop.stock import StockLoop
from pytest_asyncgrade.virtualtime.loop.tasks import without_observer
from pytest_asyncgrade.virtualtime.replacing import replace

if TYPE_CHECKING:
    from contextlib import ExitStack

    from pytest_asyncgrade.virtualtime.runtime import VirtualClock


def install(clock: VirtualClock, undo: ExitStack) -> dict[Any, Any]:
    """Patch `asyncio`; return what replaces what, for modules that imported it by name."""

    class SelectorEventLoop(VirtualTimeLoop):
        """What ``asyncio.SelectorEventLoop()`` makes in virtual time."""

        def __init__(self, selector: Any = None) -> None:
            super().__init__(clock, selector=selector)

    stock = StockLoop
    stocks = {stock, getattr(asyncio, "ProactorEventLoop", stock)}
    for name in ("__name__", "__qualname__", "__module__"):  # they show in `repr`
        setattr(SelectorEventLoop, name, getattr(stock, name))
    replace(VirtualTimeLoop, "default_clock", clock, undo)
    replace(_stock_policy(), "_loop_factory", SelectorEventLoop, undo)
    for module in (asyncio, sys.modules.get("asyncio.unix_events"), sys.modules.get("asyncio.windows_events")):
        for name in ("SelectorEventLoop", "ProactorEventLoop", "EventLoop"):
            if module is not None and vars(module).get(name) in stocks:
                replace(module, name, SelectorEventLoop, undo)
    _refuse_foreign_loops(undo)
    _hide_observer(undo)
    return dict.fromkeys(stocks, SelectorEventLoop)


def _hide_observer(undo: ExitStack) -> None:
    """Leave the observer's callback out of the `repr` of tasks (`base_futures` makes it in 3.11 to 3.14)."""
    stock: Any = asyncio.base_futures._future_repr_info

    class Shown:
        """A future as `repr` shows it."""

        def __init__(self, future: Any) -> None:
            self._future = future
            self._callbacks = without_observer(future, future._callbacks)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._future, name)

    @functools.wraps(stock)
    def future_repr_info(future: Any) -> Any:
        return stock(Shown(future))

    replace(asyncio.base_futures, "_future_repr_info", future_repr_info, undo)


def _stock_policy() -> type:
    """Return the class of the default policy without the warning that Python 3.14 gives for its public name."""
    name = "windows_events" if sys.platform == "win32" else "unix_events"
    module = sys.modules[f"asyncio.{name}"]
    policy = getattr(module, "_DefaultEventLoopPolicy", None) or module.DefaultEventLoopPolicy
    assert isinstance(policy, type)
    return policy


def _refuse_foreign_loops(undo: ExitStack) -> None:
    """Check every loop where asyncio is told of it: when it is set, when a runner makes it, when it begins to run."""
    set_running_loop = asyncio._set_running_loop
    set_event_loop = asyncio.set_event_loop
    lazy_init = asyncio.Runner._lazy_init  # type: ignore[attr-defined]  # where a runner makes its loop

    @functools.wraps(set_running_loop)
    def checked_set_running_loop(loop: asyncio.AbstractEventLoop | None, /) -> None:
        try:
            _check(loop)
        except RuntimeError:
            if loop is not None and loop.is_running() and hasattr(loop, "_run_forever_cleanup"):
                loop._run_forever_cleanup()  # 3.14 does not do so itself when this function fails
            raise
        set_running_loop(loop)

    @functools.wraps(set_event_loop)
    def checked_set_event_loop(loop: asyncio.AbstractEventLoop | None) -> None:
        _check(loop)
        set_event_loop(loop)

    @functools.wraps(lazy_init)
    def checked_lazy_init(self: asyncio.Runner) -> None:
        lazy_init(self)
        loop = self._loop  # type: ignore[attr-defined]  # not in typeshed
        try:
            _check(loop)
        except RuntimeError:
            loop.close()
            raise

    for owner in (asyncio, asyncio.events):
        replace(owner, "_set_running_loop", checked_set_running_loop, undo)
        replace(owner, "set_event_loop", checked_set_event_loop, undo)
    replace(asyncio.Runner, "_lazy_init", checked_lazy_init, undo)


def _check(loop: asyncio.AbstractEventLoop | None) -> None:
    """Refuse a loop that does not follow the clock of the innermost `virtual_time()`."""
    clock = VirtualTimeLoop.default_clock
    if loop is None or clock is None or getattr(loop, "clock", None) is clock:
        return
    if clock.runtime.scheduler.current() is None:  # in real time
        return
    kind = f"{type(loop).__module__}.{type(loop).__qualname__}"
    if isinstance(loop, VirtualTimeLoop) and loop.clock.runtime.ended:
        return  # it takes this clock when it runs
    if isinstance(loop, VirtualTimeLoop):
        msg = f"this {kind} has another clock than virtual_time(): make it with asyncio.new_event_loop()"
    else:
        msg = f"{kind} cannot run in virtual time, it keeps real time: use asyncio.run(...) without it"
    raise RuntimeError(msg)
