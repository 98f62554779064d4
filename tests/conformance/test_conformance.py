"""No test of CPython's own asyncio suite that the stock loop passes fails on ours, except for the listed ones."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

import pytest

from .exclusions import EXCLUSIONS, RACES
from .suite import MODULES, run_module

if TYPE_CHECKING:
    from collections.abc import Callable

if importlib.util.find_spec("test") is None or importlib.util.find_spec("test.test_asyncio") is None:
    pytest.skip(
        "this Python comes without its own tests (test.test_asyncio); Debian has them in libpython3-testsuite",
        allow_module_level=True,
    )

_PREFIX = "test.test_asyncio."


@pytest.mark.timeout(600)
@pytest.mark.parametrize("module", [module for module in MODULES if importlib.util.find_spec(_PREFIX + module)])
def test_what_passes_on_the_stock_loop_passes_on_ours(
    module: str, record_property: Callable[[str, object], None]
) -> None:
    listed = {_PREFIX + name for name in EXCLUSIONS if name.partition(".")[0] == module}
    ours = run_module("ours", module)
    races = {_PREFIX + name for name in RACES}
    suspects = frozenset(ours.failed.keys() - listed - races)
    stock = run_module("stock", module, suspects) if suspects else None
    record_property("run", len(ours.passed) + len(ours.failed))
    record_property("excluded", len((listed | races) & ours.failed.keys()))
    assert ours.passed or ours.skipped
    assert {test: ours.failed[test] for test in suspects if stock and test in stock.passed} == {}
    assert listed & ours.passed == set(), "these pass now: take them off the list"
