"""Zip archives, tamed: what could harm is refused by name, the rest is taken.

Refused are absolute names, names with ``..``, links, members with a password, and whatever is larger than the limits,
counted while it is unpacked: what an archive says of its sizes is not believed.
"""

from __future__ import annotations

import stat
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_IN_UTF_8, _HAS_PASSWORD = 0x800, 0x1
"""Flags of a member: section 4.4.4 of PKWARE's APPNOTE.TXT."""
_PIECE = 1 << 20
_BAD = (zipfile.BadZipFile, OSError, EOFError, zlib.error, NotImplementedError, RuntimeError, ValueError)
"""What `zipfile` raises for archives that are damaged, or made by something it does not know."""


@dataclass(frozen=True, slots=True)
class Room:
    """How much of an archive is taken: members, bytes of all, bytes of one."""

    members: int
    total: int
    single: int


CLASS_ROOM = Room(500_000, 50_000_000_000, 500_000_000)
"""For the archive of a class."""
STUDENT_ROOM = Room(2_000, 50_000_000, 20_000_000)
"""For the archive of a student."""


class ArchiveError(Exception):
    """Why nothing of an archive can be read."""


def members(path: Path, room: Room, refused: list[str]) -> Iterator[tuple[str, bytes]]:
    """Yield the names and bytes of the files in an archive; what is not taken is added to `refused`, with the reason.

    ArchiveError if it is no archive, or more than there is room for.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            found = archive.infolist()
            if len(found) > room.members:
                msg = f"there are {len(found)} files in it, and at most {room.members} are taken"
                raise ArchiveError(msg)
            total = 0
            for info in found:
                if info.is_dir():
                    continue
                name = _name(info)
                if reason := _reason_to_refuse(info, name):
                    refused.append(f"{name}: {reason}")
                    continue
                data = _read(archive, info, min(room.single, room.total - total))
                if data is None:
                    refused.append(f"{name}: larger than what is taken of it")
                    continue
                total += len(data)
                yield str(PurePosixPath(name)), data
    except _BAD as error:
        msg = f"it is no zip archive that can be read ({error})"
        raise ArchiveError(msg) from None


def _name(info: zipfile.ZipInfo) -> str:
    """Return a member's name with slashes; many tools write UTF-8 and do not say so."""
    name = info.filename
    if not info.flag_bits & _IN_UTF_8:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = info.filename
    return name.replace("\\", "/")


def _reason_to_refuse(info: zipfile.ZipInfo, name: str) -> str:
    path = PurePosixPath(name)
    mode = info.external_attr >> 16
    if path.is_absolute() or ".." in path.parts or name[1:2] == ":" or "\x00" in name or not path.parts:
        return "its name leads out of the archive"
    if stat.S_ISLNK(mode) or (stat.S_IFMT(mode) and not stat.S_ISREG(mode)):
        return "it is a link, or no regular file"
    if info.flag_bits & _HAS_PASSWORD:
        return "it has a password"
    return ""


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> bytes | None:
    """Return the bytes of a member; None if there are more than `most`."""
    data = bytearray()
    with archive.open(info) as file:
        while piece := file.read(min(_PIECE, most + 1 - len(data))):
            data += piece
            if len(data) > most:
                return None
    return bytes(data)


def unpack(path: Path, folder: Path, refused: list[str]) -> None:
    """Unpack the archive of a class into an empty folder; ArchiveError if it cannot be read."""
    for name, data in members(path, CLASS_ROOM, refused):
        target = folder / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        except OSError as error:  # the name is too long, or one of a file and of a folder
            refused.append(f"{name}: {error.strerror}")
