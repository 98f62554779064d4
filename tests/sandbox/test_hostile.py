"""No submission forges a verdict, kills or hangs the grading, reads a secret or leaves anything behind."""

from __future__ import annotations

import sys

import pytest

from pytest_asyncgrade.sandbox import CAN_FORK
from pytest_asyncgrade.sandbox.confinement import OnLinux

from .hostile_suite import RUN_SECONDS, SUITE, Findings, grade, manifest, run_seconds

NAMES = sorted(manifest(SUITE), key=lambda name: name[1:])  # those that take long are spread over the batches
QUICK = [name for name in NAMES if run_seconds(manifest(SUITE)[name]) == RUN_SECONDS]
HANGING = [name for name in NAMES if name not in QUICK]
BATCHES = [QUICK[batch::6] for batch in range(6)] + [HANGING[batch::2] for batch in range(2)]
"""Each is graded as one class, because starting a grading costs as much as ten submissions."""

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not CAN_FORK or OnLinux().isolation == "weak",
    reason="without anything that keeps them in, some would kill the tests",
)


def test_the_suite_is_large_and_every_submission_has_its_file() -> None:
    categories = [what["category"] for what in manifest(SUITE).values()]
    assert len([category for category in categories if category != "honest"]) >= 90
    assert categories.count("honest") >= 20
    assert categories.count("f") >= 40
    assert set(categories) == {"a", "b", "c", "d", "e", "f", "honest"}
    assert {path.name.partition(".")[0] for path in SUITE.iterdir() if path.name != "manifest.json"} == set(NAMES)


@pytest.mark.parametrize("names", BATCHES, ids=lambda names: f"{names[0]} and {len(names) - 1} more")
def test_every_submission_gets_the_verdict_it_must_get(names: list[str]) -> None:
    findings = grade(names, options=["-v"])
    assert findings.wrong() == {}
    assert findings.counts() == vars(Findings()) | {"graded": len(names)} | dict.fromkeys(
        findings.counts().keys() - {"graded"}, 0
    )
