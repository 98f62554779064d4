"""How far a student is in a course: the points that are known of each exercise, and which one comes next."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.grading.assignment import assignments
from pytest_asyncgrade.grading.course import as_text, lessons_of, next_lesson, read_course

from .prepared import PreparedPytest
from .results import Results, points_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_asyncgrade.grading.assignment import Assignment, Version
    from pytest_asyncgrade.grading.course import Lesson

    from .results import Result


@dataclass(frozen=True, slots=True)
class Course:
    """The lessons of a course in their order, and a student's assignments, by their slugs."""

    lessons: tuple[Lesson, ...]
    assignments: dict[str, Assignment]
    results: Results

    @classmethod
    def of(cls, found: Iterable[Assignment], root: Path, path: Path | None = None) -> Course:
        """Return the course in the folder `root`; its lessons are those in the file `path`, if one is given.

        UsageError if the file is wrong.
        """
        by_slug = {one.slug: one for one in found}
        lessons = read_course(path) if path else lessons_of(root / "exercises", by_slug)
        order = {lesson.slug: number for number, lesson in enumerate(lessons)}
        ordered = sorted(by_slug, key=lambda slug: (order.get(slug, len(order)), slug))
        return cls(tuple(lessons), {slug: by_slug[slug] for slug in ordered}, Results(root))

    def result(self, assignment: Assignment) -> tuple[Version, Result | None]:
        """Return the version of an assignment that is there, and the last result, which may be of another version."""
        version = assignment.version()
        return version, self.results.of(version)

    def known(self, assignment: Assignment) -> Result | None:
        """Return the result of the version that is there; None if it is not known, or if that cannot be read."""
        try:
            version, result = self.result(assignment)
        except (UsageError, OSError):
            return None
        return result if result and result.digest == version.digest and not version.problem else None

    def table(self) -> list[str]:
        """Return the lessons as a table for the terminal, with the points that are known."""
        points = {slug: points_of(*self.result(one)) for slug, one in self.assignments.items()}
        return as_text(list(self.lessons), points)

    def next(self) -> Iterator[str]:
        """Yield what comes next, in lines."""
        known = {slug: self.known(one) for slug, one in self.assignments.items()}
        done = {slug for slug, result in known.items() if result and result.is_complete}
        lesson = next_lesson([one for one in self.lessons if one.slug in self.assignments], done)
        if lesson is None:
            yield "All points of these exercises are earned."
            return
        result = known[lesson.slug]
        so_far = f"{result.score:g} of {result.max_score} points so far" if result else "not graded yet"
        yield f"Next: {lesson.slug} ({so_far})"


def listed(path: Path | None, *, grade: bool) -> Iterator[str]:
    """Yield a course as a table, and what comes next; with `grade` what is not known is graded before.

    UsageError if there is no course, or if it is wrong.
    """
    root = path.resolve().parent.parent if path else _root(Path.cwd())
    graders = root / "graders"
    found = assignments(str(graders), root) if next(graders.glob("*/test_*.py"), None) else []
    course = Course.of(found, root, path)
    if grade:
        yield from asyncio.run(_grade(course))
    yield from course.table()
    if not course.assignments:
        return
    yield ""
    yield from course.next()
    if not all(course.known(one) for one in course.assignments.values()):
        yield "`asyncgrade list --grade` grades what is not graded yet, or was changed since."


async def _grade(course: Course) -> list[str]:
    """Grade what is not known, and return what went wrong."""
    problems = []
    with TemporaryDirectory(prefix="asyncgrade-") as folder:
        pytest = PreparedPytest(Path(folder))
        try:
            for slug, assignment in course.assignments.items():
                version = assignment.version()
                if version.problem or course.known(assignment):
                    continue
                graded = await pytest.grade(assignment)
                if graded.work is None:
                    problems += [f"{slug}: {graded.problem}", ""]
                elif assignment.version() == version:
                    course.results.keep(version, graded.work)
        finally:
            pytest.close()
    return problems


def _root(here: Path) -> Path:
    """Return the folder of the course that a folder is in; UsageError if it is in none."""
    for folder in (here, *here.parents):
        if (folder / "graders").is_dir() or (folder / "exercises" / "course.toml").is_file():
            return folder
    msg = f"there is no course: go to the folder with exercises and graders; {here} is not in one"
    raise UsageError(msg)
