"""What an autograder writes for Classroom 50: ``result.json``, of the schema ``classroom50/result/v1``.

Points are whole numbers there, and no score is above its maximum.  A result without tests would count as a success; if
nothing was graded, one test says so and fails.  The runner sets ``datetime`` to the time of the commit.  https://github.com/foundation50/classroom50/wiki/Advanced-Autograding
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.grading import Verdict

from . import phrases
from .safe_text import as_short_json, tame
from .view import named_checks, shortened

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_asyncgrade.grading import Grade

    from .about import About
    from .view import NamedCheck

SCHEMA = "classroom50/result/v1"
TYPES = {"individual": "individual", "group": "group", "team": "group"}
"""The types of assignments as runners name them, and as the schema does."""
LONGEST_REASON = 5_000
"""Longest reason of a check, in characters."""
MOST_REASONS = 1_000_000
"""Longest total of all reasons, in characters: a result of more than 10 MiB is not collected."""


def check(about: About) -> None:
    """Raise UsageError if Classroom 50 has not said what is graded, or if the maximum is below 1."""
    _surroundings(about)
    about.check_max_score()


def render(grade: Grade, about: About) -> str:
    """Return the result; UsageError names a variable that is missing."""
    maximum = grade.max_score if about.max_score is None else about.max_score
    found = named_checks(grade)
    tests = _tests(found, maximum) or [
        {"test-name": phrases.GRADED, "passed": False, "score": 0, "max-score": maximum}
        | {"failure": phrases.nothing(grade)}
    ]
    most = sum(test["max-score"] for test in tests)
    if grade.broken:
        tests = [test | {"score": 0} for test in tests]
    score = 0 if grade.broken else sum(test["score"] for test in tests) + _bonus(grade, most)
    result = _surroundings(about) | {"datetime": f"{about.now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"}
    return as_short_json({"schema": SCHEMA} | result | {"score": min(score, most), "max-score": most, "tests": tests})


def _tests(found: list[NamedCheck], maximum: int) -> list[dict[str, Any]]:
    longest = min(LONGEST_REASON, max(100, MOST_REASONS // max(len(found), 1)))
    tests = []
    for named, points in zip(found, spread(maximum, [named.check.max_score for named in found]), strict=True):
        passed = named.check.verdict is Verdict.PASSED
        earned = int(points * named.check.score / named.check.points.points)  # whole points only: rounded down
        test = {"test-name": named.name, "passed": passed, "score": earned, "max-score": points}
        tests.append(test if passed else test | {"failure": shortened("\n".join(named.reason), longest)})
    return tests


def spread(total: int, weights: Sequence[int]) -> list[int]:
    """Divide `total` into whole shares by weight: the largest remainders are rounded up, so that the sum is exact.

    The share of a weight of 0 is 0.

    >>> spread(100, [1, 1, 1])
    [34, 33, 33]
    """
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    shares = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda index: (-(total * weights[index] % whole), index))
    for index in by_remainder[: total - sum(shares)]:
        shares[index] += 1
    return shares


def _bonus(grade: Grade, most: int) -> int:
    """Return the bonus points that were earned, scaled to the maximum and rounded half up."""
    earned = sum(check.score for check in grade.checks if check.points.bonus)
    return int((2 * earned * most + grade.max_score) // (2 * grade.max_score)) if grade.max_score else 0


def _surroundings(about: About) -> dict[str, str]:
    """Return what Classroom 50 says in its variables; what older runners omit comes from GitHub's variables."""
    environ = about.environ
    tag = _needed(environ, "SUBMISSION_TAG")
    if not tag.startswith("submit/"):
        msg = f"the report classroom50: SUBMISSION_TAG is {tag!r}: a submission's tag begins with 'submit/'"
        raise UsageError(msg)
    kind = environ.get("ASSIGNMENT_TYPE") or "individual"
    if kind not in TYPES:
        msg = f"the report classroom50: ASSIGNMENT_TYPE is {kind!r}: it is one of {', '.join(TYPES)}"
        raise UsageError(msg)
    commit = environ.get("COMMIT_URL") or _on_github(environ, "COMMIT_URL", "commit", environ.get("GITHUB_SHA", ""))
    said = {
        "classroom": _needed(environ, "CLASSROOM"),
        "assignment": _needed(environ, "ASSIGNMENT"),
        "assignment_type": TYPES[kind],
        "owner": environ.get("OWNER") or _needed(environ, "USERNAME"),
        "submission": tag,
        "commit": commit,
        "release": environ.get("RELEASE_URL")
        or _on_github(environ, "RELEASE_URL", "releases/tag", quote(tag, safe="")),
        "review": environ.get("REVIEW_URL") or commit,
    }
    return {name: tame(value) for name, value in said.items()}


def _needed(environ: Mapping[str, str], name: str) -> str:
    if value := environ.get(name):
        return value
    msg = f"the report classroom50 needs the variable {name}, in which Classroom 50 says what is graded: it is not set"
    raise UsageError(msg)


def _on_github(environ: Mapping[str, str], name: str, *path: str) -> str:
    """Return an address in the repository instead of the variable `name`; UsageError if it cannot be known."""
    repository = environ.get("GITHUB_REPOSITORY", "")
    if not repository or not all(path):
        return _needed(environ, name)
    return "/".join([environ.get("GITHUB_SERVER_URL", "https://github.com"), repository, *path])
