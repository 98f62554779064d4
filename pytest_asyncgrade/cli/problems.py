"""What is wrong with a grader, seen from its grades of programs that are known to be right or wrong.

A check that is lost for the same reason by several gradings is told once, with the seeds that show it.  What the
solution loses is told of the solution alone: it says nothing of the other programs.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.grading import losses

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from pytest_asyncgrade.grading import Exercise
    from pytest_asyncgrade.grading.known import Files

    Data = Mapping[str, Any]

_MOST_VALUES = 8
"""Number of lines that are shown of what was expected, and of what came."""
_MOST_SEEDS = 3
"""Number of seeds that are named of those that show a problem."""


@dataclass(frozen=True, slots=True)
class Update:
    """A mistake whose docstring should name other checks."""

    path: Path
    before: bytes
    after: bytes


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a grader: what it is, why, and what to do about it."""

    what: str
    to_do: str
    why: tuple[str, ...] = ()
    update: Update | None = None
    """What to write so that it is a problem no more; None if there is more to do."""

    def lines(self) -> Iterator[str]:
        """Yield it line by line, without an end of a line."""
        yield self.what
        yield from (f"  {line}" for line in self.why)
        yield f"  what to do: {self.to_do}"


@dataclass(frozen=True, slots=True)
class Program:
    """A program whose grade is known beforehand."""

    kind: Literal["solution", "starter", "alternative", "mistake"]
    path: Path
    files: Files

    def __str__(self) -> str:
        """Return what it is called: ``mistakes/in_sequence.py``."""
        folder = f"{self.path.parent.name}/" if self.kind in {"alternative", "mistake"} else ""
        return f"{folder}{self.path.name}"


def broken(works: Mapping[str, list[Data]]) -> Iterator[Problem]:
    """Yield the checks that are broken, each once; `works` are the gradings of each program, by what it is called."""
    where: dict[str, list[str]] = {}
    why: dict[str, Data] = {}
    for program, gradings in works.items():
        for check in (check for work in gradings for check in work["checks"] if check["verdict"] == "error"):
            why.setdefault(_name(check), check)
            where.setdefault(_name(check), []).append(program)
    for name, check in why.items():
        programs = list(dict.fromkeys(where[name]))
        which = "whatever it grades" if len(programs) == len(works) else f"grading {_some(programs)}"
        told = str(check["traceback"] or check["rationale"]).split("\n")
        yield Problem(f"{name} is broken, {which}:", "repair the check; until then no grade says anything", tuple(told))


def of_known(exercise: Exercise, program: Program, works: list[Data], *, untold: Collection[str]) -> Iterator[Problem]:
    """Yield what is wrong with the grades of a known program; of the checks `untold` nothing is told."""
    if program.kind == "starter":
        if works[0]["score"] >= works[0]["max_score"]:
            to_do = "take out of it what students are to write, or add a check for that"
            yield Problem(f"the starter {program} gets full marks", to_do)
        return
    lost = {name: times for name, times in _lost(works).items() if name not in untold}
    if program.kind == "mistake":
        yield from _of_mistake(exercise, program, works, lost, untold)
    elif lost:
        to_do = "if it is right, let the checks take it; if not, move it to mistakes/"
        if program.kind == "solution":
            to_do = (
                "repair the solution, the checks, or the scenarios that they play; until then these checks are ignored "
                "for all other programs, and no mutant is tried"
            )
        yield Problem(f"{program}: should get full marks, and loses {_list(lost)}", to_do, tuple(_why(lost, works)))
    elif not untold and (findings := works[0]["findings"]):
        first = findings[0]
        yield Problem(
            f"{program}: is right, and has the finding {first['kind']!r}",
            f'repair it, or allow this in exercise.toml: [findings] ignore = ["{first["kind"]}"]',
            (first["message"],),
        )


def _of_mistake(
    exercise: Exercise, program: Program, works: list[Data], lost: Mapping[str, list[Data]], untold: Collection[str]
) -> Iterator[Problem]:
    """Yield the difference between what a mistake loses and what its docstring names."""
    named = losses.named(program.files[exercise.filename])
    there = names(works[0])
    always = [name for name, times in lost.items() if len(times) == len(works)]
    more = {name: times for name, times in lost.items() if name not in named}
    fewer = [name for name in named if name in there and name not in (*always, *untold)]
    unknown = [name for name in named if name not in there]
    why = list(_why(more, works, "lost, and not named: "))
    why += [f"named, and not lost: {name}{_elsewhere(lost, name, works)}" for name in fewer]
    why += [f"named, and no check of this grader: {name}{_meant(name, there)}" for name in unknown]
    what = f"{program}: does not lose exactly what its docstring names"
    if not _lost(works):
        to_do = "change a check so that it notices this mistake, or remove the file"
        yield Problem(f"{program}: gets full marks", to_do, tuple(why))
    elif not why:
        return
    elif len(always) < len(lost):
        to_do = "give the check values with which this mistake always shows, or never: what is lost must not be chance"
        yield Problem(what, to_do, tuple(why))
    elif untold:
        yield Problem(what, "repair the solution first, then look again", tuple(why))
    else:
        kept = [name for name in named if name in always]
        to_do, update = _remedy(exercise, program, [*kept, *(name for name in always if name not in kept)])
        yield Problem(what, to_do, tuple(why), update)


