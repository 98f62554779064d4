"""Has workers that take pages from a queue."""

import asyncio

SITE: dict[str, tuple[float, list[str]]] = {
    "home": (1, ["blog", "news", "about"]),
    "blog": (1, ["home", "slow"]),
    "news": (2, ["lost"]),
    "about": (1, ["home"]),
    "slow": (60, []),
}


async def fetch(page: str) -> list[str]:
    """Fetch a page, slowly.  This function stays as it is."""
    if page not in SITE:
        raise LookupError(page)
    seconds, links = SITE[page]
    await asyncio.sleep(seconds)
    return links


async def crawl(start: str, limit: int = 2, patience: float = 3) -> dict[str, list[str] | None]:
    found: dict[str, list[str] | None] = {start: None}
    queue: asyncio.Queue[str] = asyncio.Queue()
    queue.put_nowait(start)

    async def work() -> None:
        while True:
            page = await queue.get()
            try:
                async with asyncio.timeout(patience):
                    found[page] = await fetch(page)
            except (LookupError, TimeoutError):
                pass
            for link in found[page] or []:
                if link not in found:
                    found[link] = None
                    queue.put_nowait(link)
            queue.task_done()

    workers = [asyncio.create_task(work()) for _ in range(limit)]
    await queue.join()
    for worker in workers:
        worker.cancel()
    await asyncio.gather(*workers, return_exceptions=True)
    return found


async def main() -> None:
    for page, links in sorted((await crawl("home")).items()):
        print(f"{page}: {'broken' if links is None else len(links)}")


if __name__ == "__main__":
    asyncio.run(main())
