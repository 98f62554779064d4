"""A process that is ready to grade: it has done all that does not depend on what is graded, and waits to be told.

Its parent writes the arguments of pytest as a line of JSON to its standard input, so a grading begins without the time
that Python, pytest and the fork server take to start.  It grades once: nothing is left of one grading in the next, and
a grader that a teacher has changed is read anew.  It works on every platform, since nothing forks here.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from pytest_asyncgrade.clean_pytest import clean_arguments
from pytest_asyncgrade.sandbox import CAN_FORK, ForkServer

NAME = "asyncgrade-prepared"
"""The name of the plugin that brings the fork server."""
_LOADED_LATE = ("grading.causes", "plugin.session", "reports.terminal", "sandbox.run", "trace.findings")
"""Modules of ours that a grading imports."""


class Prepared:
    """A plugin that brings a fork server along, which is running already; None where nothing can fork."""

    __name__ = NAME

    def __init__(self, fork_server: ForkServer | None) -> None:
        self.fork_server = fork_server


def main() -> None:
    """Get ready, wait for the arguments, and grade; end if the parent closes the pipe or ends."""
    os.dup2(1, 2)
    fork_server = ForkServer() if CAN_FORK else None
    if fork_server is not None:
        fork_server.start()  # it gets ready meanwhile
    _load()
    gc.freeze()  # pytest collects garbage at its end, and what was loaded is none
    arguments = sys.stdin.readline()
    if arguments:
        sys.exit(pytest.main(json.loads(arguments), plugins=[Prepared(fork_server)]))
    if fork_server is not None:
        fork_server.close()


def _load() -> None:
    """Import what a grading imports: our modules, and those of pytest by letting it find nothing in an empty folder."""
    for name in _LOADED_LATE:
        import_module(f"pytest_asyncgrade.{name}")
    with TemporaryDirectory(prefix="asyncgrade-") as folder:
        arguments = clean_arguments(Path(folder), ["--collect-only", "-q"], Path(folder))
        pytest.main([argument for argument in arguments if argument != "--grade"])
