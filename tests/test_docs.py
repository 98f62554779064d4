"""Every example of the documentation is run, and prints what the documentation says."""

from __future__ import annotations

import asyncio
import dataclasses
import doctest
import importlib
import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

import pytest_asyncgrade
from pytest_asyncgrade.classes.policy import Policy
from pytest_asyncgrade.cli.init import init_classroom50, init_github
from pytest_asyncgrade.cli.prepared import PreparedPytest
from pytest_asyncgrade.grading import Exercise, Work
from pytest_asyncgrade.grading.assignment import Assignment
from pytest_asyncgrade.reports.changes import changes
from pytest_asyncgrade.sandbox import Limits
from tests.conftest import OUR_PLUGINS

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md")), *sorted(ROOT.glob("exercises/*/README.md"))]
PACKAGE = Path(pytest_asyncgrade.__file__).parent  # the installed one, if that is tested
WITH_EXAMPLES = [
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
    for path in sorted(PACKAGE.rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]
TEST_SUITE = 'python -m pip install ".[test]" && python -m pytest -n auto'


def blocks(language: str) -> list[tuple[str, str]]:
    """Return each code block of a language, with the name of its page."""
    fence = re.compile(rf"^```{language}\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    return [
        (page.relative_to(ROOT).as_posix(), match[1]) for page in PAGES for match in fence.finditer(page.read_text())
    ]


def commands() -> list[tuple[str, str, str]]:
    """Return each command of a console block, with its page and what it should print."""
    found = []
    for page, block in blocks("console"):
        for part in block.split("$ ")[1:]:
            command, _, output = part.partition("\n")
            found.append((page, command, output))
    return found


def matches(expected: str, shown: str) -> bool:
    """Tell whether `shown` is as expected; a line of three dots stands for any lines."""
    pattern = re.escape(expected).replace(re.escape("...\n"), "(?:.*\n)*?")
    pattern = re.sub(r"^\\?\.\\?\.\\?\.\\?\n", "(?:.*\n)*?", pattern)
    return re.fullmatch(pattern, shown) is not None


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_the_examples_in_a_module_are_true(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize(
    ("page", "command", "output"),
    [found for found in commands() if found[1] != TEST_SUITE],
    ids=lambda value: value[:60],
)
def test_a_command_prints_what_its_page_says(page: str, command: str, output: str, tmp_path: Path) -> None:
    program = command.removeprefix("python -m pip install . && ")
    words = shlex.split(program)
    words = {
        "python": [sys.executable, *words[1:]],
        "pytest": [sys.executable, "-m", *words],
        "asyncgrade": [sys.executable, "-m", "pytest_asyncgrade.cli", *words[1:]],
    }[words[0]]
    if "pytest" in words:
        words += OUR_PLUGINS
    folder = ROOT
    if "init" in words or "class" in words:  # they write
        folder = tmp_path
        shutil.copytree(ROOT / "examples", tmp_path / "examples")
        shutil.copytree(ROOT / "graders" / "concurrent_sleeps", tmp_path / "graders" / "concurrent_sleeps")
    shown = subprocess.run(  # our own page
        words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=300, text=True
    ).stdout
    if output:
        assert matches(output, shown), f"{page}: {shown}"
    else:
        assert shown


def test_the_suites_own_command_is_the_one_in_the_readme_and_ci() -> None:
    assert TEST_SUITE in [command for _, command, _ in commands()]
    assert 'python -m pip install -q ".[test]" && python -m pytest -n auto' in (ROOT / ".ci/run").read_text()


@pytest.mark.parametrize(("page", "block"), blocks("python"), ids=lambda value: value.splitlines()[0][:40])
def test_a_python_example_runs(pytester: pytest.Pytester, page: str, block: str) -> None:
    if "def test_" not in block:
        subprocess.run([sys.executable, "-c", block], check=True, timeout=300)  # our own page
        return
    folder = pytester.path / "graders" / "concurrent_sleeps"
    folder.mkdir(parents=True)
    (folder / "test_concurrent_sleeps.py").write_text(block)
    solution = ROOT / "graders/concurrent_sleeps/solution.py"
    grade = ["--grade", f"--submission={solution}"] if "submission" in block else []
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope=function\n")
    result = pytester.runpytest_subprocess(*OUR_PLUGINS, *grade, str(folder))
    assert result.ret == 0, page


def test_the_task_of_the_editor_finds_the_problems_of_a_program() -> None:
    ((page, block),) = blocks("json")
    assert page == "docs/students.md"
    (task,) = json.loads(block)["tasks"]
    program = ROOT / "examples" / "class" / "ben" / "concurrent_sleeps.py"
    words = [word.replace("${file}", str(program)) for word in task["args"]]
    command = [sys.executable, "-m", task["command"], *words, *OUR_PLUGINS]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300).stdout
    pattern = task["problemMatcher"]["pattern"]
    assert task["problemMatcher"]["fileLocation"] == "absolute"
    found = [match for line in shown.splitlines() if (match := re.search(pattern["regexp"], line))]
    assert {match[pattern["file"]] for match in found} == {str(program)}
    assert [(match[pattern["line"]], match[pattern["message"]].partition(" - ")[0]) for match in found[:1]] == [
        ("23", "lines 23, 24 and 25 wait one after the other: 2 + 3 + 1 = 6 s")
    ]
    assert shown.splitlines()[-1] == "total: 3 of 10 points"


def test_the_report_on_a_save_is_as_on_its_page(tmp_path: Path) -> None:
    grader = ROOT / "graders" / "concurrent_sleeps"
    page = (ROOT / "docs" / "students.md").read_text()

    async def grade() -> list[Work]:
        prepared, works = PreparedPytest(tmp_path), []
        try:
            for name in ("sequential_awaits", "time_sleep"):
                graded = await prepared.grade(Assignment(grader, grader / "mistakes" / f"{name}.py"))
                assert graded.work is not None
                works.append(graded.work)
        finally:
            prepared.close()
        return works

    lines = [line for line, _ in changes(*asyncio.run(grade()), time="14:03:11")]
    assert "```\n" + "\n".join(lines[1:]) + "\n```\n" in page


def test_every_exercise_toml_of_the_documentation_is_one(tmp_path: Path) -> None:
    found = blocks("toml")
    assert found
    for page, block in found:
        if page == "docs/classes.md":
            (tmp_path / "class.toml").write_text(block)
            assert Policy.read(tmp_path / "class.toml", None).due
            continue
        (tmp_path / "exercise.toml").write_text(block)
        exercise = Exercise.of_grader(tmp_path)
        assert exercise.limits != Limits() or exercise.ignored or exercise.allowed or exercise.hidden.points


def test_the_files_to_copy_are_those_that_init_writes(tmp_path: Path) -> None:
    init_github(tmp_path, "OWNER/pytest-asyncgrade@v0.1.0", "")
    init_classroom50(tmp_path, ROOT / "graders" / "concurrent_sleeps")
    workflow = (tmp_path / "student" / ".github" / "workflows" / "asyncgrade.yml").read_text()
    assert ("README.md", workflow) in blocks("yaml")
    assert ("README.md", (tmp_path / "concurrent-sleeps" / "autograder.py").read_text()) in blocks("text")


def test_every_input_and_output_of_the_action_is_documented() -> None:
    page = (ROOT / "docs" / "platforms.md").read_text()
    said = YAML(typ="safe").load((ROOT / "action.yml").read_text())
    for name, about in said["inputs"].items():
        default = f"`{about['default']}`" if about["default"] else ""
        assert f"| `{name}` | {default} |".replace("|  |", "| |") in page
    for name in said["outputs"]:
        assert f"`{name}`" in page.partition("| output | is |")[2]


def test_every_limit_is_documented_with_its_default() -> None:
    page = (ROOT / "docs" / "isolation.md").read_text()
    for field in dataclasses.fields(Limits):
        row = next(line for line in page.splitlines() if line.startswith("|") and f"`{field.name}`" in line)
        assert f"{field.default:,}".removesuffix(".0") in row
