"""A trace as plain JSON, for another process of our own or a file: its records, and what the parent said of them."""

from dataclasses import dataclass, replace
from typing import Any

from .builder import TraceBuilder, Verdict
from .model import Outcome
from .output import Place
from .protocol.schema import decode, encode
from .trace import Trace


@dataclass(frozen=True, slots=True)
class _Archived:
    asked: str
    source: tuple[str, ...]
    script: str
    outcome: Outcome
    reason: str
    ended_at: Place | None
    records: tuple[str, ...]
    varied: dict[float, float]
    ignored: tuple[str, ...]
    lost_runs: tuple[str, ...]


def archived(trace: Trace) -> object:
    """Return a trace as JSON can hold it."""
    return encode(
        _Archived(
            trace.asked,
            trace.source,
            trace.script,
            trace.outcome,
            trace.reason,
            trace.ended_at,
            tuple(record.decode("ascii") for record in trace.records),
            dict(trace.varied),
            tuple(sorted(trace.ignored)),
            trace.lost_runs,
        )
    )


def restored(data: Any) -> Trace:
    """Return the trace that `archived` was given; RecordError or SchemaError if `data` is not its work."""
    archive: _Archived = decode(_Archived, "trace", data)
    builder = TraceBuilder()
    for record in archive.records:
        builder.feed(record.encode("ascii"))
    verdict = Verdict(archive.outcome, archive.reason, archive.ended_at)
    trace = builder.build(
        asked=archive.asked, source=archive.source, script=archive.script, verdict=verdict, varied=archive.varied
    )
    return replace(trace, ignored=frozenset(archive.ignored), lost_runs=archive.lost_runs)
