"""The tests of CPython that pass on the stock loop and not on ours, each with its reason.

A test listed here that passes on ours fails our suite, so that the list stays short.  Keys are what follows
``test.test_asyncio.``.
"""

from __future__ import annotations

import sys

RACES: dict[str, str] = {}
"""Tests that pass or fail as the machine's load has it."""

_EVERYWHERE: dict[str, str] = {}

_BY_VERSION: dict[tuple[int, int], dict[str, str]] = {
    (3, 11): {},
    (3, 12): {},
    (3, 13): {},
    (3, 14): {},
}

EXCLUSIONS = _EVERYWHERE | _BY_VERSION.get(sys.version_info[:2], {})
