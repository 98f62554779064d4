"""``asyncgrade verify``: proves a grader by grading programs that are known to be right or wrong.

Everything is graded as one class by ``pytest --grade``, with a student for each program: the solution, alternatives
and mistakes, under several names because the random values of a grader depend on the student; and the mutants.
"""

from __future__ import annotations

import ast
import difflib
import importlib.util
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.grading import Exercise, known
from pytest_asyncgrade.grading.mutants import Mutant, mutants, timetable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_asyncgrade.grading.known import Files

_LOST = 1
_ONE_SEED = ("--seed", "0")
"""Options for the runs of mutants, which are compared with those of the solution."""
_TIMES = frozenset({"elapsed", "time", "start", "end"})


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
    problems: tuple[str, ...]


def verify(grader: Path, *, seeds: int, with_mutants: bool) -> Proof:
    """Prove one grader; UsageError if it is none."""
    exercise = Exercise.of_grader(grader)
    solution, mistakes = known.solution(exercise), known.others(exercise, "mistakes")
    if exercise.withheld:
        msg = f"{grader}: there is no {', '.join(exercise.hidden.files)} in it; prove it where its hidden checks are"
        raise UsageError(msg)
    programs = _programs(exercise, solution, mistakes, seeds)
    works = grade_programs(exercise, {student: program.files for student, program in programs.items()})
    losses = {name: _losses(files[exercise.filename]) for name, files in mistakes.items()}
    problems = [*_hidden_problems(exercise, works["solution-0"]), *_problems(programs, works, losses)]
    checks = {_name(check) for work in works.values() for check in work["checks"]}
    made, killed, equivalent = 0, 0, 0
    if with_mutants and not problems:
        made, killed, equivalent, found = _mutants(exercise, solution)
        problems += found
    return Proof(exercise.slug, len(checks), len(mistakes), made, killed, equivalent, tuple(problems))


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


def _problems(
    programs: Mapping[str, _Program], works: Mapping[str, Any], losses: Mapping[str, set[str]]
) -> Iterator[str]:
    """Yield what is wrong with the grades of known programs; `losses` are the checks that the mistakes name."""
    for student, work in works.items():
        program, lost = programs[student], set(lost_checks(work))
        seed = f" (--grade-seed={work['seed']})" if work["seed"] is not None else ""
        if program.kind == "starter":
            if work["score"] >= work["max_score"]:
                yield "the starter gets full marks"
        elif program.kind == "mistake":
            if lost != losses[program.name]:
                yield f"{program.path}: loses {_list(lost)}, and names {_list(losses[program.name])}{seed}"
        elif lost:
            yield f"{program.path}: loses {_list(lost)}{seed}"
        elif work["findings"]:
            yield f"{program.label}: is right, and has the finding {work['findings'][0]['message']!r}"


def _path(exercise: Exercise, name: str) -> str:
    """Return the path of a known program in the grader's folder, which may be a folder or a file."""
    return name if (exercise.grader / name).is_dir() else f"{name}.py"


def _hidden_problems(exercise: Exercise, work: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with ``[hidden]``, whose points students are told."""
    hidden = [check for check in work["checks"] if _file(check) in exercise.hidden.files and not check["bonus"]]
    points = sum(check["points"] for check in hidden)
    if points != exercise.hidden.points:
        yield f"exercise.toml, [hidden]: points = {exercise.hidden.points}, and those checks are worth {points}"


def _file(check: Mapping[str, Any]) -> str:
    return Path(str(check["id"]).partition("::")[0]).name


def _mutants(exercise: Exercise, solution: Files) -> tuple[int, int, int, list[str]]:
    """Return the numbers of all mutants, of killed and of equivalent ones, and what is wrong."""
    twice = grade_programs(exercise, {"solution-0": solution, "solution-1": solution}, *_ONE_SEED)
    right, again = twice["solution-0"], twice["solution-1"]
    timed = _behaviour(right) == _behaviour(again)  # not so where processes take real time
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
    expected = exercise.equivalents
    problems, killed, equivalent = [], 0, 0
    for number, (name, mutant) in enumerate(made):
        work = works[f"m{number}-0"]
        if work["score"] < work["max_score"]:
            killed += 1
        elif mutant.name in expected or _behaviour(work, timed=timed) == _behaviour(right, timed=timed):
            equivalent += 1
        else:
            where = f"line {mutant.line}" if name == exercise.filename else f"line {mutant.line} of {name}"
            problems.append(_survivor(_text(solution[name]), mutant, where))
    return len(made), killed, equivalent, problems


def _behaviour(work: Mapping[str, Any], *, timed: bool = True) -> list[Any]:
    """Return the observable behaviour of a program, without line numbers."""

    def told(what: Mapping[str, Any], *keys: str) -> list[Any]:
        return [what[key] for key in keys if timed or key not in _TIMES]

    return [
        [
            told(run, "asked", "outcome", "elapsed", "max_concurrency"),
            [told(line, "text", "time", "task") for line in run["output"] if line["stream"] == "stdout"],
            [told(span, "coroutine", "parent", "start", "end", "ended") for span in run["tasks"]],
        ]
        for run in work["runs"]
    ]


def _survivor(source: str, mutant: Mutant, where: str) -> str:
    before, after = ast.unparse(ast.parse(source)), mutant.source
    diff = difflib.unified_diff(before.splitlines(), after.splitlines(), "solution", "mutant", lineterm="", n=2)
    head = f"a mutant gets full marks and behaves differently, {mutant.name!r} ({where}):"
    return "\n".join([head, *(f"    {line}" for line in list(diff)[2:])])


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


def _losses(program: bytes) -> set[str]:
    """Return the checks that a mistake's docstring says it loses."""
    docstring = ast.get_docstring(ast.parse(program)) or ""
    match = re.search(r"^loses: (.*)$", docstring, re.MULTILINE)
    return set(match[1].split(", ")) if match else set()


def _name(check: Mapping[str, Any]) -> str:
    return str(check["id"]).rpartition("::")[2].partition("[")[0]


def _list(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"


def _text(source: bytes) -> str:
    """Return the text of a module, decoded as Python does."""
    return importlib.util.decode_source(source)
