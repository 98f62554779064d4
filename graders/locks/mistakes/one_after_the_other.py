"""Awaits each deposit before it makes the next.

loses: test_whole_program
"""

import asyncio


class Account:
    def __init__(self, name: str) -> None:
        self.name = name
        self.balance = 0
        self.lock = asyncio.Lock()

    async def deposit(self, amount: int) -> None:
        async with self.lock:
            balance = self.balance
            await asyncio.sleep(1)
            self.balance = balance + amount
            print(f"{self.name}: {self.balance}")


async def main() -> None:
    ann = Account("Ann")
    bob = Account("Bob")
    await ann.deposit(10)
    await ann.deposit(20)
    await ann.deposit(30)
    await bob.deposit(5)
    print(ann.balance, bob.balance)


if __name__ == "__main__":
    asyncio.run(main())
