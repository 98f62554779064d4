"""What keeps the students' programs in is chosen with an option, set by the exercise, and named in every report."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import psutil
import pytest

from pytest_asyncgrade.sandbox import confinement, why_not_strict
from tests.conftest import OUR_PLUGINS

from .conftest import GOOD, SLOW

if TYPE_CHECKING:
    from collections.abc import Callable

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
    named = isolation.replace(": bubblewrap is installed, and cannot be used here", "")
    assert named in {"strong (bubblewrap)", "partial (Landlock)", "weak (a process group)"}
    assert isolation.startswith("strong") or mode != "strict"
    assert not isolation.startswith("strong") or mode != "weak"
    (work,) = json.loads(reports["json"].read_text())["works"]
    assert work["isolation"] == isolation
    (told,) = ET.parse(reports["junit"]).getroot().iter("property")  # noqa: S314  # our own
    assert told.attrib == {"name": "isolation", "value": isolation}


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
        "*the program was still running after 0.5 s, at line 3: while True: pass",
        "  notes.txt was left out: not wanted in this exercise",
        "*What happened: *",
        "*| [[]'naps.py']",
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("[limits", "*exercise.toml: Expected ']'*"),
        ("[limit]\n", "*exercise.toml: 'limit' is not known here; there are the tables [[]limits[]], [[]files[]], *"),
        ("limits = 3\n", "*exercise.toml: 'limits' is not known here; there are the tables *"),
        ("[limits]\nram = 3\n", "*exercise.toml, [[]limits[]]: 'ram' is not known here; there are wall_seconds, *"),
        (
            "[files]\nadd = []\n",
            "*exercise.toml, [[]files[]]: 'add' is not known here; there are program, include and exclude",
        ),
        ("[files]\ninclude = 'x'\n", "*exercise.toml, [[]files[]]: include = 'x': give a list of patterns, as in *"),
    ],
)
def test_settings_that_cannot_be_are_a_usage_error(course: Course, settings: str, message: str) -> None:
    course.write("graders/naps/exercise.toml", settings)
    result = course.grade()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {message}"])


def command(course: Course, *options: str) -> list[str]:
    return [sys.executable, "-m", "pytest", "--grade", str(course.path / "graders"), *OUR_PLUGINS, *options]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a killed grading cannot take its runs along")
@pytest.mark.parametrize("mode", ["auto", "weak"])
def test_a_killed_grading_leaves_the_old_report_and_no_process(course: Course, mode: str) -> None:
    marker = os.urandom(8).hex()
    course.write("exercises/naps/naps.py", f"x = {marker!r}\nopen('/dev/null')\nwhile True: pass")
    report = course.write("grade.json", "old")
    grading = subprocess.Popen(
        command(course, f"--grade-isolation={mode}", f"--grade-report=json={report}", "--grade-timeout=60"),
        cwd=course.path, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    busy = wait_for(lambda: [child for child in psutil.Process(grading.pid).children(recursive=True) if is_busy(child)])
    everyone = psutil.Process(grading.pid).children(recursive=True)
    grading.kill()
    grading.wait()
    assert busy
    assert psutil.wait_procs(everyone, timeout=60)[1] == []
    assert report.read_text() == "old"
    assert sorted(path.name for path in course.path.iterdir()) == ["exercises", "grade.json", "graders", "pytest.ini"]


def is_busy(process: psutil.Process) -> bool:
    return bool(process.cpu_times().user > 0.5)


def wait_for(look: Callable[[], list[psutil.Process]]) -> list[psutil.Process]:
    deadline = time.monotonic() + 30
    while not (found := look()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def test_two_gradings_at_once_do_not_disturb_each_other(course: Course) -> None:
    course.write("class/ada/naps.py", GOOD)
    course.write("class/ben/naps.py", SLOW)
    gradings = []
    for name in ("ada", "ben"):
        options = [f"--submission={course.path / 'class' / name}", f"--grade-report=json={course.path / name}.json"]
        gradings.append(subprocess.Popen(command(course, *options), cwd=course.path, stdout=subprocess.DEVNULL))
    assert [grading.wait() for grading in gradings] == [0, 1]
    scores = [json.loads((course.path / f"{name}.json").read_text())["score"] for name in ("ada", "ben")]
    assert scores == [5, 0]
