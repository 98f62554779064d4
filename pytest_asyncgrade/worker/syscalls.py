"""A filter of system calls for a run, which no process of it can take off again: seccomp(2), classic BPF.

What is refused is not there for any exercise: namespaces of its own, looking into other processes, keys, io_uring, and
the administration of the machine.  It is refused with EPERM, as an older kernel or a container does.  `clone3` hides
its flags behind a pointer, so it is said to be missing, and the C library takes `clone`.
"""

from __future__ import annotations

import errno
import platform
import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_asyncgrade.trace.protocol.order import Syscalls

_ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
"""By what ``uname -m`` prints: AUDIT_ARCH of linux/audit.h, and the column of the tables."""

_REFUSED = {
    "acct": (163, 89), "add_key": (248, 217), "bpf": (321, 280), "chroot": (161, 51), "delete_module": (176, 106),
    "finit_module": (313, 273), "fsconfig": (431, 431), "fsmount": (432, 432), "fsopen": (430, 430),
    "fspick": (433, 433), "init_module": (175, 105), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "io_uring_setup": (425, 425), "kcmp": (312, 272), "kexec_file_load": (320, 294), "kexec_load": (246, 104),
    "keyctl": (250, 219), "mount": (165, 40), "mount_setattr": (442, 442), "move_mount": (429, 429),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "open_tree": (428, 428),
    "perf_event_open": (298, 241), "pidfd_getfd": (438, 438), "pivot_root": (155, 41),
    "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "ptrace": (101, 117), "quotactl": (179, 60),
    "reboot": (169, 142), "request_key": (249, 218), "setns": (308, 268), "swapoff": (168, 225),
    "swapon": (167, 224), "syslog": (103, 116), "umount2": (166, 39), "unshare": (272, 97),
    "userfaultfd": (323, 282),
}  # fmt: skip
"""Numbers from asm/unistd_64.h of x86 and asm-generic/unistd.h."""
_CLONE, _CLONE3, _SOCKET = (56, 220), (435, 435), (41, 198)
_NEW_NAMESPACES = 0x7E02_0080
"""All CLONE_NEW... of linux/sched.h."""
_FAMILIES = (2, 10, 16)
"""AF_INET, AF_INET6, and AF_NETLINK, by which the C library finds out about interfaces."""
_OTHER_NUMBERS = 0x4000_0000
"""From here on, x86 numbers the system calls of x32."""

_LOAD, _IF_EQUAL, _IF_AT_LEAST, _IF_SET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENT = 0, 4, 16
"""Offsets in struct seccomp_data; of an argument its lower half."""
_ALLOW, _ERRNO = 0x7FFF_0000, 0x0005_0000
_SET_SECCOMP, _FILTER = 22, 2


def program(*, unix: bool, machine: str = "") -> bytes:
    """Return the filter for a machine (default: this one), empty if it is not known; `unix`: with unix sockets."""
    known = _ARCHITECTURES.get(machine or platform.machine())
    if known is None:
        return b""
    architecture, column = known
    refuse, missing = _step(_RETURN, _ERRNO | errno.EPERM), _step(_RETURN, _ERRNO | errno.ENOSYS)
    steps = [_step(_LOAD, _ARCHITECTURE), _step(_IF_EQUAL, architecture, 1, 0), refuse, _step(_LOAD, _NUMBER)]
    steps += [_step(_IF_AT_LEAST, _OTHER_NUMBERS, 0, 1), refuse]
    for numbers in _REFUSED.values():
        steps += [_step(_IF_EQUAL, numbers[column], 0, 1), refuse]
    steps += [_step(_IF_EQUAL, _CLONE3[column], 0, 1), missing]
    steps += [_step(_IF_EQUAL, _CLONE[column], 0, 4), _step(_LOAD, _ARGUMENT), _step(_IF_SET, _NEW_NAMESPACES, 0, 1),
              refuse, _step(_RETURN, _ALLOW)]  # fmt: skip
    if not unix:
        steps += [_step(_IF_EQUAL, _SOCKET[column], 0, len(_FAMILIES) + 2), _step(_LOAD, _ARGUMENT)]
        steps += [_step(_IF_EQUAL, family, len(_FAMILIES) - nth, 0) for nth, family in enumerate(_FAMILIES)]
        steps += [_step(_RETURN, _ERRNO | errno.EAFNOSUPPORT)]
    return b"".join([*steps, _step(_RETURN, _ALLOW)])


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """Return one instruction; the jumps count the instructions that are left out."""
    return struct.pack("=HBBI", code, if_true, if_false, value)


def allow(syscalls: Syscalls, libc: Any) -> None:
    """Allow no other system calls from now on; OSError if the kernel refuses."""
    from ctypes import addressof, create_string_buffer, get_errno

    code = b"" if syscalls == "all" else program(unix=syscalls == "harmless")
    if code:
        instructions = create_string_buffer(code, len(code))
        filter_ = create_string_buffer(struct.pack("@HP", len(code) // 8, addressof(instructions)))
        if libc.prctl(_SET_SECCOMP, _FILTER, filter_, 0, 0):
            raise OSError(get_errno(), f"seccomp: {errno.errorcode.get(get_errno(), '')}")
