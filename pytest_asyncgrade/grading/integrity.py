"""What no exercise needs and a forger does: a teacher is told, and no points are lost by it.

A program shares its process with the recorder of what it does, so a program that knows this package can make it record
what did not happen.  It cannot do so unseen: its source has to name what it reaches for, or to put the name together,
and that is read here, in the parent.  The interpreter tells of the rest before it happens (`trace.Reached`), and what
was recorded has to fit the source.
"""

from __future__ import annotations

import ast
import sys
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pytest_asyncgrade.trace.plain import clipped

from .forgery import ACTING, BY_NAME, CALLS, CHANGES, CODES, HARMLESS, MODULES, OUTSIDE, REFLECTION, STREAMS, WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pytest_asyncgrade.trace import Trace

_MOST = 20
"""Most entries of one source or one run."""
_LONGEST = 60
"""Longest piece of a source in an entry, in characters."""


class Flag(NamedTuple):
    """Something worth a look: its code, the file and the line (0: not known), and one sentence."""

    code: str
    filename: str
    lineno: int
    text: str

    def __str__(self) -> str:
        place = f"{self.filename}, line {self.lineno}: " if self.lineno else ""
        return f"{place}it {self.text}"


def of_source(files: Mapping[str, bytes]) -> list[Flag]:
    """Return what the source of a submission has that no exercise needs, file by file."""
    return [flag for name, data in files.items() if name.endswith(".py") for flag in _of_file(name, data)]


@lru_cache(maxsize=64)
def _of_file(name: str, data: bytes) -> tuple[Flag, ...]:
    try:
        tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    found: dict[tuple[str, int], Flag] = {}
    for code, lineno, what in _Scan(tree).found():
        found.setdefault((code, lineno), Flag(code, name, lineno, CODES[code].format(clipped(what, _LONGEST))))
    return tuple(sorted(found.values(), key=lambda flag: flag.lineno))[:_MOST]


Hit = tuple[str, int, str]
"""A code, a line, and the piece of source."""


