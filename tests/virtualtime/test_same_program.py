"""What a program sees of its loop, its tasks and its file is what ``python program.py`` shows it."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import textwrap
import types
from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade.virtualtime import Observer, VirtualClock, virtual_time

if TYPE_CHECKING:
    from pathlib import Path

_REPRS = """
    import asyncio

    async def work():
        await asyncio.sleep(0.01)

    async def main(make=None):
        asyncio.get_running_loop().set_task_factory(make)
        print(asyncio.current_task())
        task = asyncio.create_task(work())
        print(task, make is not None or task._callbacks)
        await asyncio.sleep(0)
        print(task)
        task.add_done_callback(print)
        print(task, make is not None or len(task._callbacks))
        await task
        print(task)
        print(asyncio.get_running_loop(), type(asyncio.get_running_loop()).__module__)
"""
_FACTORIES = """
    class Loud(asyncio.Task):
        pass

    asyncio.run(main())
    asyncio.run(main(lambda loop, coro, **kw: asyncio.Task(coro, loop=loop, **kw)))
    asyncio.run(main(lambda loop, coro, **kw: Loud(coro, loop=loop, **kw)))
"""
_PYTHON_TASKS = """
    import asyncio

    async def child(n):
        await asyncio.sleep(n / 100)
        return n

    async def main():
        loop = asyncio.get_running_loop()
        loop.set_task_factory(lambda loop, coro, **kw: asyncio.tasks._PyTask(coro, loop=loop, **kw))
        print(await asyncio.gather(child(2), child(1)))
        task = asyncio.create_task(child(3))
        task.cancel()
        print(await asyncio.gather(task, return_exceptions=True))

    asyncio.run(main())
"""
_FUTURES_AS_TASKS = """
    import asyncio

    class Done(asyncio.Future):
        def set_name(self, name):  # 3.13.0 asks for it
            pass

    def factory(loop, coro, **keywords):
        done = Done(loop=loop)
        def step():
            try:
                coro.send(None)
            except StopIteration as stop:
                done.set_result(stop.value)
        loop.call_soon(step)
        return done

    async def child():
        return 5

    async def main():
        asyncio.get_running_loop().set_task_factory(factory)
        print(await asyncio.get_running_loop().create_task(child()))

    asyncio.run(main())
"""
_EAGER = """
    import asyncio

    async def at_once(n):
        print("at once", n)
        return n

    async def later(n):
        print("begin", n)
        await asyncio.sleep(n / 100)
        print("end", n)

    async def fails():
        raise ValueError("eager")

    async def main():
        asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
        task = asyncio.create_task(at_once(1))
        print(task.done(), task.result(), task)
        async with asyncio.TaskGroup() as group:
            group.create_task(later(2))
            group.create_task(later(1))
            print("made")
        print(await asyncio.gather(fails(), at_once(2), return_exceptions=True))

    asyncio.run(main())
"""
_LAST_PARENT = """
    import asyncio

    async def child():
        pass

    async def parent():
        asyncio.create_task(child())
        raise ValueError("lost")

    async def main():
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: print(context["message"]))
        task = asyncio.create_task(parent())
        await asyncio.sleep(0.01)
        del task
        print("after del")

    asyncio.run(main())
"""
_FILENAME = """
    import sys, traceback

    def where():
        return sys._getframe().f_code.co_filename

    print(where(), __file__, sys.argv)
    try:
        raise OSError("disk")
    except OSError:
        traceback.print_exc(file=sys.stdout)
"""
_NESTED = """
    import asyncio, nest_asyncio
    nest_asyncio.apply()

    async def inner(n):
        await asyncio.sleep(n / 100)
        return n * 2

    async def main():
        other = asyncio.create_task(inner(5))
        print(asyncio.run(inner(1)), asyncio.get_running_loop().run_until_complete(inner(2)))
        print(await other, await inner(1))

    asyncio.run(main())
"""
_PROGRAMS = {
    "reprs": _REPRS + _FACTORIES,
    "python_tasks": _PYTHON_TASKS,
    "futures_as_tasks": _FUTURES_AS_TASKS,
    "last_parent": _LAST_PARENT,
    "filename": _FILENAME,
    "nested": _NESTED,
    "eager": _EAGER,
}


def _printed(program: list[str], folder: Path) -> str:
    done = subprocess.run(program, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    return done.stdout + done.stderr


@pytest.mark.parametrize("name", _PROGRAMS)
def test_a_program_prints_what_it_prints_on_the_stock_loop(name: str, tmp_path: Path) -> None:
    if name == "nested":
        pytest.importorskip("nest_asyncio")
        if sys.version_info >= (3, 14):
            pytest.skip("nest_asyncio does not know Python 3.14")
    if name == "eager" and sys.version_info < (3, 12):
        pytest.skip("eager tasks came with Python 3.12")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "program.py").write_text(textwrap.dedent(_PROGRAMS[name]), encoding="utf-8")
    stock = _printed([sys.executable, "sub/../sub/program.py"], tmp_path)
    ours = _printed([sys.executable, "-m", "pytest_asyncgrade.cli", "run", "sub/../sub/program.py"], tmp_path)
    assert ours == stock


@pytest.mark.parametrize("debug", [False, True])
def test_nothing_keeps_an_exception_alive_that_has_been_handled(debug: bool) -> None:  # noqa: FBT001  # a parameter
    async def fail() -> None:
        raise ValueError

    async def main() -> list[object]:
        task = asyncio.create_task(fail())
        with pytest.raises(ValueError) as caught:  # noqa: PT011  # it has no message
            await task
        error = caught.value
        del caught, task
        await asyncio.sleep(0)
        return [one for one in gc.get_referrers(error) if not isinstance(one, (types.FrameType, types.CoroutineType))]

    gc.disable()
    try:
        with virtual_time():
            assert asyncio.run(main(), debug=debug) == []
    finally:
        gc.enable()


def test_debug_mode_names_no_place_of_ours_where_a_future_was_created_for_a_test() -> None:
    async def main() -> str:
        return repr(asyncio.get_running_loop().create_future())

    class Watching(Observer):
        def future_made(self) -> bool:
            return True

    stock = asyncio.run(main(), debug=True)
    with virtual_time(VirtualClock(observer=Watching())):
        assert asyncio.run(main(), debug=True) == stock
