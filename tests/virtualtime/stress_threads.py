"""Runs every program with threads again and again while the machine is busy: each must have one single result.

    python tests/virtualtime/stress_threads.py [rounds]

Exit status 1 if a program had any other result than the one in `thread_programs.PROGRAMS`.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter

from pytest_asyncgrade.virtualtime import virtual_time

from .thread_programs import PROGRAMS, Log

_HOG = "while True: pass"


def main(rounds: int) -> int:
    """Run the programs `rounds` times next to two processes that take all the processor time they get."""
    hogs = [subprocess.Popen([sys.executable, "-c", _HOG]) for _ in range(2)]
    wrong = 0
    try:
        for program, expected in PROGRAMS.items():
            start = time.perf_counter()
            results: Counter[str] = Counter()
            for _ in range(rounds):
                log: Log = []
                with virtual_time():
                    program(log)
                results[repr(log)] += 1
            wrong += rounds - results[repr(expected)]
            seconds = time.perf_counter() - start
            print(f"{program.__name__:24} {rounds} runs, {len(results)} result(s), {seconds:6.1f} s", flush=True)
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()
    print("one result each" if not wrong else f"{wrong} runs went another way")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
