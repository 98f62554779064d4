"""Awaits writer.write(), which is no coroutine.

loses: test_answers_each_line, test_whole_program
"""

import asyncio


async def handle(reader, writer):
    while True:
        line = await reader.readline()
        if not line:
            break
        await asyncio.sleep(1)
        await writer.write(line.upper())
    writer.close()
    await writer.wait_closed()


async def ask(port, words):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answers = []
    for word in words:
        writer.write((word + "\n").encode())
        await writer.drain()
        line = await reader.readline()
        answers.append(line.decode().strip())
    writer.close()
    await writer.wait_closed()
    return answers


async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    first, second = await asyncio.gather(ask(port, ["hello", "world"]), ask(port, ["good", "bye", "now"]))
    print(first)
    print(second)
    server.close()
    await server.wait_closed()
    print("closed")


if __name__ == "__main__":
    asyncio.run(main())