def _remedy(exercise: Exercise, program: Program, names: list[str]) -> tuple[str, Update | None]:
    """Return what to do so that a mistake names these checks; with the change, if its docstring can be changed."""
    file = program.path / exercise.filename if program.path.is_dir() else program.path
    before = file.read_bytes()
    try:
        update = Update(file, before, losses.renamed(before, names))
    except UsageError as error:
        return str(error), None
    except (SyntaxError, ValueError) as error:
        why = f"line {error.lineno}: {error.msg}" if isinstance(error, SyntaxError) and error.lineno else str(error)
        return f"Python cannot read it, and so not its docstring ({why}): repair it", None
    to_do = f"if this is right, `asyncgrade verify --update` writes `loses: {_list(names)}`; if not, change the check"
    return to_do, update


def of_hidden(exercise: Exercise, work: Data) -> Iterator[Problem]:
    """Yield what is wrong with ``[hidden]``, whose points students are told."""
    hidden = [check for check in work["checks"] if _file(check) in exercise.hidden.files and not check["bonus"]]
    points = sum(check["points"] for check in hidden)
    if points != exercise.hidden.points:
        what = f"exercise.toml, [hidden]: points = {exercise.hidden.points}, and those checks are worth {points}"
        yield Problem(what, f"write points = {points}")


def of_unlost(works: Iterable[Data]) -> Iterator[Problem]:
    """Yield the checks that none of these wrong programs loses."""
    works = list(works)
    lost = {name for work in works for name in lost_checks(work)}
    for name in names(works[0]) if works else ():
        if name not in lost:
            to_do = "add a mistake that loses it, or remove the check: everybody may get its points"
            yield Problem(f"{name}: no wrong program loses it, neither the starter, a mistake nor a mutant", to_do)


def lost_checks(work: Data) -> list[str]:
    """Return the names of the checks that a work has lost, each once, in the grader's order."""
    return list(_lost([work]))


def names(work: Data) -> list[str]:
    """Return the names of the checks, each once, in the grader's order."""
    return list(dict.fromkeys(map(_name, work["checks"])))


def _lost(works: list[Data]) -> dict[str, list[Data]]:
    """Return the works that lose each check, by its name; a check with several parameters has one name."""
    found: dict[str, list[Data]] = {}
    for work in works:
        lost = {_name(check) for check in work["checks"] if check["verdict"] != "passed"}
        for name in names(work):
            found.setdefault(name, []).extend([work] if name in lost else [])
    return {name: times for name, times in found.items() if times}


def _why(lost: Mapping[str, list[Data]], works: list[Data], lead: str = "") -> Iterator[str]:
    """Yield what a student is told of the lost checks; those with the same reason are named together."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for name, times in lost.items():
        check = next(one for one in times[0]["checks"] if _name(one) == name and one["verdict"] != "passed")
        alike.setdefault(tuple(_told(check)), []).append(f"{name}{_times(times, works)}")
    for (first, *more), those in alike.items():
        yield f"{lead}{_list(those)}: {first}"
        yield from (f"  {line}" for line in more)


def _told(check: Data) -> Iterator[str]:
    yield from str(check["rationale"] or "it does not say why").split("\n")
    for key in ("expected", "actual"):
        values = check[key]
        yield from (f"{key if not index else '':<9} {value}" for index, value in enumerate(values[:_MOST_VALUES]))
        if len(values) > _MOST_VALUES:
            yield f"{'':<9} [... {len(values) - _MOST_VALUES} more]"


def _elsewhere(lost: Mapping[str, list[Data]], name: str, works: list[Data]) -> str:
    """Return in which gradings a check is lost that is not lost in all; empty if in none."""
    return f"; it is{_times(lost[name], works)}" if name in lost else ""


def _meant(name: str, there: list[str]) -> str:
    near = get_close_matches(name, there, n=1)
    return f"; is it {near[0]}?" if near else ""


def _times(times: list[Data], works: list[Data]) -> str:
    """Return in how many gradings something is so, and with which seeds; empty if in all."""
    if len(times) == len(works):
        return ""
    seeds = [str(work["seed"]) for work in times if work["seed"] is not None]
    said = f" with --grade-seed={' or '.join(seeds[:_MOST_SEEDS])}" if seeds else ""
    return f" (in {len(times)} of {len(works)} gradings{said}{' ...' if len(seeds) > _MOST_SEEDS else ''})"


def _some(names: list[str]) -> str:
    left = len(names) - _MOST_SEEDS
    return ", ".join(names[:_MOST_SEEDS]) + (f" and {left} more" if left > 0 else "")


def _name(check: Data) -> str:
    return str(check["id"]).rpartition("::")[2].partition("[")[0]


def _file(check: Data) -> str:
    return Path(str(check["id"]).partition("::")[0]).name


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)
