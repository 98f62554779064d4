"""Where a student's program is found, and whose files it can be."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pytest_asyncgrade.grading import Exercise, Roster

links = pytest.mark.skipif(sys.platform == "win32", reason="links need rights")


def exercise(folder: Path, settings: str = "") -> Exercise:
    grader = folder / "graders" / "naps"
    grader.mkdir(parents=True, exist_ok=True)
    (grader / "exercise.toml").write_text(settings, encoding="utf-8")
    return Exercise.of_grader(grader)


def write(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("print(1)\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("around", ["", "hw1/", "hw1/src/"])
@pytest.mark.parametrize("below", ["", "naps/", "exercises/naps/", "exercises/"])
@pytest.mark.parametrize("program", ["naps.py", "app/main.py"])
def test_a_program_is_found_in_every_documented_layout(tmp_path: Path, around: str, below: str, program: str) -> None:
    naps = exercise(tmp_path, f'[files]\nprogram = "{program}"\n')
    script = write(tmp_path / "class" / "ada" / f"{around}{below}{program}")
    for noise in (".git/x.py", "__MACOSX/hw1/naps.py"):
        write(tmp_path / "class" / "ada" / noise)
    for roster, student in (
        (Roster(submissions=tmp_path / "class"), "ada"),
        (Roster(submission=tmp_path / "class" / "ada"), ""),
    ):
        handed_in = roster.handed_in(naps, student)
        assert handed_in.script == script
        submitted = handed_in.submitted(naps)
        assert (submitted.script, list(submitted.files)) == (program, [program])


def test_the_starter_is_the_program_that_the_exercise_names(tmp_path: Path) -> None:
    naps = exercise(tmp_path, '[files]\nprogram = "app/main.py"\n')
    assert naps.starter == tmp_path / "exercises" / "naps" / "app" / "main.py"
    write(naps.starter)
    write(tmp_path / "exercises" / "naps" / "shared.py")
    submitted = Roster().handed_in(naps, "").submitted(naps)
    assert (submitted.script, sorted(submitted.files)) == ("app/main.py", ["app/main.py", "shared.py"])


@links
def test_a_path_that_somebody_names_means_what_it_leads_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    naps = exercise(tmp_path)
    script = write(tmp_path / "real" / "naps.py")
    script.write_text("import helpers\n", encoding="utf-8")
    write(tmp_path / "real" / "helpers.py")
    (tmp_path / "link.py").symlink_to(script)
    (tmp_path / "folder").symlink_to("real")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    for path in ("../real/naps.py", "../link.py", "../folder/naps.py", "../folder", tmp_path / "here/../real"):
        submitted = Roster(submission=Path(path)).handed_in(naps, "").submitted(naps)
        assert (submitted.script, sorted(submitted.files)) == ("naps.py", ["helpers.py", "naps.py"])


@links
def test_a_grader_in_a_students_folder_is_not_theirs(tmp_path: Path) -> None:
    naps = exercise(tmp_path)
    for name in ("solution.py", "test_naps.py", "mistakes/slow.py"):
        write(naps.grader / name)
    write(tmp_path / "helpers.py")
    (tmp_path / "naps.py").symlink_to("graders/naps/solution.py")
    (tmp_path / "more").symlink_to("graders")
    (tmp_path / "tests.py").symlink_to("graders/naps/test_naps.py")
    linked = "naps.py cannot be graded: it is a link to somewhere else"
    roster = Roster(submission=tmp_path)
    assert roster.handed_in(naps, "").submitted(naps).problem == linked
    (tmp_path / "naps.py").unlink()
    write(tmp_path / "naps.py")
    submitted = roster.handed_in(naps, "").submitted(naps)
    assert sorted(submitted.files) == ["helpers.py", "naps.py"]
    assert submitted.left_behind == dict.fromkeys(("more", "tests.py"), "a link to somewhere else")
    slow = Roster(submission=naps.grader / "mistakes" / "slow.py")  # the teacher's own
    assert slow.handed_in(naps, "").submitted(naps).problem == ""


@links
def test_a_link_to_another_students_work_is_nobodys(tmp_path: Path) -> None:
    naps = exercise(tmp_path)
    everybody = tmp_path / "class"
    write(everybody / "ben" / "naps.py")
    write(tmp_path / "elsewhere" / "naps.py")
    (everybody / "ada").mkdir()
    (everybody / "ada" / "naps").symlink_to("../ben")
    (everybody / "eve").symlink_to("ben")
    (everybody / "joe").symlink_to("../elsewhere")  # the teacher's: no student can put a link here
    roster = Roster(submissions=everybody)
    problems = {student: roster.handed_in(naps, student).submitted(naps).problem for student in roster.students()}
    linked = "naps.py cannot be graded: it is a link to somewhere else"
    assert problems == {"ada": linked, "ben": "", "eve": linked, "joe": ""}
