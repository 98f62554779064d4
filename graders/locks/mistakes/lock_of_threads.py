"""Takes a lock for threads, on which the whole event loop waits.

loses: test_no_deposit_is_lost, test_one_at_a_time, test_accounts_do_not_wait_for_each_other, test_lock_is_given_back, test_whole_program
"""

import asyncio
import threading


class Account:
    def __init__(self, name: str) -> None:
        self.name = name
        self.balance = 0
        self.lock = threading.Lock()

    async def deposit(self, amount: int) -> None:
        with self.lock:
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
