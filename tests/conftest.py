"""What the tests of this package share."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade.sandbox import Job, run_isolated

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_asyncgrade.trace import Trace

pytest_plugins = ["pytester"]


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Trace]:
    """Run a program's source in a process of its own and return its trace."""

    def run_source(source: str | bytes, /, **fields: object) -> Trace:
        script = tmp_path / "program.py"
        if isinstance(source, str):
            source = textwrap.dedent(source).encode()
        script.write_bytes(source)
        return run_isolated(Job(script, **fields))  # type: ignore[arg-type]  # each test knows its fields

    return run_source
