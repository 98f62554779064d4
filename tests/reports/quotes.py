"""Lines as a failure quotes them."""

from __future__ import annotations

from pytest_asyncgrade.trace import QuotedLine


def quoted(*texts: str) -> tuple[QuotedLine, ...]:
    """Return lines without moments."""
    return tuple(map(QuotedLine, texts))
