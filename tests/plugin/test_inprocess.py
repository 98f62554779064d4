"""Virtual time in the pytest process: fixtures and marks, next to other plugins."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade import VirtualTimeLoop, in_order, lines
from pytest_asyncgrade.trace import at
from tests.conftest import OUR_PLUGINS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from pytest_asyncgrade.plugin.inprocess import TestClock
    from pytest_asyncgrade.plugin.live_output import LiveOutput


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
    pytester.runpytest_subprocess("-Werror", *OUR_PLUGINS).assert_outcomes(passed=3)


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
    pytester.runpytest_subprocess("-Werror", *OUR_PLUGINS).assert_outcomes(passed=2)


def test_pytests_own_durations_stay_real(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
import time
def test_long(virtual_clock):
    time.sleep(100_000)
""")
    result = pytester.runpytest_subprocess(*OUR_PLUGINS, "--durations=3", "-vv")
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


def test_advancing_runs_what_is_due_on_the_way_in_order(
    virtual_loop: asyncio.AbstractEventLoop, virtual_clock: TestClock
) -> None:
    seen: list[tuple[str, float]] = []

    def note(name: str) -> None:
        seen.append((name, virtual_clock.elapsed))

    async def tick() -> None:
        while True:
            await asyncio.sleep(1)
            note("tick")

    virtual_loop.call_later(2.5, note, "timer")
    ticker = virtual_loop.create_task(tick())
    virtual_clock.advance(3)
    assert seen == [("tick", 1), ("tick", 2), ("timer", 2.5), ("tick", 3)]
    virtual_clock.advance(0.5)
    assert (len(seen), virtual_clock.elapsed) == (4, 3.5)
    assert virtual_clock.advance_to_next() == 0.5
    assert seen[4:] == [("tick", 4)]
    ticker.cancel()
    virtual_clock.run_until_idle()
    assert ticker.cancelled()
    assert virtual_clock.advance_to_next() == 0
    assert virtual_clock.elapsed == 4


@pytest.mark.virtual_time
async def test_an_async_test_can_advance_its_clock_itself(virtual_clock: TestClock) -> None:
    seen: list[float] = []

    async def naps() -> None:
        for _ in range(3):
            await asyncio.sleep(10)
            seen.append(virtual_clock.elapsed)

    task = asyncio.create_task(naps())
    virtual_clock.run_until_idle()
    assert asyncio.current_task() is not None
    virtual_clock.advance(25)
    assert (seen, virtual_clock.elapsed) == ([10, 20], 25)
    assert virtual_clock.advance_to_next() == 5
    assert task.done()
    await asyncio.to_thread(time.sleep, 2)
    assert virtual_clock.elapsed == 32


@pytest.mark.virtual_time
async def test_advancing_lets_threads_wake_up(virtual_clock: TestClock) -> None:
    job = asyncio.create_task(asyncio.to_thread(time.sleep, 3))
    virtual_clock.run_until_idle()
    assert virtual_clock.advance_to_next() == 3
    virtual_clock.run_until_idle()
    await job
    assert virtual_clock.elapsed == 3


@pytest.mark.virtual_time
def test_a_helper_may_look_at_the_timers(virtual_loop: asyncio.AbstractEventLoop) -> None:
    seen: list[str] = []
    for seconds, name in ((3, "late"), (1, "early"), (2, "cancelled")):
        timer = virtual_loop.call_later(seconds, seen.append, name)
        if name == "cancelled":
            timer.cancel()
    now = virtual_loop.time()
    for timer in virtual_loop._scheduled:  # type: ignore[attr-defined]  # as helpers of other projects do
        timer._run()
        seen.append(f"{timer.when() - now:g}")
        timer.cancel()
    assert seen == ["early", "1", "late", "3"]
    assert virtual_loop._scheduled == []  # type: ignore[attr-defined]


@pytest.mark.virtual_time(start="2020-01-01 08:30")
async def test_a_test_can_begin_at_a_time_of_day() -> None:
    await asyncio.sleep(86_400)
    assert dt.datetime.now(dt.UTC).isoformat() == "2020-01-02T08:30:00+00:00"


LIMIT = """
import asyncio, time, threading, pytest

@pytest.mark.virtual_time(limit=3600)
@pytest.mark.parametrize("wait", [
    lambda: time.sleep(3601), lambda: asyncio.run(asyncio.sleep(3601)),
    lambda: asyncio.run(asyncio.to_thread(time.sleep, 3601)), lambda: threading.Event().wait(4000),
])
def test_too_long(wait):
    wait()

@pytest.mark.virtual_time(limit=3600)
async def test_endless():
    while True:
        await asyncio.sleep(1)

@pytest.mark.virtual_time(limit=3600)
async def test_in_time(virtual_clock):
    for _ in range(3600):
        await asyncio.sleep(1)
    assert virtual_clock.elapsed == 3600
"""


