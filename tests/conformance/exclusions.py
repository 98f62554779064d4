"""The tests of CPython that pass on the stock loop and not on ours, each with its reason.

A test listed here that passes on ours fails our suite, lest the list rot.  Keys are what follows
``test.test_asyncio.``.
"""

from __future__ import annotations

import sys

_FORK = (
    "polls for a child of os.fork() with time.sleep, which takes no real time, and may give up before the child has "
    "ended; children of subprocess and multiprocessing are waited for, those of os.fork are not known"
)

RACES = {
    f"test_unix_events.TestFork.{name}": _FORK
    for name in ("test_fork_not_share_current_task", "test_fork_not_share_event_loop")
}
RACES["test_ssl.TestSSL.test_create_connection_ssl_1"] = (
    "seen once to end in a false deadlock on Python 3.14, with its TLS servers in threads: to be looked into"
)
"""Tests that pass or fail as the machine's load has it."""

_EVERYWHERE = {
    "test_ssl.TestSSL.test_remote_shutdown_receives_trailing_data": (
        "gives the peer 0.2 s of real time with time.sleep, in a thread, to fill its backlog"
    ),
    "test_streams.StreamTests.test_start_tls": (
        "leaves a TLS connection open whose two ends are both in this process: nothing real is outstanding, so time "
        "jumps to the shutdown timeout of 30 s before the test ends it"
    ),
}

_BY_VERSION: dict[tuple[int, int], dict[str, str]] = {
    (3, 11): {},
    (3, 12): {},
    (3, 13): {},
    (3, 14): {
        "test_ssl.TestSSL.test_remote_shutdown_receives_trailing_data_on_slow_socket": (
            "gives the peer 0.2 s of real time with time.sleep, in a thread, to fill its backlog"
        ),
    },
}

EXCLUSIONS = _EVERYWHERE | _BY_VERSION.get(sys.version_info[:2], {})
