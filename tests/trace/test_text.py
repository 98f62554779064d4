"""Text is measured and parted as a terminal shows it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncgrade.trace.text import display_width, folded, padded, printable, truncated, wrapped


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("abc", 3),
        ("日本", 4),
        ("e\u0301", 1),
        ("\u2764\ufe0f", 2),  # a heart, shown as an emoji
        ("\U0001f44d\U0001f3fd", 2),  # a thumb and the colour of its skin
        ("\U0001f1e9\U0001f1ea", 2),  # a flag, made of two letters
    ],
)
def test_a_character_is_as_wide_as_a_terminal_shows_it(text: str, width: int) -> None:
    assert display_width(text) == width
    assert display_width(padded(text, 8)) == 8


@given(st.lists(st.sampled_from(["a", "é", "日", "\U0001f44d\U0001f3fd", "e\u0301", " ", "-"])), st.integers(5, 20))
def test_nothing_is_wider_than_its_room(characters: list[str], width: int) -> None:
    text = printable("".join(characters))
    assert display_width(truncated(text, width)) <= width
    for lines in (folded(text, width), wrapped(text, width)):
        assert [line for line in lines if display_width(line) > width] == []
    assert "".join(folded(text, width)) == text


def test_lines_are_broken_at_blanks_whatever_they_are_made_of() -> None:
    assert wrapped("one well-known two", 12) == ["one", "well-known", "two"]
    assert wrapped("日本 語 日本語", 6) == ["日本", "語", "日本語"]
    assert wrapped("", 6) == []
