"""No submission forges a verdict, kills or hangs the grading, reads a secret or leaves anything behind."""

from __future__ import annotations

import sys

import pytest

from pytest_asyncgrade.sandbox import CAN_FORK
from pytest_asyncgrade.sandbox.confinement import OnLinux

from .hostile_suite import SUITE, Findings, grade, manifest

BATCH = 12
NAMES = sorted(manifest(SUITE), key=lambda name: name[1:])  # those that take long are spread over the batches
USES_UP_MEMORY = {"d03_memory_in_large_pieces"}
"""On a busy machine this takes longer than the others may."""
QUICK = [name for name in NAMES if name not in USES_UP_MEMORY]

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not CAN_FORK or OnLinux().isolation == "weak",
    reason="without anything that keeps them in, some would kill the tests",
)


def test_the_suite_is_large_and_every_submission_has_its_file() -> None:
    categories = [what["category"] for what in manifest(SUITE).values()]
    assert len([category for category in categories if category != "honest"]) >= 90
    assert categories.count("honest") >= 20
    assert set(categories) == {"a", "b", "c", "d", "e", "honest"}
    assert {path.name.partition(".")[0] for path in SUITE.iterdir() if path.name != "manifest.json"} == set(NAMES)


@pytest.mark.parametrize("batch", range(-(-len(QUICK) // BATCH)))
def test_every_submission_gets_the_verdict_it_must_get(batch: int) -> None:
    check(QUICK[batch :: -(-len(QUICK) // BATCH)])


def test_a_submission_that_uses_up_memory_is_told_so() -> None:
    check(sorted(USES_UP_MEMORY), "--grade-timeout=30")


def check(names: list[str], *options: str) -> None:
    findings = grade(names, options=["-v", *options])
    assert findings.wrong() == {}
    assert findings.counts() == vars(Findings()) | {"graded": len(names)} | dict.fromkeys(
        findings.counts().keys() - {"graded"}, 0
    )
