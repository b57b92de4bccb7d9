"""A real server under slow, silent, greedy and many clients: what are they told, and do the others notice?"""

import contextlib
import http.client
import json
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from rounds import ROUNDS
from served import Server, serving

from app.api.connection import MAX_HEAD, MAX_HEADERS

pytestmark = pytest.mark.slow

DEADLINE = 6.0 if ROUNDS else 1.0
"""Seconds of the receive deadline in these tests; 30 by default."""
FAIR = 2.0
"""Seconds within which others must be answered meanwhile."""
SLOW = max(50, ROUNDS)
"""Slow clients of each kind."""
HANGS = 90
"""Seconds after which a process is taken never to end: no claim about speed, machines are busy at times."""
MANY = max(400, 5 * ROUNDS)
"""Connections held open at once."""

Templates = Callable[[str, str], str]


class Told(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        assert self.headers["content-type"] == "application/problem+json", self
        return str(json.loads(self.body)["code"])


@pytest.fixture(scope="module")
def database(new_database: Callable[..., str], templates: Templates) -> str:
    return new_database("sqlite", like=templates("sqlite", "seeded"))


@pytest.fixture(scope="module")
def server(database: str) -> Iterator[Server]:
    with serving("--database", database, CLAIMBOOK_RECEIVE_SECONDS=str(DEADLINE), CLAIMBOOK_MAX_CONNECTIONS="5000") as running:
        yield running


def connect(server: Server) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", server.port), timeout=HANGS)
    client.settimeout(HANGS)
    return client


def told(client: socket.socket) -> Told | None:
    """The answer until the server closes; None if it says nothing."""
    with client, contextlib.suppress(ConnectionResetError):
        answer = http.client.HTTPResponse(client)
        try:
            answer.begin()
        except http.client.BadStatusLine:
            return None
        body = answer.read()
        return Told(answer.status, {name.lower(): value for name, value in answer.getheaders()}, body)
    return None


def ask(server: Server, raw: bytes) -> Told | None:
    client = connect(server)
    client.sendall(raw)
    return told(client)


def get(server: Server, path: str = "/v1/statements?limit=1") -> tuple[int, float]:
    """Status and seconds of an ordinary request on a connection of its own."""
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=HANGS)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    return status, time.monotonic() - began


def closed_within(clients: list[socket.socket], seconds: float) -> int:
    """How many of these connections the server has ended by then."""
    until, ended = time.monotonic() + seconds, 0
    for client in clients:
        client.settimeout(max(0.01, until - time.monotonic()))
        with contextlib.suppress(TimeoutError):
            try:
                while client.recv(65536):
                    pass
            except ConnectionError:
                pass
            ended += 1
        client.close()
    return ended


HEAD = b"GET /v1/units HTTP/1.1\r\nHost: a\r\n"
POST = b"POST /v1/checks HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414, "address-too-long"),
        (b"GET /" + b"a" * 200_000, 414, "address-too-long"),
        (b"GET /?q=" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414, "address-too-long"),
        (HEAD + b"X: " + b"a" * 200_000 + b"\r\n\r\n", 431, "headers-too-large"),
        (HEAD + b"X: " + b"a" * (MAX_HEAD + 1), 431, "headers-too-large"),
        (HEAD + b"X: a\r\n" * 10_000 + b"\r\n", 431, "headers-too-large"),
        (HEAD + b"X: a\r\n" * MAX_HEADERS + b"\r\n", 431, "headers-too-large"),
        (POST + b"Content-Length: 10000000000\r\n\r\n", 413, "content-too-large"),
        (POST + b"Content-Length: 30000000\r\n\r\n" + b" " * 30_000_000, 413, "content-too-large"),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n" + (b"10000\r\n" + b" " * 65536 + b"\r\n") * 60, 413, "content-too-large"),
        (b"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 405, "method-not-allowed"),
        (b"GET / HTTP/9.9\r\nHost: a\r\n\r\n", 400, "malformed-request"),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400, "malformed-request"),
        (b"GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "malformed-request"),
        (b"GET a b c HTTP/1.1\r\n\r\n", 400, "malformed-request"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, "malformed-request"),
        (b"\r\n\r\nrubbish\r\n\r\n", 400, "malformed-request"),
        (POST + b"Content-Length: x\r\n\r\n", 400, "malformed-request"),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\nno number\r\n", 400, "malformed-request"),
        (POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400, "malformed-request"),
    ],
    ids=lambda each: repr(each[:40]) if isinstance(each, bytes) else None,
)
def test_what_is_no_request_or_too_large_is_a_problem_and_ends_the_connection(
    server: Server, raw: bytes, status: int, code: str
) -> None:
    answer = ask(server, raw)
    assert answer is not None
    assert (answer.status, answer.code) == (status, code)
    assert answer.headers["connection"] == "close"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-request-id"]
    assert b"aaaa" not in answer.body


