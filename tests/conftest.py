"""What the tests of this package share: how the suite is spread over processes, and how a student's process starts.

A run in real time costs what its launcher costs to start, so the launchers are started once per process of the suite.
`launcher` is the usual one; a test that depends on how the process is started is marked `every_launcher`.
"""

from __future__ import annotations

import compileall
import os
import subprocess
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import pytest_asyncgrade
from pytest_asyncgrade.sandbox import CAN_FORK, ForkServer, Job, Limits, Spawn, read_submission, run_isolated

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from pytest_asyncgrade.sandbox import Launcher
    from pytest_asyncgrade.trace import Trace

pytest_plugins = ["pytester"]

WAYS = ["fresh", "auto", "weak"] if CAN_FORK else ["fresh"]
USUAL_WAY = "auto" if CAN_FORK else "fresh"
every_launcher = pytest.mark.parametrize("launcher", WAYS, indirect=True)

OUR_PLUGINS = (
    "--disable-plugin-autoload", "-p", "asyncgrade", "-p", "pytest_asyncio.plugin", "-p", "timeout",
    "-p", "no:cacheprovider",
)  # fmt: skip
"""Options of a child pytest that load the plugins of `asyncgrade grade` only: all others take longer to load than most
tests take to run.  Options, not variables: a grading names the variables that change pytest."""

LONGEST_TEST = 900
"""Real time a test may take, in seconds."""
WALL_SECONDS = 60
"""Real time a run may take, in seconds: no program here needs a tenth of it, on the busiest machine."""


def pytest_configure(config: pytest.Config) -> None:
    """Compile the package once: a student's process writes no bytecode, and would compile it every time."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # pytest, too, compiles what it rewrites once
    if not hasattr(config, "workerinput"):
        compileall.compile_dir(Path(pytest_asyncgrade.__file__).parent, quiet=2)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every test a limit, so that one that hangs is named; a setting would limit the programs graded here, too."""
    for item in items:
        if item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(LONGEST_TEST, method="thread"))  # an alarm rings in the tests of alarms


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """Let an idle process take tests from the busiest one: the longest test takes a thousand times the shortest."""
    from xdist.scheduler import WorkStealingScheduling  # type: ignore[import-untyped]  # xdist has no types

    return WorkStealingScheduling(config, log) if config.getoption("dist") == "load" else None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return one process more than there are processors: some tests wait for processes, or for a limit of real time."""
    given = os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS")
    return int(given) if given else (os.cpu_count() or 1) + 1


CHILDREN = pytest.StashKey[list[Any]]()
"""What came of each `subprocess.run` of a test: a CompletedProcess, or the error that it raised."""


@pytest.fixture(autouse=True)
def children(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what the processes that a test runs have printed, for the report of its failure."""
    kept = request.node.stash.setdefault(CHILDREN, [])
    run = subprocess.run

    def run_and_keep(*args: Any, **kwargs: Any) -> Any:
        try:
            done = run(*args, **kwargs)
        except subprocess.SubprocessError as error:
            kept.append(error)
            raise
        kept.append(done)
        return done

    monkeypatch.setattr(subprocess, "run", run_and_keep)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show in the report of a failed test what its child processes printed."""
    report = yield
    for child in item.stash.get(CHILDREN, []) if report.failed else []:
        command = child.args if isinstance(child, subprocess.CompletedProcess) else child.cmd
        for stream in ("stdout", "stderr"):
            if text := getattr(child, stream):
                shown = text.decode(errors="backslashreplace") if isinstance(text, bytes) else text
                report.sections.append((f"{stream} of {command}", shown[-10_000:]))
    return report


@pytest.fixture
def pytester(pytester: pytest.Pytester) -> pytest.Pytester:
    """Return pytest's own, which starts pytest without hypothesis: that takes three times as long as all else."""
    pytester.plugins.append("no:hypothesispytest")
    return pytester


@pytest.fixture(scope="session")
def shared_launchers() -> Iterator[dict[str, Launcher]]:
    """Return the launchers that are running, by how they start a process; all are closed at the end."""
    launchers: dict[str, Launcher] = {}
    yield launchers
    for launcher in launchers.values():
        launcher.close()


@pytest.fixture
def launcher(request: pytest.FixtureRequest, shared_launchers: dict[str, Launcher]) -> Launcher:
    """Return the usual way to start a student's process, or each of them with `every_launcher`."""
    way = getattr(request, "param", USUAL_WAY)
    if way not in shared_launchers:
        shared_launchers[way] = new_launcher(way)
    return shared_launchers[way]


def new_launcher(way: str) -> Launcher:
    """Return a launcher that has not started anything; the caller closes it."""
    return Spawn() if way == "fresh" else ForkServer(way)


@pytest.fixture
def run(tmp_path: Path, launcher: Launcher) -> Callable[..., Trace]:
    """Run a program's source in a process of its own and return its trace."""

    def run_source(source: str | bytes, /, **fields: Any) -> Trace:
        script = tmp_path / "program.py"
        if isinstance(source, str):
            source = textwrap.dedent(source).encode()
        script.write_bytes(source)
        limits = Limits(wall_seconds=fields.pop("timeout", WALL_SECONDS), **fields.pop("limits", {}))
        if "scenarios" in fields:
            fields["scenarios"] = fields["scenarios"].read_bytes()
        return run_isolated(Job(read_submission(script), limits=limits, **fields), launcher)

    return run_source
