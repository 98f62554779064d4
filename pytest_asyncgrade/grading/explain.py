"""Explains in the student's words why a plain ``assert`` of a check failed."""

from __future__ import annotations

import ast
import linecache
from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_asyncgrade.trace import Explanation, Finding, Line, Matcher, Outcome, Output, QuotedLine, at, lines
from pytest_asyncgrade.trace.model import Elapsed, Seconds
from pytest_asyncgrade.trace.plain import clipped, digits_apart, number, shown

from .aspect import Aspect

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Protocol

    from pytest_asyncgrade.trace import Place

    class _Compared(Protocol):
        @property
        def left(self) -> object: ...
        @property
        def right(self) -> object: ...

    class _Explained(_Compared, Protocol):
        @property
        def op(self) -> str: ...
        @property
        def explanation(self) -> Explanation | None: ...


_SHOULD = {"<": "less than", "<=": "at most", ">": "more than", ">=": "at least", "!=": "anything but", "==": "exactly"}
_SIGNS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.Is: "is", ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "!=": "!=", "==": "=="}
_SUBJECTS = {
    "elapsed": "the time the program took",
    "result": "the result",
    "outcome": "the way the program ended",
    "max_concurrency": "the number of tasks in progress at once",
}
"""What a student reads for an attribute of a trace."""
_TELLING: set[type] = {str, list, tuple, dict}
"""Types of values that say by themselves what was expected: a number does not."""
_SHORT = 60
"""Longest value that is told in the sentence, in characters."""
_COUNTS = {"tasks": "the number of tasks", "output": "the number of lines printed"}
"""What a student reads for the length of an attribute of a trace."""


def explain_matcher(op: str, left: object, right: object) -> Explanation | None:
    """Explain a comparison with a matcher, an output or a duration; None for anything else."""
    if op == "==" and (isinstance(left, Matcher) or (isinstance(right, Output) and not isinstance(left, Output))):
        left, right = right, left
    if op == "==" and isinstance(right, Matcher) and isinstance(left, Output):
        return right.explain(left)
    if op == "==" and isinstance(left, Output) and isinstance(right, list | tuple):
        return _explain_lines(left, list(right))
    if op == "in" and isinstance(right, Output):
        text = left if isinstance(left, str) else ""
        return Explanation(f"{_quoted(left)} was not printed", actual=quoted_output(right), text=text)
    if op == "not in" and isinstance(right, Output):
        place = next((line.place for line in right if line == left), None)
        return Explanation(f"{_quoted(left)} was printed, and should not have been", place=place)
    if isinstance(right, Seconds) and not isinstance(left, Seconds) and op in _MIRRORED:
        op, left, right = _MIRRORED[op], right, left
    if isinstance(left, Seconds) and op in _SHOULD and isinstance(right, int | float):
        return _explain_seconds(op, left, right)
    return _explain_finding(left) if op == "==" and right == [] else None


def _explain_finding(findings: object) -> Explanation | None:
    """Explain by the first finding that there should be none."""
    first = findings[0] if isinstance(findings, list) and findings else None
    return Explanation(f"{first.message} ({first.advice})") if isinstance(first, Finding) else None


def _explain_lines(output: Output, texts: list[object]) -> Explanation | None:
    if not texts:
        return Explanation(f"{_quoted(output[0])} was printed, and nothing should have been", place=output[0].place)
    said = [text if isinstance(text, str) else shown(text) for text in texts]
    if explanation := lines(*said).explain(output):
        return explanation
    differs = next((n for n, (line, text) in enumerate(zip(output, texts, strict=True)) if line != text), None)
    if differs is None:
        return None
    rationale = f"line {differs + 1} of the output is {_quoted(output[differs])}, not {_quoted(texts[differs])}"
    expected, actual = (tuple(QuotedLine(_quoted(line)) for line in lines) for lines in (texts, output))
    return Explanation(rationale, expected, actual, place=output[differs].place)


def quoted_output(output: Output) -> tuple[QuotedLine, ...]:
    """Return the lines of an output as reports show them, with their moments."""
    return tuple(QuotedLine(_quoted(line), str(line.time)) for line in output)


def _quoted(text: object) -> str:
    """Return a text as reports show it, and any other value as Python shows it: it cannot be a line."""
    return f'"{clipped(text)}"' if isinstance(text, str) else shown(text)


def _explain_seconds(op: str, left: Seconds, right: float) -> Explanation:
    subject = "the program took" if isinstance(left, Elapsed) else "it was"
    try:
        digits = digits_apart((left, right))
        took, wanted = number(left, digits), number(right, digits)
    except OverflowError:  # a whole number larger than any float
        took, wanted = str(left), shown(right)
    if op == "==":
        return Explanation(f"{subject} {took}, not {wanted}")
    return Explanation(f"{subject} {took}; it should be {_SHOULD[op]} {wanted}")


def explain_values(op: str, left: object, right: object, expression: ast.Compare) -> Explanation:
    """Explain a comparison of any values; `expression` is what the teacher wrote."""
    sides = _sides(op, expression)
    constant = [isinstance(side, ast.Constant) for side in sides or ()]
    if sides and constant == [True, False] and op in _MIRRORED:  # 3 == trace.result: it is about the result
        op, left, right, sides = _MIRRORED[op], right, left, sides[::-1]
    subject = f"the line at {left.time}" if isinstance(left, Line) else _subject(sides[0]) if sides else "the value"
    value, expected = _value(left), _value(right)
    if op in {"in", "not in"} and isinstance(right, str):
        return Explanation(f"{expected} should {'not ' if op == 'not in' else ''}contain {value}")
    if op == "==" and value == expected:
        return Explanation(f"{subject} is {value}; it should be something else that begins alike")
    if op == "==":
        return Explanation(f"{subject} is {value}, not {expected}")
    if op in _SHOULD:
        return Explanation(f"{subject} is {value}; it should be {_SHOULD[op]} {expected}")
    return Explanation(f"{subject} is {value}; expected: {op} {expected}")


