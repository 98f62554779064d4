"""``asyncgrade verify`` tells a grader that proves something from one that does not."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

SOLUTION = """
import asyncio
async def nap(seconds):
    await asyncio.sleep(seconds)
    print("nap")
async def main():
    await asyncio.gather(nap(2), nap(2))
asyncio.run(main())
"""
GRADER = """
import pytest
from pytest_asyncgrade import at, lines

@pytest.mark.points(1)
def test_naps(submission):
    assert submission.run().output == lines(at(2, "nap"), at(2, "nap"))

@pytest.mark.points(1)
def test_a_nap(submission, rng):
    seconds = rng.randrange(1, 9)
    trace = submission.call("nap", seconds)
    assert trace.elapsed == seconds
    assert trace.found("blocked_loop") == []
    assert submission.run().output[0].function == "nap"
"""
MISTAKE = '"""Waits one after the other.\n\nloses: {}\n"""\n' + SOLUTION.replace(
    "await asyncio.gather(nap(2), nap(2))", "await nap(2)\n    await nap(2)"
)


@pytest.fixture
def grader(tmp_path: Path) -> Path:
    folder = tmp_path / "graders" / "naps"
    (folder / "mistakes").mkdir(parents=True)
    (folder / "solution.py").write_text(SOLUTION)
    (folder / "test_naps.py").write_text(GRADER)
    (folder / "mistakes" / "in_sequence.py").write_text(MISTAKE.format("test_naps"))
    starter = tmp_path / "exercises" / "naps" / "naps.py"
    starter.parent.mkdir(parents=True)
    starter.write_text("async def nap(seconds):\n    pass\n")
    return folder


def verify(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest_asyncgrade.cli", "verify", "--seeds", "3", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8", timeout=300)


def test_a_good_grader_is_proved(grader: Path) -> None:
    result = verify(grader)
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout == "naps: good (2 checks, 1 mistakes, 9 mutants: 7 killed, 2 equivalent)\n"


def test_a_grader_that_overlooks_something_is_shown_what(grader: Path) -> None:
    (grader / "test_naps.py").write_text(GRADER.replace('    assert trace.found("blocked_loop") == []\n', "").replace(
        'lines(at(2, "nap"), at(2, "nap"))', '["nap", "nap"]'
    ))  # fmt: skip
    (grader / "mistakes" / "in_sequence.py").unlink()
    result = verify(grader)
    assert result.returncode == 1
    assert "naps: PROBLEMS (2 checks, 0 mistakes, " in result.stdout
    assert (
        """\
    line 4, 'time.sleep: await asyncio.sleep(seconds)':
      +import time as time_
       import asyncio
       async def nap(seconds):
      -    await asyncio.sleep(seconds)
      +    time_.sleep(seconds)
           print('nap')
      python naps.py: it takes 2 s, the mutant 4 s
    what to do: add to a check: assert trace.found("blocked_loop") == []. A mutant that is right"""
        in result.stdout
    )
    assert "    what to do: add to a check: assert trace.output[0:1] == lines(at(2, 'nap')). A mutant" in result.stdout


def test_a_starter_that_is_the_solution_hides_no_mutant(grader: Path) -> None:
    (grader.parent.parent / "exercises" / "naps" / "naps.py").write_text(SOLUTION)
    assert verify("--seeds", 1, grader).stdout == (
        "naps: PROBLEMS (2 checks, 1 mistakes, 9 mutants: 7 killed, 2 equivalent)\n"
        "  the starter naps.py gets full marks\n"
        "    what to do: take out of it what students are to write, or add a check for that\n"
    )


def test_a_mutant_that_is_as_good_can_be_named(grader: Path) -> None:
    source = SOLUTION.replace('    print("nap")', '    print("nap")\n    asyncio.Event().set()')
    (grader / "solution.py").write_text(source)
    assert "7 killed, 3 equivalent" in verify(grader).stdout  # it does the same in every run
    (grader / "exercise.toml").write_text("[equivalent]\n'leave out: x' = 3\n")
    wrong = verify(grader)
    assert wrong.returncode == 2
    assert "[equivalent]: give a reason for each mutant, as a text" in wrong.stderr


def test_what_is_wrong_with_programs_is_named(grader: Path) -> None:
    (grader / "mistakes" / "in_sequence.py").write_text(MISTAKE.format("test_a_nap, test_napz, other"))
    (grader / "alternatives").mkdir()
    (grader / "alternatives" / "sleepy.py").write_text(SOLUTION.replace("nap(2))", "nap(3))"))
    starter = grader.parent.parent / "exercises" / "naps" / "naps.py"
    starter.write_text(SOLUTION)
    result = verify("--no-mutants", grader)
    assert result.returncode == 1
    assert (
        result.stdout
        == """\
