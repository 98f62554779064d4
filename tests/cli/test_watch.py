"""Whoever watches an exercise is told what each save has changed, and nothing that is out of date."""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from pytest_asyncgrade import extras
from pytest_asyncgrade.cli import main
from pytest_asyncgrade.cli import watch as watch_module
from pytest_asyncgrade.cli.prepared import Graded, PreparedPytest
from pytest_asyncgrade.cli.screen import Screen
from pytest_asyncgrade.cli.watch import Watch
from pytest_asyncgrade.cli.watch import watch as watch_course
from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.grading import Verdict
from tests.reports.outcomes import check, lost, work

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from pytest_asyncgrade.grading import Work
    from pytest_asyncgrade.grading.assignment import Assignment

    from .conftest import Files


class Judge(PreparedPytest):
    """Gives a point for each line of the program, of two; a program with `hang` is graded until `release` is set."""

    def __init__(self) -> None:
        super().__init__(Path())
        self.release = asyncio.Event()
        self.begun = asyncio.Event()
        self.given_up: list[str] = []
        self.prepared = 0
        self.during: Callable[[], object] = lambda: None

    def prepare(self) -> None:
        self.prepared += 1

    async def grade(self, assignment: Assignment) -> Graded:
        lines = assignment.version().script.read_text().splitlines()
        self.begun.set()
        self.during()
        if "hang" in lines:
            try:
                await self.release.wait()
            except asyncio.CancelledError:
                self.given_up.append(assignment.slug)
                raise
        if "broken" in lines:
            return Graded(None, "a mistake in the grader")
        checks = (check(n, Verdict.PASSED) if n <= len(lines) else lost(n) for n in (1, 2))
        return Graded(work(*checks, exercise=assignment.slug))


