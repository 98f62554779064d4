"""What the grader lets the student's functions meet."""

import asyncio
from typing import Any


async def many_deposits(student: Any, amounts: list[int]) -> int:
    """deposits at the same time on one account, of {amounts}."""
    account = student.Account("Zoe")
    await asyncio.gather(*(account.deposit(amount) for amount in amounts))
    balance: int = account.balance
    return balance


async def deposits_at(student: Any, moments: list[float]) -> None:
    """deposits of 1 on one account, begun at {moments} s."""
    account = student.Account("Zoe")

    async def deposit(moment: float) -> None:
        await asyncio.sleep(moment)
        await account.deposit(1)

    await asyncio.gather(*map(deposit, moments))


async def more_accounts(student: Any) -> list[int]:
    """two deposits of 1 on each of three accounts (Zoe, Max, Zoe), all at the same time."""
    accounts = [student.Account(name) for name in ("Zoe", "Max", "Zoe")]
    await asyncio.gather(*(account.deposit(1) for account in accounts for _ in range(2)))
    return [account.balance for account in accounts]


async def cancelled_deposit(student: Any) -> int:
    """a deposit of 100 is cancelled after 0.5 s, and a deposit of 7 on that account follows.

    The first is cancelled while it waits for the bank; the next must not wait for ever.
    """
    account = student.Account("Zoe")
    first = asyncio.create_task(account.deposit(100))
    await asyncio.sleep(0.5)
    first.cancel()
    await asyncio.wait([first])
    await account.deposit(7)
    balance: int = account.balance
    return balance


async def cancelled_in_turn(student: Any) -> int:
    """deposits of 1, 100 and 7 at the same time; that of 100 is cancelled while it waits.

    It waits for another deposit; the third must not begin before its turn.
    """
    account = student.Account("Zoe")
    first, second, third = (asyncio.create_task(account.deposit(amount)) for amount in (1, 100, 7))
    await asyncio.sleep(0.5)
    second.cancel()
    await asyncio.wait([second])
    await asyncio.gather(first, third)
    balance: int = account.balance
    return balance
