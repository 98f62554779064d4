"""Takes what read() gives for a line: it may be a part of one, or several.

loses: test_answers_each_line, test_client
"""

import asyncio


async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while line := await reader.read(100):
        await asyncio.sleep(1)
        writer.write(line.upper())
        await writer.drain()
    writer.close()
    await writer.wait_closed()


async def ask(port: int, words: list[str]) -> list[str]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answers = []
    for word in words:
        writer.write(f"{word}\n".encode())
        await writer.drain()
        answers.append((await reader.read(100)).decode().strip())
    writer.close()
    await writer.wait_closed()
    return answers


async def main() -> None:
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    for answers in await asyncio.gather(ask(port, ["hello", "world"]), ask(port, ["good", "bye", "now"])):
        print(answers)
    server.close()
    await server.wait_closed()
    print("closed")


if __name__ == "__main__":
    asyncio.run(main())
