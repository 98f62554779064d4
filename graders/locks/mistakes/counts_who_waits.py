"""Sleeps a second for each deposit that is under way, also for one that is nearly done.

loses: test_one_at_a_time, test_lock_is_given_back
"""

import asyncio


class Account:
    def __init__(self, name: str) -> None:
        self.name = name
        self.balance = 0
        self.under_way = 0

    async def deposit(self, amount: int) -> None:
        self.under_way += 1
        await asyncio.sleep(self.under_way)
        self.under_way -= 1
        self.balance += amount
        print(f"{self.name}: {self.balance}")


async def main() -> None:
    ann = Account("Ann")
    bob = Account("Bob")
    await asyncio.gather(ann.deposit(10), ann.deposit(20), ann.deposit(30), bob.deposit(5))
    print(ann.balance, bob.balance)


if __name__ == "__main__":
    asyncio.run(main())