naps: PROBLEMS (2 checks, 1 mistakes)
  the starter naps.py gets full marks
    what to do: take out of it what students are to write, or add a check for that
  alternatives/sleepy.py: should get full marks, and loses test_naps
    test_naps: line 2 of the output is "nap" at 3 s, not "nap" at 2 s
      expected  "nap" at 2 s
                "nap" at 2 s
      actual    "nap" at 2 s
                "nap" at 3 s
    what to do: if it is right, let the checks take it; if not, move it to mistakes/
  mistakes/in_sequence.py: does not lose exactly what its docstring names
    lost, and not named: test_naps: line 2 of the output is "nap" at 4 s, not "nap" at 2 s
      expected  "nap" at 2 s
                "nap" at 2 s
      actual    "nap" at 2 s
                "nap" at 4 s
    named, and not lost: test_a_nap
    named, and no check of this grader: test_napz; is it test_naps?
    named, and no check of this grader: other
    what to do: if this is right, `asyncgrade verify --update` writes `loses: test_naps`; if not, change the check
"""
    )


CHANCE = GRADER.replace("rng.randrange(1, 9)\n", "rng.choice([1, 5])\n    assert seconds == 1\n")
"""A grader whose second check is lost by whom its random numbers choose."""


def test_what_depends_on_random_values_is_told_once_with_seeds_that_show_it(grader: Path) -> None:
    (grader / "test_naps.py").write_text(CHANCE)
    (grader / "mistakes" / "in_sequence.py").write_text(MISTAKE.format("test_naps, test_a_nap"))
    first, *lines = verify("--seeds", "40", grader).stdout.splitlines()
    assert first == "naps: PROBLEMS (2 checks, 1 mistakes)"
    assert lines[0] == "  solution.py: should get full marks, and loses test_a_nap"
    seeds = r"\(in \d+ of 40 gradings with --grade-seed=\d+ or \d+ or \d+ \.\.\.\)"
    assert re.fullmatch(rf"    test_a_nap {seeds}: seconds is 5, not 1", lines[1])
    assert lines[2:] == [
        "    what to do: repair the solution, the checks, or the scenarios that they play; until then these checks are "
        "ignored for all other programs, and no mutant is tried"
    ]
    (grader / "solution.py").write_text(SOLUTION + "print('more')\n")
    (grader / "mistakes" / "in_sequence.py").write_text(MISTAKE.format("test_napz"))
    told = verify("--no-mutants", grader).stdout  # the mistake loses what the solution does, too
    assert told.endswith(
        "  mistakes/in_sequence.py: does not lose exactly what its docstring names\n"
        "    named, and no check of this grader: test_napz; is it test_naps?\n"
        "    what to do: repair the solution first, then look again\n"
    )


def test_what_a_mistake_loses_by_chance_is_not_written(grader: Path) -> None:
    chance = CHANCE.replace("seconds == 1", 'seconds == 1 or submission.run().output[1:] == [at(2, "nap")]')
    (grader / "test_naps.py").write_text(chance.replace("== [at(2", "== lines(at(2").replace('"nap")]\n', '"nap"))\n'))
    for names, seen in (
        ("test_naps, test_a_nap", "named, and not lost: test_a_nap; it is"),
        ("test_naps", "lost, and"),
    ):
        (grader / "mistakes" / "in_sequence.py").write_text(MISTAKE.format(names))
        told = verify("--seeds", "100", "--no-mutants", "--update", "--yes", grader).stdout
        assert f"    {seen}" in told
        assert "of 20 gradings with --grade-seed=" in told
        assert "    what to do: give the check values with which this mistake always shows, or never: " in told
        assert MISTAKE.format(names) == (grader / "mistakes" / "in_sequence.py").read_text()


def test_a_reason_of_several_checks_is_told_once(grader: Path) -> None:
    (grader / "scenarios.py").write_text("async def fall(student):\n    1 / 0\n")
    falls = "".join(f"\ndef test_fall_{n}(submission):\n    submission.play('fall').result\n" for n in (1, 2))
    (grader / "test_naps.py").write_text(GRADER + falls)
    told = verify("--no-mutants", grader).stdout
    assert told.splitlines()[1:4] == [
        "  solution.py: should get full marks, and loses test_fall_1, test_fall_2",
        "    test_fall_1, test_fall_2: ZeroDivisionError: division by zero",
        "    what to do: repair the solution, the checks, or the scenarios that they play; until then these checks are "
        "ignored for all other programs, and no mutant is tried",
    ]
    assert len(told.splitlines()) == 4  # of the mistake nothing


def test_a_broken_check_is_told_once_and_nothing_else(grader: Path) -> None:
    broken = GRADER.replace('submission.run().output[0].function == "nap"', "undefined")
    (grader / "test_naps.py").write_text(broken)
    first, second, *lines = verify(grader).stdout.splitlines()
    assert first == "naps: PROBLEMS (2 checks, 1 mistakes)"
    assert second == "  test_a_nap is broken, grading solution.py, mistakes/in_sequence.py:"
    assert lines[-2:] == [
        "    E   NameError: name 'undefined' is not defined",
        "    what to do: repair the check; until then no grade says anything",
    ]
    (grader / "test_naps.py").write_text(GRADER + "\ndef test_never(submission):\n    undefined\n")
    assert "  test_never is broken, whatever it grades:\n" in verify(grader).stdout


def test_a_check_that_nobody_loses_is_worth_a_look(grader: Path) -> None:
    (grader / "test_naps.py").write_text(f"{GRADER}\ndef test_free(submission):\n    assert submission.run()\n")
    proof = verify("--seeds", 1, grader)
    assert proof.returncode == 0
    assert proof.stdout == (
        "naps: good (3 checks, 1 mistakes, 9 mutants: 7 killed, 2 equivalent)\n"
        "  test_free: no wrong program loses it, neither the starter, a mistake nor a mutant\n"
        "    what to do: add a mistake that loses it, or remove the check: everybody may get its points\n"
    )


def test_a_wrong_loss_does_not_stop_the_mutants(grader: Path) -> None:
    (grader / "mistakes" / "in_sequence.py").write_text(MISTAKE.format("test_a_nap"))
    assert "9 mutants: 7 killed, 2 equivalent" in verify(grader).stdout


def test_a_mistake_that_loses_nothing_is_told_with_all_lines_of_a_reason(grader: Path) -> None:
    (grader / "mistakes" / "right.py").write_text(f'"""Is right.\n\nloses: test_naps\n"""\n{SOLUTION}')
    (grader / "mistakes" / "silent.py").write_text(SOLUTION)
    (grader / "alternatives").mkdir()
    (grader / "alternatives" / "chatty.py").write_text(SOLUTION.replace('print("nap")', 'print("nap\\n" * 9)'))
    strict = GRADER.replace('at(2, "nap"))', 'at(2, "nap")), "two lines\\nand no more"')
    (grader / "test_naps.py").write_text(strict)
    told = verify("--no-mutants", grader).stdout
    to_do = "    what to do: change a check so that it notices this mistake, or remove the file\n"
    assert f"  mistakes/right.py: gets full marks\n    named, and not lost: test_naps\n{to_do}" in told
    assert f"  mistakes/silent.py: gets full marks\n{to_do}" in told
    assert "    test_naps: two lines\n      and no more\n      expected  " in told
    assert "                [... 12 more]\n" in told


@pytest.mark.parametrize("words", [["--update"], ["--update", "--yes"]])
def test_what_a_mistake_loses_is_written_after_a_look(grader: Path, words: list[str]) -> None:
    file = grader / "mistakes" / "in_sequence.py"
    before = MISTAKE.format("test_a_nap, test_naps").replace("\n", "\r\n").encode()
    file.write_bytes(before)
    proof = verify("--no-mutants", *words, grader)
    assert "    -loses: test_a_nap, test_naps\n    +loses: test_naps\n" in proof.stdout
    if "--yes" in words:
        assert f"    {file} is written\n" in proof.stdout
        assert proof.returncode == 0
        assert file.read_bytes() == before.replace(b"test_a_nap, ", b"")
        assert "naps: good" in verify("--no-mutants", grader).stdout
    else:
        assert f"    {file} stays as it is: `--update --yes` writes it, or `--update` on a terminal\n" in proof.stdout
        assert proof.returncode == 1
        assert file.read_bytes() == before


def test_yes_is_an_answer_to_update(grader: Path) -> None:
    wrong = verify("--yes", grader)
    assert wrong.returncode == 2
    assert "Error: --yes answers what --update asks: give both\n" in wrong.stderr


NO_DOCSTRING = MISTAKE.rpartition('"""')[2].encode()


