"""Fills an empty database: rows go in without indices, which are made when all rows are there."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.schema import AddConstraint, DropConstraint

from app import models
from app.db import checked_already, insert_many
from app.domain.decimals import plain_text
from app.seed.rows import Row

FILLED = ("statement", "statement_region")
STATEMENT = tuple(column.name for column in models.Table.metadata.tables["statement"].columns)
DECIMALS = ("value", "lower", "upper")
DAYS = ("period_start", "period_end", "period_anchor")
_values: Any = itemgetter(*STATEMENT)


@contextmanager
def without_indices(connection: sa.Connection) -> Iterator[None]:
    """Within, the tables that are filled have no indices but their keys, nor (PostgreSQL) references to look up row by row.

    All are back at the end; references are checked then, all at once.
    """
    tables = [models.Table.metadata.tables[name] for name in FILLED]
    indices = sorted((index for table in tables for index in table.indexes), key=lambda index: str(index.name))
    references = [key for table in tables for key in table.foreign_key_constraints if connection.dialect.name == "postgresql"]
    for reference in references:
        connection.execute(DropConstraint(reference))
    for index in indices:
        index.drop(connection)
    with checked_already(connection):
        yield
    for index in indices:
        index.create(connection)
    for reference in references:
        connection.execute(AddConstraint(reference, isolate_from_table=False))  # the models keep it inline


def insert_statements(connection: sa.Connection, rows: Sequence[Row], regions: Sequence[tuple[str, str]]) -> None:
    """Write whole rows of statements, whose numbers and days become texts, and their regions as (statement, region)."""
    for row in rows:
        for name in DECIMALS:
            row[name] = None if row[name] is None else plain_text(row[name])
        for name in DAYS:
            row[name] = None if row[name] is None else row[name].isoformat()
    insert_many(connection, "statement", STATEMENT, [_values(row) for row in rows])
    insert_many(connection, "statement_region", ("statement", "region"), regions)


def log_created(connection: sa.Connection, version: int) -> None:
    """List every statement of a data version as created, in one SQL statement; the rows themselves say which they are."""
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    table = models.Statement.__table__.c
    texts: list[sa.ColumnElement[Any]] = [
        sa.literal("statement"),
        table.id,
        sa.literal("created"),
        sa.literal(""),
        sa.literal(at),
    ]
    made = sa.select(sa.literal(version), *texts).where(table.changed_in == version).order_by(table.id)
    names = ["version", "resource", "code", "operation", "fields", "at"]
    connection.execute(sa.insert(models.Change).from_select(names, made))
    connection.execute(sa.update(models.DataVersion).values(version=version))
