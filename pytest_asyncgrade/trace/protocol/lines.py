"""Lines of records on the pipe: JSON in ASCII, each line an array of records, signed.

The child only reports; whatever is not exactly a line of records is an error, and a run with one has not finished.
"""

import json
from _blake2 import blake2b
from collections.abc import Iterator
from itertools import count
from typing import Any

from .records import Ended, Record, RecordError, Row, decode

MAX_LINE_BYTES = 1_000_000
"""Longest line of records in bytes."""
MAX_TEXT = 50_000
"""Longest text in a record other than the last, in characters: what the child cuts is far shorter."""
_SIGNATURE = 16
"""Length of a signature, in hexadecimal digits."""
_LONGEST_QUOTE = 40
"""Longest part of a line in an error message, in bytes."""

_encoder: Any = json.encoder  # bound now: a program that replaces something in `json` changes nothing here
_encode = _encoder.c_make_encoder(None, None, _encoder.encode_basestring_ascii, None, ":", ",", *(False, False, False))


def dump(*rows: Row) -> bytes:
    """Return rows as a line of bytes."""
    return "".join(_encode(rows, 0)).encode() + b"\n"


def load(line: bytes) -> Iterator[Record]:
    """Yield the records of a line; RecordError if it has none, or when it comes to one that is none."""
    if len(line) > MAX_LINE_BYTES:
        msg = f"a line of {len(line)} bytes, more than {MAX_LINE_BYTES}"
        raise RecordError(msg)
    try:
        rows = json.loads(line)
    except (ValueError, RecursionError) as error:
        msg = f"not JSON: {line[:_LONGEST_QUOTE]!r}"
        raise RecordError(msg) from error
    if type(rows) is not list or not rows or not all(map(_is_row, rows)):
        msg = f"not records: {line[:_LONGEST_QUOTE]!r}"
        raise RecordError(msg)
    if len(line) > MAX_TEXT and (longest := max(map(_longest_text, rows))) > MAX_TEXT:
        msg = f"a text of {longest} characters, more than {MAX_TEXT}"
        raise RecordError(msg)
    yield from map(decode, rows)


def _longest_text(value: object) -> int:
    """Return the length of the longest text in a value; a result, in the last record, has a limit of its own."""
    if type(value) is list:
        return 0 if value[:1] == [Ended.tag] else max(map(_longest_text, value), default=0)
    return len(value) if type(value) is str else 0


def _is_row(value: object) -> bool:
    return type(value) is list and bool(value) and type(value[0]) is str


class Seal:
    """Signs each line of records, and their order, with a key that only the two ends of a pipe know."""

    def __init__(self, key: bytes) -> None:
        begin, numbers = blake2b(key=key, digest_size=_SIGNATURE // 2).copy, count()

        def signature(line: bytes) -> bytes:
            sign = begin()
            sign.update(b"%d%s" % (next(numbers), line))
            return sign.hexdigest().encode()

        self._signature = signature

    def sign(self, line: bytes) -> bytes:
        """Return a line with its signature before the records."""
        return b'["%s",%s' % (self._signature(line), line[1:])

    def open(self, line: bytes) -> bytes:
        """Return a line without its signature; RecordError if that is not right."""
        rows = b"[" + line[_SIGNATURE + 4 :]
        if line[: _SIGNATURE + 4] != b'["%s",' % self._signature(rows):
            msg = f"not written by its recorder: {line[:_LONGEST_QUOTE]!r}"
            raise RecordError(msg)
        return rows
