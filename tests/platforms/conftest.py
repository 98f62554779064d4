"""A small course on disk, as it lies in a repository."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.plugin.conftest import GOOD, GRADER

ROOT = Path(__file__).parents[2]
HOSTILE = ROOT / "tests" / "hostile"


@pytest.fixture
def grader(tmp_path: Path) -> Path:
    """Return a grader, with what its teacher keeps beside it."""
    folder = tmp_path / "course" / "graders" / "two_naps"
    (folder / "mistakes").mkdir(parents=True)
    (folder / "test_two_naps.py").write_text(GRADER, encoding="utf-8")
    (folder / "solution.py").write_text(GOOD, encoding="utf-8")
    (folder / "mistakes" / "slow.py").write_text('"""Slow.\n\nloses: test_overlap\n"""\n', encoding="utf-8")
    return folder


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a student's repository, whose files would like to have a say."""
    folder = tmp_path / "student"
    folder.mkdir()
    say = "print('::error::MINE')\nraise SystemExit(0)\n"
    for name in ("conftest.py", "pip.py", "venv.py", "asyncio.py", "pytest_asyncgrade.py", "sitecustomize.py"):
        (folder / name).write_text(say, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --collect-only\n", encoding="utf-8")
    return folder


def stand_in(folder: Path, name: str, body: str) -> None:
    """Write a program that stands in for one of the system's."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/bash\n{body}", encoding="utf-8")
    path.chmod(0o755)


def python_in(venv: str) -> str:
    """Return shell text that makes an environment in which our Python is the one."""
    return (
        f'mkdir -p "{venv}/bin"\n'
        f'printf \'#!/bin/bash\\nexec {sys.executable} "$@"\\n\' >"{venv}/bin/python"\n'
        f'chmod +x "{venv}/bin/python"\n'
    )


def hand_in(source: Path, repository: Path, name: str = "two_naps.py") -> None:
    """Put a program of the hostile ones into a repository, with the files that come with it."""
    shutil.copyfile(source, repository / name)
    if source.with_suffix(".files").is_dir():
        shutil.copytree(source.with_suffix(".files"), repository, dirs_exist_ok=True)
