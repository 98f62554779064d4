"""Which files beside a program it uses: the modules that it imports, and the files that its texts name.

A program that is named on its own may lie among other people's files, so only what it names comes along.  A module
comes by an import or by its exact name; a data file also by a pattern (``*.csv``), for what a program lists or formats.
"""

from __future__ import annotations

import ast
import os
import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LONGEST = 200
"""Longest text that is taken for a path, in characters."""
_MOST = 2_000
"""Most texts of one file that are looked up."""
_PATTERN = re.compile(r"[^*?]*[*?].*\.\w+")
"""A pattern of data files; it ends in a suffix."""
_BY_NAME = frozenset({"__import__", "import_module", "run_module", "find_spec"})


@dataclass(slots=True)
class Named:
    """What the source of a module names."""

    modules: set[str] = field(default_factory=set)
    """Top-level names of absolute imports."""
    relative: set[tuple[int, str]] = field(default_factory=set)
    """Of relative imports the level and the first name; the name of a package itself is empty."""
    texts: dict[str, None] = field(default_factory=dict)
    """Texts that may be paths or patterns, in their order."""


def names_in(source: bytes) -> Named:
    """Return what a module names; nothing of one that Python cannot read."""
    named = Named()
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return named
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                named.modules |= {alias.name.partition(".")[0] for alias in names}
            case ast.ImportFrom(module=module, level=0) if module:
                named.modules.add(module.partition(".")[0])
            case ast.ImportFrom(module=module, names=names, level=level):
                tops = [module.partition(".")[0]] if module else [alias.name for alias in names]
                named.relative |= {(level, top) for top in ["", *tops]}
            case ast.Call(args=[ast.Constant(value=str(name)), *_]) if _called(node) in _BY_NAME:
                named.modules.add(name.partition(".")[0])
            case ast.Constant(value=str(text)):
                _add_text(named, text)
            case ast.JoinedStr(values=values):
                parts = [part.value if isinstance(part, ast.Constant) else "*" for part in values]
                _add_text(named, "".join(map(str, parts)))
    return named


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _add_text(named: Named, text: str) -> None:
    if len(text) > _LONGEST or not text.isprintable() or len(named.texts) >= _MOST:
        return
    path = PurePosixPath(text.replace("\\", "/"))
    if path.parts and not path.is_absolute() and ".." not in path.parts:
        named.texts[str(path)] = None


def files_named(named: Named, module: str, bases: Iterable[str], folder: Path) -> Iterator[tuple[str, bool]]:
    """Yield the files and folders in `folder` that a module names, each with whether it is imported.

    `module` is the name of the module's file, `bases` are the folders that modules are imported from and files are read
    from; all names are relative to `folder`.
    """
    wanted = [PurePosixPath(base, top) for top in sorted(named.modules) for base in bases]
    for level, top in sorted(named.relative):
        package = [PurePosixPath(module).parent, *PurePosixPath(module).parent.parents][level - 1 : level]
        wanted += [path / (top or "__init__") for path in package]
    yield from ((name, True) for path in wanted for name in (f"{path}.py", str(path)) if _is_module(folder / name))
    paths = [str(PurePosixPath(base, text)) for text in named.texts for base in bases]
    yield from ((name, False) for name in paths if os.path.lexists(folder / name))


def patterns(named: Named, bases: Iterable[str]) -> list[str]:
    """Return the patterns of data files that a module names."""
    return [str(PurePosixPath(base, text)) for text in named.texts if _PATTERN.fullmatch(text) for base in bases]


def _is_module(path: Path) -> bool:
    return os.path.isdir(path) or (path.suffix == ".py" and os.path.lexists(path))  # noqa: PTH112  # of any name
