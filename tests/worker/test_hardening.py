"""A program that looks for its recorder finds nothing that it could use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_asyncgrade import measured
from pytest_asyncgrade.sandbox import Job, read_submission, run_isolated
from pytest_asyncgrade.trace import Outcome
from tests.conftest import WAYS, new_launcher

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_asyncgrade.trace import Trace

    Run = Callable[..., Trace]

ENOUGH: dict[str, Any] = {"timeout": 60, "limits": {"memory": 4_000_000_000, "cpu_seconds": 60}}
WALK = """
import asyncio, signal, sys, time, warnings
sys.setrecursionlimit(10_000)
OURS = {"Recorder", "Session", "Channel", "Seal", "Lines", "DescriptorTail", "OutputLimit"}

def walk(start):
    "Return the recorder's objects that attributes, items, closures and bound methods lead to."
    seen, todo, found = {}, list(start), set()
    while todo and len(seen) < 200_000:
        value = todo.pop()
        if id(value) in seen:
            continue
        seen[id(value)] = value
        if type(value).__name__ in OURS and type(value).__module__.startswith("pytest_asyncgrade"):
            found.add(type(value).__name__)
        if isinstance(value, dict):
            todo += [*value.keys(), *value.values()]
        elif isinstance(value, (list, tuple, set, frozenset)):
            todo += value
        for cell in getattr(value, "__closure__", None) or ():
            try:
                todo.append(cell.cell_contents)
            except ValueError:
                pass
        for name in dir(value) if not isinstance(value, (int, str, bytes, float)) else ():
            if name not in ("__abstractmethods__", "__annotations__"):
                try:
                    todo.append(getattr(value, name))
                except BaseException:
                    pass
    return found

def frames(frame):
    while frame:
        yield from (frame.f_locals, frame.f_globals)
        frame = frame.f_back
"""


@pytest.mark.parametrize(
    "start",
    [
        "[sys.stdout, sys.stderr, sys.stdin, print, warnings.formatwarning]",
        "[*map(signal.getsignal, signal.valid_signals())]",
        "frames(sys._getframe())",
        "[dict(sys.modules)]",
        "[time.sleep, time.time, time.monotonic, asyncio.run, asyncio.new_event_loop]",
    ],
)
def test_a_walk_from_what_a_program_sees_leads_nowhere(run: Run, start: str) -> None:
    assert run(f"{WALK}\nprint(sorted(walk({start})))", **ENOUGH).output == ["[]"]


def test_a_walk_from_inside_the_loop_leads_nowhere(run: Run) -> None:
    source = """
async def main():
    task = asyncio.create_task(asyncio.sleep(1))
    await asyncio.sleep(0)
    loop = asyncio.get_running_loop()
    print(sorted(walk([loop, task, task._callbacks, asyncio.all_tasks(), *frames(sys._getframe())])))
