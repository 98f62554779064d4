"""Names for the tasks of a run, made of what the student wrote, no two alike."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .model import TaskSpan


def titles(tasks: Iterable[TaskSpan]) -> dict[int, str]:
    """Return a name for each task, by its number; several tasks of one function get its arguments, or a count.

    ``fetch(1)`` and ``fetch(2)``; ``worker 1`` and ``worker 2`` if nothing tells them apart.
    """
    alike: defaultdict[str, list[TaskSpan]] = defaultdict(list)
    for span in tasks:
        alike[span.title].append(span)
    named: dict[int, str] = {}
    for title, spans in alike.items():
        arguments = [span.arguments for span in spans]
        told = len(set(arguments)) == len(spans) and all(arguments)
        for count, span in enumerate(spans, start=1):
            own = f"{title}({span.arguments})" if told else f"{title} {count}"
            named[span.number] = own if len(spans) > 1 else title
    return named
