"""Grades `streams`: a server for many clients, and a client that waits for its answers."""

from random import Random

import pytest

from pytest_asyncgrade import Submission, Trace, at, lines


@pytest.fixture(scope="module")
def trace(submission: Submission) -> Trace:
    """Run the whole program."""
    return submission.run()


WORDS = ["apple", "pear", "plum", "fig", "lime", "date", "kiwi"]


@pytest.mark.points(2, hint="while line := await reader.readline(): sleep a second, then writer.write(line.upper())")
def test_answers_each_line(submission: Submission, rng: Random) -> None:
    """The server answers each line after one second, in capitals."""
    words = rng.sample(WORDS, 5)
    (got,) = submission.play("serve_clients", clients=[words]).result
    expected = [part for second, word in enumerate(words, start=1) for part in (f"{word.upper()}\n", second)]
    assert got[:-1] == expected, f"the client gets {got[:-1]}"
    answers, first = submission.play("send_in_pieces", pieces=["ap", "ple\npear\n"]).result
    assert answers == ["APPLE\n", "PEAR\n"], f"apple and pear, sent in two pieces, are answered by {answers}"
    assert first == 1.5, f"the first line is whole at 0.5 s, and is answered at {first:g} s, not a second later"


@pytest.mark.points(2, hint="in handle() wait with `await asyncio.sleep(1)`; the server makes a task for each client")
def test_clients_do_not_wait_for_each_other(submission: Submission, rng: Random) -> None:
    """Many clients at the same time are answered at the same time."""
    trace = submission.play("serve_clients", clients=[[word] for word in rng.sample(WORDS, 7)])
    assert trace.found("blocked_loop") == []
    moments = [moment for _answer, moment, _rest in trace.result]
    assert moments == [1] * 7, f"seven clients, who ask at 0 s, are answered at {moments} s"


@pytest.mark.points(1, hint="behind the loop: writer.close(), await writer.wait_closed()")
def test_server_closes(submission: Submission) -> None:
    """When the client closes, the server closes its side, too."""
    trace = submission.play("serve_clients", clients=[["apple"]])
    assert trace.result[0][-1] != "(nothing)", (
        "the connection is still open a minute after the client has closed its side"
    )
    assert trace.result[0][-1] == "", f"the server sends {trace.result[0][-1]!r}, though it was asked nothing more"


@pytest.mark.points(
    2, hint="open_connection, write one line, await reader.readline(), and so on; decode().strip() each answer"
)
def test_client(submission: Submission, rng: Random) -> None:
    """The client sends one word after the other, each when it has its answer, and returns the answers."""
    words, seconds = sorted(rng.sample(WORDS, 3), reverse=True), rng.randrange(1, 30) / 10
    trace = submission.play("ask_server", words=words, seconds=seconds)
    answers, seen, _ = trace.result
    assert seen == [f"{word}\n" for word in words], f"the server gets {seen}"
    assert answers == [f"<{word}>" for word in words], f"ask() returns {answers}"
    assert trace.elapsed == round(3 * seconds, 9)


@pytest.mark.points(1, hint="at the end of ask(): writer.close(), await writer.wait_closed()")
def test_client_closes(submission: Submission) -> None:
    """The client closes its connection."""
    *_, closed = submission.play("ask_server", words=["apple"], seconds=1).result
    assert closed, "the connection is still open five seconds after ask() has returned"


@pytest.mark.points(2)
def test_whole_program(submission: Submission, trace: Trace) -> None:
    """Two clients ask one server at the same time, in three seconds."""
    assert trace.output == lines(at(3, "['HELLO', 'WORLD']"), at(3, "['GOOD', 'BYE', 'NOW']"), at(3, "closed"))
    assert trace.found("blocked_loop", "never_awaited", "cut_off", "lost_exception") == []
    clients = {wait.task for wait in trace.waits_in("ask")}
    assert len(clients) == 2, f"two clients should ask at the same time: here it is {len(clients)}"
    assert submission.play("leave_main").result == [False], "when main() returns the server is still open"
