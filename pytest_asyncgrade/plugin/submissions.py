"""The submissions of a session, and which of their runs a check looks at, itself or through its fixtures."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.grading import Deadline, Submission, TraceFile, checked_timeout
from pytest_asyncgrade.sandbox import CAN_FORK, ForkServer, Spawn

from .marks import exercise_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pytest

    from pytest_asyncgrade.grading import Exercise, Roster, Run
    from pytest_asyncgrade.sandbox import Launcher


class Submissions:
    """One submission per student and exercise, made when it is asked for."""

    def __init__(self, config: pytest.Config, roster: Roster, fork_server: ForkServer | None) -> None:
        self._config = config
        self._source = roster
        self._launcher: Launcher | None = fork_server
        self._made: dict[tuple[str, str], Submission] = {}
        self._check: pytest.Item | None = None
        self._runs_of_check: Mapping[str, Run] = {}
        self._runs_of_fixtures: dict[pytest.FixtureDef[Any], Mapping[str, Run]] = {}
        seconds = config.option.grade_deadline
        self._deadline = None if seconds is None else Deadline(seconds)
        self.trace_file = None if roster.submissions is None else TraceFile()
        """Where the traces of a class are stored; None for one student, whose traces fit into memory."""

    def get(self, exercise: Exercise, student: str) -> Submission:
        """Return a student's submission."""
        key = (exercise.slug, student)
        if key not in self._made:
            self._made[key] = Submission(
                exercise,
                self._source.handed_in(exercise, student),
                student=student,
                timeout=self._timeout,
                launch=self._get_launcher,
                seed=self._config.option.grade_seed,
                deadline=self._deadline,
                trace_file=self.trace_file,
            )
        return self._made[key]

    def existing(self, slug: str, student: str) -> Submission | None:
        """Return a student's submission; None if this process has none."""
        return self._made.get((slug, student))

    @contextmanager
    def checking(self, item: pytest.Item) -> Iterator[None]:
        """Collect the runs that a check looks at within the block."""
        self._check = item
        with self.get(exercise_of(item), student_of(item)).observing() as runs:
            self._runs_of_check = runs
            yield

    @contextmanager
    def setting_up(self, fixture: pytest.FixtureDef[Any]) -> Iterator[None]:
        """Collect the runs that a fixture looks at within the block: whoever uses the fixture looks at them, too."""
        if self._check is None:
            yield
            return
        with self.get(exercise_of(self._check), student_of(self._check)).observing() as runs:
            self._runs_of_fixtures[fixture] = runs
            yield

    def forget(self, fixture: pytest.FixtureDef[Any]) -> None:
        """Forget the runs of a fixture that was torn down."""
        self._runs_of_fixtures.pop(fixture, None)

    def runs_of(self, item: pytest.Function) -> dict[str, Run]:
        """Return the runs that the check under way has looked at so far: first those of its fixtures."""
        seen: dict[str, Run] = {}
        for fixture, runs in self._runs_of_fixtures.items():
            if fixture.argname in item.fixturenames:
                seen |= runs
        return seen | {key: run for key, run in self._runs_of_check.items() if key not in seen}

    def rest(self) -> None:
        """Store the traces of a class in their file."""
        for submission in self._made.values():
            submission.rest()

    def close(self) -> None:
        """End the process that all runs were started from, and delete the stored traces."""
        if self._launcher is not None:
            self._launcher.close()
        if self.trace_file is not None:
            self.trace_file.close()

    def _get_launcher(self) -> Launcher:
        """Return what starts all runs of the session."""
        if self._launcher is None:
            self._launcher = ForkServer(self._config.option.grade_isolation) if CAN_FORK else Spawn()
        return self._launcher

    def _timeout(self) -> float | None:
        """Return the real seconds that a run of the check under way may take; None if nothing says it."""
        config, mark = self._config, self._check.get_closest_marker("timeout") if self._check else None
        given = (mark.args[0] if mark.args else mark.kwargs.get("timeout")) if mark else None
        if given is None:
            given = config.option.grade_timeout or config.getoption("timeout", None)
        if given is None and config.pluginmanager.has_plugin("timeout"):
            given = config.getini("timeout")
        return checked_timeout(float(given), "timeout") if float(given or 0) else None


def student_of(item: pytest.Item) -> str:
    """Return whose work a check is for, empty if there is only one; not from pytest's id, which escapes letters."""
    params: dict[str, Any] = getattr(getattr(item, "callspec", None), "params", {})
    return str(params.get("submission", ""))
