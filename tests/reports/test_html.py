"""The page is complete and valid, says what it should and nothing it should not, and stands alone."""

from __future__ import annotations

import re
import shutil
import subprocess
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade.grading import Failure, Grade, Points, Run, Verdict, Visibility, Work, for_students
from pytest_asyncgrade.grading.aspect import Aspect
from pytest_asyncgrade.reports import html
from pytest_asyncgrade.trace import BusyWait, Line, Outcome, Output, Place, Raised, Recording, Seconds, Trace
from pytest_asyncgrade.trace.model import Elapsed

from .grades import ABOUT, EVERYTHING, HOSTILE, RUN, check
from .quotes import quoted

if TYPE_CHECKING:
    from pathlib import Path

VOID = {"meta", "br"}
SCRIPT = files("pytest_asyncgrade.reports").joinpath("page.js").read_text(encoding="utf-8")
CHROMIUM = shutil.which("chromium")


class Strict(HTMLParser):
    """Notes what is not closed as it was opened, identities, links and text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.scripts: list[str] = []
        self._texts: list[str] = []

    @property
    def text(self) -> str:
        return "".join(self._texts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.add(tag)
        self.ids += [found["id"] or ""] if "id" in found else []
        self.links += [found["href"] or ""] if "href" in found else []
        assert not any(name.startswith("on") or name == "src" for name in found), (tag, found)
        if tag not in VOID:
            self.open.append(tag)
        if tag == "script":
            self.scripts.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  # as the base
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts[-1] += data
        else:
            self._texts.append(data)


def parsed(page: str) -> Strict:
    parser = Strict()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    assert len(set(parser.ids)) == len(parser.ids)
    assert {link.removeprefix("#") for link in parser.links} <= set(parser.ids)
    assert parser.scripts == [SCRIPT]  # ours, and no other
    assert f"script-src 'sha256-{b64encode(sha256(SCRIPT.encode()).digest()).decode()}'" in page
    return parser


SOURCE = ("import asyncio", f"# {HOSTILE}", "asyncio.run(main())")


def work_with(trace: Trace, failure: Failure) -> Grade:
    checks = (check("It naps.", Verdict.FAILED, failure),)
    return Grade((Work("naps", "", "naps.py", checks, {"run": Run(trace)}),))


def test_what_ended_a_run_is_told_once() -> None:
    raised = Raised("DeadlockError", "Task-1 waits", place=Place("naps.py", 1, "main"))
    for outcome, is_marked in ((Outcome.CRASHED, True), (Outcome.DEADLOCKED, False)):
        run = Trace(outcome, "it is stuck", Recording(), raised, "python naps.py", ("main()",), script="naps.py")
        page = parsed(html.render(work_with(run, Failure("it is stuck", about=Aspect.RUN)), ABOUT)).text
        assert "The reason is told above." in page
        assert ("DeadlockError: Task-1 waits" in page) is is_marked


@pytest.mark.parametrize("grade", [EVERYTHING, Grade()])
def test_every_grade_makes_a_page_that_stands_alone(grade: Grade) -> None:
    page = parsed(html.render(for_students(grade), ABOUT))
    assert page.tags & {"link", "img", "iframe", "object"} == set()
    assert all(link.startswith("#") for link in page.links)
    assert ("no points: a grader is broken" if grade.broken else "0 of 0 points") in page.text


def test_a_page_tells_nothing_of_a_hidden_check() -> None:
    page = html.render(for_students(EVERYTHING), ABOUT)
    assert "secret" not in page
    assert "a hidden check" in page
    hidden = Points(1, hint="secret", visibility=Visibility.AFTER_DUE_DATE)
    secret = replace(RUN, asked="secret()")
    checks = (
        check("secret", Verdict.FAILED, Failure("secret"), points=hidden, runs=("hidden",)),
        check("It naps.", Verdict.PASSED),
    )
    grade = Grade((Work("naps", "", "naps.py", checks, {"hidden": Run(secret), "run": Run(RUN)}),))
    page = html.render(for_students(grade), ABOUT)
    assert "secret" not in page
    assert "python naps.py took 1.5 s" in page


def test_a_students_text_is_data() -> None:
    page = html.render(
        work_with(replace(RUN, source=SOURCE), Failure(HOSTILE, quoted(HOSTILE) * 100, quoted(HOSTILE), HOSTILE)), ABOUT
    )
    parser = parsed(page)
    assert "<script>" in parser.text
    assert not re.search(r"[\x00-\x08\x1b\u202e\ud800]", page)
    assert "[... 50 more]" in parser.text


def test_the_lines_concerned_are_marked() -> None:
    place = Place("naps.py", 3, "<module>")
    recording = Recording(busy_waits=(BusyWait(Seconds(0), 1, Place("naps.py", 1, "main")),))
    trace = Trace(Outcome.CRASHED, "oops", recording, Raised("KeyError", "oops", "", place), "python naps.py", SOURCE)
    page = html.render(work_with(trace, Failure("oops")), ABOUT)
    assert re.findall(r'<span id="work-1-(\d)" class=marked>', page) == ["1", "3"]
    assert "&larr; KeyError: oops" in page
    assert '<a href="#work-1-1">line 1</a>' in page
    parsed(page)


@pytest.mark.parametrize(
    "page", [html.render(EVERYTHING, ABOUT), html.page_of_run(replace(RUN, source=SOURCE))], ids=["grade", "run"]
)
def test_no_level_of_headings_is_left_out(page: str) -> None:
    levels = [int(level) for level in re.findall(r"<h(\d)", page)]
    assert levels[0] == 1
    assert max(after - before for before, after in pairwise(levels)) == 1
    assert levels.count(1) == 1


def test_very_much_output_is_cut_and_it_says_so() -> None:
    output = Output([Line(str(number), Seconds(0)) for number in range(2000)])
    trace = Trace(Outcome.FINISHED, "", Recording(output=output), asked="python naps.py")
    assert "[... 1500 more lines]" in html.render(work_with(trace, Failure("oops")), ABOUT)


def test_a_run_alone_makes_a_page() -> None:
    page = parsed(html.page_of_run(replace(RUN, source=SOURCE)))
    assert "python naps.py took 1.5 s" in page.text
    assert "points" not in page.text
    recording = replace(RUN.partial, elapsed=Elapsed(0))
    parsed(html.page_of_run(replace(RUN, partial=recording)))


@pytest.mark.skipif(not CHROMIUM, reason="needs Chromium")
def test_a_browser_shows_it(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(html.render(for_students(EVERYTHING), ABOUT), encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom"]
    quiet = ["--disable-background-networking", "--disable-sync", "--no-first-run", "--disable-component-update"]
    command = [CHROMIUM or "", *options, *quiet, page.as_uri()]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    assert "points</h2>" in shown.stdout
    assert "<svg" in shown.stdout
    assert "Point at a bar to read what the task did there." in shown.stdout  # its script has run
    assert "Show only what was lost</button>" in shown.stdout
