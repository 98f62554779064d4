"""The student's script, parsed: it says where and why something happened, never whether it did."""

from __future__ import annotations

import ast
from contextlib import suppress
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from pytest_asyncgrade.trace.model import Place

from .flow import Flow, Shared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .evidence import Evidence

CREATES = frozenset({"create_task", "ensure_future"})
_RUNS = frozenset({"run", "run_until_complete"})
_CALLERS = frozenset({"call_soon", "call_later", "call_at", "call_soon_threadsafe", "add_done_callback",
                      "add_signal_handler", "add_reader", "add_writer", "run_in_executor", "to_thread", "submit",
                      "Thread", "Timer", "map"})  # fmt: skip
_IN_THREADS = frozenset({"to_thread", "run_in_executor", "submit"})
_LONGEST_CALL = 60
_LONGEST_SOURCE = 300_000


class Script:
    """The student's script, parsed; empty if it cannot be."""

    def __init__(self, text: str) -> None:
        tree = ast.Module([], [])
        if len(text) <= _LONGEST_SOURCE:
            with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
                tree = ast.parse(text)
        self.tree = tree
        self.nodes = list(ast.walk(tree))
        self.coroutines = [node for node in self.nodes if isinstance(node, ast.AsyncFunctionDef)]
        self.names = {node.name for node in self.coroutines}
        self.paced = {node.name for node in self.coroutines if _is_paced(node)}
        self.generators = {
            node.name for node in self.coroutines if any(isinstance(one, ast.Yield) for one in _own(node))
        }

    @cached_property
    def awaits(self) -> dict[tuple[int, int], ast.Await]:
        """Every await, by its line and its column."""
        return {(node.lineno, node.col_offset): node for node in self.nodes if isinstance(node, ast.Await)}

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """The node around each node."""
        return {child: node for node in self.nodes for child in ast.iter_child_nodes(node)}

    @cached_property
    def modules(self) -> set[str]:
        """The names that imported modules have."""
        imports = [name for node in self.nodes if isinstance(node, ast.Import) for name in node.names]
        return {(name.asname or name.name).partition(".")[0] for name in imports}

    @cached_property
    def shared(self) -> Shared:
        """What the functions of the script share."""
        shared = Shared(self.modules)
        for node in self.nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                shared.add(node)
        return shared

    def called_on(self, line: int) -> set[str]:
        """Return the names of the student's coroutine functions that are called on a line."""
        return {called(node) for node in self.calls_on(line)} & self.names

    def function_called(self, name: str, line: int) -> str:
        """Return a function as a line that calls it writes it, ``client.get``; empty if the line does not call it."""
        written = [ast.unparse(node.func) for node in self.calls_on(line) if called(node) == name]
        return written[0] if written and len(written[0]) <= _LONGEST_CALL else ""

    def calls_on(self, line: int) -> list[ast.Call]:
        """Return the calls on a line, outermost first."""
        return [
            node
            for node in self.nodes
            if isinstance(node, ast.Call) and node.lineno <= line <= (node.end_lineno or line)
        ]

    def giver_of(self, name: str) -> ast.Call | None:
        """Return the call that passes a coroutine function where a plain one is expected: ``loop.call_soon(say)``."""
        calls = (node for node in self.nodes if isinstance(node, ast.Call) and called(node) in _CALLERS)
        given = ((call, [*call.args, *(keyword.value for keyword in call.keywords)]) for call in calls)
        return next((call for call, values in given if any(_is_name(value, name) for value in values)), None)

    def giver_of_call(self, name: str, line: int) -> ast.Call | None:
        """Return the call on a line that passes a coroutine where a function is expected: ``loop.call_soon(say())``."""
        calls = (node for node in self.calls_on(line) if called(node) in _CALLERS - _IN_THREADS)
        return next(
            (call for call in calls if any(isinstance(one, ast.Call) and called(one) == name for one in call.args)),
            None,
        )

    def called_too_soon(self, name: str) -> Iterator[str]:
        """Yield corrections of calls that should run a function in a thread and are passed its result."""
        for call in self.nodes:
            if isinstance(call, ast.Call) and called(call) in _IN_THREADS:
                for at, value in enumerate(call.args):
                    if isinstance(value, ast.Call) and called(value) == name:
                        given = [*call.args[:at], value.func, *value.args]
                        yield ast.unparse(ast.Call(call.func, given, value.keywords))

    def plain_function_on(self, line: int) -> str:
        """Return the name of the function that a line is in, if it is written without async."""
        functions = ast.FunctionDef | ast.AsyncFunctionDef
        around = [
            node
            for node in self.nodes
            if isinstance(node, functions) and node.lineno < line <= (node.end_lineno or line)
        ]
        innermost = max(around, key=lambda node: node.lineno, default=None)
        return innermost.name if isinstance(innermost, ast.FunctionDef) else ""

    def way_to_await(self, call: str, line: int) -> str:
        """Return what to write on a line where await is not allowed; empty where it is."""
        lambdas = [node for node in self.nodes if isinstance(node, ast.Lambda) and node.lineno == line]
        if any(ast.unparse(node.body).startswith(call.partition("(")[0] + "(") for node in lambdas):
            return f"a lambda cannot wait: let it start a task, `lambda: asyncio.create_task({call})`"
        around = self.plain_function_on(line)
        if around.startswith("__"):
            return f"{around} cannot wait: write `await {call}` in a method with async def, and await that one"
        if around:
            return f"write `await {call}`, and `async def {around}`: only a function written with async def can await"
        return ""

    def in_loop(self, line: int) -> bool:
        """Tell whether a line is in the body of a loop with an end, in the same function."""
        loops = (node for node in self.nodes if isinstance(node, ast.For | ast.AsyncFor))
        around = [loop for loop in loops if loop.lineno < line <= (loop.end_lineno or line)]
        functions = ast.FunctionDef | ast.AsyncFunctionDef
        return any(not any(isinstance(one, functions) for one in ast.walk(loop)) for loop in around)

    def run_on(self, line: int) -> ast.Call | None:
        """Return the call on a line that runs an event loop, None unless there is exactly one."""
        found = [node for node in self.calls_on(line) if called(node) in _RUNS]
        return found[0] if len(found) == 1 else None

    def function_of(self, node: ast.AST) -> ast.AST:
        """Return the function that a node is in, or the whole script."""
        while (node := self.parents.get(node, self.tree)) is not self.tree:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                break
        return node

    def flow(self, node: ast.AST) -> Flow:
        """Return what happens to results in the function that a node is in."""
        return Flow(self.function_of(node), self.parents, self.modules)

    @staticmethod
    def of(lines: tuple[str, ...]) -> Script:
        """Return the script that has these lines."""
        return _parsed("\n".join(lines))


