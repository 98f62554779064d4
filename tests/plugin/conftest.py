"""A small course to grade: one exercise, its grader, some students.

pytester forgets the modules that a grading in this process has imported, and a grading ends its fork server: both would
cost each of these tests more than all else.  So what grading needs is imported here, once, and the fork server is lent.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from pytest_asyncgrade import sandbox
from pytest_asyncgrade.plugin import comparison, session, submissions  # noqa: F401  # imported once: see above
from pytest_asyncgrade.sandbox import CAN_FORK, ForkServer
from tests.conftest import OUR_PLUGINS, new_launcher

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_asyncgrade.sandbox import Launcher

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
        plugins: tuple[str, ...] = ("-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:hypothesispytest")
        if any(str(arg).startswith("-n") for arg in args):
            plugins = (*OUR_PLUGINS, "-p", "xdist")  # each worker is a process that loads the plugins
        return self.pytester.runpytest_inprocess("--grade", *plugins, *args)


class Lent:
    """A fork server of the suite, as one grading sees it: it outlives the grading that closes it."""

    def __init__(self, fork_server: Any) -> None:
        self._fork_server = fork_server

    def __getattr__(self, name: str) -> Any:
        return getattr(self._fork_server, name)

    def close(self) -> None:
        pass


@pytest.fixture
def lent_fork_servers(shared_launchers: dict[str, Launcher], monkeypatch: pytest.MonkeyPatch) -> None:
    """Lend gradings in this process the fork servers of the suite; those of mode strict are theirs, and may fail."""

    def lend(mode: str) -> Any:
        if mode == "strict":
            return ForkServer(mode)
        if mode not in shared_launchers:
            shared_launchers[mode] = new_launcher(mode)
        return Lent(shared_launchers[mode])

    if CAN_FORK:
        monkeypatch.setattr(sandbox, "ForkServer", lend)
        monkeypatch.setattr(submissions, "ForkServer", lend)


@pytest.fixture
def course(pytester: pytest.Pytester, lent_fork_servers: None) -> Course:  # noqa: ARG001  # for its effect
    course = Course(pytester, pytester.path)
    course.write("pytest.ini", "[pytest]\n")
    course.write("exercises/naps/naps.py", GOOD)
    course.write("graders/naps/test_naps.py", GRADER)
    return course
