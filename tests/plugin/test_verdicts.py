"""What a check's parts come to: one verdict, whoever's fault it is, and one line in the count."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pytest_asyncgrade.grading import place_of
from pytest_asyncgrade.plugin import failures
from pytest_asyncgrade.reports import json as json_report
from pytest_asyncgrade.reports import junit, terminal
from pytest_asyncgrade.trace import timeline

if TYPE_CHECKING:
    from .conftest import Course

RETURNS = """\
import asyncio

async def main():
    await asyncio.sleep(1)
    print("hello")

def give(what):
    return {"huge": 10**5000, "true": True, "none": None, "text": "x" * 500_000, "object": object()}.get(what)

async def endless():
    mine = []
    mine += [mine, mine]
    return mine

if __name__ == "__main__":
    asyncio.run(main())
"""


RETURNED_NONE = "give() returned None, which is not what it should return"


@pytest.fixture
def checks(course: Course) -> Any:
    """Grade a body of checks, and return its checks by name, its exit status and pytest's last line."""

    def grade(body: str, *options: str) -> tuple[dict[str, dict[str, Any]], int, str]:
        course.write("exercises/naps/naps.py", RETURNS)
        course.grader(body)
        result = course.grade("--grade-report=json=grade.json", *options)
        (work,) = json.loads((course.path / "grade.json").read_text())["works"]
        return {check["name"]: check for check in work["checks"]}, int(result.ret), result.outlines[-1]

    return grade


def told(check: dict[str, Any]) -> tuple[str, str]:
    return check["verdict"], check["rationale"]


def test_a_check_is_lost_if_a_subtest_fails(checks: Any) -> None:
    found, status, last = checks("""
        import unittest

        def test_fixture(submission, subtests):
            for seconds in (1, 2):
                with subtests.test("so long", seconds=seconds):
                    assert submission.run().elapsed == seconds

        class TestCase(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def _work(self, submission):
                self.submission = submission

            def test_case(self):
                for seconds in (1, 3):
                    with self.subTest(seconds=seconds):
                        assert self.submission.run().elapsed == seconds

            def test_passing(self):
                with self.subTest():
                    assert self.submission.run().elapsed == 1
        """)
    assert told(found["fixture"]) == ("failed", "so long, seconds=2: the program took 1 s, not 2 s")
    assert told(found["case"]) == ("failed", "seconds=3: the program took 1 s, not 3 s")
    assert told(found["passing"]) == ("passed", "")
    assert (status, last.partition(" in ")[0]) == (1, "2 failed, 1 passed")


def test_a_second_report_of_a_check_does_not_make_good_the_first(course: Course, checks: Any) -> None:
    course.write("conftest.py", """
        import pytest

        @pytest.hookimpl(tryfirst=True)
        def pytest_runtest_protocol(item, nextitem):
            from _pytest.runner import runtestprotocol
            item.config.tries = getattr(item.config, "tries", 0)
            for _ in range(2):
                item.config.tries += 1
                item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
                runtestprotocol(item, nextitem=nextitem)
                item._initrequest()
            return True
        """)  # fmt: skip
    found, status, _ = checks("""
        def test_flaky(submission, request):
            assert submission.run().elapsed == request.config.tries
            assert request.config.tries == 2, "only the second time"
        """)
    assert told(found["flaky"])[0] == "failed"
    assert status == 1


def test_a_check_that_returns_something_is_told_by_the_line(checks: Any) -> None:
    found, status, _ = checks("""
        def test_returns(submission):
            if submission.run().elapsed == 1:
                return False

        def test_zero(submission):
            return 0

        @pytest.mark.asyncio
        async def test_async(submission):
            return True

        def test_nothing(submission):
            (lambda: 3)()
            return None
        """)
    said = "a check that returns a value tells nothing: write assert, not return"
    assert {name: told(check) for name, check in found.items()} == {
        "returns": ("error", f"graders/naps/test_naps.py:6: {said}"),
        "zero": ("error", f"graders/naps/test_naps.py:9: {said}"),
        "async": ("error", f"graders/naps/test_naps.py:13: {said}"),
        "nothing": ("passed", ""),
    }
    assert status == 3


