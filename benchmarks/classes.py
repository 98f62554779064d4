"""What a class costs the process that grades it: ``python -m benchmarks.classes``.

Two classes of a generated exercise are graded, the second one larger.  Peak memory is that of the pytest process
alone, in KiB; its growth per student is printed with that of pytest itself, which is given as many tests that do
nothing.  ``--bytes`` tells instead how much JSON of one student's checks a worker of pytest-xdist sends, in bytes.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

CHECKS = 12
_PROGRAM = """\
import asyncio

async def nap(number):
    await asyncio.sleep(number % 7)
    print("nap", number, "is over")

async def main():
    await asyncio.gather(*(nap(number) for number in range({tasks})))

asyncio.run(main())
"""
_GRADER = """\
import pytest

@pytest.fixture(scope="module")
def trace(submission):
    return submission.run()

@pytest.mark.parametrize("number", range({checks}))
def test_naps(trace, number):
    assert trace.elapsed == (6 if number % 4 else 5)
"""
_BARE = """\
import pytest

@pytest.fixture(scope="module", params=range({students}))
def student(request):
    return request.param

@pytest.mark.parametrize("number", range({checks}))
def test_naps(student, number):
    pass
"""
_PLUGIN = """\
import json
import resource
import pytest

sent = 0

@pytest.hookimpl(tryfirst=True, optionalhook=True)
def pytest_report_from_serializable(data):
    global sent
    sent += len(json.dumps(data))

def pytest_unconfigure(config):
    if not hasattr(config, "workerinput"):
        print("MEASURED", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, sent)
"""


def main() -> None:
    """Print the growth for each student, or the bytes sent."""
    parser = argparse.ArgumentParser(prog="benchmarks.classes")
    parser.add_argument("--students", type=int, nargs=2, default=(50, 200), metavar=("FEW", "MANY"))
    parser.add_argument("--tasks", type=int, default=20, help="how many tasks a student's program has")
    parser.add_argument("--bytes", action="store_true", help="count what is sent for one student")
    parser.add_argument("--json", action="store_true", help="write a report, too")
    given = parser.parse_args()
    if given.bytes:
        print(f"{_graded(1, given.tasks, '-n1')[1]:,} bytes for {CHECKS} checks on one trace")
        return
    few, many = given.students
    extra = ["--grade-report=json=grade.json"] if given.json else []
    for name, peaks in (
        ("pytest alone", [_bare(number) for number in (few, many)]),
        ("graded", [_graded(number, given.tasks, *extra)[0] for number in (few, many)]),
    ):
        growth = (peaks[1] - peaks[0]) / (many - few)
        print(f"{name}: {peaks[0]:,} KiB for {few}, {peaks[1]:,} KiB for {many}: {growth:.1f} KiB for each more")


def _graded(students: int, tasks: int, *options: str) -> tuple[int, int]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        grader = folder / "graders" / "naps" / "test_naps.py"
        grader.parent.mkdir(parents=True)
        grader.write_text(_GRADER.format(checks=CHECKS), encoding="utf-8")
        for number in range(students):
            program = folder / "class" / f"student{number:04}" / "naps.py"
            program.parent.mkdir(parents=True)
            program.write_text(_PROGRAM.format(tasks=tasks), encoding="utf-8")
        return _measured(folder, "--grade", "graders", "--submissions", "class", *options)


def _bare(students: int) -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "test_naps.py").write_text(_BARE.format(students=students, checks=CHECKS), encoding="utf-8")
        return _measured(folder)[0]


def _measured(folder: Path, *arguments: str) -> tuple[int, int]:
    (folder / "measuring.py").write_text(_PLUGIN, encoding="utf-8")
    code = f"import sys; sys.path.insert(0, {str(folder)!r}); import pytest; sys.exit(pytest.main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "-q", "-p", "measuring", "-p", "no:cacheprovider", "-p", "no:randomly"]
    done = subprocess.run([*command, *arguments], cwd=folder, check=False, capture_output=True, text=True)  # noqa: S603  # ours
    line = next(line for line in done.stdout.splitlines() if "MEASURED" in line)
    _, peak, sent = line[line.index("MEASURED") :].split()
    return int(peak), int(sent)


if __name__ == "__main__":
    main()
