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
from typing import TYPE_CHECKING, Any, Literal

from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.grading import Exercise, known, losses
from pytest_asyncgrade.grading.mutants import mutants, timetable

from . import survivors

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_asyncgrade.grading.known import Files
    from pytest_asyncgrade.grading.mutants import Mutant

_LOST = 1
_ONE_SEED = ("--seed", "0")
"""Options for the runs of mutants, which are compared with those of the solution."""
_MOST_VALUES = 8
"""Number of lines that are shown of what was expected, and of what came."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a grader: what it is, why, and what to do about it."""

    what: str
    why: tuple[str, ...] = ()
    to_do: str = ""

    def lines(self) -> Iterator[str]:
        """Yield it line by line, without an end of a line."""
        yield self.what
        yield from (f"  {line}" for line in self.why)
        if self.to_do:
            yield f"  what to do: {self.to_do}"


@dataclass(frozen=True, slots=True)
class Update:
    """A mistake whose docstring should name other checks."""

    path: Path
    before: bytes
    after: bytes


@dataclass(frozen=True, slots=True)
class Proof:
    """The result for one exercise: the counts, and what is wrong with its grader."""

    slug: str
    checks: int
    mistakes: int
    made: int
    """Number of mutants."""
    killed: int
    equivalent: int
    problems: tuple[Problem, ...]
    updates: tuple[Update, ...] = ()


def verify(grader: Path, *, seeds: int, with_mutants: bool) -> Proof:
    """Prove one grader; UsageError if it is none."""
    exercise = Exercise.of_grader(grader)
    solution, mistakes = known.solution(exercise), known.others(exercise, "mistakes")
    if exercise.withheld:
        msg = f"{grader}: there is no {', '.join(exercise.hidden.files)} in it; prove it where its hidden checks are"
        raise UsageError(msg)
    programs = _programs(exercise, solution, mistakes, seeds)
    works = grade_programs(exercise, {student: program.files for student, program in programs.items()})
    gradings: dict[str, list[Mapping[str, Any]]] = {}
    for student, work in works.items():
        gradings.setdefault(programs[student].label, []).append(work)
    known_ones = {program.label: program for program in programs.values()}
    problems = [*_hidden_problems(exercise, works["solution-0"])]
    updates: list[Update] = []
    for label, program in known_ones.items():
        problems += _problems(exercise, program, gradings[label])
        updates += _updates(exercise, program, gradings[label])
    checks = {_name(check) for work in works.values() for check in work["checks"]}
    made, killed, equivalent = 0, 0, 0
    if with_mutants and not any(map(lost_checks, gradings["solution"])):
        made, killed, equivalent, found = _mutants(exercise, solution)
        problems += found
    return Proof(exercise.slug, len(checks), len(mistakes), made, killed, equivalent, tuple(problems), tuple(updates))


@dataclass(frozen=True, slots=True)
class _Program:
    """A program whose grade is known beforehand."""

    kind: Literal["solution", "starter", "alternative", "mistake"]
    path: str
    """Where it is in the grader's folder."""
    files: Files
    name: str = ""

    @property
    def label(self) -> str:
        """What it is called: by its kind, and its name if there are several of this kind."""
        return f"{self.kind}-{self.name}" if self.name else self.kind


