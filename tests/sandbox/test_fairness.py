"""Nobody is charged with what the machine did, or something else outside of the program."""

from __future__ import annotations

import io
import os
import re
import sys
import threading
from contextlib import nullcontext
from typing import TYPE_CHECKING

import psutil
import pytest

from pytest_asyncgrade.errors import AsyncgradeError
from pytest_asyncgrade.sandbox import CAN_FORK, ForkServer, Job, Limits, Spawn, child, read_submission, run_isolated
from pytest_asyncgrade.sandbox.process_tree import Effort, effort_of
from pytest_asyncgrade.trace import Outcome, Place
from pytest_asyncgrade.trace.protocol.lines import Seal, dump
from pytest_asyncgrade.trace.protocol.records import VERSION, Ended, Hello, NotStarted, Printed, Record, encode

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import IO

    from pytest_asyncgrade.trace.protocol.order import RunOrder

    Life = tuple[list[Record], int | None]

HELLO, END = Hello(VERSION), Ended(0, Outcome.FINISHED, "", None, None, None)
SHORT = Limits(wall_seconds=0.5)


class Puppet(Spawn):
    """Launches nothing: says what a process would say, and how it ended, one after the other."""

    def __init__(self, *lives: Life) -> None:
        super().__init__()
        self._lives = [*lives]

    def launch(self, order: RunOrder) -> Puppet:
        self._sign = Seal(order.key).sign
        said, self._status = self._lives.pop(0)
        self.records: IO[bytes] = io.BytesIO(b"".join(map(self.sealed, said)))
        return self

    def sealed(self, record: Record) -> bytes:
        return self._sign(dump(encode(record)))

    def answer(self, line: bytes) -> None:
        pass

    def status(self, _seconds: float) -> int | None:
        return self._status

    def locate(self) -> None:
        pass

    def effort(self) -> Effort:
        return Effort(0, 0)

    def end(self) -> None:
        pass


@pytest.fixture
def job(tmp_path: Path) -> Job:
    (tmp_path / "program.py").write_text("print(1)")
    return Job(read_submission(tmp_path / "program.py"), limits=SHORT)


