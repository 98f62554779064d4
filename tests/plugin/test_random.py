"""Random values of a grader are the submission's own, and can be had again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from .conftest import GOOD

if TYPE_CHECKING:
    from .conftest import Course

RNG = """
    def test_one(submission, rng):
        assert not submission.run().output, [rng.random() for _ in range(3)]
    def test_two(submission, rng):
        assert not submission.run().output, [rng.random() for _ in range(3)]
    """


def rationales(course: Course, *options: Any) -> tuple[list[str], int]:
    report = course.path / "grade.json"
    course.grade(f"--grade-report=json={report}", *options)
    (work,) = json.loads(report.read_text())["works"]
    return [check["rationale"] for check in work["checks"]], work["seed"]


def test_random_numbers_are_the_checks_own_and_the_same_every_time(course: Course) -> None:
    course.grader(RNG)
    (one, two), seed = rationales(course)
    assert one != two
    assert rationales(course) == ([one, two], seed)
    assert rationales(course, "-k", "two") == ([two], seed)
    assert rationales(course, f"--grade-seed={seed}") == ([one, two], seed)
    assert rationales(course, "--grade-seed=7")[0] != [one, two]
    course.write("exercises/naps/naps.py", f"{GOOD}\n# another submission")
    assert rationales(course)[0] != [one, two]


def test_the_report_of_lost_points_says_how_to_get_the_same_values_again(course: Course) -> None:
    course.grader(RNG)
    (_, _), seed = rationales(course)
    course.grade().stdout.fnmatch_lines([f"  with random values; --grade-seed={seed} gives the same ones again"])
    course.grader("def test_one(submission): assert not submission.run().output")
    assert rationales(course)[1] is None
    course.grade().stdout.no_fnmatch_line("*random values*")


def test_runs_with_other_delays_are_shown_only_if_there_is_nothing_else(course: Course) -> None:
    course.grader("""
        def test_plain(submission): assert not submission.run().output
        def test_varied(submission): assert not submission.run(vary_sleeps={1: 0.5}).output
        """)
    headline = "  What happened: python naps.py, waiting 1 s as 0.5 s took 2 s"
    assert headline not in course.grade().outlines
    assert headline in course.grade("-v").outlines
    assert headline in course.grade("-k", "varied").outlines


def vary(course: Course, source: str, body: str, *options: str) -> Any:
    course.write("exercises/naps/naps.py", source)
    course.grader(f"def test_it(submission):\n{body}")
    return course.grade(*options)


@pytest.mark.parametrize("seed", range(5))
def test_varied_sleeps_keep_their_order_and_are_no_longer_than_the_longest(course: Course, seed: int) -> None:
    body = """
        plain, varied = submission.run(), submission.run(vary_sleeps=True)
        assert plain.varied == {} and plain.elapsed == 2
        one, two = varied.varied[1], varied.varied[2]
        assert 0 < one < two <= 2 and (one, two) != (1, 2)
        assert varied.varied[5] == 5
        assert [line.time for line in varied.output] == [one, two]
        assert varied.elapsed == two == submission.call("nap", 2, vary_sleeps=True).elapsed
        """
    result = vary(course, GOOD.replace("asyncio.run(main())", 'if __name__ == "__main__":\n    asyncio.run(main())'),
                  body, f"--grade-seed={seed}")  # fmt: skip
    assert result.ret == 0, result.stdout.str()


def test_a_mapping_says_what_becomes_of_each_delay(course: Course) -> None:
    body = """
        trace = submission.run(vary_sleeps={1: 2, 2: 0.5})
        assert trace.output == ["slept 2", "slept 1"]
        assert trace.elapsed == 2
        assert trace.asked == "python naps.py, waiting 1 s as 2 s, 2 s as 0.5 s"
        """
    assert vary(course, GOOD, body).ret == 0


def test_only_the_programs_own_sleeps_vary(course: Course) -> None:
    source = """\
import asyncio, threading, time
from asyncio import sleep
async def main():
    await sleep(delay=1)
    await sleep(0)
    time.sleep(1)
    try:
        await asyncio.wait_for(asyncio.Event().wait(), 1)
    except TimeoutError:
        pass
    threading.Event().wait(1)
    await asyncio.sleep(True)
asyncio.run(main())
"""
    body = """
        assert submission.run().elapsed == 5
        assert submission.run(vary_sleeps={1: 0.25}).elapsed == 3.5
        """
    assert vary(course, source, body).ret == 0


@pytest.mark.parametrize(
    ("source", "outcome"),
    [("print(1)", "finished"), ("1 / 0", "crashed"), ("import time\ntime.sleep(1e-9)", "finished")],
)
def test_a_program_whose_sleeps_cannot_vary_runs_as_it_is(course: Course, source: str, outcome: str) -> None:
    body = f"        assert submission.run(vary_sleeps=True).outcome == {outcome!r}"
    assert vary(course, source, body).ret == 0


DRAWS = """\
import asyncio, random, secrets

async def nap():
    await asyncio.sleep(random.uniform(1, 2))
    random.seed()
    print(random.random(), random.Random().random(), random.Random(1).random())

asyncio.run(nap())
"""


def test_what_a_program_draws_is_the_same_every_time(course: Course) -> None:
    course.write("exercises/naps/naps.py", DRAWS)
    course.grader("""
        def test_one(submission):
            trace = submission.run()
            assert trace.elapsed == 0, f"{trace.elapsed:.17g} {trace.output[0]}"
        def test_two(submission):
            trace = submission.run(stdin="once more")
            assert trace.elapsed == 0, f"{trace.elapsed:.17g} {trace.output[0]}"
        """)
    (one, two), seed = rationales(course)
    assert one == two
    assert len(set(one.split())) == 4
    assert one.split()[3] == "0.13436424411240122"
    assert seed is None
    assert rationales(course)[0] == [one, two]
    assert rationales(course, "--grade-seed=7")[0] != [one, two]
    assert rationales(course, "--grade-seed=7")[0] == rationales(course, "--grade-seed=7")[0]
