"""Which other files a program uses: the modules that it imports, and the files that its strings name.

A program that is given as a single file may lie among other people's files, so only the files that it names are graded.
A module is named by an import or by its file name; a data file also by a pattern (``*.csv``), which covers names that
a program lists or formats.
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
"""Longest string that is considered a path, in characters."""
_MOST = 2_000
"""Most strings of one file that are looked up."""
_PATTERN = re.compile(r"[^*?]*[*?].*\.\w+")
"""Matches patterns of data files, which end in a suffix."""
_BY_NAME = frozenset({"__import__", "import_module", "run_module", "find_spec"})


@dataclass(slots=True)
class Named:
    """What the source of a module names."""

    modules: set[str] = field(default_factory=set)
    """Top-level names of absolute imports."""
    relative: set[tuple[int, str]] = field(default_factory=set)
    """The level and the first name of relative imports; the name is empty for the package itself."""
    texts: dict[str, None] = field(default_factory=dict)
    """Strings that may be paths or patterns, in their order."""


def names_in(source: bytes) -> Named:
    """Return what a module names; nothing if Python cannot read it."""
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
    """Yield the files and folders in `folder` that a module names, and for each whether it is imported.

    `module` is the name of the module's file; `bases` are the folders from which modules are imported and files read;
    all names are relative to `folder`.
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
    return os.path.isdir(path) or (path.suffix == ".py" and os.path.lexists(path))  # noqa: PTH112  # a `Path` would refuse some names