def test_an_address_in_plain_utf_8_is_read_as_if_it_were_encoded(server: Server) -> None:
    raw, encoded = (
        ask(server, b"GET /v1/statements?q=%s&fields=id HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" % word)
        for word in ("重庆".encode(), b"%E9%87%8D%E5%BA%86")
    )
    assert raw is not None
    assert encoded is not None
    assert (raw.status, raw.body) == (200, encoded.body)
    assert json.loads(raw.body)["data"]
    no_text = ask(server, b"GET /v1/statements?q=\xff HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert no_text is not None
    assert (no_text.status, no_text.code) == (422, "invalid-text")


def test_an_address_may_come_byte_by_byte(server: Server) -> None:
    client = connect(server)
    for byte in "GET /v1/statements?q=重庆&limit=1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode():
        client.sendall(bytes([byte]))
    answer = told(client)
    assert answer is not None
    assert answer.status == 200


def test_a_good_request_is_answered_though_rubbish_follows_it(server: Server) -> None:
    answer = ask(server, HEAD + b"\r\n" + b"\x00\x01 rubbish\r\n\r\n")
    assert answer is not None
    assert answer.status == 200
    assert json.loads(answer.body)["data"]


@contextlib.contextmanager
def trickling(clients: list[socket.socket], byte: bytes) -> Iterator[None]:
    """Each client sends a byte now and then, in a thread, as long as this lasts."""
    over = threading.Event()

    def trickle() -> None:
        while byte and not over.wait(0.2):
            for client in clients:
                with contextlib.suppress(OSError):
                    client.send(byte)

    thread = threading.Thread(target=trickle)
    thread.start()
    yield
    over.set()
    thread.join()


KINDS: dict[str, tuple[bytes, bytes]] = {
    "silent": (b"", b""),
    "slow headers": (HEAD + b"X: ", b"a"),
    "slow body": (POST + b"Content-Length: 1000\r\n\r\n", b" "),
    "slow chunks": (POST + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "empty lines": (b"", b"\r\n"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_slow_clients_are_closed_at_the_deadline_and_others_do_not_notice(server: Server, kind: str) -> None:
    begin, byte = KINDS[kind]
    clients = [connect(server) for _ in range(SLOW)]
    for client in clients:
        client.sendall(begin)
    began, waits = time.monotonic(), []
    with trickling(clients, byte):
        while time.monotonic() - began < DEADLINE * 0.8:
            status, seconds = get(server)
            assert status == 200
            waits.append(seconds)
            time.sleep(0.02)
    ended = closed_within(clients, DEADLINE * 1.5 + FAIR)
    print(f"{kind}: {ended} of {SLOW} closed at the deadline; {len(waits)} others, the slowest {max(waits):.2f} s")
    assert ended == SLOW
    assert max(waits) < FAIR


def test_half_a_head_is_told_that_it_took_too_long(server: Server) -> None:
    answer = ask(server, HEAD)
    assert answer is not None
    assert (answer.status, answer.code) == (408, "request-timeout")


def test_clients_that_do_not_read_are_closed_at_the_deadline(server: Server) -> None:
    quiet, clients = established(server), []
    for _ in range(SLOW):
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", server.port))
        client.sendall(b"GET /v1/statements?limit=1000 HTTP/1.1\r\nHost: a\r\n\r\n" * 40)
        clients.append(client)
    until = time.monotonic() + 3 * DEADLINE + 15
    while get(server)[0] != 200 or (established(server) > quiet and time.monotonic() < until):
        assert get(server, "/healthz")[0] == 200
        time.sleep(0.2)
    left = established(server) - quiet
    print(f"unread: {len(clients) - max(0, left)} of {len(clients)} closed at the deadline")
    assert left <= 0
    for client in clients:
        client.close()


def established(server: Server) -> int:
    """Sockets that the server's process holds open."""
    held = 0
    for file in Path(f"/proc/{server.process.pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            held += str(file.readlink()).startswith("socket:")
    return held


def test_above_the_ceiling_clients_are_told_to_come_back_and_liveness_answers(database: str) -> None:
    with serving("--database", database, CLAIMBOOK_MAX_CONNECTIONS="20", CLAIMBOOK_RECEIVE_SECONDS="5") as server:
        held = [connect(server) for _ in range(20)]
        answer = ask(server, HEAD + b"\r\n")
        assert answer is not None
        assert (answer.status, answer.code, answer.headers["retry-after"]) == (503, "too-busy", "2")
        assert get(server, "/healthz")[0] == 200
        for client in held:
            client.close()
        until = time.monotonic() + 15
        while get(server)[0] != 200:
            assert time.monotonic() < until
            time.sleep(0.05)


def test_with_very_many_connections_every_answer_is_200_or_503_and_it_is_normal_again_soon(database: str) -> None:
    with serving("--database", database, CLAIMBOOK_MAX_CONNECTIONS=str(MANY // 2), CLAIMBOOK_RECEIVE_SECONDS="10") as server:
        quiet = established(server)
        held = [connect(server) for _ in range(MANY)]
        answers = [ask(server, HEAD + b"Connection: close\r\n\r\n") for _ in range(20)]
        statuses = [answer.status for answer in answers if answer is not None]
        assert set(statuses) <= {200, 503}
        assert len(statuses) == 20
        assert get(server, "/healthz")[0] == 200
        for client in held:
            client.close()
        began = time.monotonic()
        while get(server)[0] != 200 or established(server) > quiet + 5:
            assert time.monotonic() - began < 15
            time.sleep(0.1)
        seconds = time.monotonic() - began
        print(f"{MANY} connections: {statuses.count(200)} x 200, {statuses.count(503)} x 503; normal after {seconds:.1f} s")


OPEN: dict[str, bytes] = {
    "nothing": b"",
    "half a head": HEAD,
    "half a body": POST + b"Content-Length: 1000\r\n\r\n{",
    "an idle connection": HEAD + b"\r\n",
    "an answer that nobody reads": b"GET /v1/statements?limit=1000 HTTP/1.1\r\nHost: a\r\n\r\n" * 40,
}


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_server_stops_within_its_grace_time_whatever_is_open(database: str, workers: str) -> None:
    with serving("--database", database, "--workers", workers, CLAIMBOOK_GRACE_SECONDS="1") as server:
        clients = []
        for raw in OPEN.values():
            client = socket.socket()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(("127.0.0.1", server.port))
            client.sendall(raw)
            clients.append(client)
        assert get(server, "/healthz")[0] == 200
        server.process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        server.process.wait(timeout=HANGS)
        print(f"{workers} workers stopped after {time.monotonic() - began:.1f} s")
        for client in clients:
            client.close()


def test_a_thread_at_work_does_not_keep_the_server_from_stopping(
    new_database: Callable[..., str], templates: Templates, tmp_path: Any
) -> None:
    import psycopg

    address = new_database("postgresql", like=templates("postgresql", "seeded"))
    timing = {"CLAIMBOOK_GRACE_SECONDS": "1", "CLAIMBOOK_STATEMENT_TIMEOUT": "60"}
    with serving("--database", address, **timing) as server, psycopg.connect(address.replace("+psycopg", "")) as other:
        other.execute("LOCK TABLE statement, representation IN ACCESS EXCLUSIVE MODE")
        client = connect(server)
        client.sendall(b"GET /v1/statements HTTP/1.1\r\nHost: a\r\n\r\n")
        until = time.monotonic() + HANGS
        while other.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone() == (0,):
            assert time.monotonic() < until
            time.sleep(0.05)
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(timeout=HANGS)
        answer = told(client)
        assert answer is None or (answer.status, answer.code) == (503, "too-busy")
