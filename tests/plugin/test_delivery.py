"""How results come from the checks to the grade, and what is kept of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pytest_asyncgrade.grading import Run
from tests.conftest import OUR_PLUGINS

from .conftest import GOOD, SLOW

if TYPE_CHECKING:
    from .conftest import Course

_COUNTING = """
    import json
    import pytest

    sent = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_from_serializable(data):
        sent.append({key: value for key, value in data.items() if key.startswith("asyncgrade")})

    def pytest_unconfigure(config):
        if not hasattr(config, "workerinput"):
            with open("sent.json", "w") as file:
                json.dump(sent, file)
    """
_CHECKS = """
    @pytest.fixture(scope="module")
    def trace(submission):
        return submission.run()
    def test_one(trace): assert trace.elapsed == 2
    def test_two(trace): assert trace.elapsed == 2
    def test_three(trace, submission): assert trace.elapsed == submission.run("again").elapsed
    def test_four(trace, submission): assert trace.elapsed == submission.run("again").elapsed
    """


@pytest.fixture
def a_class(course: Course) -> Course:
    course.grader(_CHECKS)
    for name, program in {"ada": GOOD, "ben": SLOW, "eve": "1 / 0\n"}.items():
        course.write(f"class/{name}/naps.py", program)
    return course


def works(course: Course, *options: str) -> Any:
    course.grade("--submissions=class", "--grade-report=json=grade.json", *options)
    found = json.loads((course.path / "grade.json").read_text())["works"]
    for check in (check for work in found for check in work["checks"]):
        del check["duration"]
    return found


def test_a_worker_sends_each_run_once(a_class: Course) -> None:
    a_class.write("conftest.py", _COUNTING)
    a_class.pytester.runpytest_subprocess("--grade", "--submissions=class", *OUR_PLUGINS, "-p", "xdist", "-n1")
    sent = json.loads((a_class.path / "sent.json").read_text())
    runs = [run for report in sent for run in report.get("asyncgrade_runs", {}).values()]
    assert [Run.unpack(run, None).trace.asked for run in runs] == [
        "python naps.py", "python naps.py again", "python naps.py", "python naps.py again", "python naps.py",
    ]  # fmt: skip
    assert sum("asyncgrade" in report for report in sent) == 12


def test_the_grade_of_a_class_is_the_same_from_a_file_and_from_workers(a_class: Course) -> None:
    here = works(a_class)
    assert [[run["asked"] for run in work["runs"]] for work in here] == [
        ["python naps.py", "python naps.py again"], ["python naps.py", "python naps.py again"], ["python naps.py"],
    ]  # fmt: skip
    assert [finding["kind"] for work in here for finding in work["findings"]] == ["sequential_awaits"]
    assert works(a_class, "-n2") == here


def test_nothing_of_a_result_is_left_on_pytests_reports(a_class: Course) -> None:
    a_class.write(
        "conftest.py",
        """
        def pytest_terminal_summary(terminalreporter):
            stats = terminalreporter.stats
            left = [name for reports in stats.values() for one in reports for name in vars(one) if "asyncgrade" in name]
            terminalreporter.write_line(f"LEFT {sorted(stats)} {left}")
        """,
    )
    for options in ([], ["-n1"]):
        result = a_class.grade("--submissions=class", *options)
        assert "LEFT ['failed', 'passed'] []" in result.outlines


def test_a_report_that_a_plugin_drops_loses_no_run_that_others_need(a_class: Course) -> None:
    a_class.write(
        "conftest.py",
        """
        import pytest

        @pytest.hookimpl(wrapper=True, tryfirst=True)
        def pytest_runtest_protocol(item, nextitem):
            if item.originalname != "test_one":
                return (yield)
            from _pytest.runner import runtestprotocol
            runtestprotocol(item, nextitem=nextitem, log=False)  # as plugins do that run a test again
            return (yield)
        """,
    )
    assert works(a_class, "-n1") == works(a_class)
