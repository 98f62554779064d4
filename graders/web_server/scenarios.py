"""What the grader lets the student's functions meet: browsers."""

import asyncio
from collections.abc import Coroutine
from typing import Any


async def browse(student: Any, clients: list[list[str]], pause: float = 0) -> list[list[Any]]:
    """handle() serves the test's own browsers, each of which uses one connection.

    Each sends its requests one after the other.  Returns the answers with their moments, and whether the connection is
    open still.  With a `pause`, a request comes in two pieces, so many seconds apart: a network cuts where it likes.
    """
    loop = asyncio.get_running_loop()
    server = await asyncio.start_server(student.handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    begin = loop.time()

    async def client(requests: list[str]) -> list[Any]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        got: list[Any] = []
        for request in requests:
            sent = request.replace("\n", "\r\n").encode()
            if pause:
                writer.write(sent[:7])
                await asyncio.sleep(pause)
                sent = sent[7:]
            writer.write(sent)
            got.append([*await read_answer(reader), loop.time() - begin])
        open_still = await in_time(reader.read(1)) == "(nothing)"
        writer.close()
        return [got, open_still]

    results = await asyncio.gather(*map(client, clients))
    server.close()
    return list(results)


async def read_answer(reader: asyncio.StreamReader) -> list[Any]:
    """Return status line, headers and body of an answer, as far as there is one."""
    head = await in_time(reader.readuntil(b"\r\n\r\n"))
    status, *lines = head.split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines) if name}
    length = headers.get("content-length", "")
    body = await in_time(reader.readexactly(int(length))) if length.isdigit() else ""
    return [status, headers, body]


async def in_time(reading: Coroutine[Any, Any, bytes]) -> str:
    try:
        return (await asyncio.wait_for(reading, 30)).decode(errors="replace")
    except TimeoutError:
        return "(nothing)"
    except asyncio.IncompleteReadError as error:
        return error.partial.decode(errors="replace") or "(closed)"
    except ConnectionError:
        return "(closed)"


async def hang_up(student: Any) -> bool:
    """handle() serves a client that closes its side in the middle of a request.

    Returns whether the server closes, too.
    """
    server = await asyncio.start_server(student.handle, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b"GET / HTTP/1.1\r\nHost: loc")
    writer.write_eof()
    said = await in_time(reader.read())
    writer.close()
    server.close()
    return said != "(nothing)"


async def leave_main(student: Any) -> list[list[Any]]:
    """main() is awaited, to its end.

    Returns what main() asks for, and of each server that it starts whether it is open when main() returns.
    """
    asked: list[str] = []
    servers: list[asyncio.Server] = []
    loop = asyncio.get_running_loop()
    create_server, get = loop.create_server, student.get

    async def note_server(*args: Any, **options: Any) -> asyncio.Server:
        servers.append(await create_server(*args, **options))
        return servers[-1]

    async def note_path(port: int, path: str) -> str:
        asked.append(path)
        return str(await get(port, path))

    loop.create_server = note_server  # type: ignore[method-assign]
    student.get = note_path
    await student.main()
    return [asked, [server.is_serving() for server in servers]]
