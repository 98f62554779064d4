"""How a student's process confines itself before the student's program begins: it gives up rights and sets limits.

The fork server gives up rights here, too, and kills what a run left behind.  Linux has all of it, other systems what
`resource` offers.
"""

from __future__ import annotations

import errno
import os
import signal
import struct
import sys
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .syscalls import allow

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]  # as if it were there, with nothing in it

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_asyncgrade.trace.protocol.limits import Limits
    from pytest_asyncgrade.trace.protocol.order import Access, Syscalls

_SET_PDEATHSIG, _SET_DUMPABLE, _SET_CHILD_SUBREAPER, _SET_NO_NEW_PRIVS = 1, 4, 36, 38  # linux/prctl.h
_CAPABILITIES = 0x20080522  # linux/capability.h, version 3
_KILL, _SETGID, _SETUID, _NET_ADMIN, _SYS_ADMIN = 1 << 5, 1 << 6, 1 << 7, 1 << 12, 1 << 21
_TO_START_RUNS = _KILL | _SETGID | _SETUID
_TO_MAKE_NAMESPACES = _NET_ADMIN | _SYS_ADMIN
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same number on every architecture
_BY_PATH = 1
_ON_FILES = (
    1 << 0 | 1 << 1 | 1 << 2 | 1 << 14 | 1 << 15
)  # execute, write, read, truncate, ioctl: all else is for folders
_READING = 1 << 0 | 1 << 2 | 1 << 3  # execute, read a file, read a folder
_RIGHTS_SINCE = {1: 13, 2: 14, 3: 15, 5: 16}
"""The number of rights on files that Landlock knows, by its version (linux/landlock.h)."""
_SCOPES_SINCE = 6
_NO_SIGNALS_NOR_SOCKETS_OUTSIDE = 0b11

_SPARE_MEMORY = 64 << 20
"""Memory above a run's limit that is reserved for reporting the end, in bytes."""
_SPARE_CPU = 2
"""Processor time above a run's limit that is reserved for reporting the end, in seconds."""
_small_pieces = [bytearray(size) for size in range(16, 512, 16) for _ in range(40)]
_KILL_TIMEOUT = 2.0
"""Time limit for killing what a run left behind, in real seconds."""


