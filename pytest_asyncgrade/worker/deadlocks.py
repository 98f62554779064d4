"""Makes what is recorded of a deadlock: tasks by their numbers, lines of the student's, data as Python shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_asyncgrade.trace.model import Stuck
from pytest_asyncgrade.trace.plain import shown

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from types import FrameType
    from typing import Any

    from pytest_asyncgrade.trace.output import Place
    from pytest_asyncgrade.virtualtime import stuck

_MOST = 50
"""Most waits, and most tasks of one, that are recorded."""
_LONGEST_NAME = 200
_LONGEST_DATA = 40


def recorded(
    waits: Sequence[stuck.Stuck],
    numbers: Mapping[int, int],
    name: Callable[[str], str | None],
    place: Callable[[FrameType | None], Place | None],
) -> tuple[Stuck, ...]:
    """Return waits of a deadlock as a record has them.

    `numbers` are those of the tasks, by `id`; `name` tells the student's files, `place` the line of a frame.
    """

    def known(tasks: Iterable[asyncio.Task[Any]]) -> tuple[int, ...]:
        found = (numbers.get(id(task)) for task in tasks)
        return tuple(number for number in found if number is not None)[:_MOST]

    return tuple(
        Stuck(
            known(wait.tasks), wait.thread[:_LONGEST_NAME],
            place(next((frame for frame in wait.frames if name(frame.f_code.co_filename)), None)), wait.lacks,
            known(wait.others), wait.other_thread[:_LONGEST_NAME], wait.count, wait.needed,
            shown(wait.data, _LONGEST_DATA), shown(wait.separator, _LONGEST_DATA),
        )
        for wait in waits[:_MOST]
    )  # fmt: skip
