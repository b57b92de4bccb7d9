"""`claimbook serve` as a process of its own: it prepares the database, prints where it is, answers, and stops when told to."""

import json
import re
import signal
import socket
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sa
from make import engine_for
from observe import rows_of
from served import serving

from app.db import SCHEMA_REVISION

pytestmark = pytest.mark.slow

Templates = Callable[[str, str], str]
GDP = ["central-urban-areas.gdp-2021-h1", "central-urban-areas.gdp-2021-h1-usd", "central-urban-areas.gdp-share-2021-h1"]


def ids_at(url: str) -> list[str]:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return [row["id"] for row in json.load(answer)["data"]]


def status_at(url: str) -> int:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return int(answer.status)


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_the_first_start_makes_and_fills_a_database_and_a_signal_ends_it(
    backend: str, stop: signal.Signals, new_database: Callable[..., str]
) -> None:
    if stop == signal.SIGINT and backend == "postgresql":
        pytest.skip("the same on either database")
    address = new_database(backend)
    with serving("--database", address, "--migrate") as server:
        assert server.lines[0] == f"Migrated the schema to {SCHEMA_REVISION}."
        assert server.lines[1].startswith("Loaded the shipped data: ")
        assert list(server.urls) == ["start", "API", "figures"]
        assert [status_at(url) for url in server.urls.values()] == [200, 200, 200]
        assert set(GDP) <= set(ids_at(server.urls["figures"] + "?limit=1000"))
        ended = server.stop(stop)
    assert ended == (0 if stop == signal.SIGINT else -signal.SIGTERM, "", "")
    engine = engine_for(address)
    assert {row["version"] for row in rows_of(engine, "data_version")} == {1}
    engine.dispose()


def test_workers_answer_together_and_go_together(backend: str, new_database: Callable[..., str], templates: Templates) -> None:
    address = new_database(backend, like=templates(backend, "seeded"))
    with serving("--database", address, "--workers", "2", "--access-log") as server:
        assert server.lines[0].startswith("Claimbook serves at ")
        assert all(set(GDP) <= set(ids_at(server.urls["figures"] + "?limit=1000")) for _ in range(5))
        ended = server.stop()
    assert "Traceback" not in ended.err
    assert "GET /v1/statements" in ended.out
    port = sa.make_url(server.urls["start"]).port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port or 0), timeout=2)


def test_a_half_sent_request_does_not_keep_the_server_from_stopping(
    new_database: Callable[..., str], templates: Callable
) -> None:
    address = new_database("sqlite", like=templates("sqlite", "seeded"))
    with serving("--database", address, CLAIMBOOK_GRACE_SECONDS="1") as server:
        url = sa.make_url(server.urls["start"])
        with socket.create_connection((url.host or "", url.port or 0), timeout=10) as open_request:
            open_request.sendall(b"GET / HTTP/1.1\r\nHost: x")
            assert status_at(server.urls["start"]) == 200
            server.process.send_signal(signal.SIGTERM)
            server.process.wait(timeout=8)
    assert server.process.returncode == -signal.SIGTERM


def test_a_database_with_data_of_its_own_is_served_as_it_is(loaded: sa.Engine, tmp_path: Path) -> None:
    with loaded.begin() as connection:
        connection.exec_driver_sql("UPDATE region SET name = 'Renamed' WHERE code = 'chongqing'")
    address = loaded.url.render_as_string(hide_password=False)
    with serving("--database", address, "--host", "localhost", CLAIMBOOK_BASE_URL="https://claims.example.org/") as server:
        assert server.lines[0] == "Claimbook serves at https://claims.example.org"
        server.stop()
    assert "Renamed" in {row["name"] for row in rows_of(loaded, "region")}


def metrics_of(start: str, *, workers: int) -> str:
    """The metrics, as soon as so many workers tell theirs; a minute is taken for never."""
    end = time.monotonic() + 60
    text = ""
    while len(set(re.findall(r'claimbook_requests_in_flight\{worker="(\d+)"\}', text))) != workers:
        assert time.monotonic() < end, text
        with suppress(TimeoutError), urllib.request.urlopen(f"{start}metrics", timeout=60) as answer:
            text = answer.read().decode()
    return text


def test_any_worker_tells_the_metrics_of_all(new_database: Callable[..., str], templates: Templates, tmp_path: Path) -> None:
    address, asked = new_database("sqlite", like=templates("sqlite", "seeded")), 40
    with serving("--database", address, "--workers", "3", TMPDIR=str(tmp_path)) as server:
        start = server.urls["start"]
        metrics_of(start, workers=3)  # all are up
        assert {status_at(f"{start}healthz") for _ in range(asked)} == {200}
        for _ in range(5):
            text = metrics_of(start, workers=3)
            counts = re.findall(r'claimbook_request_duration_seconds_count\{.*route="/healthz".*\} (\S+)', text)
            assert sum(map(float, counts)) == asked
        server.stop()
    assert list(tmp_path.glob("claimbook-*")) == [], "the directory in which they met is gone"
