"""The path of a student's file, for platforms that show what they are told at its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .safe_text import tame

if TYPE_CHECKING:
    from pathlib import PurePath

    from pytest_asyncgrade.grading import Work
    from pytest_asyncgrade.trace import Place


def file_of(work: Work, place: Place | None, root: PurePath | None) -> str:
    """Return the path of a student's file, relative to the root of the repository.

    Empty if the file is not in there, or if its name would have to be escaped.
    """
    if not work.path or root is None:
        return ""
    path = type(root)(work.path)
    file = path.parent / place.filename if place else path
    try:
        inside = file.relative_to(root).as_posix()
    except ValueError:
        return ""
    return inside if tame(inside) == inside and ".." not in inside.split("/") else ""
