"""The private folder of a run: made before it, removed after it, whatever the program has made in it."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def run_folder() -> Iterator[str]:
    """Make a folder for temporary files, yield its path, and remove it."""
    folder = Path(tempfile.mkdtemp(prefix="asyncgrade-")).resolve()
    try:
        yield str(folder)
    finally:
        remove(folder)


def remove(folder: Path) -> None:
    """Remove a folder however deep it is, as far as we may: folders within are moved up before they are emptied.

    So no path gets long, and nothing is recursive.
    """
    prefix, names = os.urandom(8).hex(), count()  # names that the program cannot have taken
    _make_ours(folder)
    todo = [folder]
    while todo:
        here = todo.pop()
        with suppress(OSError):
            for entry in list(os.scandir(here)):
                with suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        _make_ours(Path(entry.path))
                        moved = folder / f"{prefix}-{next(names)}"
                        Path(entry.path).rename(moved)
                        todo.append(moved)
                    else:
                        Path(entry.path).unlink()
        if here != folder:
            with suppress(OSError):
                here.rmdir()
    with suppress(OSError):
        folder.rmdir()


def _make_ours(folder: Path) -> None:
    """Let us list and change a folder."""
    with suppress(OSError):
        folder.chmod(0o700)
