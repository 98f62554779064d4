"""Waits with time.sleep, so that all clients wait for each other.

loses: test_answers_each_line, test_clients_do_not_wait_for_each_other, test_whole_program
"""

import asyncio
import time


async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while line := await reader.readline():
        time.sleep(1)
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
        answers.append((await reader.readline()).decode().strip())
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
