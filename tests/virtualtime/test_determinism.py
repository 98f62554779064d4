"""The same program gives the same trace every time, whatever addresses its objects get and however strings hash."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_asyncgrade.virtualtime import VirtualTimeLoop

_PROGRAM = Path(__file__).with_name("set_order_program.py")
_EXPECTED = """\
as_completed starts [0, 1, 2, 3, 4, 5, 6, 7]
as_completed gives [0, 1, 2, 3, 4, 5, 6, 7]
done ['Task-10', 'Task-11', 'Task-12', 'Task-13', 'Task-14', 'Task-15', 'Task-16']
pending ['Task-17', 'Task-18', 'Task-19', 'Task-20', 'Task-21', 'Task-22']
all tasks ['Task-1', 'Task-17', 'Task-18', 'Task-19', 'Task-20', 'Task-21', 'Task-22']
aborted [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13]
another group ['first', 'second', 'third']
"""

_RUN = """
import runpy, sys
sys.path.insert(0, sys.argv[1])
from pytest_asyncgrade.virtualtime import virtual_time
with virtual_time(): runpy.run_path(sys.argv[2], run_name="__main__")
"""


def _printed(seed: int) -> str:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", _RUN, str(root), str(_PROGRAM)]
    environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=300).stdout


@pytest.mark.parametrize("seed", range(10))
def test_one_trace_under_every_hash_seed(seed: int) -> None:
    assert _printed(seed) == _EXPECTED


def test_one_trace_in_a_hundred_runs_of_one_process() -> None:
    async def trace() -> list[str]:
        said: list[str] = []

        async def work(n: int) -> None:
            await asyncio.sleep(n % 3)
            said.append(f"{n} ended")

        tasks = [asyncio.create_task(work(n), name=str(n)) for n in range(40)]
        done, pending = await asyncio.wait(tasks, timeout=1.5)
        said += [task.get_name() for task in (*done, *pending)]
        await asyncio.wait(pending)
        return said

    traces = set()
    litter: list[list[object]] = []
    for _ in range(100):
        with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
            traces.add(tuple(runner.run(trace())))
        litter.append([object() for _ in range(len(litter) % 7)])  # so that addresses differ from run to run
    assert len(traces) == 1


def _names(loop_factory: type[asyncio.AbstractEventLoop], *, eager: bool = False) -> list[str]:
    async def nothing() -> None:
        pass

    async def main() -> list[str]:
        loop = asyncio.get_running_loop()
        if eager:
            loop.set_task_factory(asyncio.eager_task_factory)  # from 3.12 on
            assert loop.get_task_factory() is asyncio.eager_task_factory
        current = asyncio.current_task()
        assert current is not None
        tasks = [current, asyncio.create_task(nothing()), asyncio.create_task(nothing(), name="mine")]
        await asyncio.gather(*tasks[1:])
        assert [type(task).__name__ for task in tasks] == ["Task"] * 3
        first = int(tasks[0].get_name().removeprefix("Task-"))
        return [task.get_name().replace(str(first + 1), "next") for task in tasks[1:]]

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        return runner.run(main())


def test_tasks_keep_the_names_of_the_stock_loop() -> None:
    assert _names(VirtualTimeLoop) == _names(asyncio.SelectorEventLoop) == ["Task-next", "mine"]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="eager tasks came with Python 3.12")
def test_eager_tasks_keep_the_names_of_the_stock_loop() -> None:
    assert _names(VirtualTimeLoop, eager=True) == _names(asyncio.SelectorEventLoop, eager=True)


@pytest.mark.skipif(sys.version_info < (3, 14), reason="create_task(eager_start=...) came with Python 3.14")
def test_a_task_may_start_eagerly() -> None:
    async def main() -> list[str]:
        said: list[str] = []

        async def say() -> None:
            said.append("started")

        task = asyncio.create_task(say(), eager_start=True, name="eager")  # type: ignore[call-arg]
        said.append(f"created {task.get_name()}")
        await task
        return said

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        assert runner.run(main()) == ["started", "created eager"]


def test_a_task_shows_as_a_stock_one() -> None:
    async def main() -> str:
        return f"{type(asyncio.current_task())} {repr(asyncio.current_task()).split(' coro')[0]}"

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner, asyncio.Runner() as stock:
        ours, theirs = runner.run(main()).split(" name"), stock.run(main()).split(" name")
    assert ours[0] == theirs[0]
