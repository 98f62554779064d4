"""Gives back by hand what `async with` gives back.

loses: test_never_more_than_the_limit, test_as_many_as_may_be, test_whole_program
"""

import asyncio


async def fetch(number, seconds, semaphore):
    async with semaphore:
        print(f"{number} begins")
        await asyncio.sleep(seconds)
        print(f"{number} ends")
        semaphore.release()
    return 10 * number


async def fetch_all(delays, limit):
    places = asyncio.Semaphore(limit)
    jobs = [fetch(n, delay, places) for n, delay in enumerate(delays, 1)]
    return await asyncio.gather(*jobs)


async def main():
    print(await fetch_all([3, 1, 1, 2, 1], 2))


if __name__ == "__main__":
    asyncio.run(main())
