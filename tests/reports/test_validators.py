"""The validators refuse what the platforms refuse: reports that are wrong in one point."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from pytest_asyncgrade.reports import ReportFile

from .grades import ABOUT
from .outcomes import OUTCOMES
from .validators import VALIDATORS, check_text

if TYPE_CHECKING:
    from collections.abc import Callable

GRADE = OUTCOMES["mixed"]
NO = (AssertionError, jsonschema.ValidationError)


def first(data: Any) -> Any:
    return data["tests"][0]


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("classroom50", lambda data: data.update(tests=[])),
        ("classroom50", lambda data: data.update(score=data["max-score"] + 1)),
        ("classroom50", lambda data: data.update(score=1.0 / 2)),
        ("classroom50", lambda data: data.update(extra=1)),
        ("classroom50", lambda data: data.update(submission="v1")),
        ("classroom50", lambda data: data.update(datetime="2026-11-25")),
        ("classroom50", lambda data: first(data).update(score=-1)),
        ("classroom50", lambda data: first(data).update({"max-score": 2})),
        ("classroom", lambda data: data.update(tests=[])),
        ("coderunner", lambda data: data.update(fraction=1.1)),
        ("coderunner", lambda data: data.pop("fraction")),
        ("coderunner", lambda data: data["testresults"].pop()),
        ("coderunner", lambda data: data.update(prologuehtml="<b>x</b>")),
        ("coderunner", lambda data: data.update(columnformats=["%s", "%s", "%h"])),
        ("coderunner", lambda data: data.update(stdout="x")),
        ("prairielearn", lambda data: data.update(gradable=False)),
        ("prairielearn", lambda data: data.update(score=2)),
        ("prairielearn", lambda data: first(data).pop("points")),
        ("coursera", lambda data: data.update(fractionalScore=True)),
        ("submitty", lambda data: data.update(status="fail")),
        ("submitty", lambda data: data["data"].update(status="success")),
        ("submitty", lambda data: data["data"].update(score=5)),
        ("classroom", lambda data: data.update(max_score=0)),
        ("classroom", lambda data: first(data).pop("line_no")),
        ("classroom", lambda data: first(data).update(score="1")),
        ("classroom", lambda data: first(data).update(name="a\n::notice::b")),
        ("classroom", lambda data: first(data).update(message="::notice::b")),
        ("classroom", lambda data: first(data).update(message="x" * 100_000)),
        ("gradescope", lambda data: data.update(score="8")),
        ("gradescope", lambda data: data.update(execution_time="1 s")),
        ("gradescope", lambda data: first(data).update(status="lost")),
        ("gradescope", lambda data: first(data).update(visibility="secret")),
        ("exercism", lambda data: data.update(status="error")),
        ("exercism", lambda data: data.update(version=2)),
        ("exercism", lambda data: first(data).update(output="x" * 501)),
        ("exercism", lambda data: data["tests"][1].update(message=None)),
        ("json", lambda data: data.update(score=1)),
    ],
)  # fmt: skip
def test_a_wrong_field_is_refused(name: str, spoil: Callable[[Any], object]) -> None:
    text = ReportFile(name, None).render(GRADE, ABOUT)
    data = json.loads(text)
    spoil(data)
    with pytest.raises(NO):
        VALIDATORS[name](json.dumps(data), GRADE)


@pytest.mark.parametrize(
    ("name", "pattern", "instead"),
    [
        ("csv", "the submission", "=1+1"),
        ("csv", ',"17"', ',"18"'),
        ("github", "line=5", "line=0"),
        ("github", "file=naps", "file=/naps"),
        ("github", "title=", "titel="),
        ("github", "^", "::error title=x::y\n" * 9),
        ("github", "::notice", "notice"),
        ("github", "%0A", "%"),
        ("junit", 'failures="3"', 'failures="2"'),
        ("junit", r' message="[^"]*"', ""),
        ("junit", "The naps overlap.", "The program prints two lines."),
        ("vpl", "Grade :=>> 8", "Grade :=>> 100"),
        ("vpl", "Grade :=>> 8\n", ""),
        ("vpl", ">the program.*", "Grade :=>> 100"),
        ("vpl", ">the program took", "Comment :=>> it took"),
        ("vpl", ">the program.*", "  --|>"),
        ("vpl", ">the program.*", "<|--"),
        ("vpl", ">the program", "-the program"),
        ("vpl", "--\\|>\n", ""),
        ("vpl", "look at", "look\u2028at"),
        ("problems", ":5: ", ":0: "),
        ("problems", ":5: ", ": "),
        ("problems", "total: ", "/naps.py:1: "),
        ("autolab", "The naps overlap", "The naps: overlap"),
        ("autolab", r'\{"scores".*\n', ""),
        ("autolab", "true", "false"),
        ("autolab", '"naps":8', '"naps":"8"'),
        ("autolab", '"naps":8', '"naps":9'),
        ("autolab", "look at", "look\u2028at"),
        ("codegrade", '"failure"', '"skipped"'),
        ("codegrade", "8/17", "9/17"),
        ("codegrade", "overlap", "\u00fcberlappen"),
        ("codegrade", r'\{"tag":"points".*\n', ""),
        ("coursera", r"\\n", "\n"),
        ("coursera", '"fractionalScore":', '"isCorrect":'),
        ("prairielearn", "^", " " * 1_000_000),
        ("html", "</main>", ""),
        ("html", "<main>", "<main><script></script>"),
        ("markdown", "```\n$", ""),
        ("markdown", "The naps overlap", "<b>The naps overlap"),
        ("markdown", "The naps overlap", "```"),
        ("markdown", "^", "x" * 1024**2),
    ],
)
def test_a_wrong_text_is_refused(name: str, pattern: str, instead: str) -> None:
    text = ReportFile(name, None).render(GRADE, ABOUT)
    spoilt = re.sub(pattern, lambda _match: instead, text, count=1)
    assert spoilt != text
    with pytest.raises(NO):
        VALIDATORS[name](spoilt, GRADE)


@pytest.mark.parametrize("text", ["\x1b[31m\n", "\u202e\n", "a\n  ::error::x\n", "a ##[group]\n", "no end"])
def test_a_text_that_acts_is_refused(text: str) -> None:
    with pytest.raises(AssertionError):
        check_text("json", text)
