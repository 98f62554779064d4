"""What ``asyncgrade init`` writes is what the platforms read, and nothing of the teacher's is in it."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import sysconfig
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from .conftest import ROOT
from .runner import load


def init(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest_asyncgrade.cli", "init", *map(str, words)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, encoding="utf-8", timeout=300)


def below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_the_bundle_of_classroom50_has_what_grading_needs_and_no_solution(tmp_path: Path, grader: Path) -> None:
    made = init("classroom50", "autograders", grader, cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    assert made.stdout.splitlines()[-1] == (
        "add assignment.json to the classroom's assignments.json; its page shows all of the bundle to anybody"
    )
    assert below(tmp_path / "autograders") == [
        "two-naps/assignment.json",
        "two-naps/autograder.py",
        "two-naps/graders/two_naps/test_two_naps.py",
    ]
    entry = json.loads((tmp_path / "autograders" / "two-naps" / "assignment.json").read_text())
    assert entry == {"slug": "two-naps", "name": "Two naps", "mode": "individual", "autograder": "default"}
    assert re.fullmatch(r"^[a-z0-9][a-z0-9-]{1,38}$", entry["slug"])
    assert len((tmp_path / "autograders" / "two-naps" / "autograder.py").read_text().splitlines()) == 2


def test_the_archive_of_gradescope_has_scripts_that_can_be_executed(tmp_path: Path, grader: Path) -> None:
    assert init("gradescope", "autograder", grader, cwd=tmp_path).returncode == 0
    names = ["graders/two_naps/test_two_naps.py", "run_autograder", "setup.sh"]
    assert below(tmp_path / "autograder") == ["autograder.zip", *names]
    archive = zipfile.ZipFile(io.BytesIO((tmp_path / "autograder" / "autograder.zip").read_bytes()))
    modes = {info.filename: info.external_attr >> 16 & 0o777 for info in archive.infolist()}
    assert modes == dict(zip(names, (0o644, 0o755, 0o755), strict=True))
    for name in names:
        assert archive.read(name) == (tmp_path / "autograder" / name).read_bytes()
    assert "@" not in archive.read("setup.sh").decode()


@pytest.fixture
def workflows(tmp_path: Path) -> dict[str, Path]:
    made = init("github", "new", "--action", "me/asyncgrade@v1", "--exercise", "two_naps", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    assert below(tmp_path / "new") == [
        "student/.github/workflows/asyncgrade.yml",
        "teacher/.github/workflows/grade-class.yml",
    ]
    return {path.stem: path for path in tmp_path.rglob("*.yml")}


def test_the_workflows_and_the_action_are_as_githubs_schemas_say(workflows: dict[str, Path]) -> None:
    for schema, paths in (
        ("workflows", [*workflows.values(), *(ROOT / ".github" / "workflows").glob("*.yml")]),
        ("actions", [ROOT / "action.yml"]),
    ):
        command = [
            sys.executable,
            "-m",
            "check_jsonschema",
            f"--builtin-schema=vendor.github-{schema}",
            *map(str, paths),
        ]
        checked = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
        assert checked.stdout == "ok -- validation done\n"


def test_the_workflows_and_the_action_are_audited(tmp_path: Path) -> None:
    pinned = f"--action=me/asyncgrade@{'0' * 40}"  # what stands for the action is the teacher's to pin
    assert init("github", "new", pinned, cwd=tmp_path).returncode == 0
    ours = [ROOT / "action.yml", *sorted((ROOT / ".github" / "workflows").glob("*.yml"))]
    command = [str(Path(sysconfig.get_path("scripts"), "zizmor")), "--offline", "--no-config", "--no-progress"]
    audited = subprocess.run(
        [*command, *map(str, [*ours, *sorted(tmp_path.rglob("*.yml"))])],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert audited.returncode == 0, audited.stdout


def test_every_action_is_pinned_to_a_commit_of_its_version(workflows: dict[str, Path]) -> None:
    for path in [*workflows.values(), ROOT / "action.yml", *(ROOT / ".github" / "workflows").glob("*.yml")]:
        used = re.findall(r"uses: (actions/\S+.*)", path.read_text(encoding="utf-8"))
        assert used
        assert [use for use in used if not re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use)] == []


def test_only_inputs_that_the_action_has_are_given(workflows: dict[str, Path]) -> None:
    known = load(ROOT / "action.yml")["inputs"]
    given = [step["with"] for path in workflows.values() for step in steps(path) if "me/" in step.get("uses", "")]
    assert len(given) == 2
    assert all(set(inputs) <= set(known) for inputs in given)
    assert [inputs["exercise"] for inputs in given] == ["two_naps", "two_naps"]


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in load(path)["jobs"].values() for step in job["steps"]]


def test_no_job_that_has_a_students_program_run_may_write_or_has_a_secret(workflows: dict[str, Path]) -> None:
    for path in workflows.values():
        said = load(path)
        assert "pull_request_target" not in path.read_text()
        for job in said["jobs"].values():
            text = str(job)
            runs_programs = "me/asyncgrade@v1" in text
            permissions = job.get("permissions", said["permissions"])
            if runs_programs:
                assert permissions == {"contents": "read"}
                assert "secrets." not in text
            if permissions.get("contents") != "write":
                checkouts = [step for step in job["steps"] if step.get("uses", "").startswith("actions/checkout@")]
                assert all(step["with"]["persist-credentials"] is False for step in checkouts)
    jobs = load(workflows["grade-class"])["jobs"]
    assert [(name, job.get("needs"), job["permissions"]["contents"]) for name, job in jobs.items()] == [
        ("fetch", None, "read"),
        ("grade", "fetch", "read"),
        ("publish", "grade", "write"),
    ]


def test_no_expression_stands_in_a_script(workflows: dict[str, Path]) -> None:
    scripts = [str(step.get("run", "")) for path in workflows.values() for step in steps(path)]
    assert any(scripts)
    assert not any("${{" in script for script in scripts)


@pytest.fixture
def pipeline(tmp_path: Path) -> Path:
    made = init("gitlab", "new", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    assert made.stdout.splitlines() == [str(Path("new", ".gitlab-ci.yml"))]
    return tmp_path / "new" / ".gitlab-ci.yml"


def test_the_pipeline_is_as_gitlabs_schema_says(pipeline: Path) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema=vendor.gitlab-ci", str(pipeline)]
    command += ["--data-transform=gitlab-ci"]
    checked = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert checked.stdout == "ok -- validation done\n"


def test_the_pipeline_of_gitlab_keeps_the_report_whatever_was_lost(pipeline: Path) -> None:
    (job,) = load(pipeline).values()
    assert job["artifacts"]["when"] == "always"
    assert job["artifacts"]["reports"] == {"junit": "junit.xml"}
    assert job["script"][-1].startswith("asyncgrade grade . --graders graders --report junit=junit.xml")


def test_nothing_of_the_repository_takes_the_place_of_pip_or_of_a_report(pipeline: Path) -> None:
    """With ``-m`` and without ``-I``, Python would import a pip.py of the student's."""
    (job,) = load(pipeline).values()
    emptied, installed, _ = job["script"]
    assert installed == f'python -I -m pip install "pytest-asyncgrade=={version("pytest-asyncgrade")}"'
    assert {*emptied.split()} >= {"rm", *job["artifacts"]["reports"].values(), *job["artifacts"]["paths"]}


