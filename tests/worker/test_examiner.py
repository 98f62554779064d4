"""The examiner goes first: no line of a student's runs before the grader's scenarios, nor sees what is yet to come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_asyncgrade.errors import AsyncgradeError
from pytest_asyncgrade.sandbox import Job, Spawn, read_submission, run_isolated
from pytest_asyncgrade.trace import Outcome
from pytest_asyncgrade.worker.examiner import ScenariosError, scenarios
from tests.conftest import every_launcher

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_asyncgrade.sandbox import Launcher
    from pytest_asyncgrade.sandbox.child import Child
    from pytest_asyncgrade.trace import Trace
    from pytest_asyncgrade.trace.protocol.order import RunOrder

SCENARIOS = b"""
import asyncio, builtins, json

async def judge(student, text):
    queue = asyncio.Queue()
    queue.put_nowait(text)
    await asyncio.gather(student.take(queue), asyncio.sleep(1))
    return [len(text), abs(-3), isinstance(text, str), json.dumps(queue.qsize())]
"""


def judged(tmp_path: Path, launcher: Launcher, code: str, **fields: Any) -> Trace:
    (tmp_path / "program.py").write_text(code)
    submission = read_submission(tmp_path / "program.py")
    return run_isolated(Job(submission, **({"scenarios": SCENARIOS} | fields)), launcher)


@every_launcher
@pytest.mark.parametrize(
    "change",
    [
        "",
        "builtins.abs = lambda *args: 'forged'",
        "asyncio.gather = asyncio.sleep = asyncio.Queue = lambda *args: 'forged'",
        "json.dumps = lambda value: 'forged'",
        "sys.modules['scenarios'] = sys.modules['json'] = None",
    ],
)
def test_what_a_program_replaces_is_not_replaced_in_the_scenarios(
    tmp_path: Path, launcher: Launcher, change: str
) -> None:
    code = f"import asyncio, builtins, json, sys\nasync def take(queue):\n    queue.get_nowait()\n{change}\n"
    trace = judged(tmp_path, launcher, code, kind="play", function="judge", kwargs={"text": "ba"})
    assert (trace.result, trace.elapsed) == ([2, 3, True, "0"], 1)


@pytest.mark.parametrize("name", ["len", "sorted", "isinstance", "__import__", "__build_class__"])
def test_who_breaks_python_itself_has_not_finished(tmp_path: Path, name: str) -> None:
    forged = f"builtins.{name} = lambda *args, **kwargs: 'forged'"
    code = f"import builtins\nasync def take(queue):\n    queue.get_nowait()\n{forged}\n"
    trace = judged(tmp_path, Spawn(), code, kind="play", function="judge", kwargs={"text": "ba"})
    assert trace.outcome is not Outcome.FINISHED or trace.result == [2, 3, True, "0"]


@every_launcher
def test_the_scenarios_are_in_no_file(tmp_path: Path, launcher: Launcher) -> None:
    code = (
        "import os\n"
        "for folder, _, files in os.walk('..'):\n"
        "    for file in files:\n"
        "        if b'queue' in open(os.path.join(folder, file), 'rb').read():\n"
        "            print(file)\n"
        "async def take(_): pass\n"
    )
    trace = judged(tmp_path, launcher, code, kind="play", function="judge", kwargs={"text": "ba"})
    assert trace.output == []


class Listening(Spawn):
    """Remembers what a process is told at its start."""

    def launch(self, order: RunOrder) -> Child:
        self.told = order.dump()
        return super().launch(order)


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "call", "function": "take", "args": ("needle",), "kwargs": {"other": "needle"}},
        {"kind": "play", "function": "judge", "kwargs": {"text": "needle"}},
        {"kind": "run", "vary": {123456.0: 1.0}},
    ],
)
def test_what_varies_is_not_in_the_order(tmp_path: Path, fields: dict[str, Any]) -> None:
    launcher = Listening()
    judged(tmp_path, launcher, "print(1)", **fields)
    assert not any(word in launcher.told for word in (b"needle", b"123456", b'"take"', b'"judge"'))


@every_launcher
@pytest.mark.parametrize(("code", "times"), [("def take(word): pass", 1), ("exit(3)", 1), ("def take(word) pass", 0)])
def test_arguments_are_asked_for_when_the_program_has_been_imported(
    tmp_path: Path, launcher: Launcher, code: str, times: int
) -> None:
    trace = judged(tmp_path, launcher, code, kind="call", function="take", args=("called",))
    assert b"".join(trace.records).count(b'["asked","call"]') == times


@every_launcher
def test_delays_are_asked_for_at_the_first_sleep(tmp_path: Path, launcher: Launcher) -> None:
    code = "import time\nprint(1)\ntime.sleep(2)\nprint(2)\ntime.sleep(2)\ntime.sleep(3)"
    trace = judged(tmp_path, launcher, code, vary={2: 0.5})
    assert [line.time for line in trace.output] == [0, 0.5]
    assert trace.elapsed == 4
    said = b"".join(trace.records)
    assert said.count(b'["asked","delays"]') == 1
    assert said.index(b'"1"') < said.index(b'["asked","delays"]') < said.index(b'"2"')


def test_the_scenarios_may_change_a_module_for_the_program() -> None:
    played = scenarios(b"import json\ndef change():\n    json.spam = 3\n    return json.spam")
    import json

    assert played["change"]() == 3
    assert vars(json).pop("spam") == 3


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (b"\nimport nowhere_to_be_found", "line 2: ModuleNotFoundError: No module named 'nowhere_to_be_found'"),
        (b"async def judge(student):\n  return (", "line 2: SyntaxError: '(' was never closed (scenarios.py, line 2)"),
        (b"x = 0\0", "line 1: SyntaxError: "),
        (b"raise SystemExit(3)", "line 1: SystemExit: 3"),
    ],
)
def test_a_mistake_in_the_scenarios_is_the_graders(tmp_path: Path, code: bytes, reason: str) -> None:
    with pytest.raises(ScenariosError, match=r"^the grader's scenarios.py, ") as raised:
        scenarios(code)
    assert str(raised.value).removeprefix("the grader's scenarios.py, ").startswith(reason)
    (tmp_path / "program.py").write_text("print(1)")
    job = Job(read_submission(tmp_path / "program.py"), "play", function="judge", scenarios=code)
    with pytest.raises(AsyncgradeError) as told:
        run_isolated(job)
    assert str(told.value) == f"judge() could not be started, which is not the student's fault: {raised.value}"
