"""Notebooks become programs that do what their cells do."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from pytest_asyncgrade.classes.intake.notebooks import NotebookError, program_of


def notebook(*sources: str) -> bytes:
    code: dict[str, object] = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [{"cell_type": "markdown", "metadata": {}, "source": "# title"}, *({**code, "source": s} for s in sources)]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}).encode()


def run(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout


def test_cells_become_a_program() -> None:
    program, left_out = program_of(notebook("x = 1", "print(x)"))
    assert (run(program), left_out) == ("1\n", ())


def test_an_await_at_the_top_works_as_in_jupyter() -> None:
    cells = (
        "import asyncio\nasync def nap(n):\n    await asyncio.sleep(0)\n    return n",
        "numbers = [await nap(n) for n in range(3)]\ntext = '''a\n  b'''",
        "def shown():\n    return numbers, text\nasync with asyncio.timeout(1) as limit:\n    print(shown())",
        "import math as m\nfor i in range(2): pass\ntry:\n    1 / 0\nexcept ZeroDivisionError as e:\n    pass\n"
        "print(i, m.pi > 3)",
    )
    program, _ = program_of(notebook(*cells))
    assert run(program) == "([0, 1, 2], 'a\\n  b')\n1 True\n"


def test_an_f_string_of_several_lines_keeps_its_text() -> None:
    program, _ = program_of(notebook("import asyncio\nawait asyncio.sleep(0)\nx = 1\nprint(f'''{x}\n {x}''')"))
    assert run(program) == "1\n 1\n"


def test_what_is_for_ipython_is_left_out_and_told() -> None:
    cells = ("%pip install x\n!ls\nx = 5 % 2", "%%time\nprint('never')", "print(x)", "print?")
    program, left_out = program_of(notebook(*cells))
    assert run(program) == "1\n"
    assert left_out == ("cell 1: %pip install x", "cell 1: !ls", "cell 2: %%time", "cell 4: print?")


def test_a_cell_that_is_no_python_stays_as_it_is() -> None:
    program, left_out = program_of(notebook("await x\n'''", "def ("))
    assert "def (" in program
    assert left_out == ()


@pytest.mark.parametrize("data", [b"no json", b"[]", b"\xff", b"{}", b'{"cells": 5, "nbformat": 4}'])
def test_what_is_no_notebook_is_told(data: bytes) -> None:
    with pytest.raises(NotebookError, match="it is no notebook that can be read"):
        program_of(data)
