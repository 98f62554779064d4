"""The fast path of a loop whose program does nothing but wait for timers: most programs, most of the time.

It is a cache of one decision of `pacing.decide`, `JumpTo`, inlined because a call more costs 2 to 3 % of a sleep.  It
is taken only while no other decision is possible: no file but the loop's own pipe is watched, there is one thread, no
signal handler, and nothing outside of the process is at work.  In every other case the loop waits as `idle` does.
The tests run each program on a loop without this module, too, and demand the same trace.
"""

from __future__ import annotations

from heapq import heappop
from typing import TYPE_CHECKING

from pytest_asyncgrade.virtualtime.observer import Observer

from .handles import INDEX_BITS, SleepHandle
from .running import call, fire, run_ready
from .timers import INDEX_MASK

if TYPE_CHECKING:
    from .parts import LoopParts


def run_timers(loop: LoopParts) -> bool:  # noqa: C901, PLR0912  # flat for speed, as the module says
    """Nothing is ready: move to the next instant, fire its timers, run what they make ready; and so on.

    Return True when there is no iteration left to run now.  Within another iteration (nested loops) run one at most.
    """
    clock, timers, ready, nested = loop._clock, loop._timers, loop._ready, loop._running
    files, everyone, outside = loop._files, loop._everyone, loop._runtime.outside
    heap, armed = timers.heap, timers.armed
    advancing = None if type(clock.observer) is Observer else clock.observer.advancing
    while heap and len(files) == 1 and len(everyone) <= 1 and not loop._signal_handlers and not loop._debug:
        entry = heap[0]
        key = entry >> INDEX_BITS
        if key <= clock.key or not outside.quiet:
            break
        if entry == timers.next_sorted:
            timers.pop()
        else:
            heappop(heap)
        timer = armed[entry & INDEX_MASK]
        if timer is None:
            timers.take(entry)
            continue
        armed[entry & INDEX_MASK] = None
        if advancing is not None:
            advancing()
        clock.key, clock.looks = key, 0
        loop._iteration += 1
        timer._scheduled = False
        if heap and heap[0] >> INDEX_BITS == key:
            fire(loop, timer)
        elif type(timer) is not SleepHandle:
            call(loop, timer)
        elif not timer._future.done():
            timers.waking = timer
            timer._future.set_result(None)
            timers.waking = None
        timer = None
        if loop._stopping or nested:
            return loop._stopping
        if ready:
            if loop._debug:
                return False
            loop._iteration += 1
            run_ready(loop)
            if ready or loop._stopping:
                return True
        if len(armed) > timers.limit:
            timers.tidy()
    wait_for_timer(loop)
    return False


def wait_for_timer(loop: LoopParts) -> None:
    """Wait as `idle` does, and make the timers ready that are due then."""
    timers, clock = loop._timers, loop._clock
    due = timers.next_key()
    if due is None or due > clock.key:
        loop._wait()
    timers.take_due(clock.key, loop._ready)
