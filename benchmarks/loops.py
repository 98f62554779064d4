"""The loops that are measured: each runs a program once, in virtual time, in a fresh loop."""

from __future__ import annotations

import asyncio
import importlib
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.virtualtime import VirtualTimeLoop

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    Run = Callable[[Callable[[], Coroutine[None, None, None]]], None]


def _runner(loop_factory: Callable[[], asyncio.AbstractEventLoop]) -> Run:
    def run(program: Callable[[], Coroutine[None, None, None]]) -> None:
        with asyncio.Runner(loop_factory=loop_factory, debug=False) as runner:
            runner.run(program())

    return run


def stock(program: Callable[[], Coroutine[None, None, None]]) -> None:
    """Run on the stock loop."""
    _runner(asyncio.SelectorEventLoop)(program)


def ours(program: Callable[[], Coroutine[None, None, None]]) -> None:
    """Run on our loop."""
    _runner(VirtualTimeLoop)(program)


def _looptime(module: Any) -> Run:
    return _runner(lambda: module.patch_event_loop(asyncio.SelectorEventLoop()))


def _async_solipsism(module: Any) -> Run:
    return _runner(module.EventLoop)


def _aiotools(module: Any) -> Run:
    def run(program: Callable[[], Coroutine[None, None, None]]) -> None:
        async def patched() -> None:
            with module.VirtualClock().patch_loop():
                await program()

        _runner(asyncio.SelectorEventLoop)(patched)

    return run


_PEERS = {"looptime": _looptime, "async-solipsism": _async_solipsism, "aiotools": _aiotools}


def installed_peers() -> dict[str, Run]:
    """Return the peers that are installed, by name and version."""
    peers = {}
    for name, adapt in _PEERS.items():
        try:
            label = f"{name} {version(name)}"
        except PackageNotFoundError:
            continue
        peers[label] = adapt(importlib.import_module(name.replace("-", "_")))
    return peers


def missing_peers() -> list[str]:
    """Return the names of the peers that are not installed."""
    found = " ".join(installed_peers())
    return [name for name in _PEERS if name not in found]
