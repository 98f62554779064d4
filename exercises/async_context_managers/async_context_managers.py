"""Asynchronous context managers: read README.md, then replace each TODO."""

import asyncio


class Connection:
    def __init__(self, name):
        self.name = name
        self.is_open = False

    # TODO: __aenter__ and __aexit__

    async def send(self, text):
        # TODO: RuntimeError if it is not open; wait one second, print name and text
        pass


async def main():
    # TODO: send "hello" with a connection "db"
    # TODO: send "start" with a connection "log", raise ValueError("oops") inside, catch it outside
    pass


if __name__ == "__main__":
    asyncio.run(main())
