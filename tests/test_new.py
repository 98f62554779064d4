"""``asyncgrade new`` makes an exercise that proves itself at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def asyncgrade(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest_asyncgrade.cli", *map(str, words)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, encoding="utf-8", timeout=300)


@pytest.mark.parametrize(
    "options", [[], *([f"--from-script={path}"] for path in sorted(ROOT.glob("examples/tutorial/*.py")))], ids=str
)
def test_a_new_exercise_proves_itself(options: list[str], tmp_path: Path) -> None:
    made = asyncgrade("new", *options, "naps", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    assert len(list(tmp_path.glob("graders/naps/mistakes/*.py"))) == 2
    starter = (tmp_path / "exercises" / "naps" / "naps.py").read_text(encoding="utf-8")
    assert "# TODO: see README.md" in starter
    assert "sleep" not in starter
    proof = asyncgrade("verify", "--seeds", 1, "--no-mutants", "graders/naps", cwd=tmp_path)
    assert proof.stdout == "naps: good (4 checks, 2 mistakes)\n"
    assert "The program takes" in (tmp_path / "exercises" / "naps" / "README.md").read_text(encoding="utf-8")


def test_what_cannot_be_made_is_named(tmp_path: Path) -> None:
    assert asyncgrade("new", "naps", cwd=tmp_path).returncode == 0
    again = asyncgrade("new", "naps", cwd=tmp_path)
    assert again.returncode == 2
    assert "already; choose another name, or remove it" in again.stderr
    assert "a name like rock_and_roll is needed" in asyncgrade("new", "two words", cwd=tmp_path).stderr
    silent = tmp_path / "silent.py"
    silent.write_text("x = 1\n")
    assert "it is silent" in asyncgrade("new", "--from-script", silent, "quiet", cwd=tmp_path).stderr
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
    assert proof.stdout == "naps: good (4 checks, 2 mistakes)\n", proof.stderr
