"""What a mistake loses is read from its docstring, and written there without touching anything else."""

from __future__ import annotations

import pytest

from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.grading import losses


@pytest.mark.parametrize(
    ("program", "names"),
    [
        ('"""Naps.\n\nloses: test_a, test_b\n"""\n', ["test_a", "test_b"]),
        ('"""loses: test_a,test_b """', ["test_a", "test_b"]),
        ('"""Naps."""', []),
        ("x = 1", []),
        ("this is no Python", []),
        ("\0", []),
    ],
)
def test_names_are_read(program: str, names: list[str]) -> None:
    assert losses.named(program.encode()) == names


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'"""N.\n\nloses: test_x\n"""\nx = 1\n', b'"""N.\n\nloses: test_a, test_b\n"""\nx = 1\n'),
        (b'"""N."""\n', b'"""N.\n\nloses: test_a, test_b\n"""\n'),
        (b"# x\n'''N.\r\n'''\r\nx", b"# x\n'''N.\r\n\r\nloses: test_a, test_b\r\n'''\r\nx"),
        (b'"""loses: x"""; y = 2  # loses: z', b'"""loses: test_a, test_b"""; y = 2  # loses: z'),
        ('"""Né."""; é = 1'.encode(), '"""Né.\n\nloses: test_a, test_b\n"""; é = 1'.encode()),
        (b'# coding: latin-1\n"""N\xe9."""\n', b'# coding: latin-1\n"""N\xe9.\n\nloses: test_a, test_b\n"""\n'),
        (b'\xef\xbb\xbf"""N."""', b'\xef\xbb\xbf"""N.\n\nloses: test_a, test_b\n"""'),
    ],
)
def test_names_are_written_and_nothing_else(before: bytes, after: bytes) -> None:
    assert losses.renamed(before, ["test_a", "test_b"]) == after
    assert losses.named(after) == ["test_a", "test_b"]


@pytest.mark.parametrize("program", [b"x = 1", b'"of one line"', b"", b'x = """N."""'])
def test_without_a_docstring_of_several_lines_nothing_is_written(program: bytes) -> None:
    with pytest.raises(UsageError, match="it has no docstring to name them in"):
        losses.renamed(program, ["test_a"])
