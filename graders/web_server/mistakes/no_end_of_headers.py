"""Waits for the empty line, also when the client has closed, and spins for ever.

loses: test_connection_close
"""

import asyncio


async def answer(method: str, path: str) -> tuple[str, str]:
    if method != "GET":
        return "405 Method Not Allowed", "only GET"
    if path == "/":
        return "200 OK", "welcome"
    if path.startswith("/hello/"):
        await asyncio.sleep(1)
        return "200 OK", f"hello {path.removeprefix('/hello/')}"
    return "404 Not Found", "nothing here"


async def read_headers(reader: asyncio.StreamReader) -> dict[str, str]:
    headers = {}
    while (line := (await reader.readline()).decode()) != "\r\n":
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return headers


async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    close = False
    while not close and (line := await reader.readline()):
        words = line.decode().split()
        headers = await read_headers(reader)
        if len(words) == 3:
            status, body = await answer(words[0], words[1])
        else:
            status, body = "400 Bad Request", "what?"
        close = len(words) != 3 or headers.get("connection", "").lower() == "close"
        data = body.encode()
        head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {len(data)}\r\n\r\n"
        writer.write(head.encode() + data)
        await writer.drain()
    writer.close()
    await writer.wait_closed()


async def get(port: int, path: str) -> str:
    """Ask as a browser does.  This function stays as it is."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
    writer.close()
    return f"{head.splitlines()[0] if head else 'nothing'}: {body}"


async def main() -> None:
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    for line in await asyncio.gather(get(port, "/hello/Ann"), get(port, "/missing")):
        print(line)
    server.close()
    await server.wait_closed()
    print("closed")


if __name__ == "__main__":
    asyncio.run(main())
