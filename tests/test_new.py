"""``asyncgrade new`` makes an exercise that proves itself at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]


def asyncgrade(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest_asyncgrade.cli", *map(str, words)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, encoding="utf-8", timeout=300)


SCRIPTS = sorted(ROOT.glob("examples/tutorial/*.py")) + [
    ROOT / "graders" / slug / "solution.py" for slug in ("event_loop", "locks", "timeouts")
]


@pytest.mark.parametrize(
    "options", [[], *([f"--from-script={path}"] for path in SCRIPTS)], ids=lambda words: "".join(words)[-40:]
)
def test_a_new_exercise_proves_itself(options: list[str], tmp_path: Path) -> None:
    made = asyncgrade("new", *options, "naps", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    assert len(list(tmp_path.glob("graders/naps/mistakes/*.py"))) == 2
    starter = (tmp_path / "exercises" / "naps" / "naps.py").read_text(encoding="utf-8")
    assert "# TODO: see README.md" in starter
    assert "sleep" not in starter
    proof = asyncgrade("verify", "--seeds", 1, "graders/naps", cwd=tmp_path)
    assert proof.stdout.startswith("naps: good (5 checks, 2 mistakes, "), proof.stdout  # it kills its own mutants
    assert "The program takes" in (tmp_path / "exercises" / "naps" / "README.md").read_text(encoding="utf-8")


def test_a_script_that_does_all_in_one_place_has_no_check_for_others(tmp_path: Path) -> None:
    script = tmp_path / "alone.py"
    script.write_text("import time\ndef main():\n    time.sleep(1)\n    print(1)\nmain()\n")
    assert asyncgrade("new", f"--from-script={script}", "alone", cwd=tmp_path).returncode == 0
    proof = asyncgrade("verify", "--seeds", 1, "--no-mutants", "graders/alone", cwd=tmp_path)
    assert "alone: good (4 checks, " in proof.stdout, proof.stdout + proof.stderr
    assert "points(4, " in (tmp_path / "graders/alone/test_alone.py").read_text()


KINDS = {
    "from imports": """
from asyncio import gather, run, sleep
async def work(seconds):
    await sleep(seconds)
    print("worked", seconds)
    return seconds
async def start():
    print(sum(await gather(work(1), work(2))))
run(start())
""",
    "methods": """
import asyncio
class Cook:
    def __init__(self, name):
        self.name = name
    async def cook(self, seconds):
        await asyncio.sleep(seconds)
        print(self.name, "serves")
class Kitchen:
    async def serve(self):
        async with asyncio.TaskGroup() as group:
            group.create_task(Cook("Ann").cook(2))
            group.create_task(Cook("Bob").cook(1))
asyncio.run(Kitchen().serve())
""",
    "one after the other": """
import asyncio
async def greet(name):
    print("hello", name)
    await asyncio.sleep(1)
async def main():
    for name in "ab":
        await greet(name)
asyncio.run(main())
""",
    "a runner": """
import asyncio
async def nap():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("cancelled")
        raise
async def main():
    task = asyncio.create_task(nap())
    await asyncio.sleep(1)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        return 7
with asyncio.Runner() as runner:
    print(runner.run(main()))
""",
    "nothing to mutate": """
def greet():
    def said():
        return "hello"
    print(said())
greet()
""",
    "no tasks": """
import time
def nap(seconds):
    time.sleep(seconds)
    print("napped", seconds)