@pytest.mark.parametrize(
    ("program", "to_do"),
    [
        (NO_DOCSTRING, 'it has no docstring to name them in: begin it with """What is wrong in it."""'),
        (
            b"def (\n" + NO_DOCSTRING,
            "Python cannot read it, and so not its docstring (line 1: invalid syntax): repair it",
        ),
        (
            b"import asyncio\nimport time\nx = '\xff'\n" + NO_DOCSTRING,
            "Python cannot read it, and so not its docstring ('utf-8' codec can't decode byte 0xff in position 32: "
            "invalid start byte): repair it",
        ),
    ],
)
def test_a_mistake_whose_docstring_cannot_be_changed_stays_as_it_is(grader: Path, program: bytes, to_do: str) -> None:
    file = grader / "mistakes" / "in_sequence.py"
    file.write_bytes(program)
    told = verify("--no-mutants", "--update", "--yes", grader)
    assert told.returncode == 1
    assert told.stdout.splitlines()[-1] == f"    what to do: {to_do}"
    assert file.read_bytes() == program


def test_an_alternative_with_a_finding_is_a_problem(grader: Path) -> None:
    (grader / "alternatives").mkdir()
    late = SOLUTION.replace("    await asyncio.gather", "    asyncio.create_task(nap(9))\n    await asyncio.gather")
    (grader / "alternatives" / "left_behind.py").write_text(late)
    assert (
        """\
  alternatives/left_behind.py: is right, and has the finding 'cut_off'
    the task of nap() created on line 7 """
        in verify("--no-mutants", grader).stdout
    )


