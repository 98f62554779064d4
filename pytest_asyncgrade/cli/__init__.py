"""The ``asyncgrade`` command.  Each subcommand imports what it needs when it is called."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO

import click

from . import class_, course, platforms

if TYPE_CHECKING:
    from .problems import Problem, Update


@click.group()
@click.version_option(package_name="pytest-asyncgrade")
def main() -> None:
    """Run and grade asyncio programs in virtual time."""


for command in (
    class_.class_, course.list_, course.watch, platforms.action, platforms.classroom50, platforms.gradescope,
    platforms.init,
):  # fmt: skip
    main.add_command(command)


@main.command(context_settings={"ignore_unknown_options": True})
@click.option("--timeline", "draw", is_flag=True, help="Draw on standard error what happened when.")
@click.option("--unicode", "with_unicode", is_flag=True, help="Draw it with more than ASCII characters.")
@click.option("--trace", "trace_file", type=click.File("wb", lazy=False), help="Write the records of the run.")
@click.option("--html", type=click.File("w", "utf-8", lazy=False), help="Write a page with the picture of the run.")
@click.option("--chrome", type=click.File("w", "utf-8", lazy=False), help="Write trace events, for Perfetto.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
def run(  # noqa: PLR0913  # one each for what can be said
    file: Path,
    args: tuple[str, ...],
    *,
    draw: bool,
    with_unicode: bool,
    trace_file: BinaryIO | None,
    html: TextIO | None,
    chrome: TextIO | None,
) -> None:
    """Run the script FILE in virtual time.

    Its standard output and its exit status are exactly those of the script; no sleep takes any time.  Arguments that
    are no options of this command, and all arguments after --, are passed on to the script.
    """
    from .run import run as run_here

    run_here(
        file,
        args,
        draw=draw or with_unicode,
        with_unicode=with_unicode,
        trace_file=trace_file,
        html=html,
        chrome=chrome,
    )


@main.command()
@click.option(
    "--graders",
    type=click.Path(exists=True, path_type=Path),
    default=Path("graders"),
    show_default=True,
    help="The folder of the graders, or one grader.",
)
@click.option("--students", is_flag=True, help="PATH is a folder with a folder per student.")
@click.option(
    "--report",
    "reports",
    metavar="FORMAT=PATH",
    multiple=True,
    help="Write a report too; - is standard output (repeatable).",
)
@click.option("--gradebook", type=click.Choice(["plain", "canvas", "moodle"]), help="Who reads the report csv.")
@click.option("--max-score", metavar="POINTS", type=int, help="The maximum in the reports classroom50, csv and vpl.")
@click.option("--reveal", is_flag=True, help="Show what is hidden from students, too: for the teacher alone.")
@click.option("--timeout", type=float, help="Real seconds that a run may take.")
@click.option("--seed", type=int, help="The seed of random values; by default one of each submission.")
@click.option("--isolation", type=click.Choice(["auto", "strict", "weak"]), default="auto", show_default=True)
@click.option("--verbose", "-v", is_flag=True, help="Show what happened of programs with full marks, too.")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
def grade(  # noqa: PLR0913  # one each for what can be said
    path: Path,
    *,
    graders: Path,
    students: bool,
    reports: tuple[str, ...],
    gradebook: str | None,
    max_score: int | None,
    reveal: bool,
    timeout: float | None,
    seed: int | None,
    isolation: str,
    verbose: bool,
) -> None:
    """Grade the submission PATH, a file or a folder anywhere.

    Like `pytest --grade`, but nothing next to the submission or in this folder can influence the grade: no conftest.py,
    no settings of pytest, no plugin, no module with the name of one of Python's.
    """
    from .grade import grade as grade_here

    options = ["--submissions" if students else "--submission", str(path.resolve())]
    options += [f"--grade-report={_absolute(report)}" for report in reports]
    given = {"gradebook": gradebook, "max-score": max_score, "timeout": timeout, "seed": seed, "isolation": isolation}
    options += [f"--grade-{name}={value}" for name, value in given.items() if value is not None]
    grade_here(graders.resolve(), [*options, *(["--grade-reveal"] if reveal else []), *(["-v"] if verbose else [])])


@main.command()
@click.option(
    "--seeds", type=click.IntRange(1), default=20, show_default=True, help="How often the solution is graded."
)
@click.option("--mutants/--no-mutants", "with_mutants", default=True, help="Grade mutants of the solution, too.")
@click.option("--update", is_flag=True, help="Show what the docstrings of mistakes should name, ask, and write it.")
@click.option("--yes", is_flag=True, help="With --update: write it without asking.")
@click.argument("graders", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))
def verify(graders: tuple[Path, ...], *, seeds: int, with_mutants: bool, update: bool, yes: bool) -> None:
    """Prove GRADERS, folders such as graders/greetings (default: all in graders/).

    The solution has to get full marks, whatever the random values, and the starter less; each mistake has to lose
    exactly the checks that its docstring names; and mutants of the solution, made by mistakes that students of asyncio
    make, have to lose something.
    """
    from pytest_asyncgrade.errors import UsageError

    from .verify import verify as verify_one

    if yes and not update:
        msg = "--yes answers what --update asks: give both"
        raise click.UsageError(msg)
    status = 0
    for grader in graders or _graders():
        try:
            proof = verify_one(grader.resolve(), seeds=seeds, with_mutants=with_mutants)
        except UsageError as error:
            click.echo(f"{grader.name}: cannot be proved: {error}", err=True)
            status = 2
            continue
        click.echo(proof)
        for problem in proof.problems:
            _tell(problem)
            if not (update and problem.update and _update(problem.update, yes=yes)):
                status = max(status, 1)
        for note in proof.notes:
            _tell(note)
    sys.exit(status)


def _tell(problem: Problem) -> None:
    for line in problem.lines():
        click.echo(f"  {line}")


def _update(update: Update, *, yes: bool) -> bool:
    """Show a change of a mistake's docstring, and write it if the teacher agrees; tell whether it is written."""
    import difflib

    before, after = (data.decode("utf-8", "replace").splitlines() for data in (update.before, update.after))
    for line in difflib.unified_diff(before, after, str(update.path), str(update.path), lineterm="", n=1):
        click.echo(f"    {line}")
    asked = sys.stdin.isatty()
    written = yes or (asked and click.confirm("    write this?"))
    if written:
        update.path.write_bytes(update.after)
    refused = "stays as it is" + ("" if asked else ": `--update --yes` writes it, or `--update` on a terminal")
    click.echo(f"    {update.path} {'is written' if written else refused}")
    return written


@main.command()
@click.option(
    "--from-script",
    "script",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The solution: a script that prints what it should; by default a small sample.",
)
@click.argument("name")
def new(name: str, *, script: Path | None) -> None:
    """Make the exercise NAME, in exercises/NAME and graders/NAME: README, starter, grader, solution, two mistakes."""
    from pytest_asyncgrade.errors import UsageError

    from .new import new as make

    try:
        written = make(name, script, Path())
    except UsageError as error:
        raise click.UsageError(str(error)) from None
    for path in written:
        click.echo(path)
    click.echo(f"fill in what says TODO, then prove it: asyncgrade verify graders/{name}")


def _graders() -> list[Path]:
    """Return the graders that have a solution to prove them with."""
    return sorted({path.parent for name in ("solution.py", "solution") for path in Path("graders").glob(f"*/{name}")})


def _absolute(report: str) -> str:
    """Return FORMAT=PATH with an absolute path: pytest is started in another folder."""
    name, separator, path = report.partition("=")
    return f"{name}={Path(path).absolute()}" if separator and path not in {"", "-"} else report
