"""``asyncgrade class`` from what was exported to what is handed back."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from importlib import resources
from typing import TYPE_CHECKING

import jsonschema
import pytest

from .exports import GOOD, SLOW, grade_class, make_course, table, write, zipped

if TYPE_CHECKING:
    from pathlib import Path

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX")


@pytest.fixture
def course(tmp_path: Path) -> Path:
    make_course(tmp_path)
    return tmp_path


def test_every_student_has_a_status_and_pages(course: Path) -> None:
    write(course / "class", {
        "ada/naps.py": GOOD + "# ada\n",
        "ben/hw/naps (1).py": SLOW,
        "cleo/my_naps.py": GOOD,
        "dan/naps.py": "def (",
        "eva/naps.py": "raise ValueError('no')",
        "finn/naps.py": GOOD.replace("await asyncio.gather", "while True: pass\n    await asyncio.gather"),
        "gil/naps.py": GOOD.replace("print", "import gc; gc.get_objects; print"),
        "hana/naps.py": GOOD,
        "ivo/naps.py": GOOD,
        "jun/notes.zip": "broken",
        "kai/.hidden": "",
        "lea/naps.py": "import asyncio\nasyncio.run(asyncio.Event().wait())",
        "mia/x.ipynb": "no notebook",
    })  # fmt: skip
    done = grade_class(course, "--timeout=2")
    assert done.returncode == 0, done.stderr
    rows = table(course / "results" / "grades.csv")
    found = {name: (row["score"], row["status"]) for name, row in rows.items()}
    assert found == {
        "ada": ("4", "graded"),
        "ben": ("1", "graded"),
        "cleo": ("0", "missing"),
        "dan": ("0", "not runnable"),
        "eva": ("0", "crashed"),
        "finn": ("0", "timed out"),
        "gil": ("4", "graded, needs a look"),
        "hana": ("4", "graded, looks copied"),
        "ivo": ("4", "graded, looks copied"),
        "jun": ("0", "could not be read"),
        "kai": ("0", "missing"),
        "lea": ("0", "deadlocked"),
        "mia": ("0", "missing"),
    }
    assert rows["ben"]["notes"] == "hw/naps (1).py is graded as naps.py"
    assert rows["cleo"]["notes"] == (
        "there is no naps.py; my_naps.py defines what it should: rename it, or grade with --accept-names"
    )
    assert rows["ivo"]["notes"] == "the same program as hana"
    assert rows["mia"]["notes"].startswith("there is no naps.py, nor another program; x.ipynb: it is no notebook")
    assert {path.name for path in (course / "results" / "feedback").iterdir()} == {
        f"{name}.{suffix}" for name in found for suffix in ("html", "md")
    }
    assert "ada: naps" in (course / "results" / "feedback" / "ada.html").read_text("utf-8")
    report = json.loads((course / "results" / "reports" / "ben.naps.json").read_text("utf-8"))
    assert report["works"][0]["score"] == 1
    schema = json.loads(resources.files("pytest_asyncgrade.reports").joinpath("grade.schema.json").read_text())
    jsonschema.validate(report, schema)
    missing = json.loads((course / "results" / "reports" / "mia.naps.json").read_text("utf-8"))["works"][0]
    assert (missing["status"], missing["reason"]) == ("missing", "there is no naps.py, nor another program")
    assert "naps: missing" in (course / "results" / "feedback" / "mia.html").read_text("utf-8")
    page = (course / "results" / "class.html").read_text("utf-8")
    assert all(f'<a href="feedback/{name}.html">{name}</a>' in page for name in found)
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["student", "points", "lost", "most", "in"]
    assert lines[1].split() == ["cleo", "0", "of", "4", "missing;", "The", "naps", "overlap."]
    assert "2 looks copied" in done.stdout
    accepted = grade_class(course, "--timeout=2", "--accept-names")
    assert accepted.returncode == 0
    assert table(course / "results" / "grades.csv")["cleo"]["notes"] == (
        "the same program as hana, ivo; my_naps.py is graded as naps.py (by what it defines)"
    )
    assert "12 works are graded already and unchanged\n1 works to grade" in accepted.stderr


def test_only_what_is_missing_or_changed_is_graded(course: Path) -> None:
    write(course / "class", {"ada/naps.py": GOOD, "ben/naps.py": SLOW, "cleo/naps.py": SLOW})
    assert "3 works to grade" in grade_class(course).stderr
    again = grade_class(course)
    assert (again.returncode, "works to grade" in again.stderr) == (0, False)
    assert "3 works are graded already and unchanged" in again.stderr
    page = course / "results" / "feedback" / "ben.html"
    before = page.stat().st_mtime_ns
    (course / "class" / "ada" / "naps.py").write_text(SLOW)
    (course / "class" / "cleo" / "naps.py").unlink()
    (course / "class" / "cleo").rmdir()
    write(course / "class", {"dan/naps.py": GOOD})
    assert "2 works to grade" in grade_class(course).stderr
    scores = {name: row["score"] for name, row in table(course / "results" / "grades.csv").items()}
    assert scores == {"ada": "1", "ben": "1", "dan": "4"}
    assert page.stat().st_mtime_ns == before
    assert not (course / "results" / "feedback" / "cleo.html").exists()
    assert "1 works to grade" in grade_class(course, "--regrade=ben").stderr
    assert "3 works to grade" in grade_class(course, "--regrade").stderr
    write(course, {"graders/naps/more.py": ""})
    assert "3 works to grade" in grade_class(course).stderr


def test_some_exercises_are_graded_and_what_is_known_of_others_is_kept(course: Path) -> None:
    make_course(course, "dreams")
    write(course, {"class/ada/naps.py": GOOD, "class/ada/dreams.py": SLOW, "class/ben/naps.py": SLOW})
    assert "4 works to grade" in grade_class(course).stderr
    write(course, {"class/ada/naps.py": SLOW, "class/ada/dreams.py": GOOD})
    assert "1 works to grade" in grade_class(course, "-k", "dream").stderr
    rows = table(course / "results" / "grades.csv")
    assert (rows["ada"]["naps"], rows["ada"]["dreams"], rows["ben"]["dreams"]) == ("4", "4", "0")
    assert rows["ben"]["status"] == "dreams: missing"


@posix
def test_a_program_of_another_name_is_that_of_one_exercise(course: Path) -> None:
    make_course(course, "dreams")
    write(course, {"exercises/dreams/dreams.py": "def dream(): ...\n\nasync def main(): ...\n"})
    write(
        course,
        {"class/ada/my_naps.py": GOOD, "class/ben/naps.py": f"{GOOD}#", "class/cleo/a.py": "", "class/cleo/b.py": ""},
    )
    (course / "class" / "dan").mkdir()
    (course / "class" / "dan" / os.fsdecode(b"no\xff.py")).write_text(f"{GOOD}##")
    write(course, {"class/eva/dreams (1).py": GOOD})
    done = grade_class(course, "--accept-names")
    assert done.returncode == 0, done.stderr
    rows = table(course / "results" / "grades.csv")
    found = {name: (row["naps"], row["dreams"], row["status"]) for name, row in rows.items()}
    assert found == {
        "ada": ("4", "0", "dreams: missing"),
        "ben": ("4", "0", "dreams: missing"),
        "cleo": ("0", "0", "dreams: missing; naps: missing"),
        "dan": ("4", "0", "dreams: missing"),
        "eva": ("0", "4", "naps: missing"),
    }
    assert r"no\xff.py is graded as naps.py (by what it defines)" in rows["dan"]["notes"]


def test_rules_and_gradebooks(course: Path) -> None:
    write(course, {
        "class/submission_metadata.yml": "s1:\n  :submitters:\n  - :name: Ada\n    :sid: '12'\n"
        "  :created_at: 2026-03-02 00:00:00 Z\ns2:\n  :submitters:\n  - :name: Ben\n    :sid: '7'\n"
        "  :created_at: 2026-03-01 00:00:00 Z\n",
        "class/s1/naps.py": GOOD,
        "class/s2/naps.py": SLOW,
        "class.toml": "due = 2026-03-01T12:00:00Z\n[late]\npenalty = 25\n",
        "overrides.csv": "student,exercise,points,reason\nBen,naps,2.5,partly right\n",
    })  # fmt: skip
    assert grade_class(course).returncode == 0
    results = course / "results"
    rows = table(results / "grades.csv")
    assert (rows["Ada"]["score"], rows["Ada"]["status"]) == ("3", "graded, late by 12 h")
    assert rows["Ada"]["notes"] == "25 % of 4 points off"
    assert (rows["Ben"]["score"], rows["Ben"]["id"]) == ("2.5", "7")
    canvas = table(results / "grades-canvas.csv")
    assert (canvas["    Points Possible"]["naps"], canvas["Ada"]["ID"], canvas["Ben"]["naps"]) == ("4", "12", "2.5")
    moodle = table(results / "grades-moodle.csv")
    assert moodle["Participant 12"]["Feedback comments"] == (
        "graded, late by 12 h, 3 of 4 points; 25 % of 4 points off"
    )
    assert moodle["Participant 7"]["Feedback comments"].endswith("lost 3: The naps overlap.")
    page = (results / "feedback" / "Ada.html").read_text("utf-8")
    assert "naps: late by 12 h; 25 % of 4 points off" in page
    assert "In the end: 3 of 4 points." in page
    assert "In the end: 2.5 of 4 points\\." in (results / "feedback" / "Ben.md").read_text("utf-8").replace(
        "points.", "points\\."
    ).replace("\\\\.", "\\.")


def test_hidden_checks_are_for_the_teacher_alone(course: Path) -> None:
    write(course, {"graders/naps/test_secret.py": (
        "import pytest\n@pytest.mark.points(2, visibility='hidden')\n"
        "def test_secret(submission):\n    '''The secret.'''\n    assert submission.run().elapsed == 99\n"
    ), "class/ada/naps.py": GOOD})  # fmt: skip
    assert grade_class(course).returncode == 0
    results = course / "results"
    for_students = [results / "feedback" / "ada.html", results / "feedback" / "ada.md", results / "grades-moodle.csv"]
    assert [path for path in for_students if "secret" in path.read_text("utf-8").lower()] == []
    for_teachers = [results / "class.html", results / "reports" / "ada.naps.json"]
    assert [path for path in for_teachers if "The secret." not in path.read_text("utf-8")] == []


def test_a_broken_grader_gives_no_points(course: Path) -> None:
    write(course, {"graders/naps/test_naps.py": "def test_it(submission):\n    1 / 0\n"})
    write(course, {"class/ada/naps.py": GOOD})
    done = grade_class(course)
    assert done.returncode == 1
    row = table(course / "results" / "grades.csv")["ada"]
    assert (row["score"], row["status"], row["notes"]) == ("", "not graded", "a check of the grader is broken")
    write(course, {"graders/naps/test_naps.py": "import nothing_of_the_kind"})
    done = grade_class(course)
    assert done.returncode == 1
    assert (
        "nothing_of_the_kind" in table(course / "results" / "grades.csv")["ada"]["notes"]
        or "status 2" in (table(course / "results" / "grades.csv")["ada"]["notes"])
    )
    assert "1 works to grade" in grade_class(course).stderr


@posix
def test_names_are_safe_and_map_back(course: Path) -> None:
    odd = ["=cmd()", "con", "ä" * 100, "<b>x", "::error::", os.fsdecode(b"no\xff utf-8")]
    for name in odd:
        (course / "class" / name).mkdir(parents=True)
        (course / "class" / name / "naps.py").write_text(GOOD)
    write(course, {"class/Ada/naps.py": GOOD, "class/ada/naps.py": SLOW})
    done = grade_class(course)
    assert done.returncode == 0
    assert not [line for line in (done.stdout + done.stderr).splitlines() if line.lstrip().startswith("::")]
    rows = table(course / "results" / "grades.csv")
    assert len(rows) == len(odd) + 2
    assert {rows["Ada"]["score"], rows["ada"]["score"]} == {"4", "1"}
    assert "'=cmd()" in rows
    names = [path.name for path in (course / "results" / "feedback").iterdir()]
    assert len({name.casefold() for name in names}) == len(names) == 2 * len(rows)
    assert not any(set(name) & set('<>:"/\\|?*') for name in names)
    page = (course / "results" / "class.html").read_text("utf-8")
    assert "<b>x" not in page
    assert "&lt;b&gt;x" in page


def test_an_archive_of_archives_and_notebooks(course: Path) -> None:
    program = GOOD.replace("asyncio.run(main())", "await main()")
    cells: list[dict[str, object]] = [{"cell_type": "code", "source": program, "metadata": {},
              "outputs": [], "execution_count": None}]  # fmt: skip
    notebook = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})
    write(course, {"class.zip": zipped({"ada.zip": zipped({"hw/naps.py": GOOD}), "ben/naps.ipynb": notebook})})
    assert grade_class(course, submissions="class.zip").returncode == 0
    scores = {name: row["score"] for name, row in table(course / "results" / "grades.csv").items()}
    assert scores == {"ada": "4", "ben": "4"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--graders=class",), "there is no grader in it"),
        (("--out=class/results",), "it lies among the submissions, where it would be taken for one"),
        (("--regrade=nobody",), "--regrade=nobody: nobody of this name, folder or number has handed in anything"),
        (("-k", "other"), "-k other: there is no exercise with this in its name"),
        (("--settings=graders/naps/test_naps.py",), "test_naps.py: "),
    ],
)
def test_what_cannot_be_done_is_told(words: tuple[str, ...], message: str, course: Path) -> None:
    write(course, {"class/ada/naps.py": GOOD})
    done = grade_class(course, *words)
    assert done.returncode == 2
    assert message in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_results_of_another_version_are_refused(course: Path) -> None:
    write(course, {"class/ada/naps.py": GOOD, "results/results.sqlite": "no database at all, but long enough" * 9})
    done = grade_class(course)
    assert (done.returncode, "choose another --out" in done.stderr) == (2, True)
    (course / "results" / "results.sqlite").unlink()
    database = sqlite3.connect(course / "results" / "results.sqlite")
    database.execute("PRAGMA user_version=99")
    database.close()
    done = grade_class(course)
    assert (done.returncode, "another version of asyncgrade has made it (99)" in done.stderr) == (2, True)


def start(course: Path, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "pytest_asyncgrade.cli", "class", "class", "--workers=1", *words]
    return subprocess.Popen(command, cwd=course, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def large_class(course: Path, students: int) -> None:
    write(course, {f"class/s{number:03}/naps.py": f"{GOOD}# {number}\n" for number in range(students)})


def kept(course: Path) -> int:
    path = course / "results" / "results.sqlite"
    if not path.exists():
        return 0
    database = sqlite3.connect(path)
    try:
        return int(database.execute("SELECT count(*) FROM works").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
    finally:
        database.close()


@posix
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_what_was_graded_is_kept_whatever_ends_the_grading(number: int, course: Path) -> None:
    large_class(course, 32)
    first = start(course)
    deadline = time.monotonic() + 120
    while not kept(course) and time.monotonic() < deadline:
        time.sleep(0.05)
    first.send_signal(number)
    _, stderr = first.communicate(timeout=60)
    before = kept(course)
    assert 0 < before < 32
    if number == signal.SIGINT:
        assert "what was graded is kept: the same command goes on from here" in stderr
        assert "Traceback" not in stderr
    done = grade_class(course)
    assert f"{before} works are graded already and unchanged\n{32 - before} works to grade" in done.stderr
    assert len(table(course / "results" / "grades.csv")) == 32


@posix
def test_a_second_grading_of_the_same_results_is_refused(course: Path) -> None:
    large_class(course, 12)
    first = start(course)
    deadline = time.monotonic() + 120
    while not (course / "results" / "results.sqlite").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    second = grade_class(course)
    assert second.returncode == 2
    assert "another `asyncgrade class` is writing to" in second.stderr
    first.communicate(timeout=120)
    assert first.returncode == 0
