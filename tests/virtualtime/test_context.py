"""What entering and leaving virtual time does to the process."""

from __future__ import annotations

import asyncio
import datetime as dt
import gc
import importlib
import os
import queue
import select
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
import weakref
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING, Any

import pytest

from pytest_asyncgrade.virtualtime import VirtualClock, VirtualTimeLoop, virtual_time
from pytest_asyncgrade.virtualtime.patches import forks

if TYPE_CHECKING:
    from pathlib import Path

_PATCHED: list[Any] = [
    time, threading, threading.Thread, threading.Event, queue, queue.Queue, signal, socket.socket, select, os,
    selectors.DefaultSelector, subprocess.Popen, connection, BaseProcess, asyncio, asyncio.events, asyncio.tasks,
    asyncio.Runner, asyncio.Event, asyncio.base_futures, dt.datetime, dt.date, VirtualTimeLoop,
]  # fmt: skip


def _state() -> list[dict[str, Any]]:
    return [{name: value for name, value in vars(owner).items() if name != "__doc__"} for owner in _PATCHED]


async def _program() -> None:
    await asyncio.gather(asyncio.sleep(1), asyncio.to_thread(time.sleep, 2))


def test_virtual_time_leaves_nothing_behind() -> None:
    asyncio.run(asyncio.sleep(0))  # what asyncio keeps once it has run
    before, finders, hooks = _state(), list(sys.meta_path), len(forks._open)
    with virtual_time():
        asyncio.run(_program())
        with virtual_time():
            asyncio.run(_program())
    with virtual_time():
        pass
    assert _state() == before
    assert (sys.meta_path, len(forks._open)) == (finders, hooks)


def test_nobody_keeps_a_clock_after_virtual_time() -> None:
    with virtual_time() as clock:
        asyncio.run(_program())
    left = weakref.ref(clock)
    del clock
    gc.collect()
    assert left() is None


def test_a_module_that_was_imported_in_virtual_time_goes_on_in_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "imported_within.py").write_text("from threading import Lock\nfrom time import monotonic, sleep\n")
    monkeypatch.syspath_prepend(tmp_path)
    with virtual_time():
        module: Any = importlib.import_module("imported_within")
    assert (module.Lock, module.monotonic, module.sleep) == (threading.Lock, time.monotonic, time.sleep)
    with virtual_time() as clock:
        start = module.monotonic()
        module.sleep(5)
        assert (module.monotonic() - start, clock.elapsed) == (5, 5)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_hook_at_fork_serves_the_virtual_times_that_are_open() -> None:
    with virtual_time(), virtual_time():
        process = os.fork()
        if not process:
            start = time.monotonic()
            time.sleep(0.01)
            os._exit(0 if time.monotonic() - start >= 0.01 and not forks._open else 1)
        _, status = os.waitpid(process, 0)
    assert os.waitstatus_to_exitcode(status) == 0


def test_a_clock_goes_on_in_the_next_virtual_time() -> None:
    clock = VirtualClock()
    for _ in range(2):
        with virtual_time(clock):
            asyncio.run(_program())
    assert clock.elapsed == 4
