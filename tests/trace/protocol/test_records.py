from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import MISSING, fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncgrade.trace.model import CallSite, Outcome, Raised, Stuck, WaitsFor
from pytest_asyncgrade.trace.output import Place
from pytest_asyncgrade.trace.protocol import records
from pytest_asyncgrade.trace.protocol.lines import dump
from pytest_asyncgrade.trace.protocol.records import KINDS, Failure, Record, RecordError, decode, encode, row_of
from pytest_asyncgrade.virtualtime.stuck import Lacks

PLACE = Place("p.py", 3, "work")
RECORDS: list[Record] = [
    records.Hello(2),
    records.NotStarted("OSError: no room"),
    records.Printed(1, "stderr", "\udcff", 2, PLACE),
    records.TaskCreated(1, None, "Task-1", "main", 0, None, 1, "3, 'a'"),
    records.TaskDone(1, 5, "failed", "late", 1, Failure("OSError", PLACE, "disk full")),
    records.TasksLeft((1, 2)),
    records.CallBlocked(0, 1 << 99, None, PLACE, WaitsFor.BLOCKING_LOCK, "Lock.acquire"),
    records.BusyWaitBegan(0, None, None),
    records.StepWasSlow(120, 3, PLACE),
    records.WaitBegan(0, 1, WaitsFor.LOCK, "Lock.acquire", None, (PLACE, PLACE), (CallSite(4, 1),), (2,)),
    records.Deadlocked((Stuck((2, 3), "", PLACE, Lacks.LINE, (1,), "", 0, 0, "b'x'", ""),)),
    records.NeverAwaited("f", PLACE, after_error=True),
    records.ExceptionLost(2),
    records.CancellationSwallowed(0, 2, PLACE),
    records.LoopTouched(0, None),
    records.FunctionNamed(2, "fetch"),
    records.DelayGiven(500),
    records.InsideReached("gc.get_objects", PLACE),
    records.Located(PLACE),
    records.Asked("call"),
    records.Ended(0, Outcome.CRASHED, "oops", PLACE, Raised("E", "m", "Traceback ...", PLACE), ["int", "0x7"]),
]


def test_there_is_an_example_of_every_record() -> None:
    assert [type(record) for record in RECORDS] == list(KINDS)


def test_no_two_records_have_one_tag_and_no_field_has_a_default() -> None:
    assert len({kind.tag for kind in KINDS}) == len(KINDS)
    assert all(field.default is MISSING for kind in KINDS for field in fields(kind))


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.tag)
def test_a_record_comes_back_from_json_as_it_was(record: Record) -> None:
    (row,) = json.loads(dump(encode(record)))
    assert decode(row) == record


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.tag)
def test_a_row_without_a_record_is_what_the_record_encodes_to(kind: Any) -> None:
    values = list(range(len(fields(kind))))
    assert row_of(kind)(*values) == encode(kind(*values)) == [kind.tag, *values]


@pytest.mark.parametrize(
    "value", [None, True, -1, 1 << 100, 0.5, "x", [], ["x"], {}, [1, 2, 3], ["p.py", 3, "work", 4]]
)
@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.tag)
def test_each_field_is_of_its_type_or_an_error(record: Record, value: object) -> None:
    (row,) = json.loads(dump(encode(record)))
    for index, field in enumerate(fields(record), start=1):
        if field.type is object:  # any JSON: `plain.decode` looks at it
            continue
        changed = [*row[:index], value, *row[index + 1 :]]
        try:
            assert dump(encode(decode(changed))) == dump(changed)
        except RecordError as error:
            assert str(error).startswith(f"a malformed record {record.tag!r}: ")  # noqa: PT017  # or it is of its type


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_whatever_json_comes_is_a_record_or_an_error(row: object) -> None:
    with suppress(RecordError):
        assert encode(decode(row))
