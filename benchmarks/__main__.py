"""Print the table: ``python -m benchmarks [--repeats 5] [ROW ...]``.

CPU time, not wall time; every loop of a row is measured in turn, again and again, and the medians are compared, so that
whatever else the machine does weighs on all of them alike.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import platform
import signal
import sys
import time
from contextlib import contextmanager
from functools import partial
from math import inf
from statistics import median
from typing import TYPE_CHECKING

from pytest_asyncgrade.virtualtime import virtual_time

from .loops import installed_peers, missing_peers, ours, stock
from .programs import ROWS, Row, read_the_clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .loops import Run

_HOPELESS = 20
"""A peer is stopped after so many units of CPU time, and has no part in the rows after."""

_NAME_WIDTH, _WIDTH = 28, 20
"""The widths of the columns, in characters."""

_ENOUGH = 8
"""A loop that has taken so many seconds in a row is not measured again in it."""

_cpu_time = time.process_time


class _TooSlowError(KeyboardInterrupt):
    """What ends a run that takes too long: event loops let no other exception through."""


def _stop(*_: object) -> None:
    raise _TooSlowError


def _measure(run: Callable[[], None], bound: float) -> float:
    """Return the CPU time in seconds; infinity if it exceeds `bound` (0: none, as on Windows)."""
    gc.collect()
    start = _cpu_time()
    try:
        with _bounded(bound):
            run()
    except _TooSlowError:
        return inf
    return _cpu_time() - start


@contextmanager
def _bounded(seconds: float) -> Iterator[None]:
    if not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _interleaved(runs: dict[str, Callable[[], None]], repeats: int) -> dict[str, float]:
    """Return the median CPU time of each; infinity for one that is hopelessly slower than the first."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    unit = next(iter(runs))
    for _ in range(repeats):
        for name, run in runs.items():
            if sum(seconds[name]) < _ENOUGH:
                bound = 0 if name == unit else _HOPELESS * seconds[unit][0]
                seconds[name].append(_measure(run, bound))
    return {name: median(taken) for name, taken in seconds.items()}


def _ratios(row: Row, peers: dict[str, Run], repeats: int) -> dict[str, float]:
    """Return the unit in seconds, then what each loop takes as a multiple of it."""
    runs = {"unit": partial(stock, row.unit), **{name: partial(run, row.work) for name, run in peers.items()}}
    medians = _interleaved(runs, repeats)
    unit = medians.pop("unit")
    return {"unit (s)": unit, **{name: seconds / unit for name, seconds in medians.items()}}


def _clock_reads(repeats: int) -> float:
    """Return what a reading of the virtual clock costs, as a multiple of the real one."""

    def virtually() -> None:
        with virtual_time():
            ours(read_the_clock)

    medians = _interleaved({"real": lambda: stock(read_the_clock), "virtual": virtually}, repeats)
    return medians["virtual"] / medians["real"]


def _print_line(cells: list[str]) -> None:
    padded = [cells[0].ljust(_NAME_WIDTH), *(cell.rjust(_WIDTH) for cell in cells[1:])]
    print(f"| {' | '.join(padded)} |", flush=True)


def _shown(ratio: float | None) -> str:
    return f"> {_HOPELESS}" if ratio is None or ratio > _HOPELESS else f"{ratio:.2f}"


def main(arguments: list[str]) -> int:
    """Print the table; 1 if a peer is faster than we are in some row, or an aim is missed."""
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("rows", nargs="*", help="measure only the rows whose name contains one of these")
    options = parser.parse_args(arguments)
    rows = [row for row in ROWS if not options.rows or any(word in row.name for word in options.rows)]
    peers = {**installed_peers(), "ours": ours}
    print(f"Python {platform.python_version()} on {platform.machine()}, {dt.datetime.now(dt.UTC):%Y-%m-%d};")
    print(f"CPU time in units of the stock loop without waits, medians of up to {options.repeats} runs")
    print(f"missing peers: {', '.join(missing_peers()) or 'none'}")
    print()
    _print_line(["work", "unit (s)", *peers, "aim"])
    _print_line(["---", *["---:"] * (len(peers) + 2)])
    missed = []
    racing = peers
    for row in rows:
        ratios = _ratios(row, racing, options.repeats)
        _print_line([row.name, *(_shown(ratios.get(name)) for name in ("unit (s)", *peers)), f"{row.aim:.1f}"])
        if ratios["ours"] > min(row.aim, *(ratios[name] for name in racing)):
            missed.append(row.name)
        racing = {name: run for name, run in racing.items() if ratios[name] < _HOPELESS}
    print()
    if not options.rows:
        print(f"100k reads of time.perf_counter(): {_clock_reads(options.repeats):.1f} times the real one")
    print(f"missed (the aim, or a faster peer): {', '.join(missed) or 'none'}")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