def test_an_async_check_that_nobody_awaits_is_told_in_one_sentence(checks: Any) -> None:
    found, status, _ = checks("""
        import unittest

        async def test_plain(submission):
            assert submission.run().elapsed == 2

        async def test_generator(submission):
            yield submission.run()

        class TestCase(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def _work(self, submission):
                self.submission = submission

            async def test_case(self):
                assert self.submission.run().elapsed == 2

        class TestAwaited(unittest.IsolatedAsyncioTestCase):
            @pytest.fixture(autouse=True)
            def _work(self, submission):
                self.submission = submission

            async def test_awaited(self):
                assert self.submission.run().elapsed == 2
        """)
    said = "a check is a plain def, nothing in it is awaited: write def, not async def"
    assert {name: told(check) for name, check in found.items()} == {
        "plain": ("error", f"graders/naps/test_naps.py:6: {said}"),
        "generator": ("error", f"graders/naps/test_naps.py:9: {said}"),
        "case": ("error", f"graders/naps/test_naps.py:17: {said}"),
        "awaited": ("failed", "the program took 1 s, not 2 s"),
    }
    assert {check["traceback"] for check in found.values()} == {""}
    assert status == 3


def test_a_teardown_counts_once_and_the_rest_is_graded(checks: Any) -> None:
    found, status, last = checks("""
        @pytest.fixture
        def broken(submission):
            yield submission.run()
            raise RuntimeError("cleanup broke")

        @pytest.fixture
        def strict(submission):
            trace = submission.run()
            yield trace
            assert trace.elapsed == 2

        def test_broken(broken): assert broken.output == ["hello"]
        def test_strict(strict): assert strict.output == ["hello"]
        def test_good(submission): assert submission.run().output[0] == "hello"
        """)
    assert {name: told(check) for name, check in found.items()} == {
        "broken": ("error", "test_naps.py:7: what comes after this check broke: RuntimeError: cleanup broke"),
        "strict": ("failed", "the program took 1 s, not 2 s"),
        "good": ("passed", ""),
    }
    assert (status, last.partition(" in ")[0]) == (3, "1 failed, 1 passed, 1 error")


