"""What a check expects of an output, as objects with ``==`` and an explanation, in the manner of `pytest.approx`.

Each line expected is a text (compared without trailing blanks), a compiled regular expression (that must match the
whole line), or `at` (a line and the virtual second at which it appears).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .model import Line, Output, Seconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why something is not as expected, in a student's words: one sentence, then what was expected and what came."""

    rationale: str
    expected: tuple[str, ...] = ()
    actual: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class at:  # noqa: N801  # reads as a word in a check: at(1, "Function 3 Ended")
    """A line that appears at a moment, in virtual seconds since the program's start: ``at(1, "Function 3 Ended")``."""

    seconds: float
    text: str | re.Pattern[str]

    def __str__(self) -> str:
        return f"{_show(self.text)} at {Seconds(self.seconds)}"


Expected = str | re.Pattern[str] | at
_EXPECTED: tuple[type, ...] = (str, re.Pattern, at)


class Matcher:
    """Compares with an output (of a trace, of the fixture ``output``) or any iterable of texts."""

    __hash__ = None  # type: ignore[assignment]  # what is equal to many different outputs has no hash

    def __init__(self, *expected: Expected) -> None:
        for item in expected:
            if not isinstance(item, _EXPECTED):
                msg = f"{type(self).__name__}() takes texts, compiled patterns and at(seconds, text), not {item!r}"
                raise TypeError(msg)
        if not expected:
            msg = f"{type(self).__name__}() needs at least one line to look for"
            raise TypeError(msg)
        self.expected = expected

    def __eq__(self, other: object) -> bool:
        lines = _lines(other)
        return NotImplemented if lines is None else self.explain(lines) is None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.expected))})"

    def explain(self, lines: Sequence[Line]) -> Explanation | None:
        """Return why `lines` are not as expected, None if they are."""
        raise NotImplementedError

    def _explanation(self, rationale: str, lines: Sequence[Line]) -> Explanation:
        return Explanation(rationale, tuple(map(_show, self.expected)), tuple(map(_show_line, lines)))

    def _missing(self, lines: Sequence[Line], item: Expected) -> Explanation:
        text = item.text if isinstance(item, at) else item
        there = [line for line in lines if _matches(text, line)]
        if isinstance(item, at) and there:
            times = " and ".join(str(line.time) for line in there)
            rationale = f"{_show(text)} came at {times}, not at {Seconds(item.seconds)}"
        elif near := _nearly(text, lines):
            rationale = f"{_show(text)} was not printed; {_show(near)} is not quite the same"
        else:
            rationale = f"{_show(text)} was not printed"
        return self._explanation(rationale, lines)


class in_order(Matcher):  # noqa: N801  # reads as a word in a check
    """These lines appear in this order; there may be others before, between and after.

    >>> ["a", "b", "c"] == in_order("a", "c")
    True
    >>> ["c", "a"] == in_order("a", "c")
    False
    """

    def explain(self, lines: Sequence[Line]) -> Explanation | None:
        """Return what is missing, or out of order."""
        start = 0
        for index, item in enumerate(self.expected):
            found = next((n for n in range(start, len(lines)) if _matches(item, lines[n])), None)
            if found is None:
                if not any(_matches(item, line) for line in lines):
                    return self._missing(lines, item)
                before = self.expected[index - 1]
                return self._explanation(f"{_show(item)} came before {_show(before)}, not after it", lines)
            start = found + 1
        return None


class in_any_order(Matcher):  # noqa: N801  # reads as a word in a check
    """These lines all appear, each as often as it is named, in any order; there may be others.

    >>> ["b", "a"] == in_any_order("a", "b")
    True
    """

    def explain(self, lines: Sequence[Line]) -> Explanation | None:
        """Return what is missing."""
        left = list(lines)
        for item in self.expected:
            found = next((line for line in left if _matches(item, line)), None)
            if found is None and (times := sum(_matches(item, line) for line in lines)):
                rationale = f"{_show(item)} was printed {'once' if times == 1 else f'{times} times'} only"
                return self._explanation(rationale, lines)
            if found is None:
                return self._missing(lines, item)
            left.remove(found)
        return None


class lines(Matcher):  # noqa: N801  # reads as a word in a check
    """Exactly these lines, in this order, and nothing else.

    >>> ["one", "two"] == lines("one", "two")
    True
    """

    def explain(self, lines: Sequence[Line]) -> Explanation | None:
        """Return where the first difference is."""
        for number, (item, line) in enumerate(zip(self.expected, lines, strict=False), start=1):
            if not _matches(item, line):
                rationale = f"line {number} of the output is {_show_line(line)}, not {_show(item)}"
                return self._explanation(rationale, lines)
        if len(lines) > len(self.expected):
            extra = lines[len(self.expected)]
            return self._explanation(f"{_show_line(extra)} was printed, and should not have been", lines)
        if len(lines) < len(self.expected):
            where = "was not printed at the end" if lines else "was not printed, nor anything else"
            return self._explanation(f"{_show(self.expected[len(lines)])} {where}", lines)
        return None


class contains(Matcher):  # noqa: N801  # reads as a word in a check
    """Each of these texts is a part of some line.

    >>> ["took 3.0 s"] == contains("3.0")
    True
    """

    def explain(self, lines: Sequence[Line]) -> Explanation | None:
        """Return what is in no line."""
        for item in self.expected:
            text = item.text if isinstance(item, at) else item
            if not any(_found(text, line.text) and _in_time(item, line) for line in lines):
                return self._explanation(f"no line contains {_show(item)}", lines)
        return None


def _lines(other: object) -> Sequence[Line] | None:
    if isinstance(other, Output):
        return other
    if isinstance(other, list | tuple) and all(isinstance(item, str) for item in other):
        return [Line(text, Seconds(0)) for text in other]
    return None


def _matches(item: Expected, line: Line) -> bool:
    if isinstance(item, at):
        return line.time == item.seconds and _matches(item.text, line)
    if isinstance(item, re.Pattern):
        return item.fullmatch(line.text) is not None
    return line.text.rstrip() == item.rstrip()


def _found(text: str | re.Pattern[str], line: str) -> bool:
    return text in line if isinstance(text, str) else text.search(line) is not None


def _in_time(item: Expected, line: Line) -> bool:
    return not isinstance(item, at) or line.time == item.seconds


def _nearly(text: str | re.Pattern[str], lines: Iterable[Line]) -> str | None:
    """Return a line that differs in capitals, blanks or punctuation alone: what a beginner overlooks."""
    if isinstance(text, re.Pattern):
        return None
    wanted = _letters(text)
    return next((line.text for line in lines if wanted and _letters(line.text) == wanted), None)


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _show(item: Expected) -> str:
    if isinstance(item, re.Pattern):
        return f"a line like {item.pattern}"
    return str(item) if isinstance(item, at) else f'"{item}"'


def _show_line(line: Line) -> str:
    return f'"{line.text}" at {line.time}' if line.task or line.place or line.time else f'"{line.text}"'
