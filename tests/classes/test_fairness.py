"""The same score alone, in a class, and with any number of workers."""

from __future__ import annotations

from .fairness import compare


def test_a_score_does_not_depend_on_how_it_is_graded() -> None:
    assert compare("event_loop", count=12, alone=1, beside=0) == []