def with_difference(message: str, compared: _Explained | None, expression: ast.expr | None) -> Explanation:
    """Return a teacher's message, and what was expected where it shows only the value that came."""
    if compared is None or not isinstance(expression, ast.Compare):
        return Explanation(message)
    if compared.explanation is not None:
        return replace(compared.explanation, rationale=message)
    sides = _sides(compared.op, expression)
    if compared.op != "==" or sides is None:
        return Explanation(message)
    value, wanted = compared.left, compared.right
    if isinstance(sides[0], ast.Constant):
        value, wanted = wanted, value
    expected, came = shown(wanted), shown(value)
    if type(wanted) not in _TELLING or not wanted or expected in message or came not in message:
        return Explanation(message)
    if len(expected) <= _SHORT:
        return Explanation(f"{message} (expected: {expected})")
    came_as, expected_as = _parts(value), _parts(wanted)
    if type(value) is type(wanted) and isinstance(value, list | tuple) and isinstance(wanted, list | tuple):
        pairs = zip(value, wanted, came_as, expected_as, strict=False)  # 1.0 is no other number than 1
        alike = tuple(theirs if one == other else own for one, other, own, theirs in pairs)
        came_as = alike + came_as[len(alike) :]
    return Explanation(message, expected_as, came_as)


def _parts(value: object) -> tuple[QuotedLine, ...]:
    """Return a value as lines, one for each of its items."""
    if isinstance(value, dict):
        return tuple(QuotedLine(f"{shown(key)}: {shown(item)}") for key, item in value.items())
    items = value if isinstance(value, list | tuple) else [value]
    return tuple(QuotedLine(shown(item)) for item in items)


def _subject(side: ast.expr) -> str:
    """Return what a student reads for one side of a comparison, whatever the teacher calls the trace."""
    match side:
        case ast.Attribute(attr=name) if name in _SUBJECTS:
            return _SUBJECTS[name]
        case ast.Call(func=ast.Name(id="len"), args=[ast.Attribute(attr=name)]) if name in _COUNTS:
            return _COUNTS[name]
    return ast.unparse(side)


def _value(value: object) -> str:
    if isinstance(value, Outcome):
        return value.value
    return _quoted(value) if isinstance(value, Line) else shown(value)


def failed_assert(tb: TracebackType | None) -> ast.expr | None:
    """Return the expression of the ``assert`` statement at the end of a traceback; None if it ends elsewhere."""
    while tb is not None and tb.tb_next is not None:
        tb = tb.tb_next
    if tb is None:
        return None
    try:
        tree = ast.parse("".join(linecache.getlines(tb.tb_frame.f_code.co_filename)))
    except SyntaxError:
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert) and node.lineno <= tb.tb_lineno <= (node.end_lineno or node.lineno):
            return node.test
    return None


def _sides(op: str, expression: ast.Compare) -> tuple[ast.expr, ast.expr] | None:
    """Return what was compared by `op`; None if a chain compares by it twice, so that either can have failed."""
    values = [expression.left, *expression.comparators]
    found = [index for index, kind in enumerate(expression.ops) if _SIGNS[type(kind)] == op]
    return (values[found[0]], values[found[0] + 1]) if len(found) == 1 else None


_ABOUT = {
    "elapsed": Aspect.TIME, "time": Aspect.TIME, "start": Aspect.TIME, "end": Aspect.TIME, "seconds": Aspect.TIME,
    "blocked": Aspect.TIME, "busy_waits": Aspect.TIME, "waits": Aspect.TIME, "waits_in": Aspect.TIME,
    "max_concurrency": Aspect.TASKS, "tasks": Aspect.TASKS, "result": Aspect.RESULT, "output": Aspect.OUTPUT,
    "stderr": Aspect.OUTPUT,
}  # fmt: skip
"""What an attribute of a trace is about."""


def looked_at(expression: ast.expr | None, compared: _Compared | None) -> tuple[Aspect, Place | None]:
    """Return what a failed ``assert`` looked at, and the student's line that this leads to, if it is a line's."""
    values = [compared.left, compared.right] if compared and isinstance(expression, ast.Compare) else []
    lines = [value for value in values if isinstance(value, Line)]
    place = lines[0].place if lines else None
    output = next((value for value in values if isinstance(value, Output)), None)
    if output is not None:
        return _of_output(output, next(value for value in values if value is not output)), place
    if any(isinstance(value, Seconds) for value in values):
        return Aspect.TIME, place
    if lines:
        return Aspect.OUTPUT, place
    names = [node.attr for node in ast.walk(expression) if isinstance(node, ast.Attribute)] if expression else []
    return next((_ABOUT[name] for name in names if name in _ABOUT), Aspect.UNKNOWN), place


def _of_output(output: Output, expected: object) -> Aspect:
    """Tell whether lines are missing or wrong, or only in another order or at other moments than expected."""
    wanted = expected.expected if isinstance(expected, Matcher) else expected if isinstance(expected, list) else ()
    texts = [item.text if isinstance(item, at) else item for item in wanted]
    there = [line.text.rstrip() for line in output]
    known = all(text.rstrip() in there for text in texts if isinstance(text, str))
    return Aspect.ORDER if texts and known and all(isinstance(text, str) for text in texts) else Aspect.OUTPUT
