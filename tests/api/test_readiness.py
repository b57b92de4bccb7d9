"""What is answered while the database is missing, strange, full, locked or slow; and does liveness stay out of it?"""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import anyio
import pytest
import sqlalchemy as sa
from asking import NOUNS, paths
from conftest import client_for
from make import engine_for
from starlette.testclient import TestClient

from app.db import SCHEMA_REVISION, make_engine
from app.settings import Settings

HANGS = 60
"""Seconds after which an answer is taken never to come; no claim about speed."""

READERS = [
    "/",
    "/v1",
    "/v1/statements",
    "/v1/statements.csv",
    "/v1/statements.json",
    "/v1/regions/tree",
    "/v1/changes",
    "/v1/coverage",
]
READERS += [f"/v1/{noun}" for noun in NOUNS] + [f"/v1/{noun}.csv" for noun in NOUNS] + ["/openapi.json", "/readyz"]


def unavailable(client: TestClient, path: str, code: str) -> None:
    answer = client.get(path, headers={"Origin": "https://a.example"})
    assert (answer.status_code, answer.json()["code"]) == (503, code), (path, answer.text)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Retry-After"] == "2"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for secret in ("SELECT", "/tmp", "password", "sqlite:", "postgresql:", "Traceback", "OperationalError"):
        assert secret not in answer.text


