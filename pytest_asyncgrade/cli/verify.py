"""``asyncgrade verify``: proves a grader by grading programs that are known to be right or wrong.

Everything is graded as one class by ``pytest --grade``, with a student for each program: the solution, alternatives
and mistakes, under several names because the random values of a grader depend on the student; and the mutants.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.grading import Exercise, known
from pytest_asyncgrade.grading.mutants import mutants, timetable
from pytest_asyncgrade.trace.output import innermost

from . import problems, survivors
from .problems import Program

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_asyncgrade.grading.known import Files
    from pytest_asyncgrade.grading.mutants import Mutant

    from .problems import Problem
    from .survivors import Survivor

_GRADED = frozenset({0, 1, 3})
"""Exit statuses with which there is a report: all points, points lost, a check is broken."""
_ONE_SEED = ("--seed", "0")
"""Options for the runs of mutants, which are compared with those of the solution."""


@dataclass(frozen=True, slots=True)
class Proof:
    """The result for one exercise: the counts, and what is wrong with its grader."""

    slug: str
    checks: int
    mistakes: int
    mutants: Tried | None
    """None if no mutants were tried."""
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...] = ()
    """What is worth a look and may be right."""

    def __str__(self) -> str:
        counts = f"{self.checks} checks, {self.mistakes} mistakes"
        if self.mutants:
            tried = self.mutants
            counts += f", {tried.made} mutants: {tried.killed} killed, {tried.equivalent} equivalent"
        return f"{self.slug}: {'PROBLEMS' if self.problems else 'good'} ({counts})"


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of the mutants of a solution."""

    works: tuple[Mapping[str, Any], ...]
    killed: int
    equivalent: int
    survivors: tuple[Survivor, ...]
    broken: tuple[Problem, ...]

    @property
    def made(self) -> int:
        """Number of mutants."""
        return len(self.works)


def verify(grader: Path, *, seeds: int, with_mutants: bool) -> Proof:
    """Prove one grader; UsageError if it is none."""
    exercise = Exercise.of_grader(grader)
    if exercise.withheld:
        msg = f"{grader}: there is no {', '.join(exercise.hidden.files)} in it; prove it where its hidden checks are"
        raise UsageError(msg)
    solution, *others = _programs(exercise)
    gradings = _gradings(exercise, [solution, *others], seeds)
    right = gradings[str(solution)]
    checks = {name for work in right for name in problems.names(work)}
    mistakes = [program for program in others if program.kind == "mistake"]
    if found := list(problems.broken(gradings)):
        return Proof(exercise.slug, len(checks), len(mistakes), None, tuple(found))
    untold = {name for work in right for name in problems.lost_checks(work)}
    found += problems.of_hidden(exercise, right[0])
    found += problems.of_known(exercise, solution, right, untold=())
    for program in others:
        found += problems.of_known(exercise, program, gradings[str(program)], untold=untold)
    if untold or not with_mutants:
        return Proof(exercise.slug, len(checks), len(mistakes), None, tuple(found))
    tried = try_mutants(exercise, solution.files)
    found += [*tried.broken, *survivors.problems(tried.survivors)]
    wrong = [
        *tried.works,
        *(work for program in others if program.kind != "alternative" for work in gradings[str(program)]),
    ]
    return Proof(exercise.slug, len(checks), len(mistakes), tried, tuple(found), tuple(problems.of_unlost(wrong)))


def _programs(exercise: Exercise) -> Iterator[Program]:
    """Yield the programs whose grade is known: the solution first."""
    yield Program("solution", _path(exercise.grader / "solution"), known.solution(exercise))
    if exercise.starter.is_file():
        yield Program("starter", exercise.starter, known.starter(exercise))
    for name, files in known.others(exercise, "alternatives").items():
        yield Program("alternative", _path(exercise.grader / "alternatives" / name), files)
    for name, files in known.others(exercise, "mistakes").items():
        yield Program("mistake", _path(exercise.grader / "mistakes" / name), files)


def _path(path: Path) -> Path:
    """Return the path of a known program, which may be a folder or a file."""
    return path if path.is_dir() else path.with_name(f"{path.name}.py")


