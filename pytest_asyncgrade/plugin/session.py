"""``pytest --grade``: each test of a grader is a check, each check of each student a result, all results the grade.

The hooks here read pytest, call the core and write pytest.  With pytest-xdist a check runs in a worker and its result
travels on the test report, as plain data; the grade is put together where the reports arrive.
"""

from __future__ import annotations

import unicodedata
import warnings
from typing import TYPE_CHECKING, Any

import pytest

from pytest_asyncgrade.errors import AsyncgradeError, UsageError
from pytest_asyncgrade.grading import Deadline, Submission, Verdict, checked_timeout, collect, part_of_result, worst
from pytest_asyncgrade.reports.terminal import render
from pytest_asyncgrade.reports.untold import rendered
from pytest_asyncgrade.reports.words import tame
from pytest_asyncgrade.sandbox import CAN_FORK, HOW_TO_GET_IT, Stem, why_not_strict

from .comparison import COMPARISON
from .finding import find
from .imports import Neighbours
from .marks import exercise_of, points_of
from .reporting import Reporting
from .surroundings import meddlers
from .verdict import ORDER, Seen, judge, never_begun

if TYPE_CHECKING:
    from collections.abc import Generator

    from pytest_asyncgrade.grading import Grade, Source

_GRADED = {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED}
_GRADER_IS_BROKEN = pytest.ExitCode.INTERNAL_ERROR
_STATUS: dict[Verdict, tuple[str, str, tuple[str, Any]]] = {
    Verdict.PASSED: ("passed", ".", ("EARNED", {"green": True})),
    Verdict.FAILED: ("failed", "F", ("LOST", {"red": True})),
    Verdict.ERROR: ("error", "E", ("BROKEN", {"red": True})),
    Verdict.NOT_RUN: ("failed", "N", ("NOT RUN", {"yellow": True})),
}
"""Of each verdict pytest's own category, which other plugins count, and our word."""


_RUNS = pytest.StashKey[tuple[str, ...]]()
"""The keys of the runs that a check has looked at."""


class Results:
    """What was found of one check: by its subtests, by itself, by its teardown."""

    def __init__(self) -> None:
        self.packed: list[str] = []
        self.verdicts: list[Verdict] = []

    @property
    def verdict(self) -> Verdict:
        """The worst, which counts."""
        return worst(self.verdicts)


