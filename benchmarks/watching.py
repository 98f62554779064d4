"""How long it takes from a save to the report: ``python -m benchmarks.watching``.

Real seconds of ``asyncgrade watch concurrent_sleeps`` from the moment at which a file is written until the report is
there, of grading the same with ``asyncgrade grade``, and of ``python -c "import pytest"``, taken in turns: their
medians, and the ratios to the last one.
"""

from __future__ import annotations

import argparse
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent
SLUG = "concurrent_sleeps"
QUIET_SECONDS = 2.0
"""Between two saves, as long as a student at least thinks: the next process gets ready meanwhile."""
AIM_SECONDS = 0.5
_ASYNCGRADE = [sys.executable, "-m", "pytest_asyncgrade.cli"]


def main() -> None:
    """Print the table; the exit status is 1 if the aim is missed."""
    parser = argparse.ArgumentParser(prog="benchmarks.watching")
    parser.add_argument("--repeats", type=int, default=9)
    repeats = parser.parse_args().repeats
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("exercises", "graders"):
            shutil.copytree(ROOT / part / SLUG, folder / part / SLUG)
        program, graders = folder / "exercises" / SLUG / f"{SLUG}.py", folder / "graders"
        with subprocess.Popen([*_ASYNCGRADE, "watch", SLUG], cwd=folder, stdout=subprocess.PIPE) as watching:  # noqa: S603  # ours
            _await_report(watching)
            works: dict[str, Callable[[int], float]] = {
                "asyncgrade watch, from save to report": lambda turn: _save(watching, program, graders, turn),
                "asyncgrade grade": lambda _: _run(
                    [*_ASYNCGRADE, "grade", str(program), "--graders", str(graders / SLUG)]
                ),
                'python -c "import pytest"': lambda _: _run([sys.executable, "-c", "import pytest"]),
            }
            seconds: dict[str, list[float]] = {work: [] for work in works}
            for turn in range(repeats):
                for work, measure in works.items():
                    seconds[work].append(measure(turn))
            watching.terminate()
    *_, bare = medians = [statistics.median(taken) for taken in seconds.values()]
    print(f"{'':40}{'ms':>8}{'most':>8}{'ratio':>8}")
    for (work, taken), median in zip(seconds.items(), medians, strict=True):
        print(f"{work:40}{median * 1000:8.0f}{max(taken) * 1000:8.0f}{median / bare:8.2f}")
    sys.exit(medians[0] > AIM_SECONDS)


def _save(watching: subprocess.Popen[bytes], program: Path, graders: Path, turn: int) -> float:
    """Save another program than the last time as editors do, and return the seconds until its report is there."""
    mistakes = sorted((graders / SLUG / "mistakes").glob("*s.py"))
    time.sleep(QUIET_SECONDS)
    new = program.with_name("saved.tmp")
    shutil.copyfile(mistakes[turn % len(mistakes)], new)
    start = time.perf_counter()
    new.replace(program)
    _await_report(watching)
    return time.perf_counter() - start


def _await_report(watching: subprocess.Popen[bytes]) -> None:
    """Wait for the line that shows what to repair first."""
    assert watching.stdout is not None
    while line := watching.stdout.readline():
        if re.search(rb"Repair this first|All points are earned", line):
            return
    sys.exit("asyncgrade watch has ended")


def _run(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=False, capture_output=True)  # noqa: S603  # ours
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
