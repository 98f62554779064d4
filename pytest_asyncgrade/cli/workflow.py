"""What a step of a GitHub workflow tells the runner: commands in its output, and files that variables name.

The runner takes any line that begins with ``::`` for a command, whoever wrote it.  So what may hold a student's text
is printed between ``::stop-commands::`` and a word that nobody can guess.  Its files are only appended to.
https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from pytest_asyncgrade.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@contextmanager
def without_commands(environ: Mapping[str, str]) -> Iterator[None]:
    """Stop the runner from taking printed lines for commands, also those of child processes; no effect elsewhere."""
    if environ.get("GITHUB_ACTIONS") != "true":
        yield
        return
    word = secrets.token_hex(16)
    click.echo(f"::stop-commands::{word}")
    try:
        yield
    finally:
        click.echo(f"\n::{word}::")


def error(message: str) -> None:
    """Let the runner show an error on the page of the workflow run."""
    escaped = message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    click.echo(f"::error::{escaped}")


def add_outputs(environ: Mapping[str, str], outputs: Mapping[str, str]) -> None:
    """Set outputs of the step; each is one line."""
    lines = [f"{name}={' '.join(value.splitlines())}\n" for name, value in outputs.items()]
    add(environ, "GITHUB_OUTPUT", "".join(lines))


def add(environ: Mapping[str, str], variable: str, text: str) -> None:
    """Append text to the file that a variable names; UsageError if that is a link or cannot be written."""
    path = environ.get(variable)
    if not path:
        return
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    try:
        with open(os.open(path, flags, 0o644), "a", encoding="utf-8", newline="\n") as file:  # noqa: PTH123  # by its descriptor
            file.write(text)
    except OSError as problem:
        msg = f"{variable} is {path}, which cannot be written: {problem.strerror}"
        raise UsageError(msg) from None
