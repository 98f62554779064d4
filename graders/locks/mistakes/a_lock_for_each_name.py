"""Keeps the locks by name, so two accounts of the same name share one.

loses: test_accounts_do_not_wait_for_each_other
"""

import asyncio


LOCKS: dict[str, asyncio.Lock] = {}


class Account:
    def __init__(self, name: str) -> None:
        self.name = name
        self.balance = 0
        self.lock = LOCKS.setdefault(name, asyncio.Lock())

    async def deposit(self, amount: int) -> None:
        async with self.lock:
            balance = self.balance
            await asyncio.sleep(1)
            self.balance = balance + amount
            print(f"{self.name}: {self.balance}")


async def main() -> None:
    ann = Account("Ann")
    bob = Account("Bob")
    await asyncio.gather(ann.deposit(10), ann.deposit(20), ann.deposit(30), bob.deposit(5))
    print(ann.balance, bob.balance)


if __name__ == "__main__":
    asyncio.run(main())
