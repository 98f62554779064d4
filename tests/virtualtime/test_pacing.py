from __future__ import annotations

import re
from itertools import product

import pytest

from pytest_asyncgrade.virtualtime import pacing
from pytest_asyncgrade.virtualtime.pacing import (
    Deadlock,
    Decision,
    FlowUntil,
    JumpTo,
    Run,
    State,
    WaitForCaller,
    decide,
)

DUE = 7 << 40


@pytest.mark.parametrize(
    ("state", "decision"),
    [
        (State(can_run=True), Run()),
        (State(outstanding=True), FlowUntil(None)),
        (State(outstanding=True, due=DUE), FlowUntil(DUE)),
        (State(due=DUE), JumpTo(DUE)),
        (State(due=0), JumpTo(0)),
        (State(listening=True), WaitForCaller()),
        (State(bystanders=True), FlowUntil(None)),
        (State(), Deadlock()),
    ],
    ids=repr,
)
def test_the_decision(state: State, decision: Decision) -> None:
    assert decide(state) == decision


def _decisions() -> dict[tuple[bool, ...], Decision]:
    return {
        answers: decide(State(answers[0], answers[1], DUE if answers[2] else None, answers[3], answers[4]))
        for answers in product((True, False), repeat=5)
    }


def test_what_can_run_runs_whatever_else_is_awaited() -> None:
    assert {decision for answers, decision in _decisions().items() if answers[0]} == {Run()}


def test_time_jumps_only_if_nothing_real_is_awaited() -> None:
    jumps = [answers for answers, decision in _decisions().items() if decision == JumpTo(DUE)]
    assert {answers[:3] for answers in jumps} == {(False, False, True)}


def test_a_deadlock_is_only_declared_if_nothing_at_all_is_awaited() -> None:
    assert [answers for answers, decision in _decisions().items() if decision == Deadlock()] == [(False,) * 5]


def test_the_table_in_the_docstring_is_what_is_decided() -> None:
    """Each of its lines stands for the states it names; together they are all states."""
    table = re.findall(r"^(yes|no) +(\w+) +(\w+) +(\w+) +(\w+) +(.+)$", pacing.__doc__ or "", re.MULTILINE)
    assert len(table) == 6
    described: dict[tuple[bool, ...], str] = {}
    values = {"yes": [True], "no": [False], "set": [True], "None": [False], "any": [True, False]}
    for *cells, decision in table:
        for answers in product(*(values[cell] for cell in cells)):
            assert answers not in described
            described[answers] = decision.replace("due", str(DUE if answers[2] else None))
    shown = {answers: re.sub(r"instant=|\(\)", "", repr(decision)) for answers, decision in _decisions().items()}
    assert described == shown
