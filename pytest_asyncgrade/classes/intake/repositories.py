"""Clones of students' repositories: the files of a commit, the time of a commit."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
from datetime import datetime
from typing import TYPE_CHECKING

from pytest_asyncgrade.sandbox.submission_files import MAX_FILE_BYTES

if TYPE_CHECKING:
    from pathlib import Path

    from .model import Attempt, Collected

_SECONDS = 60
"""Longest time that git may take, in real seconds."""
_UNTRUSTED = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "protocol.allow=never")
"""Nothing that a student's repository is configured to run is run."""


def _git(folder: Path, *words: str) -> bytes | None:
    """Return what git prints; None if it fails."""
    git = shutil.which("git")
    if git is None:
        return None
    command = [git, "-c", f"safe.directory={folder.resolve()}", *_UNTRUSTED, "-C", str(folder), *words]
    try:
        done = subprocess.run(command, capture_output=True, check=True, timeout=_SECONDS)  # noqa: S603  # git, found on the path
    except (subprocess.SubprocessError, OSError):
        return None
    return done.stdout


def time_of_commit(folder: Path, commit: str = "HEAD") -> datetime | None:
    """Return when a commit was made; None if that cannot be found out."""
    try:
        if not (folder / ".git").exists():
            return None
    except OSError:  # we may not look into the folder, which is told when it is read
        return None
    printed = _git(folder, "log", "-1", "--format=%cI", "--end-of-options", commit)
    return datetime.fromisoformat(printed.decode().strip()) if printed and printed.strip() else None


def files_of_commit(attempt: Attempt, found: Collected) -> None:
    """Add the files of the commit of an attempt."""
    _, folder = attempt.parts[0]
    packed = _git(folder, "archive", "--format=tar", "--end-of-options", attempt.commit)
    if packed is None:
        found.problem = f"git has no commit {attempt.commit!r} in {folder.name}"
        return
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        for member in archive:
            if member.isdir() or member.name == "pax_global_header":
                continue
            file = archive.extractfile(member) if member.isreg() and member.size <= MAX_FILE_BYTES else None
            if file is None:
                found.notes.append(f"{member.name}: a link, or too large")
            else:
                found.files[member.name] = file.read()
