"""Whole reports, compared byte by byte with those in ``golden``, where one can see how each looks.

``python -m tests.reports.test_golden`` writes them anew.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pytest_asyncgrade.reports import GRADEBOOKS, ReportFile, formats

from .grades import ABOUT
from .outcomes import OUTCOMES

GOLDEN = Path(__file__).parent / "golden"
ENDINGS = {
    "autolab": "jsonl", "codegrade": "jsonl", "csv": "csv", "github": "txt", "junit": "xml", "markdown": "md",
    "problems": "txt", "vpl": "txt",
}  # fmt: skip
FORMATS = tuple(name for name in formats() if name != "html")
"""All but ``html``, whose page changes with its looks."""

REPORTS = [(name, outcome) for name in FORMATS for outcome in ("mixed", "nothing", "syntax_error", "hostile")]


def path_of(name: str, outcome: str) -> Path:
    return GOLDEN / name / f"{outcome}.{ENDINGS.get(name, 'json')}"


def rendered(name: str, outcome: str) -> bytes:
    return ReportFile(name, None).render(OUTCOMES[outcome], ABOUT).encode()


def gradebook(kind: str) -> bytes:
    return ReportFile("csv", None).render(OUTCOMES["class"], replace(ABOUT, gradebook=kind)).encode()


@pytest.mark.parametrize(("name", "outcome"), REPORTS)
def test_a_report_is_as_it_was(name: str, outcome: str) -> None:
    assert rendered(name, outcome) == path_of(name, outcome).read_bytes()


@pytest.mark.parametrize("kind", GRADEBOOKS)
def test_a_gradebook_is_as_it_was(kind: str) -> None:
    assert gradebook(kind) == path_of("csv", kind).read_bytes()


def test_a_report_is_the_same_every_time() -> None:
    for name, outcome in REPORTS:
        assert rendered(name, outcome) == rendered(name, outcome)


def test_there_is_no_other_golden_file() -> None:
    wanted = {path_of(name, outcome) for name, outcome in REPORTS} | {path_of("csv", kind) for kind in GRADEBOOKS}
    assert {path for path in GOLDEN.rglob("*") if path.is_file()} == wanted


def write() -> None:
    """Write every golden file anew."""
    made = {path_of(name, outcome): rendered(name, outcome) for name, outcome in REPORTS}
    for path, text in (made | {path_of("csv", kind): gradebook(kind) for kind in GRADEBOOKS}).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)


if __name__ == "__main__":
    write()
