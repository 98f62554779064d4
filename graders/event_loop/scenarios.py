"""What the grader lets the student's functions meet."""

from typing import Any


class Loop:
    """Writes down what is planned with it."""

    def __init__(self) -> None:
        self.planned: list[list[object]] = []

    def call_soon(self, _callback: object, *args: object) -> None:
        self.planned.append(["call_soon", 0, *map(str, args)])

    def call_later(self, delay: float, _callback: object, *args: object) -> None:
        self.planned.append(["call_later", delay, *map(str, args)])


async def plan_with_a_loop_of_ours(student: Any) -> list[list[object]]:
    loop = Loop()
    student.plan(loop)
    return loop.planned
