"""The parent decides how a run ended, and nothing is left of it."""

from __future__ import annotations

import struct
import sys
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from pytest_asyncgrade.sandbox import CAN_FORK, Job, Stem, child, run_isolated
from pytest_asyncgrade.sandbox.run import _vanished
from pytest_asyncgrade.sandbox.workspace import MAX_FILES
from pytest_asyncgrade.trace import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_asyncgrade.trace import Trace

    Run = Callable[..., Trace]

PIPES = """\
import os, stat
pipes = [fd for fd in map(int, os.listdir("/proc/self/fd")) if os.path.exists(f"/proc/self/fd/{fd}")]
pipes = [fd for fd in pipes if fd > 2 and stat.S_ISFIFO(os.fstat(fd).st_mode)]
"""
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX")


def test_a_hang_is_ended_and_its_line_named(run: Run) -> None:
    trace = run("print('begin')\nwhile True:\n    pass", timeout=0.8)
    assert trace.outcome is Outcome.TIMED_OUT
    assert trace.reason in {
        "the program was still running after 0.8 s, at line 2: while True:",
        "the program was still running after 0.8 s, at line 3: pass",
    }
    assert trace.partial.output == ["begin"]


@posix
def test_a_hang_that_cannot_say_where_it_is_is_ended_too(run: Run) -> None:
    trace = run("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", timeout=0.8)
    assert (trace.outcome, trace.reason) == (Outcome.TIMED_OUT, "the program was still running after 0.8 s")


@posix
def test_no_process_is_left_of_a_hang(run: Run) -> None:
    trace = run(
        """
        import os, subprocess, sys, time
        quick = [sys.executable, "-c", "import time; time.sleep(60)"]
        stray = subprocess.Popen(quick, start_new_session=True)
        child = subprocess.Popen(quick)
        print(stray.pid, child.pid)
        while True:
            pass
        """,
        timeout=1,
    )
    pids = [int(pid) for pid in trace.partial.output[0].text.split()]
    deadline = time.monotonic() + 2
    while any(map(psutil.pid_exists, pids)) and time.monotonic() < deadline:
        time.sleep(0.01)
    alive = [pid for pid in pids if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE]
    assert alive == []


@pytest.mark.skipif(not CAN_FORK, reason="needs a stem")
def test_a_student_who_kills_the_parent_kills_the_stem_alone(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text("import os, signal, sys\nprint(1)\nif sys.argv[1:]: os.kill(os.getppid(), signal.SIGKILL)\n")
    stem = Stem()
    attack, honest = Job(script, argv=("attack",)), Job(script)
    assert run_isolated(honest, stem).output == ["1"]
    assert run_isolated(attack, stem).outcome is Outcome.KILLED
    assert run_isolated(honest, stem).output == ["1"]
    stem.close()


@pytest.mark.skipif(not CAN_FORK, reason="needs a stem")
def test_a_stem_that_cannot_be_had_is_an_error_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "program.py"
    script.write_text("print(1)")
    monkeypatch.setattr(child, "_command", lambda: [sys.executable, "-c", ""])
    stem = Stem()
    with pytest.raises((OSError, struct.error)):
        run_isolated(Job(script), stem)
    stem.close()


@posix
def test_a_crash_inside_python_is_a_kill(run: Run) -> None:
    trace = run("import os, signal\nprint(1)\nos.kill(os.getpid(), signal.SIGSEGV)")
    assert trace.outcome is Outcome.KILLED
    assert trace.reason == (
        "the program was killed by SIGSEGV (a crash inside Python itself: endless recursion, or code in C)"
    )
    assert trace.partial.output == ["1"]


@posix
@pytest.mark.parametrize("written", ["nonsense", '["end",0,"finished","",null]'])
def test_a_program_that_writes_into_the_recording_does_not_finish(run: Run, written: str) -> None:
    trace = run(f"{PIPES}os.write(pipes[0], b'''{written}\\n''')")
    assert trace.outcome is Outcome.KILLED
    assert trace.reason.startswith("the program disturbed its own recording (")


@posix
def test_a_forged_end_is_not_believed_if_the_process_goes_on(run: Run) -> None:
    trace = run(f"""{PIPES}os.write(pipes[0], b'["end",0,"finished","",null,null]\\n'); os._exit(3)""")
    assert trace.outcome is Outcome.KILLED
    assert trace.reason == "the program's process did not end as it should after its last line"


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    trace = run_isolated(Job(tmp_path / "nowhere.py"))
    assert (trace.outcome, trace.reason) == (Outcome.NOT_RUNNABLE, "there is no file nowhere.py")


def test_a_folder_is_not_a_program(tmp_path: Path) -> None:
    trace = run_isolated(Job(tmp_path))
    assert trace.outcome is Outcome.NOT_RUNNABLE
    assert trace.reason.startswith("cannot read it: ")


def test_the_program_sees_no_secrets_of_ours(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "hunter2")
    trace = run("import os\nprint(os.environ.get('GITHUB_TOKEN'), 'HOME' in os.environ)")
    assert trace.output == ["None True"]


def test_the_program_works_on_a_copy(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text("from pathlib import Path\nPath(__file__).write_text('')\nPath('new').touch()\nprint(1)")
    before = script.read_bytes()
    assert run_isolated(Job(script)).output == ["1"]
    assert script.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["program.py"]


def test_helper_modules_come_along_and_what_configures_or_shadows_does_not(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("import os, helpers\nfrom parts import one\nprint(helpers.x, one.y)\n"
                                         "print(sorted(os.listdir()), sorted(os.listdir('parts')))\nimport asyncio\n"
                                         "print(hasattr(asyncio, 'run'))")  # fmt: skip
    (tmp_path / "helpers.py").write_text("x = 1")
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "one.py").write_text("y = 2")
    (tmp_path / "data.csv").write_text("1,2")
    for name in (
        "asyncio.py",
        "pytest.py",
        "conftest.py",
        "pytest.ini",
        "sitecustomize.py",
        "x.pth",
        ".hidden",
        "big.txt",
    ):
        (tmp_path / name).write_text("")
    (tmp_path / "big.txt").write_bytes(b"x" * 5_000_001)
    (tmp_path / "json").mkdir()
    (tmp_path / "json" / "__init__.py").write_text("")
    if sys.platform != "win32":
        (tmp_path / "secret.txt").symlink_to("/etc/passwd")
    trace = run_isolated(Job(tmp_path / "program.py"))
    assert trace.output == ["1 2", "['data.csv', 'helpers.py', 'parts', 'program.py'] ['one.py']", "True"]


def test_a_folder_of_too_many_files_is_copied_in_part(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import os\nprint(len(os.listdir()))")
    for number in range(MAX_FILES + 50):
        (tmp_path / f"data{number:03}.txt").write_text("")
    assert run_isolated(Job(tmp_path / "a.py")).output == [str(MAX_FILES + 1)]


def test_a_file_that_is_graded_alone_has_no_neighbours(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("import os\nprint(os.listdir())")
    (tmp_path / "other.py").write_text("")
    assert run_isolated(Job(tmp_path / "program.py", alone=True)).output == ["['program.py']"]


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
    assert _vanished(status) == (outcome, reason)


@posix
def test_a_program_that_closes_its_recording_has_not_finished(run: Run) -> None:
    trace = run("import os, time\nos.closerange(3, 100)\nwhile True: pass", timeout=5)
    assert trace.outcome is Outcome.KILLED
    assert trace.reason == "the program closed its connection to the grader"
