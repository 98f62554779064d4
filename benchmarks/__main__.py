"""Print the table: ``python -m benchmarks [--repeats 5] [ROW ...]``.

CPU time, not wall time; every loop of a row is measured in turn, again and again, and the medians are compared, so that
whatever else the machine does weighs on all of them alike.
"""

from __future__ import annotations

import argparse
import gc
import platform
import sys
import time
from functools import partial
from statistics import median
from typing import TYPE_CHECKING

from pytest_asyncgrade.virtualtime import virtual_time

from .loops import installed_peers, missing_peers, ours, stock
from .programs import ROWS, Row, read_the_clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from .loops import Run

_HOPELESS = 20
"""A peer that takes so many units is measured once, and not in the rows after."""

_cpu_time = time.process_time


def _measure(run: Callable[[], None]) -> float:
    gc.collect()
    start = _cpu_time()
    run()
    return _cpu_time() - start


def _interleaved(runs: dict[str, Callable[[], None]], repeats: int) -> dict[str, float]:
    """Return the median CPU time of each; one that is hopelessly slower than the first is measured once."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    unit = next(iter(runs))
    for _ in range(repeats):
        for name, run in runs.items():
            if not seconds[name] or seconds[name][0] < _HOPELESS * seconds[unit][0]:
                seconds[name].append(_measure(run))
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
    print("| " + " | ".join(cells) + " |", flush=True)


def main(arguments: list[str]) -> int:
    """Print the table; 1 if a peer is faster than we are in some row, or an aim is missed."""
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("rows", nargs="*", help="measure only the rows whose name contains one of these")
    options = parser.parse_args(arguments)
    rows = [row for row in ROWS if not options.rows or any(word in row.name for word in options.rows)]
    print(f"Python {platform.python_version()}, CPU time in units of the stock loop without waits")
    for name in missing_peers():
        print(f"{name} is not installed: no column for it")
    columns = ["unit (s)", *installed_peers(), "ours"]
    _print_line(["work", *columns, "aim"])
    _print_line(["---"] * (len(columns) + 2))
    missed = False
    peers = {**installed_peers(), "ours": ours}
    for row in rows:
        ratios = _ratios(row, peers, options.repeats)
        cells = [f"{ratios[name]:.2f}" if name in ratios else f"> {_HOPELESS}" for name in columns]
        _print_line([row.name, *cells, f"{row.aim:.1f}"])
        missed |= ratios["ours"] > min(row.aim, *(ratios[name] for name in ratios if name != "unit (s)"))
        peers = {name: run for name, run in peers.items() if ratios[name] < _HOPELESS}
    if not options.rows:
        print(f"100k reads of time.perf_counter(): {_clock_reads(options.repeats):.1f} times the real one")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
