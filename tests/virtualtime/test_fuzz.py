"""A few random programs; `python -m tests.virtualtime.fuzz 1000` compares many."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

import pytest

from tests.virtualtime import fuzz

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.filterwarnings("ignore"),  # programs lose coroutines and exceptions, as it comes
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    """Collect what the programs have left open here, where its warnings are ignored, and not in another test."""
    yield
    gc.collect()


def test_programs_full_of_ties_run_as_the_plain_model_says() -> None:
    assert fuzz.differing_from_the_model(150, seed=0) == []


def test_the_fast_path_of_the_loop_changes_nothing() -> None:
    assert fuzz.differing_from_the_plain_loop(100, seed=0) == []


def test_programs_whose_moments_lie_apart_run_as_in_real_time() -> None:
    found, undecided = fuzz.differing_in_real_time(10, seed=0)
    assert found == []
    assert undecided < 10


def test_a_difference_is_told_with_its_program(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fuzz, "differing_from_the_model", lambda _count, _seed: ["program 7 of ties: ..."])
    monkeypatch.setattr(fuzz, "differing_in_real_time", lambda _count, _seed: ([], 1))
    monkeypatch.setattr(sys, "argv", ["fuzz", "5"])
    with pytest.raises(SystemExit, match=r"^True$"):
        fuzz.main()
    assert capsys.readouterr().out.splitlines()[:3] == [
        "program 7 of ties: ...",
        "5 programs of ties: 1 differ from the model",
        "5 programs in real time: 0 differ, 1 undecided",
    ]