def test_what_is_no_grader_is_named(tmp_path: Path) -> None:
    result = verify(tmp_path)
    assert result.returncode == 2
    assert result.stderr == (
        f"{tmp_path.name}: cannot be proved: {tmp_path}: there is no solution.py in it; a grader that is to be proved "
        "needs one\n"
    )
    (tmp_path / "solution.py").write_text("print(1)")
    (tmp_path / "test_it.py").write_text("1 / 0\n")
    result = verify(tmp_path)
    assert result.returncode == 2
    assert "cannot be graded with" in result.stderr
    assert "ZeroDivisionError" in result.stderr


def test_a_grader_that_cannot_be_proved_does_not_stop_the_others(grader: Path, tmp_path: Path) -> None:
    result = verify("--no-mutants", tmp_path, grader)
    assert result.returncode == 2
    assert result.stdout == "naps: good (2 checks, 1 mistakes)\n"


HIDDEN = """
import pytest

@pytest.mark.points(2)
def test_nine(submission):
    assert submission.call("nap", 9).elapsed == 9
"""


def test_hidden_checks_have_to_be_there_and_worth_what_students_are_told(grader: Path) -> None:
    (grader / "exercise.toml").write_text('[hidden]\nfiles = ["test_naps_hidden.py"]\npoints = 3\n')
    missing = verify("--no-mutants", grader)
    assert missing.returncode == 2
    assert "there is no test_naps_hidden.py in it; prove it where its hidden checks are" in missing.stderr
    (grader / "test_naps_hidden.py").write_text(HIDDEN)
    wrong = verify("--no-mutants", grader)
    assert wrong.stdout == (
        "naps: PROBLEMS (3 checks, 1 mistakes)\n  exercise.toml, [hidden]: points = 3, and those checks are worth 2\n"
        "    what to do: write points = 2\n"
    )
    (grader / "test_naps_hidden.py").write_text(HIDDEN.replace("points(2)", "points(3)"))
    assert verify("--no-mutants", grader).stdout == "naps: good (3 checks, 1 mistakes)\n"


