"""Takes a place around the gather, too.

loses: test_as_many_as_may_be, test_whole_program
"""

import asyncio


async def fetch(number, seconds, semaphore):
    async with semaphore:
        print(number, "begins")
        await asyncio.sleep(seconds)
        print(number, "ends")
    return number * 10


async def fetch_all(delays, limit):
    sem = asyncio.Semaphore(limit)
    pages = []
    for i, d in enumerate(delays):
        pages.append(fetch(i + 1, d, sem))
    async with sem:
        results = await asyncio.gather(*pages)
    return results


async def main():
    results = await fetch_all([3, 1, 1, 2, 1], 2)
    print(results)


if __name__ == "__main__":
    asyncio.run(main())
