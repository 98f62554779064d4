"""An exercise: what is known of it on the teacher's side, from the folder of its grader."""

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
    """One exercise: the folder of its grader, and its starter, which the student makes into a submission."""

    slug: str
    grader: Path
    starter: Path
    limits: Limits = field(default_factory=Limits)
    rules: Rules = field(default_factory=Rules)
    program: str = ""
    """What a submission's program is called, where the exercise says it: ``app/main.py``."""
    ignored: frozenset[str] = frozenset()
    """Kinds of findings that say nothing here: what they find is what the exercise asks for."""
    equivalents: Mapping[str, str] = field(default_factory=dict)
    """Mutants of the solution that do what they should, by name, and why."""
    hidden: HiddenChecks = field(default_factory=HiddenChecks)
    withheld: int = 0
    """The points of the hidden checks, if they are not here."""

    @classmethod
    def of_grader(cls, folder: Path, slug: str | None = None) -> Exercise:
        """Return the exercise of ``graders/<slug>/``; its starter is ``exercises/<slug>/<slug>.py`` beside that.

        Where ``[files]`` names the program, it is that one in ``exercises/<slug>/``.

        ``exercise.toml`` in the grader's folder may set ``[limits]``, ``[files]``, ``[findings]``, ``[equivalent]`` and
        ``[hidden]``; UsageError if it cannot be that.
        """
        slug = slug or folder.name
        settings = read_settings(folder / FILENAME)
        starter = folder.parent.parent / "exercises" / slug / (settings.get("program") or f"{slug}.py")
        exercise = cls(slug, folder, starter, **settings)
        return replace(exercise, withheld=exercise.hidden.withheld_from(folder))

    @property
    def private(self) -> Path:
        """The folder that is the teacher's, even if it lies in a student's: all graders, or this one."""
        return self.grader.parent if self.grader.parent.name == "graders" else self.grader

    @property
    def filename(self) -> str:
        """The path of a submission's program in its folder."""
        return self.program or f"{self.slug}.py"
