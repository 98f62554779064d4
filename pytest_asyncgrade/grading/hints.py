"""The hint of a failed check: ``hint=`` of its mark, which may depend on what the run shows.

It is a text, a function of the trace that returns one, or texts by kind of finding and by what the failed assertion
looked at (``result``, ``output``, ``order``, ``time``, ``tasks``), that of ``""`` for anything else.  A hint whose
advice the program follows already is not shown.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from pytest_asyncgrade.trace import UnfinishedRunError
from pytest_asyncgrade.trace.findings import KINDS
from pytest_asyncgrade.trace.findings.script import Script
from pytest_asyncgrade.trace.plain import shown

from .aspect import Aspect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_asyncgrade.trace import Trace

    Hint = str | Callable[[Trace], str] | Mapping[str, str]

_CODE = re.compile(r"`([^`]+)`|((?:await )?asyncio\.\w+(?:\((?:[^()]|\([^()]*\))*\))?)")
"""Code in a hint: between backticks, or a call of asyncio's with its arguments."""


def complaint_about_hint(hint: object) -> str:
    """Return what is wrong with the ``hint=`` of a mark; empty if nothing is."""
    if isinstance(hint, str) or callable(hint):
        return ""
    if not isinstance(hint, Mapping) or not all(isinstance(text, str) for text in hint.values()):
        return f"hint={shown(hint)}: give a text, a function of the trace, or texts by kind of finding"
    unknown = next((kind for kind in hint if kind not in {*KINDS, *Aspect, ""}), None)
    if unknown is None:
        return ""
    known = ", ".join([*KINDS, *filter(None, Aspect)])
    return f'hint: there is no kind of finding or failure {shown(unknown)}: choose {known}, or "" for anything else'


def hint_for(hint: Hint, traces: Iterable[Trace], about: Aspect = Aspect.UNKNOWN) -> str:
    """Return the hint of a check that failed on these runs, where it looked at this; empty if none helps."""
    runs = list(traces)
    text = _chosen(hint, runs, about)
    return "" if any(_is_followed(text, trace) for trace in runs) else text


def _chosen(hint: Hint, runs: list[Trace], about: Aspect) -> str:
    if isinstance(hint, str):
        return hint
    if isinstance(hint, Mapping):
        kinds = [finding.kind for trace in runs for finding in trace.diagnosis if finding.kind in hint]
        return hint[kinds[0]] if kinds else hint.get(about, hint.get("", ""))
    try:
        text = hint(runs[-1]) if runs else ""
    except UnfinishedRunError:
        return ""
    if not isinstance(text, str):
        msg = f"the function given as hint= returned {shown(text)}: it should return a text"
        raise TypeError(msg)
    return text


def _is_followed(text: str, trace: Trace) -> bool:
    """Tell whether a program has all the code that a hint gives; three dots stand for anything, as do foreign names."""
    snippets = list(_snippets(text))
    if not snippets:
        return False
    nodes = Script.of(trace.source).nodes
    known = {node.id for node in nodes if isinstance(node, ast.Name)} | {*dir(builtins)}
    return all(any(_matches(snippet, node, known) for node in nodes) for snippet in snippets)


def _snippets(text: str) -> Iterator[ast.expr]:
    for quoted, call in _CODE.findall(text):
        with suppress(SyntaxError, ValueError):
            yield ast.parse(quoted or call, mode="eval").body


def _matches(wanted: ast.AST, there: ast.AST, known: set[str]) -> bool:
    """Tell whether code is there as a hint has it; a name that the program does not know stands for anything."""
    if isinstance(wanted, ast.Constant) and wanted.value is ...:
        return True
    if isinstance(wanted, ast.Name) and wanted.id not in known and isinstance(there, ast.expr):
        return True
    if type(wanted) is not type(there):
        return False
    if isinstance(wanted, ast.Call) and isinstance(wanted.func, ast.Name):
        known = known | {wanted.func.id}  # what is called has to be that
    names = (name for name in wanted._fields if name not in {"ctx", "kind"})
    return all(_same(getattr(wanted, name), getattr(there, name), known) for name in names)


def _same(wanted: object, there: object, known: set[str]) -> bool:
    if isinstance(wanted, ast.AST) and isinstance(there, ast.AST):
        return _matches(wanted, there, known)
    if isinstance(wanted, list) and isinstance(there, list):
        dots = [one for one in wanted if isinstance(one, ast.Constant) and one.value is ...]
        if dots and len(wanted) == 1:
            return True
        return len(wanted) == len(there) and all(_same(*pair, known) for pair in zip(wanted, there, strict=True))
    return wanted == there
