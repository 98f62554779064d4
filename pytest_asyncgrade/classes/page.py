"""The page of a class: how many points, what was lost by whom, who needs help, who made the same mistake.

It is complete without a network and without JavaScript; the script adds a filter and an order to the table of students.
"""

from __future__ import annotations

from base64 import b64encode
from collections import Counter, defaultdict
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pytest_asyncgrade.reports.safe_text import inert
from pytest_asyncgrade.trace.text import printable

from .standing import number
from .statuses import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jinja2 import Template

    from .standing import Counted, Standing

    _Found = tuple[Standing, int | None, str]
    """A student with a finding: the line, and what it says."""

_STEPS = 10
"""Columns in the picture of the points."""
_MOST_NAMES = 12
"""Names in one list; of the others their number is told."""
_MOST_FINDINGS = 12
_NEEDS_HELP = 0.5
"""A student with less than this share of the points needs help."""
_MOST_NEEDING = 30


def class_page(found: list[Standing], exercises: list[str]) -> str:
    """Return the page with all exercises and all students."""
    return _render("The class", found, exercises, [])


def pages_by_exercise(found: list[Standing], exercises: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the names and texts of a page of the class without the table of students, and of one for each exercise."""
    links = [(slug, f"class-{slug}.html") for slug in exercises]
    yield "class.html", _render("The class", found, exercises, links)
    for slug, name in links:
        yield name, _render(slug, [one for one in found if slug in one.works], [slug], [("the class", "class.html")])


def _render(title: str, found: list[Standing], exercises: list[str], links: list[tuple[str, str]]) -> str:
    is_overview = bool(links) and len(exercises) > 1
    students = [] if is_overview else [_student(one, exercises) for one in found]
    return inert(
        _template().render(
            title=title, links=links, count=len(found), exercises=[_exercise(slug, found) for slug in exercises],
            names=exercises if len(exercises) > 1 else [], summary=_summary(found, exercises), students=students,
            needing=_needing(found, exercises),
        )
    )  # fmt: skip


def _template() -> Template:
    from jinja2 import Environment

    source, script = (
        files(__package__).joinpath(name).read_text(encoding="utf-8") for name in ("class.html.jinja", "class.js")
    )
    template = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(source)
    template.globals["script"] = script
    template.globals["script_hash"] = b64encode(sha256(script.encode()).digest()).decode()
    return template


def _summary(found: list[Standing], exercises: list[str]) -> dict[str, Any]:
    shares = [share for one in found if (share := _share(one, exercises)) is not None]
    statuses = Counter(
        status for one in found for slug in exercises if slug in one.works for status in one.works[slug].statuses
    )
    return {
        "mean": f"{100 * sum(shares) / len(shares):.0f} %" if shares else "none",
        "median": f"{100 * sorted(shares)[len(shares) // 2]:.0f} %" if shares else "none",
        "full": sum(share >= 1 for share in shares),
        "statuses": [(_status_text(name), count) for name, count in statuses.most_common()],
        "chart": _chart(shares),
    }


def _status_text(status: str) -> str:
    return "late" if status.startswith("late by") else status


def _share(one: Standing, exercises: Iterable[str]) -> float | None:
    """Return the share of the points that a student has in some exercises; None if it is not known."""
    works = [one.works[slug] for slug in exercises if slug in one.works]
    most = sum(work.row.max_score for work in works)
    if not most or any(work.points is None for work in works):
        return None
    return sum(work.points or 0 for work in works) / most


@dataclass(frozen=True, slots=True)
class _Column:
    """One column of the picture of the points, in the picture's own units."""

    label: str
    count: int
    x: float
    height: float


_WIDTH, _HEIGHT = 56.0, 120.0
"""Width and greatest height of a column."""


def _chart(shares: list[float]) -> list[_Column]:
    """Return how many students have how much: a column for each tenth, and one for all the points."""
    counts = Counter(min(int(max(share, 0) * _STEPS), _STEPS) for share in shares)
    most = max(counts.values(), default=1)
    return [
        _Column(
            f"{step * 100 // _STEPS}-{(step + 1) * 100 // _STEPS - 1}" if step < _STEPS else "100",
            counts[step], step * _WIDTH, _HEIGHT * counts[step] / most,
        )
        for step in range(_STEPS + 1)
    ]  # fmt: skip


def _exercise(slug: str, found: list[Standing]) -> dict[str, Any]:
    works = [(one, one.works[slug]) for one in found if slug in one.works]
    lost: dict[str, list[Standing]] = defaultdict(list)
    why: dict[str, Counter[str]] = defaultdict(Counter)
    findings: dict[str, list[_Found]] = defaultdict(list)
    for one, work in works:
        for name, _, reason, _ in work.row.lost if work.row.status != Status.MISSING else ():
            lost[name].append(one)
            why[name][reason.partition("\n")[0]] += 1
        for kind, message, line in work.row.findings:
            findings[kind].append((one, line, message))
    share = _share_of(works)
    return {
        "slug": slug, "count": sum(work.row.status != Status.MISSING for _, work in works),
        "missing": _names([one for one, work in works if work.row.status == Status.MISSING]),
        "mean": f"{100 * share:.0f} %" if share is not None else "none", "bar": 100 * (share or 0),
        "checks": [_check(name, who, why[name], len(works)) for name, who in _largest_first(lost)],
        "findings": _findings(findings),
    }  # fmt: skip


def _largest_first(lost: dict[str, list[Standing]]) -> list[tuple[str, list[Standing]]]:
    return sorted(lost.items(), key=lambda item: -len(item[1]))


def _share_of(works: list[tuple[Standing, Counted]]) -> float | None:
    known = [work for _, work in works if work.points is not None and work.row.max_score]
    most = sum(work.row.max_score for work in known)
    return sum(work.points or 0 for work in known) / most if most else None


def _check(name: str, who: list[Standing], why: Counter[str], count: int) -> dict[str, Any]:
    """Return what is shown of a check that was lost: by how many, whom, and the commonest reasons."""
    same = [(printable(reason), times) for reason, times in why.most_common(3) if reason]
    return {
        "name": printable(name),
        "count": len(who),
        "percent": 100 * len(who) / count,
        "who": _names(who),
        "why": same,
    }


def _findings(found: dict[str, list[_Found]]) -> list[dict[str, Any]]:
    """Return the findings that most students have: who made the same mistake, on which line, and one message."""
    commonest = sorted(found.items(), key=lambda item: -len({one.student for one, _, _ in item[1]}))[:_MOST_FINDINGS]
    return [_finding(kind, who) for kind, who in commonest]


def _finding(kind: str, who: list[_Found]) -> dict[str, Any]:
    places = dict.fromkeys((one, line) for one, line, _ in who)
    shown = [{"name": printable(one.student), "href": _href(one), "line": line} for one, line in places]
    return {
        "kind": kind, "count": len({one.student for one, _, _ in who}), "message": printable(who[0][2]),
        "who": shown[:_MOST_NAMES], "more": max(0, len(shown) - _MOST_NAMES),
    }  # fmt: skip


def _names(who: list[Standing]) -> dict[str, Any]:
    shown = [{"name": printable(one.student), "href": _href(one)} for one in who[:_MOST_NAMES]]
    return {"shown": shown, "more": max(0, len(who) - _MOST_NAMES), "count": len(who)}


def _needing(found: list[Standing], exercises: list[str]) -> list[dict[str, Any]]:
    """Return the students with the fewest points."""
    shares = [(share, one) for one in found if (share := _share(one, exercises)) is not None and share < _NEEDS_HELP]
    shares.sort(key=lambda item: (item[0], item[1].student))
    return [
        {"name": printable(one.student), "href": _href(one), "percent": f"{100 * share:.0f} %"}
        for share, one in shares[:_MOST_NEEDING]
    ]


def _student(one: Standing, exercises: list[str]) -> dict[str, Any]:
    works = [one.works.get(slug) for slug in exercises]
    statuses = list(dict.fromkeys(status for work in works if work for status in work.statuses))
    share = _share(one, exercises)
    notes = [printable(text) for work in works if work for text in work.remarks]
    return {
        "name": printable(one.student), "href": _href(one), "statuses": statuses,
        "cells": [_cell(work) for work in works] if len(exercises) > 1 else [],
        "points": "" if share is None else number(sum(work.points or 0 for work in works if work)),
        "maximum": number(sum(work.row.max_score for work in works if work)),
        "share": -1 if share is None else round(share, 4), "notes": notes[:3],
    }  # fmt: skip


def _cell(work: Counted | None) -> dict[str, Any]:
    if work is None or work.points is None:
        return {"text": "?" if work else "", "share": -1}
    return {"text": number(work.points), "share": round(work.points / (work.row.max_score or 1), 3)}


def _href(one: Standing) -> str:
    return f"feedback/{quote(one.folder, errors='surrogatepass')}.html"
