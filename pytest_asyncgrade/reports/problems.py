"""Lines of the form ``path:line: message``, for the list of problems of an editor, such as VS Code.

There is a line for each cause of a lost check and for each other finding.  Editors match the lines one by one, so a
message is one line, and a path is absolute: it is the same file, whichever folder is open.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pytest_asyncgrade.grading import Verdict, causes

from . import phrases
from .safe_text import tame
from .view import hint, other_findings, said_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_asyncgrade.grading import Grade, Work
    from pytest_asyncgrade.trace import Place

    from .about import About

LONGEST_MESSAGE = 1_000
"""Longest message, in characters."""


def render(grade: Grade, _about: About) -> str:
    """Return the lines, and below them the total."""
    lines = [line for work in grade.works for line in _problems(work)]
    return "\n".join([*lines, tame(f"total: {phrases.total(grade)}")]) + "\n"


def _problems(work: Work) -> Iterator[str]:
    for check in work.checks:
        if check.verdict is Verdict.ERROR:
            yield _line(work, None, f"{check.name}: {phrases.MISTAKE}")
    found = causes(work)
    for cause in found:
        lost = f"lost: {'; '.join(check.name for check in cause.checks)}"
        yield _line(work, cause.place, said_of(cause), cause.advice and hint(cause.advice), lost)
    for finding in other_findings(work, found):
        yield _line(work, finding.place, finding.message, finding.advice and hint(finding.advice))


def _line(work: Work, place: Place | None, *parts: str) -> str:
    """Return one line; what has no place in the program is shown at its beginning."""
    script = Path(work.path or work.script or f"{work.exercise}.py")
    path = script if place is None or work.is_in_script(place) else script.parent / place.filename
    message = " - ".join(" ".join(part.split()) for part in parts if part)
    return tame(" ".join(f"{path}:{place.lineno if place else 1}: {_cut(message)}".split("\n")))


def _cut(message: str) -> str:
    return message if len(message) <= LONGEST_MESSAGE else f"{message[: LONGEST_MESSAGE - 3]}..."
