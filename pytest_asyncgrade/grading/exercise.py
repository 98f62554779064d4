"""An exercise, as the folder of its grader describes it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pytest_asyncgrade.sandbox import Limits, Rules

from .settings import FILENAME, HiddenChecks, read_settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise: the folder of its grader, and the starter, which a student turns into a submission."""

    slug: str
    grader: Path
    starter: Path
    limits: Limits = field(default_factory=Limits)
    rules: Rules = field(default_factory=Rules)
    program: str = ""
    """The path of a submission's program, such as ``app/main.py``; empty for ``<slug>.py``."""
    ignored: frozenset[str] = frozenset()
    """Kinds of findings to ignore, since the exercise asks for what they find."""
    allowed: frozenset[str] = frozenset()
    """Codes of `integrity` that are not worth a look, since the exercise teaches what they find."""
    equivalents: Mapping[str, str] = field(default_factory=dict)
    """Mutants of the solution that are right, by name, each with the reason."""
    hidden: HiddenChecks = field(default_factory=HiddenChecks)
    withheld: int = 0
    """Points of the hidden checks, if their files are missing."""

    @classmethod
    def of_grader(cls, folder: Path, slug: str | None = None) -> Exercise:
        """Return the exercise of ``graders/<slug>/``; its starter is ``exercises/<slug>/<slug>.py``.

        If ``[files]`` names the program, the starter is that file in ``exercises/<slug>/``.

        ``exercise.toml`` in the grader's folder may set ``[limits]``, ``[files]``, ``[findings]``, ``[integrity]``,
        ``[equivalent]`` and ``[hidden]``; UsageError if it is wrong.
        """
        slug = slug or folder.name
        settings = read_settings(folder / FILENAME)
        starter = folder.parent.parent / "exercises" / slug / (settings.get("program") or f"{slug}.py")
        exercise = cls(slug, folder, starter, **settings)
        return replace(exercise, withheld=exercise.hidden.withheld_from(folder))

    @property
    def private(self) -> Path:
        """The teacher's folder, even if it lies in a student's: that of all graders, or of this one."""
        return self.grader.parent if self.grader.parent.name == "graders" else self.grader

    @property
    def filename(self) -> str:
        """The path of a submission's program in its folder."""
        return self.program or f"{self.slug}.py"
