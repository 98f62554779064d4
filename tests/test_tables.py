"""Tables of TOML are described once, and what cannot be is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_asyncgrade import tables
from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.tables import Key

if TYPE_CHECKING:
    from pathlib import Path

KEYS = {
    "name": Key(lambda value: type(value) is str, "give a text"),
    "tags": Key(tables.is_texts, "give a list of texts", ()),
}


def test_defaults_stand_for_what_is_not_given() -> None:
    assert tables.read({"name": "naps"}, KEYS, "here") == {"name": "naps", "tags": ()}
    assert tables.read({"tags": ["a"], "name": ""}, KEYS, "here") == {"name": "", "tags": ["a"]}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"names": "x"}, "here: 'names' is not known here; there are name and tags"),
        ({"name": 3}, "here: name = 3: give a text"),
        ({"name": "x", "tags": ["a", 1]}, "here: tags = ['a', 1]: give a list of texts"),
        ({"tags": []}, "here: name is missing"),
    ],
)
def test_what_cannot_be_is_named(given: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        tables.read(given, KEYS, "here")
    assert str(caught.value) == message


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    for content in (b"x = (", b"\xff"):
        path.write_bytes(content)
        with pytest.raises(UsageError, match=rf"^{path}: "):
            tables.load(path)
