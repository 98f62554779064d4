"""Streams: read README.md, then replace each TODO."""

import asyncio


async def handle(reader, writer):
    # TODO: answer each line after one second, in capitals, until the client closes; then close
    pass


async def ask(port, words):
    # TODO: connect, send each word and read its answer, close; return the answers
    pass


async def main():
    # TODO: start the server, let two clients ask at the same time, print both lists, close the server
    pass


if __name__ == "__main__":
    asyncio.run(main())
