"""What the grader lets the student's functions meet: a web site that looks how it is crawled."""

import asyncio
from typing import Any


async def crawl(student: Any, page: str) -> object:
    """Crawl a page without links, and return what the student's crawl() does."""

    async def fetch(_page: str) -> list[str]:
        return []

    student.fetch = fetch
    return await student.crawl(page, 1, 1)


async def crawl_site(
    student: Any, site: dict[str, list[Any]], limit: int, patience: float = 3, before: str = ""
) -> list[Any]:
    """Crawl a site of the grader's; tell what is found, how often each page was fetched, and how many at once.

    `before` is a page, with no links, that is crawled before.
    """

    async def fetch_at_once(_page: str) -> list[str]:
        return []

    if before:
        student.fetch = fetch_at_once
        await student.crawl(before, limit, patience)
    fetched: dict[str, int] = {}
    now = most = 0
    given_up = 0

    async def fetch(page: str) -> list[str]:
        nonlocal now, most, given_up
        fetched[page] = fetched.get(page, 0) + 1
        now += 1
        most = max(most, now)
        try:
            if page not in site:
                await asyncio.sleep(0.5)
                raise LookupError(page)
            seconds, links = site[page]
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            given_up += 1
            raise
        finally:
            now -= 1
        return list(links)

    student.fetch = fetch
    found = await student.crawl("p0", limit, patience)
    left = len(asyncio.all_tasks()) - 1
    return [found, fetched, most, given_up, left]
