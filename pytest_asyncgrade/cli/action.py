"""``asyncgrade action``: what the action of ``action.yml`` does, with its inputs in variables.

The inputs come in variables because an expression in a script would be executed.  What may hold a student's text is
printed while the runner takes no commands; annotations and outputs are ours, and written when all processes of students
have ended.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.reports.classroom import encoded

from .grade import NotGradedError, graded
from .workflow import add, add_outputs, error, without_commands

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "ASYNCGRADE_"
FAIL_ON = ("lost", "error", "never")
DEADLINE_SECONDS = 600.0
"""Real seconds after which no further run of a single student begins; a class has no deadline."""
_FILES = {
    "html": "grade.html", "json": "grade.json", "junit": "junit.xml", "csv": "grades.csv", "markdown": "summary.md",
    "classroom": "result.json", "github": "annotations.txt",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of the action."""

    graders: Path
    submission: Path
    students: bool = False
    timeout: float | None = None
    annotations: bool = True
    summary: bool = True
    fail_on: str = "lost"

    @classmethod
    def parse(cls, environ: Mapping[str, str], workspace: Path) -> Inputs:
        """Return the inputs, with paths relative to the workspace; UsageError names the one that is wrong."""
        given = {key.removeprefix(PREFIX).lower(): value.strip() for key, value in environ.items() if _is_ours(key)}
        graders = workspace / (given.get("graders") or "graders") / given.get("exercise", "")
        if not graders.exists():
            msg = f"there is no {graders}: say in the inputs graders and exercise where the grader is"
            raise UsageError(msg)
        submission = workspace / given.get("submission", "")
        if not submission.exists():
            msg = f"there is no {submission}: say in the input submission what to grade"
            raise UsageError(msg)
        return cls(
            graders.resolve(),
            submission.resolve(),
            students=_flag("students", given, default=False),
            timeout=_seconds(given.get("timeout", "")),
            annotations=_flag("annotations", given, default=True),
            summary=_flag("summary", given, default=True),
            fail_on=_one_of(FAIL_ON, "fail-on", given.get("fail_on") or FAIL_ON[0]),
        )

    def options(self, folder: Path) -> list[str]:
        """Return the options for a grading that writes its reports into a folder."""
        options = [f"--submission{'s' if self.students else ''}={self.submission}"]
        options += [] if self.timeout is None else [f"--grade-timeout={self.timeout!r}"]
        return options + [f"--grade-report={kind}={folder / name}" for kind, name in _FILES.items()]


def action(environ: Mapping[str, str], workspace: Path) -> int:
    """Grade, give the results to the workflow, and return the exit status of the step."""
    try:
        inputs = Inputs.parse(environ, workspace)
        folder = Path(tempfile.mkdtemp(prefix="asyncgrade-", dir=environ.get("RUNNER_TEMP") or None))
        with without_commands(environ):
            graded(inputs.graders, inputs.options(folder), seconds=None if inputs.students else DEADLINE_SECONDS)
    except (NotGradedError, UsageError) as problem:
        error(f"asyncgrade: {problem}")
        add_outputs(environ, {"status": "error", "score": "0", "max-score": "0"})
        return 1
    if inputs.annotations:
        click.echo(_read(folder, "github"), nl=False)
    if inputs.summary:
        add(environ, "GITHUB_STEP_SUMMARY", _read(folder, "markdown"))
    outputs = _outputs(folder)
    add_outputs(environ, outputs)
    return int(outputs["status"] in {"lost": {"fail", "error"}, "error": {"error"}, "never": set()}[inputs.fail_on])


def _outputs(folder: Path) -> dict[str, str]:
    grade: dict[str, Any] = json.loads(_read(folder, "json"))
    return {
        "status": "error" if grade["broken"] else "pass" if grade["complete"] else "fail",
        "score": "0" if grade["broken"] else str(grade["score"]),
        "max-score": "0" if grade["broken"] else str(grade["max_score"]),
        "report-path": str(folder),
        "result": encoded(_read(folder, "classroom")),
    }


def _read(folder: Path, kind: str) -> str:
    return (folder / _FILES[kind]).read_text(encoding="utf-8")


def _is_ours(name: str) -> bool:
    return name.startswith(PREFIX)


def _flag(name: str, given: Mapping[str, str], *, default: bool) -> bool:
    value = given.get(name) or str(default).lower()
    return _one_of(("true", "false"), name, value.lower()) == "true"


def _one_of(values: tuple[str, ...], name: str, given: str) -> str:
    if given not in values:
        msg = f"the input {name} is {given!r}: choose {', '.join(values)}"
        raise UsageError(msg)
    return given


def _seconds(given: str) -> float | None:
    try:
        return float(given) if given else None
    except ValueError:
        msg = f"the input timeout is {given!r}: give a number of seconds"
        raise UsageError(msg) from None
