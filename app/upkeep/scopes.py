"""Keeps the places that statements lie in: their regions and all regions around these, within the writer's transaction."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app.db import insert_many
from app.domain.period import longest
from app.models import Region, RegionParent, Statement, StatementRegion, StatementScope
from app.queries.windows import EVERYWHERE

AT_ONCE = 500
COLUMNS = [column.name for column in StatementScope.__table__.columns]
Around = Mapping[str, Collection[str]]


def refresh(connection: sa.Connection, operations: Mapping[tuple[str, str], str], moved: Collection[str]) -> None:
    """Make the places of these statements anew; those of all when regions `moved`, that is, changed their parents."""
    if moved:
        rebuild(connection)
        return
    ids = sorted(code for resource, code in operations if resource == "statement")
    around = _around(connection) if ids else {}
    for start in range(0, len(ids), AT_ONCE):
        batch = ids[start : start + AT_ONCE]
        connection.execute(sa.delete(StatementScope).where(StatementScope.statement.in_(batch)))
        _insert(connection, batch, around)


def rebuild(connection: sa.Connection) -> None:
    """Make the places of all statements anew; the indices are made when all are there."""
    connection.execute(sa.delete(StatementScope))
    indices = sorted(StatementScope.__table__.indexes, key=lambda index: str(index.name))  # type: ignore[attr-defined]
    for index in indices:
        index.drop(connection)
    around = _around(connection)
    for ids in _windows(connection):
        _insert(connection, ids, around)
    for index in indices:
        index.create(connection)


def _windows(connection: sa.Connection) -> Iterator[list[str]]:
    last = ""
    following = sa.select(Statement.id).order_by(Statement.id).limit(AT_ONCE)
    while ids := list(connection.execute(following.where(Statement.id > last)).scalars()):
        yield ids
        last = ids[-1]


def _insert(connection: sa.Connection, ids: Sequence[str], around: Around) -> None:
    """Write the places of those of these statements that are not withdrawn."""
    regions: dict[str, list[str]] = defaultdict(list)
    named = sa.select(StatementRegion.statement, StatementRegion.region).where(StatementRegion.statement.in_(ids))
    for statement, region in connection.execute(named):
        regions[statement].append(region)
    table = Statement
    columns = (table.id, table.indicator, table.kind, table.period_key, table.period_key_down)
    select = sa.select(*columns, table.period_start, table.period_end).where(table.id.in_(ids), table.status != "withdrawn")
    rows: list[tuple[Any, ...]] = []
    for id_, *listed, start, end in connection.execute(select):
        own = regions[id_]
        lies_in = {EVERYWHERE, *own, *(place for region in own for place in around[region])}
        length = longest(start, end)
        rows.extend((place, 0, id_, *listed, length) for place in lies_in)
        rows.extend((place, 1, id_, *listed, length) for place in own)
    insert_many(connection, StatementScope.__tablename__, COLUMNS, sorted(rows, key=lambda row: row[:3]))


def _around(connection: sa.Connection) -> Around:
    """Region → every region that it lies in, by any chain of parents."""
    parents: dict[str, list[str]] = defaultdict(list)
    for region, parent in connection.execute(sa.select(RegionParent.region, RegionParent.parent)):
        parents[region].append(parent)
    return {code: _above(code, parents) for code in connection.execute(sa.select(Region.code)).scalars()}


def _above(region: str, parents: Mapping[str, Sequence[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [region]
    while waiting:
        for parent in parents.get(waiting.pop(), ()):
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return found