class _Scan:
    """One look at a syntax tree."""

    def __init__(self, tree: ast.Module) -> None:
        self._nodes = list(ast.walk(tree))
        self._modules = dict(self._imported())
        self._modules |= dict(self._renamed())
        """The modules that names stand for: ``{"aio": "asyncio"}``."""
        functions = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        self._defined = {node.name for node in self._nodes if isinstance(node, functions)}

    def _imported(self) -> Iterator[tuple[str, str]]:
        for node in self._nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    top = alias.name.partition(".")[0]
                    yield alias.asname or top, alias.name if alias.asname else top
            elif isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    yield alias.asname or alias.name, f"{node.module}.{alias.name}"

    def _renamed(self) -> Iterator[tuple[str, str]]:
        """Yield the names that the program gives to what is in a module: ``Runner = asyncio.Runner``."""
        for node in self._nodes:
            if isinstance(node, ast.Assign) and (module := self._module_of(node.value)):
                yield from ((target.id, module) for target in node.targets if isinstance(target, ast.Name))

    def found(self) -> Iterator[Hit]:
        """Yield all that there is."""
        for node in self._nodes:
            match node:
                case ast.Attribute():
                    yield from self._attribute(node)
                case ast.Import() | ast.ImportFrom():
                    yield from self._import(node)
                case ast.Call():
                    yield from self._call(node)
                case ast.Constant(value=str() | bytes()):
                    yield from self._text(node)
                case ast.MatchClass(kwd_attrs=names):
                    yield from (("reflection", node.lineno, name) for name in names if name in REFLECTION)
                case ast.Assign(targets=targets) | ast.Delete(targets=targets):
                    yield from self._written(targets)
                case ast.AugAssign(target=target) | ast.AnnAssign(target=target) | ast.For(target=target):
                    yield from self._written([target])
                case _:
                    pass

    def _attribute(self, node: ast.Attribute) -> Iterator[Hit]:
        if (node.attr in REFLECTION and not (node.attr == "modules" and self._module_of(node.value) != "sys")) or (
            node.attr == "clock" and isinstance(node.value, ast.Call) and "loop" in ast.unparse(node.value.func)
        ):
            yield "reflection", node.lineno, ast.unparse(node)

    def _import(self, node: ast.Import | ast.ImportFrom) -> Iterator[Hit]:
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif node.level or not node.module:
            return
        else:
            names = [f"{node.module}.{alias.name}" for alias in node.names if alias.name not in HARMLESS]
        for name in names:
            for code, modules in MODULES.items():
                listed = any(f"{name}.".startswith(f"{module}.") for module in modules)
                if listed and not (isinstance(node, ast.Import) and self._is_harmlessly_used(name)):
                    yield code, node.lineno, name
            if isinstance(node, ast.ImportFrom):
                yield from ((code, node.lineno, name) for code, calls in CALLS.items() if name in calls)
                if name.rpartition(".")[2] in REFLECTION:
                    yield "reflection", node.lineno, name

    def _is_harmlessly_used(self, module: str) -> bool:
        """Tell whether all that is used of an imported module is harmless."""
        uses = [n for n in self._nodes if isinstance(n, ast.Attribute) and self._module_of(n.value) == module]
        names = [n for n in self._nodes if isinstance(n, ast.Name) and self._modules.get(n.id) == module]
        return 0 < len(uses) == len(names) and all(use.attr in HARMLESS for use in uses)

    def _module_of(self, node: ast.expr) -> str | None:
        """Return the module that an expression stands for: ``asyncio.tasks``; None if it is none."""
        if isinstance(node, ast.Name):
            return self._modules.get(node.id)
        if isinstance(node, ast.Attribute) and (module := self._module_of(node.value)):
            return f"{module}.{node.attr}"
        return None

    def _call(self, node: ast.Call) -> Iterator[Hit]:
        function, full_name = node.func, self._full_name(node.func)
        for code, calls in CALLS.items():
            if full_name in calls:
                yield code, node.lineno, ast.unparse(node)
        if full_name.removeprefix("builtins.") in BY_NAME:
            yield from self._by_name(node, full_name.removeprefix("builtins."))
        elif full_name == "os.write" and not _is_stream(node):
            yield "process", node.lineno, ast.unparse(node)
        elif isinstance(function, ast.Attribute) and function.attr in CHANGES and self._is_namespace(function.value):
            yield "replaced", node.lineno, ast.unparse(node)

    def _full_name(self, function: ast.expr) -> str:
        """Return the name of a function with that of its module; empty for one of the program's own, or a method."""
        if isinstance(function, ast.Name) and function.id not in self._modules:
            return "" if function.id in self._defined else f"builtins.{function.id}"
        return self._module_of(function) or ""

    def _by_name(self, node: ast.Call, name: str) -> Iterator[Hit]:
        if name == "vars":
            if node.args and self._module_of(node.args[0]):
                yield "replaced", node.lineno, ast.unparse(node)
            return
        is_own = name == "setattr" and node.args and isinstance(node.args[0], ast.Name) and node.args[0].id == "self"
        if len(node.args) > 1 and not is_own and not _is_plain_name(node.args[1]):
            yield "dynamic", node.lineno, ast.unparse(node)
        if name in {"setattr", "delattr"} and node.args and self._is_foreign(node.args[0]):
            yield "replaced", node.lineno, ast.unparse(node)

    def _text(self, node: ast.Constant) -> Iterator[Hit]:
        value = node.value
        text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
        if match := WORDS.search(text):
            yield "reflection", node.lineno, repr(match[0])
        elif match := OUTSIDE.search(text):
            yield "files", node.lineno, repr(clipped(text, _LONGEST))

    def _written(self, targets: Iterable[ast.expr]) -> Iterator[Hit]:
        for target in targets:
            if isinstance(target, ast.Tuple | ast.List):
                yield from self._written(target.elts)
            elif isinstance(target, ast.Starred):
                yield from self._written([target.value])
            elif isinstance(target, ast.Attribute) and self._is_foreign(target.value):
                if not (self._module_of(target.value) == "sys" and target.attr in STREAMS):
                    yield "replaced", target.lineno, ast.unparse(target)
            elif isinstance(target, ast.Subscript) and self._is_namespace(target.value):
                yield "replaced", target.lineno, ast.unparse(target)

    def _is_foreign(self, node: ast.expr) -> bool:
        """Tell whether an expression stands for a module, or for what is in one, of Python's library."""
        module = self._module_of(node)
        return module is not None and module.partition(".")[0] in sys.stdlib_module_names

    def _is_namespace(self, node: ast.expr) -> bool:
        """Tell whether an expression is ``sys.modules``, ``vars(asyncio)`` or the like."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"vars", "globals"}:
            return bool(node.args) and self._is_foreign(node.args[0])
        if isinstance(node, ast.Attribute) and node.attr == "__dict__":
            return self._is_foreign(node.value)
        return self._module_of(node) in {"sys.modules", "os.environ"} or (
            isinstance(node, ast.Name) and node.id == "__builtins__"
        )


def _is_plain_name(node: ast.expr) -> bool:
    """Tell whether a name is a text, or begins as no name does that is looked for: ``f"handle_{command}"``."""
    if isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant):
        begin = str(node.values[0].value)
        return not any(word.startswith(begin) or begin.startswith("_") for word in REFLECTION)
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_stream(node: ast.Call) -> bool:
    """Tell whether ``os.write`` writes to standard output or error."""
    first = node.args[0] if node.args else None
    return isinstance(first, ast.Constant) and first.value in {1, 2}


def of_run(trace: Trace, script: str) -> list[Flag]:
    """Return what a run shows: what it reached for, and what its source could not have done."""
    reached = [
        Flag("reflection", script, one.place.lineno if one.place else 0, f"used {one.what} while it ran")
        for one in trace.partial.reached
    ]
    return [*reached, *_contradictions(trace, script)][:_MOST]


def _contradictions(trace: Trace, script: str) -> Iterator[Flag]:
    """Yield lines from places that print nothing, and waits at places that wait for nothing."""
    acting = _lines_that_do_something("\n".join(trace.source))
    seen: set[int] = set()
    for line in [*trace.partial.output, *trace.partial.stderr]:
        place = line.place
        if place and place.filename == script and place.lineno not in acting | seen:
            seen.add(place.lineno)
            yield Flag(
                "contradiction", script, place.lineno, "printed a line there, says the recording, but calls nothing"
            )
    for wait in trace.partial.waits:
        for place in wait.places[:1]:
            if place.filename == script and place.lineno not in acting | seen:
                seen.add(place.lineno)
                yield Flag(
                    "contradiction", script, place.lineno, "waited there, says the recording, but awaits nothing"
                )


@lru_cache(maxsize=64)
def _lines_that_do_something(source: str) -> frozenset[int]:
    """Return the lines on which something may call a function, or wait: all but names, numbers and texts."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ACTING):
            first = node.iter.lineno if isinstance(node, ast.comprehension) else node.lineno
            body = getattr(node, "body", None)
            end = node.iter.end_lineno if isinstance(node, ast.comprehension) else node.end_lineno
            lines.update(range(first, (body[0].lineno if isinstance(body, list) else end or first) + 1))
    return frozenset(lines)
