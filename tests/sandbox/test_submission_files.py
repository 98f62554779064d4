"""What of a submission is graded, and what is named as left behind."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade.sandbox import Job, Rules, read_submission, run_isolated, submission_files
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
    packed = read_submission(folder / "program.py")
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
    packed = read_submission(folder / "program.py")
    assert list(packed.files) == ["program.py"]
    left = name if name.startswith("parts") else name.partition("/")[0]
    assert packed.left_behind == {left: reason}


def test_what_every_folder_has_is_left_behind_without_a_word(folder: Path) -> None:
    for name in (".git/config", ".hidden", "__pycache__/program.cpython-313.pyc"):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
    packed = read_submission(folder / "program.py")
    assert (list(packed.files), packed.left_behind) == (["program.py"], {})


@links
def test_a_link_out_of_the_folder_is_left_behind_and_one_inside_it_is_followed(folder: Path) -> None:
    (folder.parent / "solution.py").write_text("secret")
    (folder / "helpers.py").symlink_to(folder.parent / "solution.py")
    (folder / "more").symlink_to(folder.parent)
    (folder / "mine.py").symlink_to("program.py")
    packed = read_submission(folder / "program.py")
    assert sorted(packed.files) == ["mine.py", "program.py"]
    assert packed.left_behind == dict.fromkeys(("helpers.py", "more"), "a link to somewhere else")


@links
def test_a_program_that_is_a_link_to_somewhere_else_is_not_graded(folder: Path) -> None:
    (folder.parent / "solution.py").write_text("print('secret')")
    (folder / "program.py").unlink()
    (folder / "program.py").symlink_to("../solution.py")
    packed = read_submission(folder / "program.py")
    assert packed.problem == "program.py cannot be graded: it is a link to somewhere else"
    assert run_isolated(Job(packed)).outcome is Outcome.NOT_RUNNABLE


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_named_pipe_is_never_opened(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    assert read_submission(folder / "program.py").left_behind == {"pipe": "no regular file"}


def test_a_file_that_is_too_large_is_left_behind(folder: Path) -> None:
    (folder / "big.txt").write_bytes(b"x" * (submission_files.MAX_FILE_BYTES + 1))
    assert read_submission(folder / "program.py").left_behind == {"big.txt": "larger than 5 MB"}


def test_of_too_many_files_the_rest_is_left_behind_and_named(folder: Path) -> None:
    for number in range(submission_files.MAX_FILES + 5):
        (folder / f"data{number:03}.txt").write_text("")
    packed = read_submission(folder / "program.py")
    assert len(packed.files) == submission_files.MAX_FILES + 1
    assert packed.left_behind == {
        f"data{number:03}.txt": "too much: at most 200 files and 20 MB are graded"
        for number in range(submission_files.MAX_FILES, submission_files.MAX_FILES + 5)
    }


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root can read everything")
def test_a_file_that_cannot_be_read_is_named(folder: Path) -> None:
    (folder / "locked.txt").write_text("")
    (folder / "locked.txt").chmod(0)
    (folder / "locked").mkdir(mode=0)
    assert read_submission(folder / "program.py").left_behind == {"locked.txt": "unreadable: Permission denied"}


def test_an_exercise_may_widen_and_narrow_the_list(folder: Path) -> None:
    for name in ("queue.py", "notes.txt", "secret.py", "json/schema.json"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("")
    packed = read_submission(folder / "program.py", rules=Rules(include=("queue.py", "json/*"), exclude=("secret.*",)))
    assert sorted(packed.files) == ["json/schema.json", "notes.txt", "program.py", "queue.py"]
    assert packed.left_behind == {"secret.py": "not wanted in this exercise"}


def test_a_file_that_is_graded_alone_has_no_neighbours(folder: Path) -> None:
    (folder / "other.py").write_text("")
    assert list(read_submission(folder / "program.py", alone=True).files) == ["program.py"]


def written(folder: Path, *names: str, **texts: str) -> None:
    for name, text in {**dict.fromkeys(names, ""), **texts}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def test_of_a_file_that_is_graded_alone_what_it_names_comes_along(folder: Path) -> None:
    (folder / "program.py").write_text(
        "import helpers, kit.tools\nfrom importlib import import_module\nimport_module('plugin')\n"
        "open('words.txt')\nopen(f'page_{1}.html')\nopen('./data/one.csv')\n"
        "folder = 'texts'\nprint('*' * 10, 'Alice')\n"
    )
    written(
        folder,
        **{"helpers.py": "import deeper", "deeper.py": "open('deep.json')", "kit/tools.py": "from . import more"},
    )
    written(
        folder, "plugin.py", "deep.json", "kit/more.py", "kit/table.csv", "words.txt", "page_1.html", "data/one.csv"
    )
    written(folder, "texts/a.txt", "texts/others.py")
    written(folder, "bob.py", "notes.txt", "data/two.csv", "Alice/program.py", "test_program.py", "solution.py")
    packed = read_submission(folder / "program.py", alone=True)
    assert sorted(packed.files) == [
        "data/one.csv", "deep.json", "deeper.py", "helpers.py", "kit/more.py", "kit/table.csv", "kit/tools.py",
        "page_1.html", "plugin.py", "program.py", "texts/a.txt", "words.txt",
    ]  # fmt: skip
    assert packed.left_behind == {}


@links
def test_what_a_program_names_may_be_anything(folder: Path) -> None:
    name = "x" * 300
    named = ("語" * 199, "loop", "out/a.txt", "out")
    (folder / "program.py").write_text(f"import {name}\nnamed = {named!r}\n", encoding="utf-8")
    (folder / "loop").symlink_to("loop")
    written(folder.parent, "elsewhere/a.txt")
    (folder / "out").symlink_to("../elsewhere")
    packed = read_submission(folder / "program.py", alone=True)
    assert list(packed.files) == ["program.py"]
    assert packed.left_behind == {
        "loop": "no regular file", "out/a.txt": "a link to somewhere else", "out": "a link to somewhere else",
    }  # fmt: skip


def test_no_program_that_is_graded_alone_gets_a_grader_or_what_shadows(folder: Path) -> None:
    (folder / "program.py").write_text("import solution, test_program, asyncio, conftest\nopen('solution.py')")
    written(folder, "solution.py", "test_program.py", "asyncio.py", "conftest.py")
    packed = read_submission(folder / "program.py", alone=True)
    assert list(packed.files) == ["program.py"]
    assert packed.left_behind == {
        "asyncio.py": "it would be imported instead of Python's own asyncio",
        "conftest.py": "it would configure Python or pytest",
    }


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("source", ["from app.helpers import x\nprint(x)", "from .helpers import x\nprint(x)"])
def test_the_package_of_a_program_comes_along_whole(tmp_path: Path, source: str, *, alone: bool) -> None:
    written(tmp_path, "app/__init__.py", **{"app/main.py": source, "app/helpers.py": "from . import y\nx = 1"})
    written(tmp_path, **{"app/y.py": "import shared", "shared.py": ""})
    packed = read_submission(tmp_path / "app" / "main.py", alone=alone)
    assert packed.script == "app/main.py"
    assert sorted(packed.files) == ["app/__init__.py", "app/helpers.py", "app/main.py", "app/y.py", "shared.py"]
    assert run_isolated(Job(packed)).output == ["1"]


def test_a_folder_that_a_program_imports_from_by_its_name_is_its_package(tmp_path: Path) -> None:
    written(tmp_path, **{"app/main.py": "from app.helpers import x\nprint(x)", "app/helpers.py": "x = 1"})
    packed = read_submission(tmp_path / "app" / "main.py", alone=True)
    assert (packed.script, sorted(packed.files)) == ("app/main.py", ["app/helpers.py", "app/main.py"])
    assert run_isolated(Job(packed)).output == ["1"]


def test_what_would_shadow_beside_a_program_in_a_folder_is_left_behind(tmp_path: Path) -> None:
    written(tmp_path, "app/json.py", "app/conftest.py", **{"app/main.py": "import json"})
    packed = read_submission(tmp_path / "app" / "main.py", folder=tmp_path)
    assert (packed.script, list(packed.files)) == ("app/main.py", ["app/main.py"])
    assert packed.left_behind == {
        "app/conftest.py": "it would configure Python or pytest",
        "app/json.py": "it would be imported instead of Python's own json",
    }


@links
def test_no_link_at_any_depth_leads_out_of_the_students_own_folder(tmp_path: Path) -> None:
    own = tmp_path / "ada"
    written(tmp_path, "ben/program.py", "ben/deep/secret.py")
    written(own, "work/program.py", "shared/inside.py")
    (own / "work" / "ben").symlink_to("../../ben")
    (own / "work" / "all").symlink_to("../..")
    (own / "work" / "shared").symlink_to("../shared")
    (own / "work" / "round").symlink_to("..")
    (own / "work" / "loop.txt").symlink_to("loop.txt")
    (own / "shared" / "secret.py").symlink_to(tmp_path / "ben" / "deep" / "secret.py")
    packed = read_submission(own / "work" / "program.py", own=own)
    assert sorted(packed.files) == ["program.py", "shared/inside.py"]
    assert packed.left_behind == {
        "all": "a link to somewhere else", "ben": "a link to somewhere else", "loop.txt": "no regular file",
        "round": "a folder",
        "shared/secret.py": "a link to somewhere else",
    }  # fmt: skip
    (own / "linked").symlink_to("../ben")
    assert read_submission(own / "linked" / "program.py", own=own).problem == (
        "program.py cannot be graded: it is a link to somewhere else"
    )
    assert (
        read_submission(own / "linked" / "no.py", own=own).problem
        == "no.py cannot be graded: it is a link to somewhere else"
    )


def test_a_missing_file_and_a_folder_are_no_programs(folder: Path) -> None:
    assert read_submission(folder / "nowhere.py").problem == f"there is no file nowhere.py{INSTEAD}"
    assert read_submission(folder).problem == "handed_in cannot be graded: it is a folder"
    trace = run_isolated(Job(read_submission(folder / "nowhere.py")))
    assert (trace.outcome, trace.reason) == (Outcome.NOT_RUNNABLE, f"there is no file nowhere.py{INSTEAD}")


def test_a_program_that_cannot_be_read_says_why(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(submission_files, "_read", refuse)
    assert read_submission(folder / "program.py").problem == "program.py cannot be read: Permission denied"
