"""Honest problems are told in a beginner's words, on the student's line, without a traceback of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade.sandbox import Job, read_submission, run_isolated
from pytest_asyncgrade.trace import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_asyncgrade.trace import Trace

    Run = Callable[..., Trace]

UTF_8 = 'save it as UTF-8 (in most editors "Save with encoding")'


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("x = input('Name? ')",
         "line 1: EOFError: EOF when reading a line "
         "(the program asks for input, and nobody types anything when it is graded)"),
        ("def f(): f()\nf()", "line 1: RecursionError: maximum recursion depth exceeded "
                              "(a function calls itself again and again)"),
        ("greeting = 1\nprint(greting)", "line 2: NameError: name 'greting' is not defined. Did you mean: 'greeting'?"),
        ("import asyncio\nasyncio.sleeep(1)",
         "line 2: AttributeError: module 'asyncio' has no attribute 'sleeep'. Did you mean: 'sleep'?"),
        ("import asynco", "line 1: ModuleNotFoundError: No module named 'asynco' (did you mean asyncio?)"),
        ("import my_helpers.parts",
         "line 1: ModuleNotFoundError: No module named 'my_helpers' (if my_helpers.py is yours, hand it in, too; "
         "if it is a package, it is not installed where programs are graded)"),
        ("import asyncio\nasync def f(): pass\nasync def main():\n    asyncio.run(f())\nasyncio.run(main())",
         "line 4: RuntimeError: asyncio.run() cannot be called from a running event loop "
         "(inside a coroutine, await the other one instead: await f())"),
        ("import asyncio\ndef f(): pass\nasync def main():\n    await asyncio.gather(f())\nasyncio.run(main())",
         "line 4: TypeError: An asyncio.Future, a coroutine or an awaitable is required "
         "(asyncio.gather got None: give it coroutines, not awaited yet, of functions written with async def)"),
        ("import asyncio\nasync def nap():\n    await asyncio.sleep(9)\nasync def stop(task):\n    task.cancel()\n"
         "    await asyncio.gather(task)\nasync def main():\n    task = asyncio.create_task(nap())\n"
         "    await asyncio.sleep(1)\n    await stop(task)\nasyncio.run(main())",
         "line 6: CancelledError (who awaits a cancelled task gets this error: try: await task, then except "
         "asyncio.CancelledError: pass)"),
        ("import asyncio\nasync def fail():\n    raise ValueError('mine')\nasync def main():\n"
         "    async with asyncio.TaskGroup() as group:\n        group.create_task(fail())\nasyncio.run(main())",
         "line 3: ValueError: mine"),
        ("class Mute(Exception):\n    def __str__(self): return 1 / 0\nraise Mute",
         "line 3: Mute: <Mute whose text cannot be shown>"),
        ("raise KeyboardInterrupt", "line 1: KeyboardInterrupt"),
    ],
)  # fmt: skip
def test_an_error_is_told_with_what_to_make_of_it(run: Run, source: str, reason: str) -> None:
    trace = run(source)
    assert (trace.outcome, trace.reason) == (Outcome.CRASHED, reason)
    assert "pytest_asyncgrade" not in "".join(line.text for line in trace.partial.stderr)


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("import asyncio\nasync def main():\n    await 3\nasyncio.run(main())",
         "(it is a result already, and no coroutine: one await is enough)"),
        ("import asyncio\nclass Nap: pass\nasync def main():\n    nap = Nap()\n    await nap\nasyncio.run(main())",
         "(Nap needs a method __await__, written with def: "
         "return self.a_coroutine_method().__await__())"),
        ("import asyncio\nasync def main():\n    event = asyncio.Event()\n    await event\nasyncio.run(main())",
         "(await a method of the Event: wait())"),
        ("import asyncio\nclass Nap:\n    def __await__(self):\n        yield asyncio.sleep(1)\n"
         "async def main():\n    await Nap()\nasyncio.run(main())",
         "(write no yield in __await__: let it return "
         "self.a_coroutine_method().__await__())"),
    ],
)  # fmt: skip
def test_what_cannot_be_awaited_is_told_by_what_it_is(run: Run, source: str, hint: str) -> None:
    assert run(source).reason.endswith(hint)


def test_a_function_that_is_awaited_and_plain_is_told(run: Run) -> None:
    trace = run("import asyncio\ndef f(): pass\nasync def main():\n    await f()\nasyncio.run(main())")
    assert trace.reason.startswith("line 4: TypeError: ")
    assert trace.reason.endswith("(a function that is awaited is written with async def)")


def test_main_that_is_no_coroutine_function_is_told(run: Run) -> None:
    trace = run("import asyncio\ndef main(): pass\nasyncio.run(main())")
    assert trace.reason.endswith(
        "(asyncio.run takes a coroutine: asyncio.run(main()), and main is written with async def)"
    )


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("x = 1".encode("utf-16"), f"it is not in UTF-8 but in UTF-16, or no text at all: {UTF_8}"),
        (b"x = 1\0", f"it is not in UTF-8 but in UTF-16, or no text at all: {UTF_8}"),
        (b"# 1\nname = 'Jos\xe9'\n", f"line 2 has a character that is not in UTF-8 (0xe9): {UTF_8}"),
        (b"# coding: klingon\nx = 1\n",
         f"the encoding that its first lines name is not known: remove that line, and {UTF_8}"),
        (b'{"cells": [], "metadata": {}, "nbformat": 4}',
         "it is a Jupyter notebook: export it as a Python script (.py)"),
        (b"x = 1\n<<<<<<< HEAD\nx = 2\n=======\nx = 3\n>>>>>>> b\n",
         "line 2 is a mark of a merge, <<<<<<<: choose between the two versions and remove the marks"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_program_is_told(run: Run, source: bytes, reason: str) -> None:
    trace = run(source)
    assert (trace.outcome, trace.reason) == (Outcome.NOT_RUNNABLE, f"Python cannot read program.py: {reason}")
    assert trace.partial.stderr == []


@pytest.mark.parametrize(
    ("source", "reason", "shown"),
    [
        ("async def main()\n    pass",
         "line 1 of program.py, `async def main()`: expected ':'", "                    ^"),
        ("def f():\npass",
         "line 2 of program.py, `pass`: expected an indented block after function definition on line 1",
         "    pass"),
        ("if True:\n    x = 1\n\ty = 2", "line 3 of program.py, `y = 2`: inconsistent use of tabs and spaces in "
                                        "indentation", "    \ty = 2"),
        ("print 'hello'", "line 1 of program.py, `print 'hello'`: Missing parentheses in call to 'print'. "
                          "Did you mean print(...)?", "    ^^^^^^^^^^^^^"),
    ],
)  # fmt: skip
def test_a_syntax_error_is_told_with_its_line_and_shown_with_its_place(
    run: Run, source: str, reason: str, shown: str
) -> None:
    trace = run(source.encode())
    assert trace.outcome is Outcome.NOT_RUNNABLE
    assert trace.reason == f"Python cannot read the program: {reason}"
    assert shown.strip() in [line.text.strip() for line in trace.partial.stderr]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("async def fnuc1(): pass", "there is no function func1 in program.py; did you mean to call fnuc1 so?"),
        ("async def other(): pass", "there is no function func1 in program.py"),
    ],
)
def test_a_missing_function_is_told_with_what_is_there(run: Run, source: str, reason: str) -> None:
    assert run(source, kind="call", function="func1").reason == reason


@pytest.mark.parametrize(
    ("names", "instead"),
    [
        (["concurent_sleeps.py", "helpers.py"], "; there is concurent_sleeps.py: rename it, if it is the program"),
        (["main.py"], "; there is main.py: rename it, if it is the program"),
        (["a.py", "b.py"], ""),
        (
            ["concurrent_sleeps.ipynb"],
            "; there is concurrent_sleeps.ipynb, a notebook: export it as a Python script, concurrent_sleeps.py",
        ),
        (["concurrent_sleeps.py.txt"], "; there is concurrent_sleeps.py.txt: rename it to concurrent_sleeps.py"),
        (["src/prog.py"], "; there is src/prog.py: move it to concurrent_sleeps.py, if it is the program"),
        (
            ["a/b.py", "hw1/concurrent_sleeps.py"],
            "; there is hw1/concurrent_sleeps.py: move it to concurrent_sleeps.py, if it is the program",
        ),
        ([], ""),
    ],
)
def test_a_file_under_another_name_is_named(tmp_path: Path, names: list[str], instead: str) -> None:
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    trace = run_isolated(Job(read_submission(tmp_path / "concurrent_sleeps.py")))
    assert trace.reason == f"there is no file concurrent_sleeps.py{instead}"


def test_the_programs_own_excepthook_is_called_as_python_does(run: Run) -> None:
    trace = run(
        "import sys\nsys.excepthook = lambda kind, error, tb: print('mine', kind.__name__, error)\nraise OSError(7)"
    )
    assert trace.reason == "line 3: OSError: 7"
    assert trace.partial.output == ["mine OSError 7"]
    assert trace.partial.stderr == []


def test_a_broken_excepthook_or_stream_hides_nothing(run: Run) -> None:
    assert run("import sys\nsys.excepthook = None\nraise OSError(7)").reason == "line 3: OSError: 7"
    assert run("import sys\nsys.stderr = None\nraise OSError(7)").reason == "line 3: OSError: 7"
