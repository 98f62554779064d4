"""What a program prints on the stock loop in real time, it prints on ours, in the same order."""

from __future__ import annotations

import asyncio
import contextvars
from typing import TYPE_CHECKING, Any

import pytest

from pytest_asyncgrade.virtualtime import VirtualTimeLoop

from .side_by_side import in_real_time, in_virtual_time

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .side_by_side import Program, Say


async def _after(say: Say, name: object, *delays: float) -> None:
    for delay in delays:
        await asyncio.sleep(delay)
    say(name)


async def three_hops_beside_one_wait(say: Say, s: float) -> None:
    await asyncio.gather(_after(say, "chain", s, s, s), _after(say, "single", 3 * s))


async def long_then_short_beside_one_wait(say: Say, s: float) -> None:
    await asyncio.gather(_after(say, "chain", 0.7 * s, 0.1 * s), _after(say, "single", 0.8 * s))


async def ten_hops_beside_one(say: Say, s: float) -> None:
    await asyncio.gather(_after(say, "ten", *[s / 5] * 10), _after(say, "one", 2 * s))


async def two_hops_beside_three(say: Say, s: float) -> None:
    await asyncio.gather(_after(say, "three", s, s, s), _after(say, "two", 1.5 * s, 1.5 * s))


async def shorter_wait_created_last(say: Say, s: float) -> None:
    await asyncio.gather(*(_after(say, n, n * s) for n in (3, 1, 2)))


async def zero_delay_before_a_task_that_yields_twice(say: Say, _s: float) -> None:
    async def yields_twice() -> None:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        say("yielded twice")

    task = asyncio.create_task(yields_twice())
    asyncio.get_running_loop().call_later(0, say, "zero delay")
    await task


async def past_delay_before_a_task_that_yields_twice(say: Say, s: float) -> None:
    loop = asyncio.get_running_loop()
    await asyncio.sleep(s / 2)
    task = asyncio.create_task(_after(say, "yielded twice", 0, 0))
    loop.call_later(-s, say, "negative delay")
    loop.call_at(loop.time() - s, say, "past moment")
    loop.call_soon(say, "soon")
    await task


async def ticker_beside_main(say: Say, s: float) -> None:
    async def tick() -> None:
        count = 0
        while True:
            await asyncio.sleep(s)
            count += 1
            say(count)

    task = asyncio.create_task(tick())
    await asyncio.sleep(3.0 * s)
    say("end")
    task.cancel()


async def drift_free_ticker_beside_main(say: Say, s: float) -> None:
    loop = asyncio.get_running_loop()
    when = loop.time()

    def tick(count: int) -> None:
        nonlocal when
        say(count)
        when += s
        loop.call_at(when, tick, count + 1)

    tick(0)
    await asyncio.sleep(2.5 * s)
    say("end")


async def timeout_of_the_length_of_its_body(say: Say, s: float) -> None:
    try:
        async with asyncio.timeout(s):
            await asyncio.sleep(s)
        say("done")
    except TimeoutError:
        say("timeout")


async def wait_for_of_the_length_of_its_body(say: Say, s: float) -> None:
    try:
        await asyncio.wait_for(asyncio.sleep(s), s)
        say("done")
    except TimeoutError:
        say("timeout")


async def timeout_of_the_length_of_a_chain(say: Say, s: float) -> None:
    try:
        async with asyncio.timeout(2 * s):
            await asyncio.sleep(s)
            await asyncio.sleep(s)
        say("done")
    except TimeoutError:
        say("timeout")


async def inner_and_outer_timeout_at_once(say: Say, s: float) -> None:
    try:
        async with asyncio.timeout(s):
            try:
                async with asyncio.timeout(s):
                    await asyncio.sleep(2 * s)
            except TimeoutError:
                say("inner")
    except TimeoutError:
        say("outer")


async def wait_with_a_timeout_of_the_length_of_a_task(say: Say, s: float) -> None:
    tasks = [asyncio.create_task(_after(say, n, n * s), name=str(n)) for n in (1, 2)]
    done, pending = await asyncio.wait(tasks, timeout=1.5 * s)
    say([task.get_name() for task in done])
    say([task.get_name() for task in pending])
    await tasks[1]


