"""What a student's process cannot do, by what keeps it in."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade.sandbox import (
    CAN_FORK,
    ForkServer,
    Job,
    Spawn,
    confinement,
    read_submission,
    run_isolated,
    why_not_strict,
)
from pytest_asyncgrade.sandbox.confinement import Bubblewrap, Confinement, OnLinux, candidates
from pytest_asyncgrade.trace import Outcome
from pytest_asyncgrade.worker import namespaces

if TYPE_CHECKING:
    from collections.abc import Iterator

linux = pytest.mark.skipif(not CAN_FORK, reason="needs Linux")
STRONG = CAN_FORK and not why_not_strict()
PARTIAL = CAN_FORK and OnLinux().isolation == "partial"
bubblewrap = pytest.mark.skipif(not STRONG, reason="needs bubblewrap")
landlock = pytest.mark.skipif(not PARTIAL, reason="needs Landlock")


@pytest.fixture(params=[pytest.param("strict", marks=bubblewrap), pytest.param("weak", marks=landlock)])
def fork_server(request: pytest.FixtureRequest) -> Iterator[ForkServer]:
    """Return a fork_server that cannot see our files."""
    fork_server = ForkServer(request.param)
    yield fork_server
    fork_server.close()


def say(fork_server: ForkServer, tmp_path: Path, source: str) -> list[str]:
    """Return what a program prints; each of its lines that raises says what."""
    script = tmp_path / "program.py"
    script.write_text(
        "import os, socket, signal, subprocess, sys\n"
        f"for line in {source.strip().splitlines()!r}:\n"
        "    try:\n        print(eval(line.strip()))\n"
        "    except Exception as error:\n        print(type(error).__name__)\n"
    )
    trace = run_isolated(Job(read_submission(script, alone=True)), fork_server)
    return [line.text for line in trace.output]


def test_it_sees_nothing_of_the_teachers(fork_server: ForkServer, tmp_path: Path) -> None:
    (tmp_path / "solution.py").write_text("secret")
    home = Path.home()
    said = say(
        fork_server,
        tmp_path,
        f"""
        open({str(tmp_path / "solution.py")!r}).read()
        open("/etc/shadow").read()
        os.listdir({str(Path(__file__).parents[2] / "graders")!r})
        open({str(home / "new")!r}, "w")
        open("/usr/new", "w")
        sorted(os.listdir(".."))
        """,
    )
    assert not {"secret"} & set(said)
    assert set(said[:-1]) <= {"PermissionError", "FileNotFoundError", "OSError"}
    assert said[-1] == "['stderr', 'stdin', 'stdout', 'submission']"


def test_it_has_no_way_to_new_rights(fork_server: ForkServer, tmp_path: Path) -> None:
    said = say(
        fork_server,
        tmp_path,
        """
        [line.split()[1] for line in open("/proc/self/status") if line.startswith("NoNewPrivs")]
        """,
    )
    assert said == ["['1']"]


def test_it_cannot_disturb_other_processes(fork_server: ForkServer, tmp_path: Path) -> None:
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)"])
    try:
        said = say(
            fork_server,
            tmp_path,
            f"""
            os.kill({sleeper.pid}, signal.SIGKILL)
            os.kill({os.getpid()}, signal.SIGTERM)
            open("/proc/{sleeper.pid}/environ").read()
            """,
        )
        assert set(said) <= {"PermissionError", "ProcessLookupError", "FileNotFoundError"}
        assert sleeper.poll() is None
    finally:
        sleeper.kill()
        sleeper.wait()


def test_it_works_as_programs_do(fork_server: ForkServer, tmp_path: Path) -> None:
    said = say(
        fork_server,
        tmp_path,
        """
        subprocess.run(["sh", "-c", "echo $((6 * 7))"], capture_output=True, text=True).stdout.strip()
        subprocess.run([sys.executable, "-c", "import json; print(json.dumps(1))"], capture_output=True).stdout
        open("made_here", "w").write("x")
        open("/dev/null", "w").write("x")
        __import__("tempfile").TemporaryFile().write(b"x")
        __import__("multiprocessing").Lock().acquire()
        socket.create_server(("localhost", 0)).getsockname()[0]
        """,
    )
    assert said == ["42", "b'1\\n'", "1", "1", "1", "True", "127.0.0.1"]


@bubblewrap
@pytest.mark.parametrize("way", ["through another folder", "through a link to its folder", "through links to its file"])
def test_the_way_to_our_python_costs_no_isolation(way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = Path(sys.executable)
    here = tmp_path / "here"
    here.mkdir()
    if way == "through another folder":
        python = here / os.path.relpath(python, here)
    elif way == "through a link to its folder":
        (here / "bin").symlink_to(python.parent)
        python = here / "bin" / python.name
    else:
        (here / "hop").symlink_to(python.resolve())
        (here / "bin").mkdir()
        (here / "bin" / "python").symlink_to("../hop")
        python = here / "bin" / "python"
    monkeypatch.setattr(sys, "executable", str(python))
    (tmp_path / "program.py").write_text("print(6 * 7)")
    fork_server = ForkServer("auto")
    assert run_isolated(Job(read_submission(tmp_path / "program.py")), fork_server).output == ["42"]
    assert (fork_server.confinement.isolation, fork_server.confinement.name) == ("strong", "bubblewrap")
    fork_server.close()


@linux
def test_bubblewrap_that_does_not_work_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuses = tmp_path / "bwrap"
    refuses.write_text("#!/bin/sh\nexit 1\n")
    refuses.chmod(0o755)
    monkeypatch.setattr(confinement, "_bubblewrap", lambda: str(refuses))
    (tmp_path / "program.py").write_text("print(6 * 7)")
    fork_server = ForkServer("auto")
    assert run_isolated(Job(read_submission(tmp_path / "program.py")), fork_server).output == ["42"]
    assert fork_server.confinement.name == f"{OnLinux().name}: bubblewrap is installed, and cannot be used here"
    fork_server.close()


@bubblewrap
def test_bubblewrap_leaves_it_alone_in_the_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("COVERAGE_")]:
        monkeypatch.delenv(name)
    fork_server = ForkServer("strict")
    said = say(
        fork_server,
        tmp_path,
        """
        os.getuid() != 0
        os.getppid()
        socket.create_connection(("192.0.2.1", 9), timeout=1)
        sorted(pid for pid in os.listdir("/proc") if pid.isdigit())
        sorted(os.environ)
        os.kill(1, signal.SIGKILL)
        "still here"
        """,
    )
    fork_server.close()
    assert said == [
        "True", "1", "OSError", "['1', '2']",
        str(sorted(["HOME", "LANG", "MALLOC_ARENA_MAX", "PATH", "PWD", "PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED",
                    "PYTHONUTF8", "TEMP", "TMP", "TMPDIR", "TZ"])),
        "PermissionError" if os.geteuid() == 0 else "None", "still here",
    ]  # fmt: skip


@bubblewrap
def test_a_run_leaves_nothing_for_the_next(tmp_path: Path) -> None:
    fork_server = ForkServer("strict")
    source = """
        "left" in os.listdir("/tmp/asyncgrade/submission") + os.listdir("/tmp") + os.listdir("/dev/shm")
        open("/tmp/asyncgrade/submission/left", "w").close()
        open("/tmp/left", "w").close()
        open("/dev/shm/left", "w").close()
        socket.socket().bind(("127.0.0.1", 8000))
        subprocess.Popen(["sleep", "60"], start_new_session=True) and len(os.listdir("/proc/self/fd")) > 0
        os.getuid()
    """
    first = say(fork_server, tmp_path, source)
    second = say(fork_server, tmp_path, source + "sorted(pid for pid in os.listdir('/proc') if pid.isdigit())")
    fork_server.close()
    assert first[:-1] == second[:-2]
    assert first[:-1] == ["False", "None", "None", "None", "None", "True"]
    assert second[-1] == "['1', '2', '3']"
    assert os.geteuid() != 0 or first[-1] != second[-2]


@bubblewrap
def test_a_fork_server_goes_on_after_a_run_that_was_killed(tmp_path: Path) -> None:
    fork_server = ForkServer("strict")
    (tmp_path / "killed.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    trace = run_isolated(Job(read_submission(tmp_path / "killed.py", alone=True)), fork_server)
    assert (trace.outcome, trace.reason) == (Outcome.KILLED, "the program was killed by SIGKILL")
    pid = fork_server._process and fork_server._process.pid
    assert say(fork_server, tmp_path, "1") == ["1"]
    assert (fork_server._process and fork_server._process.pid) == pid
    fork_server.close()


@linux
def test_a_way_that_does_not_work_gives_way_to_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confinement, "which", lambda _name: "/bin/false")
    fork_server = ForkServer("auto")
    assert fork_server.confinement.isolation == "strong"
    assert say(fork_server, tmp_path, "1") == ["1"]
    assert fork_server.confinement.isolation != "strong"
    fork_server.close()
    assert why_not_strict() == "bwrap ended with status 1"


def test_without_bubblewrap_strict_takes_nothing_weaker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confinement, "which", lambda _name: None)
    (way,) = candidates("strict")
    assert isinstance(way, Bubblewrap)
    assert why_not_strict() == "bubblewrap is not installed"


def test_weak_never_takes_bubblewrap() -> None:
    assert not any(isinstance(way, Bubblewrap) for way in candidates("weak"))


def test_other_systems_have_the_weakest_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    (way,) = candidates()
    assert type(way) is Confinement
    assert (way.isolation, way.name, way.access(), way.command(["python"])) == (
        "weak", "a process group", None, ["python", "--fork-server"]
    )  # fmt: skip
    assert Spawn().confinement.isolation == "weak"


@linux
def test_without_landlock_a_process_on_linux_is_weakly_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confinement, "_has_landlock", lambda: False)
    way = OnLinux()
    assert (way.isolation, way.name, way.access()) == ("weak", "a process group", None)


@linux
def test_a_program_that_kills_the_fork_server_harms_no_other_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confinement, "_has_landlock", lambda: False)
    monkeypatch.setattr(confinement, "_is_for_all", lambda _path: False)
    (tmp_path / "kills.py").write_text("import os, signal\nos.kill(os.getppid(), signal.SIGKILL)")
    fork_server = ForkServer("weak")
    for _ in range(2):
        assert say(fork_server, tmp_path, "6 * 7") == ["42"]
        trace = run_isolated(Job(read_submission(tmp_path / "kills.py", alone=True)), fork_server)
        assert trace.outcome is Outcome.KILLED
    assert say(fork_server, tmp_path, "6 * 7") == ["42"]
    fork_server.close()


@linux
def test_root_becomes_another_user_where_that_one_can_read_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confinement, "_is_root", lambda: True)
    monkeypatch.setattr(confinement, "_python", lambda: ["/usr/bin"])
    monkeypatch.setattr(os, "chown", lambda _path, user, group: owners.append((user, group)))
    owners: list[tuple[int, int]] = []
    way = OnLinux()
    with way.folder():
        assert way.user in confinement._USERS
        assert owners == [(way.user, way.user)]
    monkeypatch.setattr(confinement, "_python", lambda: ["/usr/bin", "/nonexistent-for-others"])
    monkeypatch.setattr(confinement, "_is_for_all", lambda path: path == "/usr/bin")
    way = OnLinux()
    with way.folder():
        assert way.user is None


@linux
def test_an_ordinary_user_gets_a_namespace_of_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confinement, "_is_root", lambda: False)
    command = Bubblewrap("bwrap").command(["python"])
    begin = command.index("--unshare-user")
    assert command[begin : begin + 11] == [
        "--unshare-user", "--uid", "0", "--gid", "0", "--cap-add", "CAP_SYS_ADMIN", "--cap-add", "CAP_NET_ADMIN", "--",
        "python",
    ]  # fmt: skip
    way = Bubblewrap("bwrap")
    with way.folder():
        assert way.user is None


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root")
def test_all_processes_of_a_runs_user_can_be_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confinement, "_python", lambda: ["/usr"])
    monkeypatch.setattr(sys, "executable", "/usr/bin/python3")
    way = OnLinux()
    with way.folder():
        sleeper = subprocess.Popen(["/bin/sleep", "30"], user=way.user, start_new_session=True)
        way.sweep()
    assert sleeper.wait(timeout=60) == -9


def test_proc_is_left_out_where_parts_of_it_are_covered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mountinfo"
    monkeypatch.setattr(confinement, "_MOUNTS", mounts)
    assert not confinement._can_mount_proc()
    mounts.write_text("22 1 0:21 / /proc rw - proc proc rw\n23 22 0:22 / /proc/acpi ro - tmpfs tmpfs ro\n")
    assert not confinement._can_mount_proc()
    mounts.write_text("22 1 0:21 / /proc rw - proc proc rw\n")
    assert confinement._can_mount_proc()


@landlock
def test_partial_isolation_leaves_nothing_of_the_host_but_harmless_devices(tmp_path: Path) -> None:
    fork_server = ForkServer("weak")
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as unix:
        unix.bind(str(tmp_path / "socket"))
        unix.listen()
        said = say(
            fork_server,
            tmp_path,
            f"""
            socket.create_connection(("127.0.0.1", {server.getsockname()[1]}), timeout=5)
            socket.socket(socket.AF_UNIX).connect({str(tmp_path / "socket")!r})
            len(socket.socketpair())
            os.listdir("/dev")
            open("/dev/zero", "rb").read(1)
            open("/dev/mem", "rb")
            open("/dev/tty", "w")
            open("/dev/shm/left_here", "w").write("x")
            """,
        )
    refused = {"PermissionError", "FileNotFoundError"}
    assert said[1:3] == ["OSError", "2"]
    assert said[3] in refused
    assert said[4] == r"b'\x00'"
    assert set(said[5:7]) <= refused
    if said[7] == "1":  # network and shared memory of its own: the kernel lets us
        assert said[0] == "ConnectionRefusedError"
        assert not Path("/dev/shm/left_here").exists()  # noqa: S108  # that of the host
        assert say(fork_server, tmp_path, 'os.listdir("/dev/shm")') == ["[]"]
    else:
        assert said[7] in refused
    fork_server.close()


@linux
def test_where_the_kernel_refuses_namespaces_nothing_is_left_half(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise PermissionError

    monkeypatch.setattr(namespaces, "_leave_host", refuse)
    assert not namespaces.leave_host()