def test_a_limit_of_virtual_time_ends_a_test(pytester: pytest.Pytester) -> None:
    pytester.makeini(INI)
    pytester.makepyfile(LIMIT)
    result = pytester.runpytest_subprocess("-Werror", *OUR_PLUGINS, "--timeout=30")
    result.assert_outcomes(passed=1, failed=5)
    result.stdout.fnmatch_lines(
        ["E *VirtualTimeLimitError: more than 3600 s of virtual time have passed, which is the*"]
    )


@pytest.mark.parametrize(
    ("mark", "message"),
    [
        ("strat='2020-01-01'", "virtual_time() does not know strat=...: it takes start=... and limit=..., or False"),
        ("3600", "virtual_time() does not know 3600: it takes start=... and limit=..., or False"),
        ("limit='1 h'", "virtual_time(limit='1 h') is no limit: give a number of virtual seconds above 0"),
        ("start='noon-ish'", "virtual_time(start='noon-ish') names no moment: give '2020-01-01', *or a datetime"),
    ],
)
def test_a_mark_that_makes_no_sense_is_an_error(pytester: pytest.Pytester, mark: str, message: str) -> None:
    pytester.makeini(INI)
    pytester.makepyfile(f"import pytest\n@pytest.mark.virtual_time({mark})\ndef test_it(): pass\n")
    result = pytester.runpytest_subprocess("-Werror", *OUR_PLUGINS)
    assert result.ret != 0
    lines = result.stdout.lines + result.stderr.lines
    assert any(message.partition("*")[0] in line for line in lines), lines


SUITE = """
import asyncio, time, unittest, pytest

async def test_async():
    start = time.monotonic()
    await asyncio.sleep(3600)
    assert time.monotonic() - start == 3600

def test_sync():
    time.sleep(3600)

class TestOld(unittest.IsolatedAsyncioTestCase):
    async def test_case(self):
        await asyncio.sleep(3600)

@pytest.mark.virtual_time(False)
def test_real():
    start = time.perf_counter()
    time.sleep(0.01)
    assert time.perf_counter() - start != 0.01

@pytest.mark.virtual_time(start="2020-01-01")
async def test_start():
    assert 1577836800 <= time.time() < 1577836801
"""


@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_a_whole_suite_can_live_in_virtual_time(pytester: pytest.Pytester, mode: str) -> None:
    pytester.makeini(f"{INI}virtual_time=true\nasyncio_mode={mode}\n")
    pytester.makepyfile(SUITE)
    pytester.runpytest_subprocess("-Werror", *OUR_PLUGINS, "--timeout=30").assert_outcomes(passed=5)


LATE = """
import asyncio, time, pytest

{mark}
async def test_hour():
    start = time.monotonic()
    await asyncio.sleep(3600)
    assert time.monotonic() - start == 3600

def test_sync_hour():
    time.sleep(3600)
"""
LATE_CONFTEST = """
import pytest

def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.virtual_time)
"""


def test_a_mark_added_at_the_end_of_collection_counts(pytester: pytest.Pytester) -> None:
    pytester.makeini(INI)
    pytester.makeconftest(LATE_CONFTEST)
    pytester.makepyfile(LATE.format(mark="@pytest.mark.asyncio"))
    pytester.runpytest_subprocess("-Werror", *OUR_PLUGINS, "--timeout=30").assert_outcomes(passed=2)


def test_a_mark_that_came_too_late_for_a_coroutine_is_an_error(pytester: pytest.Pytester) -> None:
    pytester.makeini(INI)
    pytester.makeconftest(LATE_CONFTEST)
    pytester.makepyfile(LATE.format(mark=""))
    result = pytester.runpytest_subprocess("-Werror", *OUR_PLUGINS)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: *::test_hour: the mark virtual_time was added too late to run an async test: *"]
    )


ANYIO = """
import asyncio, time, pytest

pytestmark = [pytest.mark.anyio, pytest.mark.virtual_time]

@pytest.fixture(params=["asyncio", ("asyncio", {"debug": True}), "trio"], ids=["plain", "debug", "trio"])
def anyio_backend(request):
    return request.param

@pytest.fixture
async def loop_of_fixture(anyio_backend_name):
    yield asyncio.get_running_loop() if anyio_backend_name == "asyncio" else None

async def test_it(loop_of_fixture, anyio_backend):
    import anyio
    if loop_of_fixture is None:
        await anyio.sleep(0.01)
        return
    loop = asyncio.get_running_loop()
    assert loop is loop_of_fixture
    assert loop.get_debug() == (anyio_backend != "asyncio")
    start = time.monotonic()
    await anyio.sleep(3600)
    assert time.monotonic() - start == 3600
"""


