"""Virtual time in the pytest process: fixtures and marks, next to other plugins."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade import VirtualTimeLoop, in_order, lines
from pytest_asyncgrade.trace import at

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from pytest_asyncgrade.plugin.inprocess import LiveOutput, TestClock


INI = "[pytest]\nasyncio_default_fixture_loop_scope=function\n"


async def nap(name: str, seconds: float) -> None:
    await asyncio.sleep(seconds)
    print(name)


@pytest.mark.virtual_time
async def test_an_async_test_with_the_mark_lives_in_virtual_time(output: LiveOutput, virtual_clock: TestClock) -> None:
    await asyncio.gather(nap("a", 2), nap("b", 3), nap("c", 1))
    assert output == in_order("c", "a", "b")
    assert output == lines(at(1, "c"), at(2, "a"), at(3, "b"))
    assert virtual_clock.elapsed == 3
    assert isinstance(asyncio.get_running_loop(), VirtualTimeLoop)


@pytest.mark.virtual_time
def test_a_sync_test_with_the_mark_does_too(virtual_clock: TestClock) -> None:
    before = dt.datetime.now(tz=dt.UTC)
    start = time.perf_counter()
    time.sleep(3600)
    asyncio.run(asyncio.sleep(60))
    assert virtual_clock.elapsed == time.perf_counter() - start == 3660
    assert dt.datetime.now(tz=dt.UTC) - before == dt.timedelta(seconds=3660)


def test_the_clock_can_be_advanced(virtual_clock: TestClock) -> None:
    virtual_clock.advance(2.5)
    assert virtual_clock.elapsed == 2.5
    with pytest.raises(
        ValueError, match=r"^cannot advance the clock by -1 s: give a finite number of seconds, 0 or more$"
    ):
        virtual_clock.advance(-1)


def test_the_loop_runs_coroutines_at_once(
    virtual_loop: asyncio.AbstractEventLoop, virtual_clock: TestClock, output: LiveOutput
) -> None:
    virtual_loop.run_until_complete(nap("done", 100))
    assert virtual_clock.elapsed == 100
    assert output == ["done"]


async def test_without_the_mark_time_is_real() -> None:
    assert not isinstance(asyncio.get_running_loop(), VirtualTimeLoop)


test_without_the_mark_time_is_real = pytest.mark.asyncio(test_without_the_mark_time_is_real)


@pytest.mark.parametrize("scope", ["class", "module", "session"])
def test_tests_that_share_a_loop_each_count_from_0(pytester: pytest.Pytester, scope: str) -> None:
    pytester.makeini(INI)
    pytester.makepyfile(f"""
import asyncio, pytest

@pytest.mark.virtual_time
@pytest.mark.asyncio(loop_scope="{scope}")
class TestShared:
    seen = set()

    @pytest.mark.parametrize("n", [1, 2, 3])
    async def test_it(self, virtual_clock, n):
        self.seen.add(asyncio.get_running_loop())
        await asyncio.sleep(n)
        assert virtual_clock.elapsed == n
        assert len(self.seen) == 1
""")
    pytester.runpytest_subprocess("-Werror", "-p", "no:randomly").assert_outcomes(passed=3)


PROJECT = """
import asyncio, pytest, pytest_asyncio

@pytest_asyncio.fixture
async def resource():
    await asyncio.sleep(5)
    yield "resource"
    await asyncio.sleep(5)

@pytest.mark.virtual_time
async def test_virtual(resource, virtual_clock):
    assert resource == "resource"
    await asyncio.sleep(1000)
    assert virtual_clock.elapsed == 1005

@pytest.mark.asyncio
async def test_real():
    loop = asyncio.get_running_loop()
    assert type(loop).__name__ != "VirtualTimeLoop"
    start = loop.time()
    await asyncio.sleep(0.01)
    assert loop.time() - start < 1
