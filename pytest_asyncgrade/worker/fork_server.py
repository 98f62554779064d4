"""The fork server: a process that has imported everything, and forks for each run of any student.

It never runs a line of a student's.  Where it may make namespaces, each run gets new ones.
"""

from __future__ import annotations

import gc
import os
import select
import sys
from typing import TYPE_CHECKING

from pytest_asyncgrade.trace.protocol.fork_link import Ended, Request, Started

from .confined import become_fork_server, become_user, die_with_parent, kill_leftovers
from .namespaces import Namespaces, await_program, clear_shared_memory, fork, leave_host, read_status

if TYPE_CHECKING:
    import socket

    from pytest_asyncgrade.trace.protocol.order import RunOrder


def serve(link: socket.socket, arguments: list[str]) -> tuple[RunOrder, int, int]:
    """Fork for each request that comes over the link, and end when the parent hangs up.

    Return, in each child, its order, the pipe for its records and the one for answers.  What every run would do has
    been done before: imports, entering virtual time, here a collection of the objects that will stay.
    """
    in_namespaces = "--fork-server=namespaces" in arguments
    has_left = not in_namespaces and leave_host()
    become_fork_server(makes_namespaces=in_namespaces)
    kept = [argument.removeprefix("--keep=") for argument in arguments if argument.startswith("--keep=")]
    namespaces = Namespaces(kept) if in_namespaces else None
    if namespaces is not None:
        namespaces.try_out()
    gc.collect()
    gc.freeze()
    Started(os.getpid(), os.pidfd_open(os.getpid())).send(link)
    while request := Request.receive(link):
        status = _fork(request, link) if namespaces is None else _fork_into(namespaces, request, link)
        if status is None:
            link.close()
            become_user(request.order.user)
            order = request.order.with_shared_memory() if has_left else request.order
            return order, request.records, request.answers
        if namespaces is None:
            kill_leftovers()
        if has_left:
            clear_shared_memory()
        Ended(status).send(link)
    sys.exit()


def _fork(request: Request, link: socket.socket) -> int | None:
    """Fork, and return the exit status of the child; None in the child."""
    pid = fork()
    if pid == 0:
        os.setsid()
        return None
    request.close()
    Started(pid, os.pidfd_open(pid)).send(link)
    _await_end(pid, link)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _fork_into(namespaces: Namespaces, request: Request, link: socket.socket) -> int | None:
    """Do the same in new namespaces: between us and the child is the first process of its process namespace."""
    status, theirs = os.pipe()
    init = namespaces.fork_init()
    if init == 0:
        die_with_parent()
        os.close(status)
        namespaces.enter()
        pid = fork()
        if pid == 0:
            os.close(theirs)
            os.setsid()
            return None
        request.close()
        Started(pid, os.pidfd_open(pid)).send(link)
        link.close()
        await_program(pid, theirs)
    request.close()
    os.close(theirs)
    _await_end(init, link)
    os.waitpid(init, 0)
    return read_status(status)


def _await_end(pid: int, link: socket.socket) -> None:
    """Wait until a child has ended; end ourselves, and all runs with us, if the parent hangs up meanwhile."""
    pidfd = os.pidfd_open(pid)
    ready, *_ = select.select([pidfd, link.fileno()], [], [])
    os.close(pidfd)
    if pidfd not in ready:
        kill_leftovers()
        sys.exit()
