"""Nothing is left of a run's folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from pytest_asyncgrade.sandbox.run_folder import remove, run_folder


def test_a_folder_is_there_for_a_while() -> None:
    with run_folder() as name:
        folder = Path(name)
        assert list(folder.iterdir()) == []
        (folder / "file").write_text("x")
        (folder / "a" / "b").mkdir(parents=True)
        (folder / "a" / ".0").mkdir()
        (folder / ".0").mkdir()
        (folder / ".1").write_text("x")
        (folder / "a" / "link").symlink_to("/")
    assert not folder.exists()
    assert Path("/").is_dir()


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX")
def test_a_folder_may_be_deeper_than_any_path_and_closed(tmp_path: Path) -> None:
    deep = tmp_path / "deep"
    deep.mkdir()
    before = Path.cwd()
    os.chdir(deep)
    try:
        for _ in range(3000):
            Path("x" * 20).mkdir()
            os.chdir("x" * 20)
        Path("file").write_text("x")
    finally:
        os.chdir(before)
    (deep / "closed" / "more").mkdir(parents=True)
    (deep / "closed").chmod(0)
    deep.chmod(0)
    remove(deep)
    assert not deep.exists()


def test_what_is_gone_is_no_error(tmp_path: Path) -> None:
    remove(tmp_path / "nowhere")
