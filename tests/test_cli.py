from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

import pytest_asyncgrade

SCRIPT = """\
import asyncio, sys
async def main():
    print("begin", sys.argv[1:])
    await asyncio.sleep(3600)
    print("end", file=sys.stderr)
asyncio.run(main())
sys.stdout.buffer.write(b"\\xff no newline")
sys.exit(5)
"""


def asyncgrade(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", "from pytest_asyncgrade.cli import main; main()", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False, timeout=300)


def test_run_prints_exactly_what_the_script_prints_and_exits_like_it(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    result = asyncgrade("run", script, "-x", "--", "--timeline")
    assert result.stdout == b"begin ['-x', '--timeline']\n\xff no newline"
    assert result.stderr == b"end\n"
    assert result.returncode == 5


def test_timeline_draws_on_standard_error(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("import time\nprint(1)\ntime.sleep(2)\nprint(2)\n")
    result = asyncgrade("run", "--timeline", script)
    assert result.stdout == b"1\n2\n"
    assert (
        result.stderr.decode()
        == f"""\
python {script} took 2 s
      0 s                  | 1
      2 s                  | 2
"""
    )
    assert result.returncode == 0


SEQUENCE = """
import asyncio

async def greet(name):
    await asyncio.sleep(1)
    print(name)

async def main():
    for name in ("Ann", "Bob"):
        await greet(name)

asyncio.run(main())
"""


@pytest.mark.parametrize(
    "place", ["graders/greet/solution.py", "graders/greet/mistakes/one.py", "exercises/greet/greet.py", "greet.py"]
)
def test_what_an_exercise_asks_for_is_no_finding_of_its_files(tmp_path: Path, place: str) -> None:
    script, settings = tmp_path / place, tmp_path / "graders" / "greet" / "exercise.toml"
    settings.parent.mkdir(parents=True)
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(SEQUENCE)
    told = b"- the turns of the loop on line 9 wait one after the other: 1 + 1 = 2 s"
    settings.write_text("")
    assert told in asyncgrade("run", "--timeline", script).stderr
    settings.write_text('[findings]\nignore = ["sequential_awaits"]\n')
    assert told not in asyncgrade("run", "--timeline", script).stderr


def test_trace_writes_the_records(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("print(1)")
    assert asyncgrade("run", "--trace", tmp_path / "trace.jsonl", script).returncode == 0
    assert (tmp_path / "trace.jsonl").read_text() == (
        f'["hello",4]\n["line",0,"stdout","1",null,["{script}",1,"<module>"]]\n["end",0,"finished","",null,null,null]\n'
    )


def test_a_crash_is_shown_as_python_shows_it(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("def f():\n    raise OSError('disk')\nf()\n")
    result = asyncgrade("run", script)
    assert result.returncode == 1
    lines = result.stderr.decode().splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[-1] == "OSError: disk"
    assert "pytest_asyncgrade" not in result.stderr.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_deadlock_is_told_once_in_the_words_of_a_report(tmp_path: Path) -> None:
    file = tmp_path / "stuck.py"
    file.write_text("import asyncio\nasync def main():\n    await asyncio.Event().wait()\nasyncio.run(main())\n")
    told = "deadlock: main on line 3 waits for an event: nobody is left to call its set()"
    done, drawn = asyncgrade("run", file), asyncgrade("run", "--timeline", file)
    assert (done.returncode, done.stderr.decode().strip()) == (1, told)
    assert drawn.stderr.decode().count("nobody is left to call its set()") == 1


def test_an_interrupted_script_is_ended_by_the_signal_and_drawn(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    begin = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"  # ignored in the background
    script.write_text(f"{begin}print(1)\nsignal.raise_signal(signal.SIGINT)")
    result = asyncgrade("run", "--timeline", script)
    assert result.returncode == -signal.SIGINT
    assert result.stdout == b"1\n"
    assert f"python {script}: line 4: KeyboardInterrupt" in result.stderr.decode()


def test_a_trace_that_cannot_be_written_is_a_usage_error_before_the_run(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("print(1)")
    result = asyncgrade("run", "--trace", tmp_path / "nowhere" / "trace.jsonl", script)
    assert result.returncode == 2
    assert result.stdout == b""
    assert "Error: Invalid value for '--trace'" in result.stderr.decode()


def test_a_missing_file_is_a_usage_error() -> None:
    result = asyncgrade("run", "nowhere.py")
    assert result.returncode == 2
    assert b"'nowhere.py' does not exist" in result.stderr


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a student's repository that tries to have a say in its grading, beside a teacher's."""
    graders = tmp_path / "teacher" / "graders" / "naps"
    graders.mkdir(parents=True)
    (graders / "test_naps.py").write_text(
        "import pytest\n\n@pytest.mark.points(3)\n"
        "def test_nap(submission):\n    '''It naps.'''\n    assert submission.run().elapsed == 2\n"
    )
    repository = tmp_path / "student"
    (repository / ".git").mkdir(parents=True)
    (repository / "naps.py").write_text("print('no nap')")
    (repository / "helpers.py").write_text("")
    say = "print('MINE')\nimport os\nos._exit(0)\n"
    for name in ("conftest.py", "asyncio.py", "pytest.py", "sitecustomize.py", "usercustomize.py", "json.py"):
        (repository / name).write_text(say)
    (repository / "x.pth").write_text("import os; os._exit(0)")
    (repository / "pytest.ini").write_text("[pytest]\naddopts = --collect-only\n")
    (repository / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = '-p no:asyncgrade'\n")
    (repository / "evil-1.dist-info").mkdir()
    (repository / "evil-1.dist-info" / "entry_points.txt").write_text("[pytest11]\nevil = conftest\n")
    return repository


def test_grade_lets_nothing_of_the_students_repository_have_a_say(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    monkeypatch.setenv("PYTEST_ADDOPTS", "--collect-only")
    monkeypatch.setenv("PYTEST_PLUGINS", "conftest")
    result = asyncgrade_from_afar(
        "grade", ".", "--graders", "../teacher/graders", "--report", "json=../grade.json", "-v"
    )
    said = result.stdout.decode()
    assert "MINE" not in said
    assert "naps ............................................................. 0 of 3 points" in said
    assert "the program took 0 s, not 2 s" in said
    assert "total: 0 of 3 points" in said
    assert "asyncio.py was left out: it would be imported instead of Python's own asyncio" in said
    assert result.returncode == 1
    assert b'"score": 0' in (repository.parent / "grade.json").read_bytes()


def asyncgrade_from_afar(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command as it is installed: the current folder is not on its module path."""
    roots = [str(Path(pytest_asyncgrade.__file__).parents[1])]
    code = f"import sys; sys.path += {roots!r}; from pytest_asyncgrade.cli import main; main()"
    return subprocess.run([sys.executable, "-I", "-c", code, *arguments], capture_output=True, check=False, timeout=300)


def test_grade_takes_a_class_and_passes_options_on(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository.parent / "class" / "ada").mkdir(parents=True)
    (repository.parent / "class" / "ada" / "naps.py").write_text("while True: pass")
    monkeypatch.chdir(repository.parent / "teacher")
    result = asyncgrade_from_afar("grade", "../class", "--students", "--timeout", "0.5", "--isolation", "weak")
    said = result.stdout.decode()
    assert "ada: naps  line 1: the program was " in said
    assert "graded in isolation: strong" not in said
    assert result.returncode == 1


def test_grade_writes_to_standard_output_and_for_a_gradebook(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)
    result = asyncgrade_from_afar(
        "grade", ".", "--graders", "../teacher/graders", "--report", "csv=-", "--gradebook", "canvas", "--reveal"
    )
    assert result.stdout.decode().splitlines()[-3:] == [
        '"Student","ID","SIS User ID","SIS Login ID","Section","naps"',
        '"    Points Possible","","","","","3"',
        '"the submission","","","the submission","","0"',
    ]


def test_grade_annotates_the_file_in_the_students_repository(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository.parent)
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    (repository / "naps.py").write_text("import time\ntime.sleep(1)\nraise ValueError\n")
    words = ("grade", "student", "--graders", "teacher/graders", "--report", "github=-")
    here = "::error file=naps.py,line=3,title=lost%3A It naps.::line 3: ValueError"
    assert here in asyncgrade_from_afar(*words).stdout.decode().splitlines()
    monkeypatch.setenv("GITHUB_WORKSPACE", str(repository.parent))
    assert here.replace("file=", "file=student/") in asyncgrade_from_afar(*words).stdout.decode().splitlines()


def test_grade_says_what_is_wrong_with_its_options(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)
    result = asyncgrade_from_afar("grade", ".", "--graders", "../teacher/graders", "--report", "json")
    assert result.returncode == 4
    assert b"ERROR: --grade-report json: write FORMAT=PATH" in result.stderr
    assert asyncgrade_from_afar("grade", ".").returncode == 2


def test_a_picture_and_trace_events_are_written(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("import asyncio\nasync def main():\n    asyncio.sleep(1)\n    print(1)\nasyncio.run(main())")
    page, events = tmp_path / "page.html", tmp_path / "events.json"
    result = asyncgrade("run", "--timeline", "--html", page, "--chrome", events, script)
    assert result.returncode == 0
    assert b"- asyncio.sleep() on line 3 is called, but not awaited" in result.stderr
    assert "is called, but not awaited" in page.read_text(encoding="utf-8")
    assert '"name": "Task-1 main"' in events.read_text(encoding="utf-8")


@pytest.mark.parametrize("source", ["from app.helpers import hi", "from .helpers import hi", "from helpers import hi"])
def test_run_finds_what_a_program_in_a_package_imports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").touch()
    (tmp_path / "app" / "helpers.py").write_text("def hi():\n    print('hi')\n", encoding="utf-8")
    (tmp_path / "app" / "main.py").write_text(f"{source}\nhi()\n", encoding="utf-8")
    for file, cwd in (("app/main.py", tmp_path), ("main.py", tmp_path / "app"), ("../app/main.py", tmp_path / "app")):
        monkeypatch.chdir(cwd)
        result = asyncgrade_from_afar("run", "--timeline", file)
        assert (result.returncode, result.stdout) == (0, b"hi\n"), result.stderr


def test_a_warning_of_a_run_is_at_no_line_of_ours(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import asyncio\n"
        "async def hello():\n    pass\n"
        "loop = asyncio.new_event_loop()\n"
        "loop.close()\n"
        "loop.run_until_complete(hello())\n",
        encoding="utf-8",
    )
    lines = asyncgrade("run", script).stderr.decode().splitlines()
    assert [line for line in lines if "never awaited" in line] == [
        "sys:1: RuntimeWarning: coroutine 'hello' was never awaited"
    ]
