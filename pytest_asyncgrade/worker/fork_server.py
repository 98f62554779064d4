"""The fork server: a process that has imported everything, and forks for each run."""

from __future__ import annotations

import gc
import os
import select
import shutil
import sys
from typing import TYPE_CHECKING

from pytest_asyncgrade.trace.protocol.fork_link import Ended, Request, Started
from pytest_asyncgrade.virtualtime import virtual_time

from .confined import become_fork_server, kill_leftovers

if TYPE_CHECKING:
    import socket

    from pytest_asyncgrade.trace.protocol.order import RunOrder


def serve(link: socket.socket) -> tuple[RunOrder, int]:
    """Fork for each request that comes over the link, and end when the parent hangs up.

    Return, in each child, its order and the pipe for its records.

    What every run would do for itself is done once before: imports, freezegun's look at every module, a collection of
    the objects that are here to stay.
    """
    become_fork_server()
    with virtual_time():
        gc.collect()
    gc.freeze()
    Started(os.getpid(), os.pidfd_open(os.getpid())).send(link)
    while request := Request.receive(link):
        pid = os.fork()
        if pid == 0:
            os.setsid()
            link.close()
            return request.order, request.records
        os.close(request.records)
        Started(pid, os.pidfd_open(pid)).send(link)
        status = _wait(pid, link)
        kill_leftovers()
        shutil.rmtree(request.order.folder, ignore_errors=True)
        if status is None:
            break
        Ended(status).send(link)
    sys.exit()


def _wait(pid: int, link: socket.socket) -> int | None:
    """Wait for a child and return its exit status; None if the parent has hung up meanwhile."""
    pidfd = os.pidfd_open(pid)
    ready, *_ = select.select([pidfd, link.fileno()], [], [])
    os.close(pidfd)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) if pidfd in ready else None