asyncio.run(main())
"""
    assert run(f"{WALK}{source}", **ENOUGH).output == ["[]"]


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("import gc; gc.get_objects()", "RuntimeError: gc.get_objects is not there in a graded run"),
        ("import gc; gc.get_referrers(gc)", "RuntimeError: gc.get_referrers is not there in a graded run"),
        ("import gc; gc.get_referents(gc)", "RuntimeError: gc.get_referents is not there in a graded run"),
        ("import sys; sys._current_frames()", "RuntimeError: sys._current_frames is not there in a graded run"),
        ("import ctypes; ctypes.string_at(0)", "RuntimeError: ctypes.string_at is not there in a graded run"),
        ("open('/proc/self/mem', 'rb')", "PermissionError: memory cannot be opened in a graded run"),
    ],
)
def test_what_looks_through_memory_is_refused(run: Run, code: str, error: str) -> None:
    trace = run(code)
    assert trace.outcome is Outcome.CRASHED
    assert trace.reason == f"line 1: {error}"


@pytest.mark.parametrize("way", WAYS)
def test_tracing_is_refused_whatever_the_environment_says(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measured, "_MARK", tmp_path / "nowhere")  # that is, outside of our own gate
    monkeypatch.setenv("COVERAGE_PROCESS_START", str(tmp_path / "settings"))
    monkeypatch.setenv("COVERAGE_FILE", str(tmp_path / "data"))
    (tmp_path / "program.py").write_text("import sys; sys.settrace(print)")
    launcher = new_launcher(way)  # the shared one began without the variables
    trace = run_isolated(Job(read_submission(tmp_path / "program.py")), launcher)
    launcher.close()
    assert trace.reason == "line 1: RuntimeError: sys.settrace is not there in a graded run"


def test_what_a_program_replaces_is_not_used_to_record_it(run: Run) -> None:
    trace = run("""
        import json, json.encoder, os, _thread
        def evil(*args, **kwargs):
            raise SystemExit("mine")
        os.write = os.getpid = os._exit = evil
        json.dumps = json.encoder.encode_basestring_ascii = json.encoder.c_make_encoder = evil
        json.JSONEncoder.encode = json.JSONEncoder.iterencode = evil
        print("true")
        """)
    assert trace.output == ["true"]


def test_a_task_of_the_programs_own_kind_is_recorded_without_its_help(run: Run) -> None:
    trace = run("""
        import asyncio, sys
        seen = []
        def look():
            seen.append("self" in sys._getframe(2).f_locals and type(sys._getframe(2).f_locals["self"]).__name__)
        class Name(type):
            @property
            def __name__(cls):
                look()
                return "x"
        class Task(asyncio.Task):
            def get_name(self): look(); return super().get_name()
            def cancelled(self): look(); return super().cancelled()
            def add_done_callback(self, *args, **kwargs): look(); return super().add_done_callback(*args, **kwargs)
        async def main():
            asyncio.get_running_loop().set_task_factory(lambda loop, coro, **kw: Task(coro, loop=loop, **kw))
            await asyncio.create_task(asyncio.sleep(1), name="mine")
        asyncio.run(main())
        print("Recorder" in seen)
        """)
    assert trace.output == ["False"]


@pytest.mark.parametrize("result", ["'x' * 2_000_000", "list(range(200_000))"])
def test_a_result_that_is_too_large_is_said_to_be(run: Run, result: str) -> None:
    trace = run(f"def f(): return {result}", kind="call", function="f")
    assert trace.outcome is Outcome.FLOODED
    assert trace.reason == "the result is too large to be looked at: more than 900 kB when it is written down"


def test_long_texts_of_an_exception_are_cut(run: Run) -> None:
    trace = run("raise ValueError('x' * 300_000)")
    assert trace.outcome is Outcome.CRASHED
    assert trace.reason.startswith("line 1: ValueError: xxx")
    assert trace.reason.endswith("[... cut: it is longer than 1000 characters]")
    assert len(trace.reason) < 21_000


def test_a_deadlock_is_explained_all_the_same(run: Run) -> None:
    trace = run("""
        import asyncio
        async def take(first, second):
            async with first:
                await asyncio.sleep(1)
                async with second:
                    pass
        async def main():
            a, b = asyncio.Lock(), asyncio.Lock()
            await asyncio.gather(take(a, b), take(b, a))
        asyncio.run(main())
        """)
    assert trace.outcome is Outcome.DEADLOCKED
    assert "a lock: take 2 has it, and waits, too" in trace.reason


def test_an_exception_whose_text_raises_anything_is_told(run: Run) -> None:
    trace = run("""
        class Gone(BaseException):
            def __str__(self):
                raise self
        raise Gone
        """)
    assert trace.outcome is Outcome.CRASHED
    assert trace.reason == "line 5: Gone: <Gone whose text cannot be shown>"


@pytest.mark.parametrize(
    ("code", "events"),
    [
        ("import sys\nsys._getframe()", ["sys._getframe"]),
        ("import sys\nfor _ in range(100): sys._getframe()", ["sys._getframe"]),
        ("import sys\nexec('sys._getframe()')", ["sys._getframe"]),
        ("def f(): pass\nf.__code__", ["object.__getattr__"]),
        ("def f(): pass\nf.__code__ = f.__code__", ["object.__getattr__", "object.__setattr__"]),
        ("import gc\ntry: gc.get_objects()\nexcept RuntimeError: pass", ["gc.get_objects"]),
        ("import sys\nsys.addaudithook(lambda *args: None)", ["sys.addaudithook"]),
        ("import threading, sys\nt = threading.Thread(target=sys._getframe)\nt.start()\nt.join()", []),
        (
            "import threading, sys\nt = threading.Thread(target=lambda: sys._getframe())\nt.start()\nt.join()",
            ["sys._getframe"],
        ),
        ("from collections import namedtuple\nimport dataclasses, enum, inspect, logging, traceback", []),
    ],
)
def test_what_leads_inside_is_told_once_for_each_line(run: Run, code: str, events: list[str]) -> None:
    trace = run(code)
    assert trace.outcome is Outcome.FINISHED
    assert [one.what for one in trace.partial.reached] == events


def test_what_leads_inside_is_told_before_the_deed(run: Run) -> None:
    trace = run("import os, sys\nsys._getframe(), os._exit(3)")
    assert [(one.what, one.place and one.place.lineno) for one in trace.partial.reached] == [("sys._getframe", 2)]
