"""No result is lost: ``python -m tests.classes.kills [--kills 50]`` kills a grading at random moments, and goes on.

After each kill the index is read: what was there before has to be there still, unchanged.  At the end the class is
graded to its end, and compared with one that was graded without a kill.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .exports import GOOD, SLOW, make_course, table, write


def rows(out: Path) -> dict[str, str]:
    path = out / "results.sqlite"
    if not path.exists():
        return {}
    database = sqlite3.connect(path)
    try:
        return dict(database.execute("SELECT student, digest FROM works"))
    except sqlite3.OperationalError:
        return {}  # killed before there was a table
    finally:
        database.close()


def start(folder: Path, out: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "pytest_asyncgrade.cli", "class", "class", f"--out={out}"]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def survive(kills: int, students: int) -> tuple[int, int]:
    """Return how many kills were made before the class was done, and how many lost or changed nothing."""
    draw = random.Random(1)  # noqa: S311  # moments, not secrets
    survived = made = classes = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_course(folder)
        write(folder, {f"class/s{n:03}/naps.py": f"{(GOOD, SLOW)[n % 2]}# {n}\n" for n in range(students)})
        while made < kills:
            out = folder / f"killed-{classes}"
            before = rows(out)
            grading = start(folder, out.name)
            time.sleep(draw.uniform(0.0, 6.0))
            grading.kill()
            grading.communicate()
            made += 1
            after = rows(out)
            survived += before.items() <= after.items()
            classes += len(after) == students  # all done: begin again
        for last in (out.name, "whole"):
            assert start(folder, last).wait() == 0
        first, second = (table(folder / last / "grades.csv") for last in (out.name, "whole"))
        assert first == second, "the results differ"
    return made, survived


def main() -> None:
    """Kill, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--students", type=int, default=120)
    given = parser.parse_args()
    made, survived = survive(given.kills, given.students)
    print(f"{survived} of {made} kills lost nothing")


if __name__ == "__main__":
    main()
