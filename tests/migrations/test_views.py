"""Are the views what `docs/views.md` promises, on both databases, and does their role see nothing else?"""

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
import sqlalchemy as sa
from make import ROOT

from app.models import Statement, StatementRegion

PROMISED = {
    view: columns.split(", ")
    for view, columns in re.findall(r"^\| `(bi_\w+)` \|.*\| `([^`]+)` \|$", (ROOT / "docs" / "views.md").read_text("utf-8"), re.M)
}


def columns_of(connection: sa.Connection, view: str) -> list[str]:
    return [column["name"] for column in sa.inspect(connection).get_columns(view)]


def test_the_views_have_the_columns_that_are_promised(loaded: sa.Engine) -> None:
    with loaded.connect() as connection:
        views = sorted(name for name in sa.inspect(connection).get_view_names() if name.startswith("bi_"))
        assert views == sorted(PROMISED)
        assert {view: columns_of(connection, view) for view in views} == PROMISED
        for view in views:
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {view}").scalar(), f"{view} holds rows"


def test_a_view_shows_the_figures_of_the_statements_that_are_not_withdrawn(loaded: sa.Engine) -> None:
    with loaded.begin() as connection:
        gone = connection.execute(sa.select(sa.func.min(Statement.id))).scalar_one()
        connection.execute(sa.update(Statement).where(Statement.id == gone).values(status="withdrawn"))
        kept = {row.id: row for row in connection.execute(sa.select(Statement.id, Statement.value, Statement.exact))}
        shown = {row.id: row for row in connection.exec_driver_sql("SELECT * FROM bi_statement")}
        assert set(kept) - set(shown) == {gone}
        for id_, row in shown.items():
            value = kept[id_].value
            assert (row.value_text and Decimal(row.value_text)) == value
            assert row.value == (value if isinstance(row.value, Decimal) else value and float(value))
            assert row.as_written == kept[id_].exact
        linked = connection.execute(sa.select(StatementRegion.statement).where(StatementRegion.statement == gone)).all()
        assert linked
        assert not connection.exec_driver_sql(f"SELECT 1 FROM bi_statement_region WHERE statement = '{gone}'").all()


def test_both_databases_show_the_same_rows(clients: object) -> None:
    def rows(backend: str) -> list[tuple[object, ...]]:
        engine = clients(backend).app.state.engine  # type: ignore[operator]
        columns = "id, regions, value_text, period, comparator, cell, indicator_name"
        with engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(f"SELECT {columns} FROM bi_statement ORDER BY id")]

    assert rows("sqlite") == rows("postgresql")


@pytest.fixture
def reader(loaded: sa.Engine) -> Iterator[sa.Connection]:
    """A connection as the role that reads the views; PostgreSQL only has roles."""
    if loaded.dialect.name != "postgresql":
        pytest.skip("SQLite has no roles")
    with loaded.connect() as connection:
        connection.exec_driver_sql("SET ROLE claimbook_reader")
        yield connection


def test_the_role_reads_the_views_and_nothing_else(reader: sa.Connection) -> None:
    for view in PROMISED:
        assert reader.exec_driver_sql(f"SELECT count(*) FROM {view}").scalar()
    for table in ("statement", "instance", "document_text", "quotation"):
        with pytest.raises(sa.exc.ProgrammingError, match="permission denied"), reader.begin_nested():
            reader.exec_driver_sql(f"SELECT * FROM {table}")
    with pytest.raises(sa.exc.DBAPIError), reader.begin_nested():
        reader.exec_driver_sql("DELETE FROM bi_document")


def test_no_view_shows_words_of_an_attached_text(empty: sa.Engine) -> None:
    with empty.connect() as connection:
        if empty.dialect.name == "sqlite":
            told = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE type = 'view'").scalars().all()
        else:
            told = connection.exec_driver_sql("SELECT definition FROM pg_views WHERE viewname LIKE 'bi\\_%%'").scalars().all()
    assert len(told) == len(PROMISED)
    assert not re.search(r"quotation|document_text|instance", " ".join(told))