@pytest.mark.parametrize(
    ("body", "verdict", "rationale", "flag"),
    [
        ("len(submission.call('give', 'true').result)", "failed",
         "give() returned True, which is not what it should return", "TypeError: object of type 'bool' has no len()"),
        ("submission.call('give', 'none').result['x']", "failed",
         RETURNED_NONE, "TypeError: 'NoneType' object is not subscriptable"),
        ("submission.call('give', 'none').result.x", "failed",
         RETURNED_NONE, "AttributeError: 'NoneType' object has no attribute 'x'"),
        ("str(submission.call('give', 'huge').result)", "failed",
         "give() returned <an int of about 5001 digits>, which is not what it should return",
         "ValueError: Exceeds the limit (4300 digits) for integer string conversion; "
         "use sys.set_int_max_str_digits() to increase the limit"),
        ("raise KeyError(submission.call('give', 'huge').result)", "failed",
         "give() returned <an int of about 5001 digits>, which is not what it should return",
         "KeyError: (<an int of about 5001 digits>,)"),
        ("float(submission.run().output[0])", "failed", "what the program printed is not what it should print",
         "ValueError: could not convert string to float: 'hello'"),
        ("next(iter(submission.run().stderr))", "failed", "what the program printed is not what it should print",
         "StopIteration"),
        ("assert submission.call('give', 'huge').result == 1", "failed",
         "the result is <an int of about 5001 digits>, not 1", None),
        ("assert submission.run().elapsed == submission.call('give', 'huge').result", "failed",
         "the program took 1 s, not <an int of about 5001 digits>", None),
        ("submission.call('give', submission.call('give', 'object').result)", "failed",
         "give() cannot be called with <an object of type object>: a value like this was returned before", None),
        ("submission.call('give', submission.call('give', 'huge').result).result.x", "failed",
         RETURNED_NONE, "AttributeError: 'NoneType' object has no attribute 'x'"),
        ("submission.call('give', 'text', returns=list[int])", "failed",
         f"give() returned '{'x' * 199}[... cut: it is longer than 200 characters]; "
         "it should return a list of whole numbers", None),
        ("submission.call('nothing', returns=int)", "failed", "there is no function nothing in naps.py", None),
        ("submission.call('endless').result", "failed",
         "the result is too large to be looked at: a value nested deeper than 50 or with more than 100000 parts", None),
        ("submission.run().nothing", "error", "AttributeError: 'Trace' object has no attribute 'nothing'", None),
        ("submission.run(); undefined", "error", "NameError: name 'undefined' is not defined", None),
        ("submission.run(); submission.call('give', returns=3)", "error",
         "test_naps.py:4: give: returns=3 is no shape of plain data: write a type, as in returns=list[int]", None),
        ("{}['x']; submission.run()", "error", "KeyError: 'x'", None),
        ("raise ValueError(10**5000)", "error", "ValueError: (<an int of about 5001 digits>,)", None),
    ],
)  # fmt: skip
def test_a_stumble_over_a_students_value_costs_that_check_alone(
    checks: Any, body: str, verdict: str, rationale: str, flag: str | None
) -> None:
    found, status, _ = checks(f"def test_it(submission):\n    {body}\n\ndef test_other(submission): pass\n")
    assert told(found["it"]) == (verdict, rationale)
    assert found["it"].get("flag") == (flag and f"this check stumbled over it; test_naps.py:4: {flag}")
    assert told(found["other"]) == ("passed", "")
    assert status == (3 if verdict == "error" else 1)


def test_a_flag_is_in_what_a_teacher_reads(course: Course, checks: Any) -> None:
    formats = {"junit": "j.xml", "html": "p.html", "markdown": "m.md", "csv": "c.csv", "gradescope": "g.json"}
    reports = [f"--grade-report={name}={path}" for name, path in formats.items()]
    found, _, _ = checks("def test_it(submission):\n    len(submission.call('give', 'true').result)\n", *reports)
    assert (
        found["it"]["flag"]
        == "this check stumbled over it; test_naps.py:4: TypeError: object of type 'bool' has no len()"
    )
    for path in formats.values():
        text = (course.path / path).read_text()
        assert (
            text == '"student","naps","score","max_score","flagged"\n"the submission","0","0","1","1"\n'
            or "this check stumbled over it" in text
        )
    course.grade().stdout.fnmatch_lines(["*for your teacher: this check stumbled over it;*"])


def _fail(*_: object) -> Any:
    message = "division by zero"
    raise ZeroDivisionError(message)


def test_judging_that_fails_is_told_of_that_check_alone(checks: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "of_assertion", _fail)
    found, status, _ = checks("def test_it(submission): assert 0\ndef test_other(submission): pass\n")
    assert told(found["it"]) == ("error", "this check could not be judged: ZeroDivisionError: division by zero")
    assert told(found["other"]) == ("passed", "")
    assert status == 3


def test_two_graders_may_have_files_and_helpers_of_one_name(course: Course) -> None:
    for slug, word in (("naps", "slept"), ("rests", "rested")):
        course.write(f"exercises/{slug}/{slug}.py", f"print('{word}')")
        course.write(f"graders/{slug}/words.py", f"WORD = '{word}'")
        course.write(f"graders/{slug}/test_naps.py", """
            from words import WORD

            def test_it(submission):
                import words
                assert submission.run().output == [WORD] == [words.WORD]
            """)  # fmt: skip
    result = course.grade()
    assert (result.ret, result.outlines[-1].partition(" in ")[0]) == (0, "2 passed")


