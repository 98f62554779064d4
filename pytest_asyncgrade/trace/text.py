"""Student text is data: characters that a terminal, a log or a reader could interpret are escaped."""

from __future__ import annotations

import textwrap
import unicodedata


def printable(text: str) -> str:
    r"""Return `text` with control, format, surrogate and private characters escaped.

    >>> printable("red: \x1b[31m, bell: \a, tab:\t.")
    'red: \\x1b[31m, bell: \\x07, tab:   .'
    """
    if text.isprintable():
        return text
    return "".join(_shown(character) for character in text.expandtabs(4))


def display_width(text: str) -> int:
    """Return how many columns of a terminal a printable text takes: two for a wide character, none for an accent.

    >>> display_width("ab"), display_width("日本"), display_width("e\u0301")
    (2, 4, 1)
    """
    if text.isascii():
        return len(text)
    from wcwidth import width  # for text that needs it: importing it takes longer than a report

    return width(text, control_codes="ignore")


def padded(text: str, width: int) -> str:
    """Return a text, padded with blanks to a width in columns."""
    return text + " " * (width - display_width(text))


def truncated(text: str, width: int) -> str:
    """Return a text, or as much of its beginning as fits into a width in columns, with three dots.

    >>> truncated("Task-12345", 8), truncated("日本語", 5)
    ('Task-...', '日...')
    """
    if display_width(text) <= width:
        return text
    if text.isascii():
        return f"{text[: width - 3]}..."
    from wcwidth import clip

    return f"{clip(text, 0, width - 3, fillchar='')}..."


def wrapped(text: str, width: int) -> list[str]:
    """Return the lines of a printable text, broken at blanks to fit into a width in columns.

    >>> wrapped("one, two", 5), wrapped("日本 語", 4)
    (['one,', 'two'], ['日本', '語'])
    """
    if text.isascii():
        return textwrap.wrap(text, width, break_on_hyphens=False)
    from wcwidth import wrap

    return wrap(text, width, break_on_hyphens=False)


def folded(text: str, width: int) -> list[str]:
    """Return a printable text in pieces that fit into a width in columns; together they are the text.

    >>> folded("日本語", 4), folded("one, two", 5)
    (['日本', '語'], ['one, ', 'two'])
    """
    if text.isascii():
        return textwrap.wrap(text, width, drop_whitespace=False)
    from wcwidth import wrap

    return wrap(text, width, drop_whitespace=False)


def short(name: str) -> str:
    """Return the qualified name of a function without the functions around it.

    >>> short("main.<locals>.Shop.sell")
    'Shop.sell'
    """
    return name.rpartition("<locals>.")[2]


def source_lines(program: bytes) -> tuple[str, ...]:
    r"""Return the lines of a program as Python counts them: a form feed or U+2028 ends none.

    >>> source_lines(b"x = 'a\x0cb'\r\ny = 1\n")
    ("x = 'a\x0cb'", 'y = 1')
    """
    from importlib.util import decode_source

    try:
        text = decode_source(program)
    except (SyntaxError, UnicodeDecodeError):
        text = program.decode("utf-8", "replace")
    return text_lines(text)


def text_lines(text: str) -> tuple[str, ...]:
    """Return the lines of a program's text as Python counts them."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return tuple(text.removesuffix("\n").split("\n")) if text else ()


def _shown(character: str) -> str:
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
        return character.encode("unicode_escape").decode("ascii")
    return character
