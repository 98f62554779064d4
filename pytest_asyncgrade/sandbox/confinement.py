"""Confinement of a student's process, the strongest that this machine offers.

`strong`: bubblewrap.  No network, a separate process tree, a separate file system with Python and the tools of /usr
only; no rights, no way to gain rights; all processes end with the first one.
`partial`: Linux without bubblewrap.  No way to gain rights, and Landlock (Linux 5.13): only Python's files and those of
the run can be opened; from Linux 6.12 on, no signals to other processes.
`weak`: elsewhere.  A clean environment, a private folder, limits, a process group that is killed as a whole.

All of them have `Limits`, the process group and the parent's deadline.
"""

from __future__ import annotations

import os
import random
import stat
import sys
import sysconfig
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Literal

from pytest_asyncgrade import measured

from .run_folder import run_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_asyncgrade.trace.protocol.order import Access, Syscalls

Isolation = Literal["strong", "partial", "weak"]
MODES = ("auto", "strict", "weak")

_SYSTEM = ("/bin", "/lib", "/lib32", "/lib64", "/libx32", "/sbin")
_SETTINGS = (
    "/etc/alternatives", "/etc/group", "/etc/host.conf", "/etc/hosts", "/etc/ld.so.cache", "/etc/localtime",
    "/etc/nsswitch.conf", "/etc/passwd", "/etc/protocols", "/etc/services", "/nix/store",
)  # fmt: skip
_DEVICES = tuple(f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom"))
_MOUNTS = Path("/proc/self/mountinfo")
_EMPTY = ("/tmp/", "/dev/shm/")  # noqa: S108  # each run has empty ones
_PRIVATE = "/tmp/asyncgrade"  # noqa: S108  # on a file system of its own
_USERS = range(61_184, 65_520)
"""User ids that no user has: systemd's range for temporary services."""

HOW_TO_GET_IT = (
    "install bubblewrap (`apt-get install bubblewrap`, `dnf install bubblewrap`); if it is there but may make no "
    "namespaces, let it: on Ubuntu 24.04 an AppArmor profile for /usr/bin/bwrap with `userns,` (package "
    "apparmor-profiles: `ln -s /usr/share/apparmor/extra-profiles/bwrap-userns-restrict /etc/apparmor.d/`, then "
    "`systemctl reload apparmor`), in Docker `--security-opt seccomp=unconfined --security-opt apparmor=unconfined`"
)


class Confinement:
    """How a student's process is confined; this is the weakest way, which every platform has."""

    isolation: Isolation = "weak"
    name = "a process group"
    syscalls: Syscalls = "all"
    user: int | None = None
    """The user id of the run whose folder was made last; None if it keeps that of its parent."""

    def command(self, start: list[str]) -> list[str]:
        """Return the command that starts a fork server: `start` is an interpreter, its options and our script."""
        return [*start, "--fork-server"]

    @contextmanager
    def folder(self) -> Iterator[str]:
        """Make a private folder for one run, yield its path in the student's process, and remove it at the end."""
        with run_folder() as name:
            yield name

    def access(self) -> Access | None:
        """Return what a run may still open, where it confines itself."""
        return None

    def sweep(self) -> None:
        """Kill what is left of a run whose program has killed its parent, where that is possible."""


class OnLinux(Confinement):
    """No way to gain rights and, where the kernel has Landlock, no files except Python's and its own."""

    def __init__(self) -> None:
        self.isolation = "partial" if _has_landlock() else "weak"
        self.name = "Landlock" if self.isolation == "partial" else "a process group"
        self.syscalls = "harmless without unix sockets"
        self._takes_users = _is_root() and all(map(_is_for_all, _python()))

    @contextmanager
    def folder(self) -> Iterator[str]:
        """Make a private folder that belongs to the run's user, if we are root and that user can read our Python."""
        with super().folder() as name:
            if self._takes_users:
                self.user = _new_user()
                os.chown(name, self.user, self.user)
            yield name

    def access(self) -> Access | None:
        """Return what Landlock leaves open."""
        from pytest_asyncgrade.trace.protocol.order import Access

        if self.isolation == "weak":
            return None
        read = ["/usr", *_SYSTEM, *_SETTINGS, "/proc", *_python(), *_measuring()[0]]
        return Access(tuple(read), (*_DEVICES, *_measuring()[1]))

    def sweep(self) -> None:
        """Kill all processes of the run's user."""
        if self.user is not None:
            from subprocess import run

            kill_all = [interpreter(), "-I", "-c", "import os; os.kill(-1, 9)"]
            run(kill_all, user=self.user, check=False)  # noqa: S603  # our own interpreter


class Bubblewrap(Confinement):
    """Separate namespaces: bubblewrap makes a box for the fork server, which makes new ones for each run in it."""

    isolation: Isolation = "strong"
    name = "bubblewrap"
    syscalls: Syscalls = "harmless"

    def __init__(self, program: str) -> None:
        self._program = program

    def command(self, start: list[str]) -> list[str]:
        """Return the command, with the visible parts of the file system."""
        words = [
            self._program, "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try",
            "--as-pid-1", "--die-with-parent", "--hostname", "student", "--cap-drop", "ALL",
            "--chdir", "/", "--ro-bind", "/usr", "/usr", "--dev", "/dev",
        ]  # fmt: skip
        for folder in ("/dev/shm", "/tmp"):  # noqa: S108  # on file systems of their own
            words += ["--perms", "1777", "--tmpfs", folder]
        if _can_mount_proc():
            words += ["--proc", "/proc"]
        for path in _SYSTEM:
            if Path(path).is_symlink():
                words += ["--symlink", str(Path(path).readlink()), path]
            else:
                words += ["--ro-bind-try", path, path]
        read, write = _measuring()
        read = [*_SETTINGS, *_python(), *read]
        kept = [f"--keep={path}" for path in (*read, *write) if path.startswith(_EMPTY) and Path(path).exists()]
        start = [*start, "--fork-server=namespaces", *kept]
        for folder in sorted({str(parent) for path in (*read, *write) for parent in Path(path).parents}):
            words += ["--perms", "0755", "--dir", folder]  # otherwise only their owner can read them
        for path in read:
            words += ["--ro-bind-try", path, path]
        for path in write:
            words += ["--bind-try", path, path]
        rights = ["CAP_SYS_ADMIN", "CAP_NET_ADMIN"]  # to make namespaces and to bring their loopback up
        if _is_root():
            rights += ["CAP_SETUID", "CAP_SETGID"]  # to give each run a user
        else:
            words += ["--unshare-user", "--uid", "0", "--gid", "0"]
        return [*words, *(word for right in rights for word in ("--cap-add", right)), "--", *start]

    @contextmanager
    def folder(self) -> Iterator[str]:
        """Yield the path of a folder that is made inside, on a file system that no other process sees."""
        self.user = _new_user() if _is_root() else None
        yield _PRIVATE


def _new_user() -> int:
    return random.choice(_USERS)  # noqa: S311  # no secret


def candidates(mode: str = "auto") -> list[Confinement]:
    """Return the confinements to try, strongest first: only one for ``strict``, none with namespaces for ``weak``."""
    found: list[Confinement] = []
    program = _bubblewrap()
    if mode == "strict" or (mode == "auto" and program):
        found.append(Bubblewrap(program or "bwrap"))
    if mode != "strict":
        found.append(OnLinux() if sys.platform == "linux" else Confinement())
    return found


def why_not_strict() -> str:
    """Return why bubblewrap cannot be used here; empty if it can."""
    import subprocess

    program = _bubblewrap()
    if program is None:
        return "bubblewrap is not installed"
    command = Bubblewrap(program).command(["true"])
    tried = subprocess.run(  # noqa: S603  # the distribution's
        [word for word in command if not word.startswith("--user=")], capture_output=True, text=True, check=False
    )
    return "" if tried.returncode == 0 else tried.stderr.strip() or f"bwrap ended with status {tried.returncode}"


def _bubblewrap() -> str | None:
    return which("bwrap") if sys.platform == "linux" else None


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _can_mount_proc() -> bool:
    """Tell whether a new /proc can be mounted: not if parts of it are masked, as in a container."""
    try:
        mounts = _MOUNTS.read_text(encoding="utf-8")
    except OSError:
        return False
    return not any(line.split()[4].startswith("/proc/") for line in mounts.splitlines())


def _has_landlock() -> bool:
    from ctypes import CDLL

    create_ruleset, version = 444, 1
    return int(CDLL(None).syscall(create_ruleset, None, 0, version)) > 0


def interpreter() -> str:
    """Return the path of our interpreter in its real folder, where it looks for ``pyvenv.cfg``.

    A relative path such as ``../venv/bin/python`` leads through a folder that a confined process does not see.
    """
    path = Path(sys.executable)
    return str(path.parent.resolve() / path.name)


def _links(path: Path) -> Iterator[str]:
    """Yield the paths that a chain of links leads through."""
    while path.is_symlink():
        path = path.parent / path.readlink()
        if ".." in path.parts:
            path = path.parent.resolve() / path.name
        yield str(path)


def _python() -> list[str]:
    """Return the folders that are Python, its packages and ours."""
    prefixes = {sys.prefix, sys.exec_prefix, sys.base_prefix, str(Path(sys.executable).resolve().parent.parent)}
    prefixes |= {str(Path(prefix).resolve()) for prefix in prefixes}
    paths = sysconfig.get_paths()
    found = [str(Path(prefix, part)) for prefix in sorted(prefixes) for part in ("bin", "lib", "lib64", "pyvenv.cfg")]
    found += [paths["stdlib"], paths["platstdlib"], paths["purelib"], paths["platlib"], *packages()]
    found += [interpreter(), *_links(Path(interpreter()))]
    there = [Path(path) for path in dict.fromkeys(found) if Path(path).exists()]
    covered = {Path("/usr"), *there}
    return [str(path) for path in there if covered.isdisjoint(path.parents)]


def packages() -> Iterable[str]:
    """Return the paths of the packages that a student's process imports before the program."""
    from importlib.util import find_spec

    for name in ("pytest_asyncgrade", "freezegun", "dateutil", "six"):
        spec = find_spec(name)
        if spec is not None and spec.origin is not None:
            path = Path(spec.origin)
            yield str(path.parent if path.name == "__init__.py" else path)


def _is_for_all(path: str) -> bool:
    """Tell whether every user can read a folder."""
    parts = [Path(path), *Path(path).resolve().parents]
    readable = stat.S_IROTH | stat.S_IXOTH
    return all(part.stat().st_mode & readable == readable for part in parts if part.is_dir())


def _measuring() -> tuple[list[str], list[str]]:
    """Return the paths to read and to write while this package's own tests measure its coverage."""
    variables = measured.variables()
    settings, data = variables.get("COVERAGE_PROCESS_START"), variables.get("COVERAGE_FILE")
    return [settings] if settings else [], [str(Path(data).parent)] if data and settings else []
