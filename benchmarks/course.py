"""What it costs to grade the whole course: ``python -m benchmarks.course``.

Real seconds of ``pytest --grade`` on the solutions of all exercises, and of pytest without plugins on one assert, taken
in turns: their medians, and the median of the ratios.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

GRADERS = Path(__file__).parent.parent / "graders"
_BARE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def main() -> None:
    """Print the two times, and their ratio."""
    parser = argparse.ArgumentParser(prog="benchmarks.course")
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "test_one.py").write_text("def test_one():\n    assert 1 + 1 == 2\n", encoding="utf-8")
        (folder / "class" / "ada").mkdir(parents=True)
        solutions = sorted(GRADERS.glob("*/solution.py"))
        for solution in solutions:
            shutil.copyfile(solution, folder / "class" / "ada" / f"{solution.parent.name}.py")
        course = ["--grade", str(GRADERS), "--submissions", "class"]
        pairs = [(_seconds(folder, *course), _seconds(folder, "test_one.py", **_BARE)) for _ in range(repeats)]
    whole, bare = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(graded / one for graded, one in pairs)
    print(f"{len(solutions)} solutions graded in {whole:.2f} s, a bare pytest in {bare:.2f} s: {ratio:.1f} times")


def _seconds(folder: Path, *arguments: str, **environment: str) -> float:
    start = time.perf_counter()
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    subprocess.run(command, cwd=folder, env=os.environ | environment, check=True, capture_output=True)  # noqa: S603  # ours
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
