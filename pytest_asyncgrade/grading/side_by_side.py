"""Aligns the lines that were expected with those that came, so that a student sees at a glance where they differ."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from pytest_asyncgrade.trace import QuotedLine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_NOTHING = QuotedLine("")


class Row(NamedTuple):
    """A line that was expected and the one that came in its place; an empty text where there is none."""

    expected: str
    actual: str
    same: bool
    """Whether this is as expected; a line that came between the expected ones is."""


def side_by_side(expected: Sequence[QuotedLine], actual: Sequence[QuotedLine]) -> Iterator[Row]:
    """Yield the lines of both in their order; lines of the same text share a row, whatever their moments.

    >>> expected = [QuotedLine('"a"', "1 s"), QuotedLine('"b"')]
    >>> for row in side_by_side(expected, [QuotedLine('"x"', "0 s"), QuotedLine('"a"', "2 s")]):
    ...     print(row)
    Row(expected='', actual='"x" at 0 s', same=True)
    Row(expected='"a" at 1 s', actual='"a" at 2 s', same=False)
    Row(expected='"b"', actual='', same=False)
    """
    lefts, rights = ([line.text for line in lines] for lines in (expected, actual))
    for kind, left, left_end, right, right_end in SequenceMatcher(None, lefts, rights, autojunk=False).get_opcodes():
        for one, other in zip_longest(expected[left:left_end], actual[right:right_end], fillvalue=_NOTHING):
            same = one is _NOTHING or (kind == "equal" and one.moment in {"", other.moment})
            yield Row(str(one), str(other), same)
