"""The action, run step by step as GitHub would."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from base64 import b64decode
from pathlib import Path

import pytest

from pytest_asyncgrade.cli.action import action
from pytest_asyncgrade.cli.workflow import add_outputs
from pytest_asyncgrade.errors import UsageError
from tests.conftest import OUR_PLUGINS
from tests.plugin.conftest import GOOD, SLOW
from tests.reports.validators import CLASSROOM, COMMAND, loaded

from .conftest import HOSTILE, ROOT, hand_in, python_in, stand_in
from .runner import Done, Runner, load

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="bash is needed")


@pytest.fixture
def runner(tmp_path: Path, repository: Path, grader: Path) -> Runner:
    """Return a machine with a stand-in for uv, on which the repository has the grader, too."""
    shutil.copytree(grader.parent, repository / "graders")
    (tmp_path / "temp").mkdir()
    log = tmp_path / "installed"
    make = python_in("${@: -1}")
    stand_in(tmp_path / "bin", "uv", f'echo "uv $*" >>{log}\nif [ "$1" = venv ]; then\n{make}fi\n')
    keep = {key: value for key, value in os.environ.items() if not key.startswith(("GITHUB_", "ASYNCGRADE", "PYTEST"))}
    environ = keep | {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
    return Runner(ROOT, repository, tmp_path / "temp", environ)


def result(done: Done) -> dict[str, object]:
    said: dict[str, object] = loaded(b64decode(done.outputs["result"]).decode(), CLASSROOM)
    return said


def test_a_right_program_passes(runner: Runner, tmp_path: Path) -> None:
    (runner.workspace / "two_naps.py").write_text(GOOD, encoding="utf-8")
    done = runner.run(exercise="two_naps")
    assert done.status == 0, done.log
    assert {name: done.outputs[name] for name in ("score", "max-score", "status")} == {
        "score": "5",
        "max-score": "5",
        "status": "pass",
    }
    reports = sorted(path.name for path in Path(done.outputs["report-path"]).iterdir())
    assert reports == [
        "annotations.txt", "grade.html", "grade.json", "grades.csv", "junit.xml", "result.json", "summary.md",
    ]  # fmt: skip
    assert result(done)["status"] == "pass"
    assert "5 of 5 points" in done.summary
    assert (done.used, done.changed, done.commands) == ([], "", ["::notice title=grade::5 of 5 points"])
    assert (tmp_path / "installed").read_text().splitlines()[1].endswith(f"/bin/python {ROOT}")


def test_a_wrong_program_fails_and_its_lines_are_marked(runner: Runner) -> None:
    (runner.workspace / "two_naps.py").write_text(SLOW, encoding="utf-8")
    done = runner.run()
    assert done.status == 1
    assert (done.outputs["score"], done.outputs["max-score"], done.outputs["status"]) == ("0", "5", "fail")
    *lost, finding, total = done.commands
    assert sorted(line.partition("::the")[0].partition('::"')[0] for line in lost) == [
        "::error file=two_naps.py,line=8,title=lost%3A The naps overlap.",
        "::error file=two_naps.py,line=8,title=lost%3A The shorter nap ends first.",
    ]
    assert finding.startswith("::warning file=two_naps.py,line=8,title=two_naps%3A to look at::the calls of nap() on")
    assert total == "::notice title=grade::0 of 5 points"
    assert "the program took 3 s, not 2 s" in done.log
    assert "the program took 3 s, not 2 s" in done.summary


@pytest.mark.parametrize("fail_on", ["error", "never"])
def test_lost_points_need_not_fail_the_step_and_nothing_need_be_said(runner: Runner, fail_on: str) -> None:
    (runner.workspace / "two_naps.py").write_text(SLOW, encoding="utf-8")
    done = runner.run(fail_on=fail_on, annotations="false", summary="false", timeout="4")
    assert (done.status, done.commands, done.summary) == (0, [], "")
    assert done.outputs["status"] == "fail"


@pytest.mark.parametrize(
    "name",
    ["c24_github_files", "c26_workflow_commands", "c27_escape_sequences", "c28_lines_of_a_report", "c29_markup"],
)
def test_a_hostile_program_says_nothing_to_the_runner(runner: Runner, name: str) -> None:
    hand_in(HOSTILE / f"{name}.py", runner.workspace)
    done = runner.run(exercise="two_naps")
    assert done.status == 1
    assert (done.outputs["score"], done.outputs["status"]) == ("0", "fail")
    assert result(done)["status"] != "pass"
    assert done.changed == ""
    assert [command for command in done.commands if not COMMAND.fullmatch(command)] == []
    files = [re.search("file=([^,:]*)", command) for command in done.commands]
    assert {match[1] for match in files if match} == {"two_naps.py"}
    assert "\x1b" not in done.log + done.summary


def test_a_class_is_graded_with_a_folder_for_each_student(runner: Runner) -> None:
    for student, source in (("ada", GOOD), ("ben", SLOW)):
        (runner.workspace / "class" / student).mkdir(parents=True)
        (runner.workspace / "class" / student / "two_naps.py").write_text(source, encoding="utf-8")
    done = runner.run(submission="class", students="true", fail_on="error")
    assert (done.status, done.outputs["score"], done.outputs["max-score"]) == (0, "5", "10")


def test_a_broken_grader_is_an_error(runner: Runner) -> None:
    (runner.workspace / "two_naps.py").write_text(GOOD, encoding="utf-8")
    broken = "def test_it(submission):\n    1 / 0\n"
    (runner.workspace / "graders" / "two_naps" / "test_two_naps.py").write_text(broken, encoding="utf-8")
    done = runner.run(fail_on="error")
    assert (done.status, done.outputs["status"], result(done)["status"]) == (1, "error", "error")
    assert runner.run(fail_on="never").status == 0


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (
            {"exercise": "three_naps"},
            "there is no {}/graders/three_naps: say in the inputs graders and exercise *",
        ),
        ({"submission": "gone"}, "there is no {}/gone: say in the input submission what to grade"),
        ({"fail_on": "always"}, "the input fail-on is 'always': choose lost, error, never"),
        ({"summary": "no"}, "the input summary is 'no': choose true, false"),
        ({"timeout": "soon"}, "the input timeout is 'soon': give a number of seconds"),
        (
            {"timeout": "-1"},
            "the grading ended with status 4: it was asked for in a way that cannot work; the error above says what *",
        ),
    ],
)
def test_what_cannot_be_graded_is_an_error_whatever_fails_the_step(
    runner: Runner, inputs: dict[str, str], message: str
) -> None:
    done = runner.run(**{"fail_on": "never"} | inputs)
    assert done.status == 1
    (command,) = done.commands
    start, _, end = f"::error::asyncgrade: {message.format(runner.workspace)}".partition("*")
    assert command.startswith(start)
    assert end or command == start or message.endswith("*")
    assert (done.outputs["status"], done.outputs["score"], done.outputs["result"]) == ("error", "0", "")


def test_without_uv_pip_installs_the_version_asked_for_into_an_environment_of_its_own(
    runner: Runner, tmp_path: Path
) -> None:
    (tmp_path / "bin" / "uv").unlink()
    log = tmp_path / "installed"
    real = python_in("${@: -1}").replace("exec", f'[ "$3" = pip ] \\&\\& echo "pip $*" >>{log} \\&\\& exit\\nexec')
    stand_in(tmp_path / "bin", "python", f'echo "python $*" >>{log}\n{real.replace(chr(92) + "&", "&")}')
    runner.environ["PATH"] = f"{tmp_path / 'bin'}:/usr/bin:/bin"
    (runner.workspace / "two_naps.py").write_text(GOOD, encoding="utf-8")
    done = runner.run(version="1.2.3", python_version="3.14")
    assert done.status == 0, done.log
    assert done.used == ["actions/setup-python@e797f83bcb11b83ae66e0230d6156d7c80228e7c {'python-version': '3.14'}"]
    made, installed = log.read_text().splitlines()
    assert made.startswith("python -I -m venv ")
    assert installed == "pip -I -m pip install --quiet --disable-pip-version-check pytest-asyncgrade==1.2.3"


def test_the_step_fails_if_its_outputs_cannot_be_written(runner: Runner, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-m", "pytest_asyncgrade.cli", "action"],
        cwd=tmp_path, env=runner.environ | {"GITHUB_OUTPUT": str(tmp_path)}, check=False,
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith(f"asyncgrade action: GITHUB_OUTPUT is {tmp_path}, which cannot be written: ")


def test_a_student_sees_the_same_score_at_home(runner: Runner, tmp_path: Path) -> None:
    half = GOOD.replace("nap(2), nap(1)", "nap(2), nap(1), nap(3)")
    (runner.workspace / "two_naps.py").write_text(half, encoding="utf-8")
    done = runner.run(exercise="two_naps")
    shutil.copytree(runner.workspace / "graders", tmp_path / "home" / "graders")
    shutil.copy(runner.workspace / "two_naps.py", tmp_path / "home")
    command = [sys.executable, "-m", "pytest", "--grade", "two_naps", *OUR_PLUGINS]
    at_home = subprocess.run(command, cwd=tmp_path / "home", capture_output=True, text=True, check=False).stdout
    assert (done.outputs["score"], done.outputs["max-score"]) == ("2", "5")
    assert "total: 2 of 5 points\n" in at_home


def test_outputs_are_not_written_through_a_link(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine")
    (tmp_path / "output").symlink_to(precious)
    with pytest.raises(UsageError, match=r"^GITHUB_OUTPUT is .*/output, which cannot be written: "):
        add_outputs({"GITHUB_OUTPUT": str(tmp_path / "output")}, {"score": "5"})
    assert precious.read_text() == "mine"


def test_the_defaults_of_the_verb_are_those_of_the_action(runner: Runner, capfd: pytest.CaptureFixture[str]) -> None:
    (runner.workspace / "two_naps.py").write_text(GOOD, encoding="utf-8")
    assert action({"RUNNER_TEMP": str(runner.temp)}, runner.workspace) == 0
    assert "total: 5 of 5 points" in capfd.readouterr().out


def test_the_scripts_of_the_action_are_sound() -> None:
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is not here")
    for step in load(ROOT / "action.yml")["runs"]["steps"]:
        if "run" in step:
            checked = subprocess.run(
                ["shellcheck", "--shell=bash", "-"], input=step["run"], capture_output=True, text=True, check=False
            )
            assert checked.stdout == ""
