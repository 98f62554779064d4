"""Grades `web_server`: requests, answers, and connections that stay open."""

from random import Random
from typing import Any

import pytest

from pytest_asyncgrade import Submission, Trace, at, lines


@pytest.fixture(scope="module")
def trace(submission: Submission) -> Trace:
    """Run the whole program."""
    return submission.run()


HOST = "\nHost: localhost\n\n"


def answers(submission: Submission, *requests: str) -> list[Any]:
    """Return what one client gets for its requests, one after the other on one connection."""
    ((got, _open),) = submission.play("browse", clients=[list(requests)]).result
    return list(got)


@pytest.mark.points(2, hint="status and body by method and path; `path.removeprefix('/hello/')` is the name")
def test_pages(submission: Submission, rng: Random) -> None:
    """Each path has its answer; what is not there is 404, and other methods are 405."""
    name = rng.choice(["Zoe", "Max", "Ida", "Kim"])
    for method, path, status, body in (
        ("GET", "/", "200 OK", "welcome"),
        ("GET", f"/hello/{name}", "200 OK", f"hello {name}"),
        ("GET", "/nowhere", "404 Not Found", "nothing here"),
        ("GET", "/hellomax", "404 Not Found", "nothing here"),
        ("POST", "/", "405 Method Not Allowed", "only GET"),
        ("DELETE", f"/hello/{name}", "405 Method Not Allowed", "only GET"),
    ):
        ((said, _, text, _),) = answers(submission, f"{method} {path} HTTP/1.1{HOST}")
        assert said == f"HTTP/1.1 {status}", f"{method} {path}: the status line is {said!r}"
        assert text == body, f"{method} {path}: the body is {text!r}, not {body!r}"


@pytest.mark.points(2, hint="Content-Length counts bytes: len(body.encode()); an empty line ends the headers")
def test_headers(submission: Submission) -> None:
    """Every answer tells its type and its length in bytes."""
    ((_, headers, body, _),) = answers(submission, f"GET /hello/Zoë HTTP/1.1{HOST}")
    assert headers.get("content-type", "").startswith("text/plain"), f"the headers are {headers}"
    assert headers.get("content-length") == "10", (
        f"the body has 10 bytes; Content-Length: {headers.get('content-length')}"
    )
    assert body == "hello Zoë"


@pytest.mark.points(
    2, hint="a loop around it all: read a request, answer, read the next, until readline() gives nothing"
)
def test_connection_is_kept(submission: Submission) -> None:
    """Over one connection several requests are answered, one after the other."""
    request = f"GET /hello/Ann HTTP/1.1{HOST}"
    trace = submission.play("browse", clients=[[request, f"GET / HTTP/1.1{HOST}", request]])
    ((got, is_open),) = trace.result
    bodies = [body for _, _, body, _ in got]
    assert bodies == ["hello Ann", "welcome", "hello Ann"], f"three requests over one connection get {bodies}"
    assert [moment for *_, moment in got] == [1, 1, 2], "the answers do not come when they should"
    assert is_open, "the server closes a connection that the client keeps open"
    assert trace.found("lost_exception") == []
    ((got, _),) = submission.play("browse", clients=[[request]], pause=0.5).result
    assert got[0][2] == "hello Ann", "a request that comes in two pieces, half a second apart, is not answered as one"


@pytest.mark.points(1, hint="compare name and value in small letters: headers.get('connection', '').lower() == 'close'")
def test_connection_close(submission: Submission) -> None:
    """With `Connection: close`, however it is written, the server closes after the answer."""
    for header in ("Connection: close", "connection:close", "CONNECTION: CLOSE"):
        ((got, is_open),) = submission.play("browse", clients=[[f"GET / HTTP/1.1\n{header}\n\n"]]).result
        assert got[0][2] == "welcome", f"with `{header}` there is no answer"
        assert not is_open, f"with `{header}` the connection stays open"
    assert submission.play("hang_up").result, (
        "when a client closes in the middle of a request, the server does not close"
    )


@pytest.mark.points(1, hint="if len(words) != 3: 400 Bad Request, then close")
def test_bad_request(submission: Submission) -> None:
    """What is no request gets 400, and the connection is closed."""
    for line in ("hello", "GET /", "GET /hello/Ann Lee HTTP/1.1"):
        ((got, is_open),) = submission.play("browse", clients=[[f"{line}\n\n"]]).result
        assert got[0][0] == "HTTP/1.1 400 Bad Request", f"{line}: the status line is {got[0][0]!r}"
        assert got[0][2] == "what?", f"{line}: the body is {got[0][2]!r}"
        assert not is_open, f"{line}: the connection stays open"


@pytest.mark.points(1, hint="wait with `await asyncio.sleep(1)`: start_server makes a task for each client")
def test_clients_at_the_same_time(submission: Submission) -> None:
    """Three clients are answered at the same time."""
    request = [f"GET /hello/Ann HTTP/1.1{HOST}"]
    trace = submission.play("browse", clients=[request, request, request])
    assert [got[0][-1] for got, _ in trace.result] == [1, 1, 1], "one client waits for another"


@pytest.mark.points(1)
def test_whole_program(submission: Submission, trace: Trace) -> None:
    """The program serves its two browsers in one second."""
    assert trace.output == lines(
        at(1, "HTTP/1.1 200 OK: hello Ann"), at(1, "HTTP/1.1 404 Not Found: nothing here"), at(1, "closed")
    )
    assert trace.found("blocked_loop", "never_awaited", "cut_off", "lost_exception") == []
    assert trace.max_concurrency > 3, "the two browsers ask one after the other"
    asked, are_open = submission.play("leave_main").result
    assert sorted(asked) == ["/hello/Ann", "/missing"], f"main() asks with get() for {' and '.join(asked) or 'nothing'}"
    assert are_open == [False], "when main() returns the server is still open"
