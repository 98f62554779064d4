"""Makes mutants of a solution: each has one mistake that students of asyncio make, and a grader should notice it.

An operator changes one node of the syntax tree; a mutant is the source of the whole changed tree.
"""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_ENDS = {"task_done", "set", "notify_all", "notify", "release", "cancel", "close", "put_nowait", "write", "kill"}
_AWAITED_ENDS = {"join", "wait_closed", "put", "wait", "sleep"}
_WITHOUT = {"return_exceptions", "maxsize"}
_DELAYS = {"sleep", "timeout", "wait_for", "call_later", "Semaphore", "Queue"}
HARD_CODED = "hard-code the output"
"""The operator of the mutant that prints what is expected and does nothing else."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A wrong program: what was changed in the solution, and where."""

    operator: str
    line: int
    """The line of the solution that was changed."""
    code: str
    """The code of the solution there, on one line."""
    source: str

    @property
    def name(self) -> str:
        """Its name in reports and in ``[equivalent]``."""
        return f"{self.operator}: {self.code}"


def mutants(source: str) -> list[Mutant]:
    """Return the mutants of a program, without duplicates."""
    tree = ast.parse(source)
    found: dict[str, Mutant] = {}
    original = ast.unparse(tree)
    for operator, change in _OPERATORS.items():
        changed = copy.deepcopy(tree)
        nodes = list(ast.walk(changed))
        for index, node in enumerate(ast.walk(tree)):
            if not change(changed, nodes[index]):
                continue
            text = ast.unparse(ast.fix_missing_locations(changed))
            if text != original and text not in found:
                place = (
                    node if isinstance(node, ast.stmt | ast.expr | ast.ExceptHandler) else _first_change(tree, changed)
                )
                found[text] = Mutant(operator, place.lineno, ast.unparse(place).partition("\n")[0], text)
            changed = copy.deepcopy(tree)
            nodes = list(ast.walk(changed))
    return list(found.values())


def timetable(source: str, function: str, lines: Iterable[tuple[float, str]]) -> Mutant | None:
    """Return the mutant in which one coroutine function prints the expected lines by a timetable; the others stay.

    None if the program has no coroutine function of that name.
    """
    tree = ast.parse(source)
    nodes = (node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef) and node.name == function)
    if (node := next(nodes, None)) is None:
        return None
    body = [] if _has_asyncio(tree) else ["import asyncio"]
    now = 0.0
    for time, text in lines:
        if time > now:
            body.append(f"await asyncio.sleep({round(time - now, 9)!r})")
        now = max(now, time)
        body.append(f"print({text!r})")
    node.body = ast.parse("\n".join(body) or "pass").body
    return Mutant(HARD_CODED, node.lineno, function, ast.unparse(ast.fix_missing_locations(tree)))


def _has_asyncio(tree: ast.Module) -> bool:
    imports = (alias for node in tree.body if isinstance(node, ast.Import) for alias in node.names)
    return any(alias.name == "asyncio" and alias.asname is None for alias in imports)


def _first_change(tree: ast.Module, changed: ast.Module) -> ast.stmt:
    """Return the first statement of a module that was changed, or moved."""
    pairs = zip(tree.body, changed.body, strict=False)
    return next((one for one, other in pairs if ast.unparse(one) != ast.unparse(other)), tree.body[-1])


# -- operators: change the tree at a node, or change nothing and return False


def _drop_await(tree: ast.Module, node: ast.AST) -> bool:
    return isinstance(node, ast.Await) and _replace(tree, node, node.value)


def _gather_in_sequence(tree: ast.Module, node: ast.AST) -> bool:
    if not isinstance(node, ast.Await) or _called(node.value) != "gather":
        return False
    assert isinstance(node.value, ast.Call)
    arguments = node.value.args
    if len(arguments) == 1 and isinstance(arguments[0], ast.Starred):
        one = ast.Name("one", ast.Load())
        loop = ast.comprehension(ast.Name("one", ast.Store()), arguments[0].value, [], 0)
        return _replace(tree, node, ast.ListComp(ast.Await(one), [loop]))
    return _replace(tree, node, ast.List([ast.Await(argument) for argument in arguments], ast.Load()))


def _block_in_sleep(tree: ast.Module, node: ast.AST) -> bool:
    if not isinstance(node, ast.Await) or _called(node.value) != "sleep":
        return False
    assert isinstance(node.value, ast.Call)
    tree.body.insert(_after_docstring(tree), ast.Import([ast.alias("time", "time_")]))
    call = ast.Call(ast.Attribute(ast.Name("time_", ast.Load()), "sleep", ast.Load()), node.value.args, [])
    return _replace(tree, node, call)


def _await_the_task(tree: ast.Module, node: ast.AST) -> bool:
    if _called(node) not in {"create_task", "ensure_future"}:
        return False
    assert isinstance(node, ast.Call)
    return bool(node.args) and _replace(tree, node, ast.Await(node.args[0]))


def _open_the_block(tree: ast.Module, node: ast.AST) -> bool:
    """Run the body of an ``async with`` (a lock, a semaphore, a timeout) without it."""
    if not isinstance(node, ast.AsyncWith) or any(item.optional_vars for item in node.items):
        return False
    return _replace_statement(tree, node, node.body)


