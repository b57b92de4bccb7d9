"""Can every answer be had in parts, does HEAD tell its length, and are large ones kept on disk without filling it?"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from conftest import client_for
from make import engine_for
from observe import counting
from starlette.testclient import TestClient
from test_coding import DECODE

from app.api import ranges, spool
from app.api.parts import Part, part_of
from app.api.spool import Spool

PLAIN = {"Accept-Encoding": "identity"}
PATHS = [
    *("/v1", "/v1/statements", "/v1/statements.csv", "/v1/statements.parquet", "/v1/regions/chongqing", "/v1/search?q=gdp"),
    *("/openapi.json", "/", "/docs", "/static/style.css", "/problems/not-found", "/healthz"),
]


@pytest.mark.parametrize(
    ("header", "size", "part"),
    [
        (None, 10, None),
        ("bytes=0-0", 10, Part(0, 1)),
        ("bytes=2-5", 10, Part(2, 6)),
        ("bytes=2-", 10, Part(2, 10)),
        ("bytes=2-99", 10, Part(2, 10)),
        ("bytes=9-9", 10, Part(9, 10)),
        ("BYTES=0-3", 10, Part(0, 4)),
        ("bytes= 0-3 ", 10, Part(0, 4)),
        ("bytes=-3", 10, Part(7, 10)),
        ("bytes=-10", 10, Part(0, 10)),
        ("bytes=-262144", 10, Part(0, 10)),
        ("bytes=-0", 10, Part(10, 10)),
        ("bytes=10-", 10, Part(10, 10)),
        ("bytes=10-12", 10, Part(10, 10)),
        ("bytes=99-", 10, Part(99, 99)),
        ("bytes=0-", 0, Part(0, 0)),
        ("bytes=-5", 0, None),
        ("bytes=5-2", 10, None),
        ("bytes=0-1,4-5", 10, None),
        ("bytes=0-1,", 10, None),
        ("bytes=", 10, None),
        ("bytes=-", 10, None),
        ("bytes=a-b", 10, None),
        ("bytes=+1-2", 10, None),
        ("bytes=١-٢", 10, None),
        ("items=0-1", 10, None),
        ("0-1", 10, None),
        ("bytes=0-" + "9" * 30, 10, None),
    ],
)
def test_a_range_means_what_the_standard_says(header: str | None, size: int, part: Part | None) -> None:
    found = part_of(header, size)
    assert found == part
    assert found is None or 0 <= found.start <= found.end


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_can_be_had_in_parts(client: TestClient, path: str) -> None:
    whole = client.get(path, headers=PLAIN)
    size, etag = len(whole.content), whole.headers.get("ETag")
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert whole.headers["Content-Length"] == str(size)
    assert (etag is None) == (path == "/healthz")
    for start, end in ((0, 1), (3, 9), (size // 2, size), (size - 1, size)):
        part = client.get(path, headers={"Range": f"bytes={start}-{end - 1}"})
        assert (part.status_code, part.content) == (206, whole.content[start:end])
        assert part.headers["Content-Range"] == f"bytes {start}-{end - 1}/{size}"
        assert part.headers["Content-Length"] == str(end - start)
        assert part.headers.get("ETag") == etag
        assert "Content-Encoding" not in part.headers
    tail = client.get(path, headers={"Range": f"bytes=-{size + 1000}"})
    assert (tail.status_code, tail.content) == (206, whole.content)
    for whatever in ("bytes=0-1,3-4", "lines=1-2", "bytes=9-3"):
        assert (client.get(path, headers={"Range": whatever}).status_code) == 200
    refused = client.get(path, headers={"Range": f"bytes={size}-"})
    assert (refused.status_code, refused.json()["code"]) == (416, "range-not-satisfiable")
    assert refused.headers["Content-Range"] == f"bytes */{size}"


@pytest.mark.parametrize("path", PATHS)
def test_head_says_what_get_says(client: TestClient, path: str) -> None:
    for headers in (PLAIN, {"Accept-Encoding": "gzip"}, {**PLAIN, "Range": "bytes=0-3"}):
        head = client.head(path, headers=headers)
        whole = client.get(path, headers={name: value for name, value in headers.items() if name != "Range"})
        assert (head.status_code, head.content) == (200, b"")
        assert dict(head.headers) == dict(whole.headers)


def test_head_tells_duckdb_no_length_of_short_parquet_and_all_else_as_ever(client: TestClient) -> None:
    duckdb = {**PLAIN, "User-Agent": "duckdb/v1.5.5(linux_amd64) cli"}
    for path, told in (("/v1/units.parquet", False), ("/v1/units.csv", True), ("/v1/units", True)):
        head = client.head(path, headers=duckdb)
        plain = client.head(path, headers=PLAIN)
        assert ("content-length" in head.headers) == told
        assert {**head.headers, "content-length": plain.headers["content-length"]} == dict(plain.headers)
        assert client.get(path, headers=duckdb).headers["content-length"] == plain.headers["content-length"]
        assert client.get(path, headers={**duckdb, "Range": "bytes=-4"}).status_code == 206


def test_if_range_cuts_only_what_the_client_knows(client: TestClient) -> None:
    path = "/v1/statements.csv"
    whole = client.get(path, headers=PLAIN)
    etag = whole.headers["ETag"]
    coded = client.get(path, headers={"Accept-Encoding": "gzip"}).headers["ETag"]
    for condition, status in (
        (etag, 206),
        (f"W/{etag}", 200),
        (coded, 200),
        ('"other"', 200),
        ("Sun, 22 Nov 2026 08:00:00 GMT", 200),
    ):
        answer = client.get(path, headers={"Range": "bytes=0-9", "If-Range": condition})
        assert answer.status_code == status, condition
        assert answer.content == (whole.content[:10] if status == 206 else whole.content)
    assert client.get("/healthz", headers={"Range": "bytes=0-1", "If-Range": '"x"'}).status_code == 200
    beyond = client.get(path, headers={"Range": "bytes=99999999-", "If-Range": '"other"'})
    assert (beyond.status_code, beyond.content) == (200, whole.content)


def test_a_client_that_is_up_to_date_gets_304_before_any_part(client: TestClient) -> None:
    for path in PATHS[:-1]:
        etag = client.get(path, headers=PLAIN).headers["ETag"]
        for condition in (etag, "*", f'"x", W/{etag}'):
            answer = client.get(path, headers={"If-None-Match": condition, "Range": "bytes=0-1"})
            assert (answer.status_code, answer.content) == (304, b""), (path, condition)
            assert answer.headers["ETag"] == etag
            assert "Content-Length" not in answer.headers
            assert answer.headers["Vary"] == "Accept, Accept-Encoding, Origin"


def test_problems_are_sent_whole(client: TestClient) -> None:
    for path in ("/nowhere", "/v1/statements?x=1", "/v1/statements.csv?region=x"):
        answer = client.get(path, headers={"Range": "bytes=0-3", "If-None-Match": "*"})
        assert answer.status_code in (404, 422)
        assert answer.json()["code"]
        assert "Accept-Ranges" not in answer.headers


@pytest.fixture
def large(
    backend: str, templates: Callable[[str, str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., TestClient]]:
    """Clients for which a few kilobytes are a large answer already."""
    monkeypatch.setattr(ranges, "MOST_IN_MEMORY", 5_000)
    monkeypatch.setattr(ranges, "PIECE", 1_000)
    engine = engine_for(templates(backend, "seeded"))
    yield lambda **settings: client_for(engine, **{"spool_dir": tmp_path, **settings})
    engine.dispose()


def files_in(directory: Path) -> list[Path]:
    return sorted(path for path in directory.rglob("*") if path.is_file() and path.name != "lock")


def as_usual(client: TestClient, path: str) -> Any:
    """The answer of a client for which only megabytes are large."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranges, "MOST_IN_MEMORY", 2**23)
        return client.get(path, headers=PLAIN)


