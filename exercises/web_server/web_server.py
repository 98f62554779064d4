"""Web server: read README.md, then replace each TODO."""

import asyncio


async def answer(method, path):
    # TODO: return status and body
    return "500 Internal Server Error", ""


async def handle(reader, writer):
    # TODO: read a request, send the answer, and so on; then close
    writer.close()


async def get(port, path):
    """Ask as a browser does.  This function stays as it is."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
    writer.close()
    return f"{head.splitlines()[0] if head else 'nothing'}: {body}"


async def main():
    # TODO: start the server, get /hello/Ann and /missing at the same time, print both, close the server
    pass


if __name__ == "__main__":
    asyncio.run(main())
