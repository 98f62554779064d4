"""Locks: read README.md, then replace each TODO."""

import asyncio


class Account:
    def __init__(self, name):
        self.name = name
        self.balance = 0
        # TODO: what protects the balance?

    async def deposit(self, amount):
        # TODO: read the balance, wait one second, write the new one, print it; one deposit at a time
        pass


async def main():
    # TODO: deposit 10, 20 and 30 with Ann and 5 with Bob, all at the same time; print both balances
    pass


if __name__ == "__main__":
    asyncio.run(main())
