"""Programs with threads, and what each of them prints; also run again and again under load by `stress_threads`."""

from __future__ import annotations

import asyncio
import queue
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

Log = list[object]


def overlapping_sleeps(log: Log) -> None:
    """Three threads of the default executor sleep at once."""

    async def main() -> None:
        await asyncio.gather(*[asyncio.to_thread(time.sleep, 2) for _ in range(3)])

    start = time.monotonic()
    asyncio.run(main())
    log.append(time.monotonic() - start)


def small_pool(log: Log) -> None:
    """A pool with fewer threads than jobs."""
    start = time.monotonic()

    def job(seconds: int) -> int:
        time.sleep(seconds)
        log.append((seconds, time.monotonic() - start))
        return seconds

    with ThreadPoolExecutor(2) as pool:
        log.append(list(pool.map(job, [3, 1, 2, 1])))
        futures = [pool.submit(job, seconds) for seconds in (2, 1)]
        log.append([future.result() for future in as_completed(futures, timeout=10)])
        done, pending = wait([pool.submit(job, 5)], timeout=1)
        log.append((len(done), len(pending), time.monotonic() - start))


def plain_threads(log: Log) -> None:
    """Threads run first when they are started, and end in the order of their sleeps."""

    def work(number: int) -> None:
        log.append(f"begin {number}")
        time.sleep(number)
        log.append(f"end {number}")

    threads = [threading.Thread(target=work, args=(number,)) for number in (3, 1, 2)]
    for thread in threads:
        thread.start()
    log.append("started")
    threads[0].join(timeout=0.5)
    log.append((threads[0].is_alive(), threading.active_count() > 1))
    for thread in threads:
        thread.join()
    log.append([thread.is_alive() for thread in threads])


def equal_sleeps(log: Log) -> None:
    """Threads that wake at the same instant do so in the order in which they went to sleep."""

    def work(number: int) -> None:
        time.sleep(1)
        log.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def timers(log: Log) -> None:
    """threading.Timer, cancelled or not."""
    start = time.monotonic()
    late, never = (threading.Timer(delay, lambda: log.append(time.monotonic() - start)) for delay in (5, 3))
    late.start()
    never.start()
    never.cancel()
    late.join()
    log.append(time.monotonic() - start)


def locks(log: Log) -> None:
    """A lock, a condition, an event with timeouts, a semaphore, a barrier."""
    lock, condition, event = threading.Lock(), threading.Condition(), threading.Event()
    semaphore, barrier = threading.Semaphore(2), threading.Barrier(3)
    start = time.monotonic()

    def work(number: int) -> None:
        with lock:
            time.sleep(1)
            log.append(("lock", number, time.monotonic() - start))
        with semaphore:
            time.sleep(1)
            log.append(("semaphore", number, time.monotonic() - start))
        barrier.wait()
        log.append(("event", number, event.wait(1.5), event.wait(10), time.monotonic() - start))
        with condition:
            condition.notify()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    time.sleep(6)
    event.set()
    with condition:
        log.append(("condition", condition.wait_for(lambda: False, timeout=2), time.monotonic() - start))
    for thread in threads:
        thread.join()
    log.append((lock.acquire(timeout=1), lock.acquire(timeout=1), time.monotonic() - start))


def queue_to_thread(log: Log) -> None:
    """A worker thread takes jobs from a queue and hands the results back to the loop."""

    async def main() -> None:
        loop, jobs, results = asyncio.get_running_loop(), queue.Queue[int](), asyncio.Queue[object]()
        start = loop.time()

        def work() -> None:
            while seconds := jobs.get():
                time.sleep(seconds)
                loop.call_soon_threadsafe(results.put_nowait, (seconds, loop.time() - start))
            try:
                jobs.get(timeout=1.5)
            except queue.Empty:
                log.append(("empty", time.monotonic() - start))

        thread = threading.Thread(target=work)
        thread.start()
        for seconds in (1, 2, 3, 0):
            jobs.put(seconds)
        log.extend([await results.get() for _ in range(3)])
        await asyncio.to_thread(thread.join)
        log.append(loop.time() - start)

    asyncio.run(main())