async def call_later_beside_call_at_beside_sleep(say: Say, s: float) -> None:
    loop = asyncio.get_running_loop()
    waiter = asyncio.create_task(_after(say, "sleep", s))
    await asyncio.sleep(0)
    loop.call_later(s, say, "call_later")
    loop.call_at(loop.time() + s, say, "call_at")
    await waiter
    await asyncio.sleep(0)


async def two_step_wake_ups(say: Say, s: float) -> None:
    async def loud(name: str) -> None:
        await asyncio.sleep(s)
        for step in range(3):
            say(f"{name}{step}")
            await asyncio.sleep(0)

    asyncio.get_running_loop().call_later(s, say, "timer")
    await asyncio.gather(loud("a"), loud("b"))


async def timers_of_one_instant_may_cancel_one_another(say: Say, s: float) -> None:
    loop = asyncio.get_running_loop()
    when = loop.time() + s
    timers: list[asyncio.TimerHandle] = []
    loop.call_at(when, lambda: timers[0].cancel())  # noqa: PLW0108  # it is not there yet
    timers.append(loop.call_at(when, say, "second"))
    loop.call_at(when, say, "third")
    await asyncio.sleep(2 * s)


async def locks_are_handed_on_in_turn(say: Say, s: float) -> None:
    lock = asyncio.Lock()

    async def worker(n: int) -> None:
        async with lock:
            say(n)
            await asyncio.sleep(s / 3)

    await asyncio.gather(*(worker(n) for n in range(5)))


async def producer_and_consumers(say: Say, s: float) -> None:
    queue: asyncio.Queue[int] = asyncio.Queue(2)

    async def produce() -> None:
        for n in range(6):
            await queue.put(n)
            say(f"put {n}")

    async def consume(name: str) -> None:
        while True:
            n = await queue.get()
            await asyncio.sleep(s / 3)
            say(f"{name} {n}")
            queue.task_done()

    consumers = [asyncio.create_task(consume(name)) for name in "ab"]
    await produce()
    await queue.join()
    for consumer in consumers:
        consumer.cancel()


async def as_completed_in_order_of_completion(say: Say, s: float) -> None:
    async def value(n: int) -> int:
        await asyncio.sleep(n * s)
        return n

    for first in asyncio.as_completed([value(2), value(1), value(3)]):
        say(await first)


async def a_failing_task_group(say: Say, s: float) -> None:
    async def member(n: int) -> None:
        try:
            await asyncio.sleep(n * s)
            raise ValueError(n)
        except asyncio.CancelledError:
            say("cancelled")
            raise

    try:
        async with asyncio.TaskGroup() as group:
            for n in (2, 1, 3):
                group.create_task(member(n))
    except* ValueError as group_error:
        say(group_error.exceptions)


async def an_exception_in_a_callback(say: Say, s: float) -> None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, context: say((context["message"].split("(")[0], context["exception"])))

    def broken(name: str) -> None:
        raise ValueError(name)

    loop.call_soon(broken, "soon")
    loop.call_later(s, broken, "later")
    loop.call_later(s, say, "the others go on")
    await asyncio.sleep(2 * s)


async def callbacks_have_the_context_of_their_making(say: Say, s: float) -> None:
    variable = contextvars.ContextVar("variable", default="nothing")
    loop = asyncio.get_running_loop()

    def set_and_tell(value: str) -> None:
        say(variable.get())
        variable.set(value)

    variable.set("main")
    loop.call_later(s, set_and_tell, "a")
    loop.call_later(s, set_and_tell, "b")
    loop.call_soon(set_and_tell, "c", context=contextvars.Context())
    await asyncio.sleep(2 * s)
    say(variable.get())


async def eager_tasks(say: Say, s: float) -> None:
    loop = asyncio.get_running_loop()
    loop.set_task_factory(getattr(asyncio, "eager_task_factory", None))
    tasks = [asyncio.create_task(_after(say, n, *[s] * n), name=f"eager {n}") for n in (0, 2, 1)]
    say("created")
    say([task.get_name() for task in tasks])
    await asyncio.gather(*tasks)


async def tasks_made_without_the_loop(say: Say, s: float) -> None:
    loop = asyncio.get_running_loop()
    task = asyncio.Task(_after(say, "task", s), loop=loop, name="own")
    say(task in asyncio.all_tasks())
    say(task in asyncio.all_tasks(loop))
    await task
    say(len(asyncio.all_tasks()))
    current = asyncio.current_task()
    say(current is not None and current in asyncio.all_tasks())


