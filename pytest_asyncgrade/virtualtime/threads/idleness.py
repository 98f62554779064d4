"""What virtual threads wait for when none of them can run, as `pacing.decide` asks."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from pytest_asyncgrade.virtualtime.pacing import GRACE, State

from .virtual_thread import Status

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from pytest_asyncgrade.virtualtime.outside import Outside

    from .virtual_thread import VirtualThread

_real_sleep = time.sleep


def state_of(everyone: Sequence[VirtualThread], due: int | None, outside: Outside, members: Container[int]) -> State:
    """Return what they wait for; what cannot change the decision any more is not asked, since some of it costs time.

    `due` is the first instant at which one of them is to be woken, `members` holds the idents of those that run.
    """
    away = [one for one in everyone if one.status is Status.OUTSIDE]
    if outside.is_working() or any(one.is_idle is None or not one.is_idle() for one in away):
        return State(outstanding=True, due=due)
    if due is not None:
        return State(due=due)
    if away:  # idle workers, which may have been told to end
        return State(bystanders=True)
    if first_listener(everyone) is not None:
        return State(listening=True)
    return State(bystanders=outside.has_bystanders(members))


def first_listener(everyone: Sequence[VirtualThread]) -> VirtualThread | None:
    """Return the first thread that waits for a caller from outside of the process."""
    return next((one for one in everyone if one.status is Status.WAITING and one.listening), None)


def reached(everyone: Sequence[VirtualThread]) -> list[VirtualThread]:
    """Return the threads for which something real has arrived."""
    return [one for one in everyone if one.probe is not None and one.probe()]


def reached_late(everyone: Sequence[VirtualThread]) -> list[VirtualThread]:
    """Return the same after a period of grace: a deadlock must not be declared while data is in flight."""
    if all(one.probe is None for one in everyone):
        return []
    _real_sleep(GRACE)
    return reached(everyone)
