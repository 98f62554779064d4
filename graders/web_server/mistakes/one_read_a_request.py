"""What one read() gives is taken for one whole request, of which a part may have come.

loses: test_connection_is_kept
"""

"""Web server: read README.md, then replace each TODO."""

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
        data = await reader.read(1024)
        if not data:
            break
        request = data.decode().split("\r\n")
        words = request[0].split()

        close = False
        for line in request[1:]:
            name, _, value = line.partition(":")
            if name.strip().lower() == "connection" and value.strip().lower() == "close":
                close = True

        if len(words) != 3:
            status, body = "400 Bad Request", "what?"
            close = True
        else:
            status, body = await answer(words[0], words[1])

        content = body.encode()
        head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {len(content)}\r\n\r\n"
        writer.write(head.encode() + content)
        await writer.drain()
        if close:
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
    answers = await asyncio.gather(get(port, "/hello/Ann"), get(port, "/missing"))
    for a in answers:
        print(a)
    server.close()
    await server.wait_closed()
    print("closed")


if __name__ == "__main__":
    asyncio.run(main())
