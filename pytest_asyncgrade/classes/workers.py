"""Who does the work: processes of this machine, or a Dask cluster; both are executors of `concurrent.futures`."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing.connection import wait as wait_for
from typing import TYPE_CHECKING, Any, TypeVar

import psutil

from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.extras import needed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Executor, Future

_T = TypeVar("_T")
_R = TypeVar("_R")
_MOST_RETRIES = 2
"""How often a task is given to another worker, after its worker has died."""
_CONNECT_SECONDS = 20
"""How long a scheduler of Dask may take to answer, in real seconds."""
_UNDER_WAY = 3
"""Tasks that are under way or wait, for each worker: more would only lie in memory."""


class Workers:
    """Runs tasks; one whose worker dies is given to another."""

    def __init__(self, count: int, dask: str | None = None) -> None:
        self._count = count
        """The number of workers; of a cluster what it has when it is first asked."""
        self._dask = dask
        self._client: Any = None
        self._executor: Executor | None = None

    def size(self) -> int:
        """Return how many workers there are; of a cluster, what it has now."""
        self._get_executor()
        return self._count

    def map(self, work: Callable[[_T], _R], tasks: Iterable[_T]) -> Iterator[tuple[_T, _R | None]]:
        """Yield each task with what came of it, in the order in which they end; None if no worker survived it."""
        todo = iter(tasks)
        under_way: dict[Future[_R], tuple[_T, int]] = {}
        again: list[tuple[_T, int]] = []
        while True:
            while len(under_way) < self._count * _UNDER_WAY:
                chosen = again.pop() if again else next(((task, 0) for task in todo), None)
                if chosen is None:
                    break
                under_way[self._submit(work, chosen[0])] = chosen
            if not under_way:
                return
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                task, tries = under_way.pop(future)
                error = future.exception()
                if error is None:
                    yield task, future.result()
                elif tries < _MOST_RETRIES:
                    again.append((task, tries + 1))
                    self._replace(error)
                else:
                    yield task, None
                    self._replace(error)

    def _submit(self, work: Callable[[_T], _R], task: _T) -> Future[_R]:
        try:
            return self._get_executor().submit(work, task)
        except BrokenProcessPool as error:  # a worker has died, and no task has told so yet
            self._replace(error)
            return self._get_executor().submit(work, task)

    def _get_executor(self) -> Executor:
        if self._executor is None and self._dask is not None:
            self._client = _client(self._dask)
            self._executor = self._client.get_executor(pure=False, retries=0)
            self._count = max(1, sum(self._client.nthreads().values()))
        elif self._executor is None:
            context = multiprocessing.get_context("spawn")  # a fork would have all that is open here
            self._executor = ProcessPoolExecutor(self._count, context, _end_with_parent)
        return self._executor

    def _replace(self, error: BaseException) -> None:
        """Get other workers, where an executor breaks as a whole when one of its workers dies."""
        if isinstance(error, BrokenProcessPool) and self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)
            self._executor = None

    def close(self, *, at_once: bool) -> None:
        """End all workers: when they have done their tasks, or at once, with what they have started."""
        for process in multiprocessing.active_children() if at_once else ():
            with suppress(OSError):
                os.kill(process.ident or 0, signal.SIGINT)
        if self._client is not None:
            self._client.close()  # which cancels what is under way
        elif self._executor is not None:
            self._executor.shutdown(wait=not at_once, cancel_futures=True)


@contextmanager
def workers(count: int, dask: str | None) -> Iterator[Workers]:
    """Yield workers, and end them."""
    crew = Workers(count, dask)
    try:
        yield crew
    except BaseException:
        crew.close(at_once=True)
        raise
    crew.close(at_once=False)


def _client(address: str) -> Any:
    """Return a client of a scheduler; UsageError if there is none at the address."""
    distributed = needed("distributed")
    try:
        return distributed.Client(address, timeout=_CONNECT_SECONDS)
    except (OSError, ValueError) as error:
        msg = f"--dask {address}: there is no scheduler of Dask at this address ({error})"
        raise UsageError(msg) from None


def _end_with_parent() -> None:
    """Let this worker, and the grading under way in it, end with Ctrl-C, or when the process that feeds it ends."""
    signal.signal(signal.SIGINT, lambda *_: _end())
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_await_end, args=(parent.sentinel,), daemon=True).start()


def _await_end(sentinel: int) -> None:
    wait_for([sentinel])
    _end()


def _end() -> None:
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            child.kill()
    os._exit(1)
