"""Grades `greetings`: a coroutine function, and two awaits that run one after the other."""

from random import Random

import pytest

from pytest_asyncgrade import Submission, Trace, at, in_order, lines


@pytest.fixture(scope="module")
def trace(submission: Submission) -> Trace:
    """Run the whole program."""
    return submission.run()


@pytest.mark.points(1, hint="asyncio.run(main()) starts the event loop; inside a coroutine, write await before a call")
def test_everything_is_awaited(trace: Trace) -> None:
    """The event loop runs every coroutine of the program to its end."""
    assert trace.found("never_awaited", "cut_off") == []
    for task in trace.tasks:
        assert task.ended == "finished", f"{task.coroutine}() did not come to its end: it {task.ended}"
    assert trace.tasks, "no event loop runs"
    assert trace.output, "nothing is printed"


@pytest.mark.points(2, hint="begin it with `async def greet(name):`, and wait with `await asyncio.sleep(1)`")
def test_wait_leaves_loop_free(submission: Submission) -> None:
    """While greet() waits, the event loop is free to do other work."""
    alone = submission.call("greet", "Zoe")
    assert alone.tasks, "greet() is no coroutine function: it is written with def, not with async def"
    assert alone.found("blocked_loop", "busy_wait", "never_awaited") == []
    assert alone.elapsed > 0, "greet() does not wait at all"


@pytest.mark.points(
    2, hint={"order": 'in main(), await greet("Alice") first, and await greet("Bob") on the line below'}
)
def test_alice_then_bob(trace: Trace) -> None:
    """The program greets Alice, says goodbye to her, and then does the same for Bob."""
    assert trace.output == lines("Hello, Alice", "Goodbye, Alice", "Hello, Bob", "Goodbye, Bob")


@pytest.mark.points(
    2, hint="between its two lines greet() waits: await asyncio.sleep(1); Bob's turn comes after Alice's"
)
def test_one_second_each(trace: Trace) -> None:
    """Each goodbye comes one second after its hello, and the program takes two seconds."""
    assert trace.output == in_order(
        at(0, "Hello, Alice"), at(1, "Goodbye, Alice"), at(1, "Hello, Bob"), at(2, "Goodbye, Bob")
    )
    assert trace.elapsed == 2


@pytest.mark.points(2, hint='the text takes in the name that greet() is given: print(f"Hello, {name}")')
def test_greet_any_name(submission: Submission, rng: Random) -> None:
    """greet() works for any name: it says hello and goodbye to whomever it is given."""
    name = "".join(rng.choice(["ka", "lo", "mi", "nu", "re", "so", "ta", "vi"]) for _ in range(3)).title()
    for one in (name, "Alice"):
        assert submission.call("greet", one).output == lines(f"Hello, {one}", f"Goodbye, {one}")


@pytest.mark.points(1, hint="main() does not print: it awaits greet(), once for each person")
def test_main_uses_greet(trace: Trace) -> None:
    """The lines for Alice and those for Bob are printed by the same part of the program: greet()."""
    alice, bob = ([line.lineno for line in trace.output if name in line.text] for name in ("Alice", "Bob"))
    assert alice, "nothing is printed for Alice"
    assert bob, "nothing is printed for Bob"
    assert alice == bob, f"the first line for Alice is printed on line {alice[0]} of your file, Bob's on line {bob[0]}"
