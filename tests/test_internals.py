"""What is relied on of other packages without their promise: the table is in docs/architecture.md."""

from __future__ import annotations

import ast
import asyncio
import importlib
import inspect
import re
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ROOT = Path(__file__).parents[1]


class Row(NamedTuple):
    """Names of one owner, and the versions of Python or of another package that have them."""

    owner: str
    names: str
    versions: str
    purpose: str


def _rows() -> list[Row]:
    text = (_ROOT / "docs/architecture.md").read_text()
    table = text.partition("## Private names")[2].partition("|---|---|---|---|")[2]
    return [Row(*(cell.strip() for cell in line.strip("|").split("|"))) for line in table.strip().splitlines()]


def _policy() -> Any:
    name = "windows_events" if sys.platform == "win32" else "unix_events"
    module = vars(asyncio)[name]
    return getattr(module, "_DefaultEventLoopPolicy", None) or module.DefaultEventLoopPolicy


@pytest.fixture
def loop() -> Iterator[Any]:
    loop = asyncio.SelectorEventLoop()
    yield loop
    loop.close()


_MADE: dict[str, Callable[[Any], Any]] = {
    "an event loop": lambda loop: loop,
    "the selector of a loop": lambda loop: loop._selector,
    "the policy of asyncio": lambda _loop: _policy(),
    "the future of `gather`": lambda loop: asyncio.gather(loop.create_future()),
    "a queue": lambda _loop: asyncio.Queue(),
    "a stream reader": lambda loop: asyncio.StreamReader(loop=loop),
}


def _owner(text: str, loop: Any) -> Any:
    """Return the object of a row: described in words, or a dotted name that may be called without arguments."""
    if text in _MADE:
        return _MADE[text](loop)
    path, called, _ = text.strip("`").partition("()")
    parts = path.split(".")
    owner: Any = None
    for count in range(len(parts), 0, -1):
        with suppress(ModuleNotFoundError):
            owner = importlib.import_module(".".join(parts[:count]))
            for part in parts[count:]:
                owner = getattr(owner, part)
            break
    return owner() if called else owner


def _is_here(versions: str) -> bool:
    first, _, last = versions.partition("-")
    return tuple(map(int, first.split("."))) <= sys.version_info[:2] <= tuple(map(int, last.split(".")))


@pytest.mark.parametrize("row", _rows(), ids=lambda row: f"{row.owner} {row.names}")
@pytest.mark.filterwarnings("ignore:The .* attribute is deprecated")
def test_a_private_name_is_there(row: Row, loop: Any) -> None:
    package, _, since = row.versions.rpartition(" ")
    if package:
        pytest.importorskip(row.owner.strip("`").partition(".")[0])
    elif not _is_here(since):
        pytest.skip(f"not in Python {sys.version_info.major}.{sys.version_info.minor}")
    owner = _owner(row.owner, loop)
    names = re.findall(r"`(\w+)`", row.names)
    if row.names.startswith("in its source "):
        source = inspect.getsource(owner)
        assert [name for name in names if name not in source] == []
        return
    if row.names.startswith("local "):
        assert row.names.removeprefix("local ").strip("`") in owner.__code__.co_varnames
        return
    assert [name for name in names if not _has(owner, name)] == []


def _has(owner: Any, name: str) -> bool:
    slots = {slot for kind in getattr(owner, "__mro__", ()) for slot in vars(kind).get("__slots__", ())}
    return hasattr(owner, name) or name in slots


def test_a_thread_has_what_it_has_when_it_runs() -> None:
    seen: list[bool] = []
    thread = threading.Thread(target=lambda: seen.append(hasattr(threading.current_thread(), "_invoke_excepthook")))
    thread.start()
    thread.join()
    assert seen == [True]


def test_no_other_private_name_is_used() -> None:
    listed = {"_exit"} | {name for row in _rows() for name in re.findall(r"`(\w+)`", row.names)}
    trees = {path: ast.parse(path.read_text()) for path in sorted((_ROOT / "pytest_asyncgrade").rglob("*.py"))}
    ours = {name for tree in trees.values() for name in _defined(tree)}
    unlisted = [
        f"{path.relative_to(_ROOT)}:{line}: {name}"
        for path, tree in trees.items()
        for name, line in _used(tree)
        if name not in ours and name not in listed
    ]
    assert unlisted == []


def _defined(tree: ast.Module) -> Iterator[str]:
    """Yield the names that a module gives to something."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _used(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield the private names that a module asks other objects for."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and re.match(r"_[^_]", node.attr):
            yield node.attr, node.lineno
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"getattr", "hasattr"}:
            name = node.args[1]
            if isinstance(name, ast.Constant) and re.match(r"_[^_]", str(name.value)):
                yield str(name.value), node.lineno