LARGE = ["/v1/statements.csv", "/v1/statements.ndjson", "/v1/statements.parquet", "/v1/statements.xlsx", "/v1/statements"]


@pytest.mark.parametrize("path", LARGE)
def test_large_answers_are_the_same_whole_in_parts_and_told_by_head(
    large: Callable[..., TestClient], client: TestClient, path: str, tmp_path: Path
) -> None:
    expected = as_usual(client, path)
    size, etag = len(expected.content), expected.headers["ETag"]
    first = large().get(path, headers=PLAIN)
    assert (first.content, first.headers["ETag"]) == (expected.content, etag)
    asking = large()
    head = asking.head(path, headers=PLAIN)
    assert (head.headers["Content-Length"], head.headers["ETag"]) == (str(size), etag)
    (kept,) = [path for path in files_in(tmp_path) if path.stat().st_size == size][:1]
    assert kept.read_bytes() == expected.content
    assert kept.parent.stat().st_mode & 0o077 == 0
    assert asking.get(path, headers=PLAIN).content == expected.content
    with counting(asking) as sent:
        for start, end in ((0, 10), (size // 3, size // 2), (size - 8, size)):
            part = asking.get(path, headers={"Range": f"bytes={start}-{end - 1}"})
            assert (part.status_code, part.content) == (206, expected.content[start:end])
            assert part.headers["Content-Range"] == f"bytes {start}-{end - 1}/{size}"
        assert asking.get(path, headers={"Range": f"bytes={size}-"}).status_code == 416
        assert asking.get(path, headers={"Range": "bytes=0-1", "If-Range": '"x"'}).content == expected.content
        assert asking.get(path, headers={"If-None-Match": etag}).status_code == 304
    assert sent == []
    for coding in ("gzip", "br", "zstd"):
        with asking.stream("GET", path, headers={"Accept-Encoding": coding}) as coded:
            content = b"".join(coded.iter_raw())
        assert (DECODE[coding](content) if "Content-Encoding" in coded.headers else content) == expected.content
        told = asking.head(path, headers={"Accept-Encoding": coding})
        assert told.headers["ETag"] == coded.headers["ETag"]
        assert told.headers.get("Content-Encoding") == coded.headers.get("Content-Encoding")


def test_a_large_answer_is_read_along_while_it_is_kept(large: Callable[..., TestClient], tmp_path: Path) -> None:
    client = large()
    streamed = client.get("/v1/statements.csv", headers=PLAIN)
    assert "Content-Length" not in streamed.headers
    assert streamed.headers["Accept-Ranges"] == "bytes"
    with counting(client) as sent:
        again = client.get("/v1/statements.csv", headers=PLAIN)
    assert (again.content, sent) == (streamed.content, [])
    assert again.headers["Content-Length"] == str(len(streamed.content))
    assert [path.read_bytes() for path in files_in(tmp_path)] == [streamed.content]


def test_without_room_what_can_be_streamed_is_and_the_rest_is_a_507(
    large: Callable[..., TestClient], client: TestClient, tmp_path: Path
) -> None:
    for settings in ({"spool_bytes": 0}, {"spool_bytes": 20_000}, {"spool_dir": tmp_path / "nowhere"}):
        crowded = large(**settings)
        for path in ("/v1/statements.csv", "/v1/statements.json"):
            assert crowded.get(path).content == as_usual(client, path).content
        for method, path, headers in (
            ("GET", "/v1/statements.csv", {"Range": "bytes=0-9"}),
            ("HEAD", "/v1/statements.csv", {}),
            ("GET", "/v1/statements.parquet", {}),
            ("GET", "/v1/statements.xlsx", {"Accept-Encoding": "gzip"}),
        ):
            answer = crowded.request(method, path, headers=headers)
            assert answer.status_code == 507, (method, path)
            assert method == "HEAD" or answer.json()["code"] == "insufficient-storage"
        small = crowded.get("/v1/statements?limit=1", headers={"Range": "bytes=0-9"})
        assert small.status_code == 206
        assert files_in(tmp_path) == []


def test_older_answers_make_room_for_newer_ones(large: Callable[..., TestClient], tmp_path: Path) -> None:
    client = large(spool_bytes=300_000)
    sizes = {}
    for name in ("statements", "comparisons", "observations", "derivations", "mentions"):
        path = f"/v1/{name}.csv" if name != "mentions" else "/v1/documents/tech-innovation/mentions.csv"
        sizes[name] = len(client.get(path).content)
        assert sum(path.stat().st_size for path in files_in(tmp_path)) <= 300_000
    assert sum(sizes.values()) > 300_000
    assert files_in(tmp_path)


def test_the_spool_is_emptied_at_the_end_and_what_was_left_behind_at_the_start(
    large: Callable[..., TestClient], tmp_path: Path
) -> None:
    left = Spool(tmp_path, 100)
    draft = left.draft(b'"x"')
    assert draft
    assert draft.write(b"left behind")
    (old,) = tmp_path.iterdir()
    other = Spool(tmp_path, 100)
    other.sweep()
    assert old.exists()  # its process lives
    left._held.close()  # type: ignore[union-attr]
    with large() as client:
        assert not old.exists()
        client.get("/v1/statements.csv")
        assert files_in(tmp_path)
    assert list(tmp_path.iterdir()) == []
    draft.drop()


def test_a_spool_counts_its_bytes_and_never_serves_what_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keeping = Spool(tmp_path, 100)
    for number in range(30):
        draft = keeping.draft(b'"%d"' % (number // 3))
        assert draft
        for _ in range(number % 5):
            assert draft.write(b"x" * 10)
        kept, file = draft.keep(())
        assert file.read() == b"x" * 10 * (number % 5)
        file.close()
        draft.drop()
        assert keeping.used == sum(path.stat().st_size for path in files_in(tmp_path)) <= 100
    too_large = keeping.draft(b'"large"')
    assert too_large
    assert not too_large.write(b"x" * 101)
    assert keeping.used == 0
    assert files_in(tmp_path) == []
    one = keeping.draft(b'"one"')
    assert one
    one.write(b"1")
    kept, file = one.keep(())
    file.close()
    kept.path.unlink()
    assert keeping.get(b'"one"') is None
    assert keeping.used == 0
    keeping.close()
    monkeypatch.setattr(spool, "fcntl", None)
    (tmp_path / f"{spool.PREFIX}young").mkdir()
    (tmp_path / f"{spool.PREFIX}young" / "lock").touch()
    assert list(spool.left_behind(tmp_path)) == []


def test_a_reader_who_leaves_leaves_nothing_half_written(large: Callable[..., TestClient], tmp_path: Path) -> None:
    import asyncio

    app: Any = large().app
    seen = 0

    async def send(message: dict[str, Any]) -> None:
        nonlocal seen
        seen += len(message.get("body", b""))
        if seen > 6_000:
            raise OSError("the reader has left")

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "method": "GET",
        "path": "/v1/statements.csv",
        "raw_path": b"",
        "query_string": b"",
        "headers": [],
        "scheme": "http",
        "http_version": "1.1",
        "root_path": "",
    }
    with suppress(OSError):
        asyncio.run(app(scope, receive, send))
    assert seen > 6_000
    assert files_in(tmp_path) == []


def test_sizes_in_the_documents_are_those_of_the_program() -> None:
    assert ranges.MOST_IN_MEMORY == 8 * 1024 * 1024
    assert ranges.BETTER_WHOLE == 2 * 1024 * 1024
    assert re.fullmatch(r"[\w-]+", spool.PREFIX)
