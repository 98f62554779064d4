"""How programs end, and what is recorded of them: each test runs one in a process of its own."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

import pytest_asyncgrade
from pytest_asyncgrade.trace import Blocked, BusyWait, Outcome, Place, Raised, Seconds
from tests.conftest import every_launcher

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_asyncgrade.trace import Trace

    Run = Callable[..., Trace]

GATHER = """\
import asyncio

async def nap(seconds):
    print("begin", seconds)
    await asyncio.sleep(seconds)
    print("end", seconds)

async def main():
    await asyncio.gather(nap(2), nap(1))

asyncio.run(main())
"""


def test_lines_know_their_time_task_function_and_line(run: Run) -> None:
    trace = run(GATHER)
    assert trace.outcome is Outcome.FINISHED
    assert trace.elapsed == 2
    names = {span.number: span.coroutine for span in trace.tasks}
    assert [(line.text, line.time, names[line.task or 0], line.function, line.lineno) for line in trace.output] == [
        ("begin 2", 0, "nap", "nap", 4),
        ("begin 1", 0, "nap", "nap", 4),
        ("end 1", 1, "nap", "nap", 6),
        ("end 2", 2, "nap", "nap", 6),
    ]


def test_tasks_know_their_parent_their_span_and_how_they_ended(run: Run) -> None:
    trace = run("""
        import asyncio

        async def fails():
            raise ValueError

        async def main():
            failing = asyncio.create_task(fails())
            endless = asyncio.create_task(asyncio.sleep(99), name="endless")
            await asyncio.sleep(1)
            endless.cancel()
            await asyncio.gather(failing, endless, return_exceptions=True)

        asyncio.run(main())
        """)
    spans = [(span.name, span.coroutine, span.parent, span.start, span.end, span.ended) for span in trace.tasks]
    assert spans == [
        ("Task-1", "main", None, 0, 1, "finished"),
        ("Task-2", "fails", 1, 0, 0, "failed"),
        ("endless", "sleep", 1, 0, 1, "cancelled"),
    ]
    assert trace.tasks[1].place == Place("program.py", 8, "main")
    assert trace.max_concurrency == 3


def test_time_sleep_is_recorded_with_its_line(run: Run) -> None:
    trace = run("""
        import asyncio, time

        async def main():
            time.sleep(2)

        asyncio.run(main())
        time.sleep(1)
        """)
    assert trace.blocked == (
        Blocked(Seconds(0), Seconds(2), 1, Place("program.py", 5, "main")),
        Blocked(Seconds(2), Seconds(3), None, Place("program.py", 8, "<module>")),
    )


def test_a_busy_wait_is_recorded_with_its_line(run: Run) -> None:
    trace = run("""
        import time
        end = time.monotonic() + 1
        while time.monotonic() < end:
            pass
        """)
    assert trace.busy_waits == (BusyWait(Seconds(0), None, Place("program.py", 4, "<module>")),)
    assert trace.elapsed == pytest.approx(1, abs=0.01)


def test_a_busy_wait_that_yields_is_recorded_with_its_line(run: Run) -> None:
    trace = run("""
        import asyncio
        async def until(event):
            while not event.is_set():
                await asyncio.sleep(0)
        async def main():
            event = asyncio.Event()
            asyncio.get_running_loop().call_later(1, event.set)
            await until(event)
        asyncio.run(main())
        """)
    assert trace.busy_waits == (BusyWait(Seconds(0), 1, Place("program.py", 5, "until")),)
    assert trace.elapsed == 1


@every_launcher
def test_everything_that_reaches_the_descriptors_is_output_at_its_instant(run: Run) -> None:
    trace = run("""
        import os, subprocess, sys, time
        os.write(1, b"raw\\n")
        time.sleep(1)
        subprocess.run([sys.executable, "-c", "print('child'); import sys; print('err', file=sys.stderr)"])
        sys.stdout.buffer.write(b"bytes \\xff\\n")
        print("no newline", end="")
        """)
    assert [(line.text, line.time >= 1) for line in trace.output] == [
        ("raw", False),
        ("child", True),
        ("bytes \\xff", True),
        ("no newline", True),
    ]
    assert trace.stderr == ["err"]


def test_what_nobody_can_catch_is_shown_with_the_students_lines_alone(run: Run) -> None:
    trace = run("""
        import asyncio, sys
        class Nap:
            def __del__(self):
                raise OSError("in a nap")
        async def main():
            Nap()
            words = sys.executable, "-c", "input()"
            process = await asyncio.create_subprocess_exec(*words, stdin=asyncio.subprocess.PIPE)
            asyncio.get_running_loop().call_soon(int, "x")
            await asyncio.sleep(1)
            globals()["kept"] = process
        asyncio.run(main())
        del kept
        """)
    assert [line.text for line in trace.stderr if "File" in line.text] == ['  File "program.py", line 5, in __del__']
    assert trace.stderr[0] == "Exception ignored:"
    assert "OSError: in a nap" in trace.stderr
    assert "ValueError: invalid literal for int() with base 10: 'x'" in trace.stderr


def test_nothing_written_is_no_line(run: Run) -> None:
    trace = run("""
        import sys
        print("", end="")
        print("a")
        sys.stdout.write("")
        sys.stderr.write("")
        print("", end="", flush=True)
        print()
        """)
    assert (trace.output, trace.stderr) == (["a", ""], [])


@every_launcher
def test_the_script_sees_what_a_script_sees(run: Run) -> None:
    trace = run(
        """
        import sys, os, asyncio
        print(__name__, os.path.basename(__file__), sys.argv)
        print(input("name? "), sys.stdin.readline().strip())
        print(sys.stdout.isatty(), sys.stdout.fileno(), sys.stdout.encoding, sys.modules["__main__"].__name__)
        assert "__annotations__" in globals() or True
        sys.exit(asyncio.run(asyncio.sleep(1)))
        """,
        argv=("a", "-b"),
        stdin="Ann\nBob\n",
    )
    assert trace.output == [
        "__main__ program.py ['program.py', 'a', '-b']",
        "name? Ann Bob",
        "False 1 utf-8 __main__",
    ]
    assert trace.elapsed == 1


def test_the_wall_clock_starts_at_a_fixed_instant(run: Run) -> None:
    trace = run("""
        import datetime, time
        print(datetime.datetime.now(), time.time(), time.strftime("%H:%M %Z"))
        """)
    assert trace.output == ["2026-01-01 09:00:00 1767258000.0 09:00 UTC"]


@every_launcher
@pytest.mark.parametrize(
    ("source", "outcome", "reason"),
    [
        ("1 / 0", Outcome.CRASHED, "line 1: ZeroDivisionError: division by zero"),
        ("raise KeyError", Outcome.CRASHED, "line 1: KeyError"),
        ("raise KeyboardInterrupt", Outcome.CRASHED, "line 1: KeyboardInterrupt"),
        ("import sys\nsys.exit(3)", Outcome.EXITED, "the program ended itself with exit(3) on line 2"),
        ("import sys\nsys.exit()\nprint()", Outcome.EXITED, "the program ended itself with exit() on line 2"),
        ("exit('no')", Outcome.EXITED, "the program ended itself with exit(no) on line 1"),
        ("def f(): exit(0)\nf()\nprint()", Outcome.EXITED, "the program ended itself with exit() on line 1"),
        ("def f(): exit(0)\nif __name__ == '__main__':\n    f()", Outcome.FINISHED, ""),
        (
            "import asyncio\nasync def main(): exit(0)\nasyncio.run(main())",
            Outcome.EXITED,
            "the program ended itself with exit() on line 2",
        ),
        ("", Outcome.NOT_RUNNABLE, "program.py has no code in it"),
        ("# nothing", Outcome.NOT_RUNNABLE, "program.py has no code in it"),
        (
            "if True\n    pass",
            Outcome.NOT_RUNNABLE,
            "Python cannot read the program: line 1 of program.py, `if True`: expected ':'",
        ),
        ("import sys\nsys.exit(0)", Outcome.FINISHED, ""),
        ("import atexit, os\natexit.register(lambda: 1 / 0)", Outcome.FINISHED, ""),
        (
            "import os\nos._exit(0)",
            Outcome.EXITED,
            "the program ended at once with status 0 (os._exit, or a process that replaced it)",
        ),
        (
            "import atexit, os\natexit.register(os._exit, 0)",
            Outcome.EXITED,
            "the program ended at once with status 0 (os._exit, or a process that replaced it)",
        ),
        (
            "class Bad(Exception):\n    def __str__(self): raise TypeError\nraise Bad",
            Outcome.CRASHED,
            "line 3: Bad: <Bad whose text cannot be shown>",
        ),
    ],
)
def test_how_a_program_ends_is_its_outcome(run: Run, source: str, outcome: Outcome, reason: str) -> None:
    trace = run(source)
    assert (trace.outcome, trace.reason) == (outcome, reason)


def test_a_traceback_has_the_students_frames_alone(run: Run) -> None:
    trace = run("""
        import asyncio

        async def main():
            async with asyncio.TaskGroup() as group:
                group.create_task(broken())

        async def broken():
            raise OSError("disk full")

        asyncio.run(main())
        """)
    report = trace.partial.stderr.text
    assert "asyncio/" not in report
    assert "pytest_asyncgrade" not in report
    assert 'File "program.py", line 9, in broken' in report
    assert isinstance(trace.exception, Raised)
    assert trace.exception.type == "ExceptionGroup"
    assert trace.exception.traceback == report


def test_a_coroutine_never_awaited_says_so(run: Run) -> None:
    trace = run("""
        import asyncio
        async def main():
            asyncio.sleep(1)
        asyncio.run(main())
        """)
    assert trace.elapsed == 0
    assert trace.stderr == ["program.py:4: RuntimeWarning: coroutine 'sleep' was never awaited", "  asyncio.sleep(1)"]


@pytest.mark.parametrize(
    "source",
    [
        "async def f(): pass\nc = f()",
        "import asyncio\nasync def f(): pass\nasync def main():\n    c = f()\nasyncio.run(main())",
        "async def f(): pass\na = [f()]\na.append(a)\ndel a",
    ],
)
def test_a_coroutine_that_is_kept_and_never_awaited_says_so_and_no_line_of_ours(run: Run, source: str) -> None:
    assert run(source).stderr == ["RuntimeWarning: coroutine 'f' was never awaited"]


@every_launcher
def test_what_is_let_go_of_at_the_end_may_print(run: Run) -> None:
    assert run("""
        class Thing:
            def __del__(self):
                print("gone")
        thing = Thing()
        print("end")
        """).output == ["end", "gone"]


def test_a_deadlock_is_told_at_once(run: Run) -> None:
    trace = run("""
        import asyncio
        async def main():
            print("waiting")
            await asyncio.Event().wait()
        asyncio.run(main())
        """)
    assert trace.outcome is Outcome.DEADLOCKED
    assert trace.reason.startswith("deadlock: ")
    assert "main" in trace.reason
    assert trace.partial.output == ["waiting"]


@every_launcher
def test_threads_and_exit_handlers_are_waited_for(run: Run) -> None:
    trace = run("""
        import atexit, threading, time
        def late():
            time.sleep(1)
            print("thread")
        atexit.register(print, "exit")
        threading.Thread(target=late).start()
        """)
    assert trace.output == ["thread", "exit"]
    assert trace.elapsed == 1


@every_launcher
def test_exit_handlers_run_last_in_first_out_whatever_one_of_them_does(run: Run) -> None:
    trace = run("""
        import atexit, time
        atexit.register(print, "last")
        atexit.register(lambda: 1 / 0)
        atexit.register(print, "never")
        atexit.unregister(print)
        @atexit.register
        def first():
            time.sleep(1)
            print("first")
        atexit.register(print, "at once", end="!\\n")
        """)
    assert trace.output == ["at once!", "first"]
    assert trace.elapsed == 1
    assert "ZeroDivisionError: division by zero" in trace.stderr


@every_launcher
def test_endless_output_is_stopped(run: Run) -> None:
    trace = run("while True: print('y' * 1000)")
    assert trace.outcome is Outcome.FLOODED
    assert trace.reason == "the program printed more than 10000 lines or 1000000 characters and was stopped"
    assert trace.partial.output[0].text == "y" * 1000


def test_a_line_without_end_is_cut_and_says_so(run: Run) -> None:
    trace = run("print('y' * 20_000)")
    assert trace.output[0].text == "y" * 10_000 + " [... cut after 10000 characters]"


def test_a_marker_and_windows_newlines_do_no_harm(run: Run) -> None:
    assert run(b"\xef\xbb\xbfprint(1)\r\nprint(2)\r\n").output == ["1", "2"]


# call and play


@every_launcher
def test_call_returns_what_a_coroutine_returns(run: Run) -> None:
    source = """
        import asyncio
        print("import")
        async def double(x, *, delay=1):
            await asyncio.sleep(delay)
            print("done")
            return {"twice": [2 * x, (x,)]}
        if __name__ == "__main__":
            asyncio.run(double(1))
        asyncio.run(asyncio.sleep(5))
        """
    trace = run(source, kind="call", function="double", args=(4,), kwargs={"delay": 2})
    assert trace.result == {"twice": [8, (4,)]}
    assert trace.output == ["done"]
    assert trace.elapsed == 2
    assert trace.asked == "double(4, delay=2)"
    assert [span.coroutine for span in trace.tasks] == ["double"]


def test_call_takes_functions_and_other_awaitables_too(run: Run) -> None:
    source = """
        import asyncio
        class Later:
            def __await__(self):
                yield from asyncio.sleep(1).__await__()
                return 7
        def later():
            return Later()
        def now():
            return 3
        """
    assert run(source, kind="call", function="now").result == 3
    trace = run(source, kind="call", function="later")
    assert (trace.result, trace.elapsed) == (7, 1)


def test_calling_what_is_not_there_says_so(run: Run) -> None:
    trace = run("x = 1", kind="call", function="double")
    assert (trace.outcome, trace.reason) == (Outcome.CRASHED, "there is no function double in program.py")


def test_an_attribute_error_of_the_students_own_stays_one(run: Run) -> None:
    trace = run("def f(): return f.f", kind="call", function="f")
    assert trace.reason == "line 1: AttributeError: 'function' object has no attribute 'f'"


@every_launcher
def test_play_hands_live_objects_to_the_students_module(run: Run, tmp_path: Path) -> None:
    scenarios = tmp_path / "grader" / "scenarios.py"
    scenarios.parent.mkdir()
    scenarios.write_text("""
