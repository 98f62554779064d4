"""The scripts in what ``asyncgrade init`` writes, run with stand-ins for what is not here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade.cli.init import init_github, init_gradescope

from .conftest import stand_in
from .runner import load

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="bash is needed")

GH = """\
repository="$3" folder="$4"
[ "$repository" = cs/gone ] && exit 1
mkdir -p "$folder/.git"
echo "print('$repository')" >"$folder/naps.py"
ln -s /etc/passwd "$folder/link.py"
echo "$GH_TOKEN $*" >>"$LOG"
"""
STUDENTS = """\
ada cs/naps-ada
ben cs/gone
../cleo cs/naps-cleo
-rf cs/naps-dan
eve cs/naps;touch
fay ../naps
gil cs/naps-gil"""


def scripts(folder: Path) -> dict[str, str]:
    """Return the scripts of the teacher's workflow, by their jobs."""
    init_github(folder, "me/asyncgrade@v1", "")
    jobs = load(folder / "teacher" / ".github" / "workflows" / "grade-class.yml")["jobs"]
    return {name: next(step["run"] for step in job["steps"] if "run" in step) for name, job in jobs.items()}


def run(script: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script]
    done = subprocess.run(
        command, cwd=cwd, env=dict(os.environ) | environ, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done


def test_what_was_handed_in_is_fetched_without_history_links_or_strange_names(tmp_path: Path) -> None:
    stand_in(tmp_path / "bin", "gh", GH)
    (tmp_path / "repository").mkdir()
    (tmp_path / "repository" / "students.txt").write_text(STUDENTS.replace("\n", "\r\n", 1), encoding="utf-8")
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    done = run(
        scripts(tmp_path)["fetch"], tmp_path / "repository", PATH=path, GH_TOKEN=str(1), LOG=str(tmp_path / "log")
    )
    unfit = [
        f"::warning::a line of students.txt is no name and owner/repository: {n}" for n in ("cleo", "rf", "eve", "fay")
    ]
    assert done.stdout.splitlines() == ["::warning::nothing could be fetched for ben", *unfit]
    asked = [line.split(" --")[0] for line in (tmp_path / "log").read_text().splitlines()]
    assert asked == [
        "1 repo clone cs/naps-ada submissions/ada",
        "1 repo clone cs/naps-gil submissions/gil",
    ]
    (tmp_path / "temp").mkdir()
    shutil.move(tmp_path / "repository" / "submissions.tar", tmp_path / "temp")
    run(scripts(tmp_path / "again")["grade"], tmp_path, RUNNER_TEMP=str(tmp_path / "temp"))
    files = sorted(path.relative_to(tmp_path / "temp").as_posix() for path in (tmp_path / "temp").rglob("*"))
    assert files == [
        "submissions", "submissions.tar", "submissions/ada", "submissions/ada/naps.py", "submissions/gil",
        "submissions/gil/naps.py",
    ]  # fmt: skip


@pytest.mark.parametrize("students", [None, ""])
def test_without_its_list_of_students_the_workflow_fails(tmp_path: Path, students: str | None) -> None:
    if students is not None:
        (tmp_path / "students.txt").write_text(students, encoding="utf-8")
    command = ["bash", "-e", "-o", "pipefail", "-c", scripts(tmp_path / "new")["fetch"]]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300)
    said = "::error::there is no students.txt: write a line for each student, name owner/repository\n"
    assert (done.returncode, done.stdout) == (1, said)


def git(cwd: Path, *words: str) -> str:
    who = {f"GIT_{role}_{what}": "t@example.com" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    done = subprocess.run(
        ["git", *words], cwd=cwd, env=dict(os.environ) | who, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_grades_are_committed_to_a_branch_of_their_own_when_they_change(tmp_path: Path) -> None:
    script = scripts(tmp_path)["publish"]
    git(tmp_path, "init", "--quiet", "--bare", "origin")
    git(tmp_path, "init", "--quiet", "--initial-branch=main", "seed")
    (tmp_path / "seed" / "graders.txt").write_text("graders")
    git(tmp_path / "seed", "add", ".")
    git(tmp_path / "seed", "commit", "--quiet", "--message=Begin")
    git(tmp_path / "seed", "push", "--quiet", str(tmp_path / "origin"), "main")
    grades = tmp_path / "temp" / "grades"
    grades.mkdir(parents=True)
    for number, score in enumerate((1, 1, 2)):
        for name in ("grade.html", "grade.json", "grades.csv", "annotations.txt"):
            (grades / name).write_text(f"{name} {score}\n")
        checkout = tmp_path / f"checkout-{number}"
        git(tmp_path, "clone", "--quiet", "--depth=1", "--branch=main", f"file://{tmp_path / 'origin'}", checkout.name)
        run(script, checkout, RUNNER_TEMP=str(tmp_path / "temp"))
    assert git(tmp_path / "origin", "ls-tree", "--name-only", "grades").split() == [
        "grade.html",
        "grade.json",
        "grades.csv",
    ]
    assert git(tmp_path / "origin", "log", "--format=%s", "grades").splitlines() == ["Grade the class"] * 2
    assert git(tmp_path / "origin", "show", "grades:grades.csv") == "grades.csv 2\n"


def test_gradescope_is_set_up_with_a_python_of_its_own(tmp_path: Path, grader: Path) -> None:
    init_gradescope(tmp_path / "source", [grader])
    for name in ("apt-get", "python3"):
        stand_in(tmp_path / "bin", name, f'echo "{name} $*" >>"$LOG"\n[ "$*" != "-m pip install --quiet uv" ]\n')
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    script = (tmp_path / "source" / "setup.sh").read_text()
    run(script, tmp_path, PATH=path, LOG=str(tmp_path / "log"), ASYNCGRADE_ROOT="/a b")
    assert (tmp_path / "log").read_text().splitlines() == [
        "apt-get update -qq",
        "apt-get install -y -qq bubblewrap python3-pip",
        "python3 -m pip install --quiet uv",
        "python3 -m pip install --quiet --break-system-packages uv",
        "python3 -m uv venv --quiet --python 3.13 /a b/venv",
        "python3 -m uv pip install --quiet --python /a b/venv/bin/python pytest-asyncgrade=="
        + version("pytest-asyncgrade"),
    ]


def test_the_scripts_of_the_workflow_are_sound(tmp_path: Path) -> None:
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is not here")
    for script in scripts(tmp_path).values():
        command = ["shellcheck", "--shell=bash", "--exclude=SC2015,SC2016", "-"]  # `a && b || c`, and quotes, are meant
        checked = subprocess.run(command, input=script, capture_output=True, text=True, check=False)
        assert checked.stdout == ""
