"""Student text is data: what a terminal, a log or a reader could take for more than characters is shown escaped."""

from __future__ import annotations

import unicodedata


def printable(text: str) -> str:
    r"""Return `text` with control, format, surrogate and private characters escaped.

    >>> printable("red: \x1b[31m, bell: \a, tab:\t.")
    'red: \\x1b[31m, bell: \\x07, tab:    .'
    """
    if text.isprintable():
        return text
    return "".join(_shown(character) for character in text.expandtabs(4))


def short(name: str) -> str:
    """Return the qualified name of a function without what it is nested in.

    >>> short("main.<locals>.Shop.sell")
    'Shop.sell'
    """
    return name.rpartition("<locals>.")[2]


def _shown(character: str) -> str:
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
        return character.encode("unicode_escape").decode("ascii")
    return character
