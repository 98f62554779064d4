"""``asyncgrade new``: makes an exercise from a script that is right, as a draft to improve by hand.

The script is run in virtual time, and the grader asks for the lines it printed, their moments and its duration.  The
starter is the script without the bodies of its functions.  Two of its mutants are the known mistakes.
"""

from __future__ import annotations

import ast
import importlib.util
from collections import Counter
from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.grading import Exercise, known
from pytest_asyncgrade.grading.mutants import mutants
from pytest_asyncgrade.sandbox import Job, SubmissionFiles, read_submission, run_isolated
from pytest_asyncgrade.sandbox.run import WALL_CLOCK_START_NS
from pytest_asyncgrade.trace import Outcome
from pytest_asyncgrade.trace.plain import clipped
from pytest_asyncgrade.trace.text import text_lines

from .new_grader import grader
from .problems import lost_checks
from .survivors import literal
from .verify import grade_programs, try_mutants

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pytest_asyncgrade.trace import Trace

MISTAKES = 2
"""Number of mistakes that are made from a solution."""
MOST_LINES = 200
"""Longest output of a script to make an exercise from, in lines."""
MOST_CHARACTERS = 10_000
"""The same, in characters."""
_STARTS = (WALL_CLOCK_START_NS, WALL_CLOCK_START_NS + 123_456_789_000_000_000)
"""Start times of two runs that have to be the same, in nanoseconds since 1970; whole seconds apart for exact floats."""
_SAMPLE = '''"""Two naps at the same time."""

import asyncio


async def nap(name, seconds):
    print(name, "falls asleep")
    await asyncio.sleep(seconds)
    print(name, "wakes up")


async def main():
    await asyncio.gather(nap("Ann", 2), nap("Bob", 1))
    print("all are awake")


if __name__ == "__main__":
    asyncio.run(main())
'''
_MISTAKEN = {
    "await in sequence": "Awaits one after the other what could overlap.",
    "time.sleep": "Waits with time.sleep, which stops the whole event loop.",
    "await the task at once": "Awaits each task in the line that makes it.",
    "drop an await": "Calls a coroutine function and does not await it.",
    "one more": "Waits for another time than is asked for.",
    "leave out": "Leaves a step out.",
    "print earlier": "Prints before it has waited.",
}


def new(name: str, script: Path | None, folder: Path) -> list[Path]:
    """Write the exercise `name` into `folder` and return the files; UsageError if a name or the script is wrong."""
    if not name.isidentifier():
        msg = f"asyncgrade new {name!r}: a name like rock_and_roll is needed, of letters, digits and _"
        raise UsageError(msg)
    student, teacher = folder / "exercises" / name, folder / "graders" / name
    for target in (student, teacher):
        if target.exists():
            msg = f"asyncgrade new {name}: there is {target} already; choose another name, or remove it"
            raise UsageError(msg)
    submitted = _solution(name, script)
    source = importlib.util.decode_source(submitted.files[submitted.script])
    trace = _traced(name, submitted)
    starter = _starter(source)
    if ast.dump(ast.parse(starter)) == ast.dump(ast.parse(source)):
        msg = (
            f"asyncgrade new {name}: the script has no function, so that its starter would be the solution: put what "
            "students are to write into functions"
        )
        raise UsageError(msg)
    others = {path: data for path, data in submitted.files.items() if path != submitted.script}
    solution = teacher / "solution" if others else teacher
    files = {
        student / "README.md": _readme(name, trace).encode(),
        **{student / path: data for path, data in others.items()},
        student / submitted.script: starter.encode(),
        **{solution / path: data for path, data in others.items()},
        solution / (submitted.script if others else "solution.py"): source.encode(),
        teacher / f"test_{name}.py": grader(name, trace).encode(),
    }
    if settings := _settings(name, submitted.script, trace):
        files[teacher / "exercise.toml"] = settings.encode()
    _write(files)
    exercise = Exercise.of_grader(teacher)
    if survivors := try_mutants(exercise, known.solution(exercise)).survivors:
        asserts = tuple(dict.fromkeys(survivor.difference.sees for survivor in survivors))
        _write({teacher / f"test_{name}.py": grader(name, trace, asserts).encode()})
    mistakes = dict(_mistakes(exercise, source))
    _write(mistakes)
    return [*files, *mistakes]


def _write(files: Mapping[Path, bytes]) -> None:
    for path, data in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _solution(name: str, script: Path | None) -> SubmissionFiles:
    """Return the script as the exercise's program, with the files that it names; the sample if there is none."""
    if script is None:
        return SubmissionFiles(f"{name}.py", {f"{name}.py": _SAMPLE.encode()})
    packed = read_submission(script.resolve(), alone=True)
    filename = packed.script if "/" in packed.script else f"{name}.py"
    return replace(
        packed,
        script=filename,
        files={filename if path == packed.script else path: d for path, d in packed.files.items()},
    )