TWO_FILES = SOLUTION.replace("import asyncio", "import asyncio\nfrom parts.names import name").replace('"nap"', "name")


def test_an_exercise_of_several_files_is_proved(grader: Path) -> None:
    (grader / "exercise.toml").write_text('[files]\nprogram = "app/main.py"\n')
    (grader / "solution.py").unlink()
    wrong_name = 'name = "sleep"\n'
    in_sequence = TWO_FILES.replace("await asyncio.gather(nap(2), nap(2))", "await nap(2)\n    await nap(2)")
    files = {
        grader / "solution/app/main.py": TWO_FILES,
        grader / "solution/app/parts/names.py": 'def chosen():\n    return open("name.txt").read()\nname = chosen()\n',
        grader / "solution/name.txt": "nap",
        grader / "mistakes/in_sequence.py": f'"""Waits.\n\nloses: test_naps\n"""\n{in_sequence}',
        grader / "mistakes/wrong_name/app/main.py": f'"""Is called otherwise.\n\nloses: test_naps\n"""\n{TWO_FILES}',
        grader / "mistakes/wrong_name/app/parts/names.py": wrong_name,
        grader / "alternatives/one_file/app/main.py": SOLUTION,
        grader.parent.parent / "exercises/naps/app/main.py": "async def nap(seconds):\n    pass\n",
    }
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    result = verify(grader)
    assert result.stdout == "naps: good (2 checks, 2 mistakes, 9 mutants: 7 killed, 2 equivalent)\n", result.stderr
    (grader / "mistakes/wrong_name/app/parts/names.py").unlink()
    (grader / "mistakes/in_sequence.py").write_text(f'"""Waits.\n\nloses: test_a_nap\n"""\n{in_sequence}')
    first, *problems = verify("--no-mutants", grader).stdout.splitlines()
    assert first == "naps: PROBLEMS (2 checks, 2 mistakes)"
    assert [problem for problem in problems if problem.startswith("  mistakes")] == [
        "  mistakes/wrong_name: does not lose exactly what its docstring names",
        "  mistakes/in_sequence.py: does not lose exactly what its docstring names",
    ]
    (grader / "mistakes/wrong_name/app/main.py").unlink()
    assert "mistakes/wrong_name: there is no file app/main.py" in verify(grader).stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
@pytest.mark.parametrize(("answer", "names"), [(b"y\n", "test_naps"), (b"n\n", "test_a_nap")])
def test_on_a_terminal_a_teacher_is_asked_before_a_file_is_written(grader: Path, answer: bytes, names: str) -> None:
    import pty

    file = grader / "mistakes" / "in_sequence.py"
    file.write_text(MISTAKE.format("test_a_nap"))
    words = ["--seeds", "1", "--no-mutants", "--update", str(grader)]
    command = [sys.executable, "-m", "pytest_asyncgrade.cli", "verify", *words]
    teacher, terminal = pty.openpty()
    os.write(teacher, answer)
    done = subprocess.run(command, stdin=terminal, capture_output=True, check=False, timeout=300)
    os.close(teacher)
    os.close(terminal)
    assert b"write this? [y/N]: " in done.stdout
    assert f"loses: {names}\n" in file.read_text()
