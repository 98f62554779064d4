"""The scheduler alone, on threads of the test: nothing of `threading` is patched."""

from __future__ import annotations

import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from pytest_asyncgrade.virtualtime import DeadlockError
from pytest_asyncgrade.virtualtime.clock import Clock
from pytest_asyncgrade.virtualtime.instant import LATENESS_BITS
from pytest_asyncgrade.virtualtime.outside import Outside
from pytest_asyncgrade.virtualtime.pacing import State
from pytest_asyncgrade.virtualtime.threads.idleness import state_of
from pytest_asyncgrade.virtualtime.threads.scheduler import Scheduler
from pytest_asyncgrade.virtualtime.threads.virtual_thread import AbandonedError, Awaited, Status, VirtualThread
from pytest_asyncgrade.virtualtime.threads.wakeups import WakeUps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class World:
    """A scheduler whose first virtual thread is the test, and its other threads."""

    def __init__(self) -> None:
        self.clock = Clock(wall_ns=0, start_ns=0, observer=None)
        self.outside = Outside(closed=True)
        self.scheduler = Scheduler(self.clock, self.outside, lambda _scheduler: "nobody can go on")
        self.scheduler.begin("test")
        self.said: list[tuple[str, int]] = []

    def say(self, what: str) -> None:
        """Note what is said at which nanosecond."""
        self.said.append((what, self.clock.elapsed_ns))

    def start(self, name: str, work: Callable[[], object]) -> threading.Thread:
        """Start a virtual thread; it runs when the test gives up its turn."""
        thread = self.scheduler.announce(name)

        def run() -> None:
            self.scheduler.enter(thread)
            with suppress(AbandonedError):
                work()
            self.scheduler.leave(thread)

        started = threading.Thread(target=run, name=name, daemon=True)
        started.start()
        return started

    def sleep(self, ns: int) -> None:
        """Let the calling thread sleep."""
        self.scheduler.sleep_until(self.clock.after(ns))

    def wait(self, awaits: object = Awaited.SIGNAL) -> bool:
        """Let the calling thread wait until somebody wakes it."""
        me = self.scheduler.current()
        assert me is not None
        with self.scheduler.mutex:
            self.scheduler.begin_wait(me, None, awaits)
        return self.scheduler.end_wait(me)


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.scheduler.close()


def test_sleepers_of_one_instant_wake_in_the_order_in_which_they_fell_asleep(world: World) -> None:
    def work(name: str) -> None:
        world.sleep(5)
        world.say(name)

    for name in ("a", "b", "c"):
        world.start(name, partial(work, name))
    world.sleep(7)
    world.say("test")
    assert world.said == [("a", 5), ("b", 5), ("c", 5), ("test", 7)]


def test_a_thread_runs_until_it_gives_up_its_turn(world: World) -> None:
    def work(name: str) -> None:
        world.say(f"{name} begins")
        world.say(f"{name} goes on")
        world.scheduler.yield_turn()
        world.say(f"{name} ends")

    world.start("a", partial(work, "a"))
    world.start("b", partial(work, "b"))
    world.sleep(1)
    assert [what for what, _ in world.said] == ["a begins", "a goes on", "b begins", "b goes on", "a ends", "b ends"]


def test_a_thread_that_is_woken_says_so_and_one_whose_time_is_up_does_not(world: World) -> None:
    me: Any = world.scheduler.current()

    def wake() -> None:
        world.sleep(3)
        world.scheduler.wake(me)

    world.start("waker", wake)
    assert (world.wait(), world.clock.elapsed_ns) == (True, 3)
    with world.scheduler.mutex:
        world.scheduler.begin_wait(me, world.clock.after(4), Awaited.SLEEP)
    assert (world.scheduler.end_wait(me), world.clock.elapsed_ns) == (False, 7)


def test_a_deadlock_is_raised_in_the_first_thread_that_waits(world: World) -> None:
    world.start("other", world.wait)
    with pytest.raises(DeadlockError, match=r"^nobody can go on$"):
        world.wait()


def test_time_stands_still_while_a_job_is_done_in_real_time(world: World) -> None:
    world.outside.job_started()
    done = threading.Timer(0.05, world.outside.job_done)
    done.start()
    world.sleep(10_000_000_000_000)
    done.join()
    assert world.clock.elapsed_ns == 10_000_000_000_000


def test_a_thread_in_a_real_call_lets_real_time_flow(world: World) -> None:
    def call() -> None:
        with world.scheduler.outside():
            threading.Event().wait(0.05)

    world.start("caller", call)
    with world.scheduler.outside():
        threading.Event().wait(0.1)
    assert world.clock.elapsed_ns >= 90_000_000


def test_a_wake_up_replaces_the_one_before() -> None:
    wake_ups, a, b = WakeUps(), VirtualThread("a", 0), VirtualThread("b", 1)
    wake_ups.set(a, 7)
    wake_ups.set(b, 5)
    wake_ups.set(a, 5)
    assert (wake_ups.first(), wake_ups.next_due()) == (b, 5)
    wake_ups.clear(b)
    assert (wake_ups.first(), wake_ups.next_due()) == (a, 5)
    wake_ups.set(a, None)
    assert (wake_ups.first(), wake_ups.next_due()) == (None, None)


def _thread(status: Status, *, listening: bool = False, is_idle: bool | None = None) -> VirtualThread:
    thread = VirtualThread("one", 0)
    thread.status, thread.listening = status, listening
    thread.is_idle = None if is_idle is None else lambda: is_idle
    return thread


@pytest.mark.parametrize(
    ("threads", "due", "state"),
    [
        ([_thread(Status.WAITING)], None, State()),
        ([_thread(Status.WAITING)], 1 << LATENESS_BITS, State(due=1 << LATENESS_BITS)),
        ([_thread(Status.WAITING), _thread(Status.OUTSIDE)], None, State(outstanding=True)),
        ([_thread(Status.WAITING), _thread(Status.OUTSIDE)], 3, State(outstanding=True, due=3)),
        ([_thread(Status.WAITING), _thread(Status.OUTSIDE, is_idle=False)], None, State(outstanding=True)),
        ([_thread(Status.WAITING), _thread(Status.OUTSIDE, is_idle=True)], None, State(bystanders=True)),
        ([_thread(Status.WAITING), _thread(Status.OUTSIDE, is_idle=True)], 3, State(due=3)),
        ([_thread(Status.WAITING, listening=True)], None, State(listening=True)),
        ([_thread(Status.WAITING, listening=True)], 3, State(due=3)),
    ],
)
def test_what_threads_wait_for(threads: list[VirtualThread], due: int | None, state: State) -> None:
    assert state_of(threads, due, Outside(closed=True), ()) == state
