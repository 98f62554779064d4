"""The same class on a Dask cluster: a real scheduler and two real workers, one of which is killed."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest

from .exports import GOOD, SLOW, grade_class, make_course, table, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.skipif(importlib.util.find_spec("distributed") is None, reason="needs the extra dask"),
    pytest.mark.skipif(sys.platform == "win32", reason="kills a process as POSIX does"),
]


@contextmanager
def process(log: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as file:
        started = subprocess.Popen([sys.executable, "-m", *words], stdout=file, stderr=file, cwd=log.parent)
        try:
            yield started
        finally:
            started.kill()
            started.wait()


def wait_for_text(log: Path, text: str) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for line in log.read_text().splitlines():
            if text in line:
                return line
        time.sleep(0.1)
    raise AssertionError(log.read_text())


NO_SCHEDULER = """
from pytest_asyncgrade.classes import workers
from pytest_asyncgrade.errors import UsageError

workers._CONNECT_SECONDS = 0.5
try:
    with workers.workers(1, "tcp://127.0.0.1:1") as crew:
        crew.size()
except UsageError as error:
    print(error)
"""


def test_an_address_without_a_scheduler_is_named() -> None:
    """A process of its own: Dask leaves a thread behind, on which a deadlock in virtual time would wait forever."""
    done = subprocess.run([sys.executable, "-c", NO_SCHEDULER], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.startswith("--dask tcp://127.0.0.1:1: there is no scheduler of Dask at this address (")


@pytest.mark.timeout(300)
def test_a_worker_that_dies_costs_a_retry(tmp_path: Path) -> None:
    make_course(tmp_path)
    programs = {f"class/s{number:02}/naps.py": f"{(GOOD, SLOW)[number % 2]}# {number}\n" for number in range(24)}
    write(tmp_path, programs)
    with ExitStack() as stack:
        log = tmp_path / "scheduler.log"
        stack.enter_context(process(
            log, "distributed.cli.dask_scheduler", "--host=127.0.0.1", "--port=0", "--no-dashboard", "--no-show",
        ))  # fmt: skip
        address = wait_for_text(log, "Scheduler at:").rpartition(" ")[2]
        started = []
        for number in range(2):
            (tmp_path / f"w{number}").mkdir()
            log = tmp_path / f"w{number}" / "worker.log"
            words = ["distributed.cli.dask_worker", address, "--nthreads=1", "--no-nanny", "--no-dashboard"]
            started.append(stack.enter_context(process(log, *words, f"--local-directory={log.parent}")))
            wait_for_text(log, "Registered to:")
        command = [sys.executable, "-m", "pytest_asyncgrade.cli", "class", "class", "--workers=2", f"--dask={address}"]
        grading = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        reports = tmp_path / "results" / "reports"
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not (reports.is_dir() and list(reports.iterdir())):
            time.sleep(0.02)
        started[0].kill()
        _, stderr = grading.communicate(timeout=200)
    assert grading.returncode == 0, stderr
    on_dask = {name: (row["score"], row["status"]) for name, row in table(tmp_path / "results" / "grades.csv").items()}
    assert grade_class(tmp_path, "--out=here").returncode == 0
    here = {name: (row["score"], row["status"]) for name, row in table(tmp_path / "here" / "grades.csv").items()}
    assert on_dask == here
    assert set(here.values()) == {("4", "graded"), ("1", "graded")}
