"""What a program in virtual time can tell while it runs: the interface between virtual time and a recorder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .stuck import Stuck


class Observer:
    """Receives what happens to a program in virtual time; the base class ignores it."""

    def advancing(self) -> None:
        """Note that nothing more happens at this instant: the clock is about to move, or the program is deadlocked."""

    def deadlocked(self, waits: Sequence[Stuck]) -> None:
        """Note what every task and thread waits for that nobody can end any more."""

    def slept(self, start_ns: int, end_ns: int) -> None:
        """Note that ``time.sleep`` blocked its thread between these instants (nanoseconds since the start)."""

    def stalled(self, start_ns: int, end_ns: int, *, for_ever: bool = False) -> None:
        """Note that another call blocked the calling thread: on a lock, another thread, a connection, a process.

        `for_ever`: the call never returned, because the program is deadlocked.
        """

    def touched(self) -> None:
        """Note that the calling thread uses an event loop that another thread runs, without a thread-safe method."""

    def busy_waited(self) -> None:
        """Note that the program has begun to wait by reading the clock, or yielding, again and again."""

    def task_creating(self, coroutine: object) -> None:
        """Note that a task factory is about to make a task, which may run at once; `task_created` follows."""

    def task_created(self, task: object, coroutine: object) -> bool:  # noqa: ARG002  # the base class ignores it
        """Note a new task, or None if a factory failed to make one; True: call `task_done` when it is done."""
        return False

    def task_done(self, task: object) -> None:
        """Note that a task is done."""

    def error_reported(self, context: Mapping[str, Any]) -> None:
        """Note an error that an event loop reports because nobody handles it, as its exception handler gets it."""
