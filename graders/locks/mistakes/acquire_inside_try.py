"""Acquires inside of `try`: who is cancelled while it waits releases a lock that is another's.

loses: test_lock_is_given_back
"""

import asyncio


class Account:
    def __init__(self, name: str) -> None:
        self.name = name
        self.balance = 0
        self.lock = asyncio.Lock()

    async def deposit(self, amount: int) -> None:
        try:
            await self.lock.acquire()
            balance = self.balance
            await asyncio.sleep(1)
            self.balance = balance + amount
            print(f"{self.name}: {self.balance}")
        finally:
            self.lock.release()


async def main() -> None:
    ann = Account("Ann")
    bob = Account("Bob")
    await asyncio.gather(ann.deposit(10), ann.deposit(20), ann.deposit(30), bob.deposit(5))
    print(ann.balance, bob.balance)


if __name__ == "__main__":
    asyncio.run(main())