def test_tests_marked_anyio_stay_those_of_anyio(pytester: pytest.Pytester) -> None:
    pytest.importorskip("anyio")
    pytest.importorskip("trio")
    pytester.makeini(INI)
    pytester.makepyfile(ANYIO)
    pytester.runpytest_subprocess(*OUR_PLUGINS, "-p", "anyio", "--timeout=30").assert_outcomes(passed=3)


LOST = """
import asyncio, pytest

async def fail():
    raise ValueError("lost")

@pytest.mark.virtual_time
async def test_collected():
    asyncio.create_task(fail())
    await asyncio.sleep(1)

KEPT = []

@pytest.mark.virtual_time
async def test_kept():
    KEPT.append(asyncio.create_task(fail()))
    await asyncio.sleep(1)

@pytest.mark.virtual_time
async def test_looked_at():
    task = asyncio.create_task(fail())
    await asyncio.wait([task])
    assert str(task.exception()) == "lost"

@pytest.mark.virtual_time
async def test_handled():
    seen = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: seen.append(context["exception"]))
    asyncio.create_task(fail())
    await asyncio.sleep(1)
    assert [str(error) for error in seen] == ["lost"]

@pytest.mark.virtual_time
async def test_read_in_the_log(caplog):
    asyncio.create_task(fail())
    await asyncio.sleep(1)
    assert "Task exception was never retrieved" in caplog.text

@pytest.mark.virtual_time
async def test_kept_from_the_log(caplog):
    KEPT.append(asyncio.create_task(fail()))
    await asyncio.sleep(1)

@pytest.mark.virtual_time
async def test_future():
    asyncio.get_running_loop().create_future().set_exception(ValueError("of nobody"))
    await asyncio.sleep(1)

@pytest.mark.virtual_time
async def test_cancelled():
    task = asyncio.create_task(asyncio.sleep(9))
    await asyncio.sleep(1)
    task.cancel()
"""


def test_a_test_that_loses_the_exception_of_a_task_fails(pytester: pytest.Pytester) -> None:
    pytester.makeini(INI)
    pytester.makepyfile(LOST)
    result = pytester.runpytest_subprocess(*OUR_PLUGINS, "--timeout=30")
    result.assert_outcomes(passed=7, failed=1, errors=2)
    result.stdout.fnmatch_lines(
        ["*FAILED*::test_collected*", "*ERROR*::test_kept *", "*ERROR*::test_kept_from_the_log*"]
    )
    result.stdout.fnmatch_lines(["E *ValueError: lost", "E *this exception came out of a task that nobody awaited"])


LEFT = """
import asyncio, threading, time, pytest
from concurrent.futures import ThreadPoolExecutor

POOL = ThreadPoolExecutor(max_workers=1)
pytestmark = pytest.mark.virtual_time

@pytest.mark.parametrize("again", [1, 2, 3])
async def test_a_thread_is_left_behind(again):
    loop = asyncio.get_running_loop()
    def work():
        time.sleep(0.05)
        try:
            loop.call_soon_threadsafe(print)
        except RuntimeError:
            pass
    threading.Thread(target=work).start()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(loop.create_future(), 0.01)

@pytest.mark.parametrize("again", [1, 2])
async def test_a_pool_is_shared(again, virtual_clock):
    loop = asyncio.get_running_loop()
    assert await asyncio.wait_for(loop.run_in_executor(POOL, lambda: again), 60) == again
    assert POOL.submit(lambda: again).result(60) == again
    assert virtual_clock.elapsed < 60

@pytest.fixture(scope="session")
def service():
    asked, answered = threading.Event(), threading.Event()
    def serve():
        while True:
            asked.wait()
            asked.clear()
            answered.set()
    threading.Thread(target=serve, daemon=True).start()
    return asked, answered

@pytest.mark.virtual_time(False)
def test_begins_in_real_time(service):
    pass

@pytest.mark.parametrize("again", [1, 2])
def test_a_thread_of_a_fixture_answers(service, again):
    asked, answered = service
    asked.set()
    answered.wait()
    answered.clear()
"""


def test_threads_and_pools_that_outlive_a_test_hold_up_none_that_follows(pytester: pytest.Pytester) -> None:
    pytester.makeini(INI)
    pytester.makepyfile(LEFT)
    pytester.runpytest_subprocess(*OUR_PLUGINS, "--timeout=20").assert_outcomes(passed=8)
