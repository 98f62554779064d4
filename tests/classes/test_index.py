"""What is kept is kept whole, also on a full disk."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade.classes.index import Index

from .test_policy import ROW

if TYPE_CHECKING:
    from pathlib import Path


def test_a_row_is_read_as_it_was_written(tmp_path: Path) -> None:
    index = Index(tmp_path / "results.sqlite")
    row = replace(
        ROW, lost=(("It naps.", 2.0, "why", "visible"),), findings=(("deadlock", "stuck", None),), notes=("x",)
    )
    index.put_all([(row, "{}"), (replace(row, student="ben", submitted=None), None)])
    assert list(index.rows()) == [row, replace(row, student="ben", submitted=None)]
    assert index.works("ada") == {(1, "naps"): "{}"}
    assert index.works("ben") == {}
    index.close()


def test_what_does_not_fit_is_not_kept_in_part(tmp_path: Path) -> None:
    index = Index(tmp_path / "results.sqlite")
    index.put_all([(ROW, "{}")])
    (pages,) = index._database.execute("PRAGMA page_count").fetchone()  # as if the disk were full
    index._database.execute(f"PRAGMA max_page_count={pages}")  # as above
    rows = [(replace(ROW, student=f"s{number}", reason="x" * 1000), None) for number in range(20)]
    with pytest.raises(sqlite3.OperationalError, match="full"):
        index.put_all(rows)
    assert [row.student for row in index.rows()] == ["ada"]
    index.close()
    again = Index(tmp_path / "results.sqlite")
    again.put_all(rows)
    assert len(list(again.rows())) == 21
    again.close()
