"""What a teacher is told of, and that no honest program is ever among it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_asyncgrade.grading import Flag
from pytest_asyncgrade.grading.forgery import CODES
from pytest_asyncgrade.grading.integrity import of_run, of_source
from pytest_asyncgrade.trace import Line, Outcome, Output, Place, Recording, Trace, Wait
from pytest_asyncgrade.trace.model import Reached, WaitsFor
from pytest_asyncgrade.trace.seconds import Seconds

ROOT = Path(__file__).parents[2]
HONEST = [
    *ROOT.glob("graders/*/solution.py"),
    *ROOT.glob("graders/*/alternatives/*.py"),
    *ROOT.glob("graders/*/mistakes/*.py"),
    *ROOT.glob("exercises/*/*.py"),
    *ROOT.glob("examples/**/*.py"),
    *ROOT.glob("tests/hostile/h*.py"),
]


def codes(source: str) -> list[str]:
    return [flag.code for flag in of_source({"x.py": source.encode()})]


def test_no_honest_program_is_flagged() -> None:
    assert len(HONEST) > 400
    assert {str(path): flags for path in HONEST if (flags := of_source({path.name: path.read_bytes()}))} == {}


@pytest.mark.parametrize(
    "source",
    [
        "import inspect\nprint(inspect.iscoroutinefunction(print), inspect.signature(print))",
        "from inspect import isawaitable",
        "import sys\nsys.stdout = open('log', 'w')\nsys.argv = []\nprint(getattr(sys, 'ps1', None))",
        "import contextlib, io\nwith contextlib.redirect_stdout(io.StringIO()): print(1)",
        "import codecs\ncodecs.open('data.txt')",
        "import re\nre.compile('a')\n'a'.encode()",
        "class Pool:\n    def patch(self): self.clock = self.modules = 1\n\npool = Pool()\npool.patch = pool.clock",
        "import asyncio\nloop = asyncio.get_event_loop()\nloop.clock = 1\nprint(loop.clock, asyncio.all_tasks())",
        "cache = {}\ncache.update(a=1)\ncache.pop('a')",
        "import os\nos.write(1, b'hi')\nos.environ.get('HOME')",
        "def compile(x): return x\ncompile(3)",
        "class Bot:\n    def do(self, word): getattr(self, f'handle_{word}')()",
        "class Options:\n    def __init__(self, **given):\n        for name in given: setattr(self, name, given[name])",
        "import asyncio\nsleep = asyncio.sleep\nsleep(1)",
        "from . import helper\nfrom .helper import exec",
    ],
)
def test_what_programs_do_is_no_flag(source: str) -> None:
    assert codes(source) == []


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("print(print.__self__)", ["reflection"]),
        ("from sys import _getframe", ["reflection"]),
        ("import sys as s\ns.modules['a'] = 1", ["replaced", "reflection"]),
        ("a = '{0.__globals__}'", ["reflection"]),
        ("a = b'tb.gi_frame'", []),
        ("a = b'__globals__'", ["reflection"]),
        ("import gc", ["memory"]),
        ("import concurrent.interpreters", ["memory"]),
        ("from concurrent import interpreters", ["memory"]),
        ("import inspect\nprint(inspect.stack())", ["memory"]),
        ("import asyncio as a\na.tasks.sleep = print", ["replaced"]),
        ("import asyncio\n(asyncio.sleep, [*asyncio.gather]) = 1, 2", ["replaced"]),
        ("import time\ntime.sleep += 1", ["replaced"]),
        ("import time\nfor time.sleep in []: pass", ["replaced"]),
        ("import time\ndel time.sleep", ["replaced"]),
        ("import asyncio\nasyncio.__dict__['sleep'] = 1", ["replaced"]),
        ("import asyncio\nvars(asyncio)['sleep'] = 1", ["replaced", "replaced"]),
        ("__builtins__['print'] = 1", ["replaced"]),
        ("import os\nos.environ.pop('HOME')", ["replaced"]),
        ("from unittest import mock\nmock.patch('time.sleep')", ["replaced"]),
        ("import asyncio\nsetattr(asyncio, 'sleep', 1)", ["replaced"]),
        ("import asyncio\nR = asyncio.Runner\nR.run = print", ["replaced"]),
        ("getattr(print, name)", ["dynamic"]),
        ("getattr(print, f'_{name}')", ["dynamic"]),
        ("getattr(print, f'gi_{name}')", ["dynamic"]),
        ("getattr(print, f'{name}_')", ["dynamic"]),
        ("eval('1')", ["dynamic"]),
        ("import importlib\nimportlib.import_module('gc')", ["dynamic"]),
        ("from importlib import import_module", ["dynamic"]),
        ("open('/proc/self/maps')", ["files"]),
        ("open('../grader/x')", ["files"]),
        ("import os\nos.fork()", ["process"]),
        ("import os\nos.write(7, b'')", ["process"]),
        ("import codecs\ncodecs.register(print)", ["memory", "memory"]),
        ("match 1:\n    case object(__globals__=g): pass", ["reflection"]),
        ("import asyncio\nasyncio.get_running_loop().clock", ["reflection"]),
    ],
)
def test_what_a_forger_does_is_flagged(source: str, wanted: list[str]) -> None:
    found = codes(source)
    assert (sorted(set(found)), bool(found)) == (sorted(set(wanted)), bool(wanted))


def test_a_flag_names_file_line_and_piece() -> None:
    (flag,) = of_source({"a/x.py": b"\nimport gc\n", "notes.txt": b"import gc"})
    assert str(flag) == "a/x.py, line 2: it uses gc, which can look at everything in the process, or change it"
    assert str(Flag("files", "x.py", 0, "does")) == "it does"


@pytest.mark.parametrize("source", [b"def", b"x = 0\0", b"(" * 10_000, b"\xff"])
def test_what_is_no_source_has_no_flags(source: bytes) -> None:
    assert of_source({"x.py": source}) == []
    assert of_run(trace("def"), "x.py") == []


def test_of_very_many_only_the_first_are_told() -> None:
    assert len(codes("import gc\n" * 100)) == 20


def trace(source: str, **recorded: object) -> Trace:
    recording = Recording(**recorded)  # type: ignore[arg-type]  # whatever a test needs
    return Trace(Outcome.FINISHED, "", recording, source=tuple(source.split("\n")))


SOURCE = "import asyncio\nx = 1\nasync def f():\n    await asyncio.sleep(\n        2)\n    y = x\n    print(x)"


def test_what_the_source_cannot_have_done_is_a_contradiction() -> None:
    start = Seconds(0)

    def line(number: int) -> Line:
        return Line("hi", start, "stdout", None, Place("x.py", number, "f"))

    def wait(*numbers: int) -> Wait:
        places = tuple(Place("x.py", number, "f") for number in numbers)
        return Wait(1, start, start, WaitsFor.SLEEP, places=places)

    lines = Output([line(7), line(6), line(6), Line("raw", start)])
    found = of_run(trace(SOURCE, output=lines, waits=(wait(4), wait(2), wait())), "x.py")
    assert list(map(str, found)) == [
        "x.py, line 6: it printed a line there, says the recording, but calls nothing",
        "x.py, line 2: it waited there, says the recording, but awaits nothing",
    ]
    assert {flag.code for flag in found} == {"contradiction"}


def test_what_a_run_reached_for_is_told() -> None:
    reached = (Reached("gc.get_objects", Place("x.py", 2, "f")), Reached("sys.settrace"))
    assert list(map(str, of_run(trace(SOURCE, reached=reached), "x.py"))) == [
        "x.py, line 2: it used gc.get_objects while it ran", "it used sys.settrace while it ran"
    ]  # fmt: skip


def test_every_code_has_its_sentence() -> None:
    assert all("{}" in sentence for sentence in CODES.values())