def _gradings(exercise: Exercise, programs: list[Program], seeds: int) -> dict[str, list[Mapping[str, Any]]]:
    """Return the gradings of each program, by what it is called: several, as random values depend on the student."""
    times = {"solution": seeds, "starter": 1, "alternative": max(seeds // 5, 1), "mistake": max(seeds // 5, 1)}
    students = {
        f"{program.kind}-{index}-{number}": program
        for index, program in enumerate(programs)
        for number in range(times[program.kind])
    }
    works = grade_programs(exercise, {student: program.files for student, program in students.items()})
    found: dict[str, list[Mapping[str, Any]]] = {str(program): [] for program in programs}
    for student, program in students.items():
        found[str(program)].append(works[student])
    return found


def try_mutants(exercise: Exercise, solution: Files) -> Tried:
    """Grade the mutants of the solution."""
    twice = grade_programs(exercise, {"solution-0": solution, "solution-1": solution}, *_ONE_SEED)
    right, again = twice["solution-0"], twice["solution-1"]
    timed = not survivors.first_difference(right, again, timed=True)  # not so where processes take real time
    made = list(_made(exercise, solution, right))
    graded = grade_programs(
        exercise,
        {f"m{number}-0": solution | {name: mutant.source.encode()} for number, (name, mutant) in enumerate(made)},
        *_ONE_SEED,
    )
    works = [graded[f"m{number}-0"] for number in range(len(made))]
    found, killed, equivalent = [], 0, 0
    for (name, mutant), work in zip(made, works, strict=True):
        source = _text(solution[name])
        if problems.lost_checks(work):
            killed += 1
        elif mutant.name not in exercise.equivalents and (
            difference := survivors.difference(mutant, source, right, work, timed=timed)
        ):
            where = f"line {mutant.line}" if name == exercise.filename else f"{name}, line {mutant.line}"
            found.append(survivors.Survivor(mutant, where, source, difference))
        else:
            equivalent += 1
    broken = problems.broken({mutant.name: [work] for (_, mutant), work in zip(made, works, strict=True)})
    return Tried(tuple(works), killed, equivalent, tuple(found), tuple(broken))


def _made(exercise: Exercise, solution: Files, right: Mapping[str, Any]) -> Iterator[tuple[str, Mutant]]:
    """Yield the mutants of what students write, each with the name of its file."""
    given = known.starter(exercise)
    for name, data in solution.items():
        if name == exercise.filename or (name.endswith(".py") and given.get(name) != data):
            yield from ((name, mutant) for mutant in mutants(_text(data)))
    whole = next((run for run in right["runs"] if run["asked"].startswith("python ")), None)
    first = next((span for span in whole["tasks"] if span["parent"] is None), None) if whole else None
    if whole and first:
        lines = [
            (line["time"], line["text"])
            for line in whole["output"]
            if line["task"] is not None and line["stream"] == "stdout"
        ]
        mutant = timetable(_text(solution[exercise.filename]), innermost(first["coroutine"]), lines)
        yield from [(exercise.filename, mutant)] if mutant else []


def grade_programs(exercise: Exercise, programs: Mapping[str, Files], *options: str) -> dict[str, Any]:
    """Grade each program as the work of a student of that name, and return the works in the report by student."""
    if not programs:
        return {}
    with TemporaryDirectory(prefix="asyncgrade-") as name:
        folder = Path(name)
        for student, files in programs.items():
            for path, data in files.items():
                file = folder / "class" / student / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(data)
        report = folder / "grade.json"
        command = [
            sys.executable, "-m", "pytest_asyncgrade.cli", "grade", str(folder / "class"), "--students",
            "--graders", str(exercise.grader), "--report", f"json={report}", "--reveal", *options,
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)  # noqa: S603  # ours
        if done.returncode not in _GRADED or not report.is_file():
            msg = f"{exercise.grader}: cannot be graded with\n{done.stdout[-3000:]}{done.stderr[-1000:]}"
            raise UsageError(msg)
        return {work["student"]: work for work in json.loads(report.read_text(encoding="utf-8"))["works"]}


def _text(source: bytes) -> str:
    """Return the text of a module, decoded as Python does."""
    return importlib.util.decode_source(source)
