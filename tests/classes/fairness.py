"""The same score for the same program, however it is graded: ``python -m tests.classes.fairness [--programs 200]``.

Programs of the course are graded in a class by one worker, by two workers in another order, beside four busy processes,
and each alone.  Prints how many were compared, and each difference.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from .exports import table

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
Scores = dict[str, tuple[str, str]]


def programs(slug: str, count: int) -> list[bytes]:
    """Return so many programs of an exercise: solution, alternatives and mistakes again and again."""
    grader = ROOT / "graders" / slug
    paths = [grader / "solution.py", *sorted(grader.glob("alternatives/*.py")), *sorted(grader.glob("mistakes/*.py"))]
    return [paths[number % len(paths)].read_bytes() + f"\n# {number}\n".encode() for number in range(count)]


def grade(folder: Path, slug: str, *words: str) -> Scores:
    out = folder.parent / "out"
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "pytest_asyncgrade.cli", "class", str(folder), "--out", str(out)]
    subprocess.run([*command, f"--graders={ROOT / 'graders' / slug}", *words], check=True, capture_output=True)
    return {name: (row["score"], row["status"]) for name, row in table(out / "grades.csv").items()}


@contextmanager
def busy(count: int) -> Iterator[None]:
    """Keep processors busy within the block."""
    spinning = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for process in spinning:
            process.kill()
            process.wait()


def differences(one: Scores, other: Scores) -> list[str]:
    return [f"{name}: {one[name]} and {other.get(name)}" for name in one if one[name] != other.get(name)]


def compare(slug: str, count: int, alone: int, beside: int = 4) -> list[str]:
    """Grade programs in all ways, once `beside` so many busy processes, and return what differs."""
    found = programs(slug, count)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "class"
        for number, program in enumerate(found):
            (folder / f"s{number:03}").mkdir(parents=True)
            (folder / f"s{number:03}" / f"{slug}.py").write_bytes(program)
        first = grade(folder, slug, "--workers=1")
        wrong = differences(first, grade(folder, slug, "--workers=3"))
        with busy(beside):
            wrong += differences(first, grade(folder, slug, "--workers=2"))
        for number in random.Random(1).sample(range(count), alone):  # noqa: S311  # a sample
            single = Path(name) / "single"
            shutil.rmtree(single, ignore_errors=True)
            shutil.copytree(folder / f"s{number:03}", single / f"s{number:03}")
            scores = grade(single, slug, "--workers=1")
            wrong += differences(scores, first)
    return wrong


def main() -> None:
    """Compare, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=int, default=200)
    parser.add_argument("--alone", type=int, default=20, help="how many of them are also graded alone")
    parser.add_argument("--exercise", default="concurrent_sleeps")
    given = parser.parse_args()
    wrong = compare(given.exercise, given.programs, given.alone)
    print(f"{given.programs} programs, {given.alone} of them alone: {len(wrong)} differences")
    print("\n".join(wrong))


if __name__ == "__main__":
    main()