def _leave_out(tree: ast.Module, node: ast.AST) -> bool:
    if not isinstance(node, ast.Expr):
        return False
    value = node.value
    awaited = isinstance(value, ast.Await)
    name = _called(value.value if isinstance(value, ast.Await) else value)
    return name in (_AWAITED_ENDS if awaited else _ENDS) and _replace_statement(tree, node, [ast.Pass()])


def _swallow(_tree: ast.Module, node: ast.AST) -> bool:
    """Drop the ``raise`` at the end of an exception handler."""
    if not isinstance(node, ast.ExceptHandler) or not isinstance(node.body[-1], ast.Raise):
        return False
    node.body[-1] = ast.Pass()
    return True


def _ignore_cancellation(tree: ast.Module, node: ast.AST) -> bool:
    """Go on after an ``await`` that was cancelled, as if it had ended."""
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Await):
        return False
    error = ast.Attribute(ast.Name("asyncio", ast.Load()), "CancelledError", ast.Load())
    handler = ast.ExceptHandler(error, None, [ast.Pass()])
    return _replace_statement(tree, node, [ast.Try([ast.Expr(node.value)], [handler], [], [])])


def _clean_up_only_after_success(tree: ast.Module, node: ast.AST) -> bool:
    if not isinstance(node, ast.Try) or not node.finalbody or node.handlers:
        return False
    return _replace_statement(tree, node, [*node.body, *node.finalbody])


def _wait_longer(_tree: ast.Module, node: ast.AST) -> bool:
    if _called(node) not in _DELAYS:
        return False
    assert isinstance(node, ast.Call)
    numbers = [arg for arg in node.args if isinstance(arg, ast.Constant) and type(arg.value) in {int, float}]
    for number in numbers:
        assert isinstance(number.value, int | float)
        number.value += 1
    return bool(numbers)


def _swap_delays(tree: ast.Module, node: ast.AST) -> bool:
    """Exchange a delay with the next different one of the program."""
    delays = sorted(_delays(tree), key=lambda delay: (delay.lineno, delay.col_offset))
    if node not in delays:
        return False
    assert isinstance(node, ast.Constant)
    for other in delays[delays.index(node) + 1 :]:
        if other.value != node.value:
            node.value, other.value = other.value, node.value
            return True
    return False


def _delays(tree: ast.Module) -> Iterator[ast.Constant]:
    """Yield the first arguments of the calls of ``sleep``."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and _called(call) == "sleep":
            yield from (arg for arg in call.args[:1] if isinstance(arg, ast.Constant))


def _without_an_option(_tree: ast.Module, node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    kept = [keyword for keyword in node.keywords if keyword.arg not in _WITHOUT]
    changed = len(kept) < len(node.keywords)
    node.keywords = kept
    return changed


def _print_earlier(_tree: ast.Module, node: ast.AST) -> bool:
    """Exchange a print with the statement before it."""
    for block in (getattr(node, name, None) for name in ("body", "orelse", "finalbody")):
        if isinstance(block, list):
            for index in range(1, len(block)):
                before, statement = block[index - 1], block[index]
                if _prints(statement) and not _prints(before) and not isinstance(before, ast.Import | ast.ImportFrom):
                    block[index - 1], block[index] = statement, before
                    return True
    return False


def _prints(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and _called(statement.value) == "print"


def _notify_one(_tree: ast.Module, node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute) and node.attr == "notify_all":
        node.attr = "notify"
        return True
    return False


_OPERATORS: dict[str, Callable[[ast.Module, ast.AST], bool]] = {
    "drop an await": _drop_await,
    "await in sequence": _gather_in_sequence,
    "time.sleep": _block_in_sleep,
    "await the task at once": _await_the_task,
    "without its block": _open_the_block,
    "leave out": _leave_out,
    "swallow": _swallow,
    "ignore cancellation": _ignore_cancellation,
    "clean up after success alone": _clean_up_only_after_success,
    "one more": _wait_longer,
    "swap delays": _swap_delays,
    "without an option": _without_an_option,
    "print earlier": _print_earlier,
    "notify one": _notify_one,
}


def _called(node: ast.AST) -> str:
    """Return the last part of the name of what is called; empty if the node is no call."""
    if not isinstance(node, ast.Call):
        return ""
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _replace(tree: ast.Module, old: ast.expr, new: ast.expr) -> bool:
    """Replace one expression by another."""
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, new)
                return True
            if isinstance(value, list) and any(item is old for item in value):
                setattr(parent, name, [new if item is old else item for item in value])
                return True
    return False


def _replace_statement(tree: ast.Module, old: ast.stmt, new: list[ast.stmt]) -> bool:
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if isinstance(value, list) and any(item is old for item in value):
                setattr(parent, name, list(_with(value, old, new)))
                return True
    return False


def _with(block: list[ast.stmt], old: ast.stmt, new: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in block:
        if statement is old:
            yield from new
        else:
            yield statement


def _after_docstring(tree: ast.Module) -> int:
    return int(ast.get_docstring(tree) is not None)
