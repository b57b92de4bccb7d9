"""A database that was filled before there was a search can be searched after its upgrade, and none is lost on the way back."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from conftest import client_for
from make import SMALL_SEED, write_seed
from observe import digest, rows_of

from app.db import SCHEMA_REVISION, schema_revision
from app.seed.load import seed_directory
from app.upgrade import migrate

BEFORE = "2026_11_22_claims"


@pytest.fixture
def filled(empty: sa.Engine, tmp_path: Path) -> sa.Engine:
    """A database with the small seed."""
    seed_directory(empty, write_seed(tmp_path / "small", SMALL_SEED))
    return empty


def revision_of(engine: sa.Engine) -> str | None:
    with engine.connect() as connection:
        return schema_revision(connection)


def found(engine: sa.Engine) -> list[str]:
    answer = client_for(engine).get("/v1/search?q=northport&limit=100")
    assert answer.status_code == 200
    return [hit["code"] for hit in answer.json()["data"]]


def test_an_upgrade_with_rows_present_fills_the_search(filled: sa.Engine) -> None:
    before, names = digest(filled), found(filled)
    while revision_of(filled) != BEFORE:
        migrate(filled, "-1")
    assert not any(table.startswith("search_") for table in sa.inspect(filled).get_table_names())
    migrate(filled)
    assert revision_of(filled) == SCHEMA_REVISION
    assert digest(filled) == before
    assert found(filled) == names
    assert "harbour.ships-2024" in names
    assert len(rows_of(filled, "search_entry")) == 11
