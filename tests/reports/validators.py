"""What each platform demands of a file, written from its contract: a validator raises if a report is none."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from pytest_asyncgrade.reports import classroom

from .test_html import parsed

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_asyncgrade.grading import Grade

COUNT = {"type": "integer", "minimum": 0}
TEXT = {"type": "string"}
LINE = {"type": "string", "minLength": 1, "pattern": r"^[^\n\r]*$"}


def strict(properties: dict[str, Any], *optional: str) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


def loaded(text: str, schema: dict[str, Any]) -> Any:
    Draft202012Validator.check_schema(schema)
    data = json.loads(text)
    Draft202012Validator(schema).validate(data)
    return data


CLASSROOM50 = strict({
    "schema": {"const": "classroom50/result/v1"},
    "classroom": LINE,
    "assignment": LINE,
    "assignment_type": {"enum": ["individual", "group"]},
    "owner": LINE,
    "submission": {"type": "string", "pattern": "^submit/"},
    "commit": LINE,
    "release": LINE,
    "review": LINE,
    "datetime": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
    "score": COUNT,
    "max-score": COUNT,
    "tests": {
        "type": "array",
        "minItems": 1,
        "items": strict(
            {"test-name": LINE, "passed": {"type": "boolean"}, "score": COUNT, "max-score": COUNT, "failure": TEXT},
            "failure",
        ),
    },
})  # fmt: skip


def points(grade: Grade) -> float:
    """Return the score that a report may tell: none where a grader is broken."""
    return 0 if grade.broken else grade.score


def check_classroom50(text: str, grade: Grade, *, scaled: bool = False) -> None:
    assert len(text.encode()) < 10 * 1024**2
    data = loaded(text, CLASSROOM50)
    tests = data["tests"]
    assert all(test["score"] <= test["max-score"] for test in [data, *tests])
    assert sum(test["max-score"] for test in tests) == data["max-score"]
    earned = sum(test["score"] for test in tests)
    assert earned <= data["score"]
    if not scaled:
        assert data["score"] == min(points(grade), grade.max_score)
    assert [test["test-name"] for test in tests if "failure" in test] == [
        test["test-name"] for test in tests if not test["passed"]
    ]
    unique(test["test-name"] for test in tests)


STATUS = {"enum": ["pass", "fail", "error"]}
CLASSROOM = strict({
    "version": {"const": 3},
    "status": STATUS,
    "max_score": COUNT,
    "tests": {
        "type": "array",
        "minItems": 1,
        "items": strict({
            "name": LINE, "status": STATUS, "message": TEXT, "test_code": TEXT, "task_id": {"type": "null"},
            "filename": TEXT, "line_no": {"type": "integer", "minimum": 1}, "score": COUNT,
            "duration": {"type": "number", "minimum": 0},
        }),
    },
})  # fmt: skip
VARIABLE = 128 * 1024
"""Bytes that a variable may have, its name and a byte at its end included."""


def check_classroom(text: str, grade: Grade) -> None:
    assert len(f"AN-ID-AS-LONG-AS-ANYBODY-WOULD-EVER-WRITE_RESULTS={classroom.encoded(text)}") < VARIABLE
    data = loaded(text, CLASSROOM)
    assert sum(test["score"] for test in data["tests"]) == points(grade)
    assert data["max_score"] == (0 if grade.broken else max(grade.max_score, 1))
    assert data["status"] == (
        "error" if grade.broken or not list(grade.checks) else "pass" if grade.complete else "fail"
    )
    unique(test["name"] for test in data["tests"])
    for test in data["tests"]:  # the reporter prints them
        no_command("\n".join([test["name"], test["message"], test["test_code"], test["filename"]]))


VISIBILITY = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
FORMAT = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
GRADESCOPE = strict(
    {
        "score": {"type": "number"}, "execution_time": {"type": "number", "minimum": 0}, "output": TEXT,
        "output_format": FORMAT, "visibility": VISIBILITY, "stdout_visibility": VISIBILITY,
        "extra_data": {"type": "object"}, "leaderboard": {"type": "array"},
        "tests": {
            "type": "array",
            "items": strict(
                {
                    "score": {"type": "number"}, "max_score": {"type": "number", "minimum": 0},
                    "status": {"enum": ["passed", "failed"]}, "name": LINE, "name_format": FORMAT, "number": TEXT,
                    "output": TEXT, "output_format": FORMAT, "tags": {"type": "array", "items": TEXT},
                    "visibility": VISIBILITY, "extra_data": {"type": "object"},
                },
                "score", "max_score", "name_format", "number", "output_format", "tags", "visibility", "extra_data",
            ),
        },
    },
    "extra_data", "leaderboard",
)  # fmt: skip


def check_gradescope(text: str, grade: Grade) -> None:
    data = loaded(text, GRADESCOPE)
    assert data["score"] == points(grade)
    assert data["tests"]
    if grade.broken:
        assert not [test for test in data["tests"] if {"score", "max_score"} & {*test}]
    else:
        assert grade.score == sum(test["score"] for test in data["tests"])
        assert sum(test["max_score"] for test in data["tests"]) == grade.max_score
    kinds = [check.points.visibility.value for check in grade.checks]
    assert [test["visibility"] for test in data["tests"] if "visibility" in test] == kinds


EXERCISM = strict({
    "version": {"const": 3},
    "status": STATUS,
    "message": {"type": ["string", "null"]},
    "tests": {
        "type": "array",
        "items": strict(
            {
                "name": LINE, "status": STATUS, "message": {"type": ["string", "null"], "minLength": 1},
                "output": {"type": "string", "maxLength": 500}, "test_code": TEXT, "task_id": {"type": "integer"},
            },
            "output", "task_id",
        ),
    },
})  # fmt: skip


def check_exercism(text: str, grade: Grade) -> None:
    data = loaded(text, EXERCISM)
    statuses = Counter(test["status"] for test in data["tests"])
    ran = statuses["pass"] + statuses["fail"]
    assert (data["status"] == "error") == (ran == 0) == bool(data["message"])
    if ran:
        assert (data["status"] == "pass") == (ran == statuses["pass"] == len(data["tests"]))
    assert len((data["message"] or "").encode()) <= 65_535
    assert all((test["message"] is None) == (test["status"] == "pass") for test in data["tests"])
    assert len(data["tests"]) == len(list(grade.checks))


def check_json(text: str, grade: Grade) -> None:
    schema = json.loads(resources.files("pytest_asyncgrade.reports").joinpath("grade.schema.json").read_text())
    data = loaded(text, schema)
    assert (data["score"], data["max_score"]) == (None if grade.broken else grade.score, grade.max_score)


JENKINS: dict[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {"time", "skipped", "group", "timestamp", "hostname", "id", "package", "file", "log", "url"},
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "properties": (set(), set(), {"property"}),
    "property": ({"name", "value"}, set(), set()),
    "testcase": (
        {"name"},
        {"time", "classname", "group"},
        {"skipped", "error", "failure", "system-out", "system-err"},
    ),
    "failure": (set(), {"type", "message"}, set()),
    "error": (set(), {"type", "message"}, set()),
}  # fmt: skip
"""What Jenkins takes (junit-10.xsd): of each element the attributes it must have, those it may have, its children."""


def check_for_jenkins(element: ET.Element) -> None:
    needed, possible, children = JENKINS[element.tag]
    assert needed <= {*element.attrib} <= needed | possible
    if element.tag in {"testsuites", "testsuite"}:
        assert re.fullmatch(r"[0-9]+(\.[0-9]*)?", element.attrib["time"])
    assert element.tag in {"failure", "error"} or not (element.text or "").strip()
    for child in element:
        assert child.tag in children
        check_for_jenkins(child)


def check_junit(text: str, grade: Grade) -> None:
    root = ET.fromstring(text)  # noqa: S314  # our own
    check_for_jenkins(root)
    cases = list(root.iter("testcase"))
    assert int(root.attrib["tests"]) == len(cases) == len(list(grade.checks))
    verdicts = [str(check.verdict) for check in grade.checks]
    assert len(list(root.iter("failure"))) == verdicts.count("failed") + verdicts.count("not_run")
    for name, tag in (("failures", "failure"), ("errors", "error")):
        counted = [sum(int(suite.attrib[name]) for suite in root.iter("testsuite")), len(list(root.iter(tag)))]
        assert counted == [int(root.attrib[name])] * 2
    unique((case.get("classname"), case.get("name")) for case in cases)
    assert all(child.get("message") for case in cases for child in case)


def check_html(text: str, grade: Grade) -> None:
    page = parsed(text)
    assert ("no points" if grade.broken else f"{grade.score} of {grade.max_score} points") in page.text
    assert page.tags & {"link", "img", "iframe", "object"} == set()


PLAIN = r"[^<>&`*_~$@#|\[\]\\]*"
WORD = r"\*\*[a-z ]+\*\*"
OURS = re.compile(
    rf"(#{{2,4}} )?{PLAIN}|\| ({WORD}|{PLAIN}) ?(\|{PLAIN})+\||\|[-:|]+\||{WORD}{PLAIN}\\?|\[\.\.\.{PLAIN}\]"
)
"""A line outside of a fence that has no markup but what we give it."""


def check_markdown(text: str, grade: Grade) -> None:
    assert len(text.encode()) < 1024**2
    assert text.startswith("## ")
    for outside in outside_of_fences(text):
        rest = re.sub(r"\\[!-/:-@\[-`{-~]", "", outside)  # a mark behind a backslash is text
        assert OURS.fullmatch(rest), outside
    if list(grade.checks):
        assert ("no points" if grade.broken else f"{grade.score} of {grade.max_score} points") in text


def outside_of_fences(text: str) -> list[str]:
    """Return the lines that stand in no fence, after CommonMark: one ends with as many backticks as it began with."""
    fence, outside = "", []
    for line in text.split("\n"):
        match = re.match(r" {0,3}(`{3,})(.*)$", line)
        if fence:
            closes = match and len(match[1]) >= len(fence) and not match[2].strip()
            fence = "" if closes else fence
        elif match and "`" not in match[2]:
            fence = match[1]
        else:
            outside.append(line)
    assert fence == ""
    return outside


COMMAND = re.compile(r"::(error|warning|notice) ((?:[a-z]+=[^:,\r\n]*)(?:,[a-z]+=[^:,\r\n]*)*)::(.+)")


def check_github(text: str, grade: Grade) -> None:
    kinds: Counter[str] = Counter()
    lines = text.removesuffix("\n").split("\n")
    for line in lines:
        match = COMMAND.fullmatch(line)
        assert match, line
        kinds[match[1]] += 1
        properties = dict(pair.split("=", 1) for pair in match[2].split(","))
        assert set(properties) <= {"file", "line", "title"}
        assert "line" not in properties or ("file" in properties and int(properties["line"]) >= 1)
        assert not properties.get("file", "x").startswith(("/", ".."))
        for value in [*properties.values(), match[3]]:
            assert re.sub("%(25|0D|0A|3A|2C)", "", value).count("%") == 0
    assert all(number <= 10 for number in kinds.values())
    assert kinds.total() <= 50
    said = "no points" if grade.broken else f"{grade.score} of {grade.max_score} points"
    assert said in lines[-1] or not list(grade.checks)


def check_csv(text: str, grade: Grade) -> None:
    rows = list(csv.reader(io.StringIO(text), strict=True))
    assert all(re.fullmatch(r'"([^"]|"")*"(,"([^"]|"")*")*', line) for line in text.splitlines())
    assert {len(row) for row in rows} == {len(rows[0])}
    unique(rows[0])
    assert not [cell for row in rows for cell in row if re.match(r"\s*[=+\-@]|[\t\r]", cell)]
    if rows[0][0] == "student":
        assert [row[-2:] for row in rows[1:]] == [total(grade, student) for student in grade.students]
    elif rows[0][0] == "Identifier":
        assert rows[0] == ["Identifier", "Full name", "Grade", "Maximum grade", "Last modified (grade)"]
        assert all(re.fullmatch(r"Participant \d+", row[0]) and re.fullmatch(r"\d*", row[2]) for row in rows[1:])
    else:
        assert rows[0][:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
        assert not [
            title for title in rows[0] if re.search("(Current|Final|Override) (Score|Points|Grade|Status)", title)
        ]
        assert [number for number, row in enumerate(rows) if "Points Possible" in row[0]] == [1]
        assert all(re.fullmatch(r"\d*", cell) for row in rows[1:] for cell in row[5:])


def total(grade: Grade, student: str) -> list[str]:
    works = [work for work in grade.works if work.student == student]
    broken = any(check.verdict == "error" for work in works for check in work.checks)
    return ["" if broken else str(sum(work.score for work in works)), str(sum(work.max_score for work in works))]


def unique(values: Any) -> None:
    assert [value for value, number in Counter(values).items() if number > 1] == []


def lines_of(text: str) -> list[str]:
    """Return the lines of a text, which are the same for every reader: nothing but a newline ends one."""
    lines = text.split("\n")
    assert lines.pop() == ""
    assert lines == text.splitlines()
    return lines


def no_command(text: str) -> None:
    """Check that no line of a text is a workflow command, nor has one of the old form anywhere in it."""
    assert "##[" not in text
    assert not [line for line in re.split(r"[\r\n]", text) if line.lstrip().startswith("::")]


def check_text(name: str, text: str) -> None:
    """Check what is true of every format: it is UTF-8, nothing in it acts on a terminal or a log."""
    text.encode()
    assert text.endswith(("\n", ">"))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]", text)
    if name != "github":
        no_command(text)


def part(grade: Grade) -> float:
    """Return the part of the points that a grade is worth."""
    return min(1.0, grade.score / grade.max_score) if grade.max_score else 0.0


def check_vpl(text: str, grade: Grade) -> None:
    """Read it as VPL does: every line may be a grade, and blanks around the marks of a comment do not count."""
    lines = lines_of(text)
    said = [line.removeprefix("Grade :=>>") for line in lines if line.startswith("Grade :=>>")]
    assert [float(number) for number in said] == ([] if grade.broken else [grade.score])
    end = len(lines) - 1 - len(said)
    marks = [(number, line.strip()) for number, line in enumerate(lines) if line.strip() in {"<|--", "--|>"}]
    assert marks == [(0, "<|--"), (end, "--|>")]
    comment = lines[1:end]
    assert all(line[:1] in {"-", ">"} for line in comment)
    titles = [line for line in comment if line.startswith("-")]
    assert len(titles) - len(list(grade.checks)) in {1, 2}  # the total comes first, and what else to know comes last
    assert comment[-1] not in {">", "-"}


CODERUNNER = strict(
    {
        "fraction": {"type": "number", "minimum": 0, "maximum": 1}, "prologuehtml": TEXT, "epiloguehtml": TEXT,
        "testresults": {"type": "array", "minItems": 2, "items": {"type": "array", "minItems": 4, "maxItems": 4}},
        "columnformats": {"const": ["%s", "%s", "%s"]},
    },
    "fraction", "epiloguehtml", "testresults", "columnformats",
)  # fmt: skip


def check_coderunner(text: str, grade: Grade) -> None:
    data = loaded(text, CODERUNNER)
    assert ("fraction" in data) != grade.broken
    if not grade.broken:
        assert data["fraction"] == pytest.approx(part(grade), abs=1e-5)
    for name in ("prologuehtml", "epiloguehtml"):
        assert set(re.findall("<[^>]*>", data.get(name, ""))) <= {"<p>", "</p>", "<pre>", "</pre>"}
    headers, *rows = data.get("testresults", [[]])
    assert len(rows) == len(list(grade.checks))
    if rows:
        assert headers[0] == "iscorrect"
        assert [row[0] for row in rows] == [check.verdict == "passed" for check in grade.checks]
        assert all(isinstance(cell, str) for row in rows for cell in row[1:])


PRAIRIELEARN = {
    "oneOf": [
        strict({"gradable": {"const": False}, "format_errors": {"type": "array", "minItems": 1, "items": TEXT}}),
        strict({
            "gradable": {"const": True}, "score": {"type": "number", "minimum": 0, "maximum": 1}, "message": TEXT,
            "output": TEXT,
            "tests": {
                "type": "array",
                "items": strict({
                    "name": LINE, "points": {"type": "number"}, "max_points": {"type": "number"}, "message": TEXT
                }),
            },
        }),
    ]
}  # fmt: skip


def check_prairielearn(text: str, grade: Grade) -> None:
    assert len(text.encode()) < 1_000_000
    data = loaded(text, PRAIRIELEARN)
    assert data["gradable"] != grade.broken
    if data["gradable"]:
        assert data["score"] == pytest.approx(part(grade), abs=1e-5)
        assert sum(test["points"] for test in data["tests"]) == pytest.approx(grade.score)
        assert sum(test["max_points"] for test in data["tests"]) == grade.max_score


def check_autolab(text: str, grade: Grade) -> None:
    """Read the last line as Autolab does: every word before a colon gets quotes."""
    lines = lines_of(text)
    shown = json.loads(lines[0])
    assert shown["_presentation"] == "semantic"
    assert shown["stages"] == ["Checks"]
    checks = shown["Checks"]
    assert all({"passed"} <= check.keys() <= {"passed", "hint"} for check in checks.values())
    assert all(isinstance(check.get("hint", ""), str) for check in checks.values())
    assert not [name for name in checks if ":" in name]
    assert len(lines) == (1 if grade.broken else 2)
    if not grade.broken:
        scores = json.loads(re.sub(r"(\w+):", r'"\1":', lines[1]))["scores"]
        assert [score for score in scores.values() if type(score) not in {int, float}] == []
        assert list(scores.values()) == [work.score for work in grade.works]
        assert not [name for name in scores if ":" in name]
        assert [check["passed"] for check in checks.values()][-len(list(grade.checks)) or 1 :] == [
            check.verdict == "passed" for check in grade.checks
        ]


CODEGRADE = strict({
    "tag": {"const": "unit-test"},
    "results": {
        "type": "array",
        "items": strict({
            "id": LINE,
            "name": LINE,
            "testCases": {
                "type": "array", "minItems": 1,
                "items": strict(
                    {"name": LINE, "status": {"enum": ["success", "failure"]}, "weight": COUNT, "reason": TEXT},
                    "reason",
                ),
            },
        }),
    },
})  # fmt: skip


def check_codegrade(text: str, grade: Grade) -> None:
    assert text.isascii()
    first, *others = lines_of(text)
    suites = loaded(first, CODEGRADE)["results"]
    unique(suite["id"] for suite in suites)
    cases = [case for suite in suites for case in suite["testCases"]]
    assert [case["status"] == "success" for case in cases] == [check.verdict == "passed" for check in grade.checks]
    said = [json.loads(line) for line in others]
    earned = f"{min(grade.score, grade.max_score)}/{grade.max_score}"
    assert said == ([] if grade.broken or not grade.max_score else [{"tag": "points", "points": earned}])


def check_coursera(text: str, grade: Grade) -> None:
    assert len(lines_of(text)) == 1
    data = json.loads(text)
    assert isinstance(data["feedback"], str)
    assert data.keys() == ({"feedback"} if grade.broken else {"feedback", "fractionalScore"})
    if not grade.broken:
        assert type(data["fractionalScore"]) is float
        assert data["fractionalScore"] == pytest.approx(part(grade), abs=1e-5)


SUBMITTY = {
    "oneOf": [
        strict({"status": {"const": "fail"}, "message": LINE}),
        strict({
            "status": {"const": "success"},
            "data": strict({
                "score": {"type": "number", "minimum": 0, "maximum": 1}, "message": TEXT,
                "status": {"enum": ["success", "failure", "warning", "information"]},
            }),
        }),
    ]
}  # fmt: skip


def check_submitty(text: str, grade: Grade) -> None:
    data = loaded(text, SUBMITTY)
    assert (data["status"] == "fail") == grade.broken
    if not grade.broken:
        assert data["data"]["score"] == pytest.approx(part(grade), abs=1e-5)
        assert (data["data"]["status"] == "success") == (grade.complete and bool(grade.works))


PROBLEM = re.compile(r"^(.+?\.py):(\d+): (.+)$")


def check_problems(text: str, grade: Grade) -> None:
    *problems, total = lines_of(text)
    for problem in problems:
        match = PROBLEM.fullmatch(problem)
        assert match, problem
        assert int(match[2]) >= 1
    assert total.startswith("total: ")
    assert not PROBLEM.fullmatch(total)
    assert bool(problems) >= any(check.failure for check in grade.checks)


VALIDATORS: dict[str, Callable[[str, Grade], None]] = {
    "autolab": check_autolab, "classroom": check_classroom, "classroom50": check_classroom50,
    "codegrade": check_codegrade, "coderunner": check_coderunner, "coursera": check_coursera, "csv": check_csv,
    "exercism": check_exercism, "github": check_github, "gradescope": check_gradescope, "html": check_html,
    "json": check_json, "junit": check_junit, "markdown": check_markdown, "prairielearn": check_prairielearn,
    "problems": check_problems, "submitty": check_submitty, "vpl": check_vpl,
}  # fmt: skip