async def waits_that_are_no_waits(say: Say, _s: float) -> None:
    await asyncio.gather(
        _after(say, "minus", -1), _after(say, "zero", 0), _after(say, "none"), _after(say, "two", 0, 0)
    )
    for delay in (float("nan"), None, "1"):
        try:
            await asyncio.sleep(delay)  # type: ignore[arg-type]  # on purpose
        except (TypeError, ValueError) as error:
            say(type(error))


async def an_endless_sleep_that_is_cancelled(say: Say, s: float) -> None:
    forever = asyncio.create_task(_after(say, "never", float("inf")))
    await asyncio.sleep(s)
    forever.cancel()
    say(await asyncio.gather(forever, return_exceptions=True))


_PROGRAMS = (
    three_hops_beside_one_wait,
    long_then_short_beside_one_wait,
    ten_hops_beside_one,
    two_hops_beside_three,
    shorter_wait_created_last,
    zero_delay_before_a_task_that_yields_twice,
    past_delay_before_a_task_that_yields_twice,
    ticker_beside_main,
    drift_free_ticker_beside_main,
    timeout_of_the_length_of_its_body,
    wait_for_of_the_length_of_its_body,
    timeout_of_the_length_of_a_chain,
    inner_and_outer_timeout_at_once,
    wait_with_a_timeout_of_the_length_of_a_task,
    call_later_beside_call_at_beside_sleep,
    two_step_wake_ups,
    timers_of_one_instant_may_cancel_one_another,
    locks_are_handed_on_in_turn,
    producer_and_consumers,
    as_completed_in_order_of_completion,
    a_failing_task_group,
    an_exception_in_a_callback,
    callbacks_have_the_context_of_their_making,
    eager_tasks,
    tasks_made_without_the_loop,
    waits_that_are_no_waits,
    an_endless_sleep_that_is_cancelled,
)


@pytest.mark.parametrize("program", _PROGRAMS, ids=lambda program: program.__name__)
def test_same_order_as_in_real_time(program: Program) -> None:
    ours = in_virtual_time(program)
    assert ours == in_real_time(program, like=ours)


@pytest.mark.parametrize("program", _PROGRAMS, ids=lambda program: program.__name__)
def test_debug_mode_changes_nothing(program: Program) -> None:
    assert in_virtual_time(program, debug=True) == in_virtual_time(program)


@pytest.mark.parametrize("n", [2, 3, 4, 5, 10, 100, 1000])
def test_equal_sleeps_end_in_order_of_creation(n: int) -> None:
    async def equal_sleeps(say: Say, s: float) -> None:
        await asyncio.gather(*(_after(say, i, s) for i in range(n)))

    expected = [str(i) for i in range(n)]
    assert in_virtual_time(equal_sleeps) == in_real_time(equal_sleeps, like=expected) == expected


def _elapsed(body: Callable[[], Awaitable[object]]) -> float:
    async def timed() -> float:
        start = asyncio.get_running_loop().time()
        await body()
        return asyncio.get_running_loop().time() - start

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(timed())


@pytest.mark.parametrize(
    ("delays", "elapsed"),
    [
        ((0.1,) * 10, 1.0),
        ((0.1, 0.2), 0.3),
        ((0.1 + 0.2,) * 10, 3.0),
        ((1 / 3,) * 3, 1.000000002),
        ((1e-9, 1e-6, 1), 1.000001001),
        ((3600, 0.001), 3600.001),
        ((1e9,), 1e9),
    ],
)
def test_durations_are_exact_to_the_nanosecond_and_rounded_up(delays: tuple[float, ...], elapsed: float) -> None:
    async def body() -> None:
        for delay in delays:
            await asyncio.sleep(delay)

    assert _elapsed(body) == elapsed


def test_every_way_to_wait_carries_lateness_on() -> None:
    """Not compared: a real loop wakes at whole milliseconds, and takes what is that near together in one iteration."""

    async def chains_beside_a_single_wait(say: Say, s: float) -> None:
        loop = asyncio.get_running_loop()
        single = asyncio.create_task(_after(say, "single", 2 * s))
        await asyncio.sleep(s)
        loop.call_later(s, say, "call_later")
        loop.call_at(loop.time() + s, say, "call_at")
        loop.call_at(s + loop.time(), say, "call_at, added the other way round")
        try:
            async with asyncio.timeout(s):
                await asyncio.sleep(5 * s)
        except TimeoutError:
            say("timeout")
        await single

    assert in_virtual_time(chains_beside_a_single_wait) == [
        "single",
        "call_later",
        "call_at",
        "call_at, added the other way round",
        "timeout",
    ]


