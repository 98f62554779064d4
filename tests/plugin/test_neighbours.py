"""Virtual time in pytest next to what else may be there: anyio, looptime, freezegun, pytest-timeout; loop scopes."""

from __future__ import annotations

import importlib.util

import pytest

from tests.conftest import OUR_PLUGINS

_INI = "[pytest]\nasyncio_default_fixture_loop_scope=function\n"


def _run(pytester: pytest.Pytester, source: str, *arguments: str) -> pytest.RunResult:
    pytester.makeini(_INI)
    pytester.makepyfile(source)
    return pytester.runpytest_subprocess("-Werror", *OUR_PLUGINS, *arguments)


def _run_beside_looptime(pytester: pytest.Pytester, source: str, *arguments: str) -> pytest.RunResult:
    """Run a test file with looptime, which looks for the current event loop even if there is none."""
    pytester.makeini(_INI)
    pytester.makepyfile(source)
    return pytester.runpytest_subprocess(
        "-Werror", "-p", "no:randomly", "-Wignore::DeprecationWarning:looptime", *arguments
    )


def _needs(module: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(importlib.util.find_spec(module) is None, reason=f"{module} is not installed")


SLEEPER = """
import asyncio, time, pytest

@pytest.mark.virtual_time
async def test_virtual(virtual_clock):
    loop = asyncio.get_running_loop()
    start = loop.time()
    async def tick(ticks):
        while True:
            await asyncio.sleep(1)
            ticks.append(loop.time() - start)
    ticks = []
    ticker = asyncio.create_task(tick(ticks))
    await asyncio.sleep(3.0)
    assert ticks == [1.0, 2.0]
    assert virtual_clock.elapsed == loop.time() - start == time.monotonic() - start == 3
    ticker.cancel()
    await asyncio.gather(*[asyncio.to_thread(time.sleep, 2) for _ in range(3)])
    assert virtual_clock.elapsed == 5

@pytest.mark.virtual_time
def test_virtual_without_pytest_asyncio(virtual_clock, virtual_loop):
    virtual_loop.run_until_complete(asyncio.sleep(7))
    asyncio.run(asyncio.sleep(7))
    assert virtual_clock.elapsed == 14
"""


@_needs("anyio")
@pytest.mark.parametrize("arguments", [["-p", "anyio"], []])
def test_next_to_anyio(pytester: pytest.Pytester, arguments: list[str]) -> None:
    _run(pytester, SLEEPER, *arguments).assert_outcomes(passed=2)


@_needs("anyio")
def test_tests_of_anyio_keep_real_time_or_live_in_virtual_time_if_they_say_so(pytester: pytest.Pytester) -> None:
    source = """
import anyio, asyncio, time, pytest

@pytest.fixture
def anyio_backend():
    return "asyncio"

@pytest.fixture
async def resource():
    await anyio.sleep(0.01)
    yield "resource"
    await anyio.sleep(0.01)

@pytest.mark.anyio
async def test_real(resource):
    start = time.monotonic()
    await anyio.sleep(0.01)
    assert 0.01 <= time.monotonic() - start < 1
    assert type(asyncio.get_running_loop()).__name__ != "VirtualTimeLoop"

@pytest.mark.anyio
async def test_virtual(virtual_clock, resource):
    with anyio.move_on_after(1000):
        async with anyio.create_task_group() as group:
            group.start_soon(anyio.sleep, 400)
            group.start_soon(anyio.sleep, 600)
    assert virtual_clock.elapsed == 600.01

@pytest.mark.anyio
@pytest.mark.virtual_time
async def test_with_both_marks(virtual_clock):
    await anyio.sleep(1000)
    assert virtual_clock.elapsed == 1000
"""
    _run(pytester, source, "-p", "anyio").assert_outcomes(passed=3)


@_needs("looptime")
@pytest.mark.parametrize("arguments", [[], ["--looptime"], ["--no-looptime"]])
def test_next_to_looptime(pytester: pytest.Pytester, arguments: list[str]) -> None:
    _run_beside_looptime(pytester, SLEEPER, *arguments).assert_outcomes(passed=2)


@_needs("looptime")
def test_looptime_keeps_its_own_tests(pytester: pytest.Pytester) -> None:
    source = """
import asyncio, pytest

@pytest.mark.looptime
@pytest.mark.asyncio
async def test_theirs(looptime):
    await asyncio.sleep(1000)
    assert looptime == 1000

@pytest.mark.virtual_time
async def test_ours(virtual_clock):
    await asyncio.sleep(1000)
    assert virtual_clock.elapsed == 1000
    assert type(asyncio.get_running_loop()).__name__ == "VirtualTimeLoop"
"""
    _run_beside_looptime(pytester, source).assert_outcomes(passed=2)


def test_a_test_may_freeze_time_itself(pytester: pytest.Pytester) -> None:
    source = """
import asyncio, datetime, time, pytest
from freezegun import freeze_time

NOON = datetime.datetime(2024, 5, 17, 12)

@pytest.mark.virtual_time
async def test_inside(virtual_clock):
    before = datetime.datetime.now()
    with freeze_time(NOON) as frozen:
        assert datetime.datetime.now() == NOON
        assert time.time() == NOON.replace(tzinfo=datetime.UTC).timestamp()
        frozen.tick(60)
        assert datetime.datetime.now() == NOON + datetime.timedelta(minutes=1)
        await asyncio.wait_for(asyncio.sleep(5), 10)
        assert datetime.datetime.now() == NOON + datetime.timedelta(minutes=1)
    assert virtual_clock.elapsed == 5
    assert datetime.datetime.now() - before == datetime.timedelta(seconds=5)
    await asyncio.sleep(5)
    assert virtual_clock.elapsed == 10

@pytest.mark.virtual_time
@freeze_time(NOON)
async def test_decorated_inside(virtual_clock):
    assert datetime.datetime.now() == NOON
    await asyncio.sleep(5)
    assert datetime.datetime.now() == NOON
    assert virtual_clock.elapsed == 5

@freeze_time(NOON)
def test_decorated_sync(virtual_clock):
    asyncio.run(asyncio.sleep(5))
    time.sleep(5)
    assert datetime.datetime.now() == NOON
    assert virtual_clock.elapsed == 10

@pytest.fixture
def frozen():
    with freeze_time(NOON) as frozen:
        yield frozen

@pytest.mark.virtual_time
async def test_fixture(frozen, virtual_clock):
    await asyncio.sleep(5)
    assert datetime.datetime.now() == NOON
    assert virtual_clock.elapsed == 5

def test_around():
    from pytest_asyncgrade import virtual_time
    with freeze_time(NOON):
        with virtual_time() as clock:
            asyncio.run(asyncio.sleep(5))
            time.sleep(5)
            assert clock.elapsed == 10
        assert datetime.datetime.now() == NOON

def test_afterwards_all_is_as_before():
    assert datetime.datetime.__module__ == "datetime" and type(time.monotonic).__name__.startswith("builtin")
    assert abs(datetime.datetime.now().timestamp() - time.time()) < 5
"""
    _run(pytester, source).assert_outcomes(passed=6)


TIMES_OUT = """
import asyncio, time, threading, pytest

@pytest.mark.virtual_time
async def test_long(virtual_clock):
    await asyncio.sleep(1000)
    await asyncio.to_thread(time.sleep, 1000)
    time.sleep(1000)
    assert virtual_clock.elapsed == 3000

def test_blocked(virtual_loop):
    with pytest.raises(RuntimeError, match="^deadlock: every task waits"):
        virtual_loop.run_until_complete(asyncio.Event().wait())
"""


@pytest.mark.parametrize("method", ["signal", "thread"])
@pytest.mark.parametrize("func_only", ["true", "false"])
def test_a_virtual_sleep_does_not_trip_pytest_timeout(pytester: pytest.Pytester, method: str, func_only: str) -> None:
    arguments = ["--timeout=60", f"--timeout-method={method}", "-o", f"timeout_func_only={func_only}"]
    result = _run(pytester, TIMES_OUT, *arguments)
    result.assert_outcomes(passed=2)


@pytest.mark.parametrize("func_only", ["true", "false"])
def test_a_real_hang_trips_pytest_timeout(pytester: pytest.Pytester, func_only: str) -> None:
    source = """
import os, pytest

@pytest.mark.virtual_time
async def test_hangs():
    while True:
        os.getpid()

@pytest.mark.virtual_time
def test_blocks():
    os.read(os.pipe()[0], 1)
"""
    result = _run(pytester, source, "--timeout=1", "-o", f"timeout_func_only={func_only}")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*Failed: Timeout *1*s*"])


@pytest.mark.parametrize("scope", ["function", "class", "module", "package", "session"])
def test_fixtures_of_every_scope_live_in_the_virtual_time_of_their_loop(pytester: pytest.Pytester, scope: str) -> None:
    source = (
        f"""
import asyncio, contextlib, time, pytest, pytest_asyncio

SCOPE = "{scope}"
events = []
"""
        """
@pytest.fixture(scope=SCOPE)
def sync_resource():
    events.append("sync up")
    yield "sync"
    events.append("sync down")

@pytest_asyncio.fixture(scope=SCOPE, loop_scope=SCOPE)
async def resource(sync_resource):
    start = asyncio.get_running_loop().time()
    await asyncio.sleep(50)
    assert asyncio.get_running_loop().time() - start == 50
    events.append("up")
    yield asyncio.get_running_loop()
    await asyncio.sleep(70)
    assert asyncio.get_running_loop().time() - start >= 120
    events.append("down")

@pytest_asyncio.fixture(loop_scope=SCOPE)
async def value(resource):
    await asyncio.sleep(3)
    return 3

@pytest.mark.virtual_time
@pytest.mark.asyncio(loop_scope=SCOPE)
class TestIt:
    @pytest.mark.parametrize("seconds", [1, 2])
    async def test_it(self, resource, value, sync_resource, virtual_clock, seconds):
        loop = asyncio.get_running_loop()
        assert resource is loop and type(loop).__name__ == "VirtualTimeLoop" and value == 3
        before = virtual_clock.elapsed
        assert before in (3, 53)
        start, wall = loop.time(), time.monotonic()
        await asyncio.sleep(seconds)
        assert loop.time() - start == time.monotonic() - wall == seconds == virtual_clock.elapsed - before

    async def test_generator(self, resource, virtual_clock):
        before = virtual_clock.elapsed
        async def numbers():
            try:
                yield 1
                yield 2
            finally:
                await asyncio.sleep(9)
        async with contextlib.aclosing(numbers()) as them:
            async for number in them:
                break
        assert virtual_clock.elapsed - before == 9

def teardown_module():
    per_test = SCOPE == "function"
    events.append("end")
    for name in ("sync up", "up"):
        assert events.count(name) == (3 if per_test else 1)
    print(events)
"""
    )
    result = _run(pytester, source, "-s")
    result.assert_outcomes(passed=3)