def _programs(exercise: Exercise, solution: Files, mistakes: Mapping[str, Files], seeds: int) -> dict[str, _Program]:
    """Return what to grade, each under several students' names: the random values of a grader depend on them."""
    found = {
        f"solution-{number}": _Program("solution", _path(exercise, "solution"), solution) for number in range(seeds)
    }
    if exercise.starter.is_file():
        found["starter-0"] = _Program("starter", exercise.filename, known.starter(exercise))
    others = [
        *(_Program("alternative", _path(exercise, f"alternatives/{name}"), files, name)
          for name, files in known.others(exercise, "alternatives").items()),
        *(_Program("mistake", _path(exercise, f"mistakes/{name}"), files, name) for name, files in mistakes.items()),
    ]  # fmt: skip
    for program in others:
        found |= {f"{program.label}-{number}": program for number in range(max(seeds // 5, 1))}
    return found


def _problems(exercise: Exercise, program: _Program, works: list[Mapping[str, Any]]) -> Iterator[Problem]:
    """Yield what is wrong with the grades of a known program, each thing once, whatever the random values."""
    if program.kind == "starter":
        if works[0]["score"] >= works[0]["max_score"]:
            to_do = f"add a check for what students are to write, or take it out of {exercise.filename}"
            yield Problem("the starter gets full marks", to_do=to_do)
        return
    expected = set(losses.named(program.files[exercise.filename])) if program.kind == "mistake" else set()
    alike: dict[frozenset[str], list[Mapping[str, Any]]] = {}
    for work in works:
        alike.setdefault(frozenset(lost_checks(work)), []).append(work)
    for lost, those in alike.items():
        if lost != expected:
            often = "" if len(alike) == 1 else f" in {len(those)} of {len(works)} gradings"
            seed = f" (--grade-seed={those[0]['seed']})" if often and those[0]["seed"] is not None else ""
            yield _wrong_loss(program, those[0], expected, f"{often}{seed}")
    if program.kind != "mistake" and set(alike) == {frozenset()} and (findings := works[0]["findings"]):
        yield Problem(
            f"{program.label}: is right, and has the finding {findings[0]['message']!r}",
            to_do=f'repair it, or allow this in exercise.toml: [findings] ignore = ["{findings[0]["kind"]}"]',
        )


def _wrong_loss(program: _Program, work: Mapping[str, Any], expected: set[str], how_often: str) -> Problem:
    """Return the problem of a program that loses other checks than it should."""
    lost = set(lost_checks(work))
    why = [line for check in work["checks"] if _name(check) in lost - expected for line in _why(check)]
    why += [f"{name} is not lost" for name in sorted(expected - lost)]
    said = f"{program.path}: loses {_list(lost)}"
    if program.kind == "mistake":
        said += f", and names {_list(expected)}"
        to_do = "if that is right, name what it loses: `asyncgrade verify --update` writes it; else change the check"
        if not lost:
            to_do = "change a check so that it notices this mistake, or remove the file"
    elif program.kind == "solution":
        to_do = "repair the solution, or the check; until then no mutant is tried"
    else:
        to_do = "if it is right, let the check take it; else move it to mistakes/"
    return Problem(said + how_often, tuple(why), to_do)


def _why(check: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a student is told of a lost check."""
    first, *more = str(check["rationale"] or "it does not say why").split("\n")
    yield f"{_name(check)}: {first}"
    yield from (f"  {line}" for line in more)
    for key in ("expected", "actual"):
        values = check[key]
        yield from (f"  {key if not index else '':<9} {value}" for index, value in enumerate(values[:_MOST_VALUES]))
        if len(values) > _MOST_VALUES:
            yield f"  {'':<9} [... {len(values) - _MOST_VALUES} more]"


def _updates(exercise: Exercise, program: _Program, works: list[Mapping[str, Any]]) -> Iterator[Update]:
    """Yield how a mistake should name what it loses, if it always loses the same."""
    lost = {tuple(dict.fromkeys(lost_checks(work))) for work in works}
    if program.kind != "mistake" or len(lost) != 1:
        return
    (names,) = lost
    path = exercise.grader / program.path
    file = path / exercise.filename if path.is_dir() else path
    if not names or set(names) == set(losses.named(before := file.read_bytes())):
        return
    try:
        yield Update(file, before, losses.renamed(before, names))
    except (UsageError, SyntaxError) as error:
        msg = f"{file}: {error}"
        raise UsageError(msg) from None


def _path(exercise: Exercise, name: str) -> str:
    """Return the path of a known program in the grader's folder, which may be a folder or a file."""
    return name if (exercise.grader / name).is_dir() else f"{name}.py"


def _hidden_problems(exercise: Exercise, work: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with ``[hidden]``, whose points students are told."""
    hidden = [check for check in work["checks"] if _file(check) in exercise.hidden.files and not check["bonus"]]
    points = sum(check["points"] for check in hidden)
    if points != exercise.hidden.points:
        what = f"exercise.toml, [hidden]: points = {exercise.hidden.points}, and those checks are worth {points}"
        yield Problem(what, to_do=f"write points = {points}")


def _file(check: Mapping[str, Any]) -> str:
    return Path(str(check["id"]).partition("::")[0]).name


def _mutants(exercise: Exercise, solution: Files) -> tuple[int, int, int, list[Problem]]:
    """Return the numbers of all mutants, of killed and of equivalent ones, and what is wrong."""
    twice = grade_programs(exercise, {"solution-0": solution, "solution-1": solution}, *_ONE_SEED)
    right, again = twice["solution-0"], twice["solution-1"]
    timed = not survivors.difference(right, again, timed=True)  # not so where processes take real time
    whole = next((run for run in right["runs"] if run["asked"].startswith("python ")), None)
    given = known.starter(exercise)
    written = [name for name, data in solution.items() if name.endswith(".py") and given.get(name) != data]
    made = [(name, mutant) for name in written for mutant in mutants(_text(solution[name]))]
    if whole:
        lines = [(line["time"], line["text"]) for line in whole["output"]]
        made.append((exercise.filename, timetable(_text(solution[exercise.filename]), lines)))
    works = grade_programs(
        exercise,
        {f"m{number}-0": solution | {name: mutant.source.encode()} for number, (name, mutant) in enumerate(made)},
        *_ONE_SEED,
    )
    problems, killed, equivalent = [], 0, 0
    for number, (name, mutant) in enumerate(made):
        work = works[f"m{number}-0"]
        if work["score"] < work["max_score"]:
            killed += 1
        elif mutant.name in exercise.equivalents or not (told := survivors.difference(right, work, timed=timed)):
            equivalent += 1
        else:
            where = f"line {mutant.line}" if name == exercise.filename else f"line {mutant.line} of {name}"
            problems.append(_survivor(_text(solution[name]), mutant, where, told))
    return len(made), killed, equivalent, problems


def _survivor(source: str, mutant: Mutant, where: str, told: str) -> Problem:
    what = f"a mutant gets full marks and behaves differently, {mutant.name!r} ({where}):"
    diff = [f"  {line}" for line in survivors.changed_lines(source, mutant)]
    return Problem(what, (*diff, told), survivors.advice(mutant))


def grade_programs(exercise: Exercise, programs: Mapping[str, Files], *options: str) -> dict[str, Any]:
    """Grade each program as the work of a student of that name, and return the works in the report by student."""
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
        if done.returncode not in {0, _LOST} or not report.is_file():
            msg = f"{exercise.grader}: cannot be graded with\n{done.stdout[-3000:]}{done.stderr[-1000:]}"
            raise UsageError(msg)
        return {work["student"]: work for work in json.loads(report.read_text(encoding="utf-8"))["works"]}


def lost_checks(work: Mapping[str, Any]) -> list[str]:
    """Return the names of the checks that a work has lost, in the grader's order."""
    return [_name(check) for check in work["checks"] if check["verdict"] != "passed"]


def _name(check: Mapping[str, Any]) -> str:
    return str(check["id"]).rpartition("::")[2].partition("[")[0]


def _list(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"


def _text(source: bytes) -> str:
    """Return the text of a module, decoded as Python does."""
    return importlib.util.decode_source(source)
