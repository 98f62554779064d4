"""The subcommands that platforms call, and ``asyncgrade init``, which writes the files that call them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_Grader = click.argument("grader", type=click.Path(exists=True, file_okay=False, path_type=Path))
_Folder = click.argument("folder", type=click.Path(file_okay=False, path_type=Path))


@click.command()
@click.argument("autograder", type=click.Path(path_type=Path))
def classroom50(autograder: Path) -> None:
    """Grade the current folder for Classroom 50.

    The graders are in CLASSROOM50_BUNDLE_DIR, or next to the file AUTOGRADER.  Writes result.json and release-body.md.
    """
    from pytest_asyncgrade.errors import AsyncgradeError

    from .classroom50 import classroom50 as grade

    try:
        grade(os.environ, Path.cwd(), autograder.resolve().parent)
    except AsyncgradeError as problem:
        click.echo(f"asyncgrade classroom50: {problem}", err=True)
        sys.exit(1)


@click.command()
def action() -> None:
    """Grade as the action of action.yml asks for in variables that begin with ASYNCGRADE_."""
    from pytest_asyncgrade.errors import AsyncgradeError

    from .action import action as grade

    try:
        sys.exit(grade(os.environ, Path.cwd()))
    except AsyncgradeError as problem:  # nothing can be said to the workflow, but here
        click.echo(f"asyncgrade action: {problem}", err=True)
        sys.exit(1)


@click.command()
@click.argument("root", type=click.Path(file_okay=False, path_type=Path), default=Path("/autograder"))
def gradescope(root: Path) -> None:
    """Grade the submission in the folder of Gradescope's autograder, ROOT (default: /autograder)."""
    from .gradescope import gradescope as grade

    grade(root)


@click.group()
def init() -> None:
    """Write the files that a platform needs to grade."""


@init.command(name="classroom50")
@_Folder
@_Grader
def init_classroom50(folder: Path, grader: Path) -> None:
    """Write the bundle of GRADER's assignment into FOLDER, the autograders/ of a classroom, and its entry."""
    from .init import init_classroom50 as write

    _tell(lambda: write(folder, grader))
    click.echo("add assignment.json to the classroom's assignments.json; its page shows all of the bundle to anybody")


@init.command(name="github")
@click.option("--action", required=True, metavar="OWNER/REPOSITORY@REF", help="Where this package's action.yml is.")
@click.option("--exercise", default="", metavar="NAME", help="One exercise; by default all in graders/.")
@_Folder
def init_github(folder: Path, action: str, exercise: str) -> None:
    """Write two workflows into FOLDER: one for students' repositories, one for the teacher's own."""
    from .init import init_github as write

    _tell(lambda: write(folder, action, exercise))


@init.command(name="gitlab")
@_Folder
def init_gitlab(folder: Path) -> None:
    """Write .gitlab-ci.yml into FOLDER, a repository with graders/: its pipeline grades and shows the checks."""
    from .init import init_gitlab as write

    _tell(lambda: write(folder))


@init.command(name="gradescope")
@click.option("--package", "packages", metavar="NAME", multiple=True, help="Install a package too (repeatable).")
@_Folder
@click.argument("graders", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
def init_gradescope(folder: Path, graders: tuple[Path, ...], packages: tuple[str, ...]) -> None:
    """Write an autograder with GRADERS into FOLDER, and autograder.zip, which is uploaded to Gradescope.

    If there is an autograder, it is replaced.
    """
    from .init import init_gradescope as write

    _tell(lambda: write(folder, graders, packages))


def _tell(write: Callable[[], Iterable[Path]]) -> None:
    """Write files and print their paths."""
    from pytest_asyncgrade.errors import UsageError

    try:
        for path in write():
            click.echo(path)
    except UsageError as error:
        raise click.UsageError(str(error)) from None
