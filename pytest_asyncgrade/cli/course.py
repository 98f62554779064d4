"""``asyncgrade watch`` and ``asyncgrade list``: the commands."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn

import click


@click.command()
@click.argument("exercise", default="")
def watch(exercise: str) -> None:
    """Grade EXERCISE again whenever it is saved, and show what has changed and what to repair next.

    EXERCISE is a name, a folder or a file; by default all exercises of the course, or those in the current folder.
    Ctrl-C ends it.
    """
    from pytest_asyncgrade.errors import UsageError
    from pytest_asyncgrade.grading.assignment import assignments

    from .screen import Screen
    from .standing import Course
    from .watch import watch as watch_here

    try:
        found = assignments(exercise, Path())
        watch_here(Course.of(found, found[0].grader.parent.parent), Screen())
    except UsageError as error:
        raise click.UsageError(str(error)) from None
    except KeyboardInterrupt:
        _stop()


@click.command(name="list")
@click.option("--markdown", is_flag=True, help="As a table of Markdown, for a README.")
@click.option("--grade", is_flag=True, help="Grade what is not graded yet, or was changed since.")
@click.argument("course", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
def list_(course: Path | None, *, markdown: bool, grade: bool) -> None:
    """List the exercises of a course in their order, with the points of the last grading, and what comes next.

    COURSE is a course.toml; by default exercises/course.toml.  The points are those that `asyncgrade watch` and
    `asyncgrade list --grade` have kept in .asyncgrade/; it is said if a program was changed since.
    """
    from pytest_asyncgrade.errors import UsageError
    from pytest_asyncgrade.grading.course import as_markdown, read_course

    from .standing import listed

    path = course or Path("exercises", "course.toml")
    try:
        lines = as_markdown(read_course(path)) if markdown else listed(course, grade=grade)
        for line in lines:
            click.echo(line)
    except UsageError as error:
        raise click.UsageError(str(error)) from None
    except KeyboardInterrupt:
        _stop()


def _stop() -> NoReturn:
    """End after Ctrl-C, with the status that a shell takes for it."""
    click.echo("\nstopped")
    sys.exit(130)
