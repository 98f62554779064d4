"""A grader as bytes, for a process on another machine."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from pytest_asyncgrade.grading.assignment import files_of_grader

if TYPE_CHECKING:
    from pathlib import Path


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
            for path in files_of_grader(grader):
                name, data = path.relative_to(grader.parent).as_posix(), path.read_bytes()
                archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
                digest.update(f"{name}\0{len(data)}\0".encode() + data)
        return cls(grader.name, packed.getvalue(), digest.hexdigest())

    def unpack(self, folder: Path) -> Path:
        """Write it into a folder and return the grader's."""
        with zipfile.ZipFile(io.BytesIO(self.data)) as archive:
            archive.extractall(folder / "graders")
        return folder / "graders" / self.slug
