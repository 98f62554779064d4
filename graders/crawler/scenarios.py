"""What the grader lets the student's functions meet: a web site that looks how it is crawled."""

import asyncio
from typing import Any


async def crawl(student: Any, page: str) -> object:
    """crawl("{page}", 1, 1), where the test's own fetch() finds a page without links.

    Returns what crawl() does.
    """

    async def fetch(_page: str) -> list[str]:
        return []

    student.fetch = fetch
    return await student.crawl(page, 1, 1)


async def crawl_site(
    student: Any, site: dict[str, list[Any]], limit: int, patience: float = 3, before: str = ""
) -> list[Any]:
    """crawl() of the test's own web site, from "p0", with a limit of {limit}.

    Returns what is found, how often each page was fetched, how many at once, how many were given up, and how many tasks
    are left.  `before` is a page, with no links, that is crawled before.
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
