"""Pure functions from a grade to the text of one format; a format is one module here with a `render`.

`render(grade) -> str` returns the whole file.  `ReportFile` is what ``--grade-report FORMAT=PATH`` asks for.
"""

from __future__ import annotations

import os
import pkgutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_asyncgrade.errors import UsageError

if TYPE_CHECKING:
    from pytest_asyncgrade.grading import Grade

_ON_SCREEN = {"terminal"}


def formats() -> tuple[str, ...]:
    """Return the names of the file formats there are."""
    return tuple(module.name for module in pkgutil.iter_modules(__path__) if module.name not in _ON_SCREEN)


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A report to write: its format and where."""

    format: str
    path: Path

    @classmethod
    def parse(cls, text: str) -> ReportFile:
        """Return what ``FORMAT=PATH`` asks for; UsageError if that cannot be."""
        name, separator, path = text.partition("=")
        if not separator or not path:
            msg = f"--grade-report {text}: write FORMAT=PATH, as in json=grade.json"
            raise UsageError(msg)
        if name not in formats():
            msg = f"--grade-report {text}: unknown format {name!r}: choose {', '.join(formats())}"
            raise UsageError(msg)
        target = Path(path).absolute()
        if not target.parent.is_dir():
            msg = f"--grade-report {text}: there is no folder {target.parent}"
            raise UsageError(msg)
        return cls(name, target)

    def write(self, grade: Grade) -> None:
        """Write the report, whole or not at all; what was a link there is replaced, not followed."""
        text: str = import_module(f".{self.format}", __name__).render(grade)
        descriptor, temporary = tempfile.mkstemp(prefix=f".{self.path.name}.", dir=self.path.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            Path(temporary).chmod(0o644)
            Path(temporary).replace(self.path)
        except BaseException:
            with suppress(OSError):
                Path(temporary).unlink()
            raise