"""


@pytest.mark.parametrize(
    "arguments", [[], ["-p", "no:randomly"], ["-o", "asyncio_mode=auto"], ["-p", "no:timeout"], ["-n1"]]
)
def test_works_in_a_project_of_somebody_else(pytester: pytest.Pytester, arguments: list[str]) -> None:
    pytester.makepyfile(PROJECT)
    pytester.makeini(INI)
    result = pytester.runpytest_subprocess("-Werror", *arguments)
    result.assert_outcomes(passed=2)


def test_a_project_with_loop_factories_of_its_own_keeps_them(pytester: pytest.Pytester) -> None:
    pytester.makeini(INI)
    pytester.makeconftest("""
import asyncio
class Mine(asyncio.SelectorEventLoop):
    pass
def pytest_asyncio_loop_factories(config, item):
    return {"mine": Mine}
""")
    pytester.makepyfile("""
import asyncio, pytest
@pytest.mark.asyncio
async def test_mine():
    assert type(asyncio.get_running_loop()).__name__ == "Mine"
@pytest.mark.virtual_time
async def test_virtual():
    assert type(asyncio.get_running_loop()).__name__ == "VirtualTimeLoop"
""")
    pytester.runpytest_subprocess("-Werror").assert_outcomes(passed=2)


def test_pytests_own_durations_stay_real(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
import time
def test_long(virtual_clock):
    time.sleep(100_000)
""")
    result = pytester.runpytest_subprocess("--durations=3", "-vv")
    result.assert_outcomes(passed=1)
    assert all(float(line.split("s ")[0]) < 50 for line in result.outlines if " call " in line or " setup " in line)


def test_a_grader_fixture_without_grade_says_what_to_do(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(submission): pass")
    pytester.makeini(INI)
    result = pytester.runpytest_inprocess("-p", "no:randomly", "-p", "no:hypothesispytest")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["the fixture 'submission' is there when grading: run pytest with --grade"])


def test_a_matcher_explains_itself_in_any_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
from pytest_asyncgrade import in_order
def test_it(output):
    print("b")
    print("a")
    assert output == in_order("a", "b")
def test_plain():
    assert 1 == 2
""")
    pytester.makeini(INI)
    result = pytester.runpytest_inprocess("-p", "no:randomly", "-p", "no:hypothesispytest")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(['E*assert "b" came before "a", not after it', "E*assert 1 == 2"])


def test_the_plugin_imports_nothing_heavy(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
import sys
def test_it():
    heavy = {"asyncio", "freezegun", "rich", "jinja2", "psutil", "click", "pytest_asyncgrade.grading"}
    print("imported:", sorted(heavy & sys.modules.keys()), "pytest_asyncgrade.plugin" in sys.modules)
""")
    others = [f"-pno:{name}" for name in ("asyncio", "randomly", "xdist", "hypothesispytest", "looptime", "anyio")]
    shown = []
    for without in ([], ["-p", "no:asyncgrade"]):
        result = pytester.runpytest_subprocess("-s", *others, *without)
        shown += [line.partition("imported: ")[2].rstrip(".") for line in result.outlines if "imported: " in line]
    stock = shown[1].removesuffix(" False")  # on 3.14 pytest itself imports asyncio, with pdb
    assert shown == [f"{stock} True", f"{stock} False"]


def test_a_line_is_collected_when_it_is_whole(output: LiveOutput, virtual_clock: TestClock) -> None:
    print("half", end="")
    assert output == []
    virtual_clock.advance(1)
    print(" a line")
    assert output == lines(at(1, "half a line"))


async def _numbers() -> AsyncIterator[int]:
    for n in range(3):
        await asyncio.sleep(1)
        yield n


@pytest.mark.virtual_time
async def test_async_generators_take_virtual_time(virtual_clock: TestClock) -> None:
    assert [n async for n in _numbers()] == [0, 1, 2]
    assert virtual_clock.elapsed == 3
