"""What keeps the students' programs in is chosen with an option, set by the exercise, and named in every report."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from pytest_asyncgrade.sandbox import confinement, why_not_strict

if TYPE_CHECKING:
    from .conftest import Course

strong = pytest.mark.skipif(sys.platform != "linux" or bool(why_not_strict()), reason="needs bubblewrap")


@pytest.mark.parametrize("mode", [pytest.param("strict", marks=strong), "weak", "auto"])
def test_every_report_names_the_isolation(course: Course, mode: str) -> None:
    reports = {name: course.path / f"grade.{name}" for name in ("json", "junit")}
    options = [f"--grade-report={name}={path}" for name, path in reports.items()]
    result = course.grade(f"--grade-isolation={mode}", *options)
    assert result.ret == 0
    (line,) = [line for line in result.outlines if line.startswith("graded in isolation: ")]
    isolation = line.removeprefix("graded in isolation: ")
    assert isolation in {"strong (bubblewrap)", "partial (Landlock)", "weak (a process group)"}
    assert isolation.startswith("strong") or mode != "strict"
    assert not isolation.startswith("strong") or mode != "weak"
    (work,) = json.loads(reports["json"].read_text())["works"]
    assert work["isolation"] == isolation
    (named,) = ET.parse(reports["junit"]).getroot().iter("property")  # noqa: S314  # our own
    assert named.attrib == {"name": "isolation", "value": isolation}


def test_strict_refuses_to_grade_without_bubblewrap_and_says_how_to_get_it(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confinement, "which", lambda _name: None)
    result = course.grade("--grade-isolation=strict")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([
        "ERROR: --grade-isolation=strict: bubblewrap is not installed; install bubblewrap (`apt-get install *"
    ])  # fmt: skip


def test_where_nothing_could_run_no_isolation_is_named(course: Course) -> None:
    course.write("exercises/naps/naps.py", "")
    (course.path / "exercises/naps/naps.py").unlink()
    assert not [line for line in course.grade().outlines if line.startswith("graded in isolation")]


def test_what_was_left_behind_is_named(course: Course) -> None:
    course.write("exercises/naps/asyncio.py", "raise SystemExit(0)")
    course.write("exercises/naps/helpers.py", "")
    report = course.path / "grade.json"
    result = course.grade(f"--grade-report=json={report}")
    result.stdout.fnmatch_lines(["  asyncio.py was left out: it would be imported instead of Python's own asyncio"])
    (work,) = json.loads(report.read_text())["works"]
    assert work["left_behind"] == {"asyncio.py": "it would be imported instead of Python's own asyncio"}
    assert work["score"] == 5


def test_an_exercise_sets_limits_and_files_of_its_own(course: Course) -> None:
    course.write("graders/naps/exercise.toml", '[limits]\nwall_seconds = 0.5\n\n[files]\nexclude = ["notes*"]\n')
    course.write("exercises/naps/naps.py", "import os\nprint(os.listdir())\nwhile True: pass")
    course.write("exercises/naps/notes.txt", "")
    result = course.grade()
    result.stdout.fnmatch_lines([
        "*the program was still running after 0.5 s, at line 3: while True:",
        "  notes.txt was left out: not wanted in this exercise",
        "*What happened: *",
        "*| [[]'naps.py']",
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("[limits", "*exercise.toml: Expected ']'*"),
        ("[limit]\n", "*exercise.toml: 'limit' is not known here; there are the tables [[]limits[]] and [[]files[]]"),
        ("limits = 3\n", "*exercise.toml: 'limits' is not known here; there are the tables *"),
        ("[limits]\nram = 3\n", "*exercise.toml, [[]limits[]]: there is no limit 'ram'; choose from wall_seconds, *"),
        ("[files]\nadd = []\n", "*exercise.toml, [[]files[]]: 'add' is not known here; there are include and exclude"),
        ("[files]\ninclude = 'x'\n", "*exercise.toml, [[]files[]]: include = 'x': give a list of patterns, as in *"),
    ],
)
def test_settings_that_cannot_be_are_a_usage_error(course: Course, settings: str, message: str) -> None:
    course.write("graders/naps/exercise.toml", settings)
    result = course.grade()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {message}"])
