"""Is an answer the same however it is coded, and does each coding have a name of its own?"""

import gzip
from itertools import count

import brotli
import pytest
import sqlalchemy as sa
import zstandard
from conftest import client_for
from starlette.testclient import TestClient

DECODE = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": lambda content: zstandard.ZstdDecompressor().decompressobj().decompress(content),
}
PATHS = ["/v1/statements", "/v1/statements.csv", "/v1/statements.ndjson", "/v1/regions.geojson", "/openapi.json", "/docs", "/v1"]


def raw(client: TestClient, path: str, coding: str, **headers: str) -> tuple[bytes, dict[str, str]]:
    with client.stream("GET", path, headers={"Accept-Encoding": coding, **headers}) as answer:
        return b"".join(answer.iter_raw()), {name.lower(): value for name, value in answer.headers.items()}


def test_one_name_is_one_content_at_any_time_of_day(loaded: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    client, seconds = client_for(loaded, remember_bytes=0), count(1_700_000_000)
    monkeypatch.setattr("gzip.time.time", lambda: float(next(seconds)))
    seen = {(content, headers["etag"]) for content, headers in (raw(client, "/v1/statements", "gzip") for _ in range(3))}
    assert len(seen) == 1
    assert next(seconds) > 1_700_000_001, "the time was asked for"


@pytest.mark.parametrize("path", PATHS)
def test_every_coding_holds_the_same_bytes_under_a_name_of_its_own(client: TestClient, path: str) -> None:
    plain, told = raw(client, path, "identity")
    names = {told["etag"]}
    for coding, decode in DECODE.items():
        content, headers = raw(client, path, coding)
        assert headers["content-encoding"] == coding
        assert decode(content) == plain
        assert len(content) < len(plain)
        assert headers["content-length"] == str(len(content))
        assert headers["etag"] == f'{told["etag"][:-1]}-{coding}"'
        assert headers["vary"] == "Accept, Accept-Encoding, Origin"
        names.add(headers["etag"])
    assert len(names) == 4


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, br", "br"),
        ("gzip", "gzip"),
        ("*", "zstd"),
        ("zstd;q=0, *", "br"),
        ("gzip;q=0", None),
        ("deflate", None),
        ("identity", None),
        ("", None),
    ],
)
def test_the_best_coding_that_the_client_takes_is_chosen(client: TestClient, accepted: str, coding: str | None) -> None:
    assert raw(client, "/v1/statements.csv", accepted)[1].get("content-encoding") == coding


def test_a_client_is_told_that_nothing_changed_by_the_name_it_knows_and_takes(client: TestClient) -> None:
    path = "/v1/statements.csv"
    plain = raw(client, path, "identity")[1]["etag"]
    known = {coding: raw(client, path, coding)[1]["etag"] for coding in DECODE}
    for coding, etag in known.items():
        for accepted, condition, status in (
            (coding, etag, 304),
            ("*", etag, 304),
            (f"deflate, {coding};q=0.1", f'"x", W/{etag}', 304),
            ("identity", etag, 200),
            (f"{coding};q=0, *", etag, 200),
            ("identity", f'{etag[:-1]}x"', 200),
        ):
            headers = {"Accept-Encoding": accepted, "If-None-Match": condition}
            answer = client.get(path, headers=headers)
            assert answer.status_code == status, headers
            if status == 304:
                assert answer.headers["ETag"] == etag
                assert client.head(path, headers=headers).headers["ETag"] == etag
        assert client.get(path, headers={"Accept-Encoding": coding, "If-None-Match": plain}).headers["ETag"] == plain


def test_parts_are_cut_from_uncoded_answers(client: TestClient) -> None:
    plain, told = raw(client, "/v1/statements.csv", "identity")
    part, headers = raw(client, "/v1/statements.csv", "gzip, br", Range="bytes=0-9")
    assert part == plain[:10]
    assert "content-encoding" not in headers
    assert headers["etag"] == told["etag"]


def test_what_is_packed_already_or_tiny_is_not_coded(client: TestClient) -> None:
    for path in ("/v1/statements.parquet", "/v1/statements.xlsx", "/healthz"):
        assert "content-encoding" not in raw(client, path, "gzip, br, zstd")[1]
