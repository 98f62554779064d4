"""The classic first errors are told with what to write in place of what is there."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_asyncgrade.trace import Trace

    Run = Callable[..., Trace]

STAR = "asyncio.gather takes the coroutines one by one: put a star before the list, asyncio.gather(*...)"
ONE = "await takes one coroutine: for several, await asyncio.gather(*...) with a star before the list"
TASK = "it is a task or a future, not its result: await it first, value = await ..."
PLAIN = "a function that is awaited is written with async def"

IN_MAIN = {
    "await asyncio.gather([f(1), f(2)])": STAR,
    "await asyncio.gather((f(1), f(2)))": STAR,
    "await asyncio.gather(f(n) for n in range(2))": STAR,
    "await asyncio.gather({f(1), f(2)})": STAR.replace("list", "set"),
    "await asyncio.gather(f, f)": "f is not called: write f()",
    "await asyncio.create_task(f)": "f is not called: write f()",
    "await asyncio.wait([f(1)])": "asyncio.wait takes tasks: make one of each coroutine, asyncio.create_task(f(...)), "
    "or use gather",
    "await asyncio.wait(f(1))": "asyncio.wait takes a list of tasks: "
    "asyncio.wait([asyncio.create_task(func1(...)), ...])",
    "await asyncio.wait_for(f, 1)": "f is not called: write f()",
    "print(asyncio.create_task(f(1)) + 1)": TASK,
    "print(asyncio.gather(f(1))[0])": TASK,
    "next(numbers())": "an async generator is asked for its next item with anext, in place of next: "
    "item = await anext(...)",
    "round(runs())": "runs runs while the loop does: a function with async def can await f(1) instead",
    "await [f(1), f(2)]": ONE,
    "await f": "f is not called: await f()",
    "x = await f(1); await x": "x is None, a result already: it needs no await",
    "await plain()": PLAIN,
    "await time.sleep(1)": "time.sleep stops everything and is over when it returns: write await asyncio.sleep(...)",
    "await print(1)": "print() is a plain function: call it without await",
    "await asyncio.Queue().put_nowait(1)": "asyncio.Queue().put_nowait() is done at once: call it without await",
    "task = asyncio.create_task(f(1)); await task.cancel()": "task.cancel() is done at once: call it without await, "
    "then await the task",
    "await numbers()": "numbers() is an async generator, for it has a yield: go through it with async for",
    "t = asyncio.create_task(f(1)); await asyncio.sleep(0); t.cancel(); await t": "who awaits a "
    "cancelled task gets this error: try: await task, then except asyncio.CancelledError: pass",
    "for n in numbers(): print(n)": "write async for: async for n in numbers()",
    "print(list(numbers()))": "go through it with async for: [x async for x in ...] makes a list",
    "async for n in [1, 2]: print(n)": "a list is there at once: write for, without async",
    "async for n in Count(): print(n)": "write __aiter__ and async def __anext__ in Count, in place of __iter__ and "
    "__next__",
    "async for n in f(1): print(n)": "the function has no yield in it, so it makes a coroutine: await it first, "
    "or let it yield",
    "with asyncio.Semaphore(1): pass": "write async with in place of with",
    "with asyncio.timeout(1): pass": "write async with in place of with",
    "async with open(__file__): pass": "write with, without async",
    "async with f(1): pass": "await the call first: async with await ...",
    "async with numbers(): pass": "put @asynccontextmanager (from contextlib) above the function",
    "Late()": "__init__ cannot be a coroutine: write it with def, and what has to wait in a method with async def",
    "await Kettle()": "__await__ is written with def, and returns an iterator: "
    "return self.a_coroutine_method().__await__()",
    "asyncio.run(f(1))": "inside a coroutine, await the other one instead: await f(1)",
    "asyncio.get_running_loop().run_until_complete(f(1))": ""
    "inside a coroutine, await the other one instead: await f(1)",
    "c = f(1); await c; await c": "a coroutine is awaited once: call the function again, or keep what await returned",
    "asyncio.create_task(f(1)).result()": "it is not done yet: await it, and then ask for its result",
    "await asyncio.to_thread(plain(1))": "plain(...) runs before the thread begins: give the function and its "
    "arguments, asyncio.to_thread(plain, 1)",
    "await asyncio.sleep('1')": "asyncio.sleep takes a number of seconds, without quotes",
    "await sleep(1)": "write asyncio.sleep",
    "random.random()": "write import random at the top of the program",
    "asyncio.TaskGroup().create_task(f(1))": "write async with asyncio.TaskGroup() as group, and create the tasks in "
    "its block",
}

HEAD = """\
import asyncio, time
async def f(n):
    await asyncio.sleep(0)
