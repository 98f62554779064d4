"""Waits one after the other are found in whatever shape they are written, and never where they have a reason."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade.sandbox import CAN_FORK, ForkServer, Job, read_submission, run_isolated
from pytest_asyncgrade.trace.findings import diagnose

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_asyncgrade.trace import Trace

HEAD = """\
import asyncio, time
async def get(n):
    await asyncio.sleep(1)
    return n
"""

LOOP = "the turns of the loop on line {} wait one after the other: 1 + 1 + 1 = 3 s"
TWO = "the calls of get() on line 6 wait one after the other: 1 + 1 = 2 s"
SHAPES: dict[str, tuple[str, str]] = {
    "for": ("for i in range(3):\n    print(await get(i))", LOOP.format(6)),
    "while": ("i = 0\nwhile i < 3:\n    await get(i)\n    i += 1", LOOP.format(7)),
    "while True with a break": (
        "i = 0\nwhile True:\n    await get(i)\n    i += 1\n    if i == 3:\n        break",
        LOOP.format(7),
    ),
    "try in a loop": (
        "for i in range(3):\n    try:\n        print(await get(i))\n    except ValueError:\n        print('no')",
        LOOP.format(6),
    ),
    "list comprehension": ("print([await get(i) for i in range(3)])", LOOP.format(6)),
    "set comprehension": ("print({await get(i) for i in range(3)})", LOOP.format(6)),
    "dictionary comprehension": ("print({i: await get(i) for i in range(3)})", LOOP.format(6)),
    "nested loops": (
        "for i in range(3):\n    for j in [0]:\n        print(await get(i + j))",
        LOOP.format(7),
    ),
    "enumerate": ("for k, i in enumerate('abc'):\n    x = await get(i)\n    print(k, x)", LOOP.format(6)),
    "results in a list": ("r = []\nfor i in range(3):\n    r.append(await get(i))", LOOP.format(7)),
    "results in a dictionary": ("r = {}\nfor i in range(3):\n    r[i] = await get(i)\nprint(r)", LOOP.format(7)),
    "sum": ("total = 0\nfor i in range(3):\n    total += await get(i)\nprint(total)", LOOP.format(7)),
    "a task awaited at once": (
        "for i in range(3):\n    task = asyncio.create_task(get(i))\n    print(await task)",
        LOOP.format(6),
    ),
    "a future of a coroutine": ("for i in range(3):\n    print(await asyncio.ensure_future(get(i)))", LOOP.format(6)),
    "a task of the loop": (
        "loop = asyncio.get_running_loop()\nfor i in range(3):\n    print(await loop.create_task(get(i)))",
        LOOP.format(7),
    ),
    "coroutines in a list": ("for c in [get(i) for i in range(3)]:\n    print(await c)", LOOP.format(6)),
    "gather of one": ("for i in range(3):\n    print(await asyncio.gather(get(i)))", LOOP.format(6)),
    "wait of one": (
        "for i in range(3):\n    await asyncio.wait([asyncio.create_task(get(i))])",
        LOOP.format(6),
    ),
    "wait_for": ("for i in range(3):\n    print(await asyncio.wait_for(get(i), 5))", LOOP.format(6)),
    "shield": ("for i in range(3):\n    print(await asyncio.shield(get(i)))", LOOP.format(6)),
    "timeout": (
        "for i in range(3):\n    async with asyncio.timeout(5):\n        print(await get(i))",
        LOOP.format(6),
    ),
    "a lock nobody else wants": (
        "lock = asyncio.Lock()\nfor i in range(3):\n    async with lock:\n        print(await get(i))",
        LOOP.format(7),
    ),
    "a helper": (
        "async def help(i):\n    return await get(i)\nfor i in range(3):\n    print(await help(i))",
        LOOP.format(8),
    ),
    "a helper that awaits what it is given": (
        "async def help(c):\n    return await c\nfor i in range(3):\n    print(await help(get(i)))",
        LOOP.format(8),
    ),
    "a helper that makes tasks": (
        "async def help(i):\n    return await asyncio.create_task(get(i))\nfor i in range(3):\n"
        "    print(await help(i))",
        LOOP.format(8),
    ),
    "arguments": (
        "print(await get(1), await get(2))",
        TWO,
    ),
    "a sum of two": (
        "print((await get(1)) + (await get(2)))",
        TWO,
    ),
    "a tuple": ("a, b = await get(1), await get(2)", TWO),
    "a list": ("print([await get(1), await get(2)])", TWO),
    "an f-string": (
        "print(f'{await get(1)} {await get(2)}')",
        TWO,
    ),
    "gather of what is awaited already": (
        "await asyncio.gather(await get(1), await get(2))",
        TWO,
    ),
    "one below the other": (
        "a = await get(1)\nb = await get(2)\nprint(a + b)",
        "lines 6 and 7 wait one after the other: 1 + 1 = 2 s",
    ),
    "results looked at afterwards": (
        "a = await get(1)\nb = await get(2)\nif a > b:\n    return a\nreturn b",
        "lines 6 and 7 wait one after the other: 1 + 1 = 2 s",
    ),
    "with something else between": (
        "a = await get(1)\nprint(a)\nif True:\n    b = await get(2)\nprint(b)",
        "lines 6 and 9 wait one after the other: 1 + 1 = 2 s",
    ),
    "functions of one kind": (
        "async def get_other():\n    await asyncio.sleep(2)\n    return 2\nprint(await get(1))\n"
        "print(await get_other())",
        "lines 9 and 10 wait one after the other: 1 + 2 = 3 s",
    ),
    "beside a heartbeat": (
        "async def beat():\n    for _ in range(4):\n        await asyncio.sleep(1)\n"
        "async def all():\n    return [await get(i) for i in range(3)]\nawait asyncio.gather(all(), beat())",
        LOOP.format(10),
    ),
}  # fmt: skip

REASONS: dict[str, str] = {
    "the result is used": "a = await get(1)\nprint(await get(a))",
    "a nested call": "print(await get(await get(1)))",
    "the result decides": "if await get(1):\n    print(await get(2))",
    "the result decides, by its name": "a = await get(1)\nif not a:\n    return\nprint(await get(2))",
    "and": "print(await get(1) and await get(2))",
    "until one is found": "for i in range(3):\n    if await get(i) == 1:\n        break",
    "until one is found, by name": "found = None\ni = 0\nwhile found != 2:\n    found = await get(i)\n    i += 1",
    "pages": "page = 1\nwhile page:\n    page = (await get(page) + 1) % 4",
    "retries": "for n in (1, 2, 3):\n    try:\n        print(await get(n))\n        if n < 3: raise OSError\n"
    "        return\n    except OSError:\n        print('again')",
    "retries with back-off": "for n in range(3):\n    try:\n        await get(n)\n        raise OSError\n"
    "    except OSError:\n        await asyncio.sleep(2 ** n)",
    "goes on until it works": "done = 0\nwhile done < 3:\n    try:\n        await get(done)\n        done += 1\n"
    "    except OSError:\n        pass",
    "sleeps that pace": "for i in range(3):\n    await get(i)\n    await asyncio.sleep(1)",
    "a ticker": "async def tick():\n    await asyncio.sleep(1)\n    print('tick')\nfor _ in range(3):\n"
    "    await tick()",
    "the same again and again": "for _ in range(3):\n    await get(1)",
    "steps of one job": "async def connect():\n    await asyncio.sleep(1)\n    print('connected')\n"
    "async def send(text):\n    await asyncio.sleep(1)\n    print(text)\nawait connect()\nawait send('hi')",
    "numbered steps": "async def step1():\n    await asyncio.sleep(1)\n    print(1)\n"
    "async def step2():\n    await asyncio.sleep(1)\n    print(2)\nawait step1()\nawait step2()",
    "methods of one object": "class Line:\n    async def send_hello(self):\n        await asyncio.sleep(1)\n"
    "        self.open = True\n    async def send_text(self, text):\n        await asyncio.sleep(1)\n"
    "        print(self.open, text)\nline = Line()\nawait line.send_hello()\nawait line.send_text('a')",
    "what one changes and the next reads": "balance = 0\nasync def add(n):\n    nonlocal balance\n    old = balance\n"
    "    await asyncio.sleep(1)\n    balance = old + n\nfor n in (1, 2):\n    await add(n)",
    "workers": "async def work(numbers):\n    for n in numbers:\n        await get(n)\nnumbers = iter(range(6))\n"
    "await asyncio.gather(work(numbers), work(numbers))",
    "several actors": "async def cook():\n    for n in ('egg', 'rice'):\n        await get(n)\n"
    "async def wipe(n):\n    await asyncio.sleep(2)\n    return n\n"
    "async def clean():\n    for n in ('table', 'floor'):\n        await wipe(n)\n"
    "await asyncio.gather(cook(), clean())",
    "a producer with its consumer": "queue = asyncio.Queue()\nasync def produce(n):\n    await asyncio.sleep(1)\n"
    "    await queue.put(n)\nasync def consume():\n    for _ in range(3):\n        print(await queue.get())\n"
    "task = asyncio.create_task(consume())\nfor n in range(3):\n    await produce(n)\nawait task",
    "a consumer": "queue = asyncio.Queue()\nasync def take(n):\n    return n, await queue.get()\n"
    "async def fill():\n    for n in range(3):\n        await asyncio.sleep(1)\n        queue.put_nowait(n)\n"
    "task = asyncio.create_task(fill())\nfor n in range(3):\n    print(await take(n))\nawait task",
    "futures that another one sets": "loop = asyncio.get_running_loop()\nasync def answer(n):\n"
    "    future = loop.create_future()\n    loop.call_later(1, future.set_result, n)\n    return await future\n"
    "for n in range(3):\n    print(await answer(n))",
    "batches": "for n in range(3):\n    await asyncio.gather(get(n), get(n + 1))",
    "tasks created before": "tasks = [asyncio.create_task(get(i)) for i in range(3)]\nfor task in tasks:\n"
    "    await task",
    "a loop for ever": "async def serve():\n    n = 0\n    while True:\n        await get(n)\n        n += 1\n"
    "task = asyncio.create_task(serve())\nawait asyncio.sleep(5)\ntask.cancel()",
    "an async generator": "async def count():\n    for n in range(3):\n        await asyncio.sleep(1)\n"
    "        yield n\n"
    "async for n in count():\n    print(n)",
    "context managers": "class Door:\n    async def __aenter__(self):\n        await asyncio.sleep(1)\n"
    "        return self\n"
    "    async def __aexit__(self, *error):\n        await asyncio.sleep(1)\nasync with Door() as door:\n"
    "    print(door)",
    "so many at a time": "async def some(numbers):\n    return await asyncio.gather(*map(get, numbers))\n"
    "for n in (0, 3, 6):\n    print(await some(range(n, n + 3)))",
    "a dictionary that is filled": "async def put_name(state):\n    await asyncio.sleep(1)\n    state['name'] = 'Ann'\n"
    "async def put_text(state):\n    await asyncio.sleep(1)\n    state['text'] = 'Hello ' + state['name']\n"
    "state = {}\nawait put_name(state)\nawait put_text(state)",
    "a connection": "class Line:\n    async def connect(self):\n        await asyncio.sleep(1)\n"
    "    async def ask(self, text):\n        await asyncio.sleep(1)\n        print(text)\n"
    "line = Line()\nawait line.connect()\nfor text in ('a', 'b'):\n    await line.ask(text)",
    "messages": "class Line:\n    async def send(self, text):\n        await asyncio.sleep(1)\n        print(text)\n"
    "line = Line()\nfor text in ('a', 'b'):\n    await line.send(text)",
    "a talk": "async def say(text):\n    print(text)\n    await asyncio.sleep(1)\n"
    "for text in ('Hello', 'Bye'):\n    await say(text)",
    "a typewriter": "async def type_out(text):\n    for one in text:\n        print(one, end='')\n"
    "        await asyncio.sleep(1)\n    print()\nfor text in ('Hello', 'Bye'):\n    await type_out(text)",
    "for comparison": "async def one_by_one():\n    return [await get(n) for n in range(3)]\nprint(await one_by_one())",
    "a future that is only created": "loop = asyncio.get_running_loop()\nasync def make(n):\n"
    "    future = loop.create_future()\n    await asyncio.sleep(0)\n    return future\n"
    "futures = [await make(n) for n in range(3)]\nawait asyncio.sleep(3)\nprint(len(futures))",
}  # fmt: skip


@pytest.fixture(scope="module")
def fork_server() -> Iterator[ForkServer | None]:
    launcher = ForkServer() if CAN_FORK else None
    yield launcher
    if launcher:
        launcher.close()


def traced(folder: Path, body: str, launcher: ForkServer | None) -> Trace:
    source = f"{HEAD}async def main():\n{textwrap.indent(body, '    ')}\nasyncio.run(main())\n"
    (folder / "program.py").write_text(source, encoding="utf-8")
    return run_isolated(Job(read_submission(folder / "program.py")), launcher)


@pytest.mark.parametrize("name", SHAPES)
def test_waits_one_after_the_other_are_found_in_any_shape(
    name: str, tmp_path: Path, fork_server: ForkServer | None
) -> None:
    body, message = SHAPES[name]
    found = [
        finding for finding in diagnose(traced(tmp_path, body, fork_server)) if finding.kind == "sequential_awaits"
    ]
    assert list(map(str, found)) == [message]


@pytest.mark.parametrize("name", REASONS)
def test_waits_with_a_reason_are_not(name: str, tmp_path: Path, fork_server: ForkServer | None) -> None:
    found = diagnose(traced(tmp_path, REASONS[name], fork_server))
    assert [str(finding) for finding in found if finding.kind in {"sequential_awaits", "awaited_at_once"}] == []


def test_runs_one_after_the_other_are_found_if_they_are_of_one_kind(
    tmp_path: Path, fork_server: ForkServer | None
) -> None:
    def told(script: str) -> list[str]:
        (tmp_path / "program.py").write_text(HEAD + script, encoding="utf-8")
        return [
            str(finding)
            for finding in diagnose(run_isolated(Job(read_submission(tmp_path / "program.py")), fork_server))
        ]

    overlaps = "what is in one cannot overlap what is in another"
    assert told("for i in range(3):\n    print(asyncio.run(get(i)))\n") == [
        f"3 event loops run one after the other: {overlaps}"
    ]
    loop = "loop = asyncio.new_event_loop()\n"
    assert told(f"{loop}for i in range(3):\n    print(loop.run_until_complete(get(i)))\n") == [
        f"the event loop runs 3 times, one after the other: {overlaps}"
    ]
    other = "async def put(n):\n    await asyncio.sleep(1)\n    print(n)\n"
    assert told(f"{other}asyncio.run(get(1))\nasyncio.run(put(1))\n") == []
    assert told("asyncio.run(get(asyncio.run(get(1))))\n") == []
