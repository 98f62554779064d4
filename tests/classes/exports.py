"""Makes what platforms export, and runs the command on it."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

GRADER = """\
import pytest

@pytest.mark.points(3)
def test_naps(submission):
    '''The naps overlap.'''
    assert submission.run().elapsed == 2

@pytest.mark.points(1)
def test_says_so(submission):
    '''It says that it is awake.'''
    assert submission.run().output == ["awake"]
"""
STARTER = "import asyncio\n\nasync def nap(seconds):\n    ...\n\nasync def main():\n    ...\n"
GOOD = """\
import asyncio

async def nap(seconds):
    await asyncio.sleep(seconds)

async def main():
    await asyncio.gather(nap(1), nap(2))
    print("awake")

asyncio.run(main())
"""
SLOW = GOOD.replace("await asyncio.gather(nap(1), nap(2))", "await nap(1); await nap(2)")


def make_course(folder: Path, slug: str = "naps") -> Path:
    """Make an exercise of four points in a folder, and return the folder of its graders."""
    write(folder, {f"graders/{slug}/test_{slug}.py": GRADER, f"exercises/{slug}/{slug}.py": STARTER})
    return folder / "graders"


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return packed.getvalue()


def grade_class(folder: Path, *words: object, submissions: str = "class") -> subprocess.CompletedProcess[str]:
    """Run the command in a folder, with one worker unless another number is given."""
    command = [sys.executable, "-m", "pytest_asyncgrade.cli", "class", submissions, "--workers=1", *map(str, words)]
    return subprocess.run(  # the grading of a few programs takes seconds
        command, cwd=folder, capture_output=True, text=True, check=False, encoding="utf-8", timeout=300
    )


def table(path: Path) -> dict[str, dict[str, str]]:
    """Return the rows of a table by what is in their first column."""
    with path.open(encoding="utf-8", newline="") as file:
        return {next(iter(row.values())): row for row in csv.DictReader(file)}
