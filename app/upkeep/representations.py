"""Keeps each statement as it goes over the wire, with the names it shows, within the writer's transaction.

What is stored is what `app/rendering/statements.py` makes. Whoever changes what that makes raises `RENDERING` in `app/db.py`;
`claimbook migrate` then makes all of them anew.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app.db import RENDERING, insert_many
from app.exports.lists import STATEMENTS
from app.exports.wire import to_json
from app.models import Document, Instance, Relation, Representation, Statement, StatementRegion
from app.queries.shown import AT_ONCE, Shelf, Which, stretches, these
from app.rendering import statements as rendering

COLUMNS = tuple(column.name for column in Representation.__table__.columns)
BLANK = dict.fromkeys(name for name in STATEMENTS if name.startswith("converted_") or name == "match")
"""Columns of a flat row that say nothing unless a request asks for them."""

NAMES: tuple[tuple[str, Any, Any], ...] = (
    ("region", StatementRegion.statement, StatementRegion.region),
    ("indicator", Statement.id, Statement.indicator),
    ("project", Statement.id, Statement.project),
    ("actor", Statement.id, Statement.speaker),
    ("document", Statement.id, Statement.document),
)
"""What a statement shows the name of: the resource, the column of the statement's id, the column of the resource's code."""


def refresh(connection: sa.Connection, operations: Mapping[tuple[str, str], str], documents: Collection[str] = ()) -> None:
    """Make the representations anew that a change of these resources touches: `("region", "chongqing")` → `updated`.

    And those of all statements of `documents`, as when their texts were attached.
    """
    ids = {code for resource, code in operations if resource == "statement"}
    for batch in _batches(documents):
        ids.update(connection.execute(sa.select(Statement.id).where(Statement.document.in_(batch))).scalars())
    for batch in _batches(ids):
        ids.update(_partners(connection, batch))  # a relation shows while its other end is not withdrawn
    for resource, code in operations:
        if resource == "relation":
            statement, _, other = code.split("~")
            ids.update((statement, other))
    for resource, statement, code_of in NAMES:
        for batch in _batches(_updated(operations, resource)):
            ids.update(connection.execute(sa.select(statement).where(code_of.in_(batch))).scalars())
    for batch in _batches(_updated(operations, "actor")):
        published = sa.select(Document.code).where(Document.publisher.in_(batch))
        ids.update(connection.execute(sa.select(Statement.id).where(Statement.document.in_(published))).scalars())
    _replace(connection, ids)


def rebuild(connection: sa.Connection) -> None:
    """Make every representation anew, and note how they were made."""
    connection.execute(sa.delete(Representation))
    shelf = Shelf(connection)
    for which in stretches(connection, Statement.id):
        _insert(connection, shelf, which)
    connection.execute(sa.update(Instance).values(rendering=RENDERING))


def _updated(operations: Mapping[tuple[str, str], str], wanted: str) -> set[str]:
    return {code for (resource, code), operation in operations.items() if resource == wanted and operation == "updated"}


def _partners(connection: sa.Connection, ids: Sequence[str]) -> Iterator[str]:
    for here, there in ((Relation.statement, Relation.other), (Relation.other, Relation.statement)):
        yield from connection.execute(sa.select(there).where(here.in_(ids))).scalars()


def _replace(connection: sa.Connection, ids: Iterable[str]) -> None:
    shelf = Shelf(connection)
    for batch in _batches(ids):
        connection.execute(sa.delete(Representation).where(Representation.statement.in_(batch)))
        _insert(connection, shelf, these(batch))


def _insert(connection: sa.Connection, shelf: Shelf, which: Which) -> None:
    insert_many(connection, Representation.__tablename__, COLUMNS, map(_row, shelf.read(which)))


def _row(row: Statement) -> tuple[str | None, ...]:
    quoted = (_whole(row, True), _flat(row, True)) if row.quotation else (None, None)
    return row.id, _whole(row, False), _flat(row, False), *quoted


def _whole(row: Statement, quotes: bool) -> str:
    return to_json(rendering.fields(row, quotes=quotes))


def _flat(row: Statement, quotes: bool) -> str:
    return to_json({**rendering.flat(row, quotes=quotes), **BLANK})


def _batches(ids: Iterable[str]) -> Iterable[list[str]]:
    ordered = sorted(ids)
    return (ordered[start : start + AT_ONCE] for start in range(0, len(ordered), AT_ONCE))
