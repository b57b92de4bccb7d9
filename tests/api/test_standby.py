"""Standbys answer: what is shown while one lags, and what clients see while one stops or becomes the primary?"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
import sqlalchemy as sa
from conftest import client_for
from make import seeded
from standby import Server, over, primary
from starlette.testclient import TestClient

from app.db import make_engine, writing
from app.settings import Settings

PATHS = ["/v1/statements?limit=5", "/v1/regions?limit=3", "/v1", "/v1/statements/central-urban-areas.gdp-2021-h1"]
WINDOW = 10.0
"""Seconds within which reads are answered again after a server is gone (`docs/operations.md`)."""

pytestmark = pytest.mark.slow


@pytest.fixture
def servers() -> Iterator[tuple[Server, Server]]:
    """A primary with the shipped data in the database `claims`, and a standby that has all of it."""
    directory = Path(mkdtemp(prefix="claimbook-"))
    directory.chmod(0o755)
    first = primary(directory / "primary")
    admin = sa.create_engine(first.url(), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE claims")
    seeded(first.url("claims")).dispose()
    second = first.standby(directory / "standby")
    yield first, second
    for server in (second, first):
        if server.running():
            server.stop()


def reader(url: str, **settings: Any) -> TestClient:
    """An API whose answers are read from this address."""
    chosen = Settings(database_url=url, database_read_url=url, pool_size=4)
    settings.setdefault("remember_bytes", 1_000_000)
    return client_for(make_engine(chosen, reading=True), database_read_url=url, **settings)


def rename(engine: sa.Engine, number: int) -> None:
    """Write once, as seeding does: a new data version, shown by the title of every document."""
    with writing(engine) as connection:
        connection.execute(sa.text("UPDATE document SET title = :title"), {"title": f"Title {number}"})
        connection.execute(sa.text("UPDATE data_version SET version = :number"), {"number": number})


def replay(server: Server, action: str) -> None:
    engine = sa.create_engine(server.url("claims"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"SELECT pg_wal_replay_{action}()")


def until(condition: Callable[[], bool]) -> None:
    """Wait for what must come; a minute is taken for never."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_standby_shows_how_far_it_has_come(servers: tuple[Server, Server]) -> None:
    first, second = servers
    client = reader(second.url("claims"))
    writer = sa.create_engine(first.url("claims"))
    rename(writer, 1)
    until(lambda: client.get("/v1/documents").json()["data"][0]["title"] == "Title 1")
    until(lambda: client.get("/readyz").json()["replica"] == {"receiving": True, "lag_seconds": 0.0, "lag_bytes": 0})

    replay(second, "pause")
    rename(writer, 2)
    until(lambda: client.get("/readyz").json()["replica"]["lag_bytes"] > 0)
    shown = client.get("/readyz").json()
    assert shown["data_version"] == 1
    assert shown["replica"]["lag_seconds"] > 0
    assert client.get("/v1").json()["data_version"] == 1

    replay(second, "resume")
    until(lambda: client.get("/readyz").json()["data_version"] == 2)
    assert client.get("/v1/documents").json()["data"][0]["title"] == "Title 2"

    first.stop()
    until(lambda: client.get("/readyz").json()["replica"]["receiving"] is False)
    assert client.get("/readyz").json()["replica"]["lag_seconds"] > 0
    second.promote()
    until(lambda: client.get("/readyz").json()["replica"] is None)
    client.app.state.engine.dispose()  # type: ignore[attr-defined]
    writer.dispose()


def test_no_version_is_answered_with_the_rows_of_an_older_server(servers: tuple[Server, Server]) -> None:
    first, second = servers
    both = over(first, second, database="claims", load_balance_hosts="random")
    writer = sa.create_engine(first.url("claims"))
    replay(second, "pause")
    rename(writer, 2)
    titles, versions = dict[str, set[str]](), set[int]()
    for _ in range(12):  # connections are made anew, so that clock and rows meet either server
        client = reader(both)
        for _ in range(6):
            answer = client.get("/v1/documents")
            shown, title = answer.json()["meta"]["data_version"], answer.json()["data"][0]["title"]
            assert (shown == 2) == (title == "Title 2")
            versions.add(shown)
            if "ETag" in answer.headers:
                titles.setdefault(answer.headers["ETag"], set()).add(title)
        client.app.state.engine.dispose()  # type: ignore[attr-defined]
    assert versions == {1, 2}, "both servers answered"
    assert all(len(each) == 1 for each in titles.values()), titles
    assert set.union(*titles.values()) >= {"Title 2"}
    replay(second, "resume")
    writer.dispose()


class Load:
    """Readers that ask without a pause, and when each was answered what."""

    def __init__(self, client: TestClient, threads: int = 3) -> None:
        self.client = client
        self.answers: list[tuple[float, int, str | None]] = []
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(threads)]

    def _ask(self) -> None:
        turn = 0
        while not self._over.is_set():
            turn += 1
            answer = self.client.get(PATHS[turn % len(PATHS)])
            self.answers.append((time.monotonic(), answer.status_code, answer.headers.get("Retry-After")))

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def more(self, number: int = 60) -> None:
        """Wait for as many answers."""
        asked = len(self.answers)
        until(lambda: len(self.answers) >= asked + number)

    def refused_after(self, moment: float) -> list[float]:
        """Seconds from the moment to each answer that was not 200; each was a 503 that says when to come back."""
        failed = [each for each in self.answers if each[1] != 200]
        assert {each[1:] for each in failed} <= {(503, "2")}, Counter(each[1] for each in failed)
        return [when - moment for when, _, _ in failed]


def test_reads_go_on_when_the_standby_stops_and_when_it_becomes_the_primary(servers: tuple[Server, Server]) -> None:
    first, second = servers
    # The load runs against the layers in one process; each request reads anew.
    client = reader(over(second, first, database="claims", target_session_attrs="prefer-standby"), remember_bytes=0)
    assert client.get("/readyz").json()["replica"] is not None
    with Load(client) as load:
        load.more()
        stopped = time.monotonic()
        second.stop()
        load.more(300)
        until(lambda: time.monotonic() > stopped + 1)
        load.more()
    assert all(0 <= late < WINDOW for late in load.refused_after(stopped))
    assert client.get("/readyz").json()["replica"] is None, "the primary answers"

    second.start()
    client.app.state.engine.dispose()  # type: ignore[attr-defined]
    until(lambda: (client.get("/readyz").json().get("replica") or {}).get("receiving") is True)
    with Load(client) as load:
        load.more()
        stopped = time.monotonic()
        first.stop()
        second.promote()
        load.more(300)
    assert all(0 <= late < WINDOW for late in load.refused_after(stopped))
    writer = sa.create_engine(over(second, first, database="claims", target_session_attrs="read-write"))
    rename(writer, 2)
    until(lambda: client.get("/v1").json()["data_version"] == 2)
    writer.dispose()
    client.app.state.engine.dispose()  # type: ignore[attr-defined]
