"""Every way to get an event loop gives one in virtual time; a loop of another make is refused."""

from __future__ import annotations

import asyncio
import sys
import types
import unittest
from asyncio import new_event_loop, run
from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade.virtualtime import VirtualClock, VirtualTimeLoop, virtual_time

if TYPE_CHECKING:
    from collections.abc import Callable


async def _hour() -> None:
    await asyncio.sleep(3600)


def _with_runner() -> None:
    with asyncio.Runner() as runner:
        runner.run(_hour())


def _with_runner_and_factory() -> None:
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        runner.run(_hour())


def _with_runner_and_our_loop() -> None:
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        runner.run(_hour())


def _with_new_loop() -> None:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(_hour())
    loop.close()
    asyncio.set_event_loop(None)


def _with_new_loop_imported_before() -> None:
    loop = new_event_loop()
    loop.run_until_complete(_hour())
    loop.close()


def _with_explicit_loop() -> None:
    loop = asyncio.SelectorEventLoop()
    assert isinstance(loop, asyncio.SelectorEventLoop)
    loop.run_until_complete(_hour())
    loop.close()


def _with_subclass() -> None:
    class Own(asyncio.SelectorEventLoop):
        pass

    loop = Own()
    loop.run_until_complete(_hour())
    loop.close()


def _in_a_test_case() -> None:
    class Case(unittest.IsolatedAsyncioTestCase):
        async def test(self) -> None:
            await _hour()

    result = unittest.TestResult()
    Case("test").run(result)
    assert result.wasSuccessful(), result.errors


@pytest.mark.parametrize(
    "program",
    [
        lambda: asyncio.run(_hour()), lambda: run(_hour()), _with_runner, _with_runner_and_factory,
        _with_runner_and_our_loop, _with_new_loop, _with_new_loop_imported_before, _with_explicit_loop, _with_subclass,
        _in_a_test_case,
    ],
)  # fmt: skip
def test_an_hour_passes_at_once_however_the_loop_is_made(program: Callable[[], None]) -> None:
    with virtual_time() as clock:
        program()
        assert clock.elapsed == 3600


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="get_event_loop() makes no loop there")
@pytest.mark.filterwarnings("ignore:There is no current event loop:DeprecationWarning")
def test_an_hour_passes_at_once_on_the_legacy_loop() -> None:
    asyncio.set_event_loop_policy(None)
    try:
        with virtual_time() as clock:
            loop = asyncio.get_event_loop()
            loop.run_until_complete(_hour())
            loop.close()
            assert clock.elapsed == 3600
    finally:
        asyncio.set_event_loop_policy(None)


def test_two_runs_share_one_clock() -> None:
    with virtual_time() as clock:
        asyncio.run(_hour())
        asyncio.run(_hour())
        assert clock.elapsed == 7200


def test_the_stock_loop_is_back_afterwards() -> None:
    with virtual_time():
        pass
    loop = asyncio.new_event_loop()
    assert not isinstance(loop, VirtualTimeLoop)
    loop.close()


def test_a_loop_from_before_is_refused() -> None:
    loop = asyncio.new_event_loop()
    message = "cannot run in virtual time, it keeps real time: use asyncio.run(...) without it"
    with virtual_time():
        with pytest.raises(RuntimeError) as of_setting:
            asyncio.set_event_loop(loop)
        with pytest.raises(RuntimeError) as of_running:
            loop.run_forever()
    for caught in (of_setting, of_running):
        assert str(caught.value) == f"asyncio.unix_events._UnixSelectorEventLoop {message}"
    loop.close()


class _Foreign(asyncio.SelectorEventLoop):  # the stock loop, under another name
    pass


def test_a_foreign_loop_of_a_runner_is_refused() -> None:
    message = r"^tests\.virtualtime\.test_injection\._Foreign cannot run in virtual time"
    with virtual_time(), pytest.raises(RuntimeError, match=message):
        asyncio.Runner(loop_factory=_Foreign).__enter__()


def test_a_loop_with_another_clock_is_refused() -> None:
    with virtual_time(), pytest.raises(RuntimeError, match="has another clock than virtual_time"):
        asyncio.Runner(loop_factory=lambda: VirtualTimeLoop(VirtualClock())).__enter__()


def test_uvloop_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    uvloop = types.ModuleType("uvloop")
    vars(uvloop).update(run=asyncio.run, install=print, new_event_loop=asyncio.new_event_loop)
    monkeypatch.setitem(sys.modules, "uvloop", uvloop)
    with virtual_time():
        for name in ("run", "install", "new_event_loop"):
            with pytest.raises(
                RuntimeError, match=rf"^uvloop\.{name} cannot run in virtual time, its loop keeps real time"
            ):
                getattr(uvloop, name)()


def test_virtual_time_cannot_begin_on_a_running_loop() -> None:
    async def main() -> None:
        with virtual_time():
            pass

    with pytest.raises(RuntimeError, match=r"^virtual_time\(\) cannot begin while an event loop is running"):
        asyncio.run(main())
