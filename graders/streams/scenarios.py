"""What the grader lets the student's functions meet."""

import asyncio
from collections.abc import Coroutine
from typing import Any


async def serve_clients(student: Any, clients: list[list[str]]) -> list[list[object]]:
    """handle() serves the test's own clients, who send these words: {clients}.

    Each client notes its answers, and when it got them.
    """
    loop = asyncio.get_running_loop()
    server = await asyncio.start_server(student.handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    begin = loop.time()

    async def client(words: list[str]) -> list[object]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        got: list[object] = []
        for word in words:
            writer.write(f"{word}\n".encode())
            answer = await in_time(reader.readline())
            got += [answer, loop.time() - begin]
        writer.write_eof()
        got.append(await in_time(reader.read()))  # nothing, if the server closes
        writer.close()
        return got

    async def in_time(reading: Coroutine[Any, Any, bytes]) -> str:
        try:
            return (await asyncio.wait_for(reading, 60)).decode()
        except TimeoutError:
            return "(nothing)"
        except ConnectionError:
            return ""

    results = await asyncio.gather(*map(client, clients))
    server.close()
    return list(results)


async def ask_server(student: Any, words: list[str], seconds: float) -> list[object]:
    """ask() is given the words {words}; the test's own server takes {seconds} s to answer each.

    Returns what ask() does, what the server saw, and whether the connection was closed.
    """
    seen: list[str] = []
    closed = asyncio.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            seen.append(line.decode())
            await asyncio.sleep(seconds / 2)
            writer.write(b"<")
            await asyncio.sleep(seconds / 2)  # an answer may come in pieces
            writer.write(line.strip() + b">\n")
        closed.set()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    answers = await student.ask(server.sockets[0].getsockname()[1], words)
    try:
        async with asyncio.timeout(5):
            await closed.wait()
    except TimeoutError:
        return [answers, seen, False]
    finally:
        server.close()
    return [answers, seen, True]


async def send_in_pieces(student: Any, pieces: list[str]) -> list[Any]:
    """handle() serves the test's own client, which sends its lines in pieces, 0.5 s apart.

    A line may come in pieces, and a piece may have several lines.  Returns the answers, and when the first came.
    """
    loop = asyncio.get_running_loop()
    server = await asyncio.start_server(student.handle, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    begin, first = loop.time(), 0.0
    for piece in pieces:
        writer.write(piece.encode())
        await asyncio.sleep(0.5)
    answers: list[str] = []
    try:
        async with asyncio.timeout(60):
            for _ in range("".join(pieces).count("\n")):
                answers.append((await reader.readline()).decode())
                first = first or loop.time() - begin
    except (TimeoutError, ConnectionError):
        pass
    writer.close()
    server.close()
    return [answers, first]


async def leave_main(student: Any) -> list[bool]:
    """main() is awaited, to its end.

    Returns of each server that main() starts whether it is open when main() returns.
    """
    servers: list[asyncio.Server] = []
    loop = asyncio.get_running_loop()
    create_server = loop.create_server

    async def note(*args: Any, **options: Any) -> asyncio.Server:
        servers.append(await create_server(*args, **options))
        return servers[-1]

    loop.create_server = note  # type: ignore[method-assign]
    await student.main()
    return [server.is_serving() for server in servers]
