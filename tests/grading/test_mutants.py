"""Mutants differ from a solution by one thing that students of asyncio get wrong."""

from __future__ import annotations

import ast

import pytest

from pytest_asyncgrade.grading.mutants import mutants, timetable


def changes(source: str, operator: str) -> list[str]:
    """Return the lines that mutants of one operator have and the program has not, or has not there."""
    before = ast.unparse(ast.parse(source)).splitlines()
    found = []
    for mutant in mutants(source):
        if mutant.operator == operator:
            after = mutant.source.splitlines()
            found += [" / ".join(line.strip() for line in after if line not in before)]
    return found


MAIN = "import asyncio\nasync def main():\n    {}\n"


@pytest.mark.parametrize(
    ("code", "operator", "changed"),
    [
        ("x = await f(1)", "drop an await", ["x = f(1)"]),
        ("await asyncio.gather(f(), g())", "await in sequence", ["[await f(), await g()]"]),
        ("await asyncio.gather(*fs)", "await in sequence", ["[await one for one in fs]"]),
        ("await asyncio.sleep(2)", "time.sleep", ["import time as time_ / time_.sleep(2)"]),
        ("t = asyncio.create_task(f())", "await the task at once", ["t = await f()"]),
        ("async with lock:\n        print(1)", "without its block", ["print(1)"]),
        ("async with open() as x:\n        print(1)", "without its block", []),
        ("queue.task_done()", "leave out", ["pass"]),
        ("await queue.join()", "leave out", ["pass"]),
        ("print(1)", "leave out", []),
        ("try:\n        f()\n    except E:\n        g()\n        raise", "swallow", ["pass"]),
        ("try:\n        f()\n    finally:\n        g()", "clean up after success alone", ["f() / g()"]),
        ("await asyncio.sleep(2)", "one more", ["await asyncio.sleep(3)"]),
        ("await asyncio.sleep(n)", "one more", []),
        ("await asyncio.sleep(2)\n    await asyncio.sleep(2)", "swap delays", []),
        (
            "await queue.get()",
            "ignore cancellation",
            ["try: / await queue.get() / except asyncio.CancelledError: / pass"],
        ),
        (
            "r = await asyncio.gather(f(), return_exceptions=True)",
            "without an option",
            ["r = await asyncio.gather(f())"],
        ),
        ("c.notify_all()", "notify one", ["c.notify()"]),
    ],
)
def test_an_operator_changes_one_place(code: str, operator: str, changed: list[str]) -> None:
    assert changes(MAIN.format(code), operator) == changed


def test_a_print_comes_earlier() -> None:
    source = MAIN.format("await f()\n    print(1)")
    mutant = next(mutant for mutant in mutants(source) if mutant.operator == "print earlier")
    assert mutant.source.splitlines()[-2:] == ["    print(1)", "    await f()"]


def test_a_delay_is_exchanged_with_the_next_other_one() -> None:
    source = MAIN.format("await asyncio.sleep(2)\n    await asyncio.sleep(2)\n    await asyncio.sleep(0.5)")
    found = [mutant.source.splitlines()[-3:] for mutant in mutants(source) if mutant.operator == "swap delays"]
    delays = [[float(line.partition("(")[2].rstrip(")")) for line in lines] for lines in found]
    assert delays == [[0.5, 2, 2], [2, 0.5, 2]]


def test_a_mutant_knows_its_place() -> None:
    mutant = next(mutant for mutant in mutants(MAIN.format("await f(1)")) if mutant.operator == "drop an await")
    assert (mutant.line, mutant.code, mutant.name) == (3, "await f(1)", "drop an await: await f(1)")


def test_a_statement_of_a_module_that_moves_has_its_place() -> None:
    source = "import asyncio\nx = 1\nprint(x)\nasyncio.run(main())\n"
    (mutant,) = (mutant for mutant in mutants(source) if mutant.operator == "print earlier")
    assert (mutant.line, mutant.name) == (2, "print earlier: x = 1")


def test_no_two_mutants_are_the_same() -> None:
    found = mutants(MAIN.format("await asyncio.gather(f(), g(), return_exceptions=True)\n    await asyncio.sleep(1)"))
    assert len({mutant.source for mutant in found}) == len(found) > 4


def test_a_timetable_prints_what_is_expected_and_does_nothing_else() -> None:
    mutant = timetable(MAIN.format("await work()"), "main", [(0, "a"), (1.5, "b"), (1.5, "c")])
    assert mutant
    assert (mutant.line, mutant.name) == (2, "hard-code the output: main")
    assert mutant.source.splitlines()[-4:] == [
        "    print('a')", "    await asyncio.sleep(1.5)", "    print('b')", "    print('c')",
    ]  # fmt: skip


def test_a_timetable_imports_asyncio_if_the_program_does_not() -> None:
    source = "from asyncio import run, sleep\nasync def start():\n    await sleep(1)\nrun(start())\n"
    mutant = timetable(source, "start", [(1, "a")])
    assert mutant
    unblanked = mutant.source.replace("\n\n", "\n")
    assert unblanked.splitlines()[2:5] == ["    import asyncio", "    await asyncio.sleep(1.0)", "    print('a')"]


def test_without_lines_a_timetable_does_nothing() -> None:
    mutant = timetable(MAIN.format("await work()"), "main", [])
    assert mutant
    assert mutant.source.splitlines()[-1] == "    pass"


def test_there_is_no_timetable_of_a_function_that_is_not_there() -> None:
    assert timetable(MAIN.format("await work()"), "start", [(0, "a")]) is None
