"""Makes the random numbers of a program the same in each run, so that it gets the same grade twice."""

from __future__ import annotations

import random
from itertools import count


def seed(number: int) -> None:
    """Derive from `number` all that `random` draws where the program gives no seed itself.

    That includes generators made without a seed and ``random.seed()``, not `secrets` and `random.SystemRandom`.
    """
    original, numbers = random.Random.seed, count()

    def seed(self: random.Random, a: float | str | bytes | bytearray | None = None, version: int = 2) -> None:
        original(self, f"{number} {next(numbers)}" if a is None else a, version)

    random.Random.seed = seed  # type: ignore[method-assign]  # the purpose of this module
    random.seed = random._inst.seed  # its functions are methods of one generator
    random.seed()
