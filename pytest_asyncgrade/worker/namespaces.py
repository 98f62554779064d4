"""New namespaces for each run: its own processes, temporary files, shared memory and network.

The fork server may make them, inside the box that bubblewrap has made; a run may not.  The first process of a run's
namespace is ours: it waits for the program and reaps processes that lose their parent; when it ends, the kernel kills
all that the run has left behind.  See ``namespaces(7)``, ``pid_namespaces(7)`` and ``mount_namespaces(7)``.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import struct
from contextlib import suppress
from pathlib import Path
from typing import Any

_NEW_MOUNTS, _NEW_NAME, _NEW_IPC, _NEW_PROCESSES, _NEW_NETWORK = 0x20000, 0x4000000, 0x8000000, 0x20000000, 0x40000000
"""CLONE_NEWNS, _NEWUTS, _NEWIPC, _NEWPID and _NEWNET of ``linux/sched.h``."""
_NEW_USERS = 0x10000000
"""CLONE_NEWUSER."""

_NO_SETUID, _NO_DEVICES, _NO_PROGRAMS, _RECURSIVE, _PRIVATE = 1 << 1, 1 << 2, 1 << 3, 1 << 14, 1 << 18
"""MS_NOSUID, _NODEV, _NOEXEC, _REC and _PRIVATE of ``linux/mount.h``."""

_TEMPORARY = ("/tmp", "/dev/shm")  # noqa: S108  # on file systems that only the run sees
_TEMPORARY_SIZE = "size=256m,mode=1777"
_SHARED_MEMORY, _SHARED_MEMORY_SIZE = "/dev/shm", "size=256m,mode=0777"  # noqa: S108  # a file system of its own
_SET_FLAGS, _UP_AND_RUNNING = 0x8914, 0x41
"""SIOCSIFFLAGS of ``linux/sockios.h``; IFF_UP and IFF_RUNNING of ``linux/if.h``."""

_OPEN_TREE, _MOVE_MOUNT = 428, 429
"""System calls of Linux 5.2, with the same numbers on every architecture."""

_COPY_ALL, _FROM_DESCRIPTOR, _HERE = 0x1 | 0x8000 | os.O_CLOEXEC, 0x4, -100
"""OPEN_TREE_CLONE, AT_RECURSIVE and OPEN_TREE_CLOEXEC; MOVE_MOUNT_F_EMPTY_PATH; AT_FDCWD."""

_STATUS = struct.Struct("i")

fork = os.fork
"""The real one: that of virtual time takes the child for one of the program's."""


class Namespaces:
    """Forks each run into new namespaces; OSError where the kernel refuses them."""

    def __init__(self, kept: list[str]) -> None:
        self._libc = _libc()
        self._own = os.pidfd_open(os.getpid())
        self._kept = kept
        """Paths below the folders that are made empty, which stay visible: Python may lie there."""

    def try_out(self) -> None:
        """Make them once, for nothing: what the kernel refuses, it refuses now."""
        self._make_process_namespace()
        pid = fork()
        if pid == 0:
            refused = 1
            with suppress(OSError):
                self.enter()
                refused = 0
            os._exit(refused)
        if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]):
            msg = "new namespaces cannot be made here"
            raise PermissionError(msg)

    def fork_init(self) -> int:
        """Fork the first process of a new process namespace; return 0 in it, its process id in the caller."""
        self._make_process_namespace()
        return fork()

    def _make_process_namespace(self) -> None:
        """Let the next child be the first of a new process namespace; one namespace serves once, so leave the last."""
        _check(self._libc.setns(self._own, _NEW_PROCESSES))
        _check(self._libc.unshare(_NEW_PROCESSES))

    def enter(self) -> None:
        """Take the calling process, the first of its process namespace, into the other new namespaces."""
        _check(self._libc.unshare(_NEW_MOUNTS | _NEW_NAME | _NEW_IPC | _NEW_NETWORK))
        _mount(self._libc, None, "/", None, _RECURSIVE | _PRIVATE, None)
        trees = [(path, self._copy_mounts(path)) for path in self._kept]
        for folder in _TEMPORARY:
            _mount(self._libc, "tmpfs", folder, "tmpfs", _NO_SETUID | _NO_DEVICES, _TEMPORARY_SIZE)
        for path, tree in trees:
            self._place_mounts(path, tree)
        if os.path.isdir("/proc/self"):  # noqa: PTH112  # not a real folder; it is missing where it may not be mounted
            _mount(self._libc, "proc", "/proc", "proc", _NO_SETUID | _NO_DEVICES | _NO_PROGRAMS, None)
        _bring_loopback_up()

    def _copy_mounts(self, path: str) -> int:
        tree: int = self._libc.syscall(_OPEN_TREE, _HERE, path.encode(), _COPY_ALL)
        if tree < 0:
            _check(tree)
        return tree

    def _place_mounts(self, path: str, tree: int) -> None:
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        if stat.S_ISDIR(os.fstat(tree).st_mode):
            target.mkdir(exist_ok=True)
        else:
            target.touch()
        _check(self._libc.syscall(_MOVE_MOUNT, tree, b"", _HERE, path.encode(), _FROM_DESCRIPTOR))
        os.close(tree)


