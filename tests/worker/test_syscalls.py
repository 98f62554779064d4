"""What no exercise needs of the kernel is refused, for good, in all processes of a run."""

from __future__ import annotations

import errno
import platform
import subprocess
import sys

import pytest

from pytest_asyncgrade.worker import syscalls

known = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in {"x86_64", "aarch64"}, reason="needs a machine of the table"
)

PROBE = """
import ctypes, os, socket, subprocess, sys, threading
from pytest_asyncgrade.worker import syscalls
libc = ctypes.CDLL(None, use_errno=True)
libc.prctl(38, 1, 0, 0, 0)
syscalls.allow(sys.argv[1], libc)

def number_of(result):
    return ctypes.get_errno() if result == -1 else 0

def call(*arguments):
    return number_of(libc.syscall(*arguments))

column = syscalls._ARCHITECTURES[os.uname().machine][1]
print({name: call(numbers[column], -1, 0, 0, 0, 0) for name, numbers in syscalls._REFUSED.items()})
print(call(syscalls._CLONE3[column], 0, 0), call(syscalls._CLONE[column], 0x10000000, 0, 0, 0, 0))
threading.Thread(target=print, args=("a thread",)).start()
subprocess.run([sys.executable, "-c", "print('a process')"], check=True)
socket.socketpair()
for family in (socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK, socket.AF_UNIX, socket.AF_VSOCK):
    try:
        print(socket.socket(family, socket.SOCK_DGRAM if family != socket.AF_VSOCK else socket.SOCK_STREAM).family.name)
    except OSError as error:
        print(error.errno)
"""


def probe(allowed: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-u", "-c", PROBE, allowed], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout.splitlines()


@known
@pytest.mark.parametrize(
    ("allowed", "unix"), [("harmless", "AF_UNIX"), ("harmless without unix sockets", str(errno.EAFNOSUPPORT))]
)
def test_only_what_is_harmless_is_left(allowed: str, unix: str) -> None:
    refused, clones, thread, process, *families = probe(allowed)
    assert refused == str(dict.fromkeys(syscalls._REFUSED, errno.EPERM))
    assert clones == f"{errno.ENOSYS} {errno.EPERM}"
    assert {thread, process} == {"a thread", "a process"}
    assert families[:4] == ["AF_INET", "AF_INET6", "AF_NETLINK", unix]
    if unix != "AF_UNIX":
        assert families[4] == str(errno.EAFNOSUPPORT)


@known
def test_all_may_be_allowed() -> None:
    assert probe("all")[0] != str(dict.fromkeys(syscalls._REFUSED, errno.EPERM))


def test_a_machine_without_numbers_has_no_filter() -> None:
    assert syscalls.program(unix=True, machine="riscv64") == b""
    for machine in ("x86_64", "aarch64"):
        assert (
            len(syscalls.program(unix=False, machine=machine)) > len(syscalls.program(unix=True, machine=machine)) > 0
        )


def test_a_kernel_that_refuses_the_filter_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing:
        @staticmethod
        def prctl(*_: object) -> int:
            return -1

    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    with pytest.raises(OSError, match=r"seccomp"):
        syscalls.allow("harmless", Refusing)
    syscalls.allow("all", Refusing)