def test_nothing_that_is_there_is_overwritten(tmp_path: Path, grader: Path) -> None:
    (tmp_path / "gs").mkdir()
    (tmp_path / "gs" / "setup.sh").write_text("# the teacher's own\n", encoding="utf-8")
    for words in (["classroom50", "new", grader], ["github", "gh", "--action=a/b@v1"], ["gitlab", "gl"]):
        assert init(*words, cwd=tmp_path).returncode == 0
        before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        again = init(*words, cwd=tmp_path)
        assert again.returncode == 2
        assert "already: choose another folder, or remove it" in again.stderr
        assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert "setup.sh already: choose another folder" in init("gradescope", "gs", grader, cwd=tmp_path).stderr
    assert below(tmp_path / "gs") == ["setup.sh"]


def test_an_autograder_is_made_anew_of_several_exercises_and_with_packages(tmp_path: Path, grader: Path) -> None:
    assert init("gradescope", "gs", grader, cwd=tmp_path).returncode == 0
    other = grader.parent / "three_naps"
    grader.rename(other)
    (other / "test_two_naps.py").rename(other / "test_three_naps.py")
    last = ROOT / "graders" / "greetings"
    made = init("gradescope", "gs", other, last, "--package=numpy==2.3.*", "--package", "attrs[x]", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    archive = zipfile.ZipFile(tmp_path / "gs" / "autograder.zip")
    tests = ["graders/greetings/test_greetings.py", "graders/three_naps/test_three_naps.py"]
    assert [name for name in sorted(archive.namelist()) if "test_" in name] == tests
    assert [name for name in below(tmp_path / "gs") if "test_" in name] == tests
    assert archive.read("setup.sh").decode().endswith('" "numpy==2.3.*" "attrs[x]"\n')
    refused = init("gradescope", "gs", last, "--package=x; rm -rf /", cwd=tmp_path)
    assert "--package x; rm -rf /: give the name of a package, as in numpy or numpy==2.3" in refused.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["classroom50", "x", "."], "there is no test_*.py in it: name the folder of a grader"),
        (["classroom50", "x", "é"], "Classroom 50 knows no assignment 'é': 2 to 39 small letters, digits and hyphens"),
        (["gradescope", "x", "."], "there is no test_*.py in it: name the folder of a grader"),
        (["github", "x", "--action=y"], "--action y: name a repository with this package, and a tag or commit"),
        (["github", "x", "--action=a/b@v1", "--exercise=${{x"], "--exercise ${{x: give the name of an exercise"),
        (["github", "x"], "Missing option '--action'"),
    ],
)
def test_what_cannot_be_made_is_named(tmp_path: Path, words: list[str], message: str) -> None:
    (tmp_path / "é").mkdir()
    (tmp_path / "é" / "test_x.py").touch()
    made = init(*words, cwd=tmp_path)
    assert made.returncode == 2
    assert message in made.stderr
    assert not (tmp_path / "x").exists()