@pytest.mark.parametrize(
    ("life", "reason"),
    [
        (([HELLO], -9), "the program was killed by SIGKILL"),
        (([HELLO], 1), "the program ended at once with status 1 (os._exit, or a process that replaced it)"),
        (([HELLO, END], None), "the program's process did not end as it should after its last line"),
        (([], -9), "its process was killed by SIGKILL"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="needs the names of signals")
def test_a_process_that_went_wrong_is_given_another_try(job: Job, life: Life, reason: str) -> None:
    trace = run_isolated(job, Puppet(life, ([HELLO, END], 0)))
    assert (trace.outcome, trace.lost_runs) == (Outcome.FINISHED, (reason,))


def test_a_program_whose_process_goes_wrong_three_times_is_charged(job: Job) -> None:
    life: Life = ([HELLO], 3)
    trace = run_isolated(job, Puppet(life, life, life))
    assert trace.outcome is Outcome.EXITED
    assert trace.lost_runs == (trace.reason, trace.reason)


def test_what_only_the_program_can_do_is_charged_at_once(job: Job) -> None:
    trace = run_isolated(job, Puppet(([HELLO], None)))
    assert (trace.reason, trace.lost_runs) == ("the program closed its connection to the grader", ())


def test_a_program_that_never_began_is_charged_with_nothing(job: Job) -> None:
    life: Life = ([], 1)
    fault = "python program.py could not be started, which is not the student's fault: "
    with pytest.raises(AsyncgradeError, match=f"^{fault}its process ended with status 1$"):
        run_isolated(job, Puppet(life, life, life))
    with pytest.raises(AsyncgradeError, match=f"^{fault}OSError: no room$"):
        run_isolated(job, Puppet(([NotStarted("OSError: no room")], 0)))


def test_a_run_whose_files_cannot_be_written_is_an_error_of_ours(job: Job, tmp_path: Path) -> None:
    class Elsewhere(Spawn):
        def folder(self) -> AbstractContextManager[str]:
            return nullcontext(str(tmp_path / "program.py"))

    with pytest.raises(AsyncgradeError, match=r"fault: (NotADirectory|FileExists|FileNotFound)Error: "):
        run_isolated(job, Elsewhere())


class Slow(Puppet):
    """A process that was ready to run all the time, and that the machine did not let run."""

    def __init__(self, looks: int, effort: Effort) -> None:
        super().__init__()
        self._looks = looks
        self._effort = effort

    def launch(self, order: RunOrder) -> Slow:
        self._sign, self._status = Seal(order.key).sign, 0
        read, self._write = os.pipe()
        self.records = os.fdopen(read, "rb")
        os.write(self._write, self.sealed(HELLO))
        return self

    def effort(self) -> Effort:
        self._looks -= 1
        if self._looks == 0:
            os.write(self._write, self.sealed(END))
        return self._effort

    def end(self) -> None:
        os.close(self._write)


def test_time_in_which_the_machine_ran_others_does_not_count(job: Job) -> None:
    assert run_isolated(job, Slow(6, Effort(0, 0))).outcome is Outcome.TIMED_OUT
    assert run_isolated(job, Slow(6, Effort(0, 1000))).outcome is Outcome.FINISHED


def test_a_run_does_not_take_longer_than_twice_its_limit_whatever_the_machine_does(job: Job) -> None:
    trace = run_isolated(job, Slow(10_000, Effort(0, 1000)))
    assert trace.reason == "the program was still running after 0.5 s"
    assert not trace.was_computing


def test_a_run_that_has_computed_for_most_of_the_time_is_known(job: Job) -> None:
    assert run_isolated(job, Slow(10_000, Effort(0.4, 0))).was_computing


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_the_effort_of_a_process_is_that_of_its_threads() -> None:
    stop = threading.Event()

    def compute() -> None:
        while not stop.is_set():
            pass

    thread = threading.Thread(target=compute)
    thread.start()
    while effort_of(os.getpid()).computed < sum(psutil.Process().cpu_times()[:2]) / 2:
        pass
    stop.set()
    thread.join()
    assert effort_of(os.getpid()).held_back >= 0


def test_a_process_that_is_gone_has_made_no_effort() -> None:
    assert effort_of(1 << 30) == Effort(0, 0)


@pytest.mark.skipif(not CAN_FORK, reason="needs a fork server")
@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "ended with status -9"),
        ("import time; time.sleep(60)", "did not answer"),
    ],
)
def test_a_weaker_confinement_is_never_taken_for_a_process_that_was_killed_or_is_slow(
    job: Job, monkeypatch: pytest.MonkeyPatch, code: str, said: str
) -> None:
    monkeypatch.setattr(child, "_command", lambda: [sys.executable, "-c", code])
    monkeypatch.setattr(child, "_FORK_SERVER_TIMEOUT", 1.0)
    launcher = ForkServer("auto")
    launcher._candidates.insert(0, launcher._candidates[-1])
    with pytest.raises(AsyncgradeError, match=said):
        run_isolated(job, launcher)
    assert len(launcher._candidates) > 1
    launcher.close()


@pytest.mark.skipif(not CAN_FORK, reason="needs a fork server")
def test_a_confinement_that_has_worked_is_never_given_up(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    launcher = ForkServer("auto")
    assert run_isolated(job, launcher).output == ["1"]
    held = launcher.confinement
    launcher.close()
    launcher._candidates.append(held)
    monkeypatch.setattr(child, "_command", lambda: [sys.executable, "-c", "raise SystemExit(1)"])
    with pytest.raises(AsyncgradeError, match="ended with status 1, so nothing was run: grade again"):
        run_isolated(job, launcher)
    assert launcher.confinement is held
    launcher.close()


@pytest.mark.parametrize(
    ("records", "reason"),
    [
        ([Printed(0, "stdout", "x" * 45_000, None, None)] * 900, "more than 40 MB of records"),
        ([Printed(0, "stdout", "x" * 60_000, None, None)], "a text of 60000 characters, more than 50000"),
        (
            [Printed(0, "stdout", "x", None, Place("program.py", 1, "q" * 800_000))],
            "a text of 800000 characters, more than 50000",
        ),
        ([Printed(9, "stdout", "x", None, None), Printed(8, "stdout", "y", None, None)], "a malformed record 'line'.*"),
    ],
)
def test_who_sends_more_than_an_honest_process_can_has_not_finished(
    job: Job, records: list[Record], reason: str
) -> None:
    trace = run_isolated(job, Puppet(([HELLO, *records, END], 0)))
    assert trace.outcome is Outcome.KILLED
    assert re.fullmatch(rf"the program disturbed its own recording \({reason}\)", trace.reason)