def _settings(name: str, filename: str, trace: Trace) -> str:
    """Return the ``exercise.toml`` that the exercise needs; empty if it needs none."""
    text = f'[files]\nprogram = "{filename}"\n' if filename != f"{name}.py" else ""
    if shown := sorted({finding.kind for finding in trace.diagnosis}):
        listed = ", ".join(f'"{kind}"' for kind in shown)
        text += f"# what the solution does on purpose\n[findings]\nignore = [{listed}]\n"
    return text


def _traced(name: str, submitted: SubmissionFiles) -> Trace:
    """Return the trace of the script; UsageError if students could not be asked to do the same."""
    trace, again = (run_isolated(Job(submitted, seed=number, wall_ns=start)) for number, start in enumerate(_STARTS))
    problem = _problem(trace) or _difference(trace, again)
    if problem:
        msg = f"asyncgrade new {name}: {problem}"
        raise UsageError(msg)
    return trace


def _problem(trace: Trace) -> str:
    """Return why no exercise can be made from a script; empty if one can."""
    output = trace.partial.output
    if trace.outcome is Outcome.FLOODED or len(output) > MOST_LINES or len(output.text) > MOST_CHARACTERS:
        printed = Counter(line.lineno for line in output if line.lineno).most_common(1)
        where = f" line {printed[0][0]} prints most of it:" if printed else ""
        return (
            f"the script prints more than {MOST_LINES} lines or {MOST_CHARACTERS} characters, which nobody can compare "
            f"with what is expected;{where} let it print less, as by fewer rounds of a loop"
        )
    if trace.outcome is not Outcome.FINISHED or not output:
        return f"the script should print something and come to its end; {trace.reason or 'it is silent'}"
    return ""


def _difference(trace: Trace, again: Trace) -> str:
    """Return how two runs with different random numbers and dates differ; empty if they are the same."""
    runs = [
        [f'"{clipped(line, 80)}" at {literal(line.time)} s' for line in run.partial.output] for run in (trace, again)
    ]
    ends = [f"the end at {literal(run.partial.elapsed)} s" for run in (trace, again)]
    pairs = enumerate(zip_longest(*runs, fillvalue="missing"), start=1)
    said = [f"line {number} is {one} in one and {other} in the other" for number, (one, other) in pairs if one != other]
    if not said and ends[0] == ends[1]:
        return ""
    what = said[0] if said else f"{ends[0]} in one and {ends[1]} in the other"
    return (
        f"two runs of the script differ: {what}; let it do the same each time: call random.seed(1) at its start, "
        "and print no date, no time of day and nothing that the machine decides"
    )


def _starter(source: str) -> str:
    """Return the script with a TODO instead of the body of each function."""
    lines = list(text_lines(source))
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, kinds)]
    inside = [other for one in functions for other in ast.walk(one) if other is not one]
    for function in sorted(functions, key=lambda node: -node.lineno):
        if function in inside:
            continue
        body = function.body[1:] if ast.get_docstring(function) and len(function.body) > 1 else function.body
        indent = " " * body[0].col_offset
        lines[body[0].lineno - 1 : body[-1].end_lineno] = [f"{indent}# TODO: see README.md", f"{indent}pass"]
    return "\n".join(lines) + "\n"


def _readme(name: str, trace: Trace) -> str:
    title = name.replace("_", " ").capitalize()
    rows = [(literal(line.time), f"`{line.text}`") for line in trace.output]
    width = max(len(text) for _, text in rows)
    table = [f"| at (virtual seconds) | {'line':<{width}} |", f"|{'-' * 21}:|{'-' * (width + 2)}|"]
    table += [f"| {time:>20} | {text:<{width}} |" for time, text in rows]
    return "\n".join([
        f"# {title}", "", "TODO: the idea, in five lines.", "", "## What to do", "",
        f"Complete `{name}.py`. TODO: what each function does.", "", "## What it prints", "", *table, "",
        f"The program takes {literal(trace.elapsed)} s. In virtual time these seconds pass at once.", "",
        "## Check yourself", "", "```", f"pytest --grade graders/{name}", "```", "",
    ])  # fmt: skip


def _mistakes(exercise: Exercise, source: str) -> Iterator[tuple[Path, bytes]]:
    """Yield two mistakes of different kinds, with the checks that they lose in their docstrings."""
    made = [mutant for mutant in mutants(source) if mutant.operator in _MISTAKEN]
    right = known.solution(exercise)
    programs = {
        f"m{number}-0": right | {exercise.filename: mutant.source.encode()} for number, mutant in enumerate(made)
    }
    works = grade_programs(exercise, programs)
    order = list(_MISTAKEN)
    told: dict[str, str] = {}
    for number, mutant in sorted(enumerate(made), key=lambda item: order.index(item[1].operator)):
        lost = lost_checks(works[f"m{number}-0"])
        if lost and mutant.operator not in told and len(told) < MISTAKES:
            told[mutant.operator] = mutant.source
            body = ast.parse(mutant.source)
            if ast.get_docstring(body):
                del body.body[0]
            text = f'"""{_MISTAKEN[mutant.operator]}\n\nloses: {", ".join(lost)}\n"""\n\n{ast.unparse(body)}\n'
            slug = mutant.operator.replace(" ", "_").replace(".", "_")
            yield exercise.grader / "mistakes" / f"{slug}.py", text.encode()
