from __future__ import annotations

import json

import pytest

from pytest_asyncgrade.trace.output import Place
from pytest_asyncgrade.trace.protocol.lines import Seal, dump, load
from pytest_asyncgrade.trace.protocol.records import Hello, Located, Printed, RecordError, encode

ROWS = [encode(Hello(2)), encode(Printed(0, "stdout", "hi", None, None)), encode(Located(Place("p.py", 1, "f")))]


def test_records_of_a_line_come_back_in_their_order() -> None:
    assert list(load(dump(*ROWS))) == [
        Hello(2), Printed(0, "stdout", "hi", None, None), Located(Place("p.py", 1, "f")),
    ]  # fmt: skip


def test_a_sealed_record_comes_out_as_it_went_in() -> None:
    writer, reader = Seal(b"key"), Seal(b"key")
    for row in ROWS:
        line = writer.sign(dump(row))
        assert json.loads(line)[1:] == json.loads(dump(row))
        assert reader.open(line) == dump(row)


def forged(how: str, lines: list[bytes]) -> list[bytes]:
    """Return lines of which the last is no record of the recorder's."""
    return {
        "unsigned": [dump(ROWS[0])],
        "guessed": [Seal(b"guess").sign(dump(ROWS[0]))],
        "changed": [lines[0].replace(b"hello", b"hullo")],
        "out of order": [lines[1]],
        "repeated": [lines[0], lines[0]],
        "left out": [lines[0], lines[2]],
        "empty": [b""],
        "nonsense": [b"[" * 100],
    }[how]


@pytest.mark.parametrize(
    "how", ["unsigned", "guessed", "changed", "out of order", "repeated", "left out", "empty", "nonsense"]
)
def test_a_record_that_was_forged_changed_repeated_or_left_out_breaks_the_seal(how: str) -> None:
    writer, reader = Seal(b"key"), Seal(b"key")
    *good, bad = forged(how, [writer.sign(dump(row)) for row in ROWS])
    for line in good:
        reader.open(line)
    with pytest.raises(RecordError, match=r"^not written by its recorder: "):
        reader.open(bad)
