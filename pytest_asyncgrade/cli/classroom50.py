"""``asyncgrade classroom50``: grades a student's checkout for Classroom 50, in an assignment's ``autograder.py``.

The runner starts that file in the student's checkout, says in variables what is graded, and reads ``result.json``,
``release-body.md`` and the outputs ``status`` and ``summary``: they are written in that order, after everything else.
An exit status other than 0 means that there is no result; it is reserved for what is not the student's fault.
https://github.com/foundation50/classroom50/wiki/Advanced-Autograding
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from pytest_asyncgrade.reports import ReportFile
from pytest_asyncgrade.reports.phrases import points_of

from .grade import NotGradedError, graded
from .workflow import add_outputs, without_commands

if TYPE_CHECKING:
    from collections.abc import Mapping

DEADLINE_SECONDS = 600.0
"""Real seconds after which no further run begins: the job ends after 15 minutes, including its installation."""
_FILES = {"classroom50": "result.json", "markdown": "release-body.md"}


def classroom50(environ: Mapping[str, str], checkout: Path, bundle: Path) -> None:
    """Grade a checkout; `bundle` is the folder of the graders if the runner does not name one.

    NotGradedError, or UsageError, if there is no result to record.
    """
    grader = find_grader(Path(environ.get("CLASSROOM50_BUNDLE_DIR") or bundle), environ.get("ASSIGNMENT", ""))
    with TemporaryDirectory(prefix="asyncgrade-") as name:
        reports = {kind: Path(name, kind) for kind in (*_FILES, "json")}
        options = [f"--grade-report={kind}={path}" for kind, path in reports.items()]
        with without_commands(environ):
            reliable = graded(grader, [f"--submission={checkout}", *options], seconds=DEADLINE_SECONDS)
        if not reliable:
            msg = f"a check of the grader {grader.name} is broken: this is no grade"
            raise NotGradedError(msg)
        for kind, filename in _FILES.items():
            write(checkout / filename, kind, reports[kind].read_text(encoding="utf-8"))
        add_outputs(environ, _outputs(json.loads(reports["json"].read_text(encoding="utf-8"))))


def find_grader(bundle: Path, assignment: str) -> Path:
    """Return the grader of an assignment, in whose name ``-`` stands for the ``_`` of an exercise."""
    graders = sorted(path.parent for path in bundle.glob("graders/*/test_*.py"))
    there = list(dict.fromkeys(graders))
    meant = [path for path in there if path.name.replace("_", "-").lower() == assignment.replace("_", "-").lower()]
    if len(meant or there) != 1:
        names = ", ".join(path.name for path in there) or "none"
        msg = f"the assignment {assignment!r} needs its grader in {bundle / 'graders'}; there are: {names}"
        raise NotGradedError(msg)
    return (meant or there)[0].resolve()


def write(path: Path, kind: str, text: str) -> None:
    """Write a file into a student's checkout: it replaces anything in its place, and no link is followed."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    ReportFile(kind, path).write(text)


def _outputs(grade: Mapping[str, object]) -> dict[str, str]:
    summary = points_of(grade["score"], grade["max_score"])
    return {"status": "success" if grade["complete"] else "failure", "summary": summary}
