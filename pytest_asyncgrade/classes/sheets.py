"""Tables of comma-separated values, as spreadsheets read and write them."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from pytest_asyncgrade.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a table by its headings, without blanks around; UsageError if it cannot be read."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeError, csv.Error) as error:
        msg = f"{path}: it is no table that can be read ({error})"
        raise UsageError(msg) from None
    return [{name: (value or "").strip() for name, value in row.items() if isinstance(name, str)} for row in rows]


def as_sheet(rows: Iterable[list[str]]) -> str:
    """Return a table as text, every cell quoted."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    return file.getvalue()
