"""Writes the reports that were asked for, and gathers what their formats may know besides the grade."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.grading import for_students, pack_work
from pytest_asyncgrade.reports import About, ReportFile
from pytest_asyncgrade.trace.plain import said_by

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

    from pytest_asyncgrade.grading import Grade, Roster


@dataclass(frozen=True, slots=True)
class Reporting:
    """Which reports to write, and for whom; those for standard output wait until pytest has printed everything."""

    files: tuple[ReportFile, ...]
    about: About
    reveal: bool
    """Whether the reports are for the teacher and show what is hidden from students."""
    works: Path | None = None
    """Where all works go whole, for another process of ours."""
    waiting: list[tuple[ReportFile, str]] = field(default_factory=list)

    @classmethod
    def begin(cls, config: pytest.Config, roster: Roster) -> Reporting:
        """Return the reports that the options ask for; UsageError if an option is wrong."""
        option = config.option
        files = tuple(map(ReportFile.parse, option.grade_report))
        asked = {file.format for file in files}
        for name, wanted in (("gradebook", ("csv",)), ("max-score", ("classroom50", "csv", "vpl"))):
            value = getattr(option, f"grade_{name.replace('-', '_')}")
            if value is not None and asked.isdisjoint(wanted):
                kinds = " or ".join(wanted)
                msg = f"--grade-{name} {value}: that is for the report {kinds}: add --grade-report {wanted[0]}=PATH"
                raise UsageError(msg)
        environ = dict(os.environ)
        start = roster.submissions or roster.submission or config.invocation_params.dir
        about = About(
            environ,
            option.grade_gradebook or "plain",
            _root(environ, start),
            datetime.now().astimezone(),
            option.grade_max_score,
        )
        for file in files:
            file.check(about)
        return cls(files, about, option.grade_reveal, option.grade_works)

    def shown(self, grade: Grade) -> Grade:
        """Return the grade as the terminal may show it."""
        return grade if self.reveal else for_students(grade)

    def write(self, grade: Grade) -> list[str]:
        """Write all files that can be written, and return what went wrong with the others."""
        problems = []
        if self.works is not None:
            self.works.write_text("".join(f"{pack_work(work)}\n" for work in grade.works), encoding="ascii")
        for file in self.files:
            try:
                text = file.render(grade, self.about, reveal=self.reveal)
                if file.path is None:
                    self.waiting.append((file, text))
                else:
                    file.write(text)
            except (UsageError, OSError) as error:
                problems.append(f"--grade-report {file.format}={file.path or '-'}: {error}")
            except Exception as error:  # noqa: BLE001  # the other reports are to be written
                reason = f"this report cannot be made: {said_by(error)}"
                problems.append(f"--grade-report {file.format}={file.path or '-'}: {reason}")
        return problems

    def write_waiting(self) -> None:
        """Write the reports for standard output."""
        for file, text in self.waiting:
            file.write(text)
        self.waiting.clear()


def _root(environ: Mapping[str, str], start: Path) -> Path:
    """Return the root of the repository: as GitHub says, else where ``.git`` is, else the folder to start in."""
    if workspace := environ.get("GITHUB_WORKSPACE"):
        return Path(workspace).resolve()
    start = start.resolve()
    folders = [start, *start.parents] if start.is_dir() else list(start.parents)
    return next((folder for folder in folders if (folder / ".git").exists()), folders[0])
