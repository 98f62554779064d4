"""Hooks of ``--grade`` that isolate a mistake in one check: that check is broken, and the others are graded."""

from __future__ import annotations

import inspect
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any

import pytest

from pytest_asyncgrade.errors import AsyncgradeError
from pytest_asyncgrade.trace.plain import shown

from .check import watched

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

_MOST_BITS = 1_000
"""Largest number that pytest writes into a check's id, in bits."""


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Module | pytest.Class, name: str, obj: object) -> object:
    """Collect a check with yield in it as a broken check: pytest would refuse its whole file."""
    if not inspect.isgeneratorfunction(obj) or not collector.istestfunction(obj, name):
        return None
    return collector.ihook.pytest_pycollect_makeitem(collector=collector, name=name, obj=_without_yield(obj))


def _without_yield(check: Callable[..., object]) -> Callable[..., object]:
    @wraps(check)
    def call(*args: Any, **kwargs: Any) -> object:
        return check(*args, **kwargs)

    return call


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a check after a number of any size: pytest fails on one with thousands of digits."""
    return shown(val) if type(val) is int and val.bit_length() > _MOST_BITS else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Generator[None, object, object]:
    """Keep fixtures from ending the grading."""
    with _staying():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Function) -> Generator[None, object, object]:
    """Refuse a check that returns a value, that nobody awaits, or that ends the grading."""
    with _staying(), watched(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Generator[None, object, object]:
    """Keep fixtures from ending the grading."""
    with _staying():
        return (yield)


@contextmanager
def _staying() -> Iterator[None]:
    """Turn ``pytest.exit`` into an error of the check or the fixture that calls it."""
    try:
        yield
    except pytest.exit.Exception as error:
        msg = f"pytest.exit({error.msg!r}) would end the whole grading: write pytest.fail(...)"
        raise AsyncgradeError(msg).with_traceback(error.__traceback__) from None
