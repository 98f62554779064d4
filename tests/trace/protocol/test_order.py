from __future__ import annotations

import json
import os
import socket
from dataclasses import replace

import pytest

from pytest_asyncgrade.trace.protocol.limits import Limits
from pytest_asyncgrade.trace.protocol.order import Access, Call, Delays, RunOrder, receive_line
from pytest_asyncgrade.trace.protocol.schema import SchemaError

ORDER = RunOrder(
    key=b"\0\xff",
    folder="/run/x",
    kind="call",
    script="a/program.py",
    files={"a/program.py": b"print(1)\n", "data.bin": bytes(range(256))},
    argv=("-v", "\udcff"),
    stdin=b"in\n",
    scenarios=b"",
    limits=Limits(wall_seconds=2.5),
    access=Access(("/usr",), ("/dev",)),
    syscalls="harmless",
    user=61_200,
    varies=True,
    seed=7,
    locate_signal=None,
    wall_ns=5,
)


@pytest.mark.parametrize(
    "order",
    [ORDER, replace(ORDER, access=None, user=None, varies=False, seed=None, locate_signal=64, kind="run", files={})],
)
def test_an_order_comes_over_the_wall_as_it_was(order: RunOrder) -> None:
    assert RunOrder.load(order.dump()) == order


def test_what_varies_comes_over_the_wall_as_it_was() -> None:
    call = Call("f", ["list", ["int", "0x1"]], ["dict"])
    assert Call.load(call.dump()) == call
    delays = Delays({2.0: 2.5, 1: 1})
    assert Delays.load(delays.dump()) == delays


def test_a_line_is_waited_for_until_it_is_whole_or_the_sender_hangs_up() -> None:
    reader, writer = os.pipe()
    line = b"x" * 50_000 + b"\n"
    os.write(writer, line)
    assert receive_line(reader) == line
    os.write(writer, b"half")
    os.close(writer)
    with pytest.raises(EOFError):
        receive_line(reader)
    os.close(reader)


@pytest.mark.parametrize("value", ["watch", 3, None, ["run"]])
def test_what_is_no_order_is_an_error(value: object) -> None:
    order = json.loads(ORDER.dump())
    order[2] = value
    with pytest.raises(SchemaError, match=r"^kind "):
        RunOrder.load(json.dumps(order).encode())


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="Linux only")
def test_the_fork_server_and_its_parent_understand_each_other() -> None:
    from pytest_asyncgrade.trace.protocol.fork_link import Ended, Request, Started

    ours, theirs = socket.socketpair()
    with ours, theirs:
        Started(41, os.pidfd_open(os.getpid())).send(theirs)
        started = Started.receive(ours)
        os.close(started.pidfd)
        assert started.pid == 41
        reader, writer = os.pipe()
        asked, answer = os.pipe()
        Request(ORDER, writer, asked).send(ours)
        request = Request.receive(theirs)
        assert request is not None
        assert request.order == ORDER
        os.write(request.records, b"x")
        assert os.read(reader, 1) == b"x"
        os.write(answer, b"y")
        assert os.read(request.answers, 1) == b"y"
        request.close()
        for fd in (reader, writer, asked, answer):
            os.close(fd)
        Ended(-9).send(theirs)
        assert Ended.receive(ours) == Ended(-9)
        ours.shutdown(socket.SHUT_WR)
        assert Request.receive(theirs) is None
        theirs.shutdown(socket.SHUT_WR)
        with pytest.raises(OSError, match=r"^the process that starts the program has ended$"):
            Started.receive(ours)
