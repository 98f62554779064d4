"""``asyncgrade new``: an exercise made from a script that does what it should, ready to be made better by hand.

The script is run in virtual time; the grader asks for the lines it printed, their moments and its duration.  The
starter is the script without the bodies of its functions; two known mistakes are made of it by what students get wrong.
"""

from __future__ import annotations

import ast
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.grading import Exercise
from pytest_asyncgrade.grading.mutants import mutants
from pytest_asyncgrade.sandbox import Job, pack, run_isolated
from pytest_asyncgrade.trace import Outcome
from pytest_asyncgrade.trace.findings import find
from pytest_asyncgrade.trace.text import text_lines

from .verify import grade_programs, lost_checks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_asyncgrade.trace import Trace

MISTAKES = 2
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
_KINDS = ("never_awaited", "blocked_loop", "busy_wait", "cut_off")


def new(name: str, script: Path | None, folder: Path) -> list[Path]:
    """Write the exercise `name` below `folder`, and return the files; UsageError if that cannot be."""
    if not name.isidentifier():
        msg = f"asyncgrade new {name!r}: a name like rock_and_roll is needed, of letters, digits and _"
        raise UsageError(msg)
    student, teacher = folder / "exercises" / name, folder / "graders" / name
    for place in (student, teacher):
        if place.exists():
            msg = f"asyncgrade new {name}: there is {place} already; choose another name, or remove it"
            raise UsageError(msg)
    source = script.read_text(encoding="utf-8") if script else _SAMPLE
    trace = _traced(name, source)
    files = {
        student / "README.md": _readme(name, trace),
        student / f"{name}.py": _starter(source),
        teacher / "solution.py": source,
        teacher / f"test_{name}.py": _grader(name, trace),
    }
    if shown := sorted({finding.kind for finding in find(trace)}):
        listed = ", ".join(f'"{kind}"' for kind in shown)
        files[teacher / "exercise.toml"] = f"# what the solution does on purpose\n[findings]\nignore = [{listed}]\n"
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    mistakes = dict(_mistakes(Exercise.of_grader(teacher), source))
    for path, text in mistakes.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [*files, *mistakes]


def _traced(name: str, source: str) -> Trace:
    with TemporaryDirectory(prefix="asyncgrade-") as folder:
        script = Path(folder, f"{name}.py")
        script.write_text(source, encoding="utf-8")
        trace = run_isolated(Job(pack(script)))
    if trace.outcome is not Outcome.FINISHED or not trace.output:
        why = trace.reason or "it is silent"
        msg = f"asyncgrade new {name}: the script should print something and come to its end; {why}"
        raise UsageError(msg)
    return trace


def _starter(source: str) -> str:
    """Return the script with a TODO for the body of each function."""
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
    rows = [(f"{line.time:g}", f"`{line.text}`") for line in trace.output]
    width = max(len(text) for _, text in rows)
    table = [f"| at (virtual seconds) | {'line':<{width}} |", f"|{'-' * 21}:|{'-' * (width + 2)}|"]
    table += [f"| {time:>20} | {text:<{width}} |" for time, text in rows]
    return "\n".join([
        f"# {title}", "", "TODO: the idea, in five lines.", "", "## What to do", "",
        f"Complete `{name}.py`. TODO: what each function does.", "", "## What it prints", "", *table, "",
        f"The program takes {trace.elapsed:g} s. In virtual time these seconds pass at once.", "",
        "## Check yourself", "", "```", f"pytest --grade graders/{name}", "```", "",
    ])  # fmt: skip


def _grader(name: str, trace: Trace) -> str:
    texts = [line.text for line in trace.output]
    moments = [
        f"        {', '.join(f'at({time:g}, {line.text!r})' for line in group)},"
        for time, group in groupby(trace.output, key=lambda line: float(line.time))
    ]
    kinds = [kind for kind in _KINDS if kind not in {finding.kind for finding in find(trace)}]
    return f'''"""Grades `{name}`."""

import pytest

from pytest_asyncgrade import Submission, Trace, in_any_order{", at" if moments else ""}


@pytest.fixture(scope="module")
def trace(submission: Submission) -> Trace:
    """Run the whole program."""
    return submission.run()


@pytest.mark.points(3, hint="compare each line with README.md")
def test_lines(trace: Trace) -> None:
    """The program prints these {len(texts)} lines, and no others."""
    assert trace.output == in_any_order(
        {", ".join(map(repr, texts))}
    )  # fmt: skip
    assert len(trace.output) == {len(texts)}, f"{{len(trace.output)}} lines are printed, not {len(texts)}"


@pytest.mark.points(4, hint="TODO: what makes lines come too late, or too early?")
def test_moments(trace: Trace) -> None:
    """Each line comes at its moment; in which order those of one moment come does not matter."""
    assert trace.output == in_any_order(
{chr(10).join(moments)}
    )  # fmt: skip


@pytest.mark.points(2, hint="TODO: what makes the program take longer?")
def test_duration(trace: Trace) -> None:
    """The program takes {trace.elapsed}."""
    assert trace.elapsed == {float(trace.elapsed):g}


@pytest.mark.points(1, hint="await every coroutine, and wait with asyncio.sleep")
def test_nothing_goes_wrong(trace: Trace) -> None:
    """No wait stops the event loop, and all that is started comes to its end."""
    assert trace.found({", ".join(map(repr, kinds))}) == []
'''


def _mistakes(exercise: Exercise, source: str) -> Iterator[tuple[Path, str]]:
    """Yield two mistakes, of different kinds, with the checks that they lose."""
    made = [mutant for mutant in mutants(source) if mutant.operator in _MISTAKEN]
    programs = {f"m{number}-0": mutant.source for number, mutant in enumerate(made)}
    works = grade_programs(exercise, programs) if made else {}
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
            yield exercise.grader / "mistakes" / f"{slug}.py", text
