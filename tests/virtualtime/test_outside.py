"""Work outside the process flows in real time; connections within it let no real time into the total."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import multiprocessing
import os
import select
import selectors
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade.virtualtime import DeadlockError, VirtualClock, virtual_time
from pytest_asyncgrade.virtualtime.outside.loopback import Loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

_PEER = """
import socket, time
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
connection, _ = server.accept()
connection.recv(9)
time.sleep(0.1)
connection.sendall(b"answer")
"""


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    line = await reader.readline()
    await asyncio.sleep(1)
    writer.write(line)
    await writer.drain()
    writer.close()


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    writer.write(b"hello\n")
    answer = await reader.readline()
    writer.close()
    return answer


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_tcp_server_that_sleeps_1_s_answers_its_clients_at_exactly_1_s(host: str) -> None:
    async def main() -> list[bytes]:
        async with await asyncio.start_server(_echo, host, 0) as server:
            port = server.sockets[0].getsockname()[1]
            return list(await asyncio.gather(*[client(port) for _ in range(5)]))

    async def client(port: int) -> bytes:
        return await _ask(*await asyncio.open_connection(host, port))

    with virtual_time() as clock:
        assert asyncio.run(main()) == [b"hello\n"] * 5
        assert clock.elapsed == 1


def test_no_timeout_fires_while_small_segments_are_on_their_way() -> None:
    rounds, sizes = 200, (510, 37, 24)  # with such the kernel holds a segment back now and then

    async def send(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(rounds):
            await asyncio.sleep(1)
            for size in sizes:
                writer.write(b"x" * size)
        writer.close()

    async def main() -> int:
        async with await asyncio.start_server(send, "127.0.0.1", 0) as server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            late = 0
            for _ in range(rounds):
                start = time.monotonic()
                await reader.readexactly(sum(sizes))
                late += time.monotonic() - start != 1
            writer.close()
            await asyncio.sleep(1)  # the server closes, too
            return late

    with virtual_time():
        assert asyncio.run(main()) == 0


def test_the_two_ends_of_a_connection_are_asked_what_is_under_way() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        connection, _ = server.accept()
        loopback = Loopback()
        with connection:
            looks: list[float] = []

            def poll(seconds: float) -> bool:
                looks.append(seconds)
                return len(looks) == 3

            watched = {client.fileno(): selectors.EVENT_READ}
            assert not loopback.settle(watched, poll)
            assert looks == [0], "nothing has been sent"
            connection.send(b"x")
            client.recv(1)
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, "TCP_CORK", 3), 1)
            connection.send(b"x")
            assert loopback.settle(watched, poll)
            assert looks == [0, 0, 0.001], "what is held back is waited for"


def test_what_arrives_between_a_look_and_the_question_is_not_overlooked() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        connection, _ = server.accept()
        with connection:
            cork = socket.IPPROTO_TCP, getattr(socket, "TCP_CORK", 3)
            connection.setsockopt(*cork, 1)
            connection.send(b"x")

            def poll(seconds: float) -> list[socket.socket]:
                if seconds:
                    connection.setsockopt(*cork, 0)
                    return []
                return select.select([client], [], [], 0)[0]

            assert Loopback().settle({client.fileno(): selectors.EVENT_READ}, poll) == [client]


def test_a_unix_server_that_sleeps_1_s_answers_at_exactly_1_s(tmp_path: Path) -> None:
    async def main() -> bytes:
        async with await asyncio.start_unix_server(_echo, tmp_path / "s"):
            return await _ask(*await asyncio.open_unix_connection(tmp_path / "s"))

    with virtual_time() as clock:
        assert asyncio.run(main()) == b"hello\n"
        assert clock.elapsed == 1


def test_datagrams_within_the_process_take_no_time() -> None:
    received: list[bytes] = []

    class Server(asyncio.DatagramProtocol):
        def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
            self.transport = transport

        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
            asyncio.get_running_loop().call_later(2, self.transport.sendto, data.upper(), addr)

    class Client(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:  # noqa: ARG002  # asyncio's signature
            received.append(data)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        server, _ = await loop.create_datagram_endpoint(Server, ("127.0.0.1", 0))
        address = server.get_extra_info("sockname")
        client, _ = await loop.create_datagram_endpoint(Client, remote_addr=address)
        client.sendto(b"hello")
        await asyncio.sleep(3)
        client.close()
        server.close()

    with virtual_time() as clock:
        asyncio.run(main())
        assert clock.elapsed == 3
    assert received == [b"HELLO"]


def test_a_pipe_within_the_process_takes_no_time() -> None:
    async def main() -> bytes:
        ours, theirs = os.pipe()
        loop, reader = asyncio.get_running_loop(), asyncio.StreamReader()
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(ours, "rb"))
        loop.call_later(2, os.write, theirs, b"line\n")
        line = await reader.readline()
        transport.close()
        os.close(theirs)
        return line

    with virtual_time() as clock:
        assert asyncio.run(main()) == b"line\n"
        assert clock.elapsed == 2


def test_blocking_clients_in_threads_are_answered_at_exactly_1_s() -> None:
    def client(port: int) -> bytes:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"hello\n")
            return connection.recv(100)

    async def main() -> list[bytes]:
        async with await asyncio.start_server(_echo, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            return list(await asyncio.gather(*[asyncio.to_thread(client, port) for _ in range(3)]))

    with virtual_time() as clock:
        assert asyncio.run(main()) == [b"hello\n"] * 3
        assert clock.elapsed == 1


def test_a_blocking_socket_times_out_in_virtual_time() -> None:
    with virtual_time() as clock:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ours.settimeout(30)
            with pytest.raises(TimeoutError, match=r"^timed out$"):
                ours.recv(1)
        assert clock.elapsed == 30


def test_a_blocking_socket_waits_for_another_process_in_real_time() -> None:
    with virtual_time() as clock, subprocess.Popen([sys.executable, "-c", _PEER], stdout=subprocess.PIPE) as peer:
        assert peer.stdout is not None
        with socket.create_connection(("127.0.0.1", int(peer.stdout.readline()))) as connection:
            start = clock.elapsed
            connection.sendall(b"hello")
            assert connection.recv(100) == b"answer"
            assert 0.09 < clock.elapsed - start < 5


def test_a_peer_in_another_process_is_waited_for_in_real_time() -> None:
    async def main(port: int) -> tuple[bytes, float]:
        start = time.monotonic()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"hello")
        answer = await asyncio.wait_for(reader.read(100), 10)
        writer.close()
        return answer, time.monotonic() - start

    with virtual_time(), subprocess.Popen([sys.executable, "-c", _PEER], stdout=subprocess.PIPE) as peer:
        assert peer.stdout is not None
        answer, seconds = asyncio.run(main(int(peer.stdout.readline())))
    assert answer == b"answer"
    assert 0.09 < seconds < 5


def test_a_timeout_does_not_fire_while_a_subprocess_still_works() -> None:
    async def main() -> int:
        process = await asyncio.create_subprocess_exec("sleep", "0.5")
        return await asyncio.wait_for(process.wait(), 10)

    with virtual_time() as clock:
        assert asyncio.run(main()) == 0
        assert 0.3 < clock.elapsed < 5  # real time: it begins to flow when the process has been started


def test_a_timeout_fires_at_its_time_while_a_subprocess_works() -> None:
    async def main() -> None:
        process = await asyncio.create_subprocess_exec("sleep", "9")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), 0.05)
        process.kill()
        await process.wait()

    with virtual_time() as clock:
        start = time.perf_counter()
        asyncio.run(main())
        assert 0.05 <= time.perf_counter() - start < 5
        assert clock.elapsed < 5


def test_subprocess_run_takes_real_time() -> None:
    with virtual_time() as clock:
        subprocess.run(["sleep", "0.3"], check=True)
        assert 0.1 < clock.elapsed < 5  # real time: it begins to flow when the process has been started


def test_time_sleep_beside_a_child_process_flows_in_real_time() -> None:
    with virtual_time() as clock, subprocess.Popen(["sleep", "0.05"]) as child:
        time.sleep(60)
        assert child.poll() == 0
        assert clock.elapsed == 60


def test_a_process_pool_works_in_real_time_and_idles_in_none() -> None:
    async def main() -> list[int]:
        loop = asyncio.get_running_loop()
        with concurrent.futures.ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            results = await asyncio.gather(*[loop.run_in_executor(pool, abs, -number) for number in range(3)])
            await asyncio.sleep(1000)
            return list(results)

    with virtual_time() as clock:
        assert asyncio.run(main()) == [0, 1, 2]
        assert 1000 < clock.elapsed < 1060


def test_a_forked_child_lives_in_real_time() -> None:
    ours, theirs = os.pipe()
    with virtual_time() as clock:
        child = os.fork()
        if not child:
            start = time.monotonic()
            time.sleep(0.02)
            os.write(theirs, b"real" if time.monotonic() - start >= 0.02 and type(start) is float else b"virtual")
            os._exit(0)
        os.waitpid(child, 0)
        assert clock.elapsed < 5
    assert os.read(ours, 10) == b"real"
    os.close(ours)
    os.close(theirs)


def test_a_signal_handler_wakes_the_loop() -> None:
    async def main() -> float:
        loop, came = asyncio.get_running_loop(), asyncio.Event()
        loop.add_signal_handler(signal.SIGUSR1, came.set)
        loop.call_later(5, os.kill, os.getpid(), signal.SIGUSR1)
        await came.wait()
        return loop.time()

    with virtual_time() as clock:
        asyncio.run(main())
        assert clock.elapsed == 5


async def _serve_for_ever() -> None:
    async with await asyncio.start_server(_echo, "127.0.0.1", 0) as server:
        await server.serve_forever()


async def _wait_for_a_signal() -> None:
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, print)
    await asyncio.Event().wait()


async def _wait_for_a_datagram() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        one.setblocking(False)  # noqa: FBT003  # no keyword for it
        await asyncio.get_running_loop().sock_recv(one, 10)


async def _accept_in_a_thread() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        await asyncio.to_thread(server.accept)


@pytest.mark.parametrize("program", [_serve_for_ever, _wait_for_a_signal, _wait_for_a_datagram, _accept_in_a_thread])
def test_where_nobody_can_call_a_program_that_waits_to_be_called_is_deadlocked(
    program: Callable[[], Coroutine[None, None, None]],
) -> None:
    with virtual_time(VirtualClock(closed=True)), pytest.raises(DeadlockError, match=program.__name__):
        asyncio.run(program())


def test_a_server_without_clients_is_told_as_one() -> None:
    message = r"for clients of its server, and nobody can connect$"
    with virtual_time(VirtualClock(closed=True)), pytest.raises(DeadlockError, match=message):
        asyncio.run(_serve_for_ever())


def test_keyboard_interrupt_ends_a_wait() -> None:
    set_real_timer = signal.setitimer

    async def main() -> None:
        set_real_timer(signal.ITIMER_REAL, 0.02)
        await asyncio.Event().wait()

    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        with virtual_time(), pytest.raises(KeyboardInterrupt):
            asyncio.run(main())
    finally:
        signal.signal(signal.SIGALRM, before)


def test_names_are_looked_up_in_the_default_executor() -> None:
    async def main() -> object:
        return (await asyncio.get_running_loop().getaddrinfo("127.0.0.1", 80))[0][4]

    with virtual_time():
        assert asyncio.run(main()) == ("127.0.0.1", 80)


def test_a_server_of_the_library_in_a_thread_lets_no_real_time_in() -> None:
    class Slow(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(10)
            time.sleep(1)
            self.request.sendall(b"hi")

    with virtual_time() as clock, socketserver.ThreadingTCPServer(("127.0.0.1", 0), Slow) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        took = []
        for _ in range(3):
            start = time.monotonic()
            with socket.create_connection(("127.0.0.1", server.server_address[1])) as client:
                client.sendall(b"x")
                assert client.recv(10) == b"hi"
            took.append(time.monotonic() - start)
        assert (took, clock.elapsed) == ([1, 1, 1], 3)
        server.shutdown()
        thread.join()


def test_a_selector_of_the_program_waits_virtually_and_for_real() -> None:
    one, other = socket.socketpair()
    with one, other, selectors.DefaultSelector() as selector, virtual_time() as clock:
        selector.register(one, selectors.EVENT_READ)
        assert selector.select(100) == []
        assert clock.elapsed == 100
        threading.Timer(5, other.send, [b"x"]).start()
        assert [key.fileobj for key, _ in selector.select()] == [one]
        assert clock.elapsed == 105
        one.recv(1)
        assert selector.select(0) == []
        child = subprocess.Popen(
            [sys.executable, "-c", "import time; time.sleep(0.1); print('x', flush=True)"], stdout=subprocess.PIPE
        )
        with child:
            assert child.stdout is not None
            selector.register(child.stdout, selectors.EVENT_READ)
            assert [key.fileobj for key, _ in selector.select(60)] == [child.stdout]
            assert 105 < clock.elapsed < 165
