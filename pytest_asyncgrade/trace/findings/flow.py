"""Whether one await in a function depends on an earlier one: the last filter before a finding is reported.

It only suppresses findings.  When in doubt the answer is yes: whatever a result binds, changes or decides is treated
as part of it.
"""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_DECISIONS = ast.If | ast.While | ast.IfExp | ast.BoolOp | ast.Match | ast.Try | ast.TryStar
_EXITS = ast.Return | ast.Break | ast.Raise | ast.Assert
_LOOPS = ast.For | ast.AsyncFor | ast.While
_ADDS = frozenset({"append", "add", "extend", "update", "put_nowait"})
_COMPREHENSIONS = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def root(node: ast.AST) -> str:
    """Return what an assignment or a method changes: a name, or an object's first attribute, ``.results``."""
    attribute = ""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        if isinstance(node, ast.Attribute):
            attribute = f".{node.attr}"
        node = node.value
    return attribute or (node.id if isinstance(node, ast.Name) else "")


def _targets(node: ast.AST) -> set[str]:
    """Return what a target of an assignment binds or changes."""
    if isinstance(node, ast.Tuple | ast.List):
        return {name for element in node.elts for name in _targets(element)}
    return {root(node)} - {""}


def loads(node: ast.AST) -> set[str]:
    """Return the names and ``.attributes`` that an expression uses."""
    found: set[str] = set()
    for one in ast.walk(node):
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load):
            found.add(one.id)
        elif isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Load):
            found.add(f".{one.attr}")
    return found


def stores(node: ast.AST) -> set[str]:
    """Return what a statement and the statements in it bind or change."""
    return {name for one in ast.walk(node) for name, _value in _changes(one)}


def _changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield what a node binds or changes, each with the expression of the new value."""
    match node:
        case ast.Assign():
            yield from ((name, node.value) for name in _stored(node.targets))
        case ast.AnnAssign(value=ast.expr() as value) | ast.AugAssign(value=value) | ast.NamedExpr(value=value):
            yield from ((name, value) for name in _targets(node.target))
        case ast.For() | ast.AsyncFor() | ast.comprehension():
            yield from ((name, node.iter) for name in _targets(node.target))
        case ast.withitem(optional_vars=ast.expr() as target):
            yield from ((name, node.context_expr) for name in _targets(target))
        case ast.Call(func=ast.Attribute() as function):
            given = ast.Tuple([*node.args, *(keyword.value for keyword in node.keywords)], ast.Load())
            if given.elts and (name := root(function.value)):
                yield name, given


def _given_to(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield the arguments of a call, each with the others: the function may store one in another."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not hasattr(builtins, node.func.id):
        for argument in node.args:
            others = ast.Tuple([other for other in node.args if other is not argument], ast.Load())
            yield from ((changed, others) for changed in _targets(argument))


@dataclass
class Shared:
    """What functions use and change besides their local names: globals, names of an outer function, attributes."""

    modules: set[str]
    reads: dict[str, set[str]] = field(default_factory=dict)
    writes: dict[str, set[str]] = field(default_factory=dict)
    _calls: dict[str, set[str]] = field(default_factory=dict)
    _functions: dict[str, ast.FunctionDef | ast.AsyncFunctionDef] = field(default_factory=dict)

    def add(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Add a function; functions of the same name are treated as one."""
        arguments = function.args
        own = {one.arg for one in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]}
        own |= {one.arg for one in (arguments.vararg, arguments.kwarg) if one}
        outside = [one for one in ast.walk(function) if isinstance(one, ast.Global | ast.Nonlocal)]
        own |= {one.id for one in ast.walk(function) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
        own -= {name for one in outside for name in one.names}
        called = {root(one.func) for one in ast.walk(function) if isinstance(one, ast.Call)}
        merely_changed = {id(added) for one in ast.walk(function) if (added := _added_to(one))}
        used = {
            name
            for one in ast.walk(function)
            if id(one) not in merely_changed
            for name in ([one.id] if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load) else _attribute(one))
        }
        self._functions[function.name] = function
        self._calls.setdefault(function.name, set()).update(name.removeprefix(".") for name in called)
        self.reads.setdefault(function.name, set()).update(used - own)
        self.writes.setdefault(function.name, set()).update(stores(function) - own - self.modules)

    def used_by(self, name: str) -> set[str]:
        """Return what a function uses, directly or through functions it calls."""
        return self._reached(self.reads, name)

    def changed_by(self, name: str) -> set[str]:
        """Return what a function changes, directly or through functions it calls."""
        return self._reached(self.writes, name)

    def filled(self, name: str, awaited: ast.expr) -> set[str]:
        """Return the names that a call passes to a function which changes its arguments: ``fill(state)``."""
        return self._given(name, awaited, stores)

    def looked_at(self, name: str, awaited: ast.expr) -> set[str]:
        """Return the names that a call passes to a function which reads its arguments."""
        return self._given(name, awaited, _looks_at)

    def _given(
        self, name: str, awaited: ast.expr, used: Callable[[ast.FunctionDef | ast.AsyncFunctionDef], set[str]]
    ) -> set[str]:
        """Return the names passed for the parameters that a function uses in some way."""
        function, call = self._functions.get(name), awaited.value if isinstance(awaited, ast.Await) else awaited
        if function is None or not isinstance(call, ast.Call):
            return set()
        arguments = [one.arg for one in [*function.args.posonlyargs, *function.args.args]]
        arguments = arguments[isinstance(call.func, ast.Attribute) and arguments[:1] == ["self"] :]
        given = [*zip(arguments, call.args, strict=False), *((one.arg, one.value) for one in call.keywords)]
        names = used(function)
        return {value.id for argument, value in given if argument in names and isinstance(value, ast.Name)}

    def _reached(self, what: dict[str, set[str]], name: str) -> set[str]:
        found, left = {name}, [name]
        while left:
            new = (self._calls.get(left.pop(), set()) & self._calls.keys()) - found
            found |= new
            left += new
        return {one for function in found for one in what.get(function, ())}


