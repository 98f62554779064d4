"""A course of two exercises in a folder, whose programs earn a point for each line that they print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade.cli.standing import Course
from pytest_asyncgrade.grading.assignment import assignments

if TYPE_CHECKING:
    from pathlib import Path

GRADER = '''
import pytest


@pytest.mark.points(2)
@pytest.mark.parametrize("number", [1, 2])
def test_lines(submission, number):
    """The program prints {number}."""
    assert str(number) in submission.run().output.text
'''
COURSE = """
[[exercise]]
slug = "rests"
title = "Rests"
concepts = ["await"]
difficulty = 1

[[exercise]]
slug = "naps"
title = "Naps"
concepts = ["gather"]
requires = ["rests"]
difficulty = 2
"""


@dataclass(frozen=True)
class Files:
    """The folder of a course."""

    root: Path

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def program(self, slug: str, text: str) -> Path:
        return self.write(f"exercises/{slug}/{slug}.py", text)

    def course(self, word: str = "") -> Course:
        return Course.of(assignments(word, self.root), self.root)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    files = Files(tmp_path.resolve())
    files.write("exercises/course.toml", COURSE)
    for slug in ("naps", "rests"):
        files.write(f"graders/{slug}/test_{slug}.py", GRADER)
        files.program(slug, "print(1)\n")
    return files
