"""``asyncgrade watch``: grades an exercise again whenever it is saved.

One grading is under way at a time, always of the newest version: a save ends the grading of what was there before.
What the files contain decides what has changed, so it does not matter how an editor writes them.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.extras import needed
from pytest_asyncgrade.reports import phrases

from .prepared import PreparedPytest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from pytest_asyncgrade.grading import Work
    from pytest_asyncgrade.grading.assignment import Assignment, Version

    from .screen import Screen
    from .standing import Course

_QUIET_MILLISECONDS = 30
"""How long nothing is written when a save is over."""
_LONGEST_SAVE_MILLISECONDS = 400
_SECONDS_GONE = 0.5
"""How long a file may be missing, as some editors replace it, until that is told."""
_SECONDS_UNTOLD = 1.0
"""How long a grading may take until it is told that one is under way."""


def watch(course: Course, screen: Screen) -> None:
    """Grade a course, and what is saved, until Ctrl-C; UsageError if a folder or a library is missing."""
    awatch = needed("watchfiles").awatch
    folders = {folder for one in course.assignments.values() for folder in one.folders}
    for folder in folders:
        if not folder.is_dir():
            msg = f"there is no folder {folder}: it is where the programs should be"
            raise UsageError(msg)
    saves = awatch(*folders, step=_QUIET_MILLISECONDS, debounce=_LONGEST_SAVE_MILLISECONDS)
    try:
        asyncio.run(_watch(course, screen, saves))
    except ExceptionGroup as group:
        error = group.exceptions[0]
        if isinstance(error, OSError):
            msg = f"{', '.join(map(str, sorted(folders)))} cannot be watched: {error}"
            raise UsageError(msg) from None
        raise error from None


async def _watch(course: Course, screen: Screen, saves: AsyncIterator[set[tuple[object, str]]]) -> None:
    with TemporaryDirectory(prefix="asyncgrade-") as folder:
        pytest = PreparedPytest(Path(folder))
        watching = Watch(course, pytest, screen)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(watching.run())
                async for changes in saves:
                    watching.saved({Path(path) for _, path in changes})
        finally:
            pytest.close()


@dataclass(frozen=True, slots=True)
class _Grading:
    """A grading under way; `is_first` if nobody has saved the exercise yet."""

    slug: str
    is_first: bool
    task: asyncio.Task[None]


class Watch:
    """Grades the exercises of a course: at first all whose points are not known, then each that is saved."""

    def __init__(self, course: Course, pytest: PreparedPytest, screen: Screen) -> None:
        self._course = course
        self._pytest = pytest
        self._screen = screen
        self._is_one = len(course.assignments) == 1
        self._first = list(course.assignments)
        """What is to be graded though nobody has saved it."""
        self._saved: list[str] = []
        """What was saved and is to be graded."""
        self._wake = asyncio.Event()
        self._under_way: _Grading | None = None
        self._versions: dict[str, Version] = {}
        """The version of each exercise that was looked at last."""
        self._works: dict[str, tuple[Version, Work]] = {}
        """The last work on each exercise, and of which version it is."""
        for one in course.assignments.values():
            with suppress(UsageError, OSError):  # this is told when it is graded
                self._versions[one.slug] = one.version()

    def saved(self, paths: set[Path]) -> None:
        """Take in that the files at `paths` were written: grade what has changed, before all else."""
        touched = [one for one in self._course.assignments.values() if self._is_touched(one, paths)]
        changed = [one.slug for one in touched if self._has_changed(one)]
        if changed:
            self._grade_next(changed)
        elif self._under_way is None:
            for one in touched:
                if one.slug in self._works and self._versions[one.slug].script in paths:
                    self._tell_unchanged(self._works[one.slug][1])

    def _is_touched(self, assignment: Assignment, paths: Iterable[Path]) -> bool:
        version = self._versions.get(assignment.slug)
        folders = [assignment.grader, *([version.folder] if version else [])]
        beside = assignment.grader.parent
        return any(path.parent == beside or any(map(path.is_relative_to, folders)) for path in paths)

    def _has_changed(self, assignment: Assignment) -> bool:
        known = self._versions.get(assignment.slug)
        version, _ = _look_at(assignment)
        return known is None or version is None or version.digest != known.digest

    def _grade_next(self, slugs: list[str]) -> None:
        """Grade exercises before all others; what is under way is given up and graded later, or anew."""
        given_up, self._under_way = self._under_way, None
        if given_up is not None:
            given_up.task.cancel()
            (self._first if given_up.is_first else self._saved).insert(0, given_up.slug)
        self._first = [slug for slug in self._first if slug not in slugs]
        self._saved = [*slugs, *(slug for slug in self._saved if slug not in slugs)]
        self._wake.set()

    async def run(self) -> None:
        """Grade what there is to grade, for ever."""
        slugs = list(self._course.assignments)
        what = slugs[0] if self._is_one else f"{len(slugs)} exercises"
        self._screen.say(f"Watching {what}. Save a program to grade it again; Ctrl-C ends.")
        has_begun = False
        while True:
            self._pytest.prepare()
            if self._saved:
                await self._await(self._saved.pop(0), is_first=False)
            elif self._first:
                await self._await(self._first.pop(0), is_first=True)
            else:
                if not (has_begun or self._is_one):
                    self._screen.say("", *self._course.next())
                has_begun = True
                self._wake.clear()
                await self._wake.wait()

    async def _await(self, slug: str, *, is_first: bool) -> None:
        """Grade an exercise, and wait for the end of it, whether it comes to one or is given up."""
        task = asyncio.create_task(self._grade(self._course.assignments[slug], is_first=is_first))
        self._under_way = _Grading(slug, is_first, task)
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.wait([task])
            raise
        if not task.cancelled():
            self._under_way = None
            task.result()

    async def _grade(self, assignment: Assignment, *, is_first: bool) -> None:
        slug = assignment.slug
        version = await self._settled(assignment)
        last = self._works.get(slug)
        if version is None:
            return
        if last and last[0].digest == version.digest:
            self._tell_unchanged(last[1])
            return
        is_brief = is_first and not self._is_one
        if is_brief and (known := self._course.known(assignment)):
            self._screen.say(f"{slug}: {phrases.points_of(f'{known.score:g}', known.max_score)}")
            return
        slow = asyncio.get_running_loop().call_later(_SECONDS_UNTOLD, self._tell_slow, slug, is_brief)
        try:
            graded = await self._pytest.grade(assignment)
        finally:
            slow.cancel()
        if _look_at(assignment)[0] != version:  # it was saved meanwhile, of which we are about to be told
            return
        if graded.work is None:
            self._screen.warn(f"{slug}: {graded.problem}")
            return
        self._works[slug] = version, graded.work
        self._course.results.keep(version, graded.work)
        if is_brief:
            self._screen.say(f"{slug}: {phrases.points(graded.work)}")
            return
        self._screen.graded(last[1] if last else None, graded.work)
        if not self._is_one and graded.work.score >= graded.work.max_score:
            self._screen.say(*self._course.next())

    def _tell_unchanged(self, work: Work) -> None:
        self._screen.warn(f"{work.exercise}: saved without a change, {phrases.points(work)}")

    def _tell_slow(self, slug: str, is_brief: bool) -> None:  # noqa: FBT001  # call_later passes no names
        """Tell that a grading is under way, and get ready for the next one, which may take its place."""
        if not is_brief:
            self._screen.say(f"{slug}: grading ...")
        self._pytest.prepare()

    async def _settled(self, assignment: Assignment) -> Version | None:
        """Return the version that is there; None, when that was told, if a file is missing or wrong."""
        version, problem = _look_at(assignment)
        if problem:
            await asyncio.sleep(_SECONDS_GONE)
            version, problem = _look_at(assignment)
        self._versions.pop(assignment.slug, None)
        if version is not None:
            self._versions[assignment.slug] = version
        if problem:
            self._works.pop(assignment.slug, None)
            self._screen.warn(f"{assignment.slug}: {problem}")
            return None
        return version


def _look_at(assignment: Assignment) -> tuple[Version | None, str]:
    """Return the version that is there, if it can be read, and what is wrong with it; an empty text if nothing is."""
    try:
        version = assignment.version()
    except UsageError as error:
        return None, str(error)
    except OSError as error:
        return None, f"{error.filename}: {error.strerror}"
    return version, version.problem
