"""What other systems lack: the fallbacks of macOS and Windows, tried here."""

from __future__ import annotations

import asyncio
import os
import selectors
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from pytest_asyncgrade.virtualtime import VirtualClock, VirtualTimeLoop, virtual_time
from pytest_asyncgrade.virtualtime.outside import peers
from pytest_asyncgrade.virtualtime.outside.peers import Peers, Reach

if TYPE_CHECKING:
    from collections.abc import Callable


async def _converse() -> tuple[bytes, float]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = await reader.readline()
        await asyncio.sleep(5)
        writer.write(line)
        writer.close()

    loop = asyncio.get_running_loop()
    start = loop.time()
    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"hello\n")
        line = await reader.readline()
        writer.close()
    return line, loop.time() - start


def test_a_selector_without_epoll_serves() -> None:
    with asyncio.Runner(loop_factory=lambda: VirtualTimeLoop(selector=selectors.SelectSelector())) as runner:
        line, elapsed = runner.run(_converse())
    assert (line, elapsed) == (b"hello\n", 5)


def _no_descriptors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what tells a socket from a file, as on Windows."""
    fstat = os.fstat

    def only_files(descriptor: int) -> os.stat_result:
        status = fstat(descriptor)
        if (status.st_mode & 0o170000) == 0o140000:
            raise OSError(9, "it is a socket")
        return status

    monkeypatch.setattr(os, "fstat", only_files)
    monkeypatch.setattr(peers, "_DESCRIPTORS", "/nowhere")


def test_without_a_list_of_descriptors_connections_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    _no_descriptors(monkeypatch)
    reach = Peers().reach
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as other:
        assert reach(server.fileno()) is Reach.ANYBODY
        with socket.create_connection(server.getsockname()) as client, server.accept()[0] as accepted:
            assert reach(client.fileno()) is Reach.INSIDE
            assert reach(accepted.fileno()) is Reach.INSIDE
        assert reach(other.fileno()) is Reach.CALLED
        number = other.fileno()
    assert reach(number) is Reach.INSIDE  # it has been closed


def test_without_waitid_a_child_process_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "waitid", raising=False)

    async def main() -> tuple[bytes, bool]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", "import time; time.sleep(0.2); print('child')", stdout=subprocess.PIPE
        )
        ticks = 0
        while process.returncode is None and ticks < 100:
            await asyncio.sleep(0.05)
            ticks += 1
        out, _ = await process.communicate()
        return out.strip(), 1 < ticks < 100

    with virtual_time():
        assert asyncio.run(main()) == (b"child", True)


@pytest.mark.parametrize(
    "start",
    [
        lambda: asyncio.create_subprocess_exec("python", "-c", "pass"),
        lambda: asyncio.create_subprocess_shell("python -c pass"),
    ],
    ids=["exec", "shell"],
)
def test_on_windows_subprocesses_of_asyncio_are_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, start: Callable[[], Any]
) -> None:
    async def main() -> None:
        monkeypatch.setattr(sys, "platform", "win32")
        try:
            await start()
        finally:
            monkeypatch.undo()

    with virtual_time(), pytest.raises(NotImplementedError, match=r"^on Windows asyncio's subprocesses cannot run"):
        asyncio.run(main())


def test_without_alarms_there_is_nothing_to_patch(monkeypatch: pytest.MonkeyPatch) -> None:
    import signal

    for name in ("alarm", "setitimer", "getitimer", "pause"):
        monkeypatch.delattr(signal, name, raising=False)
    with virtual_time(VirtualClock()) as clock:
        asyncio.run(asyncio.sleep(3))
    assert clock.elapsed == 3
    assert not hasattr(signal, "setitimer")
