"""The parent decides how a run ended, and nothing is left of it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from pytest_asyncgrade.errors import AsyncgradeError
from pytest_asyncgrade.sandbox import CAN_FORK, ForkServer, Job, Spawn, child, read_submission, run_isolated
from pytest_asyncgrade.sandbox.run import _vanished
from pytest_asyncgrade.trace import Outcome
from pytest_asyncgrade.trace.builder import Verdict
from tests.conftest import WALL_SECONDS, WAYS, every_launcher, new_launcher

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_asyncgrade.sandbox import Launcher
    from pytest_asyncgrade.trace import Trace

    Run = Callable[..., Trace]

PIPES = """\
import fcntl, os, stat
pipes = [fd for fd in map(int, os.listdir("/proc/self/fd")) if os.path.exists(f"/proc/self/fd/{fd}")]
pipes = [fd for fd in pipes if fd > 2 and stat.S_ISFIFO(os.fstat(fd).st_mode)]
pipes = [fd for fd in pipes if fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_ACCMODE == os.O_WRONLY]
"""
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX")


@every_launcher
def test_a_hang_is_ended_and_its_line_named(run: Run) -> None:
    trace = run("print('begin')\nwhile True:\n    pass", timeout=1)
    assert trace.outcome is Outcome.TIMED_OUT
    assert trace.reason in {
        "the program was still running after 1 s, at line 2: while True:",
        "the program was still running after 1 s, at line 3: pass",
    }
    assert trace.partial.output == ["begin"]


@every_launcher
@posix
def test_a_hang_that_cannot_say_where_it_is_is_ended_too(run: Run) -> None:
    trace = run("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", timeout=1)
    assert (trace.outcome, trace.reason) == (Outcome.TIMED_OUT, "the program was still running after 1 s")


@every_launcher
@posix
@pytest.mark.parametrize("end", ["while True: pass", "print('end')"])
def test_no_process_is_left_of_a_run(run: Run, launcher: Launcher, end: str) -> None:
    if end != "while True: pass" and isinstance(launcher, Spawn):
        pytest.skip("without a fork_server, what left the group of a process that has ended cannot be found")
    marker = os.urandom(8).hex()
    trace = run(
        f"""
        import os, subprocess, sys, time
        quick = [sys.executable, "-c", "import time; time.sleep(60)", "{marker}"]
        subprocess.Popen(quick, start_new_session=True)
        subprocess.Popen(quick)
        if {not isinstance(launcher, Spawn)} and os.fork() == 0:
            os.setsid()
            os.fork() or os.execv(quick[0], quick)
            os._exit(0)
        time.sleep(0.1)
        print("ready")
        {end}
        """,
        timeout=3 if end == "while True: pass" else WALL_SECONDS,
    )
    assert trace.partial.output[0].text == "ready"
    alive = [
        process for process in psutil.process_iter(["cmdline"]) if marker in "".join(process.info["cmdline"] or [])
    ]
    assert [process.pid for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []


@pytest.mark.skipif(not CAN_FORK, reason="needs a fork_server")
@pytest.mark.parametrize("isolation", ["auto", "weak"])
def test_a_student_who_kills_the_parent_does_not_kill_the_next_run(tmp_path: Path, isolation: str) -> None:
    script = tmp_path / "program.py"
    script.write_text(
        "import os, signal, sys\nprint(1)\n"
        "if sys.argv[1:]:\n"
        "    os.kill(os.getppid(), signal.SIGKILL)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    fork_server = ForkServer(isolation)
    attack, honest = Job(read_submission(script), argv=("attack",)), Job(read_submission(script))
    assert run_isolated(honest, fork_server).output == ["1"]
    assert run_isolated(attack, fork_server).outcome is not Outcome.FINISHED
    assert run_isolated(honest, fork_server).output == ["1"]
    fork_server.close()


@pytest.mark.skipif(not CAN_FORK, reason="needs a fork_server")
def test_a_stem_that_was_killed_meanwhile_is_started_anew(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text("print(1)")
    fork_server = ForkServer("weak")
    assert run_isolated(Job(read_submission(script)), fork_server).output == ["1"]
    assert fork_server._process is not None
    fork_server._process.kill()
    fork_server._process.wait()
    assert run_isolated(Job(read_submission(script)), fork_server).output == ["1"]
    fork_server.close()


@pytest.mark.skipif(not CAN_FORK, reason="needs a fork_server")
def test_a_stem_that_cannot_be_had_is_an_error_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "program.py"
    script.write_text("print(1)")
    monkeypatch.setattr(child, "_command", lambda: [sys.executable, "-c", ""])
    fork_server = ForkServer()
    with pytest.raises(AsyncgradeError, match="ended with status 0, so nothing was run: grade again"):
        run_isolated(Job(read_submission(script)), fork_server)
    fork_server.close()


@every_launcher
@posix
def test_a_crash_inside_python_is_a_kill(run: Run) -> None:
    trace = run("import os, signal\nprint(1)\nos.kill(os.getpid(), signal.SIGSEGV)")
    assert trace.outcome is Outcome.KILLED
    assert trace.reason == (
        "the program was killed by SIGSEGV (a crash inside Python itself: endless recursion, or code in C)"
    )
    assert trace.partial.output == ["1"]


@every_launcher
@posix
@pytest.mark.parametrize("written", ["nonsense", '["end",0,"finished","",null]'])
def test_a_program_that_writes_into_the_recording_does_not_finish(run: Run, written: str) -> None:
    trace = run(f"{PIPES}os.write(pipes[0], b'''{written}\\n''')")
    assert trace.outcome is Outcome.KILLED
    assert trace.reason.startswith("the program disturbed its own recording (")


@pytest.mark.parametrize("way", WAYS)
def test_the_program_sees_no_secrets_of_ours(way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "program.py"
    script.write_text("import os\nprint(os.environ.get('GITHUB_TOKEN'), 'HOME' in os.environ)")
    monkeypatch.setenv("GITHUB_TOKEN", "hunter2")
    launcher = new_launcher(way)
    assert run_isolated(Job(read_submission(script)), launcher).output == ["None True"]
    launcher.close()


def test_the_program_works_on_a_copy(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text("from pathlib import Path\nPath(__file__).write_text('')\nPath('new').touch()\nprint(1)")
    before = script.read_bytes()
    assert run_isolated(Job(read_submission(script))).output == ["1"]
    assert script.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["program.py"]


@pytest.mark.parametrize(
    ("status", "outcome", "reason"),
    [
        (0, Outcome.EXITED, "the program ended at once with status 0 (os._exit, or a process that replaced it)"),
        (-9, Outcome.KILLED, "the program was killed by SIGKILL"),
        (-77, Outcome.KILLED, "the program was killed by 77"),
        (None, Outcome.KILLED, "the program closed its connection to the grader"),
    ],
)
@posix
def test_a_process_that_vanished_is_explained_by_its_status(status: int | None, outcome: Outcome, reason: str) -> None:
    assert _vanished(status) == Verdict(outcome, reason)


@every_launcher
@posix
def test_a_program_that_closes_its_recording_has_not_finished(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_asyncgrade.sandbox.run._EXIT_TIMEOUT", 1.0)
    trace = run("import os, time\nos.closerange(3, 100)\nwhile True: pass", timeout=5)
    assert trace.outcome is Outcome.KILLED
    assert trace.reason == "the program closed its connection to the grader"