def test_what_was_typed_is_shown(course: Course) -> None:
    course.write("exercises/naps/naps.py", "import sys\nprint(sys.stdin.read())")
    course.grader("""
        def test_one(submission): assert submission.run("a b", stdin="90001\\n").output == []
        def test_two(submission): assert submission.run(stdin="\\nx").output == []
        """)
    heads = [line for line in course.grade("-v").outlines if "What happened" in line]
    assert heads == [
        "  What happened: python naps.py 'a b', and 90001 typed in took 0 s",
        "  What happened: python naps.py, and an empty line and x typed in took 0 s",
    ]


def test_a_check_that_cannot_be_reported_says_so_alone(
    course: Course, checks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    headline = timeline.headline

    def headline_of_one(trace: Any) -> str:
        return headline(trace) if trace.asked == "give(1)" else _fail()

    def place_but_one(work: Any, check: Any) -> Any:
        return _fail() if check.failure.rationale.startswith("this does not hold") else place_of(work, check)

    monkeypatch.setattr(json_report, "headline", headline_of_one)
    monkeypatch.setattr(terminal, "place_of", place_but_one)
    found, status, _ = checks("""
        def test_bad(submission): assert submission.call("give", 2).elapsed
        def test_other(submission): assert submission.call("give", 1).elapsed == 1
        """)
    said = "this check cannot be reported: ZeroDivisionError: division by zero"
    assert {name: told(check) for name, check in found.items()} == {
        "bad": ("failed", said),
        "other": ("failed", "the program took 0 s, not 1 s"),
    }
    assert status == 1
    course.grade().stdout.fnmatch_lines(
        [
            "naps * 0 of 2 points",
            f"*{said[:60]}*",
            "  LOST    0/1  bad*",
            "  LOST    0/1  other*",
            "total: 0 of 2 points",
        ]
    )


def test_a_report_that_cannot_be_made_costs_no_other(
    course: Course, checks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(junit, "render", _fail)
    found, status, _ = checks("def test_it(submission): pass", "--grade-report=junit=j.xml")
    assert told(found["it"]) == ("passed", "")
    assert status == pytest.ExitCode.USAGE_ERROR
    result = course.grade("--grade-report=junit=j.xml")
    said = "this report cannot be made: ZeroDivisionError: division by zero"
    assert f"ERROR: --grade-report junit={course.path / 'j.xml'}: {said}" in result.outlines


def test_a_failure_of_pytest_itself_is_not_the_students(checks: Any) -> None:
    found, status, _ = checks("""
        @pytest.fixture(scope="session")
        def wide(submission): return submission.run()

        @pytest.fixture
        def late(submission):
            yield submission.run()
            pytest.fail("late")

        def test_scope(wide): assert wide.output == ["hello"]
        def test_late(late): assert late.output == ["hello"]

        @pytest.mark.xfail(strict=True)
        def test_strict(submission): assert submission.run().output == ["hello"]
        def test_empty(submission): pytest.fail()
        def test_bare(submission): raise AssertionError
        """)
    scope = found.pop("scope")
    assert (scope["verdict"], scope["rationale"].partition(":")[0], scope["traceback"]) == (
        "error", "ScopeMismatch", ""
    )  # fmt: skip
    assert {name: told(check) for name, check in found.items()} == {
        "late": ("failed", "late"),
        "strict": ("error", "this check passed, and its mark xfail says that it cannot"),
        "empty": ("failed", "this check is lost; it does not say why"),
        "bare": ("failed", "this check is lost; it does not say why"),
    }
    assert status == 3


def test_a_message_of_several_lines_keeps_them(checks: Any) -> None:
    found, _, _ = checks("""
        def test_given(submission):
            assert submission.run().elapsed == 2, "wait:\\n  twice\\nassert nothing"
        """)
    assert told(found["given"]) == ("failed", "wait:\n  twice\nassert nothing")


def test_a_group_of_failed_assertions_is_lost_and_any_other_is_the_graders(checks: Any) -> None:
    found, _, _ = checks("""
        def test_lost(submission):
            raise ExceptionGroup("both", [AssertionError("too slow"), ExceptionGroup("in", [AssertionError("late")])])

        def test_broken(submission):
            raise ExceptionGroup("both", [AssertionError("too slow"), OSError("no disk")])
        """)
    assert told(found["lost"]) == ("failed", "too slow; late")
    assert (found["broken"]["verdict"], found["broken"]["traceback"]) == (
        "error",
        "test_naps.py:8: ExceptionGroup: both (2 sub-exceptions)\n  AssertionError: too slow\n  OSError: no disk",
    )


def test_a_check_with_yield_in_it_is_broken_alone(checks: Any) -> None:
    found, status, _ = checks("""
        def test_yields(submission):
            assert submission.run().output == ["bye"]
            yield

        @pytest.mark.parametrize("number", [10**5000])
        def test_good(submission, number): assert submission.run().output == ["hello"]
        """)
    assert {name: told(check) for name, check in found.items()} == {
        "yields": (
            "error",
            "graders/naps/test_naps.py:4: a check with yield in it does nothing: "
            "write assert, and what yields as a fixture",
        ),
        "good [number=<an int of about 5001 digits>]": ("passed", ""),
    }
    assert status == 3


def test_no_check_ends_the_grading(checks: Any) -> None:
    said = "pytest.exit('enough') would end the whole grading: write pytest.fail(...)"
    found, status, _ = checks("""
        @pytest.fixture
        def ending(submission): pytest.exit("enough", returncode=0)

        @pytest.fixture
        def ending_late(submission):
            yield
            pytest.exit("enough")

        def test_exits(submission): pytest.exit("enough", returncode=0)
        def test_before(ending): pass
        def test_after(ending_late): pass
        def test_good(submission): assert submission.run().output == ["hello"]
        """)
    assert {name: told(check) for name, check in found.items()} == {
        "exits": ("error", f"test_naps.py:12: {said}"),
        "before": ("error", f"test_naps.py:5: {said}"),
        "after": ("error", f"test_naps.py:10: what comes after this check broke: {said}"),
        "good": ("passed", ""),
    }
    assert status == 3


def test_checks_that_a_session_did_not_come_to_count_as_not_run(course: Course, checks: Any) -> None:
    found, status, _ = checks(
        """
        def test_good(submission): assert submission.run().output == ["hello"]
        def test_lost(submission): assert submission.run().elapsed == 2
        def test_left(submission): assert submission.run().output == ["hello"]
        """,
        "--exitfirst",
    )
    assert {name: told(check) for name, check in found.items()} == {
        "good": ("passed", ""),
        "lost": ("failed", "the program took 1 s, not 2 s"),
        "left": ("not_run", "the grading ended before this check"),
    }
    assert status == 1
    graded = json.loads((course.path / "grade.json").read_text())
    assert (graded["score"], graded["max_score"]) == (1, 3)


def test_an_error_of_ours_in_a_grader_is_one_sentence(checks: Any) -> None:
    found, _, _ = checks("""
        def test_live(submission): submission.call("give", print)
        """)
    assert (found["live"]["rationale"], found["live"]["traceback"]) == (
        "test_naps.py:4: 'give' cannot be given <built-in function print>: it runs in another process, so arguments "
        "are plain data; to hand it a live object, write a scenario and submission.play() it",
        "",
    )


def test_the_text_of_an_error_is_bounded_wherever_it_is_told(checks: Any) -> None:
    found, _, _ = checks("""
        def test_wide(submission): raise OSError("x" * 100_000)
        def test_long(submission): raise OSError("x\\n" * 100_000)
        """)
    assert all(len(check["traceback"]) < 11_000 for check in found.values())
