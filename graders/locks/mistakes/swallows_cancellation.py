"""Catches everything, so a deposit that is cancelled looks as if it were made.

loses: test_lock_is_given_back
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
            try:
                await asyncio.sleep(1)
                self.balance = balance + amount
                print(f"{self.name}: {self.balance}")
            except BaseException:  # noqa: BLE001
                print(f"{self.name}: failed")


async def main() -> None:
    ann = Account("Ann")
    bob = Account("Bob")
    await asyncio.gather(ann.deposit(10), ann.deposit(20), ann.deposit(30), bob.deposit(5))
    print(ann.balance, bob.balance)


if __name__ == "__main__":
    asyncio.run(main())
