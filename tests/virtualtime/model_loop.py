"""What `VirtualTimeLoop` is compared with, line by line: the stock loop, and the rule of superdense time, plainly.

On both, sets of tasks iterate in the order of creation, as on ours: asyncio leaves it to the addresses in memory.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.virtualtime.loop.tasks import Numbers, create

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Context


class RealLoop(asyncio.SelectorEventLoop):
    """The stock loop with another order of sets of tasks."""

    def __init__(self) -> None:
        super().__init__()
        self._iteration = 0
        self._numbers = Numbers(self)
        self.set_task_factory(lambda _loop, coro, **keywords: create(coro, self, keywords))

    def _run_once(self) -> None:
        self._iteration += 1
        super()._run_once()  # type: ignore[misc]  # of the stock loop


class ModelLoop(RealLoop):
    """The rule alone: at (n, k) a wait of d > 0 is due at (n + d, k + 1).  It knows neither files nor threads."""

    def __init__(self) -> None:
        super().__init__()
        self._now = (0, 0)
        self._armed: list[tuple[tuple[int, int], int, asyncio.TimerHandle]] = []
        self._count = 0

    def time(self) -> float:
        """Return the seconds since the loop was made."""
        return self._now[0] / 1e9

    def call_later(  # type: ignore[override]  # plainer types
        self, delay: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> Any:
        """Arm a timer."""
        return self.call_at(self.time() + delay, callback, *args, context=context)

    def call_at(  # type: ignore[override]  # as above
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> Any:
        """Arm a timer."""
        due, late = max(round(when * 1e9), self._now[0]), self._now[1]
        timer = asyncio.TimerHandle(when, callback, args, self, context)
        self._count += 1
        self._armed.append(((due, late + 1 if due > self._now[0] else late), self._count, timer))
        return timer

    def _timer_handle_cancelled(self, timer: asyncio.TimerHandle) -> None:
        self._armed = [one for one in self._armed if one[2] is not timer]

    def _run_once(self) -> None:
        self._iteration += 1
        ready: Any = self._ready  # type: ignore[attr-defined]  # of the stock loop
        if not ready and not self._stopping:  # type: ignore[attr-defined]
            self._now = min(self._armed)[0]
        for one in sorted(self._armed, key=lambda one: one[:2]):
            if one[0] <= self._now:
                self._armed.remove(one)
                ready.append(one[2])
        for _ in range(len(ready)):
            handle = ready.popleft()
            if not handle._cancelled:
                handle._run()
