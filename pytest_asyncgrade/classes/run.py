"""``asyncgrade class``: plans, grades what is missing or changed, keeps it, and writes what comes out."""

from __future__ import annotations

import sqlite3
import tempfile
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.extras import needed
from pytest_asyncgrade.grading import Exercise
from pytest_asyncgrade.reports import write_whole

from . import outputs
from .bundle import Bundle
from .index import Index, Row
from .intake import attempts_in
from .plan import Planner, in_shards, without_unwanted
from .policy import Policy
from .shards import Graded, Result, Shard, grade_shard
from .standing import standings
from .statuses import Status
from .workers import workers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .plan import Unit
    from .progress import Progress
    from .standing import Standing
    from .workers import Workers

_MOST_IN_SHARD = 25
"""Students in one shard: what one pytest costs to start is spread over them, and at most these are lost by a kill."""
_SHARDS_FOR_EACH_WORKER = 4


@dataclass(frozen=True, slots=True)
class Options:
    """What the command was asked for."""

    submissions: Path
    graders: Path
    out: Path
    workers: int = 1
    dask: str | None = None
    regrade: str | None = None
    """Whom to grade anew: a student; empty for all; None for nobody."""
    accept_names: bool = False
    settings: Path | None = None
    overrides: Path | None = None
    keyword: str = ""
    """A part of the names of the exercises to grade, as with pytest's ``-k``."""
    grading: tuple[str, ...] = ()
    """Options for pytest that a grade depends on."""


def grade_class(options: Options, progress: Progress) -> list[Standing]:
    """Grade a class and write all that comes out; return where everybody stands.

    UsageError if something is wrong with what was given.
    """
    if options.out.is_relative_to(options.submissions):
        msg = f"--out {options.out}: it lies among the submissions, where it would be taken for one; choose another"
        raise UsageError(msg)
    policy = Policy.read(options.settings, options.overrides)
    exercises = _exercises(options.graders)
    (options.out / "reports").mkdir(parents=True, exist_ok=True)
    (options.out / "feedback").mkdir(exist_ok=True)
    with _alone(options.out), tempfile.TemporaryDirectory(prefix="asyncgrade-") as scratch:
        index = Index(options.out / "results.sqlite")
        try:
            with workers(options.workers, options.dask) as crew:
                run = _Run(options, exercises, index, progress, crew)
                run.grade(Path(scratch))
                found = standings(index.rows(), policy, run.starters())
                run.write(found)
        except sqlite3.Error as error:
            msg = f"the results cannot be written: {error}; what was graded before is kept"
            raise UsageError(msg) from None
        finally:
            index.close()
    return found


def _exercises(graders: Path) -> list[Exercise]:
    """Return the exercises of a grader, or of a folder of graders; UsageError if there are none."""
    folders = (
        [graders] if any(graders.glob("test_*.py")) else sorted({path.parent for path in graders.glob("*/test_*.py")})
    )
    if not folders:
        msg = f"{graders}: there is no grader in it"
        raise UsageError(msg)
    return [Exercise.of_grader(folder) for folder in folders]


def _alone(out: Path) -> Any:
    """Return a lock on the results, which the end of a context releases; UsageError if somebody else has it."""
    filelock = needed("filelock")
    try:
        return filelock.FileLock(out / ".lock").acquire(timeout=0)
    except filelock.Timeout:
        msg = f"another `asyncgrade class` is writing to {out}: wait for it, or choose another --out"
        raise UsageError(msg) from None


