"""Reads each request with readuntil() and does not expect a client to leave.

loses: test_connection_is_kept
"""

import asyncio


async def answer(method, path):
    if method != "GET":
        return "405 Method Not Allowed", "only GET"
    if path == "/":
        return "200 OK", "welcome"
    if path.startswith("/hello/"):
        await asyncio.sleep(1)
        name = path[len("/hello/"):]
        return "200 OK", f"hello {name}"
    return "404 Not Found", "nothing here"


async def handle(reader, writer):
    while True:
        request = await reader.readuntil(b"\r\n\r\n")
        lines = request.decode().split("\r\n")
        words = lines[0].split()
        keep = True
        for header in lines[1:]:
            key, _, value = header.partition(":")
            if key.lower() == "connection" and value.strip().lower() == "close":
                keep = False
        if len(words) == 3:
            status, body = await answer(words[0], words[1])
        else:
            status, body = "400 Bad Request", "what?"
            keep = False
        data = body.encode()
        writer.write(f"HTTP/1.1 {status}\r\n".encode())
        writer.write(b"Content-Type: text/plain\r\n")
        writer.write(f"Content-Length: {len(data)}\r\n\r\n".encode())
        writer.write(data)
        await writer.drain()
        if not keep:
            break
    writer.close()
    await writer.wait_closed()


async def get(port, path):
    """Ask as a browser does.  This function stays as it is."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
    writer.close()
    return f"{head.splitlines()[0] if head else 'nothing'}: {body}"


async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    pages = await asyncio.gather(get(port, "/hello/Ann"), get(port, "/missing"))
    for page in pages:
        print(page)
    server.close()
    await server.wait_closed()
    print("closed")


if __name__ == "__main__":
    asyncio.run(main())
