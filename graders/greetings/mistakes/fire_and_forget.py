"""Creates the tasks and lets main() end at once: what is still waiting then is cancelled.

loses: test_everything_is_awaited, test_alice_then_bob, test_one_second_each
"""

import asyncio


async def greet(name):
    print(f"Hello, {name}")
    await asyncio.sleep(1)
    print(f"Goodbye, {name}")


async def main():
    asyncio.create_task(greet("Alice"))
    asyncio.create_task(greet("Bob"))


asyncio.run(main())
