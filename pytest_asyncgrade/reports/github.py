"""Workflow commands of GitHub Actions: annotations at the lines of a student's program.

GitHub shows ten annotations of a kind for a step.  The most helpful come first, lost checks as errors and findings as
warnings, and a last one counts the rest.  A message is one line; characters that would end it, or a property, are
escaped.
https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pytest_asyncgrade.grading import Verdict, place_of

from . import phrases
from .safe_text import lines_of, one_line, tame
from .source_locations import file_of
from .view import named_checks, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_asyncgrade.grading import Grade, Work
    from pytest_asyncgrade.trace import Place

    from .about import About
    from .view import NamedCheck

MOST_OF_A_KIND = 10
"""Number of annotations of a kind that GitHub shows."""
LONGEST_MESSAGE = 4_000
"""Longest message, in characters."""
_WORDS = phrases.VERDICTS | {Verdict.ERROR: phrases.BROKEN}
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = _DATA | str.maketrans({":": "%3A", ",": "%2C"})


class Note(NamedTuple):
    """An annotation: what to say, of which work, at which line."""

    title: str
    message: str
    work: Work
    place: Place | None


def render(grade: Grade, about: About) -> str:
    """Return the commands, one a line."""
    lost, findings = _lost(grade), _findings(grade)
    lines = [_command("error", note, about) for note in lost[:MOST_OF_A_KIND]]
    lines += [_command("warning", note, about) for note in findings[:MOST_OF_A_KIND]]
    if left := len(lost[MOST_OF_A_KIND:]) + len(findings[MOST_OF_A_KIND:]):
        lines.append(f"::notice title=more::{left:,} more to look at; GitHub shows {MOST_OF_A_KIND} of a kind")
    kind = "notice" if grade.works else "error"
    lines.append(f"::{kind} title=grade::{_data(tame(phrases.total(grade)))}")
    return "\n".join(lines) + "\n"


def _lost(grade: Grade) -> list[Note]:
    """Return what was lost, each reason once: first what has a line, then what costs most points."""
    groups: dict[tuple[str, str, str], list[NamedCheck]] = {}
    for named in named_checks(grade):
        if named.check.failure is not None:
            said = "\n".join(named.reason)
            groups.setdefault((named.work.student, named.work.exercise, said), []).append(named)
    notes = [(_note(found, said), sum(e.check.points.points for e in found)) for (*_, said), found in groups.items()]
    return [note for note, _points in sorted(notes, key=lambda item: (item[0].place is None, -item[1]))]


def _note(found: list[NamedCheck], said: str) -> Note:
    first = found[0]
    more = f" and {len(found) - 1} more" if found[1:] else ""
    return Note(
        f"{_WORDS[first.check.verdict]}: {first.name}{more}", said, first.work, place_of(first.work, first.check)
    )


def _findings(grade: Grade) -> list[Note]:
    notes = [
        Note(
            f"{one_line(phrases.title(work))}: to look at",
            "\n".join(lines_of(finding.message, finding.advice)),
            work,
            finding.place,
        )
        for work in grade.works
        for finding in work.findings
    ]
    return sorted(notes, key=lambda note: note.place is None)


def _command(kind: str, note: Note, about: About) -> str:
    file = file_of(note.work, note.place, about.root)
    message = shortened(note.message, LONGEST_MESSAGE)
    if note.place and not file:
        message = f"{one_line(note.place.filename)}, {note.place}: {message}"
    return f"::{kind} {','.join(_properties(file, note))}::{_data(message)}"


def _properties(file: str, note: Note) -> Iterator[str]:
    if file:
        yield f"file={_property(file)}"
        if note.place:
            yield f"line={note.place.lineno}"
    yield f"title={_property(note.title)}"


def _data(text: str) -> str:
    return text.translate(_DATA)


def _property(text: str) -> str:
    return text.translate(_PROPERTY)
