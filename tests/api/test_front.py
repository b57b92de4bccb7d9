"""What a connection sends at once is what the layers send: the same status, headers and bytes, and writes show at once."""

import http.client
import io
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from asking import EXAMPLE
from make import engine_for
from served import Server, serving

from app.db import writing
from app.models import DataVersion

PATHS = [
    "/v1/statements",
    "/v1/statements?within=chongqing&limit=3",
    "/v1/statements?within=chongqing&limit=3&sort=-period&from=2020&to=2021-06",
    "/v1/statements?region=nowhere",
    "/v1/statements?limit=0",
    "/v1/statements?within=chongqing&kind=target&kind=planned&topic=economy",
    "/v1/statements?document=none.such",
    f"/v1/statements/{EXAMPLE}",
    "/v1/statements/nothing.at-all",
    "/v1/regions",
    "/v1",
    "/v1/statements.ndjson",
    "/",
    "/nowhere",
]
HEADERS: list[dict[str, str]] = [{}, {"Accept-Encoding": "gzip"}, {"Origin": "https://example.org"}, {"X-Request-Id": "mine-1"}]
OWN = {"date", "connection", "transfer-encoding", "content-length", "x-request-id"}
"""Headers that differ from answer to answer, or by how a connection goes on."""

Told = tuple[int, list[tuple[str, str]], bytes]


@pytest.fixture
def server(backend: str, new_database: Callable[..., str], templates: Callable[[str, str], str]) -> Iterator[tuple[Server, str]]:
    url = new_database(backend, like=templates(backend, "seeded"))
    with serving("--database", url) as running:
        yield running, url


class Kept(io.BufferedReader):
    """What comes in, for one answer after another."""

    def close(self) -> None:
        """Not yet."""


def ask(connection: http.client.HTTPConnection, path: str, headers: dict[str, str], method: str = "GET") -> Told:
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    told = sorted((name.lower(), value) for name, value in answer.getheaders())
    length = answer.headers["Content-Length"]
    assert length is None or method == "HEAD" or int(length) == len(body)
    return answer.status, [each for each in told if each[0] not in OWN], body


def test_what_is_sent_at_once_is_what_the_layers_send(server: tuple[Server, str]) -> None:
    """A connection that is to be closed is answered by the layers; one that stays open, at once where that can be."""
    running, _ = server
    open_ = http.client.HTTPConnection("127.0.0.1", running.port)
    for path in PATHS:
        for headers in HEADERS:
            asked = [ask(open_, path, headers) for _ in range(3)]  # made, made again and kept, remembered
            closing = http.client.HTTPConnection("127.0.0.1", running.port)
            common = ask(closing, path, {**headers, "Connection": "close"})
            assert asked == [common] * 3, (path, headers)
            tag = dict(common[1]).get("etag")
            if tag is not None:
                known = {**headers, "If-None-Match": tag}
                again = [ask(open_, path, known) for _ in range(2)]
                assert again == [ask(closing, path, {**known, "Connection": "close"})] * 2
                assert again[0][0] == 304
            head = ask(open_, path, headers, "HEAD")
            assert (head[0], head[2]) == (common[0], b"")
    open_.close()


def test_requests_sent_without_waiting_are_answered_in_their_order(server: tuple[Server, str]) -> None:
    running, _ = server
    paths = [
        "/v1/statements?limit=2",
        "/v1/units",
        f"/v1/statements/{EXAMPLE}",
        "/v1/statements?limit=2",
        "/v1/units",
        "/healthz",
    ]
    client = http.client.HTTPConnection("127.0.0.1", running.port)
    alone = [ask(client, path, {})[2] for path in paths]
    client.close()
    client.connect()
    assert client.sock is not None
    client.sock.sendall(b"".join(b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % path.encode() for path in paths))
    together = []
    kept = Kept(client.sock.makefile("rb", buffering=0))
    for _ in paths:
        answer = http.client.HTTPResponse(SimpleNamespace(makefile=lambda _mode: kept), method="GET")  # type: ignore[arg-type]
        answer.begin()
        together.append(answer.read())
    client.close()
    assert together == alone


def test_however_many_are_sent_without_waiting_all_are_answered(server: tuple[Server, str]) -> None:
    running, _ = server
    path, many = "/v1/statements?limit=1", 1500
    client = http.client.HTTPConnection("127.0.0.1", running.port)
    _, _, body = [ask(client, path, {}) for _ in range(3)][-1]
    assert client.sock is not None
    request = f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"
    client.sock.sendall(f"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n{request * many}".encode())
    client.sock.settimeout(60)
    read, got = b"", 0
    while got < many:
        piece = client.sock.recv(1 << 20)
        assert piece, f"closed after {got} answers"
        read += piece
        got += read.count(body)
        read = read[read.rfind(body) + len(body) :] if body in read else read
    client.close()


def test_a_write_by_another_process_shows_in_the_next_answer(server: tuple[Server, str]) -> None:
    running, url = server
    engine = engine_for(url)
    client = http.client.HTTPConnection("127.0.0.1", running.port)
    path = "/v1/statements?limit=1"
    for _ in range(4):
        for _ in range(3):  # so that it is remembered
            before = ask(client, path, {})
        with writing(engine) as connection:
            version: Any = connection.execute(sa.select(DataVersion.version)).scalar_one() + 1
            connection.execute(sa.update(DataVersion).values(version=version))
        status, headers, body = ask(client, path, {"If-None-Match": dict(before[1])["etag"]})
        assert (status, dict(headers)["etag"] != dict(before[1])["etag"]) == (200, True)
        assert f'"data_version":{version}'.encode() in body
    engine.dispose()
    client.close()
