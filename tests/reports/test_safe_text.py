"""What is put into a report is data to whatever reads it."""

from __future__ import annotations

import csv as stock_csv
import io
import json
import re
import unicodedata
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_asyncgrade.reports import csv, github, markdown, safe_text

from .outcomes import HOSTILE, lost
from .validators import no_command, outside_of_fences

UNTIMED = settings(deadline=None)  # a machine may be busy
TEXTS = st.one_of(st.text(), st.text("`~|<>&:#[\\ \n\r\t\x1b\ud800\u202ea*_=+-@"))


@UNTIMED
@given(TEXTS)
def test_a_tame_line_is_one_and_no_command(text: str) -> None:
    line = safe_text.tame(text)
    assert not {unicodedata.category(character) for character in line} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    no_command(line)


@UNTIMED
@given(TEXTS)
def test_a_line_that_is_harmless_stays_as_it_is(text: str) -> None:
    if text.isprintable() and "##[" not in text and not text.lstrip().startswith("::"):
        assert safe_text.tame(text) == text


@UNTIMED
@given(TEXTS)
def test_nothing_ends_a_fence(text: str) -> None:
    assert outside_of_fences(markdown.fenced(text.replace("\r", ""))) == ["", ""]


@UNTIMED
@given(st.one_of(st.none(), st.booleans(), TEXTS, st.lists(TEXTS)))
def test_json_is_the_same_data_and_no_command(data: object) -> None:
    text = safe_text.as_json({"it": data})
    assert json.loads(text) == {"it": data}
    assert text.isascii()
    no_command(text)


@pytest.mark.parametrize("indent", [None, 2])
@UNTIMED
@given(data=st.lists(TEXTS.map(safe_text.tame)))
def test_short_json_is_the_same_data_and_no_command(indent: int | None, data: list[str]) -> None:
    text = safe_text.as_short_json({"it": data}, indent=indent)
    assert json.loads(text) == {"it": data}
    text.encode()
    no_command(text)


@pytest.mark.parametrize("text", ["::error::x", "  ::error::x", "a\n\t::x", "##[group]", "a ##[x] ##[y]", "a::b"])
def test_inert_markup_says_the_same_and_is_no_command(text: str) -> None:
    element = ET.Element("x")
    element.text = text
    markup = safe_text.inert(ET.tostring(element, encoding="unicode"))
    assert ET.fromstring(markup).text == text  # noqa: S314  # our own
    no_command(markup)


def test_many_blank_lines_are_looked_through_once() -> None:
    blank = "\n" * 200_000  # each from the one before would take minutes
    assert safe_text.inert(f"{blank}x\n  ::x") == f"{blank}x\n  &#58;:x"


@UNTIMED
@given(TEXTS)
def test_no_name_is_a_formula_and_a_table_gives_it_back(text: str) -> None:
    name = csv.safe(text)
    assert not re.match(r"\s*[=+\-@]", name)
    file = io.StringIO()
    stock_csv.writer(file).writerow([name])
    assert list(stock_csv.reader(io.StringIO(file.getvalue()))) == [[name]]


@pytest.mark.parametrize(
    ("name", "shown"),
    [("=1", "'=1"), ("+1", "'+1"), ("-1", "'-1"), ("@x", "'@x"), ("\t1", "'    1"), ("\r1", "'\\r1"), ("a=1", "a=1")],
)
def test_what_begins_like_a_formula_gets_an_apostrophe(name: str, shown: str) -> None:
    assert csv.safe(name) == shown


@UNTIMED
@given(TEXTS)
def test_an_escaped_message_is_one_line_that_github_reads_back(text: str) -> None:
    data = github._data(text)
    assert "\n" not in data
    assert "\r" not in data
    assert data.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%") == text


def test_a_long_name_is_cut() -> None:
    assert safe_text.one_line("x" * 300) == "x" * 197 + "..."
    assert "\n" not in safe_text.one_line(HOSTILE)
    assert lost(1).name == safe_text.one_line(lost(1).name)
