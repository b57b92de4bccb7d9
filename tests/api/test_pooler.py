"""With a pooler in transaction mode between: is everything that is set gone with its transaction, and are answers the same?"""

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from conftest import client_for
from make import engine_for

from app.db import make_engine, writing
from app.settings import Settings

DEFAULTS = {"statement_timeout": "0", "lock_timeout": "0"}


@pytest.fixture
def pooled(new_database: Callable[..., str], templates: Callable[[str, str], str]) -> Iterator[sa.Engine]:
    url = new_database("postgresql", like=templates("postgresql", "seeded"))
    engine = make_engine(Settings(database_url=url, transaction_pooler=True, statement_timeout=0.5, pool_size=1))
    yield engine
    engine.dispose()


def settings_of(connection: sa.Connection) -> dict[str, str]:
    return {name: str(connection.exec_driver_sql(f"SHOW {name}").scalar()) for name in DEFAULTS}


def test_limits_hold_within_a_transaction_and_nothing_outlives_it(pooled: sa.Engine) -> None:
    with pooled.connect() as connection:
        assert settings_of(connection) == {"statement_timeout": "500ms", "lock_timeout": "500ms"}
        with pytest.raises(sa.exc.OperationalError, match="statement timeout"):
            connection.exec_driver_sql("SELECT pg_sleep(30)")
    with writing(pooled) as connection:
        assert settings_of(connection)["statement_timeout"] == "0"
    raw = pooled.raw_connection()
    raw.driver_connection.autocommit = True  # type: ignore[union-attr]
    cursor = raw.cursor()
    for name, value in DEFAULTS.items():
        cursor.execute(f"SHOW {name}")
        assert cursor.fetchone() == (value,)
    raw.invalidate()


def test_no_statement_is_prepared_however_often_it_is_asked(pooled: sa.Engine) -> None:
    with client_for(pooled, transaction_pooler=True) as client:
        for _ in range(10):
            assert client.get("/v1/regions?limit=3").status_code == 200
        with pooled.connect() as connection:  # the only one of the pool
            assert connection.exec_driver_sql("SELECT count(*) FROM pg_prepared_statements").scalar() == 0


def test_answers_are_those_without_a_pooler(pooled: sa.Engine) -> None:
    direct = engine_for(pooled.url.render_as_string(hide_password=False))
    plain, through = client_for(direct), client_for(pooled, transaction_pooler=True)
    for path in ("/v1", "/v1/statements?within=chongqing&limit=5", "/v1/statements.csv", "/v1/regions/tree", "/readyz"):
        first, second = plain.get(path), through.get(path)
        assert (first.status_code, first.content) == (second.status_code, second.content)
        assert first.headers.get("ETag") == second.headers.get("ETag")
        if path != "/readyz":
            assert through.get(path, headers={"If-None-Match": second.headers["ETag"]}).status_code == 304
    direct.dispose()


def test_a_version_that_changes_between_is_not_put_on_an_answer(pooled: sa.Engine) -> None:
    with client_for(pooled, transaction_pooler=True, remember_bytes=1_000_000) as client:
        before = client.get("/v1/documents")
        with writing(pooled) as connection:
            connection.execute(sa.text("UPDATE document SET title = 'New'"))
            connection.execute(sa.text("UPDATE data_version SET version = version + 1"))
        after = client.get("/v1/documents")
        assert {row["title"] for row in after.json()["data"]} == {"New"}
        assert before.headers["ETag"] != after.headers["ETag"]
