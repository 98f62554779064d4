"""Which line of the student's a check that was not passed is about, for platforms that show a reason beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import PurePath

    from pytest_asyncgrade.grading import CheckResult, Work
    from pytest_asyncgrade.trace import Place, Trace


def place_of(work: Work, check: CheckResult) -> Place | None:
    """Return the line where the program ended, else that of a finding, else one that printed what the check names."""
    from pytest_asyncgrade.trace.findings import find

    runs = [work.runs[key] for key in check.runs if key in work.runs]
    ends = (run.exception.place for run in runs if run.outcome != "finished" and run.exception)
    findings = (finding.place for run in runs if not run.varied for finding in find(run))
    printed = (place for run in runs for place in _printed(run, check))
    return next((place for places in (ends, findings, printed) for place in places if place), None)


def _printed(run: Trace, check: CheckResult) -> list[Place]:
    """Return where the lines were printed that the reason quotes: the actual ones are the student's."""
    quoted = "\n".join([check.failure.rationale, *check.failure.actual]) if check.failure else ""
    return [line.place for line in run.partial.output if line.place and line.text and f'"{line.text}"' in quoted]


def file_of(work: Work, place: Place | None, root: PurePath | None) -> str:
    """Return the path of a student's file from the root of the repository; empty if it is not in there."""
    if not work.path or root is None:
        return ""
    path = type(root)(work.path)
    file = path.parent / place.filename if place else path
    try:
        return file.relative_to(root).as_posix()
    except ValueError:
        return ""