def _looks_at(function: ast.AST) -> set[str]:
    """Return the names that a function reads, not only adds to."""
    puts = {id(added) for one in ast.walk(function) if (added := _added_to(one))}
    puts |= {
        id(one.value) for one in ast.walk(function) if isinstance(one, ast.Subscript) and isinstance(one.ctx, ast.Store)
    }
    return {
        one.id
        for one in ast.walk(function)
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load) and id(one) not in puts
    }


def _added_to(node: ast.AST) -> ast.expr | None:
    """Return what a call adds to without reading it: ``results.append(...)``."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _ADDS:
        return node.func.value
    return None


def _attribute(node: ast.AST) -> list[str]:
    return [f".{node.attr}"] if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) else []


class Flow:
    """What happens to the results of awaits in one function; `parents` maps each node to the node around it."""

    def __init__(self, function: ast.AST, parents: dict[ast.AST, ast.AST], modules: set[str]) -> None:
        self._nodes = list(ast.walk(function))
        self._function, self._parents, self._modules = function, parents, modules

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield the nodes around a node, up to the function."""
        while node is not self._function and node in self._parents:
            node = self._parents[node]
            yield node

    def loop_of(self, node: ast.AST) -> ast.AST | None:
        """Return the innermost loop or comprehension around a node."""
        return next((one for one in self.above(node) if isinstance(one, _LOOPS | _COMPREHENSIONS)), None)

    def given(self, node: ast.expr) -> set[str]:
        """Return the names that an await uses, and the names from which those were computed."""
        names = loads(node.value if isinstance(node, ast.Await) else node)
        made = [(_stored(one.targets), loads(one.value)) for one in self._nodes if isinstance(one, ast.Assign)]
        while more := {name for targets, used in made if targets & names for name in used} - names:
            names |= more
        return names

    def varies(self, node: ast.expr) -> bool:
        """Tell whether an await in a loop differs from one iteration to the next."""
        loop = self.loop_of(node)
        return loop is None or bool(self.given(node) & stores(loop))

    def never_ends(self, node: ast.expr) -> bool:
        """Tell whether an await is in a ``while True`` without a way out."""
        loop = self.loop_of(node)
        if not isinstance(loop, ast.While) or not isinstance(loop.test, ast.Constant):
            return False
        return not any(isinstance(one, ast.Break | ast.Return) for one in ast.walk(loop))

    def depends(self, later: ast.expr, earlier: Iterable[ast.expr], used: set[str]) -> bool:
        """Tell whether an await may use a result of earlier awaits; `used` is what the awaited function uses."""
        seeds = set(earlier)
        results = self._results(seeds)

        def touched(node: ast.AST | None) -> bool:
            return node is not None and _uses(node, seeds, results)

        inside = any(one in seeds for one in ast.walk(later) if one is not later)
        if inside or (self.given(later) | used) & results:
            return True
        if any(self._decided(around, later, touched) for around in self.above(later)):
            return True
        exits = [one for one in self._nodes if isinstance(one, _EXITS) and self._comes_before(one, later)]
        return any(
            (isinstance(one, ast.Assert) and touched(one)) or any(touched(_test(around)) for around in self.above(one))
            for one in exits
        )

    def _comes_before(self, one: ast.stmt, later: ast.expr) -> bool:
        """Tell whether a statement may run before an await: it is above it, or in a loop around it."""
        loops = {around for around in self.above(later) if isinstance(around, _LOOPS)}
        return one.lineno < later.lineno or any(around in loops for around in self.above(one))

    @staticmethod
    def _decided(around: ast.AST, later: ast.expr, touched: Callable[[ast.AST | None], bool]) -> bool:
        """Tell whether a result decides, by a condition around an await, that the await is reached."""
        if isinstance(around, ast.Try | ast.TryStar):
            return touched(ast.Module(around.body, [])) and later not in {
                one for statement in around.body for one in ast.walk(statement)
            }
        if isinstance(around, ast.BoolOp):
            return any(touched(value) for value in around.values if later not in set(ast.walk(value)))
        return isinstance(around, _DECISIONS) and touched(_test(around))

    def _results(self, seeds: set[ast.expr]) -> set[str]:
        """Return the names and attributes that hold the results of the seeds, or were changed by them."""
        found: set[str] = set()
        for one in self._nodes:
            if isinstance(one, ast.Try | ast.TryStar) and seeds & set(ast.walk(one)):
                found |= stores(one)
        changes = [change for node in self._nodes for change in (*_changes(node), *_given_to(node))]
        conditions = [(one.test, stores(one)) for one in self._nodes if isinstance(one, ast.If | ast.While)]
        while True:
            more = {name for name, value in changes if _uses(value, seeds, found)}
            more |= {name for test, stored in conditions if _uses(test, seeds, found) for name in stored}
            if more - self._modules <= found:
                return found
            found |= more - self._modules


def _uses(node: ast.AST, seeds: set[ast.expr], results: set[str]) -> bool:
    return bool(loads(node) & results) or any(one in seeds for one in ast.walk(node))


def _stored(targets: list[ast.expr]) -> set[str]:
    return {name for target in targets for name in _targets(target)}


def _test(node: ast.AST) -> ast.AST | None:
    """Return what decides which parts of a statement run: a condition, or the body of ``try``."""
    match node:
        case ast.If() | ast.While() | ast.IfExp():
            return node.test
        case ast.Match():
            return node.subject
        case ast.Try() | ast.TryStar():
            return ast.Module(node.body, [])
        case _:
            return None