def plain(n=0):
    pass
def runs():
    asyncio.run(f(1))
async def numbers():
    yield 1
class Count:
    def __iter__(self):
        return iter([1])
class Late:
    async def __init__(self):
        pass
class Kettle:
    async def __await__(self):
        pass
async def main():
"""


@pytest.mark.parametrize("line", IN_MAIN)
def test_an_error_in_a_coroutine_is_told_with_the_way_out(run: Run, line: str) -> None:
    trace = run(f"{HEAD}    {line}\nasyncio.run(main())\n")
    assert _advice(trace) == IN_MAIN[line]


PROGRAMS = {
    "async def f(): pass\nasyncio.run(f())": "write import asyncio at the top of the program",
    "import asyncio\nasyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())": "it exists on Windows "
    "only: leave this line out, asyncio.run(main()) needs no policy",
    "import asyncio\nasync def f(): pass\nasyncio.create_task(f())": "asyncio.create_task works while an event loop "
    "runs: call it in async def main(), and run that by asyncio.run(main())",
    """
    import asyncio
    lock = asyncio.Lock()
    async def use():
        async with lock:
            await asyncio.sleep(1)
    async def main():
        await asyncio.gather(use(), use())
    asyncio.run(main())
    asyncio.run(main())
    """: "it was used in another event loop before: make it in the coroutine that asyncio.run runs, "
    "and call asyncio.run once",
    """
    import asyncio
    async def fail():
        raise ValueError("mine")
    async def main():
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(fail())
        except ValueError:
            print("caught")
    asyncio.run(main())
    """: "a TaskGroup raises an ExceptionGroup, which except ValueError does not catch: write except* ValueError",
    """
    import asyncio
    async def f(): pass
    loop = asyncio.new_event_loop()
    loop.run_until_complete(f())
    loop.close()
    loop.run_until_complete(f())
    """: "a loop that is closed never runs again: asyncio.run(...) makes a new one",
    """
    import asyncio
    class Numbers:
        async def __aiter__(self):
            return self
    async def main():
        async for n in Numbers():
            print(n)
    asyncio.run(main())
    """: "__aiter__ is written with def and returns an object that has async def __anext__",
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_an_error_of_a_program_is_told_with_the_way_out(run: Run, program: str) -> None:
    assert _advice(run(textwrap.dedent(program).lstrip())) == PROGRAMS[program]


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("def f():\n    await g()\n", "await is allowed in a function written with async def only: async def f"),
        ("def f():\n    async with g():\n        pass\n",
         "async with is allowed in a function written with async def only: async def f"),
        ("import asyncio\nawait asyncio.sleep(1)\n",
         "await outside of a function works in a notebook only: put it into async def main():, "
         "and run that by asyncio.run(main())"),
        ("x = 1\n%timeit x\n",
         "%timeit is a command of a notebook, which Python does not know in a program: remove it"),
        ("!pip install x\n", "! is a command of a notebook, which Python does not know in a program: remove it"),
        (">>> x = 1\n", ">>> is a prompt, which Python does not know in a program: remove it"),
        ("In [1]: import x\n", "In [1]: is a prompt, which Python does not know in a program: remove it"),
    ],
)  # fmt: skip
def test_what_python_cannot_read_is_told_with_the_way_out(run: Run, program: str, said: str) -> None:
    assert _advice(run(program)) == said


def _advice(trace: Trace) -> str:
    """Return what is said in brackets behind Python's words."""
    words = trace.exception.message if trace.exception else ""
    if words not in trace.reason:
        return trace.reason.partition(" (")[2].removesuffix(")")
    return trace.reason.partition(f"{words} (")[2].removesuffix(")")
