"""Keeps the places that statements lie in: their regions and all regions around these, within the writer's transaction.

And the periods that they have, which lists of days are begun with.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app.db import insert_many
from app.domain.period import NO_DAY
from app.models import Period, Region, RegionParent, Statement, StatementRegion, StatementScope
from app.queries.shown import AT_ONCE, Which, stretches, these
from app.queries.windows import EVERYWHERE

COLUMNS = [column.name for column in StatementScope.__table__.columns]
PERIODS = [column.name for column in Period.__table__.columns]
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
        here = StatementScope.statement.in_(batch)
        periods = set(connection.execute(sa.select(StatementScope.period_key).where(here)).scalars())
        connection.execute(sa.delete(StatementScope).where(here))
        _insert(connection, these(batch), around)
        _forget(connection, periods)


def rebuild(connection: sa.Connection) -> None:
    """Make the places of all statements anew; the indices are made when all are there."""
    connection.execute(sa.delete(StatementScope))
    connection.execute(sa.delete(Period))
    indices = sorted(StatementScope.__table__.indexes, key=lambda index: str(index.name))  # type: ignore[attr-defined]
    for index in indices:
        index.drop(connection)
    around = _around(connection)
    for which in stretches(connection, Statement.id):
        _insert(connection, which, around)
    for index in indices:
        index.create(connection)


def _insert(connection: sa.Connection, which: Which, around: Around) -> None:
    """Write the places of those of these statements that are not withdrawn."""
    regions: dict[str, list[str]] = defaultdict(list)
    named = sa.select(StatementRegion.statement, StatementRegion.region).where(which(StatementRegion.statement))
    for statement, region in connection.execute(named).all():
        regions[statement].append(region)
    table = Statement
    columns = (table.id, table.indicator, table.kind, table.period_key, table.period_key_down)
    select = sa.select(*columns, table.period_start, table.period_end).where(which(table.id), table.status != "withdrawn")
    rows: list[tuple[Any, ...]] = []
    periods: dict[str, tuple[str, str, str]] = {}
    for id_, *listed, start, end in connection.execute(select).all():
        own = regions[id_]
        lies_in = {EVERYWHERE, *own, *(place for region in own for place in around[region])}
        rows.extend((place, 0, id_, *listed) for place in lies_in)
        rows.extend((place, 1, id_, *listed) for place in own)
        if start is not None and start != end:
            key, key_down = listed[-2:]
            periods[str(key)] = str(key), str(key_down), str(end or NO_DAY)
    insert_many(connection, StatementScope.__tablename__, COLUMNS, sorted(rows, key=lambda row: row[:3]))
    held = set(connection.execute(sa.select(Period.period_key).where(Period.period_key.in_(periods))).scalars())
    insert_many(connection, Period.__tablename__, PERIODS, [row for key, row in periods.items() if key not in held])


def _forget(connection: sa.Connection, periods: Collection[str]) -> None:
    """Take those of these periods off the list that no statement has any more."""
    table = StatementScope
    everywhere = (table.region == EVERYWHERE, table.own == sa.false())
    had = sa.select(table.period_key).where(*everywhere, table.period_key.in_(periods)).distinct()
    gone = set(periods) - set(connection.execute(had).scalars())
    connection.execute(sa.delete(Period).where(Period.period_key.in_(gone)))


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
