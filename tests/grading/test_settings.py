"""What ``exercise.toml`` can say, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.grading import Exercise
from pytest_asyncgrade.sandbox import Rules

if TYPE_CHECKING:
    from pathlib import Path


def exercise(folder: Path, settings: str = "") -> Exercise:
    grader = folder / "graders" / "naps"
    grader.mkdir(parents=True, exist_ok=True)
    (grader / "exercise.toml").write_text(settings, encoding="utf-8")
    return Exercise.of_grader(grader)


@pytest.mark.parametrize("given", ['""', "3", '"../main.py"', '"/main.py"', '"main"', '"a\\\\main.py"'])
def test_a_program_that_cannot_be_is_refused(tmp_path: Path, given: str) -> None:
    with pytest.raises(UsageError, match=r"exercise.toml, \[files\]: program = .*: give the path of a file in the sub"):
        exercise(tmp_path, f"[files]\nprogram = {given}\n")


def test_all_that_is_said_is_read(tmp_path: Path) -> None:
    naps = exercise(
        tmp_path,
        """
        [files]
        program = "app//main.py"
        include = ["*.csv"]
        [findings]
        ignore = ["blocked_loop", "busy_wait"]
        [integrity]
        allow = ["memory", "files"]
        [equivalent]
        "one more: sleep(1)" = "nobody waits for it"
        """,
    )
    assert naps.program == "app/main.py"
    assert naps.rules == Rules(("*.csv",), ())
    assert naps.ignored == {"blocked_loop", "busy_wait"}
    assert naps.allowed == {"memory", "files"}
    assert naps.equivalents == {"one more: sleep(1)": "nobody waits for it"}


@pytest.mark.parametrize("given", ['"memory"', '["gc"]', "3"])
def test_what_is_allowed_is_a_list_of_codes(tmp_path: Path, given: str) -> None:
    with pytest.raises(UsageError, match=r"exercise.toml, \[integrity\]: allow = .*: give a list of codes out of refl"):
        exercise(tmp_path, f"[integrity]\nallow = {given}\n")


@pytest.mark.parametrize("given", ['"blocked_loop"', '["blocking"]', "[1]", "3"])
def test_findings_to_ignore_are_a_list_of_kinds(tmp_path: Path, given: str) -> None:
    with pytest.raises(UsageError, match=r"exercise.toml, \[findings\]: ignore = .*: give a list of kinds out of "):
        exercise(tmp_path, f"[findings]\nignore = {given}\n")
