"""Why a plain ``assert`` of a check failed, in the student's words."""

from __future__ import annotations

import linecache
from typing import TYPE_CHECKING

from pytest_asyncgrade.trace import Explanation, Matcher, Outcome, Output, lines
from pytest_asyncgrade.trace.model import Elapsed, Seconds

if TYPE_CHECKING:
    import ast
    from types import TracebackType

_SHOULD = {"<": "less than", "<=": "at most", ">": "more than", ">=": "at least", "!=": "anything but", "==": "exactly"}
_SUBJECTS = {
    "trace.result": "the result",
    "trace.outcome": "the way the program ended",
    "trace.max_concurrency": "the number of tasks in progress at once",
    "len(trace.tasks)": "the number of tasks",
    "len(trace.output)": "the number of lines printed",
}


def explain_matcher(op: str, left: object, right: object) -> Explanation | None:
    """Explain a comparison with a matcher, an output or a duration; None for anything else."""
    if isinstance(left, Matcher) and op == "==":
        left, right = right, left
    if op == "==" and isinstance(right, Matcher) and isinstance(left, Output):
        return right.explain(left)
    if op == "==" and isinstance(left, Output) and isinstance(right, list | tuple):
        return _explain_lines(left, list(right))
    if op == "in" and isinstance(right, Output):
        return Explanation(f'"{left}" was not printed', actual=tuple(f'"{line}" at {line.time}' for line in right))
    if op == "not in" and isinstance(right, Output):
        return Explanation(f'"{left}" was printed, and should not have been')
    if isinstance(left, Seconds) and op in _SHOULD and isinstance(right, int | float):
        return _explain_seconds(op, left, Seconds(right))
    return None


def _explain_lines(output: Output, texts: list[object]) -> Explanation | None:
    if not texts:
        return Explanation(f'"{output[0]}" was printed, and nothing should have been')
    return lines(*map(str, texts)).explain(output)


def _explain_seconds(op: str, left: Seconds, right: Seconds) -> Explanation:
    subject = "the program took" if isinstance(left, Elapsed) else "it was"
    if op == "==":
        return Explanation(f"{subject} {left}, not {right}")
    return Explanation(f"{subject} {left}; it should be {_SHOULD[op]} {right}")


def explain_values(op: str, left: object, right: object, expression: str) -> Explanation:
    """Explain a comparison of any values; `expression` is the left side, as the teacher wrote it."""
    subject = _SUBJECTS.get(expression, expression or "the value")
    shown = left.value if isinstance(left, Outcome) else repr(left)
    expected = right.value if isinstance(right, Outcome) else repr(right)
    if op == "==":
        return Explanation(f"{subject} is {shown}, not {expected}")
    if op in _SHOULD:
        return Explanation(f"{subject} is {shown}; it should be {_SHOULD[op]} {expected}")
    return Explanation(f"{subject} is {shown}; expected: {op} {expected}")


def failed_assert(tb: TracebackType | None) -> ast.expr | None:
    """Return the expression of the ``assert`` statement that a traceback ends on, None if it ends elsewhere."""
    import ast  # for a failed check alone

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


def left_side(expression: ast.expr | None) -> str:
    """Return the source of the left side of a comparison, empty if it is not one."""
    import ast

    return ast.unparse(expression.left) if isinstance(expression, ast.Compare) else ""
