"""Every exercise proves itself: what is right earns all its points, and each known mistake loses exactly its checks.

The proof is made as a teacher would make it: one class with a student for the solution, the starter, every alternative,
every mistake and the tutorial's own script, graded by one ``pytest --grade``, and judged by the JSON report.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import OUR_PLUGINS

ROOT = Path(__file__).parents[2]
MESSAGES = Path(__file__).parent / "messages"
MESSAGES_OF = (3, 11)
"""The Python whose words are in the messages: other versions word some exceptions otherwise."""

ENDLESS = ("still running", "still computing", "printed more than")
"""What is told of programs that are stopped; where they are at that moment, and by which limit, is chance."""

NEVER_ENDS = "it never ends"

EXERCISES = sorted(grader.parent.name for grader in ROOT.glob("graders/*/test_*.py"))


def test_every_exercise_has_its_starter_and_its_grader() -> None:
    assert EXERCISES
    assert sorted(path.parent.name for path in ROOT.glob("exercises/*/README.md")) == EXERCISES
    assert [f"{slug}/{slug}.py" for slug in EXERCISES] == sorted(
        path.relative_to(ROOT / "exercises").as_posix() for path in ROOT.glob("exercises/*/*.py")
    )


@pytest.mark.parametrize("slug", EXERCISES)
def test_exercise_grades_right_and_wrong_as_it_says(slug: str, tmp_path: Path) -> None:
    grader = ROOT / "graders" / slug
    mistakes = sorted(grader.glob("mistakes/*.py"))
    right = {"solution": grader / "solution.py"}
    right |= {f"alternative-{path.stem}": path for path in grader.glob("alternatives/*.py")}
    if (tutorial := ROOT / "examples" / "tutorial" / f"{slug}.py").exists():
        right["tutorial"] = tutorial
    wrong = {f"mistake-{path.stem}": path for path in mistakes}
    starter = {"starter": ROOT / "exercises" / slug / f"{slug}.py"}

    works = grade_class(slug, right | wrong | starter, tmp_path)

    assert {student: lost_checks(works[student]) for student in right} == {student: set() for student in right}
    assert {student: lost_checks(works[student]) for student in wrong} == {
        student: losses_it_names(path, works[student]) for student, path in wrong.items()
    }
    assert all(losses_it_names(path, works[student]) for student, path in wrong.items())
    assert works["starter"]["score"] < works["starter"]["max_score"]
    whole = [run for run in works["starter"]["runs"] if run["asked"].startswith("python ")]
    assert [run["outcome"] for run in whole] == ["finished"] * len(whole)
    verdicts = {check["verdict"] for work in works.values() for check in work["checks"]}
    assert verdicts == {"passed", "failed"}
    assert {work["max_score"] for work in works.values()} == {10}
    assert min(len(work["checks"]) for work in works.values()) >= 4
    check_messages(slug, {student: works[student] for student in wrong})
    assert len(mistakes) >= 5


def check_messages(slug: str, works: dict[str, dict[str, Any]]) -> None:
    """Compare what students are told of each known mistake with what was found to be good, word by word.

    With ASYNCGRADE_WRITE_MESSAGES=1 in the environment it is written anew, to be read before it is committed.
    """
    golden = MESSAGES / f"{slug}.txt"
    text = "".join(told(student, work) for student, work in works.items())
    if os.environ.get("ASYNCGRADE_WRITE_MESSAGES"):
        golden.write_text(text, encoding="utf-8")
    if sys.version_info[:2] == MESSAGES_OF:
        assert text.splitlines() == golden.read_text(encoding="utf-8").splitlines()


def told(student: str, work: dict[str, Any]) -> str:
    """Return the causes, the reasons and the findings of one work, each reason once."""
    lines = [f"== {student.removeprefix('mistake-')}: {work['score']} of {work['max_score']}"]
    for number, cause in enumerate(work["causes"][:3], start=1):
        what = steady(cause["what"])
        lines.append(f"{number}. " + ("somewhere" if what == NEVER_ENDS else f"line {cause['line']}: {cause['code']}"))
        lines += [f"   {text}" for text in (what, steady(cause["advice"])) if text]
    reasons = [check["rationale"] for check in work["checks"] if check["verdict"] != "passed"]
    lines += dict.fromkeys(f"- {steady(reason)}" for reason in reasons)
    lines += [f"* {steady(finding['message'])}" for finding in work["findings"]]
    return "\n".join(lines) + "\n\n"


def steady(text: str) -> str:
    """Return a message without what differs from run to run."""
    text = re.sub(r"0x[0-9a-f]+", "0x...", text)
    text = re.sub(r"\(\d{4,5}, ", "(a port, ", text)
    if any(words in text for words in ENDLESS):
        return NEVER_ENDS
    text = re.sub(r"/\S*/submission/", "", text)  # where the program lies when it is graded
    return re.sub(r'(?<=") at (\d+\.\d{4,}|0) s(?=, not "\d)|(?<=it takes )\d+ s', "", text)  # a process takes real time


def grade_class(slug: str, programs: dict[str, Path], folder: Path) -> dict[str, dict[str, Any]]:
    """Grade each program as a student's of that name, and return the report's works by student."""
    for student, program in programs.items():
        (folder / "class" / student).mkdir(parents=True)
        shutil.copyfile(program, folder / "class" / student / f"{slug}.py")
    report = folder / "grade.json"
    command = [
        sys.executable, "-m", "pytest", "--grade", f"graders/{slug}", "--submissions", str(folder / "class"),
        f"--grade-report=json={report}", "--tb=line", *OUR_PLUGINS,
    ]  # fmt: skip
    # what is proved here are the graders: measured or not, it is the same, and twice as slow
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_PROCESS")}
    done = subprocess.run(  # noqa: S603
        command, cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 1, done.stdout + done.stderr  # points were lost, and no grader is broken
    works = json.loads(report.read_text(encoding="utf-8"))["works"]
    assert sorted(work["student"] for work in works) == sorted(programs)
    return {work["student"]: work for work in works}


def lost_checks(work: dict[str, Any]) -> set[str]:
    return {check_name(check) for check in work["checks"] if check["verdict"] != "passed"}


def check_name(check: dict[str, Any]) -> str:
    """Return ``test_a`` of ``graders/x/test_x.py::test_a[student]``."""
    return str(check["id"]).rpartition("::")[2].partition("[")[0]


def losses_it_names(mistake: Path, work: dict[str, Any]) -> set[str]:
    """Return the checks that a mistake's docstring says it loses; each must be one of the grader's."""
    docstring = ast.get_docstring(ast.parse(mistake.read_text(encoding="utf-8"))) or ""
    match = re.fullmatch(r"(?P<misconception>\S[^\n]*\.)\n\nloses: (?P<checks>test_\w+(, test_\w+)*)", docstring)
    assert match, (
        f"{mistake.name}: its docstring should be the misconception, a blank line, and `loses: test_a, test_b`"
    )
    named = set(match["checks"].split(", "))
    assert named <= {check_name(check) for check in work["checks"]}, f"{mistake.name} names a check that does not exist"
    return named
