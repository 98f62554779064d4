"""Why a plain ``assert`` of a check failed, in the student's words."""

from __future__ import annotations

import ast
import linecache
from typing import TYPE_CHECKING

from pytest_asyncgrade.trace import Explanation, Finding, Matcher, Outcome, Output, lines
from pytest_asyncgrade.trace.model import Elapsed, Seconds

if TYPE_CHECKING:
    from types import TracebackType

_SHOULD = {"<": "less than", "<=": "at most", ">": "more than", ">=": "at least", "!=": "anything but", "==": "exactly"}
_SIGNS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.Is: "is", ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "!=": "!=", "==": "=="}
_SUBJECTS = {
    "trace.elapsed": "the time the program took",
    "trace.result": "the result",
    "trace.outcome": "the way the program ended",
    "trace.max_concurrency": "the number of tasks in progress at once",
    "len(trace.tasks)": "the number of tasks",
    "len(trace.output)": "the number of lines printed",
}


def explain_matcher(op: str, left: object, right: object) -> Explanation | None:
    """Explain a comparison with a matcher, an output or a duration; None for anything else."""
    if op == "==" and (isinstance(left, Matcher) or (isinstance(right, Output) and not isinstance(left, Output))):
        left, right = right, left
    if op == "==" and isinstance(right, Matcher) and isinstance(left, Output):
        return right.explain(left)
    if op == "==" and isinstance(left, Output) and isinstance(right, list | tuple):
        return _explain_lines(left, list(right))
    if op == "in" and isinstance(right, Output):
        return Explanation(f'"{left}" was not printed', actual=tuple(f'"{line}" at {line.time}' for line in right))
    if op == "not in" and isinstance(right, Output):
        return Explanation(f'"{left}" was printed, and should not have been')
    if isinstance(right, Seconds) and not isinstance(left, Seconds) and op in _MIRRORED:
        op, left, right = _MIRRORED[op], right, left
    if isinstance(left, Seconds) and op in _SHOULD and isinstance(right, int | float):
        return _explain_seconds(op, left, Seconds(right))
    return _explain_finding(left) if op == "==" and right == [] else None


def _explain_finding(findings: object) -> Explanation | None:
    """Explain that there are findings where there should be none: by the first."""
    first = findings[0] if isinstance(findings, list) and findings else None
    return Explanation(f"{first.message} ({first.advice})") if isinstance(first, Finding) else None


def _explain_lines(output: Output, texts: list[object]) -> Explanation | None:
    if not texts:
        return Explanation(f'"{output[0]}" was printed, and nothing should have been')
    return lines(*map(str, texts)).explain(output)


def _explain_seconds(op: str, left: Seconds, right: Seconds) -> Explanation:
    subject = "the program took" if isinstance(left, Elapsed) else "it was"
    if op == "==":
        return Explanation(f"{subject} {left}, not {right}")
    return Explanation(f"{subject} {left}; it should be {_SHOULD[op]} {right}")


def explain_values(op: str, left: object, right: object, expression: ast.Compare) -> Explanation:
    """Explain a comparison of any values; `expression` is what the teacher wrote."""
    sides = _sides(op, expression)
    constant = [isinstance(side, ast.Constant) for side in sides or ()]
    if sides and constant == [True, False] and op in _MIRRORED:  # 3 == trace.result: it is about the result
        op, left, right, sides = _MIRRORED[op], right, left, sides[::-1]
    written = ast.unparse(sides[0]) if sides else "the value"
    subject = _SUBJECTS.get(written, written)
    shown = left.value if isinstance(left, Outcome) else repr(left)
    expected = right.value if isinstance(right, Outcome) else repr(right)
    if op == "==":
        return Explanation(f"{subject} is {shown}, not {expected}")
    if op in _SHOULD:
        return Explanation(f"{subject} is {shown}; it should be {_SHOULD[op]} {expected}")
    return Explanation(f"{subject} is {shown}; expected: {op} {expected}")


def failed_assert(tb: TracebackType | None) -> ast.expr | None:
    """Return the expression of the ``assert`` statement that a traceback ends on, None if it ends elsewhere."""
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
    """Return what was compared by `op`, None if a chain compares by it more than once: nobody knows which failed."""
    values = [expression.left, *expression.comparators]
    found = [index for index, kind in enumerate(expression.ops) if _SIGNS[type(kind)] == op]
    return (values[found[0]], values[found[0] + 1]) if len(found) == 1 else None