nap(1)
nap(2)
""",
}


@pytest.mark.parametrize("kind", KINDS)
def test_no_mutant_of_a_new_exercise_survives_whatever_the_script(kind: str, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(KINDS[kind])
    made = asyncgrade("new", f"--from-script={script}", "naps", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    assert asyncgrade("verify", "--seeds", 1, "graders/naps", cwd=tmp_path).stdout.startswith("naps: good (")


def test_what_a_new_grader_would_overlook_is_added_to_it(tmp_path: Path) -> None:
    script = ROOT / "graders" / "gather_errors" / "solution.py"
    assert asyncgrade("new", f"--from-script={script}", "errors", cwd=tmp_path).returncode == 0
    grader = (tmp_path / "graders" / "errors" / "test_errors.py").read_text(encoding="utf-8")
    assert grader.endswith(
        "    # what no other check notices; remove what does not matter\n    assert len(trace.tasks) == 8\n"
    )
    proof = asyncgrade("verify", "--seeds", 1, "graders/errors", cwd=tmp_path)
    assert proof.stdout.startswith("errors: good (5 checks, 2 mistakes, ")


def test_what_cannot_be_made_is_named(tmp_path: Path) -> None:
    assert asyncgrade("new", "naps", cwd=tmp_path).returncode == 0
    again = asyncgrade("new", "naps", cwd=tmp_path)
    assert again.returncode == 2
    assert "already; choose another name, or remove it" in again.stderr
    assert "a name like rock_and_roll is needed" in asyncgrade("new", "two words", cwd=tmp_path).stderr
    silent = tmp_path / "silent.py"
    silent.write_text("x = 1\n")
    assert "it is silent" in asyncgrade("new", "--from-script", silent, "quiet", cwd=tmp_path).stderr
    silent.write_text("print(1)\n")
    assert asyncgrade("new", "--from-script", silent, "quiet", cwd=tmp_path).stderr.endswith(
        "Error: asyncgrade new quiet: the script has no function, so that its starter would be the solution: put what "
        "students are to write into functions\n"
    )
    silent.write_text("print(1)\n1 / 0\n")
    assert "line 2: ZeroDivisionError" in asyncgrade("new", "--from-script", silent, "quiet", cwd=tmp_path).stderr


@pytest.mark.parametrize("script", ["naps.py", "app/main.py"])
def test_the_neighbours_of_a_script_become_part_of_the_exercise(script: str, tmp_path: Path) -> None:
    files = {
        script: (ROOT / "examples/tutorial/concurrent_sleeps.py").read_text(encoding="utf-8")
        + "\nfrom rest import x\n",
        "app/__init__.py": "",
        f"{script.rpartition('/')[0]}/rest.py".lstrip("/"): 'x = open("x.txt").read()\n',
        "x.txt": "1",
        "others.py": "1 / 0\n",
    }
    for name, text in files.items():
        (tmp_path / "own" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "own" / name).write_text(text, encoding="utf-8")
    made = asyncgrade("new", f"--from-script=own/{script}", "naps", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    written = {Path(line).as_posix() for line in made.stdout.splitlines() if line.startswith("graders")}
    expected = {name for name in files if name != "others.py" and ("/" in script or not name.startswith("app/"))}
    assert {name.removeprefix("graders/naps/solution/") for name in written if "/solution/" in name} == expected
    proof = asyncgrade("verify", "--seeds", 1, "--no-mutants", "graders/naps", cwd=tmp_path)
    assert proof.stdout == "naps: good (5 checks, 2 mistakes)\n", proof.stderr


NAPS = """\
import asyncio, random, datetime, time
async def nap(number):
    await asyncio.sleep({seconds})
    print(number, {text})
async def main():
    await asyncio.gather(*(nap(number) for number in range({count})))
asyncio.run(main())
"""


def made_from(
    tmp_path: Path, seconds: str, text: str = "'wakes up'", count: int = 2
) -> subprocess.CompletedProcess[str]:
    script = tmp_path / "script.py"
    script.write_text(NAPS.format(seconds=seconds, text=text, count=count), encoding="utf-8")
    return asyncgrade("new", "--from-script", script, "naps", cwd=tmp_path)


def test_its_own_solution_passes_whatever_its_numbers(tmp_path: Path) -> None:
    numbers = [
        number * times
        for number in (1.23456789, 1.2345678912345, 123456.7 + 0.1 + 0.2, 1e-7, 1 / 3)
        for times in (1, 2)
    ]
    made = made_from(tmp_path, f"{numbers}[number]", "time.time() < 0", len(numbers))
    assert made.returncode == 0, made.stderr
    graded = asyncgrade("grade", "graders/naps/solution.py", "--graders", "graders/naps", cwd=tmp_path)
    assert "total: 10 of 10 points" in graded.stdout, graded.stdout + graded.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("random.random()",), "two runs of the script differ: "),
        (("number", "datetime.date.today()"), 'two runs of the script differ: line 1 is "0 2026-01-01" at 0 s in one '
         'and "0 2029-11-30" at 0 s in the other; let it do the same each time: call random.seed(1) at its start, and '
         "print no date, no time of day and nothing that the machine decides\n"),
        (("1", "'naps'", 300), "the script prints more than 200 lines or 10000 characters, which nobody can compare "
         "with what is expected; line 4 prints most of it: let it print less, as by fewer rounds of a loop\n"),
        (("1", "'naps' * 9999", 1), "the script prints more than 200 lines or 10000 characters"),
        (("1", "'naps' * 99999999", 1), "the script prints more than 200 lines or 10000 characters"),
    ],
)  # fmt: skip
def test_what_no_student_could_print_again_is_refused(arguments: Any, message: str, tmp_path: Path) -> None:
    made = made_from(tmp_path, *arguments)
    assert made.returncode == 2
    assert f"\n\nError: asyncgrade new naps: {message}" in made.stderr
    assert not (tmp_path / "graders").exists()
