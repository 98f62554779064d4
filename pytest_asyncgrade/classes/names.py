"""Names of files that are safe on every system, made of the names of students."""

from __future__ import annotations

import re
import unicodedata
from hashlib import sha256

from pytest_asyncgrade.trace.text import printable

_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""Names that Windows keeps for devices."""
_LONGEST_BYTES = 120
"""Longest name, in bytes of UTF-8: with what is added it stays below the 255 that file systems take."""


def told(name: str) -> str:
    """Return a name that can be shown and stored: bytes that were not UTF-8 and control characters are escaped."""
    return printable(name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")).strip() or "nobody"


def safe(name: str) -> str:
    """Return a name for files and folders, the same for the same name; one that had to be changed ends with a digest.

    >>> safe("Ada Lovelace"), safe("a/b")
    ('Ada Lovelace', 'a-b~c14cddc0')
    """
    usable = _UNSAFE.sub("-", unicodedata.normalize("NFC", name)).rstrip(" .").lstrip(" ._")
    while len(usable.encode()) > _LONGEST_BYTES:
        usable = usable[:-1]
    if usable == name and not _RESERVED.fullmatch(name):
        return name
    return with_digest(usable, name)


def with_digest(usable: str, name: str) -> str:
    """Return a usable name that no other student's can be equal to."""
    digest = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{usable or 'student'}~{digest}"
