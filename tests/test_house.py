"""What holds for every module of the package, beyond what ruff, mypy and import-linter check."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import pytest_asyncgrade

_PACKAGE = Path(pytest_asyncgrade.__file__).parent
_MODULES = {str(path.relative_to(_PACKAGE)): path.read_text("utf-8") for path in sorted(_PACKAGE.rglob("*.py"))}

_LONGEST_MODULE, _LONGEST_FUNCTION = 350, 50
"""Lines."""


def test_no_module_is_long() -> None:
    lengths = {name: len(source.splitlines()) for name, source in _MODULES.items()}
    assert {name: length for name, length in lengths.items() if length > _LONGEST_MODULE} == {}


def test_no_function_is_long() -> None:
    functions = {
        f"{name}: {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for name, source in _MODULES.items()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }
    assert {name: length for name, length in functions.items() if length > _LONGEST_FUNCTION} == {}


def test_every_suppression_has_a_reason() -> None:
    bare = [
        f"{name}:{number}: {line.strip()}"
        for name, source in _MODULES.items()
        for number, line in enumerate(source.splitlines(), 1)
        if re.search(r"# (?:noqa|type: ignore|pragma)", line) and not _has_reason(line)
    ]
    assert bare == []


def _has_reason(line: str) -> bool:
    _, _, comment = line.partition("# ")
    return bool(re.search(r"# (?!noqa|type: ignore|pragma)\w", "# " + comment)) or "pragma: no cover (" in line


def test_every_module_says_what_it_is() -> None:
    docstrings = {name: ast.get_docstring(ast.parse(source)) for name, source in _MODULES.items()}
    assert [name for name, docstring in docstrings.items() if not docstring] == []


def test_nobody_counts_the_frames_of_another_module() -> None:
    """``_getframe(1)`` is whoever called the very function; more would hold only for one way of calling it."""
    far = [
        f"{name}:{node.lineno}"
        for name, source in _MODULES.items()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"sys._getframe", "caller_module"}
        if ast.unparse(node.args[0]).isdigit() and int(ast.unparse(node.args[0])) > 1
    ]
    assert far == []


@pytest.mark.parametrize(
    ("line", "reasoned"),
    [
        ("x = 1  # noqa: E501", False),
        ("x = 1  # noqa: E501  # a link", True),
        ("x = y  # type: ignore[misc]", False),
        ("x = y  # type: ignore[misc]  # as above", True),
        ("if x:  # pragma: no cover", False),
        ("if x:  # pragma: no cover (Windows)", True),
    ],
)
def test_a_reason_is_told_from_its_suppression(line: str, reasoned: bool) -> None:  # noqa: FBT001  # a parameter
    assert _has_reason(line) is reasoned