import asyncio
async def fill(student, n):
    queue = asyncio.Queue()
    await student.produce(queue, n)
    return [queue.get_nowait() for _ in range(n)]
""")
    source = """
        async def produce(queue, n):
            for i in range(n):
                await queue.put(i)
        """
    trace = run(source, kind="play", function="fill", kwargs={"n": 3}, scenarios=scenarios)
    assert trace.result == [0, 1, 2]


@every_launcher
@pytest.mark.skipif(sys.platform == "win32", reason="os.fork")
def test_a_forked_child_has_nothing_to_report(run: Run) -> None:
    trace = run("""
        import os
        if os.fork() == 0:
            print("child")
            os._exit(0)
        os.wait()
        print("parent")
        """)
    assert trace.output == ["parent"]


def test_a_function_can_be_called_of_a_program_that_ends_itself_at_its_end(run: Run) -> None:
    source = "import sys\ndef f(): return 3\nprint(f())\nsys.exit(0)"
    trace = run(source, kind="call", function="f")
    assert (trace.result, trace.output) == (3, [])


@every_launcher
@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import sys\ndef f(): sys.exit(0)", "the program ended itself with exit() on line 2"),
        ("import sys\nsys.exit(0)\ndef f(): pass", "the program ended itself with exit() on line 2"),
    ],
)
def test_a_called_function_that_exits_has_not_finished(run: Run, source: str, reason: str) -> None:
    trace = run(source, kind="call", function="f")
    assert (trace.outcome, trace.reason) == (Outcome.EXITED, reason)


def test_a_sleep_begun_at_import_counts_from_the_call(run: Run) -> None:
    source = """
        import threading, time
        threading.Thread(target=time.sleep, args=(5,)).start()
        time.sleep(3)
        def f():
            time.sleep(4)
        """
    trace = run(source, kind="call", function="f")
    assert [(span.start, span.end) for span in trace.blocked] == [(0, 2), (0, 4)]


@every_launcher
def test_the_process_runs_the_same_code_as_its_parent(run: Run) -> None:
    assert run("import pytest_asyncgrade as ours\nprint(ours.__file__)").output == [pytest_asyncgrade.__file__]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="eager tasks came with Python 3.12")
def test_what_an_eager_task_prints_is_its_own(run: Run) -> None:
    trace = run("""
        import asyncio

        async def quick(n):
            print("quick", n)
            return n

        async def slow():
            print("slow")
            await asyncio.sleep(1)

        async def main():
            asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
            await asyncio.gather(quick(1), quick(2), slow())

        asyncio.run(main())
    """)
    assert [(line.text, line.task) for line in trace.output] == [("quick 1", 2), ("quick 2", 3), ("slow", 4)]
    assert [(task.coroutine, task.parent, task.ended, task.end) for task in trace.tasks] == [
        ("main", None, "finished", 1),
        ("quick", 1, "finished", 0),
        ("quick", 1, "finished", 0),
        ("slow", 1, "finished", 1),
    ]


OWN_MAIN_FAILS = """
    import asyncio
    async def fetch(number):
        await asyncio.sleep(number)
        return number * 10
    async def main():
        async with asyncio.TaskGroup() as group:
            group.create_task(fetch(1))
            raise ValueError("oops")
    {the_end}
    def later():
        return 1
    """


@pytest.mark.parametrize(
    ("the_end", "reason"),
    [
        ("asyncio.run(main())", "line 9: ValueError: oops"),
        ("exit('no')", "the program ended itself with exit(no) on line 10"),
        (
            "input()",
            "line 10: EOFError: EOF when reading a line (the program asks for input, and nobody types anything when it"
            " is graded)",
        ),
        ("asyncio.run(asyncio.wait_for(asyncio.sleep(2), 1))", "line 10: TimeoutError"),
    ],
)
def test_a_main_that_fails_at_import_leaves_what_was_defined_before(
    run: Run, tmp_path: Path, the_end: str, reason: str
) -> None:
    source = OWN_MAIN_FAILS.format(the_end=the_end)
    trace = run(source, kind="call", function="fetch", args=(2,))
    assert (trace.outcome, trace.result, trace.elapsed) == (Outcome.FINISHED, 20, 2)
    scenarios = tmp_path / "scenarios.py"
    scenarios.write_text(
        "import asyncio\n"
        "async def both(student):\n    return await asyncio.gather(student.fetch(1), student.fetch(3))\n"
        "async def missing(student):\n"
        "    async with asyncio.TaskGroup() as group:\n        group.create_task(asyncio.to_thread(student.later))\n"
    )
    assert run(source, kind="play", function="both", scenarios=scenarios).result == [10, 30]
    for fields in (
        {"kind": "call", "function": "later"},
        {"kind": "play", "function": "missing", "scenarios": scenarios},
    ):
        trace = run(source, **fields)
        assert (trace.outcome, trace.reason) == (run(source).outcome, reason)


def test_tasks_that_asyncio_makes_for_itself_are_not_the_programs(run: Run) -> None:
    trace = run("""
        import asyncio
        async def answer(reader, writer):
            writer.close()
        async def main():
            async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
                reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
                await reader.read()
                writer.close()
        asyncio.run(main())
        """)
    assert [task.coroutine for task in trace.tasks] == ["main", "answer"]
