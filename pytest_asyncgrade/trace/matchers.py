"""What a check expects of an output, as objects with ``==`` and an explanation, in the manner of `pytest.approx`.

==================  ==============  =================  ===========================
matcher             in this order?  other lines too?   each expected line
==================  ==============  =================  ===========================
`lines`             yes             no                 is a line of the output
`exactly`           no              no                 is a line of the output
`in_order`          yes             allowed            is a line of the output
`in_any_order`      no              allowed            is a line of the output
`contains`          no              allowed            is a part of a line
==================  ==============  =================  ===========================

Each expected line is a text (compared without trailing blanks), a compiled regular expression (that must match the
whole line), or `at` (a line and the virtual second at which it appears).  A line that is named twice is expected twice,
except by `contains`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .model import Line, Output, Seconds
from .plain import clipped, digits_apart, number, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import TypeGuard

    from .output import Place


@dataclass(frozen=True, slots=True)
class QuotedLine:
    """A line as reports show it: ``"Function 3 Ended"``, and the moment it appears at if that matters: ``1 s``."""

    text: str
    moment: str = ""

    def __str__(self) -> str:
        return f"{self.text} at {self.moment}" if self.moment else self.text


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why something is not as expected, in a student's words: one sentence, then what was expected and what came."""

    rationale: str
    expected: tuple[QuotedLine, ...] = ()
    actual: tuple[QuotedLine, ...] = ()
    text: str = ""
    """The line that it is about: one that came, or one that never did."""
    place: Place | None = None
    """The student's line that printed it, or what came before."""


@dataclass(frozen=True, slots=True)
class at:  # noqa: N801  # reads as a word in a check: at(1, "Function 3 Ended")
    """A line that appears at a moment, in virtual seconds since the program's start: ``at(1, "Function 3 Ended")``."""

    seconds: float
    text: str | re.Pattern[str]


Expected = str | re.Pattern[str] | at
_EXPECTED: tuple[type, ...] = (str, re.Pattern, at)


class Matcher:
    """Compares with an output (of a trace, of the fixture ``output``) or any iterable of texts."""

    __hash__ = None  # type: ignore[assignment]  # it equals many different outputs

    def __init__(self, *expected: Expected) -> None:
        for item in expected:
            if not isinstance(item, _EXPECTED):
                msg = f"{type(self).__name__}() takes texts, compiled patterns and at(seconds, text), not {shown(item)}"
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

    def _digits(self, lines: Sequence[Line]) -> int:
        """Return how many digits of the moments to show."""
        moments = {line.time for line in lines} | {Seconds(item.seconds) for item in self.expected if _has_moment(item)}
        return digits_apart(moments)

    def _explanation(
        self, rationale: str, lines: Sequence[Line], wrong: Line | None = None, missing: Expected | None = None
    ) -> Explanation:
        """Explain by the line that is wrong, or by one that is missing, with the last that came before it."""
        digits, text = self._digits(lines), _text(missing or wrong or "")
        return Explanation(
            rationale,
            tuple(_quoted(_as_it_came(item, lines), digits) for item in self.expected),
            tuple(_quoted_line(line, digits) for line in lines),
            text=text if isinstance(text, str) else "",
            place=wrong.place if wrong is not None else None,
        )

    def _superfluous(self, lines: Sequence[Line], extra: Line) -> Explanation:
        shown_line = _show_line(extra, self._digits(lines))
        return self._explanation(f"{shown_line} was printed, and should not have been", lines, extra)

    def _missing(self, lines: Sequence[Line], item: Expected, before: Line | None = None) -> Explanation:
        """Explain what did not come, or not when it should; `before` is the line that it should follow."""
        digits, text = self._digits(lines), _text(item)
        there = [line for line in lines if _matches(text, line)]
        if _has_moment(item) and there:
            times = " and ".join(number(line.time, digits) for line in there)
            rationale = f"{_show(text, digits)} came at {times}, not at {number(item.seconds, digits)}"
            return self._explanation(rationale, lines, there[0])
        near = _nearly(text, lines)
        if near is not None:
            rationale = f"{_show(text, digits)} was not printed; {_show(near.text, digits)} is not quite the same"
            return self._explanation(rationale, lines, near)
        return self._explanation(f"{_show(text, digits)} was not printed", lines, before, item)


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
                early = next((line for line in lines if _matches(item, line)), None)
                if early is None:
                    return self._missing(lines, item, lines[start - 1] if start else None)
                digits, before = self._digits(lines), self.expected[index - 1]
                rationale = f"{_show(item, digits)} came before {_show(before, digits)}, not after it"
                return self._explanation(rationale, lines, early)
            start = found + 1
        return None


class in_any_order(Matcher):  # noqa: N801  # reads as a word in a check
    """These lines all appear, each as often as it is named, in any order; there may be others.

    >>> ["b", "a"] == in_any_order("a", "b")
    True
    """

    def explain(self, lines: Sequence[Line]) -> Explanation | None:
        """Return what is missing."""
        return self._explain_missing(lines, _paired(self.expected, lines))

    def _explain_missing(self, lines: Sequence[Line], pairs: Mapping[int, int]) -> Explanation | None:
        """Explain the first expected line that is paired with no line."""
        missing = next((item for number, item in enumerate(self.expected) if number not in pairs.values()), None)
        if missing is None:
            return None
        there = [line for line in lines if _matches(missing, line)]
        if not there:
            return self._missing(lines, missing)
        how_often = "once" if len(there) == 1 else f"{len(there)} times"
        return self._explanation(f"{_show(missing, self._digits(lines))} was printed {how_often} only", lines, there[0])