def test_no_timer_fires_early() -> None:
    delays = [0.0000000014, 0.1 + 0.2, 1 / 3, 2 / 3, 1e-7, 123456.789]

    async def body() -> None:
        loop = asyncio.get_running_loop()
        late = []
        for delay in delays:
            when = loop.time() + delay
            loop.call_at(when, lambda when=when: late.append(loop.time() >= when))  # type: ignore[misc]
        await asyncio.sleep(200_000)
        assert late == [True] * len(delays)

    _elapsed(body)


def test_a_plain_float_is_a_moment_too() -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        moments: list[float] = []
        for when in (100_000.25, 100_000.5):
            loop.call_at(when, lambda: moments.append(float(loop.time())))
        await asyncio.sleep(1)
        assert moments == [100_000.25, 100_000.5]

    _elapsed(body)


def test_a_handle_knows_its_moment_and_shows_like_the_stock_one() -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        when = loop.time() + 1
        handle, other = loop.call_at(when, print, 1), loop.call_later(2, print)
        assert (handle.when(), other.when() - when) == (when, 1)
        assert repr(handle) == repr(asyncio.TimerHandle(100_001.0, print, (1,), loop))
        other.cancel()
        handle.cancel()
        assert (handle.cancelled(), repr(handle)) == (True, "<TimerHandle cancelled when=100001.0>")
        assert repr(loop.call_soon(id, 5)) == repr(asyncio.Handle(id, (5,), loop))
        assert loop.call_later(float("inf"), print).when() == float("inf")

    _elapsed(body)


def test_cancelled_timers_are_dropped() -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualTimeLoop)
        kept = [loop.call_later(i, id, 0) for i in range(1, 11)]
        for i in range(10_000):
            loop.call_later(i % 100 + 0.5, id, 0).cancel()
        assert len(loop._timers.heap) <= 2 * len(kept) + 101
        assert len(loop._timers.armed) <= 2 * len(kept) + 101
        assert [timer for timer in loop._timers.armed if timer is not None] == kept

    assert _elapsed(body) == 0


def test_timers_cancelled_at_one_instant_leave_no_gaps() -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualTimeLoop)
        kept = loop.call_later(1, id, 0)
        for _ in range(50_000):
            first, second = loop.call_later(0.25, id, 0), loop.call_later(0.5, id, 0)
            first.cancel()
            second.cancel()
            await asyncio.sleep(0)
        assert len(loop._timers.armed) < 50_000
        assert [timer for timer in loop._timers.armed if timer is not None] == [kept]

    assert _elapsed(body) == 0


def test_very_many_timers_fire_in_order() -> None:
    """Enough timers to be sorted at once, more of them while those fire, some cancelled, some that never fire."""

    async def body() -> None:
        loop = asyncio.get_running_loop()
        moments: list[float] = []
        expected = set()

        def arm(n: int) -> None:
            for i in range(n):
                delay = (i * 7919 % n + 1) / 8
                handle = loop.call_later(delay, lambda: moments.append(loop.time()))
                if i % 3:
                    expected.add(round((handle.when() - start) * 8))
                else:
                    handle.cancel()

        start = loop.time()
        loop.call_later(float("inf"), moments.append, 0)
        arm(60_000)
        loop.call_later(3, arm, 50_000)
        await asyncio.sleep(20_000)
        assert moments == sorted(moments)
        assert {round((moment - start) * 8) for moment in moments} == expected

    assert _elapsed(body) == 20_000


def test_debug_mode_may_begin_while_a_task_is_about_to_wake_up() -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        sleeper = asyncio.create_task(asyncio.sleep(1))
        await asyncio.sleep(0)
        loop.call_later(1, lambda: loop.set_debug(enabled=True))
        await sleeper
        assert loop.get_debug()
        await asyncio.sleep(1)

    assert _elapsed(body) == 2