def loop_in_a_thread(log: Log) -> None:
    """A loop in a separate thread, fed by run_coroutine_threadsafe."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def answer(seconds: float) -> float:
        await asyncio.sleep(seconds)
        return loop.time()

    start = time.monotonic()
    futures = [asyncio.run_coroutine_threadsafe(answer(seconds), loop) for seconds in (2, 1)]
    log.append([future.result() - start for future in futures])
    slow = asyncio.run_coroutine_threadsafe(answer(5), loop)
    try:
        slow.result(timeout=1)
    except TimeoutError:
        log.append(("timeout", time.monotonic() - start))
    log.append(slow.result() - start)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def computing_thread(log: Log) -> None:
    """A thread that computes is waited for: it costs no time, and a timeout does not fire meanwhile."""

    def compute() -> str:
        end = time.thread_time() + 0.03
        while time.thread_time() < end:
            pass
        return "done"

    async def main() -> None:
        log.append(await asyncio.wait_for(asyncio.to_thread(compute), 10))

    start = time.monotonic()
    asyncio.run(main())
    log.append(time.monotonic() - start)


def blocking_sockets(log: Log) -> None:
    """A server with a thread for each client, and clients in threads."""
    server = socket.create_server(("127.0.0.1", 0))
    start = time.monotonic()

    def answer(connection: socket.socket) -> None:
        with connection:
            while data := connection.recv(10):
                time.sleep(1)
                connection.sendall(data)

    def serve() -> None:
        for _ in range(3):
            threading.Thread(target=answer, args=(server.accept()[0],)).start()
        server.close()

    def ask(number: int) -> None:
        with socket.create_connection(server.getsockname()) as connection:
            for _ in range(2):
                connection.sendall(b"%d" % number)
                log.append((connection.recv(10), time.monotonic() - start))

    threads = [threading.Thread(target=serve)]
    threads += [threading.Thread(target=ask, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def executor_at_exit(log: Log) -> None:
    """asyncio.run waits at its end for a thread that still sleeps."""

    async def main() -> None:
        asyncio.get_running_loop().run_in_executor(None, time.sleep, 120)

    start = time.monotonic()
    asyncio.run(main())
    log.append(time.monotonic() - start)


def ticker_beside_a_thread(log: Log) -> None:
    """The loop goes on while a thread sleeps."""

    async def main() -> None:
        async def tick() -> None:
            while True:
                await asyncio.sleep(1)
                log.append("tick")

        ticker = asyncio.create_task(tick())
        await asyncio.to_thread(time.sleep, 3.5)
        ticker.cancel()

    asyncio.run(main())


PROGRAMS: dict[Callable[[Log], None], Log] = {
    overlapping_sleeps: [2.0],
    small_pool: [
        (1, 1.0), (3, 3.0), (2, 3.0), (1, 4.0), [3, 1, 2, 1], (1, 5.0), (2, 6.0), [1, 2], (0, 1, 7.0), (5, 11.0),
    ],
    plain_threads: [
        "begin 3", "begin 1", "begin 2", "started", (True, True), "end 1", "end 2", "end 3", [False, False, False],
    ],
    equal_sleeps: list(range(20)),
    timers: [5.0, 5.0],
    locks: [
        ("lock", 0, 1.0), ("semaphore", 0, 2.0), ("lock", 1, 2.0), ("semaphore", 1, 3.0), ("lock", 2, 3.0),
        ("semaphore", 2, 4.0), ("event", 2, False, True, 6.0), ("event", 0, False, True, 6.0),
        ("event", 1, False, True, 6.0), ("condition", False, 8.0), (True, False, 9.0),
    ],
    queue_to_thread: [(1, 1.0), (2, 3.0), (3, 6.0), ("empty", 7.5), 7.5],
    loop_in_a_thread: [[2.0, 1.0], ("timeout", 3.0), 7.0],
    computing_thread: ["done", 0.0],
    blocking_sockets: [(b"%d" % number, seconds) for seconds in (1.0, 2.0) for number in range(3)],
    executor_at_exit: [120.0],
    ticker_beside_a_thread: ["tick", "tick", "tick"],
}  # fmt: skip
"""Each program, with what it logs in virtual time; in real time it logs the same, with less exact numbers."""
