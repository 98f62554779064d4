"""What of a submission is graded, and what is named as left behind."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade.sandbox import Job, Rules, pack, parcel, run_isolated
from pytest_asyncgrade.trace import Outcome

if TYPE_CHECKING:
    from pathlib import Path

INSTEAD = "; there is program.py: rename it, if it is the program"
links = pytest.mark.skipif(sys.platform == "win32", reason="links need rights")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "handed_in"
    folder.mkdir()
    (folder / "program.py").write_text("print(1)")
    return folder


def test_helper_modules_and_data_files_come_along(folder: Path) -> None:
    (folder / "program.py").write_text(
        "import helpers\nfrom parts import one\nprint(helpers.x, one.y, open('d.csv').read())"
    )
    (folder / "helpers.py").write_text("x = 1")
    (folder / "parts").mkdir()
    (folder / "parts" / "one.py").write_text("y = 2")
    (folder / "d.csv").write_text("3")
    packed = pack(folder / "program.py")
    assert sorted(packed.files) == ["d.csv", "helpers.py", "parts/one.py", "program.py"]
    assert packed.left_behind == {}
    assert run_isolated(Job(packed)).output == ["1 2 3"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("conftest.py", "it would configure Python or pytest"),
        ("parts/conftest.py", "it would configure Python or pytest"),
        ("pytest.ini", "it would configure Python or pytest"),
        ("tox.ini", "it would configure Python or pytest"),
        ("setup.cfg", "it would configure Python or pytest"),
        ("pyproject.toml", "it would configure Python or pytest"),
        ("sitecustomize.py", "it would configure Python or pytest"),
        ("usercustomize.py", "it would configure Python or pytest"),
        ("x.pth", "it would configure Python or pytest"),
        ("evil-1.0.dist-info/entry_points.txt", "it would configure Python or pytest"),
        ("asyncio.py", "it would be imported instead of Python's own asyncio"),
        ("json/__init__.py", "it would be imported instead of Python's own json"),
        ("pytest.py", "it would be imported instead of the installed pytest"),
        ("freezegun/__init__.py", "it would be imported instead of the installed freezegun"),
    ],
)
def test_what_configures_or_shadows_is_left_behind_and_named(folder: Path, name: str, reason: str) -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("raise SystemExit('mine')")
    packed = pack(folder / "program.py")
    assert list(packed.files) == ["program.py"]
    left = name if name.startswith("parts") else name.partition("/")[0]
    assert packed.left_behind == {left: reason}


def test_what_every_folder_has_is_left_behind_without_a_word(folder: Path) -> None:
    for name in (".git/config", ".hidden", "__pycache__/program.cpython-313.pyc"):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
    packed = pack(folder / "program.py")
    assert (list(packed.files), packed.left_behind) == (["program.py"], {})


@links
def test_a_link_out_of_the_folder_is_left_behind_and_one_inside_it_is_followed(folder: Path) -> None:
    (folder.parent / "solution.py").write_text("secret")
    (folder / "helpers.py").symlink_to(folder.parent / "solution.py")
    (folder / "more").symlink_to(folder.parent)
    (folder / "mine.py").symlink_to("program.py")
    packed = pack(folder / "program.py")
    assert sorted(packed.files) == ["mine.py", "program.py"]
    assert packed.left_behind == dict.fromkeys(("helpers.py", "more"), "a link to somewhere else")


@links
def test_a_program_that_is_a_link_to_somewhere_else_is_not_graded(folder: Path) -> None:
    (folder.parent / "solution.py").write_text("print('secret')")
    (folder / "program.py").unlink()
    (folder / "program.py").symlink_to("../solution.py")
    packed = pack(folder / "program.py")
    assert packed.problem == "program.py cannot be graded: it is a link to somewhere else"
    assert run_isolated(Job(packed)).outcome is Outcome.NOT_RUNNABLE


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_named_pipe_is_never_opened(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    assert pack(folder / "program.py").left_behind == {"pipe": "no regular file"}


def test_a_file_that_is_too_large_is_left_behind(folder: Path) -> None:
    (folder / "big.txt").write_bytes(b"x" * (parcel.MAX_FILE + 1))
    assert pack(folder / "program.py").left_behind == {"big.txt": "larger than 5 MB"}


def test_of_too_many_files_the_rest_is_left_behind_and_named(folder: Path) -> None:
    for number in range(parcel.MAX_FILES + 5):
        (folder / f"data{number:03}.txt").write_text("")
    packed = pack(folder / "program.py")
    assert len(packed.files) == parcel.MAX_FILES + 1
    assert packed.left_behind == {
        f"data{number:03}.txt": "too much: at most 200 files and 20 MB are graded"
        for number in range(parcel.MAX_FILES, parcel.MAX_FILES + 5)
    }


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root can read everything")
def test_a_file_that_cannot_be_read_is_named(folder: Path) -> None:
    (folder / "locked.txt").write_text("")
    (folder / "locked.txt").chmod(0)
    (folder / "locked").mkdir(mode=0)
    assert pack(folder / "program.py").left_behind == {"locked.txt": "unreadable: Permission denied"}


def test_an_exercise_may_widen_and_narrow_the_list(folder: Path) -> None:
    for name in ("queue.py", "notes.txt", "secret.py", "json/schema.json"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("")
    packed = pack(folder / "program.py", rules=Rules(include=("queue.py", "json/*"), exclude=("secret.*",)))
    assert sorted(packed.files) == ["json/schema.json", "notes.txt", "program.py", "queue.py"]
    assert packed.left_behind == {"secret.py": "not wanted in this exercise"}


def test_a_file_that_is_graded_alone_has_no_neighbours(folder: Path) -> None:
    (folder / "other.py").write_text("")
    assert list(pack(folder / "program.py", alone=True).files) == ["program.py"]


def test_a_missing_file_and_a_folder_are_no_programs(folder: Path) -> None:
    assert pack(folder / "nowhere.py").problem == f"there is no file nowhere.py{INSTEAD}"
    assert pack(folder).problem == "handed_in cannot be graded: it is a folder"
    trace = run_isolated(Job(pack(folder / "nowhere.py")))
    assert (trace.outcome, trace.reason) == (Outcome.NOT_RUNNABLE, f"there is no file nowhere.py{INSTEAD}")


def test_a_program_that_cannot_be_read_says_why(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(parcel, "_read", refuse)
    assert pack(folder / "program.py").problem == "program.py cannot be read: Permission denied"
