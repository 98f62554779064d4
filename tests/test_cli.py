from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

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
    return subprocess.run(command, capture_output=True, check=False, timeout=60)


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
time.sleep(2) on line 3 stopped its thread from 0 to 2 s.
"""
    )
    assert result.returncode == 0


def test_trace_writes_the_records(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("print(1)")
    assert asyncgrade("run", "--trace", tmp_path / "trace.jsonl", script).returncode == 0
    assert (tmp_path / "trace.jsonl").read_text() == (
        f'["hello",1,""]\n["line",0,"stdout","1",null,["{script}",1,"<module>"]]\n["end",0,"finished","",null,null]\n'
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
def test_an_interrupted_script_is_ended_by_the_signal_and_drawn(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("import signal\nprint(1)\nsignal.raise_signal(signal.SIGINT)")
    result = asyncgrade("run", "--timeline", script)
    assert result.returncode == -signal.SIGINT
    assert result.stdout == b"1\n"
    assert f"python {script}: line 3: KeyboardInterrupt" in result.stderr.decode()


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
