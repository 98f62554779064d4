"""``pytest --grade``: each test of a grader is a check; the results of all checks of all students are the grade.

The hooks here read what pytest has, call the core, and write what pytest needs.
"""

from __future__ import annotations

import shutil
import unicodedata
import warnings
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pytest

from pytest_asyncgrade.errors import AsyncgradeError, UsageError
from pytest_asyncgrade.grading import checked_timeout
from pytest_asyncgrade.reports.fallback import rendered
from pytest_asyncgrade.reports.safe_text import tame
from pytest_asyncgrade.reports.terminal import WIDTH, render
from pytest_asyncgrade.sandbox import HOW_TO_GET_IT, why_not_strict

from .comparison import COMPARISON
from .delivery import Delivery
from .imports import Neighbours
from .marks import exercise_of, points_of
from .reporting import Reporting
from .submissions import Submissions, student_of
from .surroundings import meddlers
from .target import read_target
from .verdict import ORDER, Evidence, judge, never_begun

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from pytest_asyncgrade.grading import Exercise, Grade, Roster, Submission
    from pytest_asyncgrade.sandbox import ForkServer

_GRADED = {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED}
_GRADER_IS_BROKEN = pytest.ExitCode.INTERNAL_ERROR


class GradeSession:
    """One session of grading: a plugin that is only registered with ``--grade``."""

    def __init__(
        self, config: pytest.Config, roster: Roster, reporting: Reporting, fork_server: ForkServer | None
    ) -> None:
        self.config = config
        self.roster = roster
        self.reporting = reporting
        self.submissions = Submissions(config, roster, fork_server)
        self.delivery = Delivery(config, self.submissions)
        self.not_handed_in: set[str] = set()
        self._anyones: dict[tuple[Path, str], bool] = {}
        """By grader and exercise, whether any student has handed it in."""
        self.collected = 0
        self.checks: list[pytest.Function] = []
        self.uncollected: list[str] = []
        self.neighbours = Neighbours()
        self.meddlers = meddlers(config, roster)
        self.problems: list[str] = []

    @classmethod
    def begin(cls, config: pytest.Config, fork_server: ForkServer | None) -> GradeSession:
        """Check the options and return the session; pytest.UsageError says what is wrong with them."""
        option = config.option
        _silence_pytest_asyncio()
        if option.importmode == "prepend":
            option.importmode = "importlib"  # two graders may have files of the same name
        option.verbose -= 1  # pytest's own header and file names say nothing to a student
        option.reportchars = option.reportchars.replace("fE", "")  # nor does its summary of failures
        try:
            if option.grade_timeout is not None:
                checked_timeout(option.grade_timeout, "--grade-timeout")
            if option.grade_deadline is not None:
                checked_timeout(option.grade_deadline, "--grade-deadline")
            roster = read_target(config)
            roster.students()
            reporting = Reporting.begin(config, roster)
            if option.grade_isolation == "strict" and (reason := why_not_strict()):
                msg = f"--grade-isolation=strict: {reason}; {HOW_TO_GET_IT}"
                raise UsageError(msg)
        except AsyncgradeError as error:
            raise pytest.UsageError(str(error)) from None
        return cls(config, roster, reporting, fork_server)

    # collection

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Generator[None, object, object]:
        """Let a grader import the modules next to it."""
        if isinstance(collector, pytest.Module):
            self.neighbours.move_to(collector.path.parent)
        return (yield)

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run each check once per student."""
        if self.roster.submissions is not None and "submission" in metafunc.fixturenames:
            metafunc.parametrize("submission", self.roster.students(), indirect=True, scope="module")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep the error of a grader that cannot be imported: with ``--continue-on-collection-errors`` others go on."""
        self.uncollected += [report.longreprtext] if report.failed else []

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Give each check its position in the files, before anyone shuffles them; let ``-k`` match the student."""
        item.stash[ORDER] = self.collected
        self.collected += 1
        student = student_of(item)
        item.extra_keyword_matches |= {student, unicodedata.normalize("NFC", student)} - {""}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Refuse tests that cannot be graded; leave out the exercises that no student handed in."""
        kept: dict[bool, list[pytest.Item]] = {True: [], False: []}
        for item in items:
            kept[self._is_handed_in(item)].append(item)
        if kept[False]:
            config.hook.pytest_deselected(items=kept[False])
            items[:] = kept[True]

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Remember all checks, for the session may end before some of them."""
        self.checks = [item for item in session.items if isinstance(item, pytest.Function)]

    def _is_handed_in(self, item: pytest.Item) -> bool:
        points_of(item)
        if not isinstance(item, pytest.Function) or "submission" not in item.fixturenames:
            msg = f"{item.nodeid}: a check must look at the student's work: let it ask for the fixture 'submission'"
            raise pytest.UsageError(msg)
        all_count = self.roster.submissions is None or self.config.option.grade_works is not None
        return all_count or self._is_anyones(exercise_of(item))

    def _is_anyones(self, exercise: Exercise) -> bool:
        """Tell whether any student has handed in an exercise; each is looked for once."""
        key = exercise.grader, exercise.slug
        if key not in self._anyones:
            handed_in = (self.roster.handed_in(exercise, student) for student in self.roster.students())
            self._anyones[key] = any(one.script.exists() for one in handed_in)
        if not self._anyones[key]:
            self.not_handed_in.add(exercise.slug)
        return self._anyones[key]

    # the student's work

    def submission(self, request: pytest.FixtureRequest) -> Submission:
        """Return the submission that a module's checks are for."""
        return self.submissions.get(exercise_of(request.node), getattr(request, "param", ""))

    def pytest_unconfigure(self) -> None:
        """End the processes that are left; write the reports for standard output, below everything else."""
        self.submissions.close()
        self.reporting.write_waiting()

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, object, object]:
        """Collect the runs that a fixture looks at."""
        with self.submissions.setting_up(fixturedef):
            return (yield)

    def pytest_fixture_post_finalizer(self, fixturedef: pytest.FixtureDef[Any]) -> None:
        """Forget the runs of a fixture that was torn down."""
        self.submissions.forget(fixturedef)

    @pytest.hookimpl(tryfirst=True, optionalhook=True)
    def pytest_timeout_set_timer(self) -> bool:
        """Switch off the timer of pytest-timeout: a run has a limit, and a killed check could not explain itself."""
        return True

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Collect the runs that a check looks at, and let it import the modules next to it."""
        self.neighbours.move_to(item.path.parent)
        with self.submissions.checking(item):
            return (yield)

    # results

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Function, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Judge a check and attach the result to its report."""
        report = yield
        comparison, self.config.stash[COMPARISON] = self.config.stash.get(COMPARISON, None), None
        evidence = Evidence(student_of(item), self.submissions.runs_of(item), comparison)
        result = judge(item, call, report, evidence)
        if result is not None:
            self.delivery.attach(report, result)
        return report

    @cached_property
    def grade(self) -> Grade:
        """The grade of all checks, including those that the session ended before; built once, at the end."""
        for item in self.checks:
            if item.nodeid not in self.delivery.verdicts:
                result = never_begun(item, student_of(item))
                self.delivery.grade.add(result, {}, self.delivery.about(result))
        return self.delivery.grade.build(self.not_handed_in)

    # the end

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Set the exit status, and write the report files once all processes of students have ended."""
        if hasattr(self.config, "workerinput") or exitstatus not in _GRADED:
            return
        self.submissions.rest()
        if self.delivery.verdicts:
            self.config.option.tbstyle = "no"  # our report says what pytest's lists of failures would
            session.exitstatus = _status(self.grade)
        if not self.config.option.collectonly:
            self.problems = self.reporting.write(self.grade)
        if self.problems:
            session.exitstatus = pytest.ExitCode.USAGE_ERROR

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show the grade."""
        if self.delivery.verdicts:
            terminalreporter.ensure_newline()
            grade = self.reporting.shown(self.grade)
            verbose, width = self.config.option.verbose >= 0, shutil.get_terminal_size((WIDTH, 24)).columns
            for text, markup in rendered(lambda shown: list(render(shown, verbose=verbose, width=width)), grade):
                terminalreporter.write_line(text, **dict.fromkeys(markup, True))
            for name in self.meddlers:
                warning = (
                    f"warning: {name} may be the student's and could influence the grade; `asyncgrade grade` ignores it"
                )
                terminalreporter.write_line(tame(warning), yellow=True)
            for text in self.uncollected:
                terminalreporter.write_line(f"ERROR: this grader cannot be used:\n{text}", red=True)
        for problem in self.problems:
            terminalreporter.write_line(f"ERROR: {problem}", red=True)


def _status(grade: Grade) -> pytest.ExitCode:
    """Return the exit status for a grade."""
    if grade.broken:
        return _GRADER_IS_BROKEN
    return pytest.ExitCode.OK if grade.complete else pytest.ExitCode.TESTS_FAILED


def _silence_pytest_asyncio() -> None:
    """Hide a warning about a setting of pytest-asyncio from students: it comes wherever the setting is missing."""
    warnings.filterwarnings("ignore", 'The configuration option "asyncio_default_fixture_loop_scope" is unset')
