from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import Any

import psutil
import pytest

from pytest_asyncgrade.sandbox import process_tree

OPTIONS: Any = {"env": dict(os.environ), "stdin": subprocess.PIPE, "stdout": subprocess.PIPE}


@pytest.mark.parametrize("thoroughly", [True, False])
def test_a_process_and_its_children_are_killed_without_process_groups_too(
    monkeypatch: pytest.MonkeyPatch, *, thoroughly: bool
) -> None:
    monkeypatch.setattr(process_tree, "HAS_GROUPS", False)
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)"
    )
    process = process_tree.start([sys.executable, "-c", code], **OPTIONS)
    assert process.stdin is not None
    assert process.stdout is not None
    child = psutil.Process(int(process.stdout.readline()))
    process_tree.kill(process, thoroughly=thoroughly)
    psutil.wait_procs([child], timeout=60)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
    assert process.returncode is not None
    process.stdin.close()
    process.stdout.close()


def test_a_process_that_is_gone_is_no_error() -> None:
    process = process_tree.start([sys.executable, "-c", ""], **OPTIONS)
    process.wait()
    process_tree.kill(process, thoroughly=True)
    assert isinstance(process, subprocess.Popen)
    assert process.returncode == 0
    for pipe in (process.stdin, process.stdout):
        assert pipe is not None
        pipe.close()


WAITING = """
import signal, time
def end(*_): raise SystemExit(7)
signal.signal(signal.SIGINT, {handler})
print("ready", flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(not process_tree.HAS_GROUPS, reason="sends a signal as POSIX does")
@pytest.mark.parametrize(("handler", "seconds", "status"), [("end", 60, 7), ("signal.SIG_IGN", 0, -signal.SIGKILL)])
def test_a_process_may_tidy_up_before_it_is_killed(handler: str, seconds: float, status: int) -> None:
    process = process_tree.start([sys.executable, "-c", WAITING.format(handler=handler)], **OPTIONS)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdout.readline()
    process_tree.interrupt(process, seconds=seconds)
    assert process.returncode == status
    process_tree.interrupt(process, seconds=seconds)
    process.stdin.close()
    process.stdout.close()


def test_a_process_cannot_tidy_up_where_no_signal_asks_it_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_tree, "HAS_GROUPS", False)
    process = process_tree.start([sys.executable, "-c", "import time; time.sleep(60)"], **OPTIONS)
    process_tree.interrupt(process, seconds=60)
    assert process.returncode is not None
    for pipe in (process.stdin, process.stdout):
        assert pipe is not None
        pipe.close()
