"""Decides which tests run in virtual time: those with the mark, or all with the ini option ``virtual_time``."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

_SETTINGS = ("start", "limit")


def is_marked(name: str, node: pytest.Collector | pytest.Item, function: object = None) -> bool:
    """Tell whether a node, or a function to be collected, has a mark."""
    marks = getattr(function, "pytestmark", ())
    return node.get_closest_marker(name) is not None or any(mark.name == name for mark in marks)


def is_virtual(node: pytest.Collector | pytest.Item, function: object = None) -> bool:
    """Tell whether a test, or a function to be collected, runs in virtual time."""
    mark = node.get_closest_marker("virtual_time")
    mark = next((one for one in getattr(function, "pytestmark", ()) if one.name == "virtual_time"), mark)
    if mark is not None:
        return mark.args[:1] != (False,)
    return bool(node.config.getini("virtual_time")) and not node.config.option.grade


def is_anyios(node: pytest.Collector | pytest.Item, function: object = None) -> bool:
    """Tell whether the plugin of anyio runs an async test."""
    if is_marked("anyio", node, function):
        return True
    try:
        return bool(node.config.getini("anyio_mode") == "auto")
    except ValueError:  # anyio is not there, or of a version without this option
        return False


def settings_of(item: pytest.Item) -> dict[str, Any]:
    """Return the arguments of the mark, `start` and `limit`; pytest.UsageError for others."""
    mark = item.get_closest_marker("virtual_time")
    if mark is None:
        return {}
    unknown = [*map(repr, mark.args), *(f"{name}=..." for name in mark.kwargs if name not in _SETTINGS)]
    if mark.args == (False,) and not mark.kwargs:
        return {}
    if unknown:
        what = ", ".join(unknown)
        msg = f"{item.nodeid}: virtual_time() does not know {what}: it takes start=... and limit=..., or False"
        raise pytest.UsageError(msg)
    limit = mark.kwargs.get("limit")
    if limit is not None and not (isinstance(limit, (int, float)) and limit > 0):
        msg = f"{item.nodeid}: virtual_time(limit={limit!r}) is no limit: give a number of virtual seconds above 0"
        raise pytest.UsageError(msg)
    return dict(mark.kwargs)


def enter_first(item: pytest.Item) -> bool:
    """Put virtual time before the other fixtures of a test that runs in it; True if that changed anything."""
    if not isinstance(item, pytest.Function) or not is_virtual(item) or _is_for_trio(item):
        return False
    settings_of(item)
    names = item.fixturenames
    if names[:1] == ["virtual_clock"]:
        return False
    # a new list: the tests of one function with other parameters share theirs
    item.fixturenames = ["virtual_clock", *(name for name in names if name != "virtual_clock")]
    return True


def _is_for_trio(item: pytest.Function) -> bool:
    """Tell whether anyio runs a test on trio, which stays in real time."""
    backend = getattr(item, "callspec", None) and item.callspec.params.get("anyio_backend")
    return (backend[0] if isinstance(backend, tuple) else backend) == "trio"


def refuse_late(item: pytest.Item) -> None:
    """Raise pytest.UsageError for a coroutine that nobody runs: pytest-asyncio chose its tests before the mark came."""
    runs = any(kind.__name__ == "PytestAsyncioFunction" for kind in type(item).__mro__)
    if inspect.iscoroutinefunction(getattr(item, "obj", None)) and not runs and not is_anyios(item):
        msg = (
            f"{item.nodeid}: the mark virtual_time was added too late to run an async test: "
            "mark the function, its class or module, set virtual_time = true, or mark it asyncio as well"
        )
        raise pytest.UsageError(msg)
