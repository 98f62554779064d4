"""A shard: some students' work on one exercise, graded by one pytest, on this machine or another."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from pytest_asyncgrade.clean_pytest import grade_cleanly
from pytest_asyncgrade.grading import Grade, Verdict, unpack_work
from pytest_asyncgrade.reports import About, ReportFile
from pytest_asyncgrade.reports.json import to_plain
from pytest_asyncgrade.reports.safe_text import as_json
from pytest_asyncgrade.trace.plain import said_by

from .intake.programs import write_files
from .statuses import Status, status_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_asyncgrade.grading import Work

    from .bundle import Bundle

_GRADED = {0, 1, 3}
"""Exit statuses of pytest with which there are results: all earned, some lost, a check in error."""
_SECONDS, _SECONDS_EACH = 120.0, 300.0
"""Real time after which a grader is given up: some for the start, and more for each student."""
_LONGEST_REASON = 2_000


@dataclass(frozen=True, slots=True)
class Shard:
    """What is to be graded, as plain bytes."""

    bundle: Bundle
    students: Mapping[str, Mapping[str, bytes]]
    """By a student's folder the files in it."""
    known: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """By a student's folder the status and its reason, where they are known: the program is missing, or unreadable."""
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """One graded work: what the table needs, the report for the teacher, and the whole work, packed."""

    status: str
    reason: str
    score: float
    max_score: float
    lost: tuple[tuple[str, float, str, str], ...]
    """By check the points that were lost, why, and who may see it."""
    findings: tuple[tuple[str, str, int | None], ...]
    """Kind, message and line of each."""
    integrity: tuple[str, ...]
    report: str
    work: str


@dataclass(frozen=True, slots=True)
class Graded:
    """The results of a shard, by the students' folders; or why there are none."""

    results: Mapping[str, Result] = field(default_factory=dict)
    problem: str = ""


def grade_shard(shard: Shard) -> Graded:
    """Grade a shard."""
    try:
        return _graded(shard)
    except Exception as error:  # noqa: BLE001  # whatever it is, the rest of the class is graded
        return Graded(problem=f"the grading failed: {said_by(error)}")


def _graded(shard: Shard) -> Graded:
    with TemporaryDirectory(prefix="asyncgrade-") as name:
        folder = Path(name)
        for student, files in shard.students.items():
            (folder / "class" / student).mkdir(parents=True)
            write_files(files, folder / "class" / student)
        grader, works = shard.bundle.unpack(folder), folder / "works"
        options = [f"--submissions={folder / 'class'}", f"--grade-works={works}", *shard.options]
        seconds = _SECONDS + _SECONDS_EACH * len(shard.students)
        try:
            done = grade_cleanly(grader, options, timeout=seconds, capture=True)
        except subprocess.TimeoutExpired:
            return Graded(problem=f"the grader did not come to its end in {seconds:g} s")
        if done.returncode not in _GRADED or not works.is_file():
            printed = done.stdout.strip()[-_LONGEST_REASON:]
            return Graded(problem=f"the grading ended with status {done.returncode}: {printed}")
        with works.open(encoding="ascii") as lines:
            results = dict(_result(line, shard.known) for line in lines)
        return Graded(results) if results.keys() == shard.students.keys() else Graded(problem="works are missing")


def _result(line: str, known: Mapping[str, tuple[str, str]]) -> tuple[str, Result]:
    """Return a student's folder, and what to keep of the work."""
    work = unpack_work(line)
    status, reason = status_of(work)
    if status != Status.NOT_GRADED:
        status, reason = known.get(work.student, (status, reason))
    lost = [
        (
            check.name,
            float(check.max_score - check.score),
            check.failure.rationale if check.failure else "",
            str(check.points.visibility),
        )
        for check in work.checks
        if check.verdict is not Verdict.PASSED and check.max_score > check.score
    ]
    return work.student, Result(
        str(status), reason, float(work.score), float(work.max_score), tuple(lost), tuple(_findings(work)),
        tuple(map(str, work.integrity)), _report(work, status, reason), line.strip(),
    )  # fmt: skip


def _findings(work: Work) -> list[tuple[str, str, int | None]]:
    try:
        found = work.findings
    except Exception as error:  # noqa: BLE001  # a fault of ours must not cost the class its grades
        return [("none", f"the findings cannot be made: {said_by(error)}", None)]
    return [(one.kind, one.message, one.place.lineno if one.place else None) for one in found]


def _report(work: Work, status: str, reason: str) -> str:
    """Return the report for the teacher: that of the format ``json``, with the status of the work."""
    report = to_plain(Grade((work,)))
    report["works"][0] |= {"status": str(status), "reason": reason}
    return as_json(report)


@dataclass(frozen=True, slots=True)
class Page:
    """What a student's pages are made of: packed works, whom they are of, and what the rules of the class did."""

    student: str
    folder: str
    works: tuple[str, ...]
    notes: tuple[str, ...]


def feedback(page: Page) -> dict[str, str]:
    """Return the pages to hand back, by the suffix of the file: without hidden checks."""
    from dataclasses import replace

    works = tuple(replace(unpack_work(work), student=page.student) for work in page.works)
    about = About(notes=page.notes)
    return {
        suffix: ReportFile(kind, None).render(Grade(works), about)
        for suffix, kind in ((".html", "html"), (".md", "markdown"))
    }
