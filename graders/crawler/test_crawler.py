"""Grades `crawler`: every page once, several at a time, whatever goes wrong."""

from random import Random

import pytest

from pytest_asyncgrade import Submission, Trace, lines


@pytest.fixture(scope="module")
def trace(submission: Submission) -> Trace:
    """Run the whole program."""
    return submission.run()


Site = dict[str, list[object]]
LINKS = dict[str, list[str] | None]


def check_result(submission: Submission) -> None:
    """Let a student know at once that crawl() returns something else than the links of pages."""
    submission.play("crawl", page="home", returns=LINKS)


@pytest.fixture
def site(rng: Random) -> Site:
    """Return a site in which every page can be reached from p0, with links back and forth, the last one by one."""
    names = [f"p{number}" for number in range(40)]
    links: dict[str, set[str]] = {name: set(rng.sample(names[:14], 2)) for name in names}
    for number, name in enumerate(names[1:], start=1):
        links[names[rng.randrange(number) if number < 14 else number - 1]].add(name)
    return {name: [rng.randrange(5, 25) / 10, sorted(links[name])] for name in names}


@pytest.mark.points(3)
def test_every_page_once(submission: Submission, site: Site) -> None:
    """Every page that can be reached is fetched, once, and its links are in the result."""
    check_result(submission)
    found, fetched, *_ = submission.play("crawl_site", site=site, limit=3, before="other").result
    assert "other" not in found, (
        "a page of an earlier crawl is in the result of this one: crawl() should begin with nothing"
    )
    missing = sorted(set(site) - set(found))
    assert not missing, (
        f"of {len(site)} pages {len(missing)} are not found, {missing[0]} for one: follow the links of every page "
        "that is there; the patience with a page begins when its fetch does, not while it waits for its turn"
    )
    twice = sorted(page for page, times in fetched.items() if times > 1)
    assert not twice, f"these pages are fetched more than once: {', '.join(twice)}; remember each before you fetch it"
    assert found == {page: links for page, (_, links) in site.items()}, (
        "the links in the result are not those of the pages"
    )


@pytest.mark.points(2, hint="asyncio.Semaphore(limit) around fetch(), or as many workers as the limit says")
def test_limit(submission: Submission, rng: Random) -> None:
    """Never more pages are fetched at the same time than the limit says, and as many as that."""
    limit = rng.randrange(5, 9)
    site: Site = {f"p{number}": [rng.randrange(5, 25) / 10, []] for number in range(1, 20)}
    site["p0"] = [1, list(site)]
    _, _, most, *_ = submission.play("crawl_site", site=site, limit=limit).result
    assert most == limit, f"at most {most} pages are fetched at the same time, with a limit of {limit}"


@pytest.mark.points(1, hint="begin with a page as soon as you know of it: do not wait until all of one level are there")
def test_no_waiting_for_others(submission: Submission) -> None:
    """A page is fetched as soon as it is known, also if others take long."""
    site = {
        "p0": [1, ["p1", "p2"]],
        "p1": [1, ["p3"]],
        "p2": [5.25, []],
        "p3": [1, ["p4"]],
        "p4": [1, ["p5"]],
        "p5": [1, []],
    }
    check_result(submission)
    trace = submission.play("crawl_site", site=site, limit=4, patience=9)
    found = trace.result[0]
    assert len(found) == 6, f"of six pages {len(found)} are found"
    assert trace.elapsed == 6.25


@pytest.mark.points(2, hint="asyncio.timeout(patience) around fetch() alone; except (LookupError, TimeoutError)")
def test_broken_pages(submission: Submission) -> None:
    """Pages that are missing or too slow are None, are given up, and do no harm to the others."""
    site = {"p0": [1, ["gone", "p1", "slow"]], "p1": [1, ["p2"]], "slow": [90, ["p9"]], "p2": [1, []]}
    trace = submission.play("crawl_site", site=site, limit=2)
    found, fetched, _, given_up, left = trace.result
    expected = {"p0": ["gone", "p1", "slow"], "p1": ["p2"], "p2": [], "gone": None, "slow": None}
    assert found == expected, f"crawl() returns {found}"
    assert given_up == 1, "the page that is too slow is not given up: its fetch() goes on"
    assert fetched["slow"] == 1, "the page that is too slow is fetched again"
    assert left == 0, f"{left} tasks are left when crawl() returns"


@pytest.mark.points(2)
def test_whole_program(trace: Trace) -> None:
    """The program crawls its site in six seconds."""
    assert trace.output == lines("about: 1", "blog: 2", "home: 3", "lost: broken", "news: 1", "slow: broken")
    assert trace.elapsed == 6
    assert trace.found("cut_off", "lost_exception", "never_awaited", "blocked_loop", "busy_wait") == []
    assert trace.waits_in("fetch"), "main() prints its lines, and fetch() has done nothing for them"
