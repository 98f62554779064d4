"""A process that is ready grades once, and the next one is another process."""

from __future__ import annotations

import asyncio
import io
import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING

import psutil
import pytest

from pytest_asyncgrade.cli.prepared import PreparedPytest
from pytest_asyncgrade.grading import Verdict
from pytest_asyncgrade.plugin import prepared as plugin_prepared

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_asyncgrade.cli.prepared import Graded
    from pytest_asyncgrade.plugin.prepared import Prepared

    from .conftest import Files


@pytest.fixture
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PreparedPytest]:
    prepared = PreparedPytest(tmp_path_factory.mktemp("prepared"))
    yield prepared
    prepared.close()


def grade(prepared: PreparedPytest, files: Files) -> Graded:
    (assignment,) = files.course("naps").assignments.values()
    return asyncio.run(prepared.grade(assignment))


def test_a_program_is_graded_as_it_is_at_the_moment(prepared: PreparedPytest, files: Files) -> None:
    prepared.prepare()
    prepared.prepare()
    files.program("naps", "print(2)\n")
    work = grade(prepared, files).work
    assert work is not None
    assert [check.verdict for check in work.checks] == [Verdict.FAILED, Verdict.PASSED]
    grader = files.root / "graders/naps/test_naps.py"
    grader.write_text(grader.read_text().replace("[1, 2]", "[2]"))
    again = grade(prepared, files).work
    assert again is not None
    assert [check.verdict for check in again.checks] == [Verdict.PASSED]


def test_what_is_hidden_from_students_stays_hidden(prepared: PreparedPytest, files: Files) -> None:
    grader = files.root / "graders/naps/test_naps.py"
    grader.write_text(grader.read_text().replace("points(2)", 'points(2, visibility="hidden")'))
    work = grade(prepared, files).work
    assert work is not None
    assert {check.name for check in work.checks} == {"a hidden check (1)", "a hidden check (2)"}


def test_a_grader_that_cannot_be_read_is_the_teachers_mistake(prepared: PreparedPytest, files: Files) -> None:
    files.write("graders/naps/test_naps.py", "x = (")
    graded = grade(prepared, files)
    assert graded.work is None
    assert graded.problem.startswith("This is a mistake in the grader, not in your program. For your teacher:\n")
    assert "SyntaxError: '(' was never closed" in graded.problem


def test_a_grading_without_a_grade_says_why(prepared: PreparedPytest, files: Files) -> None:
    files.write("graders/naps/test_naps.py", "")
    assert grade(prepared, files).problem.startswith(
        "the grading ended with status 5: there is no check in the graders\n"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="kills a process as POSIX does")
def test_a_process_that_was_killed_says_so(prepared: PreparedPytest, files: Files) -> None:
    prepared.prepare()
    ours = {child.pid: child for child in psutil.Process().children()}
    assert prepared._ready is not None
    ours[prepared._ready[0].pid].kill()
    prepared._ready[0].wait()
    assert grade(prepared, files).problem.startswith("the grading ended with status -9: it was killed")
    assert grade(prepared, files).work is not None


def test_a_grading_that_is_given_up_leaves_no_process(prepared: PreparedPytest, files: Files) -> None:
    before = set(psutil.Process().children(recursive=True))
    running = files.root / "running"
    files.program("naps", "while True:\n    pass\n")
    grader = files.root / "graders/naps/test_naps.py"
    grader.write_text(f"open({str(running)!r}, 'w').close()\n" + grader.read_text())
    (assignment,) = files.course("naps").assignments.values()

    async def give_up() -> None:
        task = asyncio.create_task(prepared.grade(assignment))
        while not running.exists():
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(give_up())
    assert psutil.wait_procs(set(psutil.Process().children(recursive=True)) - before, timeout=60)[1] == []


def test_a_process_that_is_not_needed_ends(tmp_path: Path) -> None:
    prepared = PreparedPytest(tmp_path)
    prepared.close()
    prepared.prepare()
    assert prepared._ready is not None
    process, log = prepared._ready
    prepared.close()
    assert process.returncode is not None
    assert log.closed


def test_a_process_whose_parent_has_gone_ends_by_itself(tmp_path: Path) -> None:
    prepared = PreparedPytest(tmp_path)
    prepared.prepare()
    assert prepared._ready is not None
    process, _ = prepared._ready
    children = psutil.Process(process.pid).children(recursive=True)
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(60) == 0
    assert psutil.wait_procs(children, timeout=60)[1] == []
    prepared.close()


@pytest.mark.parametrize("arguments", ["", '["-x"]\n'])
def test_where_nothing_can_fork_there_is_no_fork_server(monkeypatch: pytest.MonkeyPatch, arguments: str) -> None:
    graded = []

    def grade(words: list[str], plugins: list[Prepared]) -> int:
        graded.append((words, [plugin.fork_server for plugin in plugins]))
        return 3

    monkeypatch.setattr(plugin_prepared, "CAN_FORK", False)
    monkeypatch.setattr(plugin_prepared, "_load", lambda: None)
    monkeypatch.setattr("os.dup2", lambda *_: None)
    monkeypatch.setattr("gc.freeze", lambda: None)
    monkeypatch.setattr("sys.stdin", io.StringIO(arguments))
    monkeypatch.setattr("pytest.main", grade)
    with pytest.raises(SystemExit, match=r"^3$") if arguments else nullcontext():
        plugin_prepared.main()
    assert graded == ([(["-x"], [None])] if arguments else [])
