"""What a run of a student's program costs, by what keeps it in: ``python -m benchmarks.runs``.

Real seconds side by side, taken in turns, as medians and as ratios to a bare interpreter (``python -c pass``).
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_asyncgrade.sandbox import ForkServer, Job, Spawn, read_submission, run_isolated
from pytest_asyncgrade.sandbox.confinement import candidates

if TYPE_CHECKING:
    from collections.abc import Callable

PROGRAM = "import asyncio\nasyncio.run(asyncio.sleep(1))\nprint('done')\n"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=15)
    repeats = parser.parse_args().repeats
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "program.py")
        script.write_text(PROGRAM, encoding="utf-8")
        job = Job(read_submission(script, alone=True))
        fork_servers = {mode: ForkServer(mode) for mode in ("auto", "weak")}
        works: dict[str, Callable[[], object]] = {"a bare interpreter": lambda: _run([sys.executable, "-c", "pass"])}
        for way in candidates():
            works[f"a bare interpreter, {way.isolation} ({way.name})"] = lambda way=way: _run(
                [word for word in way.command([sys.executable, "-c", "pass"]) if not word.startswith("--user")]
            )
        works["a run in a fresh interpreter"] = lambda: run_isolated(job, Spawn())
        for mode, fork_server in fork_servers.items():
            run_isolated(job, fork_server)
            kept = f"{fork_server.confinement.isolation} ({fork_server.confinement.name})"
            works[f"a run forked from a fork server, {kept}"] = lambda fork_server=fork_server: run_isolated(
                job, fork_server
            )
            works[f"a run and its fork server, {kept}"] = lambda mode=mode: _with_fork_server(job, mode)
        seconds: dict[str, list[float]] = {name: [] for name in works}
        for _ in range(repeats):
            for name, work in works.items():
                start = time.perf_counter()
                work()
                seconds[name].append(time.perf_counter() - start)
        for fork_server in fork_servers.values():
            fork_server.close()
    bare = statistics.median(seconds["a bare interpreter"])
    print(f"{'':64}{'ms':>8}{'ratio':>8}")
    for name, taken in seconds.items():
        median = statistics.median(taken)
        print(f"{name:64}{median * 1000:8.1f}{median / bare:8.2f}")


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True)  # noqa: S603  # our own interpreter


def _with_fork_server(job: Job, mode: str) -> None:
    fork_server = ForkServer(mode)
    run_isolated(job, fork_server)
    fork_server.close()


if __name__ == "__main__":
    main()
