"""Which line of the student's a check that was not passed is about, for platforms that show a reason beside it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_asyncgrade.grading import Verdict
from pytest_asyncgrade.trace import Outcome, Place

from .safe_text import tame

if TYPE_CHECKING:
    from pathlib import PurePath

    from pytest_asyncgrade.grading import CheckResult, Grade, Run, Work
    from pytest_asyncgrade.trace import Trace

    from .view import NamedCheck

_NUMBER = r"[1-9]\d{0,6}(?!\d)"
_LINE = re.compile(
    rf"\bline (?P<line>{_NUMBER})(?: of (?P<of>[^\s,:]+))?|(?P<file>[^\s,:]+\.py):(?P<number>{_NUMBER})", re.ASCII
)
"""A place in the reason for the end of a run."""


class SourceLocations:
    """Knows of each run where it ended, or else went wrong: looked up once, since many checks look at one run."""

    def __init__(self, grade: Grade) -> None:
        self._known = {
            (id(work), key): _end(work, run.trace) or _finding(run)
            for work in grade.works
            for key, run in work.runs.items()
        }

    def of(self, named: NamedCheck) -> Place | None:
        """Return the line where the program ended, else that of a finding, else one that printed what is quoted."""
        work, check = named.work, named.check
        if check.verdict not in {Verdict.FAILED, Verdict.NOT_RUN}:
            return None
        keys = [key for key in check.runs if key in work.runs]
        known = (self._known[id(work), key] for key in keys)
        printed = (place for key in keys for place in _printed(work.runs[key].trace, check))
        return next((place for places in (known, printed) for place in places if place), None)


def _end(work: Work, run: Trace) -> Place | None:
    """Return where a run ended that did not finish: as the reason says, if it is ours, else where it raised."""
    if run.outcome is Outcome.FINISHED:
        return None
    said = None if run.outcome is Outcome.CRASHED else _LINE.search(run.reason)
    if said:
        return Place(said["file"] or said["of"] or work.script, int(said["line"] or said["number"]), "")
    return run.exception.place if run.exception else None


def _finding(run: Run) -> Place | None:
    return next((finding.place for finding in run.findings if finding.place), None)


def _printed(run: Trace, check: CheckResult) -> list[Place]:
    """Return where the lines were printed that the reason quotes: the actual ones are the student's."""
    quoted = (
        "\n".join([check.failure.rationale, *(line.text for line in check.failure.actual)]) if check.failure else ""
    )
    return [line.place for line in run.partial.output if line.place and line.text and f'"{line.text}"' in quoted]


def file_of(work: Work, place: Place | None, root: PurePath | None) -> str:
    """Return the path of a student's file from the root of the repository.

    Empty if it is not in there, or called what could not be written there as it is.
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
