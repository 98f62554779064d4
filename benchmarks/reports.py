"""How much a beginner has to read: ``python -m benchmarks.reports``.

Every known mistake of the course is graded by itself, as a student would; counted is what the terminal shows.
``--programs FOLDER`` counts other programs, ``FOLDER/*/SLUG.py``; ``--texts FOLDER`` keeps the reports.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

GRADERS = Path(__file__).parent.parent / "graders"
FIRST = "Repair this first"
COLUMNS = 100


class Program(NamedTuple):
    """A program, and the exercise that it is for."""

    slug: str
    name: str
    path: Path


class Report(NamedTuple):
    """What a student reads of one program."""

    program: Program
    lines: list[str]
    work: dict[str, Any]

    @property
    def before(self) -> int:
        """The number of lines above what to repair first."""
        return next((number for number, line in enumerate(self.lines) if FIRST in line), len(self.lines))

    @property
    def lost(self) -> list[dict[str, Any]]:
        """The checks that were lost."""
        return [check for check in self.work["checks"] if check["verdict"] != "passed"]

    @property
    def repeated(self) -> list[str]:
        """The hints that are shown more than once."""
        hints = re.findall(r"hint: (.*(?:\n {4,}\S.*)*)", "\n".join(self.lines))
        return sorted({hint for hint in hints if hints.count(hint) > 1})


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="benchmarks.reports")
    parser.add_argument("--programs", type=Path)
    parser.add_argument("--texts", type=Path)
    arguments = parser.parse_args()
    found = sorted(arguments.programs.glob("*/*.py") if arguments.programs else GRADERS.glob("*/mistakes/*.py"))
    programs = [
        Program(path.stem, path.parent.name, path)
        if arguments.programs
        else Program(path.parent.parent.name, f"{path.parent.parent.name}-{path.stem}", path)
        for path in found
    ]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        reports = list(pool.map(report_of, programs))
    if arguments.texts:
        arguments.texts.mkdir(parents=True, exist_ok=True)
        for report in reports:
            text = "\n".join(report.lines) + "\n"
            (arguments.texts / f"{report.program.name}.txt").write_text(text, encoding="utf-8")
    print_figures(reports)


def report_of(program: Program) -> Report:
    """Grade one program by itself."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copyfile(program.path, folder / f"{program.slug}.py")
        command = [
            sys.executable, "-m", "pytest_asyncgrade.cli", "grade", str(folder),
            "--graders", str(GRADERS / program.slug), "--report", f"json={folder / 'grade.json'}",
        ]  # fmt: skip
        environment = os.environ | {"COLUMNS": str(COLUMNS)}
        ended = subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True)  # noqa: S603  # ours
        (work,) = json.loads((folder / "grade.json").read_text(encoding="utf-8"))["works"]
    return Report(program, _told(ended.stdout), work)


def _told(output: str) -> list[str]:
    """Return our lines of what pytest printed."""
    lines = output.rstrip("\n").split("\n")
    return lines[next((number for number, line in enumerate(lines) if line.endswith(" points")), 0) : -1]


def print_figures(reports: list[Report]) -> None:
    """Print what was counted, and the reports that are out of the ordinary."""
    lengths = [len(report.lines) for report in reports]
    lost = [check for report in reports for check in report.lost]
    print(f"{len(reports)} programs, {len(lost)} lost checks")
    print(f"lost checks with a line: {sum(bool(check['line']) for check in lost)}")
    print(f"lines of a report: median {statistics.median(lengths):g}, longest {max(lengths)}")
    print(f"lines above what to repair first: at most {max(report.before for report in reports if report.lost)}")
    for report in reports:
        if not report.lost:
            print(f"full marks: {report.program.name}")
        for hint in report.repeated:
            print(f"twice in {report.program.name}: {hint}")


if __name__ == "__main__":
    main()
