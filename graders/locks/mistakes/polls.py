"""Has a flag instead of a lock, and looks now and then whether it is free.

loses: test_one_at_a_time
"""

import asyncio


class Account:
    def __init__(self, name: str) -> None:
        self.name = name
        self.balance = 0
        self.busy = False

    async def deposit(self, amount: int) -> None:
        while self.busy:
            await asyncio.sleep(0.5)
        self.busy = True
        try:
            balance = self.balance
            await asyncio.sleep(1)
            self.balance = balance + amount
            print(f"{self.name}: {self.balance}")
        finally:
            self.busy = False


async def main() -> None:
    ann = Account("Ann")
    bob = Account("Bob")
    await asyncio.gather(ann.deposit(10), ann.deposit(20), ann.deposit(30), bob.deposit(5))
    print(ann.balance, bob.balance)


if __name__ == "__main__":
    asyncio.run(main())