def leave_host() -> bool:
    """Take this process and all runs out of the host's network and shared memory; tell whether the kernel let us.

    What it refuses, it refuses to a child first: this process either leaves all or nothing.
    """
    pid = fork()
    if pid == 0:
        with suppress(OSError):
            _leave_host()
            os._exit(0)
        os._exit(1)
    if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]):
        return False
    _leave_host()
    return True


def _leave_host() -> None:
    libc, user, group = _libc(), os.getuid(), os.getgid()
    _check(libc.unshare(_NEW_MOUNTS | _NEW_IPC | _NEW_NETWORK | (_NEW_USERS if user else 0)))
    if user:  # the same user as before, who may mount here
        for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            Path(f"/proc/self/{name}").write_text(text, encoding="ascii")
    _mount(libc, None, "/", None, _RECURSIVE | _PRIVATE, None)
    _mount(libc, "tmpfs", _SHARED_MEMORY, "tmpfs", _NO_SETUID | _NO_DEVICES, _SHARED_MEMORY_SIZE)
    _bring_loopback_up()


def clear_shared_memory() -> None:
    """Delete what a run has left in its shared memory, after `leave_host`."""
    for path in Path(_SHARED_MEMORY).iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _mount(  # noqa: PLR0913, PLR0917  # the arguments of mount(2)
    libc: Any, source: str | None, target: str, kind: str | None, flags: int, options: str | None
) -> None:
    words = [None if word is None else word.encode() for word in (source, target, kind, options)]
    _check(libc.mount(*words[:3], flags, words[3]))


def _check(result: int) -> None:
    from ctypes import get_errno

    if result:
        number = get_errno()
        raise OSError(number, os.strerror(number))


def _libc() -> Any:
    from ctypes import CDLL, c_char_p, c_int, c_ulong

    libc = CDLL(None, use_errno=True)
    libc.mount.argtypes = [c_char_p, c_char_p, c_char_p, c_ulong, c_char_p]
    libc.setns.argtypes = [c_int, c_int]
    return libc


def _bring_loopback_up() -> None:
    from fcntl import ioctl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        ioctl(one, _SET_FLAGS, struct.pack("16sh14x", b"lo", _UP_AND_RUNNING))


def await_program(pid: int, status: int) -> None:
    """Wait for the program, reap what loses its parent meanwhile, write its exit status, and end all that is left."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        ended, waited = os.wait()
        if ended == pid:
            os.write(status, _STATUS.pack(os.waitstatus_to_exitcode(waited)))
            os._exit(0)


def read_status(status: int) -> int:
    """Return the exit status that `await_program` wrote; that of a killed process if it could not."""
    data = os.read(status, _STATUS.size)
    os.close(status)
    return int(_STATUS.unpack(data)[0]) if len(data) == _STATUS.size else -signal.SIGKILL
