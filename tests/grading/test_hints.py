"""A hint fits the failure: it may depend on the run, and says nothing that the program follows already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_asyncgrade.grading.aspect import Aspect
from pytest_asyncgrade.grading.hints import complaint_about_hint, hint_for
from pytest_asyncgrade.trace import Finding, Outcome, Recording, Trace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def trace(source: str = "", *kinds: str) -> Trace:
    made = Trace(Outcome.FINISHED, "", Recording(), source=tuple(source.splitlines()))
    made._diagnosis.append(tuple(Finding(kind, f"found {kind}", "") for kind in kinds))
    return made


@pytest.mark.parametrize(
    ("hint", "source", "expected"),
    [
        ("look again", "", "look again"),
        ("await asyncio.gather(a(), b())", "await asyncio.gather(a(), c())", "await asyncio.gather(a(), b())"),
        ("await asyncio.gather(a(), b())", "async def main():\n    await asyncio.gather(a(), b())", ""),
        ("use asyncio.gather(...)", "asyncio.gather(a(), b())", ""),
        ("`loop.call_later(seconds, print, text)`", "loop.call_later(2, print, 'x')", ""),
        ("`await queue.join()`", "await jobs.join()", ""),  # a name that the program does not know
        ("`await queue.join()`", "queue = 1; await jobs.join()", "`await queue.join()`"),
        ("use `asyncio.gather`, and `x = 1`", "asyncio.gather(a())", ""),  # what is no expression says nothing
        ("use asyncio.gather(...) and asyncio.timeout(2)", "asyncio.gather(a())",
         "use asyncio.gather(...) and asyncio.timeout(2)"),
        ("wait with `await asyncio.sleep(1)`", "async def f():\n    await asyncio.sleep(2)",
         "wait with `await asyncio.sleep(1)`"),
        ("write `f(x, ...)`", "f(x, 3)", ""),
        ("asyncio.run(main())", "this is no Python", "asyncio.run(main())"),
    ],
)  # fmt: skip
def test_a_hint_whose_code_is_there_already_is_left_out(hint: str, source: str, expected: str) -> None:
    assert hint_for(hint, [trace(source)]) == expected


BY_KIND = {"blocked_loop": "never time.sleep", "never_awaited": "await it", "": "look again"}


@pytest.mark.parametrize(
    ("hint", "kinds", "expected"),
    [
        (BY_KIND, ["blocked_loop"], "never time.sleep"),
        (BY_KIND, ["busy_wait", "never_awaited"], "await it"),
        (BY_KIND, ["busy_wait"], "look again"),
        ({"never_awaited": "await it"}, [], ""),
        (lambda run: f"it took {run.elapsed}", [], "it took 0 s"),
    ],
)
def test_a_hint_may_depend_on_the_run(
    hint: Mapping[str, str] | Callable[[Trace], str], kinds: list[str], expected: str
) -> None:
    assert hint_for(hint, [trace("", *kinds)]) == expected


def test_a_function_that_asks_a_run_for_what_it_never_did_has_no_hint() -> None:
    stuck = Trace(Outcome.DEADLOCKED, "stuck", Recording())
    assert hint_for(lambda run: f"{len(run.output)} lines", [stuck]) == ""


def test_a_hint_needs_a_run_to_depend_on_one() -> None:
    assert hint_for(lambda _run: "never", []) == ""


def test_a_function_that_returns_no_text_is_an_error() -> None:
    with pytest.raises(TypeError, match=r"^the function given as hint= returned 3: it should return a text$"):
        hint_for(lambda _run: 3, [trace()])  # type: ignore[arg-type,return-value]  # what is refused


@pytest.mark.parametrize(
    ("hint", "complaint"),
    [
        ("text", ""),
        (BY_KIND, ""),
        (len, ""),
        (3, "hint=3: give a text, a function of the trace, or texts by kind of finding"),
        ({"": 3}, "hint={'': 3}: give a text, a function of the trace, or texts by kind of finding"),
    ],
)
def test_what_is_no_hint_is_refused(hint: Any, complaint: str) -> None:
    assert complaint_about_hint(hint) == complaint


def test_an_unknown_kind_is_named_with_those_there_are() -> None:
    said = complaint_about_hint({"slow": "x"})
    assert said.startswith("hint: there is no kind of finding or failure 'slow': choose coroutine_as_value, ")
    assert said.endswith(', or "" for anything else')


def test_a_hint_may_be_of_what_the_assertion_looked_at() -> None:
    hint = {"output": "print it", "": "look again"}
    assert [hint_for(hint, [trace()], about) for about in (Aspect.OUTPUT, Aspect.TIME)] == ["print it", "look again"]
    assert complaint_about_hint(hint) == ""
