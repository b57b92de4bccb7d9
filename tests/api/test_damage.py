"""A row that was changed into what it cannot be: the answers that need it say so, all others are as before."""

import json
import logging
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from conftest import client_for
from make import engine_for
from observe import address_of, claimbook
from starlette.testclient import TestClient

from app.queries.damage import is_damaged

STATEMENT = "WHERE id = 'central-urban-areas.gdp-2021-h1'"
DAMAGE: dict[str, tuple[str, str]] = {
    "text in a number": ("UPDATE document SET text_length = 'secret' WHERE code = 'tech-innovation'", "/v1/documents"),
    "text in a decimal": (f"UPDATE statement SET value = 'secret' {STATEMENT}", "/v1/statements?value=gt:1&unit=CNY&limit=1000"),
    "text in a date": ("UPDATE document SET published_on = 'secret' WHERE code = 'tech-innovation'", "/v1/documents"),
    "a day that is none": ("UPDATE statement SET period_end = '2021-02-30' WHERE period_end > 0", "/v1/statements?fields=period"),
    "bytes in a text": ("UPDATE region SET name = X'FF00' WHERE code = 'chongqing'", "/v1/regions"),
    "text that is no UTF-8": ("UPDATE region SET name = CAST(X'FF41' AS TEXT) WHERE code = 'chongqing'", "/v1/regions"),
    "nothing where something must be": ("UPDATE region SET name = NULL WHERE code = 'chongqing'", "/v1/regions"),
    "a word that is none": ("UPDATE actor SET kind = 'secret'", "/v1/actors"),
    "a reference to nothing": ("UPDATE document SET publisher = 'secret'", "/v1/documents"),
    "broken JSON in a page": ("UPDATE representation SET whole = substr(whole, 1, 99)", "/v1/statements"),
    "broken JSON of one": ("UPDATE representation SET whole = 'secret'", "/v1/statements/central-urban-areas.gdp-2021-h1"),
    "broken JSON in a longer list": ("UPDATE representation SET whole = '{]'", "/v1/statements?kind=actual&include=total"),
    "broken JSON in flat rows": ("UPDATE representation SET flat = 'secret'", "/v1/statements.csv"),
    "broken JSON in lines": ("UPDATE representation SET flat = 'secret'", "/v1/statements.ndjson"),
    "flat rows that are no UTF-8": ("UPDATE representation SET flat = CAST(X'22FF22' AS TEXT)", "/v1/statements.ndjson"),
    "a statement without what it shows": ("DELETE FROM representation", "/v1/statements?limit=3"),
}
OTHERS = ("/healthz", "/readyz", "/v1/units", "/v1/changes?limit=1")


def loosened(url: str, sql: str) -> sa.Engine:
    """A database in which a row was changed as no writer of ours could: no rule is looked at."""
    engine = engine_for(url)
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        for pragma in ("ignore_check_constraints=ON", "foreign_keys=OFF", "writable_schema=ON"):
            raw.execute(f"PRAGMA {pragma}")
        raw.execute("UPDATE sqlite_master SET sql = replace(sql, ' NOT NULL', '') WHERE name = 'region'")
        raw.execute("PRAGMA writable_schema=RESET")
        assert raw.execute(sql).rowcount
        raw.commit()
    engine.dispose()
    return engine_for(url)


@pytest.mark.parametrize("case", DAMAGE)
def test_an_answer_that_needs_a_damaged_row_says_so_and_all_others_are_given(
    case: str, new_database: Callable[..., str], templates: Callable[[str, str], str]
) -> None:
    sql, path = DAMAGE[case]
    engine = loosened(new_database("sqlite", like=templates("sqlite", "seeded")), sql)
    client = client_for(engine)
    corrupt(client, path)
    assert [client.get(other).status_code for other in OTHERS] == [200] * len(OTHERS)
    engine.dispose()


def corrupt(client: TestClient, path: str) -> None:
    answer = client.get(path)
    told = (answer.status_code, answer.headers.get("Retry-After"), answer.headers["Content-Type"])
    assert told == (503, "2", "application/problem+json"), answer.text
    assert answer.json()["code"] == "database-corrupt"
    for secret in ("secret", "SELECT", "Error", "sqlite", "region.name"):
        assert secret not in answer.text


def test_a_sound_database_is_never_called_damaged(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    """And an error of our own stays one."""
    engine = client.app.state.engine  # type: ignore[attr-defined]
    assert not is_damaged(engine)
    app = client_for(engine).app
    app.add_api_route("/v1/ours", lambda: json.loads("{"))  # type: ignore[attr-defined]
    with caplog.at_level(logging.CRITICAL):
        answer = TestClient(app, raise_server_exceptions=False).get("/v1/ours")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal-error")


def test_what_is_stored_of_a_statement_is_looked_at_on_postgresql_too(loaded: sa.Engine) -> None:
    with loaded.begin() as connection:
        connection.execute(sa.text("UPDATE representation SET whole = 'secret'"))
    corrupt(client_for(loaded), "/v1/statements?limit=2")
    assert is_damaged(loaded)


def test_a_command_that_meets_a_damaged_row_says_so_in_one_line(
    new_database: Callable[..., str], templates: Callable[[str, str], str], tmp_path: Path
) -> None:
    url = new_database("sqlite", like=templates("sqlite", "seeded"))
    engine = loosened(url, "UPDATE document SET published_on = 'secret'")
    for command in (
        ("seed",),
        ("export", "documents.csv", "--out", tmp_path / "out.csv"),
        ("backup", tmp_path / "copy.db", "--drill"),
    ):
        ran = claimbook(*command, "--database", address_of(engine))
        assert (ran.code, ran.err.count("\n")) == (1, 1), ran
        assert "damaged" in ran.err
        assert "secret" not in ran.err
    engine.dispose()
