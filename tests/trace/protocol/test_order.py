from __future__ import annotations

import json
import os
import socket
from dataclasses import replace

import pytest

from pytest_asyncgrade.trace.protocol.limits import Limits
from pytest_asyncgrade.trace.protocol.order import Access, RunOrder
from pytest_asyncgrade.trace.protocol.schema import SchemaError

ORDER = RunOrder(
    key=b"\0\xff",
    folder="/run/x",
    kind="call",
    script="a/program.py",
    files={"a/program.py": b"print(1)\n", "data.bin": bytes(range(256))},
    argv=("-v", "\udcff"),
    function="f",
    args=["list", ["int", "0x1"]],
    kwargs=["dict"],
    stdin=b"in\n",
    scenarios=b"",
    limits=Limits(wall_seconds=2.5),
    access=Access(("/usr",), ("/dev",)),
    user=61_200,
    varied={2.0: 2.5, 1: 1},
    seed=7,
    locate_signal=None,
    wall_ns=5,
)


@pytest.mark.parametrize(
    "order",
    [ORDER, replace(ORDER, access=None, user=None, varied=None, seed=None, locate_signal=64, kind="run", files={})],
)
def test_an_order_comes_over_the_wall_as_it_was(order: RunOrder) -> None:
    assert RunOrder.load(order.dump()) == order


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
        Request(ORDER, writer).send(ours)
        request = Request.receive(theirs)
        assert request is not None
        assert request.order == ORDER
        os.write(request.records, b"x")
        assert os.read(reader, 1) == b"x"
        for fd in (reader, writer, request.records):
            os.close(fd)
        Ended(-9).send(theirs)
        assert Ended.receive(ours) == Ended(-9)
        ours.shutdown(socket.SHUT_WR)
        assert Request.receive(theirs) is None
        theirs.shutdown(socket.SHUT_WR)
        with pytest.raises(OSError, match=r"^the process that starts the program has ended$"):
            Started.receive(ours)
