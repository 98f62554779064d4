"""The timeout runs while a page waits for its turn.

loses: test_every_page_once, test_whole_program
"""

import asyncio

SITE = {
    "home": (1, ["blog", "news", "about"]),
    "blog": (1, ["home", "slow"]),
    "news": (2, ["lost"]),
    "about": (1, ["home"]),
    "slow": (60, []),
}


async def fetch(page):
    """Fetch a page, slowly.  This function stays as it is."""
    if page not in SITE:
        raise LookupError(page)
    seconds, links = SITE[page]
    await asyncio.sleep(seconds)
    return links


async def crawl(start, limit=2, patience=3):
    places = asyncio.Semaphore(limit)
    result = {}
    seen = {start}

    async def visit(page, group):
        try:
            async with asyncio.timeout(patience):
                async with places:
                    links = await fetch(page)
        except (LookupError, TimeoutError):
            result[page] = None
            return
        result[page] = links
        for link in links:
            if link not in seen:
                seen.add(link)
                group.create_task(visit(link, group))

    async with asyncio.TaskGroup() as group:
        group.create_task(visit(start, group))
    return result


async def main():
    result = await crawl("home", 2)
    for page, links in sorted(result.items()):
        print(page + ":", "broken" if links is None else len(links))


if __name__ == "__main__":
    asyncio.run(main())
