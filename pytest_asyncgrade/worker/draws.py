"""Makes what a program draws with `random` the same in every run, so that it is graded the same twice."""

from __future__ import annotations

import random
from itertools import count


def seed(number: int) -> None:
    """From here on let all that `random` draws come from `number`, where the program gives no seed itself.

    So do generators that it makes without one, and ``random.seed()``.  `secrets` and `random.SystemRandom` go on as
    they are.
    """
    original, numbers = random.Random.seed, count()

    def seed(self: random.Random, a: float | str | bytes | bytearray | None = None, version: int = 2) -> None:
        original(self, f"{number} {next(numbers)}" if a is None else a, version)

    random.Random.seed = seed  # type: ignore[method-assign]
    random.seed = random._inst.seed  # its functions are methods of one generator
    random.seed()
