"""What the tests of this package share."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade.sandbox import CAN_FORK, Fresh, Job, Stem, run_isolated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytest_asyncgrade.sandbox import Launcher
    from pytest_asyncgrade.trace import Trace

pytest_plugins = ["pytester"]


LAUNCHERS = ["fresh", "stem"] if CAN_FORK else ["fresh"]


@pytest.fixture(params=LAUNCHERS)
def launcher(request: pytest.FixtureRequest) -> Iterator[Launcher]:
    """Return each way to start a student's process."""
    if request.param == "fresh":
        yield Fresh()
        return
    stem = Stem()
    yield stem
    stem.close()


@pytest.fixture
def run(tmp_path: Path, launcher: Launcher) -> Callable[..., Trace]:
    """Run a program's source in a process of its own and return its trace."""

    def run_source(source: str | bytes, /, **fields: object) -> Trace:
        script = tmp_path / "program.py"
        if isinstance(source, str):
            source = textwrap.dedent(source).encode()
        script.write_bytes(source)
        return run_isolated(Job(script, **fields), launcher)  # type: ignore[arg-type]  # each test knows its fields

    return run_source