class exactly(in_any_order):  # noqa: N801  # reads as a word in a check
    """Exactly these lines, each as often as it is named, in any order, and nothing else.

    >>> ["b", "a"] == exactly("a", "b"), ["b", "a", "b"] == exactly("a", "b")
    (True, False)
    """

    def explain(self, lines: Sequence[Line]) -> Explanation | None:
        """Return what is missing, or what is there and should not be."""
        pairs = _paired(self.expected, lines)
        extra = next((line for number, line in enumerate(lines) if number not in pairs), None)
        if explanation := self._explain_missing(lines, pairs):
            return explanation
        return None if extra is None else self._superfluous(lines, extra)


class lines(Matcher):  # noqa: N801  # reads as a word in a check
    """Exactly these lines, in this order, and nothing else.

    >>> ["one", "two"] == lines("one", "two")
    True
    """

    def explain(self, lines: Sequence[Line]) -> Explanation | None:
        """Return where the first difference is."""
        for index, (item, line) in enumerate(zip(self.expected, lines, strict=False), start=1):
            if not _matches(item, line):
                digits = self._digits(lines)
                rationale = f"line {index} of the output is {_show_line(line, digits)}, not {_show(item, digits)}"
                missing = None if any(_matches(_text(item), one) for one in lines) else item
                return self._explanation(rationale, lines, line, missing)
        if len(lines) > len(self.expected):
            return self._superfluous(lines, lines[len(self.expected)])
        if len(lines) < len(self.expected):
            item, last = self.expected[len(lines)], lines[-1] if lines else None
            where = "was not printed at the end" if lines else "was not printed, nor anything else"
            return self._explanation(f"{_show(item, self._digits(lines))} {where}", lines, last, item)
        return None


class contains(Matcher):  # noqa: N801  # reads as a word in a check
    """Each of these texts is a part of some line.

    >>> ["took 3.0 s"] == contains("3.0")
    True
    """

    def explain(self, lines: Sequence[Line]) -> Explanation | None:
        """Return what is in no line."""
        for item in self.expected:
            if not any(_found(_text(item), line.text) and _in_time(item, line) for line in lines):
                return self._explanation(f"no line contains {_show(item, self._digits(lines))}", lines, missing=item)
        return None


def _lines(other: object) -> Sequence[Line] | None:
    if isinstance(other, Output):
        return other
    if isinstance(other, list | tuple) and all(isinstance(item, str) for item in other):
        return [item if isinstance(item, Line) else Line(item, Seconds(0)) for item in other]
    return None


def _has_moment(item: Expected) -> TypeGuard[at]:
    return isinstance(item, at)


def _text(item: Expected) -> str | re.Pattern[str]:
    return item.text if isinstance(item, at) else item


def _paired(expected: Sequence[Expected], lines: Sequence[Line]) -> dict[int, int]:
    """Pair lines with the expected lines that they are, by their numbers, up to the first that is missing.

    A pattern that was paired with a line which a text needs gets another line.
    """
    pairs: dict[int, int] = {}
    candidates = _candidates(expected, lines)
    for wanted in range(len(expected)):
        asked_by: dict[int, int] = {}
        asking, free = [wanted], None
        while asking and free is None:
            asks = asking.pop()
            possible = candidates[expected[asks]]
            free = next((line for line in possible if line not in pairs), None)
            taken = [line for line in possible if line not in asked_by] if free is None else [free]
            asked_by |= dict.fromkeys(taken, asks)
            asking += [pairs[line] for line in taken if line in pairs]
        if free is None:
            break
        _hand_over(free, pairs, asked_by)
    return pairs


def _candidates(expected: Iterable[Expected], lines: Sequence[Line]) -> dict[Expected, list[int]]:
    """Return for each expected line the numbers of the lines that match it."""
    by_text: dict[str, list[int]] = {}
    for index, line in enumerate(lines):
        by_text.setdefault(line.text.rstrip(), []).append(index)
    found = {}
    for item in set(expected):
        text = _text(item)
        possible = by_text.get(text.rstrip(), []) if isinstance(text, str) else range(len(lines))
        found[item] = [index for index in possible if _matches(item, lines[index])]
    return found


def _hand_over(line: int, pairs: dict[int, int], asked_by: Mapping[int, int]) -> None:
    """Pair a free line with the expected line that asked for it; the line it had goes to the next one, and so on."""
    while True:
        item = asked_by[line]
        before = next((other for other in asked_by if pairs.get(other) == item), None)
        pairs[line] = item
        if before is None:
            return
        line = before


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


def _nearly(text: str | re.Pattern[str], lines: Iterable[Line]) -> Line | None:
    """Return a line that differs only in capitals, blanks or punctuation, which a beginner overlooks."""
    if isinstance(text, re.Pattern):
        return None
    wanted = _letters(text)
    return next((line for line in lines if wanted and _letters(line.text) == wanted), None)


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _show(item: Expected, digits: int) -> str:
    return str(_quoted(item, digits))


def _quoted(item: Expected, digits: int) -> QuotedLine:
    text = _text(item)
    quoted = f"a line like {text.pattern}" if isinstance(text, re.Pattern) else f'"{clipped(text)}"'
    return QuotedLine(quoted, number(item.seconds, digits) if isinstance(item, at) else "")


def _as_it_came(item: Expected, lines: Sequence[Line]) -> Expected:
    """Return an expected line with the exact moment of the line that it equals, so that both are shown alike."""
    came = [line.time for line in lines if _matches(item, line)] if isinstance(item, at) else []
    return at(came[0], item.text) if isinstance(item, at) and came else item


def _show_line(line: Line, digits: int) -> str:
    return str(_quoted_line(line, digits))


def _quoted_line(line: Line, digits: int) -> QuotedLine:
    is_timed = line.task or line.place or line.time
    return QuotedLine(f'"{clipped(line.text)}"', number(line.time, digits) if is_timed else "")
