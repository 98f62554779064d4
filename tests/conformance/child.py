"""The process in which one module of CPython's asyncio tests runs: ``python -m tests.conformance.child``.

It takes the loop (`ours` or `stock`), the module, and then either nothing (all tests) or the ids of the tests to run;
``--skip`` turns those ids into the ones to leave out.  It prints one JSON line when a test begins and one when it ends.
"""

from __future__ import annotations

import faulthandler
import gc
import json
import os
import signal
import sys
import unittest
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_MANY_LOOKS = 10_100
"""Looks that make a busy wait here, a tenth of the usual: mocked selectors make loops spin, which is not the point."""

_out = os.fdopen(os.dup(1), "w", buffering=1)


def _tell(event: str, test: object, why: str = "") -> None:
    name = test.id() if isinstance(test, unittest.TestCase) else str(test)
    _out.write(json.dumps([event, name, why[-600:]]) + "\n")


class _Result(unittest.TestResult):
    """Tells of each test how it ended; a subtest that fails is a test that fails."""

    _bad = _skipped = ""

    def startTest(self, test: unittest.TestCase) -> None:  # noqa: N802  # unittest's name
        super().startTest(test)
        _tell("begins", test)

    def stopTest(self, test: unittest.TestCase) -> None:  # noqa: N802  # unittest's name
        super().stopTest(test)
        _tell("fails" if self._bad else "skips" if self._skipped else "passes", test, self._bad or self._skipped)
        self._bad = self._skipped = ""

    def addError(self, test: unittest.TestCase, err: Any) -> None:  # noqa: N802  # unittest's name
        super().addError(test, err)
        self._bad = self.errors[-1][1]
        if not isinstance(test, unittest.TestCase) or not hasattr(test, "_testMethodName"):
            _tell("fails", test, self._bad)

    def addFailure(self, test: unittest.TestCase, err: Any) -> None:  # noqa: N802  # unittest's name
        super().addFailure(test, err)
        self._bad = self.failures[-1][1]

    def addSubTest(self, test: unittest.TestCase, subtest: unittest.TestCase, err: Any) -> None:  # noqa: N802  # unittest's name
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._bad = str(err[1])

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:  # noqa: N802  # unittest's name
        super().addSkip(test, reason)
        self._skipped = reason

    def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:  # noqa: N802  # unittest's name
        super().addUnexpectedSuccess(test)
        self._bad = "unexpected success"


def _tests(suite: unittest.TestSuite) -> Iterator[unittest.TestCase]:
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from _tests(item)
        else:
            yield item


def _run(module: str, ids: set[str], *, skip: bool) -> None:
    loaded = unittest.defaultTestLoader.loadTestsFromName(f"test.test_asyncio.{module}")
    wanted = [test for test in _tests(loaded) if not ids or (test.id() in ids) != skip]
    gc.collect()
    gc.freeze()  # some tests collect garbage a hundred times; what is imported need not be traversed each time
    unittest.TestSuite(wanted).run(_Result())


def main(loop: str, module: str, *ids: str) -> None:
    """Run the tests."""
    faulthandler.enable()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell in the background leaves it ignored
    skip = ids[:1] == ("--skip",)
    chosen = set(ids[1:] if skip else ids)
    if loop == "stock":
        _run(module, chosen, skip=skip)
        return
    from pytest_asyncgrade.virtualtime import spin, virtual_time
    from pytest_asyncgrade.virtualtime.patches import event_loops

    event_loops._check = lambda *_: None  # many tests bring their own loop, which would be refused in a program
    spin.SUSPICIOUS_LOOKS -= spin.MANY_LOOKS - _MANY_LOOKS
    spin.MANY_LOOKS = _MANY_LOOKS
    with virtual_time():
        _run(module, chosen, skip=skip)


if __name__ == "__main__":
    main(*sys.argv[1:])
    _tell("end", "")
    _out.flush()
    os._exit(0)  # whatever a failed test left behind may not hold us up
