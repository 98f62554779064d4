"""Records go to the parent signed and in order: lines at once, with all before them, the rest in good company."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade.trace.protocol.lines import Seal
from pytest_asyncgrade.trace.protocol.records import BusyWaitBegan, Located, Printed, encode
from pytest_asyncgrade.worker.channel import Channel

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = bytes(32)
LINE = encode(Printed(0, "stdout", "hi", None, None))
BUSY = encode(BusyWaitBegan(0, None, None))


class Pipe:
    """Both ends of a pipe, the reading one with a seal."""

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe()
        self._open = Seal(KEY).open

    def received(self) -> list[str]:
        """Return the lines that have come, without their signatures."""
        os.set_blocking(self.reader, False)
        try:
            data = os.read(self.reader, 1 << 20)
        except BlockingIOError:
            return []
        return [self._open(line).decode().strip() for line in data.splitlines(keepends=True)]


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    one = Pipe()
    yield one
    os.close(one.reader)
    os.close(one.writer)


def test_a_line_goes_out_at_once_with_all_before_it(pipe: Pipe) -> None:
    channel = Channel(pipe.writer, KEY)
    channel.write(BUSY)
    assert pipe.received() == []
    channel.write(LINE)
    assert pipe.received() == ['[["busy",0,null,null],["line",0,"stdout","hi",null,null]]']


def test_records_do_not_wait_for_ever(pipe: Pipe) -> None:
    channel = Channel(pipe.writer, KEY)
    for _ in range(250):
        channel.write(BUSY)
    assert [line.count("busy") for line in pipe.received()] == [100, 100]
    channel.flush()
    assert [line.count("busy") for line in pipe.received()] == [50]
    channel.flush()
    assert pipe.received() == []


def test_what_a_signal_handler_prints_while_records_are_sent_is_sent_afterwards(pipe: Pipe) -> None:
    channel = Channel(pipe.writer, KEY)
    interrupting = [LINE]

    def interrupted_write(fd: int, data: memoryview) -> int:
        while interrupting:
            channel.write(interrupting.pop())
        return os.write(fd, data)

    channel._os_write = interrupted_write  # type: ignore[assignment]  # as if a signal came just then
    channel.write(LINE)
    assert pipe.received() == ['[["line",0,"stdout","hi",null,null]]'] * 2


def test_a_handler_that_cannot_wait_leaves_its_record_for_later(pipe: Pipe) -> None:
    channel = Channel(pipe.writer, KEY)
    with channel._lock:  # another thread is sending
        channel.write_from_handler(encode(Located(None)))
        assert pipe.received() == []
    channel.flush()
    assert pipe.received() == ['[["stuck",null]]']


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_child_of_the_program_sends_nothing(pipe: Pipe) -> None:
    channel = Channel(pipe.writer, KEY)
    channel._pid += 1  # as a forked child sees it
    channel.write(LINE)
    assert pipe.received() == []
    assert channel._rows == []
