"""Compares loops on random programs: ``python -m tests.virtualtime.fuzz 1000 [--seed 1]``.

Two comparisons.  Programs whose moments lie apart run on the stock loop in real time, three times; where the three
agree, ours has to say the same.  Programs full of ties run on the plainest model of superdense time.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
import warnings
from argparse import ArgumentParser
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.virtualtime import DeadlockError, Observer, VirtualClock, VirtualTimeLoop, virtual_time
from pytest_asyncgrade.virtualtime.clock import Clock
from pytest_asyncgrade.virtualtime.instant import LATENESS_BITS, nanoseconds
from pytest_asyncgrade.virtualtime.loop.jump import wait_for_timer
from pytest_asyncgrade.virtualtime.patches import set_order
from pytest_asyncgrade.virtualtime.runtime import Runtime
from tests.virtualtime.model_loop import ModelLoop, RealLoop
from tests.virtualtime.random_programs import Player, Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.virtualtime.random_programs import Steps

APART = 0.015
"""Seconds between two moments of a program that is to run in real time."""

ROUNDS = 3
AT_ONCE = 25
"""How many programs run in real time at once."""

TIES = (0, 0, 0.1, 0.1, 0.2, 0.3, 0.5)
LONGEST = 0.4


class _Moments(Observer):
    """Notes every moment at which anything happens or would, were it not cancelled; in nanoseconds."""

    def __init__(self) -> None:
        self.seen = seen = set[int]()

        class NotingClock(Clock):
            __slots__ = ()

            def after(self, delay_ns: int) -> int:
                seen.add(self.ns + delay_ns)  # of a thread that sleeps, above all
                return super().after(delay_ns)

        self.clock = VirtualClock()
        self.clock.runtime = Runtime(NotingClock(wall_ns=None, start_ns=0, observer=self), closed=False)

    def advancing(self) -> None:
        """Note the moment that is over."""
        self.seen.add(self.clock.runtime.clock.key >> LATENESS_BITS)

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        """Return a loop that notes when its timers are due."""
        seen = self.seen

        class NotingLoop(VirtualTimeLoop):
            def call_later(self, delay: float, *args: Any, **keywords: Any) -> Any:  # type: ignore[override]  # passed on
                seen.add(self.clock.ns + nanoseconds(delay))
                return super().call_later(delay, *args, **keywords)

            def call_at(self, when: float, *args: Any, **keywords: Any) -> Any:  # type: ignore[override]  # passed on
                seen.add(self.clock.ns + nanoseconds(when - self.time()))
                return super().call_at(when, *args, **keywords)

        return NotingLoop(self.clock)

    def lie_apart(self) -> bool:
        """Tell whether no two moments are so near that real time may swap them."""
        moments = sorted(self.seen)
        return all(later - earlier > APART * 1e9 for earlier, later in pairwise(moments))


def said(program: list[Steps], loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None) -> list[str]:
    """Return what a program says on a loop (default: the one of the moment)."""
    player = Player()
    with ExitStack() as undo:
        set_order.install(undo)
        _run(player, program, loop_factory)
    return player.lines


def _run(player: Player, program: list[Steps], loop_factory: Callable[[], asyncio.AbstractEventLoop] | None) -> None:
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.get_loop().set_exception_handler(lambda _loop, _context: None)
        runner.run(player.main(program))


def tie_free_programs(seed: int) -> Iterator[tuple[int, list[Steps], list[str]]]:
    """Yield programs whose moments lie apart, with their seeds and what they say in virtual time."""
    while True:
        rng = random.Random(seed)  # noqa: S311  # random, not secret
        program = Writer(rng, lambda: rng.uniform(0.01, LONGEST), outside=True).program()  # noqa: B023  # used at once
        moments = _Moments()
        with virtual_time(moments.clock):
            lines = said(program, moments.new_event_loop)
        if moments.lie_apart():
            yield seed, program, lines
        seed += 1


def differing_in_real_time(count: int, seed: int) -> tuple[list[str], int]:
    """Return how programs differ from real time, and for how many of them real time did not agree with itself."""
    found: list[str] = []
    undecided = 0
    programs = tie_free_programs(seed)
    while count > 0:
        batch = [next(programs) for _ in range(min(count, AT_ONCE))]
        count -= len(batch)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            rounds = [list(pool.map(_in_real_time, [program for _, program, _ in batch])) for _ in range(ROUNDS)]
        for (number, program, ours), *real in zip(batch, *rounds, strict=True):
            if any(lines != real[0] for lines in real):
                undecided += 1
            elif ours != real[0]:
                found.append(f"program {number} of real time: {program}\nours {ours}\nreal {real[0]}")
    return found, undecided


def _in_real_time(program: list[Steps]) -> list[str]:
    return said(program, RealLoop)


class PlainLoop(VirtualTimeLoop):
    """Our loop without the fast path: it asks `pacing.decide` at every instant."""

    def _run_once(self) -> None:
        if not self._ready and not self._stopping:
            wait_for_timer(self)
        super()._run_once()


def _said_to_the_end(
    program: list[Steps], loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None
) -> list[str]:
    """Return what a program says; a condition of Python 3.11 can lose a notification at a tie: a deadlock."""
    try:
        return said(program, loop_factory)
    except DeadlockError:
        return ["deadlock"]


def differing_from_the_plain_loop(count: int, seed: int) -> list[str]:
    """Return how programs full of ties differ from what they say without the fast path of the loop."""
    found = []
    for number in range(seed, seed + count):
        rng = random.Random(number)  # noqa: S311  # random, not secret
        program = Writer(rng, lambda: rng.choice(TIES), outside=True).program()  # noqa: B023  # used at once
        with virtual_time() as clock:
            ours = _said_to_the_end(program), clock.elapsed
        with virtual_time() as clock:
            plain = _said_to_the_end(program, partial(PlainLoop, clock)), clock.elapsed
        if ours != plain:
            found.append(f"program {number} of ties: {program}\nours {ours}\nplain {plain}")
    return found


def differing_from_the_model(count: int, seed: int) -> list[str]:
    """Return how programs full of ties differ from the model."""
    found = []
    for number in range(seed, seed + count):
        rng = random.Random(number)  # noqa: S311  # random, not secret
        program = Writer(rng, lambda: rng.choice(TIES), outside=False).program()  # noqa: B023  # used at once
        with virtual_time():
            ours = said(program)
        model = said(program, ModelLoop)
        if ours != model:
            found.append(f"program {number} of ties: {program}\nours {ours}\nmodel {model}")
    return found


def main() -> None:
    """Compare as many programs as are asked for, and say what differs."""
    parser = ArgumentParser()
    parser.add_argument("count", type=int, nargs="?", default=100)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    start = time.perf_counter()
    from_model = differing_from_the_model(asked.count, asked.seed)
    from_real, undecided = differing_in_real_time(asked.count, asked.seed)
    print(*from_model, *from_real, sep="\n")
    print(f"{asked.count} programs of ties: {len(from_model)} differ from the model")
    print(f"{asked.count} programs in real time: {len(from_real)} differ, {undecided} undecided")
    print(f"{time.perf_counter() - start:.0f} s")
    sys.exit(bool(from_model or from_real))


if __name__ == "__main__":
    main()