class GradeSession:
    """One session of grading; registered as a plugin of its own, so that there are no hooks without ``--grade``."""

    def __init__(self, config: pytest.Config, source: Source, reporting: Reporting, stem: Stem | None) -> None:
        self.config = config
        self.source = source
        self.reporting = reporting
        self.submissions: dict[tuple[str, str], Submission] = {}
        self.results: dict[str, Results] = {}
        self.not_handed_in: set[str] = set()
        self.collected = 0
        self.checks: list[pytest.Function] = []
        self.uncollected: list[str] = []
        self.fixture_runs: dict[pytest.FixtureDef[Any], list[str]] = {}
        self.item: pytest.Item | None = None
        self.neighbours = Neighbours()
        self.spare_stem = stem
        self.meddlers = meddlers(config, source)
        seconds = config.option.grade_deadline
        self.deadline = None if seconds is None else Deadline(seconds)
        self.problems: list[str] = []

    @classmethod
    def begin(cls, config: pytest.Config, stem: Stem | None) -> GradeSession:
        """Check what was asked for; pytest.UsageError says what is wrong with it."""
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
            source = find(config)
            source.students()
            reporting = Reporting.begin(config, source)
            if option.grade_isolation == "strict" and (reason := why_not_strict()):
                msg = f"--grade-isolation=strict: {reason}; {HOW_TO_GET_IT}"
                raise UsageError(msg)
        except AsyncgradeError as error:
            raise pytest.UsageError(str(error)) from None
        return cls(config, source, reporting, stem)

    # collection

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Generator[None, object, object]:
        """Let a grader import what lies beside it."""
        if isinstance(collector, pytest.Module):
            self.neighbours.move_to(collector.path.parent)
        return (yield)

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Let each check run once per student."""
        if self.source.submissions is not None and "submission" in metafunc.fixturenames:
            metafunc.parametrize("submission", self.source.students(), indirect=True, scope="module")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep what is wrong with a grader that cannot be imported, for where the other graders go on."""
        self.uncollected += [report.longreprtext] if report.failed else []

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Count the checks as they stand in their files, before anyone shuffles them; let ``-k`` know the student."""
        item.stash[ORDER] = self.collected
        self.collected += 1
        student = _student(item)
        item.extra_keyword_matches |= {student, unicodedata.normalize("NFC", student)} - {""}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Refuse what cannot be graded; leave out the exercises that no student handed in."""
        kept: dict[bool, list[pytest.Item]] = {True: [], False: []}
        for item in items:
            kept[self._is_handed_in(item)].append(item)
        if kept[False]:
            config.hook.pytest_deselected(items=kept[False])
            items[:] = kept[True]

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Know what there is to judge, should the session end before."""
        self.checks = [item for item in session.items if isinstance(item, pytest.Function)]

    def _is_handed_in(self, item: pytest.Item) -> bool:
        points_of(item)
        if not isinstance(item, pytest.Function) or "submission" not in item.fixturenames:
            msg = f"{item.nodeid}: a check must look at the student's work: let it ask for the fixture 'submission'"
            raise pytest.UsageError(msg)
        exercise = exercise_of(item)
        if self.source.submissions is None:
            return True
        handed_in = (self.source.handed_in(exercise, student) for student in self.source.students())
        if any(one.script.exists() for one in handed_in):
            return True
        self.not_handed_in.add(exercise.slug)
        return False

    # the student's work

    def submission(self, request: pytest.FixtureRequest) -> Submission:
        """Return the submission that a module's checks are for: one object per student and exercise."""
        exercise, student = exercise_of(request.node), getattr(request, "param", "")
        key = (exercise.slug, student)
        if key not in self.submissions:
            self.submissions[key] = Submission(
                exercise,
                self.source.handed_in(exercise, student),
                student=student,
                timeout=self._timeout,
                launcher=self._next_stem(),
                seed=self.config.option.grade_seed,
                deadline=self.deadline,
            )
        return self.submissions[key]

    def _next_stem(self) -> Stem | None:
        """Return a process that runs can fork from, begun before it is needed, and begin the next one's."""
        stem, self.spare_stem = self.spare_stem, None
        if stem is not None and self.source.submissions is not None:
            self.spare_stem = Stem(self.config.option.grade_isolation)
            self.spare_stem.start()
        return stem or (Stem(self.config.option.grade_isolation) if CAN_FORK else None)

    def pytest_unconfigure(self) -> None:
        """Let go of a process that nobody needed; write the reports for standard output, below everything else."""
        if self.spare_stem is not None:
            self.spare_stem.close()
        self.reporting.write_waiting()

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, object, object]:
        """Know which runs a fixture asks for: whoever uses the fixture looks at them."""
        before = {work: len(work.asked) for work in self.submissions.values()}
        try:
            return (yield)
        finally:
            asked = [(work.asked, before.get(work, 0)) for work in self.submissions.values()]
            self.fixture_runs[fixturedef] = [key for keys, start in asked for key in keys[start:]]
            for keys, start in asked:
                del keys[start:]

    def pytest_fixture_post_finalizer(self, fixturedef: pytest.FixtureDef[Any]) -> None:
        """Forget the runs of a fixture that is no more."""
        self.fixture_runs.pop(fixturedef, None)

    def _runs(self, item: pytest.Function, submission: Submission | None) -> tuple[str, ...]:
        """Return the keys of the runs a check has looked at up to now: its fixtures' and its own."""
        runs = [
            key for fixture, keys in self.fixture_runs.items() if fixture.argname in item.fixturenames for key in keys
        ]
        if submission is not None:
            runs += submission.asked
            submission.asked.clear()
        item.stash[_RUNS] = tuple(dict.fromkeys([*item.stash.get(_RUNS, ()), *runs]))
        return item.stash[_RUNS]

    def _timeout(self) -> float | None:
        """Return the real seconds that a run of the check under way may take, None if nobody says (0 says nothing)."""
        mark = self.item.get_closest_marker("timeout") if self.item else None
        given = (mark.args[0] if mark.args else mark.kwargs.get("timeout")) if mark else None
        if given is None:
            given = self.config.option.grade_timeout or self.config.getoption("timeout", None)
        if given is None and self.config.pluginmanager.has_plugin("timeout"):
            given = self.config.getini("timeout")
        return checked_timeout(float(given), "timeout") if float(given or 0) else None

    @pytest.hookimpl(tryfirst=True, optionalhook=True)
    def pytest_timeout_set_timer(self) -> bool:
        """Leave pytest-timeout's timer out: a run has its own limit, and a killed check could not explain itself."""
        return True

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Know which check is under way."""
        self.item = item
        self.neighbours.move_to(item.path.parent)
        return (yield)

    # results

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Function, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Judge a check, and let its report carry the result."""
        report = yield
        comparison, self.config.stash[COMPARISON] = self.config.stash.get(COMPARISON, None), None
        submission = self.submissions.get(self._key(item))
        judged = judge(item, call, report, Seen(submission, self._runs(item, submission), comparison))
        if judged is not None:
            report.asyncgrade = judged  # type: ignore[attr-defined]  # pytest-xdist sends a report's attributes along
        return report

    @staticmethod
    def _key(item: pytest.Function) -> tuple[str, str]:
        return exercise_of(item).slug, _student(item)

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str | tuple[str, Any]] | None:
        """Call a check earned, lost, broken or not run, once, when it is over; keep it out of pytest's own failures."""
        results = self.results.get(report.nodeid)
        if results is None:
            return None
        return _STATUS[results.verdict] if report.when == "teardown" else ("", "", "")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in a result, from this process or a worker."""
        if judged := getattr(report, "asyncgrade", None):
            results = self.results.setdefault(report.nodeid, Results())
            results.verdicts.append(Verdict(judged["verdict"]))
            part = _subtest(report)
            results.packed.append(part_of_result(judged["packed"], part) if part else judged["packed"])

    def _grade(self) -> Grade:
        packed = [packed for results in self.results.values() for packed in results.packed]
        left = [item for item in self.checks if item.nodeid not in self.results]
        packed += [never_begun(item, _student(item), self.submissions.get(self._key(item))) for item in left]
        return collect(packed, self.not_handed_in)

    # the end

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Set the exit status; write the report files, when all that is a student's is dead."""
        if hasattr(self.config, "workerinput") or exitstatus not in _GRADED:
            return
        if self.results:
            self.config.option.tbstyle = "no"  # our report says what pytest's lists of failures would
        for submission in self.submissions.values():
            submission.rest()
        grade = self._grade()
        if self.results:
            session.exitstatus = (
                _GRADER_IS_BROKEN
                if grade.broken
                else pytest.ExitCode.OK
                if grade.complete
                else pytest.ExitCode.TESTS_FAILED
            )
        if not self.config.option.collectonly:
            self.problems = self.reporting.write(grade)
        if self.problems:
            session.exitstatus = pytest.ExitCode.USAGE_ERROR

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show the grade."""
        if self.results:
            terminalreporter.ensure_newline()
            grade = self.reporting.shown(self._grade())
            verbose = self.config.option.verbose >= 0
            for text, markup in rendered(lambda shown: list(render(shown, verbose=verbose)), grade):
                terminalreporter.write_line(text, **dict.fromkeys(markup, True))
            for name in self.meddlers:
                warning = (
                    f"warning: {name} may be the student's and have a say in this; `asyncgrade grade` lets it have none"
                )
                terminalreporter.write_line(tame(warning), yellow=True)
            for text in self.uncollected:
                terminalreporter.write_line(f"ERROR: this grader cannot be used:\n{text}", red=True)
        for problem in self.problems:
            terminalreporter.write_line(f"ERROR: {problem}", red=True)


def _student(item: pytest.Item) -> str:
    """Return whose work a check is for, empty if there is only one; pytest's own id spells letters as escapes."""
    params: dict[str, Any] = getattr(getattr(item, "callspec", None), "params", {})
    return str(params.get("submission", ""))


def _subtest(report: pytest.TestReport) -> str:
    """Return what a subtest is called, by its message and its parameters; empty for a whole check."""
    context = getattr(report, "context", None)  # of pytest's own subtests, and of the plugin pytest-subtests
    if context is None:
        return ""
    params = [f"{key}={value}" for key, value in context.kwargs.items()]
    return ", ".join([*([context.msg] if context.msg else []), *params]) or "a part of it"


def _silence_pytest_asyncio() -> None:
    """Keep a warning about pytest-asyncio's own settings from students: it comes wherever there is no such setting."""
    warnings.filterwarnings("ignore", 'The configuration option "asyncio_default_fixture_loop_scope" is unset')
