"""A grader as bytes, for a process on another machine."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LEFT_OUT = {"mistakes", "alternatives", "__pycache__"}
"""Folders of a grader that are there to prove it."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """The folder of one grader, and what lies next to it, as a zip archive."""

    slug: str
    data: bytes
    digest: str

    @classmethod
    def of(cls, grader: Path) -> Bundle:
        """Pack a grader: ``graders/<slug>`` with the files beside it."""
        packed, digest = io.BytesIO(), sha256()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in _files(grader):
                name, data = path.relative_to(grader.parent).as_posix(), path.read_bytes()
                archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
                digest.update(f"{name}\0{len(data)}\0".encode() + data)
        return cls(grader.name, packed.getvalue(), digest.hexdigest())

    def unpack(self, folder: Path) -> Path:
        """Write it into a folder and return the grader's."""
        with zipfile.ZipFile(io.BytesIO(self.data)) as archive:
            archive.extractall(folder / "graders")
        return folder / "graders" / self.slug


def _files(grader: Path) -> Iterator[Path]:
    beside = (path for path in sorted(grader.parent.iterdir()) if path.is_file())
    own = (
        path
        for path in sorted(grader.rglob("*"))
        if path.is_file() and not _LEFT_OUT.intersection(path.relative_to(grader).parts)
    )
    yield from beside if grader.parent.name == "graders" else ()
    yield from own