def healthy(client: TestClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_a_ready_service_says_so(client: TestClient, backend: str) -> None:
    ready = {"status": "ready", "schema_revision": SCHEMA_REVISION, "data_version": 1}
    assert client.get("/readyz").json() == {**ready, "database": backend, "replica": None}
    healthy(client)


@pytest.mark.parametrize(
    ("revision", "hint"),
    [("2020_01_01_before", "claimbook migrate"), ("2999_01_01_after", "newer"), ("0", "older"), (None, "claimbook migrate")],
)
def test_another_schema_is_not_ready(empty: sa.Engine, revision: str | None, hint: str) -> None:
    with empty.begin() as connection:
        if revision is None:
            connection.execute(sa.text("DROP TABLE alembic_version"))
        else:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = :to"), {"to": revision})
    client = client_for(empty)
    unavailable(client, "/readyz", "schema-mismatch")
    assert hint in client.get("/readyz").json()["detail"]
    healthy(client)


def test_a_database_without_any_table_is_a_schema_mismatch_on_every_path(backend: str, new_database: Callable[..., str]) -> None:
    engine = engine_for(new_database(backend))
    client = client_for(engine)
    for path in READERS:
        unavailable(client, path, "schema-mismatch")
    healthy(client)
    engine.dispose()


def test_a_missing_table_is_a_schema_mismatch_before_the_first_byte(loaded: sa.Engine) -> None:
    client = client_for(loaded)
    with loaded.begin() as connection:
        connection.execute(sa.text("DROP TABLE representation"))
    for path in ("/v1/statements", "/v1/statements.csv", "/v1/statements.json?limit_".removesuffix("?limit_")):
        unavailable(client, path, "schema-mismatch")
    assert client.get("/v1/regions.csv").status_code == 200
    healthy(client)


def test_a_missing_column_is_a_schema_mismatch(loaded: sa.Engine) -> None:
    with loaded.begin() as connection:
        connection.execute(sa.text("ALTER TABLE actor RENAME COLUMN note TO remark"))
    unavailable(client_for(loaded), "/v1/actors", "schema-mismatch")


def test_liveness_never_touches_the_database(backend: str, new_database: Callable[..., str]) -> None:
    engine = engine_for(new_database(backend))
    asked: list[str] = []
    sa.event.listen(engine, "do_connect", lambda *_: asked.append("connected"))
    client = client_for(engine)
    healthy(client)
    assert client.head("/healthz").status_code == 200
    assert asked == []
    unavailable(client, "/readyz", "schema-mismatch")
    assert asked
    engine.dispose()


def test_liveness_answers_while_every_thread_waits(client: TestClient) -> None:
    async def ask() -> tuple[int, bool]:
        limiter = anyio.to_thread.current_default_thread_limiter()
        limiter.total_tokens = 1
        release = threading.Event()
        sent: list[int] = []

        async def send(message: dict[str, int]) -> None:
            if message["type"] == "http.response.start":  # type: ignore[comparison-overlap]
                sent.append(message["status"])

        async def receive() -> dict[str, str]:
            return {"type": "http.request"}

        scope = {"type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "root_path": "", "query_string": b""}
        scope |= {"path": "/healthz", "raw_path": b"/healthz", "headers": [], "server": ("testserver", 80), "client": None}
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(anyio.to_thread.run_sync, release.wait, 2 * HANGS)
            while limiter.borrowed_tokens == 0:
                await anyio.sleep(0.01)
            with anyio.move_on_after(HANGS):
                await client.app(scope, receive, send)  # type: ignore[arg-type]
            waiting = limiter.borrowed_tokens == 1
            release.set()
        return (sent or [0])[0], waiting

    status, waiting = anyio.run(ask)
    assert status == 200
    assert waiting, "the answer came after the thread was free again"


def test_a_stopped_postgresql_is_unavailable_and_comes_back(new_database: Callable[..., str], postgres: str) -> None:
    url = new_database("postgresql")
    engine = make_engine(Settings(database_url=url))
    client = client_for(engine)
    unavailable(client, "/readyz", "schema-mismatch")
    admin = sa.create_engine(postgres, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    name = sa.make_url(url).database
    with admin.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    for path in ("/readyz", "/v1/statements", "/v1/statements.csv", "/v1/regions.json", "/"):
        unavailable(client, path, "database-unavailable")
    healthy(client)
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    unavailable(client, "/readyz", "schema-mismatch")
    engine.dispose()


def test_a_killed_connection_is_replaced(new_database: Callable[..., str], templates: Callable[[str, str], str]) -> None:
    engine = engine_for(new_database("postgresql", like=templates("postgresql", "migrated")))
    client = client_for(engine)
    assert client.get("/readyz").status_code == 200
    with engine.connect() as connection:
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        connection.exec_driver_sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
    assert client.get("/readyz").status_code == 200
    engine.dispose()


@pytest.mark.parametrize("content", [b"", b"this is no database, whatever its name says. " * 200, bytes(5000)])
def test_a_file_that_is_no_database_of_ours_is_unavailable(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "claimbook.db"
    path.write_bytes(content)
    engine = make_engine(Settings(database_url=f"sqlite:///{path}"))
    client = client_for(engine)
    code = "database-unavailable" if content else "schema-mismatch"
    for address in ("/readyz", "/v1/statements", "/v1/regions.csv"):
        unavailable(client, address, code)
    healthy(client)
    engine.dispose()
    assert path.read_bytes()[: len(content)] == content or not content


@pytest.fixture
def crowded(backend: str, new_database: Callable[..., str], templates: Callable[[str, str], str]) -> Iterator[sa.Engine]:
    """A database behind a pool of one connection that is waited for a moment only."""
    settings = Settings(
        database_url=new_database(backend, like=templates(backend, "seeded")),
        pool_size=1,
        pool_timeout=0.1,
        statement_timeout=0.3,
    )
    engine = make_engine(settings)
    yield engine
    engine.dispose()


def test_a_pool_without_a_free_connection_is_unavailable_for_a_moment(crowded: sa.Engine) -> None:
    client = client_for(crowded)
    with crowded.connect() as connection:
        connection.execute(sa.text("SELECT 1"))
        for path in ("/readyz", "/v1/statements", "/v1/statements.csv", "/v1/units.json", "/v1/regions/tree"):
            unavailable(client, path, "database-unavailable")
        healthy(client)
    assert client.get("/readyz").status_code == 200


def test_one_connection_is_enough_for_every_path(crowded: sa.Engine) -> None:
    client = client_for(crowded)
    for path in [*paths(client), "/v1/statements.csv?region=chongqing", "/v1/statements?within=chongqing&include=total&limit=2"]:
        assert client.get(path).status_code == 200, path


def test_a_query_that_waits_too_long_is_given_up(new_database: Callable[..., str], templates: Callable[[str, str], str]) -> None:
    url = new_database("postgresql", like=templates("postgresql", "seeded"))
    engine = make_engine(Settings(database_url=url, statement_timeout=0.2))
    client = client_for(engine)
    holder = engine_for(url)
    with holder.begin() as connection:
        connection.exec_driver_sql("LOCK TABLE statement, representation IN ACCESS EXCLUSIVE MODE")
        for path in ("/v1/statements", "/v1/statements.csv"):
            answer = client.get(path)
            assert answer.status_code == 503
            assert answer.json()["code"] in ("query-too-slow", "database-unavailable")
            assert answer.headers["Retry-After"] == "2"
        healthy(client)
    assert client.get("/v1/statements?limit=1").status_code == 200
    holder.dispose()
    engine.dispose()


def test_a_writer_does_not_keep_readers_waiting(loaded: sa.Engine) -> None:
    from app.db import writing

    client = client_for(loaded)
    with writing(loaded) as connection:
        connection.execute(sa.text("UPDATE statement SET note = 'in work'"))
        answer = client.get("/v1/statements?limit=1000")
        assert answer.status_code == 200
        assert "in work" not in answer.text
