"""``asyncgrade class``: the command."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pytest_asyncgrade.classes.run import Options

_File = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(name="class")
@click.option("--graders", type=click.Path(exists=True, file_okay=False, path_type=Path), default=Path("graders"),
              show_default=True, help="The folder of the graders, or one grader.")  # fmt: skip
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("results"), show_default=True,
              help="Where the results go; what is there is kept, and only what has changed is graded.")  # fmt: skip
@click.option("-k", "keyword", default="", metavar="TEXT", help="Only exercises with TEXT in their names.")
@click.option("--workers", type=click.IntRange(1), default=None, help="Processes (default: one for each processor).")
@click.option("--dask", metavar="ADDRESS", help="The scheduler of a Dask cluster that does the work.")
@click.option("--regrade", metavar="[WHO]", is_flag=False, flag_value="", default=None,
              help="Grade all anew, or a student.")  # fmt: skip
@click.option("--accept-names", is_flag=True, help="Take programs of other names, if they define what they should.")
@click.option("--settings", type=_File, help="The rules of the class (default: class.toml in the current folder).")
@click.option("--overrides", type=_File, help="Points by hand (default: overrides.csv in the current folder).")
@click.option("--timeout", type=float, help="Real seconds that a run may take.")
@click.option("--seed", type=int, help="The seed of random values; by default one of each submission.")
@click.option("--isolation", type=click.Choice(["auto", "strict", "weak"]), default="auto", show_default=True)
@click.argument("submissions", type=click.Path(exists=True, path_type=Path))
def class_(  # noqa: PLR0913  # one each for what can be said
    submissions: Path,
    *,
    graders: Path,
    out: Path,
    keyword: str,
    workers: int | None,
    dask: str | None,
    regrade: str | None,
    accept_names: bool,
    settings: Path | None,
    overrides: Path | None,
    timeout: float | None,
    seed: int | None,
    isolation: str,
) -> None:
    """Grade SUBMISSIONS, what a platform exported: a folder, a zip, or a table (.csv) of students and paths.

    Taken as they are: exports of Moodle, Canvas and Gradescope, clones of repositories, a folder or an archive for each
    student, notebooks.  The tables, the page of the class and a page for each student are written to --out.
    """
    import os

    from pytest_asyncgrade.classes.run import Options

    given = {"timeout": timeout, "seed": seed, "isolation": None if isolation == "auto" else isolation}
    _grade(
        Options(
            submissions.resolve(), graders.resolve(), out.resolve(), workers or os.cpu_count() or 1, dask, regrade,
            accept_names, settings or _here("class.toml"), overrides or _here("overrides.csv"), keyword,
            tuple(f"--grade-{name}={value}" for name, value in given.items() if value is not None),
        )
    )  # fmt: skip


def _here(name: str) -> Path | None:
    path = Path(name)
    return path if path.is_file() else None


def _grade(options: Options) -> None:
    from pytest_asyncgrade.classes.progress import Progress, table
    from pytest_asyncgrade.classes.run import grade_class
    from pytest_asyncgrade.errors import AsyncgradeError

    try:
        progress = Progress()
        try:
            found = grade_class(options, progress)
        finally:
            progress.end()
    except AsyncgradeError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(2)
    except OSError as error:
        click.echo(
            f"Error: {error.filename or options.out}: {error.strerror}; what was graded before is kept", err=True
        )
        sys.exit(2)
    except KeyboardInterrupt:
        click.echo("\nstopped; what was graded is kept: the same command goes on from here", err=True)
        sys.exit(130)
    for line in table(found):
        click.echo(line)
    click.echo(f"\nresults in {options.out}: class.html, grades.csv, feedback/")
    sys.exit(1 if any(one.points is None for one in found) else 0)
