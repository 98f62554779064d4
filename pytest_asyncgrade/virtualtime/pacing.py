"""The one decision about time: what happens next when nothing of the program can run.

Virtual time moves only when nothing else can happen.  An idle event loop, a sleeping thread, a lock, a busy wait: each
describes what is awaited as a `State` and acts on what `decide` returns.  The decision is a pure function, so that its
table can be read, and tested, on its own:

=========  ===========  ====  =========  ==========  ====================
can_run    outstanding  due   listening  bystanders  decision
=========  ===========  ====  =========  ==========  ====================
yes        any          any   any        any         Run
no         yes          any   any        any         FlowUntil(due)
no         no           set   any        any         JumpTo(due)
no         no           None  yes        any         WaitForCaller
no         no           None  no         yes         FlowUntil(None)
no         no           None  no         no          Deadlock
=========  ===========  ====  =========  ==========  ====================
"""

from __future__ import annotations

from dataclasses import dataclass

GRACE = 0.01
"""Grace period for data in flight before a deadlock is reported, in real seconds."""


@dataclass(frozen=True, slots=True)
class State:
    """What is awaited, by one event loop or by all threads together."""

    can_run: bool = False
    """A callback or a thread is ready."""

    outstanding: bool = False
    """The real world works for the program: a child process, a peer in another process, a thread in a system call."""

    due: int | None = None
    """The first instant that a timer or a sleeping thread waits for."""

    listening: bool = False
    """Somebody waits for a client or a signal that may come from outside of the process."""

    bystanders: bool = False
    """A thread that lives in real time may still wake somebody."""


@dataclass(frozen=True, slots=True)
class Run:
    """Run what is ready."""


@dataclass(frozen=True, slots=True)
class JumpTo:
    """Move the clock to an instant."""

    instant: int


@dataclass(frozen=True, slots=True)
class FlowUntil:
    """Let the clock follow real time, at most to an instant; without limit if it is None."""

    instant: int | None


@dataclass(frozen=True, slots=True)
class WaitForCaller:
    """Wait in real time for a client or a signal from outside."""


@dataclass(frozen=True, slots=True)
class Deadlock:
    """Report that nothing can happen any more."""


Decision = Run | JumpTo | FlowUntil | WaitForCaller | Deadlock

_RUN, _WAIT_FOR_CALLER, _DEADLOCK = Run(), WaitForCaller(), Deadlock()


class DeadlockError(RuntimeError):
    """Every task and thread waits, and nothing can wake any of them."""


def decide(state: State) -> Decision:
    """Return what happens next."""
    if state.can_run:
        return _RUN
    if state.outstanding:
        return FlowUntil(state.due)
    if state.due is not None:
        return JumpTo(state.due)
    if state.listening:
        return _WAIT_FOR_CALLER
    if state.bystanders:
        return FlowUntil(None)
    return _DEADLOCK
