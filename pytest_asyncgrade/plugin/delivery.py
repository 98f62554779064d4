"""Carries results and runs to the process that builds the grade: this one, or with pytest-xdist the controller.

A result travels on the report of its check.  A run travels once, on the first report of a check that looked at it; it
is attached when a report is logged, not when it is made, since other plugins may drop a report in between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_asyncgrade.grading import (
    GradeBuilder,
    Run,
    Verdict,
    pack_result,
    part_of_check,
    unpack_result,
    worst,
)

if TYPE_CHECKING:
    from collections.abc import Generator

    from pytest_asyncgrade.grading import CheckResult

    from .submissions import Submissions

_STATUS: dict[Verdict, tuple[str, str, tuple[str, Any]]] = {
    Verdict.PASSED: ("passed", ".", ("EARNED", {"green": True})),
    Verdict.FAILED: ("failed", "F", ("LOST", {"red": True})),
    Verdict.ERROR: ("error", "E", ("BROKEN", {"red": True})),
    Verdict.NOT_RUN: ("failed", "N", ("NOT RUN", {"yellow": True})),
}
"""For each verdict pytest's own category, which other plugins count, and our word."""


class Delivery:
    """Takes in the results of checks; a plugin of pytest in every process of a session."""

    def __init__(self, config: pytest.Config, submissions: Submissions) -> None:
        self._config = config
        self._submissions = submissions
        self._is_worker = hasattr(config, "workerinput")
        self._delivered: set[tuple[str, str, str]] = set()
        self.grade = GradeBuilder()
        self.verdicts: dict[str, Verdict] = {}
        """The worst verdict on each check so far, by its node id: of its subtests, itself, its teardown."""

    def attach(self, report: pytest.TestReport, result: CheckResult) -> None:
        """Let a report carry a result: as text in ASCII, for pytest-xdist sends a report's attributes along."""
        report.asyncgrade = pack_result(result, **self.about(result))  # type: ignore[attr-defined]  # ours

    def about(self, result: CheckResult) -> dict[str, Any]:
        """Return what is known of the whole work that a check belongs to."""
        submission = self._submissions.existing(result.exercise, result.student)
        if submission is None:
            return {"script": ""}
        return {
            "script": submission.script.name,
            "path": str(submission.script.parent.resolve() / submission.script.name),
            "isolation": submission.isolation,
            "is_weakly_isolated": submission.is_weakly_isolated,
            "seed": submission.seed if submission.is_random else None,
            "left_behind": submission.left_behind,
            "integrity": submission.integrity,
            "withheld": submission.exercise.withheld,
        }

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> Generator[None, object, object]:
        """Take in a result, or send it with its runs; pytest keeps all reports, so nothing is left on them."""
        if packed := getattr(report, "asyncgrade", None):
            result, about = unpack_result(packed)
            if self._is_worker:
                report.asyncgrade_runs = self._packed_runs(result)  # type: ignore[attr-defined]  # ours, as above
            else:
                self._take_in(report, result, about)
        outcome = yield
        if packed and not self._is_worker and (reporter := self._config.pluginmanager.get_plugin("terminalreporter")):
            reporter.stats.pop("", None)  # reports that are shown nowhere
        return outcome

    def _packed_runs(self, result: CheckResult) -> dict[str, str]:
        """Return the runs of a check that were not sent before."""
        submission = self._submissions.existing(result.exercise, result.student)
        assert submission is not None
        return {key: submission.runs[key].pack() for key in result.runs if self._is_new(result, key)}

    def _take_in(self, report: pytest.TestReport, result: CheckResult, about: dict[str, Any]) -> None:
        self.verdicts[report.nodeid] = worst([result.verdict, *filter(None, [self.verdicts.get(report.nodeid)])])
        if part := _subtest(report):
            result = part_of_check(result, part)
        submission = self._submissions.existing(result.exercise, result.student)
        if submission is not None:
            runs = {key: submission.runs[key] for key in result.runs}
        else:
            packed = vars(report).pop("asyncgrade_runs").items()
            file = self._submissions.trace_file
            runs = {key: Run.unpack(text, file) for key, text in packed if self._is_new(result, key)}
        self.grade.add(result, runs, about)
        del report.asyncgrade

    def _is_new(self, result: CheckResult, key: str) -> bool:
        """Tell whether a run is delivered for the first time, and remember it."""
        ident = (result.exercise, result.student, key)
        new = ident not in self._delivered
        self._delivered.add(ident)
        return new

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str | tuple[str, Any]] | None:
        """Call a check earned, lost, broken or not run, once, when it is over; keep it out of pytest's own failures."""
        verdict = self.verdicts.get(report.nodeid)
        if verdict is None:
            return None
        return _STATUS[verdict] if report.when == "teardown" else ("", "", "")


def _subtest(report: pytest.TestReport) -> str:
    """Return what a subtest is called, by its message and its parameters; empty for a whole check."""
    context = getattr(report, "context", None)  # of pytest's own subtests, and of the plugin pytest-subtests
    if context is None:
        return ""
    params = [f"{key}={value}" for key, value in context.kwargs.items()]
    return ", ".join([*([context.msg] if context.msg else []), *params]) or "a part of it"
