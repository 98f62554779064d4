"""Brings the loop in virtual time into every program of this process, whichever way it makes its event loops.

The stock event loop policy makes the loop for ``asyncio.run``, `asyncio.Runner`, ``asyncio.new_event_loop`` (also where
they were imported by name before) and the legacy ``get_event_loop()``: one class attribute of it is all that need be
replaced.  A loop of another make (uvloop) keeps real time and cannot be simulated: it is refused.
"""

from __future__ import annotations

import asyncio
import functools
import sys
from typing import TYPE_CHECKING, Any

from .cleared import remember_cleared_events
from .loop import VirtualTimeLoop
from .replacing import replace
from .set_order import keep_order
from .stock import StockLoop
from .task import without_observer

if TYPE_CHECKING:
    from contextlib import ExitStack

    from .clock import VirtualClock


def patch_asyncio(clock: VirtualClock, undo: ExitStack) -> dict[Any, Any]:
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
    _refuse_foreign_loops(clock, undo)
    _hide_observer(undo)
    remember_cleared_events(undo)
    keep_order(undo)
    return dict.fromkeys(stocks, SelectorEventLoop)


def _hide_observer(undo: ExitStack) -> None:
    """Leave the observer's callback out of the `repr` of tasks of any class (3.11 to 3.14: `base_futures` makes it)."""
    stock: Any = asyncio.base_futures._future_repr_info

    class Shown:
        """A future as it is to be shown."""

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


def _refuse_foreign_loops(clock: VirtualClock, undo: ExitStack) -> None:
    """Check every loop where asyncio is told of it: when it is set, when a runner makes it, when it begins to run."""
    set_running_loop = asyncio._set_running_loop
    set_event_loop = asyncio.set_event_loop
    lazy_init = asyncio.Runner._lazy_init  # type: ignore[attr-defined]  # where a runner makes its loop

    @functools.wraps(set_running_loop)
    def checked_set_running_loop(loop: asyncio.AbstractEventLoop | None, /) -> None:
        try:
            _check(loop, clock)
        except RuntimeError:
            if loop is not None and loop.is_running() and hasattr(loop, "_run_forever_cleanup"):
                loop._run_forever_cleanup()  # 3.14 does not do so itself when this function fails
            raise
        set_running_loop(loop)

    @functools.wraps(set_event_loop)
    def checked_set_event_loop(loop: asyncio.AbstractEventLoop | None) -> None:
        _check(loop, clock)
        set_event_loop(loop)

    @functools.wraps(lazy_init)
    def checked_lazy_init(self: asyncio.Runner) -> None:
        lazy_init(self)
        loop = self._loop  # type: ignore[attr-defined]
        try:
            _check(loop, clock)
        except RuntimeError:
            loop.close()
            raise

    for owner in (asyncio, asyncio.events):
        replace(owner, "_set_running_loop", checked_set_running_loop, undo)
        replace(owner, "set_event_loop", checked_set_event_loop, undo)
    replace(asyncio.Runner, "_lazy_init", checked_lazy_init, undo)


def _check(loop: asyncio.AbstractEventLoop | None, clock: VirtualClock) -> None:
    if loop is None or getattr(loop, "clock", None) is clock or threads_in_real_time(clock):
        return
    kind = f"{type(loop).__module__}.{type(loop).__qualname__}"
    if isinstance(loop, VirtualTimeLoop) and loop.clock.ended:
        return  # it takes this clock when it runs
    if isinstance(loop, VirtualTimeLoop):
        msg = f"this {kind} has another clock than virtual_time(): make it with asyncio.new_event_loop()"
    else:
        msg = f"{kind} cannot run in virtual time, it keeps real time: use asyncio.run(...) without it"
    raise RuntimeError(msg)


def threads_in_real_time(clock: VirtualClock) -> bool:
    """Tell whether the calling thread takes no part in virtual time."""
    return clock.threads.me() is None
