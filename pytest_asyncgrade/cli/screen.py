"""What ``asyncgrade watch`` and ``asyncgrade list`` write on the terminal."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

import click

from pytest_asyncgrade.reports.changes import changes
from pytest_asyncgrade.reports.safe_text import tame
from pytest_asyncgrade.reports.terminal import WIDTH

if TYPE_CHECKING:
    from pytest_asyncgrade.grading import Work


class Screen:
    """Writes lines, each at once; colours only where they are shown."""

    def graded(self, before: Work | None, after: Work) -> None:
        """Show what a grading has changed; `before` is None for the first one."""
        now, width = time.strftime("%H:%M:%S"), shutil.get_terminal_size((WIDTH, 24)).columns
        for line, style in changes(before, after, time=now, width=width):
            colour = next((word for word in style if word != "bold"), None)
            click.secho(line, fg=colour, bold="bold" in style or None)

    def say(self, *lines: str) -> None:
        """Show lines."""
        for line in lines:
            click.echo(tame(line))

    def warn(self, text: str) -> None:
        """Show what prevents a grading, below the time."""
        self.say("", *f"{time.strftime('%H:%M:%S')} {text}".split("\n"))
