from __future__ import annotations

import inspect
import json
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from importlib import import_module, resources
from typing import TYPE_CHECKING

import jsonschema
import pytest

from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.grading import Failure, Grade, Run, Verdict, Work, for_students
from pytest_asyncgrade.reports import ReportFile, formats, junit
from pytest_asyncgrade.reports import json as json_report
from pytest_asyncgrade.reports.terminal import WIDTH, render
from pytest_asyncgrade.trace import Line, Outcome, Output, Recording, Seconds, Trace
from pytest_asyncgrade.trace.text import display_width

from .grades import ABOUT, EVERYTHING, RUN, check
from .quotes import quoted

if TYPE_CHECKING:
    from pathlib import Path

FORMATS = (
    "autolab", "classroom", "classroom50", "codegrade", "coderunner", "coursera", "csv", "exercism", "github",
    "gradescope", "html", "json", "junit", "markdown", "prairielearn", "problems", "submitty", "vpl",
)  # fmt: skip
SCHEMA = json.loads(resources.files("pytest_asyncgrade.reports").joinpath("grade.schema.json").read_text())


@pytest.mark.parametrize("grade", [EVERYTHING, Grade()])
def test_the_json_report_is_as_its_schema_says(grade: Grade) -> None:
    report = json.loads(json_report.render(grade, ABOUT))
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.Draft202012Validator(SCHEMA).validate(report)
    assert (report["score"], report["max_score"]) == (None if grade.broken else grade.score, grade.max_score)


def test_the_schema_is_strict() -> None:
    report = json_report.to_plain(EVERYTHING)
    report["works"][0]["checks"][0]["verdict"] = "maybe"
    with pytest.raises(jsonschema.ValidationError, match="'maybe' is not one of"):
        jsonschema.Draft202012Validator(SCHEMA).validate(report)


def test_junit_counts_match_and_names_are_unique() -> None:
    root = ET.fromstring(junit.render(for_students(EVERYTHING), ABOUT))  # noqa: S314  # our own
    assert root.attrib == {
        "name": "asyncgrade", "tests": "6", "failures": "3", "errors": "1", "time": "1.500"
    }  # fmt: skip
    cases = list(root.iter("testcase"))
    names = [(case.get("classname"), case.get("name")) for case in cases]
    assert len(set(names)) == len(names) == 6
    assert [child.tag for case in cases for child in case] == ["failure", "failure", "error", "failure"]
    assert all(child.get("message") for case in cases for child in case)
    first = cases[1].find("failure")
    assert first is not None
    assert first.text == "it did not\nexpected:\n  a\n  b\nactual:\n  c\nhint: try"


def test_junit_tells_nothing_of_a_hidden_check() -> None:
    assert "secret" not in junit.render(for_students(EVERYTHING), ABOUT)


def test_the_terminal_is_plain_ascii_of_at_most_80_columns() -> None:
    lines = [text for text, _ in render(for_students(EVERYTHING), verbose=True)]
    assert all(line.isascii() and line.isprintable() for line in lines)
    assert [line for line in lines if len(line) > WIDTH] == []
    assert not any(line.lstrip().startswith(("::", "##[")) for line in lines)
    assert "secret" not in "\n".join(lines)


def test_no_line_of_the_terminal_is_one_that_a_runner_obeys() -> None:
    said = "x " * 30 + "::set-output name=score::10 " + "y " * 36 + "##[error]z"
    names = ("::add-mask::a.pth", "##[group].pth")
    crash = Trace(Outcome.CRASHED, f"line 1: ValueError: {said}", Recording(), asked="python naps.py")
    checks = (
        check("::error::n", Verdict.FAILED, Failure(said, quoted(said), quoted("::x"), said), runs=("run", "crash")),
    )
    printed = Output([Line(f"{'.' * 200}##[error]", Seconds(0)), Line("::stop-commands::x", Seconds(0))])
    run = replace(RUN, partial=replace(RUN.partial, output=printed))
    left_out = dict.fromkeys(names, "::warning::it would")
    work = Work("naps", "::debug::", "x.py", checks, {"run": Run(run), "crash": Run(crash)}, left_behind=left_out)
    lines = [text for text, _ in render(Grade((work, replace(work, student="##[add-path]"))), verbose=True)]
    assert not [line for line in lines if line.lstrip().startswith("::") or "##[" in line or len(line) > WIDTH]
    assert len([line for line in lines if "\\::" in line]) > 5


def test_wide_characters_leave_everything_in_its_column() -> None:
    """A character of two columns counts as two: names, lines beside each other, and a long one in pieces."""
    failure = Failure("no", quoted('"日本"', '"b"'), quoted("語" * 20))
    works = tuple(
        Work("naps", name, "x.py", (check("It naps.", Verdict.FAILED, failure),), {"run": Run(RUN)})
        for name in ("李雷", "ada")
    )
    lines = [text for text, _ in render(Grade(works), verbose=True)]
    assert {display_width(line) for line in lines if line.endswith(" points") and ".." in line} == {WIDTH}
    beside = lines[(first := lines.index(next(line for line in lines if line.endswith("actual")))) : first + 4]
    assert beside == [
        " " * 6 + "expected" + " " * 29 + "actual",
        " " * 4 + '> "日本"' + " " * 31 + "語" * 17,
        " " * 43 + "語" * 3,
        " " * 4 + '> "b"',
    ]
    table = lines[lines.index("student  naps  total") :]
    assert table[1:3] == ["李雷      0/2    0/2", "ada       0/2    0/2"]


def test_a_table_too_wide_comes_in_parts_and_a_long_list_is_cut_and_says_so() -> None:
    slugs = [f"exercise_number_{number}" for number in range(6)]
    lost = check("It naps.", Verdict.FAILED, Failure("no", quoted(*map(str, range(30)))))
    grade = Grade(tuple(Work(slug, "ada", "x.py", (lost,), {"run": Run(RUN)}) for slug in slugs))
    lines = [text for text, _ in render(grade, verbose=True)]
    assert [line for line in lines if len(line) > WIDTH] == []
    headings = [line for line in lines if line.startswith("student")]
    assert [heading.split()[1:] for heading in headings] == [slugs[:3], [*slugs[3:], "total"]]
    assert f"{'':16}[... 10 more]" in lines


def test_a_report_is_written_whole_and_replaces_a_link(tmp_path: Path) -> None:
    target = tmp_path / "grade.json"
    precious = tmp_path / "precious"
    precious.write_text("mine")
    if sys.platform != "win32":
        target.symlink_to(precious)
    file = ReportFile.parse(f"json={target}")
    file.write(file.render(EVERYTHING, ABOUT))
    assert json.loads(target.read_text())["max_score"] == EVERYTHING.max_score
    assert not target.is_symlink()
    assert precious.read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["grade.json", "precious"]


def test_a_report_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "grade.json"
    target.mkdir()
    with pytest.raises(OSError, match=r"grade\.json"):
        ReportFile("json", target).write("{}")
    assert [path.name for path in tmp_path.iterdir()] == ["grade.json"]


def test_a_format_is_a_module_of_its_own() -> None:
    assert formats() == FORMATS
    choose = ", ".join(FORMATS)
    with pytest.raises(UsageError, match=rf"^--grade-report x=y: unknown format 'x': choose {choose}$"):
        ReportFile.parse("x=y")
    for name in FORMATS:
        assert inspect.signature(import_module(f"pytest_asyncgrade.reports.{name}").render).return_annotation == "str"
