"""Runs CPython's own asyncio tests, as the installed interpreter has them, on our loop."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

_PATIENCE = 120
"""Real seconds after which a test that has not ended hangs."""

_ROOT = Path(__file__).parents[2]

MODULES = (
    "test_base_events", "test_buffered_proto", "test_context", "test_eager_task_factory", "test_events",
    "test_futures", "test_futures2", "test_locks", "test_pep492", "test_protocols", "test_queues", "test_runners",
    "test_sendfile", "test_server", "test_sock_lowlevel", "test_ssl", "test_staggered", "test_streams",
    "test_subprocess", "test_taskgroups", "test_tasks", "test_threads", "test_timeouts", "test_transports",
    "test_unix_events", "test_waitfor",
)  # fmt: skip
"""Left out as a whole: proactor and windows (no such loop here), selector_events and sslproto (mocks of the selector's
and the protocol's insides; no loop runs in them)."""


@dataclass
class Outcomes:
    """How the tests of a module ended: ids, and of those that failed, why."""

    passed: set[str] = field(default_factory=set)
    skipped: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)


def run_module(loop: str, module: str, ids: frozenset[str] = frozenset()) -> Outcomes:
    """Run the tests of one module (all, or those given) on `ours` or the `stock` loop, each hanging one only once."""
    outcomes = Outcomes()
    choice = sorted(ids)
    while True:
        hanging = _run_until_hang(loop, module, choice, outcomes)
        if hanging is None:
            return outcomes
        outcomes.failed.setdefault(hanging, "hangs, or ends the process")
        if hanging == module:
            return outcomes
        done = outcomes.passed | outcomes.skipped | set(outcomes.failed)
        choice = sorted(ids - done) if ids else ["--skip", *sorted(done)]
        if ids and not choice:
            return outcomes


def _run_until_hang(loop: str, module: str, choice: list[str], outcomes: Outcomes) -> str | None:
    command = [sys.executable, "-m", "tests.conformance.child", loop, module, *choice]
    # what is seen here is how the loop behaves: measured or not, it is the same, and much slower
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_PROCESS")}
    environment |= {"PYTHONPATH": str(_ROOT), "PYTHONWARNINGS": "default"}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=_ROOT, env=environment, start_new_session=True
    )
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    assert process.stdout is not None
    reader = threading.Thread(target=_read, args=(process.stdout, lines), daemon=True)
    reader.start()
    running = module
    try:
        while line := lines.get(timeout=_PATIENCE):
            if not line.startswith(b'["'):
                continue
            event, test, why = json.loads(line)
            if event == "end":
                return None
            if event == "begins":
                running = test
            elif event == "passes":
                outcomes.passed.add(test)
            elif event == "skips":
                outcomes.skipped.add(test)
            else:
                outcomes.failed[test] = why
    except queue.Empty:
        pass
    finally:
        process.kill()
        process.wait()
        reader.join()
        process.stdout.close()
    return running


def _read(output: IO[bytes], lines: queue.SimpleQueue[bytes]) -> None:
    for line in output:
        lines.put(line)
    lines.put(b"")
