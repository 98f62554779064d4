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
        "a mutant gets full marks and behaves differently, 'time.sleep: await asyncio.sleep(seconds)'" in result.stdout
    )
    assert "      +    time_.sleep(seconds)\n" in result.stdout
    assert '    what to do: a check would notice it by: assert trace.found("blocked_loop") == []; ' in result.stdout
    assert "    python naps.py: it takes 2 s, the mutant 4 s\n" in result.stdout


def test_a_mutant_that_is_as_good_can_be_named(grader: Path) -> None:
    source = SOLUTION.replace('    print("nap")', '    print("nap")\n    asyncio.Event().set()')
    (grader / "solution.py").write_text(source)
    assert "7 killed, 3 equivalent" in verify(grader).stdout  # it does the same in every run
    (grader / "exercise.toml").write_text("[equivalent]\n'leave out: x' = 3\n")
    wrong = verify(grader)
    assert wrong.returncode == 2
    assert "[equivalent]: give a reason for each mutant, as a text" in wrong.stderr


def test_what_is_wrong_with_programs_is_named(grader: Path) -> None:
    (grader / "mistakes" / "in_sequence.py").write_text(MISTAKE.format("test_a_nap"))
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
  the starter gets full marks
    what to do: add a check for what students are to write, or take it out of naps.py
  alternatives/sleepy.py: loses test_naps
    test_naps: line 2 of the output is "nap" at 3 s, not "nap" at 2 s
      expected  "nap" at 2 s
                "nap" at 2 s
      actual    "nap" at 2 s
                "nap" at 3 s
    what to do: if it is right, let the check take it; else move it to mistakes/
  mistakes/in_sequence.py: loses test_naps, and names test_a_nap
    test_naps: line 2 of the output is "nap" at 4 s, not "nap" at 2 s
      expected  "nap" at 2 s
                "nap" at 2 s
      actual    "nap" at 2 s
                "nap" at 4 s
    test_a_nap is not lost
    what to do: if that is right, name what it loses: `asyncgrade verify --update` writes it; else change the check
"""
    )


def test_what_depends_on_random_values_is_told_once_with_a_seed_that_shows_it(grader: Path) -> None:
    random = GRADER.replace("rng.randrange(1, 9)\n", "rng.choice([1, 5])\n    assert seconds == 1\n")
    (grader / "test_naps.py").write_text(random)
    first, *lines = verify("--seeds", "20", grader).stdout.splitlines()
    assert first == "naps: PROBLEMS (2 checks, 1 mistakes, 0 mutants: 0 killed, 0 equivalent)"
    told = [line for line in lines if line.startswith("  solution.py")]
    assert len(told) == 1
    assert re.fullmatch(r"  solution\.py: loses test_a_nap in \d+ of 20 gradings \(--grade-seed=\d+\)", told[0])
    assert "    what to do: repair the solution, or the check; until then no mutant is tried" in lines


def test_a_wrong_loss_does_not_stop_the_mutants(grader: Path) -> None:
    (grader / "mistakes" / "in_sequence.py").write_text(MISTAKE.format("test_a_nap"))
    assert "9 mutants: 7 killed, 2 equivalent" in verify(grader).stdout


def test_a_mistake_that_loses_nothing_is_told_with_all_lines_of_a_reason(grader: Path) -> None:
    (grader / "mistakes" / "right.py").write_text(f'"""Is right.\n\nloses: test_naps\n"""\n{SOLUTION}')
    (grader / "alternatives").mkdir()
    (grader / "alternatives" / "chatty.py").write_text(SOLUTION.replace('print("nap")', 'print("nap\\n" * 9)'))
    strict = GRADER.replace('at(2, "nap"))', 'at(2, "nap")), "two lines\\nand no more"')
    (grader / "test_naps.py").write_text(strict)
    told = verify("--no-mutants", grader).stdout
    assert "  mistakes/right.py: loses nothing, and names test_naps\n    test_naps is not lost\n" in told
    assert "    what to do: change a check so that it notices this mistake, or remove the file\n" in told
    assert "    test_naps: two lines\n      and no more\n      expected  " in told
    assert "                [... 12 more]\n" in told


@pytest.mark.parametrize("words", [["--update"], ["--update", "--yes"]])
def test_what_a_mistake_loses_is_written_after_a_look(grader: Path, words: list[str]) -> None:
    file = grader / "mistakes" / "in_sequence.py"
    before = MISTAKE.format("test_a_nap, test_naps").replace("\n", "\r\n").encode()
    file.write_bytes(before)
    told = verify("--no-mutants", *words, grader).stdout
    assert "-loses: test_a_nap, test_naps\n+loses: test_naps\n" in told
    if "--yes" in words:
        assert f"{file} is written\n" in told
        assert file.read_bytes() == before.replace(b"test_a_nap, ", b"")
        assert "naps: good" in verify("--no-mutants", grader).stdout
    else:
        assert f"{file} stays as it is; --update --yes writes it\n" in told
        assert file.read_bytes() == before


def test_a_mistake_without_a_docstring_is_not_written(grader: Path) -> None:
    file = grader / "mistakes" / "in_sequence.py"
    file.write_text(MISTAKE.rpartition('"""')[2])
    told = verify("--no-mutants", "--update", "--yes", grader)
    assert told.returncode == 2
    assert f'{file}: it has no docstring to name them in: begin it with """What is wrong in it."""' in told.stderr


def test_an_alternative_with_a_finding_is_a_problem(grader: Path) -> None:
    (grader / "alternatives").mkdir()
    late = SOLUTION.replace("    await asyncio.gather", "    asyncio.create_task(nap(9))\n    await asyncio.gather")
    (grader / "alternatives" / "left_behind.py").write_text(late)
    assert "alternative-left_behind: is right, and has the finding 'the task of nap()" in verify(grader).stdout


def test_what_is_no_grader_is_named(tmp_path: Path) -> None:
    result = verify(tmp_path)
    assert result.returncode == 2
    assert "there is no solution.py in it; a grader that is to be proved needs one" in result.stderr
    (tmp_path / "solution.py").write_text("print(1)")
    (tmp_path / "test_it.py").write_text("def test_it(submission):\n    1 / 0\n")
    result = verify(tmp_path)
    assert result.returncode == 2
    assert "cannot be graded with" in result.stderr
    assert "ZeroDivisionError" in result.stderr


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
        "  mistakes/wrong_name: loses test_a_nap, test_naps, and names test_naps",
        "  mistakes/in_sequence.py: loses test_naps, and names test_a_nap",
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
