from __future__ import annotations

import os
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