def test_a_future_of_a_timer_may_have_callbacks_of_its_own() -> None:
    """The handle of a sleep stands in for the first of them, and for that one alone."""

    async def program(say: Say, s: float) -> None:
        loop = asyncio.get_running_loop()
        sleeper = asyncio.create_task(_after(say, "slept", s))
        await asyncio.sleep(0)
        future: asyncio.Future[None] = sleeper._fut_waiter  # type: ignore[attr-defined]  # what the sleep waits for
        future.add_done_callback(lambda done: say(f"second {done is future}"))
        future.add_done_callback(lambda _: loop.call_soon(say, "soon"))
        await sleeper
        await asyncio.sleep(s)

    ours = in_virtual_time(program)
    assert ours == in_real_time(program, like=ours)


def test_a_loop_may_wrap_what_it_is_asked_to_call() -> None:
    class Wrapping(VirtualTimeLoop):
        def call_soon(self, callback: Any, *args: Any, context: Any = None) -> asyncio.Handle:  # type: ignore[override]
            super().call_soon(calls.append, "call", context=context)
            return super().call_soon(lambda: callback(*args), context=context)

    calls: list[str] = []
    with asyncio.Runner(loop_factory=Wrapping) as runner:
        assert runner.run(asyncio.sleep(1, "result")) == "result"
        assert runner.run(asyncio.sleep(1)) is None
    assert set(calls) == {"call"}


def test_a_sleep_that_is_over_cancels_nothing() -> None:
    """A task that is cancelled when its sleep is over, and not yet woken, is cancelled as on the stock loop."""

    async def program(say: Say, s: float) -> None:
        loop = asyncio.get_running_loop()
        sleeper = asyncio.create_task(_after(say, "slept", s))
        await asyncio.sleep(0)
        loop.call_at(loop.time() + s, lambda: say(sleeper.cancel()))
        say(await asyncio.gather(sleeper, return_exceptions=True))

    ours = in_virtual_time(program)
    assert ours == in_real_time(program, like=ours)


def test_a_callback_begins_with_an_empty_context_and_ends_in_it() -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="nothing")

    async def program(say: Say, s: float) -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, _context: say(f"handler {variable.get()}"))

        def broken() -> None:
            say(variable.get())
            variable.set("callback")
            raise ValueError

        loop.call_later(s, broken)
        loop.call_later(2 * s, lambda: say(variable.get()))
        await asyncio.sleep(3 * s)
        say(variable.get())

    ours = in_virtual_time(program)
    assert ours == in_real_time(program, like=ours)


def test_a_slow_callback_is_warned_of_in_the_stock_words(caplog: pytest.LogCaptureFixture) -> None:
    def slow(loop: VirtualTimeLoop) -> None:
        loop.clock.advance(0.25)
        loop.stop()

    loop = VirtualTimeLoop()
    loop.set_debug(True)
    loop.call_soon(slow, loop)
    loop.run_forever()
    loop.close()
    (line,) = (message for message in caplog.messages if message.startswith("Executing"))
    assert line.startswith("Executing <Handle test_a_slow_callback_is_warned_of_in_the_stock_words.<locals>.slow(")
    assert line.endswith(" took 0.250 seconds")


def test_stop_in_a_timer_leaves_what_it_made_ready_for_the_next_run() -> None:
    said: list[str] = []

    def stop(loop: asyncio.AbstractEventLoop) -> None:
        loop.call_soon(said.append, "ready")
        loop.stop()

    for factory in (asyncio.SelectorEventLoop, VirtualTimeLoop):
        loop = factory()
        loop.call_later(0.01, stop, loop)
        loop.run_forever()
        said.append("stopped")
        loop.call_soon(loop.stop)
        loop.run_forever()
        loop.close()
    assert said == ["stopped", "ready"] * 2


def test_an_interrupt_in_a_timer_leaves_the_others_of_its_instant() -> None:
    said: list[str] = []

    def interrupt() -> None:
        raise KeyboardInterrupt

    for factory in (asyncio.SelectorEventLoop, VirtualTimeLoop):
        loop = factory()
        when = loop.time() + 0.01
        loop.call_at(when, interrupt)
        loop.call_at(when, said.append, "left")
        with pytest.raises(KeyboardInterrupt):
            loop.run_forever()
        said.append("interrupted")
        loop.call_soon(loop.stop)
        loop.run_forever()
        loop.close()
    assert said == ["interrupted", "left"] * 2
