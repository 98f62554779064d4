"""What the grader lets the student's functions meet."""

from typing import Any


class Loop:
    """Writes down what is planned with it."""

    def __init__(self) -> None:
        self.planned: list[list[object]] = []
        self.callbacks: list[Any] = []

    def call_soon(self, callback: object, *args: object, **_context: object) -> None:
        self._plan(["call_soon", 0], callback, args)

    def call_later(self, delay: float, callback: object, *args: object, **_context: object) -> None:
        self._plan(["call_later", delay], callback, args)

    def time(self) -> float:
        return 0.0

    def call_at(self, when: float, callback: object, *args: object, **_context: object) -> None:
        self._plan(["call_later", when], callback, args)

    def _plan(self, when: list[object], callback: object, args: tuple[object, ...]) -> None:
        if callable(callback):
            self.callbacks.append(lambda: callback(*args))
        else:
            when.append(f"{callback!r} is no function")
        self.planned.append(when)


async def plan_with_a_loop_of_ours(student: Any) -> list[list[object]]:
    """plan() is given the test's own loop; afterwards, what was planned is called.

    Calls it in the order of planning.  Returns what was planned.
    """
    loop = Loop()
    student.plan(loop)
    for callback in loop.callbacks:
        callback()
    return loop.planned
