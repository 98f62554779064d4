"""Keeps a list of pages to fetch, and waits for the first fetch that is done."""

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
    to_fetch = [start]
    fetching: dict[asyncio.Task[list[str]], str] = {}
    while to_fetch or fetching:
        while to_fetch and len(fetching) < limit:
            page = to_fetch.pop(0)
            fetching[asyncio.create_task(asyncio.wait_for(fetch(page), patience))] = page
        done, _ = await asyncio.wait(fetching, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            page = fetching.pop(task)
            try:
                links = found[page] = task.result()
            except (LookupError, TimeoutError):
                continue
            new = [link for link in links if link not in found]
            found |= dict.fromkeys(new)
            to_fetch += new
    return found


async def main() -> None:
    for page, links in sorted((await crawl("home")).items()):
        print(f"{page}: {'broken' if links is None else len(links)}")


if __name__ == "__main__":
    asyncio.run(main())
