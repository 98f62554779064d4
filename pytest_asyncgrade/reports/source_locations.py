"""Finds the student's line that a lost check is about, for platforms that show the reason at that line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_asyncgrade.grading import Verdict
from pytest_asyncgrade.trace import Outcome, Place

from .safe_text import tame

if TYPE_CHECKING:
    from pathlib import PurePath

    from pytest_asyncgrade.grading import CheckResult, Grade, Run, Work
    from pytest_asyncgrade.trace import Trace

    from .view import NamedCheck


class SourceLocations:
    """The line where each run ended or went wrong; looked up once, since many checks share a run."""

    def __init__(self, grade: Grade) -> None:
        self._known = {
            (id(work), key): _end(run.trace) or _finding(run) for work in grade.works for key, run in work.runs.items()
        }

    def of(self, named: NamedCheck) -> Place | None:
        """Return the line where the program ended, else of a finding, else of a print that the reason quotes."""
        work, check = named.work, named.check
        if check.verdict not in {Verdict.FAILED, Verdict.NOT_RUN}:
            return None
        keys = [key for key in check.runs if key in work.runs]
        known = (self._known[id(work), key] for key in keys)
        printed = (place for key in keys for place in _printed(work.runs[key].trace, check))
        return next((place for places in (known, printed) for place in places if place), None)


def _end(run: Trace) -> Place | None:
    """Return where a run ended that did not finish, else where it raised."""
    if run.outcome is Outcome.FINISHED:
        return None
    return run.ended_at or (run.exception.place if run.exception else None)


def _finding(run: Run) -> Place | None:
    return next((finding.place for finding in run.findings if finding.place), None)


def _printed(run: Trace, check: CheckResult) -> list[Place]:
    """Return the places that printed the lines which the reason quotes."""
    quoted = (
        "\n".join([check.failure.rationale, *(line.text for line in check.failure.actual)]) if check.failure else ""
    )
    return [line.place for line in run.partial.output if line.place and line.text and f'"{line.text}"' in quoted]


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