def become_fork_server(*, makes_namespaces: bool) -> None:
    """Keep only the rights that are needed to start runs, end with our parent, and adopt processes that lose theirs."""
    if sys.platform == "linux":
        call = _libc().prctl
        _keep_capabilities(_TO_START_RUNS | (_TO_MAKE_NAMESPACES if makes_namespaces else 0))
        die_with_parent()
        call(_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        call(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        call(_SET_DUMPABLE, 0, 0, 0, 0)  # a program that we fork cannot look into our memory


def die_with_parent() -> None:
    """Let the kernel kill this process when its parent ends."""
    _libc().prctl(_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def become_user(user: int | None) -> None:
    """Give up the rights of the fork server: become a user that nobody is, if we may, and keep no capability."""
    if user is not None:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
    if sys.platform == "linux":
        _keep_capabilities(0)


def _keep_capabilities(kept: int) -> None:
    """Drop all capabilities but those of a mask (capset(2): effective, permitted and inheritable, in two halves)."""
    from ctypes import create_string_buffer

    libc, header = _libc(), struct.pack("Ii", _CAPABILITIES, 0)
    data = create_string_buffer(24)
    libc.capget(header, data)
    permitted = struct.unpack("6I", data.raw)[1] & kept
    libc.capset(header, struct.pack("6I", permitted, permitted, 0, 0, 0, 0))


def confine(limits: Limits, access: Access | None, syscalls: Syscalls, folder: str) -> None:
    """Set the limits of a run; allow only `syscalls`; where `access` is given, only those paths and its `folder`."""
    if sys.platform == "linux":
        die_with_parent()
        _libc().prctl(_SET_DUMPABLE, 1, 0, 0, 0)
        if access is not None:
            _close_files(access.read, (*access.write, folder))
        allow(syscalls, _libc())
    for name, value, spare in (
        ("RLIMIT_AS", limits.memory, _SPARE_MEMORY),
        ("RLIMIT_CPU", limits.cpu_seconds, _SPARE_CPU),
        ("RLIMIT_FSIZE", limits.file_size, 0),
        ("RLIMIT_NOFILE", limits.open_files, 0),
        ("RLIMIT_NPROC", limits.processes, 0),
        ("RLIMIT_CORE", 0, 0),
    ):
        _limit(name, value, spare)


def _limit(name: str, value: int, spare: int) -> None:
    """Set one limit, unless it is unknown here or lower already; `spare` is kept for us, to report the end."""
    kind = getattr(resource, name, None)
    if kind is None:
        return
    hard = resource.getrlimit(kind)[1]
    with suppress(ValueError, OSError):  # macOS has names for limits that it does not know
        top = value + spare if hard == resource.RLIM_INFINITY else min(value + spare, hard)
        resource.setrlimit(kind, (min(value, top), top))


def use_spare_memory() -> None:
    """Release the memory that was reserved for reporting the end: small pieces at once, then the rest."""
    _small_pieces.clear()
    with suppress(AttributeError, ValueError, OSError):  # AttributeError: Windows
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def comment(limits: Limits, error: BaseException) -> str:
    """Return a comment on the exception that ends a program, after releasing the memory that this takes."""
    use_spare_memory()
    limit = limit_behind(error, limits)
    return f" (the program may {limit})" if limit else ""


def limit_behind(error: BaseException, limits: Limits) -> str:
    """Return which limit an exception is the sign of, in words; empty if of none."""
    number = error.errno if isinstance(error, OSError) else None
    if isinstance(error, MemoryError):
        return f"use {_megabytes(limits.memory)} of memory"
    if number == errno.EFBIG:
        return f"write {_megabytes(limits.file_size)} to a file"
    if number == errno.EMFILE:
        return f"have {limits.open_files} files open"
    if number == errno.EAGAIN or (type(error) is RuntimeError and "can't start new thread" in error.args):
        return f"have {limits.processes} processes and threads"
    return ""


def _megabytes(count: int) -> str:
    return f"{count // 1_000_000} MB"


def kill_leftovers() -> None:
    """Kill the processes that a run left behind, which are our children by now, and wait for their end."""
    deadline = time.monotonic() + _KILL_TIMEOUT
    while time.monotonic() < deadline:
        for pid in _children():
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.001)


def _children() -> Iterator[int]:
    with suppress(OSError):
        yield from map(int, Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split())


@cache
def _libc() -> Any:
    """Return the C library, loaded once: a fork server does that for all its children."""
    from ctypes import CDLL

    return CDLL(None, use_errno=True)


def _close_files(read: Iterable[str], write: Iterable[str]) -> None:
    """Deny opening anything that is not below these paths, from now on (Landlock)."""
    from ctypes import get_errno

    call = _libc().syscall
    version = call(_CREATE_RULESET, None, 0, 1)
    rights = (1 << max(count for since, count in _RIGHTS_SINCE.items() if since <= version)) - 1
    scopes = _NO_SIGNALS_NOR_SOCKETS_OUTSIDE if version >= _SCOPES_SINCE else 0
    attributes = struct.pack("QQQ" if scopes else "Q", *((rights, 0, scopes) if scopes else (rights,)))
    ruleset = call(_CREATE_RULESET, attributes, len(attributes), 0)
    for paths, wanted in ((read, _READING), (write, rights)):
        for path in paths:
            with suppress(FileNotFoundError, PermissionError):
                fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
                allowed = wanted & rights & (-1 if Path(path).is_dir() else _ON_FILES)
                call(_ADD_RULE, ruleset, _BY_PATH, struct.pack("=Qi", allowed, fd), 0)
                os.close(fd)
    if call(_RESTRICT_SELF, ruleset, 0):
        raise OSError(get_errno(), f"Landlock: {errno.errorcode.get(get_errno(), '')}")
    os.close(ruleset)