def _is_name(value: ast.expr, name: str) -> bool:
    """Tell whether an expression is a function or a method of some name."""
    return (isinstance(value, ast.Name) and value.id == name) or (
        isinstance(value, ast.Attribute) and value.attr == name
    )


def _own(function: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a function, without those of functions in it."""
    for child in ast.iter_child_nodes(function):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
            yield from _own(child)


def _is_paced(function: ast.AsyncFunctionDef) -> bool:
    """Tell whether a function waits on purpose: it ends with a sleep, or prints a line bit by bit."""
    last = function.body[-1]
    value = last.value if isinstance(last, ast.Expr | ast.Return) else None
    ends_with_sleep = (
        isinstance(value, ast.Await) and isinstance(value.value, ast.Call) and called(value.value) == "sleep"
    )
    returns = any(isinstance(one, ast.Return) and one.value not in {None, value} for one in _own(function))
    return (ends_with_sleep and not returns) or any(map(_leaves_line_open, _own(function)))


def _leaves_line_open(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or called(node) != "print":
        return False
    ends = [keyword.value for keyword in node.keywords if keyword.arg == "end"]
    return any(not isinstance(end, ast.Constant) or "\n" not in str(end.value) for end in ends)


_parsed = lru_cache(maxsize=8)(Script)


def called(call: ast.Call) -> str:
    """Return the last part of the name of what is called."""
    function = call.func
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )


def place_of_line(run: Evidence, line: int) -> Place:
    """Return a line of the script as a place, with its function if the run shows it."""
    known = [place for wait in run.partial.waits for place in wait.places if place.lineno == line]
    return known[0] if known else Place(run.script, line, "")
