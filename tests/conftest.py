"""What the tests of this package share."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import pytest

from pytest_asyncgrade.sandbox import CAN_FORK, Fresh, Job, Limits, Stem, pack, run_isolated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytest_asyncgrade.sandbox import Launcher
    from pytest_asyncgrade.trace import Trace

pytest_plugins = ["pytester"]


@pytest.fixture
def pytester(pytester: pytest.Pytester) -> pytest.Pytester:
    """Return pytest's own, which starts pytest without hypothesis: that takes three times as long as all else."""
    pytester.plugins.append("no:hypothesispytest")
    return pytester


LAUNCHERS = ["fresh", "auto", "weak"] if CAN_FORK else ["fresh"]


@pytest.fixture(params=LAUNCHERS)
def launcher(request: pytest.FixtureRequest) -> Iterator[Launcher]:
    """Return each way to start a student's process."""
    if request.param == "fresh":
        yield Fresh()
        return
    stem = Stem(request.param)
    yield stem
    stem.close()


@pytest.fixture
def run(tmp_path: Path, launcher: Launcher) -> Callable[..., Trace]:
    """Run a program's source in a process of its own and return its trace."""

    def run_source(source: str | bytes, /, **fields: Any) -> Trace:
        script = tmp_path / "program.py"
        if isinstance(source, str):
            source = textwrap.dedent(source).encode()
        script.write_bytes(source)
        limits = Limits(wall_seconds=fields.pop("timeout", 10), **fields.pop("limits", {}))
        if "scenarios" in fields:
            fields["scenarios"] = fields["scenarios"].read_bytes()
        return run_isolated(Job(pack(script), limits=limits, **fields), launcher)

    return run_source
