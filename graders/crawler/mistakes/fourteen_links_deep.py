"""Follows the links for so many steps that the example's site is done.

loses: test_every_page_once
"""

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
    places = asyncio.Semaphore(limit)

    async def visit(page: str, steps: int = 0) -> None:
        try:
            async with places, asyncio.timeout(patience):
                links = found[page] = await fetch(page)
        except (LookupError, TimeoutError):
            return
        for link in links:
            if link not in found and steps < 14:
                found[link] = None
                group.create_task(visit(link, steps + 1))

    async with asyncio.TaskGroup() as group:
        group.create_task(visit(start))
    return found


async def main() -> None:
    for page, links in sorted((await crawl("home")).items()):
        print(f"{page}: {'broken' if links is None else len(links)}")


if __name__ == "__main__":
    asyncio.run(main())
