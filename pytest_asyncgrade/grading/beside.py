"""What was expected beside what came, line by line, so that a student sees at a glance where they part."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MOMENT = re.compile(r" at \S+ s$")
"""As matchers show it behind a line: ``"Function 3 Ended" at 1 s``."""


class Row(NamedTuple):
    """A line that was expected and the one that came in its place; empty where there is none."""

    expected: str
    actual: str
    same: bool
    """Whether it is as expected: what came between the expected lines is."""


def beside(expected: Sequence[str], actual: Sequence[str]) -> Iterator[Row]:
    """Yield the lines of both in their order; lines of the same text stand beside each other, whatever their moments.

    >>> for row in beside(['"a" at 1 s', '"b"'], ['"x" at 0 s', '"a" at 2 s']):
    ...     print(row)
    Row(expected='', actual='"x" at 0 s', same=True)
    Row(expected='"a" at 1 s', actual='"a" at 2 s', same=False)
    Row(expected='"b"', actual='', same=False)
    """
    lefts, rights = ([_MOMENT.sub("", line) for line in lines] for lines in (expected, actual))
    for kind, left, left_end, right, right_end in SequenceMatcher(None, lefts, rights, autojunk=False).get_opcodes():
        for one, other in zip_longest(expected[left:left_end], actual[right:right_end], fillvalue=""):
            same = not one or (kind == "equal" and (one == other or not _MOMENT.search(one)))
            yield Row(one, other, same)