class _Run:
    """One run of the command."""

    def __init__(
        self, options: Options, exercises: list[Exercise], index: Index, progress: Progress, crew: Workers
    ) -> None:
        self._options = options
        self._all = exercises
        self._exercises = {one.slug: one for one in exercises if options.keyword in one.slug}
        """Those to be graded."""
        if not self._exercises:
            msg = f"-k {options.keyword}: there is no exercise with this in its name in {options.graders}"
            raise UsageError(msg)
        self._index = index
        self._progress = progress
        self._crew = crew
        self._bundles = {slug: Bundle.of(exercise.grader) for slug, exercise in self._exercises.items()}
        self._planner = Planner(
            self._exercises.values(),
            [one.filename for one in exercises],
            self._bundles,
            options.grading,
            accept_names=options.accept_names,
        )

    def starters(self) -> set[str]:
        """Return the digests of the starters."""
        paths = (exercise.starter for exercise in self._all)
        return {sha256(path.read_bytes()).hexdigest() for path in paths if path.is_file()}

    def grade(self, scratch: Path) -> None:
        """Grade what is missing or changed."""
        units = list(self._units(scratch))
        self._check_whom_to_regrade(units)
        units = without_unwanted(units, self._progress.told)
        known = self._index.digests()
        self._index.forget_others(units, self._exercises)
        todo = [unit for unit in units if known.get(unit.key) != unit.digest or self._is_wanted(unit)]
        for unit in units:
            if known.get(unit.key) == unit.digest:
                self._index.refresh(unit)
        self._progress.begin(len(todo), len(units) - len(todo))
        for shard, results in self._graded(todo):
            self._keep(shard, results)

    def _units(self, scratch: Path) -> Iterator[Unit]:
        attempts = attempts_in(self._options.submissions, scratch, [one.slug for one in self._all])
        self._progress.looking(len(attempts))
        return self._planner.units(attempts)

    def _is_wanted(self, unit: Unit) -> bool:
        who = self._options.regrade
        return who is not None and who in {"", unit.attempt.student, unit.folder, unit.attempt.ident}

    def _check_whom_to_regrade(self, units: list[Unit]) -> None:
        if self._options.regrade and not any(map(self._is_wanted, units)):
            msg = f"--regrade={self._options.regrade}: nobody of this name, folder or number has handed in anything"
            raise UsageError(msg)

    def _graded(self, todo: list[Unit]) -> Iterator[tuple[list[Unit], Graded]]:
        """Yield shards with their results; one that fails is graded again, student by student."""
        if not todo:
            return
        share = -(-len(todo) // (self._crew.size() * _SHARDS_FOR_EACH_WORKER))
        alone: list[list[Unit]] = []
        for shard, graded in self._sent(in_shards(todo, max(1, min(_MOST_IN_SHARD, share)))):
            if graded.results or len(shard) == 1:
                yield shard, graded
            else:
                alone += [[unit] for unit in shard]
        yield from self._sent(alone)

    def _sent(self, shards: Iterable[list[Unit]]) -> Iterator[tuple[list[Unit], Graded]]:
        of: dict[int, list[Unit]] = {}

        def tasks() -> Iterator[Shard]:
            for units in shards:
                task = self._shard(units)
                of[id(task)] = units
                yield task

        for task, graded in self._crew.map(grade_shard, tasks()):
            yield of.pop(id(task)), graded or Graded(problem="every process that graded it was killed")

    def _shard(self, units: list[Unit]) -> Shard:
        files = {unit.folder: self._planner.files(unit) for unit in units}
        known = {unit.folder: unit.known_status for unit in units if unit.known_status[0]}
        return Shard(self._bundles[units[0].exercise], files, known, self._options.grading)

    def _keep(self, units: list[Unit], graded: Graded) -> None:
        rows = []
        for unit in units:
            result = graded.results.get(unit.folder) or _nothing(graded.problem)
            row = _row(unit, result)
            if result.report:
                write_whole(self._report_file(unit), result.report)
            rows.append((row, result.work or None))
            self._progress.advance(row.status)
        self._index.put_all(rows)

    def _report_file(self, unit: Unit) -> Path:
        attempt = f".{unit.attempt.number}" if unit.attempt.number > 1 else ""
        return self._options.out / "reports" / f"{unit.folder}.{unit.exercise}{attempt}.json"

    def write(self, found: list[Standing]) -> None:
        """Write the tables, the page of the class, and the pages for students that have changed."""
        self._progress.writing(len(found))
        exercises = sorted({slug for one in found for slug in one.works})
        outputs.write_tables(self._options.out, found, exercises)
        outputs.write_page(self._options.out, found, exercises)
        outputs.write_feedback(self._options.out, found, self._index, self._crew)


def _nothing(problem: str) -> Result:
    """Return what is kept of a work for which there is no result."""
    return Result(str(Status.NOT_GRADED), problem, 0.0, 0.0, (), (), (), "", "")


def _row(unit: Unit, result: Result) -> Row:
    """Return the row of a unit; without a digest if it is to be graded again the next time."""
    attempt, is_done = unit.attempt, result.status != Status.NOT_GRADED
    return Row(
        attempt.student, attempt.number, unit.exercise, attempt.ident, unit.folder, attempt.submitted, attempt.is_late,
        result.status, result.reason, result.score, result.max_score, result.lost, result.findings, result.integrity,
        unit.notes, unit.program, unit.digest if is_done else "", datetime.now().astimezone().isoformat(),
    )  # fmt: skip
