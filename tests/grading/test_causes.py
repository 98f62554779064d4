"""What to repair first explains most of what is lost, names its line, and never a line of another file."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_asyncgrade.grading import CheckResult, Failure, Run, Work, causes, place_of
from pytest_asyncgrade.grading.aspect import Aspect
from pytest_asyncgrade.trace import Blocked, Line, Outcome, Output, Place, Raised, Recording, Seconds, Trace
from pytest_asyncgrade.trace.model import Lacks, Stuck, TaskSpan, Wait, WaitsFor
from tests.grading.results import RESULT

SOURCE = ("import helper", "async def nap():", "    time.sleep(3)", "async def main():", "    await nap()")
BLOCKED = Recording(blocked=(Blocked(Seconds(0), Seconds(3), 1, Place("naps.py", 3, "nap")),))


def trace(outcome: Outcome = Outcome.FINISHED, **fields: object) -> Trace:
    made = Trace(outcome, "it ended", Recording(), asked="python naps.py", source=SOURCE, script="naps.py")
    return replace(made, **fields)  # type: ignore[arg-type]  # fields of a trace


def lost(name: str, about: Aspect, *, rationale: str = "no", hint: str = "") -> CheckResult:
    return replace(RESULT, name=name, nodeid=name, failure=Failure(rationale, hint=hint, about=about), runs=("run",))


def work(run: Trace, *checks: CheckResult) -> Work:
    return Work("naps", "", "naps.py", checks, {"run": Run(run)})


def test_a_finding_explains_what_it_can_change_and_nothing_else() -> None:
    checks = [lost("a", Aspect.TIME), lost("b", Aspect.RESULT, rationale="it is 3"), lost("c", Aspect.ORDER)]
    first, second = causes(work(trace(partial=BLOCKED), *checks))
    assert ([check.name for check in first.checks], first.is_certain) == (["a", "c"], False)
    assert (first.place, first.code) == (Place("naps.py", 3, "nap"), "time.sleep(3)")
    assert ([check.name for check in second.checks], second.what) == (["b"], "it is 3")


def test_what_explains_most_checks_comes_first_then_what_costs_most() -> None:
    dear = replace(lost("b", Aspect.OUTPUT, rationale="dear"), points=replace(RESULT.points, points=9))
    few = work(trace(), lost("a", Aspect.OUTPUT, rationale="cheap"), dear)
    assert [cause.what for cause in causes(few)] == ["dear", "cheap"]
    many = [lost(name, Aspect.OUTPUT, rationale="cheap") for name in "acd"]
    assert [cause.what for cause in causes(work(trace(), dear, *many))] == ["cheap", "dear"]


def test_a_crash_is_told_by_its_exception_with_its_own_advice_or_the_hint_of_the_check() -> None:
    error = Raised("KeyError", "'x'", "", Place("naps.py", 5, "main"), "KeyError: 'x'", "ask for y")
    checks = [lost("a", Aspect.RUN, hint="look again"), lost("b", Aspect.RUN)]
    (cause,) = causes(work(trace(Outcome.CRASHED, exception=error, ended_at=error.place), *checks))
    assert (cause.what, cause.advice, cause.code) == ("KeyError: 'x'", "ask for y", "await nap()")
    assert (len(cause.checks), cause.is_certain) == (2, True)
    (cause,) = causes(work(trace(Outcome.CRASHED, exception=replace(error, advice="")), *checks))
    assert cause.advice == "look again"


@pytest.mark.parametrize("outcome", [Outcome.TIMED_OUT, Outcome.EXITED, Outcome.KILLED])
def test_a_run_that_ended_otherwise_is_told_by_its_reason(outcome: Outcome) -> None:
    (cause,) = causes(work(trace(outcome, ended_at=Place("naps.py", 5, "")), lost("a", Aspect.RUN)))
    assert (cause.what, cause.code, cause.stuck) == ("it ended", "await nap()", ())


def test_a_program_that_never_ends_is_one_cause_whichever_limit_it_reaches() -> None:
    runs = {name: Run(trace(outcome)) for name, outcome in [("a", Outcome.TIMED_OUT), ("b", Outcome.FLOODED)]}
    checks = tuple(replace(lost(name, Aspect.RUN), runs=(name,)) for name in runs)
    (cause,) = causes(Work("naps", "", "naps.py", checks, runs))
    assert len(cause.checks) == 2


@pytest.mark.parametrize(
    ("ignored", "what"),
    [
        (frozenset[str](), "the program is stuck: every task waits, and nothing can wake any of them"),
        (frozenset({"deadlock"}), "it ended"),
    ],
)
def test_a_deadlock_has_its_table(ignored: frozenset[str], what: str) -> None:
    recording = Recording(
        tasks=(TaskSpan(1, "Task-1", "main", None, Seconds(0)),),
        stuck=(Stuck((1,), "", Place("naps.py", 5, "main"), Lacks.EVENT),),
    )
    run = trace(Outcome.DEADLOCKED, partial=recording, ignored=ignored, ended_at=Place("naps.py", 5, "main"))
    (cause,) = causes(work(run, lost("a", Aspect.RUN)))
    assert (cause.what, cause.code) == (what, "await nap()")
    assert list(map(str, cause.stuck)) == ["main on line 5 waits for an event: nobody is left to call its set()"]


def test_a_line_of_another_file_is_not_one_of_the_script() -> None:
    error = Raised("KeyError", "'x'", "", Place("helper.py", 3, "help"), "KeyError: 'x'")
    done = work(trace(Outcome.CRASHED, exception=error, ended_at=error.place), lost("a", Aspect.RUN))
    (cause,) = causes(done)
    assert cause.place is not None
    assert (cause.place.filename, cause.code, done.is_in_script(cause.place)) == ("helper.py", "", False)


@pytest.mark.parametrize(
    ("about", "uses", "line"),
    [
        (Aspect.TIME, (), 3),
        (Aspect.RESULT, ("nap",), 2),
        (Aspect.RESULT, (), 3),
        (Aspect.UNKNOWN, (), 3),
    ],
)
def test_every_lost_check_has_a_line(about: Aspect, uses: tuple[str, ...], line: int) -> None:
    check = lost("a", about)
    graded = Work("naps", "", "naps.py", (check,), {"run": Run(trace(partial=BLOCKED), "", uses)})
    place = place_of(graded, check)
    assert place is not None
    assert place.lineno == line


def test_without_any_run_there_is_neither_line_nor_code() -> None:
    check = replace(lost("a", Aspect.UNKNOWN), runs=())
    (cause,) = causes(Work("naps", "", "naps.py", (check,)))
    assert (cause.place, cause.code, cause.what) == (None, "", "no")


LINES = (
    "async def nap(name):",
    '    print(f"{name} sleeps")',
    '    print(name, "wakes up")',
    "class Bed:",
    "    async def make(self):",
    "        await asyncio.timeout(1)",
    'print("Ann sleeps")',
    'loop.call_soon(print, "late")',
)


@pytest.mark.parametrize(
    ("text", "printed_on", "line"),
    [
        ("Ann sleeps", 2, 2),  # two lines have the text: it is where it was printed
        ("Ann sleeps", None, 7),  # the one with more of it
        ("Bob wakes up", None, 3),
        ("late", 8, 8),
        ("Bob [1]", 5, 5),
        ("", 5, 5),
    ],
)
def test_a_line_of_the_output_is_found_in_the_script(text: str, printed_on: int | None, line: int) -> None:
    place = Place("naps.py", printed_on, "nap") if printed_on else None
    check = replace(lost("a", Aspect.OUTPUT), failure=Failure("no", about=Aspect.OUTPUT, place=place, text=text))
    found = place_of(work(trace(source=LINES), check), check)
    assert found is not None
    assert found.lineno == line


@pytest.mark.parametrize(
    ("rationale", "line"),
    [("Bed.make() returns nothing", 5), ("it returns '<coro=<nap() done>'", 4), ("Bed gives 'nap() done'", 4)],
)
def test_a_function_that_a_sentence_names_is_its_line(rationale: str, line: int) -> None:
    check = lost("a", Aspect.RESULT, rationale=rationale)
    place = place_of(Work("naps", "", "naps.py", (check,), {"run": Run(trace(source=LINES), "", ("Bed",))}), check)
    assert place is not None
    assert place.lineno == line


def test_a_blocking_call_explains_a_result_where_the_program_has_a_time_limit() -> None:
    check = lost("a", Aspect.RESULT, rationale="it is 3")
    (cause,) = causes(work(trace(partial=BLOCKED, source=(*SOURCE, "asyncio.timeout(1)")), check))
    assert cause.what.startswith("time.sleep on line 3 ")


def test_a_task_that_failed_by_mistake_is_a_cause_though_the_scenario_awaited_it() -> None:
    failed = TaskSpan(
        2, "", "nap", 1, Seconds(0), ended="failed", error="ValueError", raised_at=Place("naps.py", 3, "")
    )
    check = lost("a", Aspect.OUTPUT, rationale='"b" was not printed', hint="look again")
    (cause,) = causes(work(trace(partial=Recording(tasks=(failed,))), check))
    assert (cause.what, cause.code) == ("nap() raised ValueError on line 3, which ended its task", "time.sleep(3)")
    assert (cause.advice, cause.is_certain) == ("look again", False)
    raises = trace(partial=Recording(tasks=(failed,)), source=(*SOURCE, "raise ValueError"))
    assert [one.what for one in causes(work(raises, check))] == ['"b" was not printed']  # it is what the program means


def test_of_causes_that_explain_as_much_the_one_that_knows_more_comes_first() -> None:
    stuck = trace(Outcome.EXITED, ended_at=Place("naps.py", 5, ""))
    runs = {"plain": Run(trace()), "ended": Run(stuck)}
    plain = replace(lost("a", Aspect.RESULT, rationale="it is 3"), runs=("plain",))
    dear = replace(plain, points=replace(RESULT.points, points=9))
    found = causes(Work("naps", "", "naps.py", (dear, replace(lost("b", Aspect.RUN), runs=("ended",))), runs))
    assert [cause.what for cause in found] == ["it ended", "it is 3"]


def test_crashes_that_differ_by_an_address_are_one_cause() -> None:
    errors = [Raised("TypeError", "", told=f"TypeError: <nap object at 0x{n}>") for n in (1, 2)]
    runs = {error.told: Run(trace(Outcome.CRASHED, exception=error)) for error in errors}
    checks = tuple(replace(lost(name, Aspect.RUN), runs=(name,)) for name in runs)
    assert [len(cause.checks) for cause in causes(Work("naps", "", "naps.py", checks, runs))] == [2]


PRINTED = Recording(output=Output([Line("a", Seconds(0), place=Place("naps.py", 2, ""))]))
WAITING = Recording(
    tasks=(TaskSpan(1, "", "nap", None, Seconds(0)),),
    waits=(Wait(1, Seconds(0), Seconds(0), WaitsFor.FUTURE, places=(Place("naps.py", 5, ""),)),),
)


@pytest.mark.parametrize(
    ("outcome", "partial", "line"),
    [(Outcome.FLOODED, PRINTED, 2), (Outcome.TIMED_OUT, WAITING, 5), (Outcome.TIMED_OUT, PRINTED, 4)],
)
def test_a_run_that_never_ended_is_where_it_printed_or_waits(outcome: Outcome, partial: Recording, line: int) -> None:
    check = lost("a", Aspect.RUN)
    place = place_of(work(trace(outcome, partial=partial), check), check)
    assert place is not None
    assert place.lineno == line
