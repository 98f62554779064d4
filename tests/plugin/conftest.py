"""A small course to grade: one exercise, its grader, some students."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """\
import asyncio

async def nap(seconds):
    await asyncio.sleep(seconds)
    print("slept", seconds)

async def main():
    await asyncio.gather(nap(2), nap(1))

asyncio.run(main())
"""
SLOW = GOOD.replace("await asyncio.gather(nap(2), nap(1))", "await nap(2); await nap(1)")
GRADER = '''\
import pytest
from pytest_asyncgrade import in_order

@pytest.fixture(scope="module")
def trace(submission):
    return submission.run()

@pytest.mark.points(2, hint="gather them")
def test_short_one_first(trace):
    """The shorter nap ends first."""
    assert trace.output == in_order("slept 1", "slept 2")

@pytest.mark.points(3)
def test_overlap(trace):
    """The naps overlap."""
    assert trace.elapsed == 2
'''


@dataclass
class Course:
    """A folder with exercises/naps, graders/naps and a way to grade."""

    pytester: pytest.Pytester
    path: Path

    def write(self, name: str, text: str) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    def grader(self, body: str) -> None:
        self.write("graders/naps/test_naps.py", f"import pytest\n\n{textwrap.dedent(body)}")

    def grade(self, *args: Any) -> pytest.RunResult:
        plugins = ("-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:hypothesispytest")
        return self.pytester.runpytest_inprocess("--grade", *plugins, *args)


@pytest.fixture
def course(pytester: pytest.Pytester) -> Course:
    course = Course(pytester, pytester.path)
    course.write("pytest.ini", "[pytest]\n")
    course.write("exercises/naps/naps.py", GOOD)
    course.write("graders/naps/test_naps.py", GRADER)
    return course
