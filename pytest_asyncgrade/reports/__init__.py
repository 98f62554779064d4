"""The report formats: pure functions from a grade to text.  A format is one module here with a `render`.

`render(grade, about) -> str` returns the whole file; `about` is what it may know besides the grade.  A format that
requires something of `about` has a `check(about)`, which raises UsageError before anything is graded.  A format whose
platform itself hides checks until a date names their visibilities in `KEEP`; for all others hidden checks are redacted
before `render`.  What a teacher should look at is redacted, too, unless the format is for teachers alone, and says so
with `IS_TEACHERS`.

`ReportFile` is what ``--grade-report FORMAT=PATH`` asks for.
"""

from __future__ import annotations

import os
import pkgutil
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.grading import for_students

from .about import GRADEBOOKS, About

if TYPE_CHECKING:
    from pytest_asyncgrade.grading import Grade

__all__ = ["GRADEBOOKS", "About", "ReportFile", "formats", "write_whole"]

_NO_FORMATS = {"about", "changes", "fallback", "phrases", "safe_text", "source_locations", "terminal", "view"}


def formats() -> tuple[str, ...]:
    """Return the names of the file formats."""
    return tuple(module.name for module in pkgutil.iter_modules(__path__) if module.name not in _NO_FORMATS)


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A report to write: its format and where; None is standard output."""

    format: str
    path: Path | None

    @classmethod
    def parse(cls, text: str) -> ReportFile:
        """Return the report that ``FORMAT=PATH`` asks for; UsageError if there is no such format or folder."""
        name, separator, path = text.partition("=")
        if not separator or not path:
            msg = f"--grade-report {text}: write FORMAT=PATH, as in json=grade.json"
            raise UsageError(msg)
        if name not in formats():
            msg = f"--grade-report {text}: unknown format {name!r}: choose {', '.join(formats())}"
            raise UsageError(msg)
        if path == "-":
            return cls(name, None)
        target = Path(path).absolute()
        if not target.parent.is_dir():
            msg = f"--grade-report {text}: there is no folder {target.parent}"
            raise UsageError(msg)
        if target.is_dir():
            msg = f"--grade-report {text}: {target} is a folder: name a file"
            raise UsageError(msg)
        return cls(name, target)

    def check(self, about: About) -> None:
        """Raise UsageError if the format requires something that is not known."""
        if hasattr(self._module, "check"):
            self._module.check(about)

    def render(self, grade: Grade, about: About, *, reveal: bool = False) -> str:
        """Return the text of the report; with `reveal` it shows what is hidden from students."""
        if not reveal:
            module = self._module
            integrity = getattr(module, "IS_TEACHERS", False)
            grade = for_students(grade, getattr(module, "KEEP", frozenset()), integrity=integrity)
        from .fallback import rendered

        text: str = rendered(lambda shown: self._module.render(shown, about), grade)
        return text

    @property
    def _module(self) -> Any:
        return import_module(f".{self.format}", __name__)

    def write(self, text: str) -> None:
        """Write the report: to a file as a whole or not at all; a link is replaced, not followed."""
        if self.path is None:
            sys.stdout.flush()  # text that was written before comes first
            sys.stdout.buffer.write(text.encode())
            sys.stdout.buffer.flush()
        else:
            write_whole(self.path, text)


def write_whole(path: Path, text: str) -> None:
    """Write a file as a whole or not at all; a link is replaced, not followed."""
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise
