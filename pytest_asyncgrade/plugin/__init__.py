"""The plugin for pytest: options, marks, in-process fixtures.  ``--grade`` loads `session`, which does the grading.

Nothing heavy is imported here, so that a project which merely has this plugin installed pays next to nothing.
"""

from __future__ import annotations

import inspect
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .virtual_tests import enter_first, is_anyios, is_marked, is_virtual, refuse_late, settings_of

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Generator, Iterator, Mapping
    from random import Random

    from pytest_asyncgrade.grading import PartialPoints, Submission
    from pytest_asyncgrade.sandbox import ForkServer

    from .inprocess import TestClock
    from .live_output import LiveOutput

_MARKS = (
    'points(n, bonus=False, hint="", visibility="visible"): what a check is worth; hint is shown when it is lost.',
    "exercise(slug): the exercise a grader module is for, if its folder is not called like it.",
    "virtual_time(start=None, limit=None): run this test in virtual time, from a time of day on, for so many seconds.",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add our options; each starts with ``--grade`` or ``--submission``."""
    group = parser.getgroup("asyncgrade", "grading of asyncio exercises")
    group.addoption("--grade", action="store_true", help="grade submissions with the graders given (default: graders/)")
    group.addoption("--submission", metavar="PATH", type=Path, help="the file or folder to grade")
    group.addoption("--submissions", metavar="DIR", type=Path, help="a folder with a folder per student to grade")
    group.addoption(
        "--grade-report",
        metavar="FORMAT=PATH",
        action="append",
        default=[],
        help="write a report too; - is standard output (repeatable)",
    )
    group.addoption(
        "--grade-gradebook", choices=("plain", "canvas", "moodle"), help="who reads the report csv (default: plain)"
    )
    group.addoption(
        "--grade-max-score", metavar="POINTS", type=int, help="the maximum in the reports classroom50, csv and vpl"
    )
    group.addoption(
        "--grade-reveal", action="store_true", help="show what is hidden from students, too: for the teacher alone"
    )
    group.addoption(
        "--grade-works",
        metavar="PATH",
        type=Path,
        help="write all works whole, a line of JSON each, for `asyncgrade class`; also those that are missing",
    )
    group.addoption(
        "--grade-timeout", metavar="SECONDS", type=float, help="real seconds that a run may take (default: 10)"
    )
    group.addoption(
        "--grade-deadline", metavar="SECONDS", type=float, help="begin no further run after these real seconds"
    )
    group.addoption(
        "--grade-seed", metavar="NUMBER", type=int, help="the seed of all random values (default: of the submission)"
    )
    group.addoption(
        "--grade-isolation",
        choices=("auto", "strict", "weak"),
        default="auto",
        help="keep a student's process in by the best there is (auto), by bubblewrap or not at all (strict), "
        "without bubblewrap (weak)",
    )
    parser.addini("virtual_time", "run every test in virtual time, as with the mark", type="bool", default=False)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Declare our marks, and start to grade with ``--grade``."""
    for mark in _MARKS:
        config.addinivalue_line("markers", mark)
    option = config.option
    if not option.grade and (option.submission or option.submissions or option.grade_report or option.grade_timeout):
        msg = "--submission, --submissions, --grade-report and --grade-timeout are for grading: add --grade"
        raise pytest.UsageError(msg)
    if option.grade:
        fork_server = _begin_fork_server(config)  # it gets ready while we load what we need and pytest collects
        from . import guards
        from .session import GradeSession

        try:
            session = GradeSession.begin(config, fork_server)
        except pytest.UsageError:
            if fork_server is not None:
                fork_server.close()
            raise
        config.pluginmanager.register(guards)
        config.pluginmanager.register(session.delivery, "asyncgrade-delivery")
        config.pluginmanager.register(session, "asyncgrade-session")


def _begin_fork_server(config: pytest.Config) -> ForkServer | None:
    """Start the process that all runs fork from, unless there is one; None if this process runs no checks."""
    from pytest_asyncgrade.sandbox import CAN_FORK, ForkServer

    prepared: Any = config.pluginmanager.get_plugin("asyncgrade-prepared")
    if prepared is not None:
        return prepared.fork_server  # type: ignore[no-any-return]  # see prepared.py
    option = config.option
    if (
        not CAN_FORK
        or option.collectonly
        or getattr(option, "numprocesses", None)
        or option.grade_isolation == "strict"
    ):
        return None
    fork_server = ForkServer(option.grade_isolation)
    fork_server.start()
    return fork_server


def pytest_assertrepr_compare(config: pytest.Config, op: str, left: object, right: object) -> list[str] | None:
    """Explain a failed comparison: with a matcher in any test, with anything else only in a check."""
    ours = any(type(value).__module__.startswith("pytest_asyncgrade.") for value in (left, right))
    if not ours and not config.option.grade:
        return None
    from .comparison import explain_comparison

    return explain_comparison(config, op, left, right)


@pytest.fixture(scope="module")
def submission(request: pytest.FixtureRequest) -> Iterator[Submission]:
    """Return the student's program, for a grader to run: ``submission.run()``, ``.call()``, ``.play()``."""
    session: Any = request.config.pluginmanager.get_plugin("asyncgrade-session")
    if session is None:
        pytest.fail("the fixture 'submission' is there when grading: run pytest with --grade", pytrace=False)
    work: Submission = session.submission(request)
    yield work
    work.rest()


@pytest.fixture
def rng(request: pytest.FixtureRequest, submission: Submission) -> Random:
    """Return random numbers for a check: the same wherever a submission is graded, others with ``--grade-seed``."""
    return submission.rng(request.node.originalname)


@pytest.fixture
def points(request: pytest.FixtureRequest, submission: Submission) -> PartialPoints:
    """Return the points of a check, to give a part of them: ``points.earned(2)``."""
    del submission  # it is for checks alone
    from .marks import partial_points_of

    return partial_points_of(request.node)


@pytest.fixture
def virtual_clock(request: pytest.FixtureRequest) -> Iterator[TestClock]:
    """Run this test in virtual time; the clock has ``elapsed`` (seconds since the test began) and ``advance``."""
    from .inprocess import clocks

    with clocks(request.config).test(**settings_of(request.node)) as clock:
        yield clock


@pytest.fixture
def virtual_loop(virtual_clock: TestClock) -> Iterator[asyncio.AbstractEventLoop]:
    """Return an event loop in virtual time, for ``virtual_loop.run_until_complete(...)``."""
    import asyncio

    runner = asyncio.Runner(loop_factory=virtual_clock.new_event_loop)
    try:
        yield runner.get_loop()
    finally:
        runner.close()


@pytest.fixture
def output(virtual_clock: TestClock) -> LiveOutput:
    """Return the lines that this test prints, with their virtual times, for the matchers of a trace."""
    from .live_output import LiveOutput

    return LiveOutput(virtual_clock)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Collect the output of a test that asks for it, here because pytest's own capture starts anew for the call.

    A test in virtual time fails if the exception of a task was lost, unless it takes caplog and can read of it there.
    """
    lines: Any = pyfuncitem.funcargs.get("output")
    clock: Any = pyfuncitem.funcargs.get("virtual_clock")
    with lines.collecting() if type(lines).__name__ == "LiveOutput" else nullcontext():
        outcome = yield
    if type(clock).__name__ == "TestClock":
        if "caplog" in inspect.signature(pyfuncitem.function).parameters:
            clock.errors.leave_to_log()
        clock.errors.raise_reported()
    return outcome


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Collector, obj: object) -> None:
    """Let pytest-asyncio run an async test in virtual time, as if marked so, except a test of anyio's."""
    if (
        inspect.iscoroutinefunction(obj)
        and is_virtual(collector, obj)
        and not is_marked("asyncio", collector, obj)
        and not is_anyios(collector, obj)
    ):
        pytest.mark.asyncio(obj)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Set up virtual time for a test before its other fixtures."""
    enter_first(item)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Do the same for tests that were marked later; pytest.UsageError if that was too late to run a coroutine."""
    for item in items:
        if enter_first(item):
            refuse_late(item)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_fixture_setup() -> Generator[None, object, object]:
    """Keep the loops of our tests: looptime, if installed, changes the class of every loop of pytest-asyncio."""
    value = yield
    loop = getattr(value, "_loop", None) if type(value).__module__ == "asyncio.runners" else None
    if loop is not None and type(loop).__name__ == "LooptimeVirtualTimeLoop":
        from .inprocess import restore_loop

        restore_loop(loop)
    return value


@pytest.hookimpl(wrapper=True, tryfirst=True, optionalhook=True)
def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Generator[None, Mapping[str, Callable[[], Any]] | None, Mapping[str, Callable[[], Any]]]:
    """Give an async test with our mark a loop in virtual time; other tests keep theirs (the hook needs a mapping)."""
    others = yield
    if is_virtual(item):
        from .inprocess import clocks

        return {"virtual_time": clocks(config).loop_factory}
    if others is None:
        import asyncio

        return {"asyncio": asyncio.new_event_loop}
    return others