class Recorder(Screen):
    """Keeps what is shown, in one line each."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    def graded(self, before: Work | None, after: Work) -> None:
        self.shown.append(f"{after.exercise} {before.score if before else None} -> {after.score}")

    def say(self, *lines: str) -> None:
        self.shown += filter(None, lines)

    def warn(self, text: str) -> None:
        self.shown.append(f"! {text}")


class Watched:
    """A watch under way in which nothing takes time."""

    def __init__(self, files: Files, word: str) -> None:
        self.files = files
        self.judge, self.screen = Judge(), Recorder()
        self.watch = Watch(files.course(word), self.judge, self.screen)

    async def idle(self) -> None:
        """Let everything happen that can."""
        for _ in range(50):
            await asyncio.sleep(0)

    async def save(self, slug: str, text: str | None) -> None:
        path = self.files.root / f"exercises/{slug}/{slug}.py"
        if text is None:
            path.unlink()
        else:
            path.write_text(text)
        await self.touch(path)

    async def touch(self, path: Path) -> None:
        self.watch.saved({path})
        await self.idle()

    def told(self) -> list[str]:
        shown, self.screen.shown = self.screen.shown, []
        return shown


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_module, "_SECONDS_GONE", 0)
    monkeypatch.setattr(watch_module, "_SECONDS_UNTOLD", 600)


def watching(files: Files, word: str, scenario: Callable[[Watched], Awaitable[None]]) -> Watched:
    """Watch what a word means while a scenario is played, which begins when all is quiet."""

    async def play() -> Watched:
        watched = Watched(files, word)
        running = asyncio.create_task(watched.watch.run())
        await watched.idle()
        await scenario(watched)
        assert not running.done() or running.result() is None
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        return watched

    return asyncio.run(play())


def test_one_exercise_is_graded_at_first_and_after_each_save(files: Files) -> None:
    async def scenario(watched: Watched) -> None:
        assert watched.told() == [
            "Watching naps. Save a program to grade it again; Ctrl-C ends.",
            "naps None -> 1",
        ]
        await watched.save("naps", "1\n2\n")
        await watched.save("naps", "1\n")
        assert watched.told() == ["naps 1 -> 3", "naps 3 -> 1"]
        await watched.save("naps", "1\n")
        assert watched.told() == ["! naps: saved without a change, 1 of 3 points"]
        await watched.touch(watched.files.write("exercises/naps/.swap", "x"))
        await watched.touch(watched.files.write("exercises/rests/rests.py", "x"))
        assert watched.told() == []

    watching(files, "naps", scenario)
    assert '"score": 1' in (files.root / ".asyncgrade/results.json").read_text()


def test_a_course_begins_with_its_points_in_its_order_and_what_comes_next(files: Files) -> None:
    async def scenario(watched: Watched) -> None:
        assert watched.told() == [
            "Watching 2 exercises. Save a program to grade it again; Ctrl-C ends.",
            "rests: 1 of 3 points",
            "naps: 1 of 3 points",
            "Next: rests (1 of 3 points so far)",
        ]
        await watched.save("rests", "1\n2\n")
        assert watched.told() == ["rests 1 -> 3", "Next: naps (1 of 3 points so far)"]
        await watched.save("naps", "1\n2\n")
        assert watched.told() == ["naps 1 -> 3", "All points of these exercises are earned."]

    watching(files, "", scenario)

    async def again(watched: Watched) -> None:
        assert watched.told()[1:] == [
            "rests: 3 of 3 points",
            "naps: 3 of 3 points",
            "All points of these exercises are earned.",
        ]
        assert not watched.judge.begun.is_set()
        await watched.save("rests", "1\n")
        assert watched.told() == ["rests None -> 1"]

    watching(files, "", again)


def test_a_save_ends_the_grading_under_way_and_the_newest_version_is_graded(files: Files) -> None:
    files.program("naps", "hang\n")

    async def scenario(watched: Watched) -> None:
        await watched.save("naps", "1\n2\n")
        assert watched.told()[1:] == ["naps None -> 3"]
        assert watched.judge.given_up == ["naps"]

    watching(files, "naps", scenario)


def test_an_exercise_that_is_saved_comes_before_the_others_and_what_was_given_up_after_it(files: Files) -> None:
    files.program("rests", "hang\n")

    async def scenario(watched: Watched) -> None:
        await watched.save("naps", "1\n2\n")
        assert watched.told()[1:] == ["naps None -> 3", "Next: rests (not graded yet)"]
        assert watched.judge.given_up == ["rests"]
        watched.judge.release.set()
        await watched.idle()
        assert watched.told() == ["rests: 1 of 3 points", "Next: rests (1 of 3 points so far)"]
        watched.judge.release.clear()
        await watched.save("rests", "hang\n2\n")
        await watched.save("naps", "1\n")
        watched.judge.release.set()
        await watched.idle()
        assert watched.told() == ["naps 3 -> 1", "rests 1 -> 3", "Next: naps (1 of 3 points so far)"]

    watching(files, "", scenario)


def test_a_version_that_comes_back_is_not_graded_again(files: Files) -> None:
    async def scenario(watched: Watched) -> None:
        watched.told()
        await watched.save("naps", "hang\n")
        await watched.save("naps", "print(1)\n")
        assert watched.told() == ["! naps: saved without a change, 1 of 3 points"]

    watching(files, "naps", scenario)


def test_a_file_that_is_gone_is_told_and_graded_when_it_is_back(files: Files) -> None:
    async def scenario(watched: Watched) -> None:
        watched.told()
        await watched.save("naps", None)
        assert watched.told() == ["! naps: there is no file naps.py"]
        await watched.save("naps", "print(1)\n")
        assert watched.told() == ["naps None -> 1"]

    watching(files, "naps", scenario)


def test_a_file_that_is_gone_for_a_moment_is_not_missed(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(watched: Watched) -> None:
        watched.told()
        asyncio.get_running_loop().call_soon(files.program, "naps", "1\n2\n")
        await watched.save("naps", None)
        assert watched.told() == ["naps 1 -> 3"]

    monkeypatch.setattr(watch_module, "_SECONDS_GONE", 0.001)
    watching(files, "naps", lambda watched: _with_time(scenario, watched))


async def _with_time(scenario: Callable[[Watched], Awaitable[None]], watched: Watched) -> None:
    idle = watched.idle

    async def longer() -> None:
        await idle()
        await asyncio.sleep(0.01)
        await idle()

    watched.idle = longer  # type: ignore[method-assign]  # time has to pass
    await scenario(watched)


def test_wrong_settings_of_an_exercise_are_told_until_they_are_repaired(files: Files) -> None:
    async def scenario(watched: Watched) -> None:
        watched.told()
        await watched.touch(watched.files.write("graders/naps/exercise.toml", "x = ("))
        (told,) = watched.told()
        assert told.startswith(f"! naps: {files.root / 'graders/naps/exercise.toml'}: ")
        await watched.touch(watched.files.write("graders/naps/exercise.toml", ""))
        assert watched.told() == ["naps None -> 1"]

    watching(files, "naps", scenario)


def test_wrong_settings_of_one_exercise_do_not_end_the_others(files: Files) -> None:
    async def scenario(watched: Watched) -> None:
        await watched.touch(watched.files.write("graders/rests/exercise.toml", "x = ("))
        watched.told()
        await watched.save("naps", "1\n2\n")
        assert watched.told() == ["naps 1 -> 3", "Next: rests (not graded yet)"]

    watching(files, "", scenario)


def test_a_file_that_cannot_be_read_is_told(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", "graders/naps/test_naps.py")

    async def scenario(watched: Watched) -> None:
        watched.told()
        monkeypatch.setattr(Path, "read_bytes", fail)
        await watched.touch(files.root / "graders/naps/test_naps.py")
        monkeypatch.undo()
        assert watched.told() == ["! naps: graders/naps/test_naps.py: Permission denied"]

    watching(files, "naps", scenario)


def test_a_file_next_to_all_graders_concerns_every_exercise(files: Files) -> None:
    async def scenario(watched: Watched) -> None:
        watched.told()
        await watched.touch(watched.files.write("graders/shared.py", "x = 1"))
        assert watched.told() == ["rests 1 -> 1", "naps 1 -> 1"]

    watching(files, "", scenario)


def test_what_changes_during_its_grading_is_not_told(files: Files) -> None:
    async def scenario(watched: Watched) -> None:
        watched.told()
        watched.judge.during = lambda: files.program("naps", "1\n2\n")
        await watched.save("naps", "1\n")
        assert watched.told() == []
        await watched.touch(files.root / "exercises/naps/naps.py")
        assert watched.told() == ["naps 1 -> 3"]

    watching(files, "naps", scenario)


def test_a_grading_without_a_grade_is_told(files: Files) -> None:
    async def scenario(watched: Watched) -> None:
        watched.told()
        await watched.save("naps", "broken\n")
        assert watched.told() == ["! naps: a mistake in the grader"]

    watching(files, "naps", scenario)


@pytest.mark.parametrize(("word", "told"), [("naps", ["naps: grading ..."]), ("", [])])
def test_a_grading_that_takes_long_is_told_and_the_next_is_prepared(
    files: Files, monkeypatch: pytest.MonkeyPatch, word: str, told: list[str]
) -> None:
    monkeypatch.setattr(watch_module, "_SECONDS_UNTOLD", 0)
    files.program("naps", "hang\n")
    files.program("rests", "hang\n")

    async def scenario(watched: Watched) -> None:
        assert watched.told()[1:] == told
        assert watched.judge.prepared == 2

    watching(files, word, scenario)


# -- the command


def test_a_folder_or_a_library_that_is_missing_is_named(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    course = files.course("naps")
    (files.root / "exercises").rename(files.root / "others")
    with pytest.raises(UsageError, match=r"^there is no folder .*exercises: it is where the programs should be$"):
        watch_course(course, Recorder())
    monkeypatch.setattr(extras, "import_module", lambda _name: exec("raise ImportError"))  # noqa: S102  # in a lambda
    with pytest.raises(
        UsageError,
        match=r"^this needs watchfiles, which is not installed: python -m pip install 'pytest-asyncgrade\[watch\]'$",
    ):
        watch_course(course, Recorder())


@pytest.mark.parametrize(
    ("error", "wanted", "message"),
    [
        (OSError("no watches left"), UsageError, "cannot be watched: no watches left"),
        (ValueError("x"), ValueError, "x"),
    ],
)
def test_folders_that_cannot_be_watched_are_named(
    files: Files, monkeypatch: pytest.MonkeyPatch, error: Exception, wanted: type[Exception], message: str
) -> None:
    async def fail(*_folders: Path, **_options: int) -> AsyncIterator[Any]:
        raise error
        yield

    monkeypatch.setattr("watchfiles.awatch", fail)
    with pytest.raises(wanted, match=message):
        watch_course(files.course("naps"), Recorder())


def test_a_name_without_an_exercise_is_named_with_those_there_are(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(files.root)
    result = CliRunner().invoke(main, ["watch", "nap"])
    assert result.exit_code == 2
    assert "Error: there is no exercise 'nap': choose naps, rests\n" in result.output


@pytest.fixture
def terminal(files: Files) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "pytest_asyncgrade.cli", "watch", "naps"]
    with subprocess.Popen(command, cwd=files.root, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        yield process
        process.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_student_saves_and_reads_and_ends_it_with_ctrl_c(files: Files, terminal: subprocess.Popen[str]) -> None:
    assert terminal.stdout is not None

    def until(pattern: str) -> list[str]:
        found = []
        for line in terminal.stdout or ():
            found.append(line.rstrip("\n"))
            if re.search(pattern, line):
                return found
        pytest.fail(f"{pattern} did not come: {found}")

    first = until("hint|Repair")
    assert re.search(r"\d\d:\d\d:\d\d naps \.+ 2 of 4 points", "\n".join(first))
    new = files.write("exercises/naps/naps.py.new", "print(1)\nprint(2)\n")
    new.replace(files.root / "exercises/naps/naps.py")
    until(r"naps \.+ 2 -> 4 of 4 points")
    assert until("All points")[-1] == "  All points are earned."
    files.program("naps", "print(\n")
    assert "  2 checks could not run." in until("Repair this first: line 1")
    files.program("naps", "print(\n")
    assert re.fullmatch(r"\d\d:\d\d:\d\d naps: saved without a change, 0 of 4 points", until("saved")[-1])
    terminal.send_signal(signal.SIGINT)
    assert terminal.stdout.read().endswith("\nstopped\n")
    assert terminal.wait() == 130
