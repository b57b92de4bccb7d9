"""Keeps the places that statements lie in: their regions and all regions around these, within the writer's transaction."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from app.db import days_between
from app.domain.period import LENGTHS
from app.models import Region, RegionParent, Statement, StatementRegion, StatementScope

EVERYWHERE = ""
"""The place that every statement lies in."""

AT_ONCE = 500
COLUMNS = [column.name for column in StatementScope.__table__.columns]


def refresh(connection: sa.Connection, operations: Mapping[tuple[str, str], str], moved: Collection[str]) -> None:
    """Make the places of these statements anew; those of all when regions `moved`, that is, changed their parents."""
    if moved:
        rebuild(connection)
        return
    ids = sorted(code for resource, code in operations if resource == "statement")
    for start in range(0, len(ids), AT_ONCE):
        batch = ids[start : start + AT_ONCE]
        connection.execute(sa.delete(StatementScope).where(StatementScope.statement.in_(batch)))
        _fill(connection, Statement.id.in_(batch))


def rebuild(connection: sa.Connection) -> None:
    """Make the places of all statements anew; the indices are made when all are there."""
    connection.execute(sa.delete(StatementScope))
    indices = sorted(StatementScope.__table__.indexes, key=lambda index: str(index.name))  # type: ignore[attr-defined]
    for index in indices:
        index.drop(connection)
    _fill(connection, sa.true())
    for index in indices:
        index.create(connection)


def _fill(connection: sa.Connection, which: sa.ColumnElement[bool]) -> None:
    live = sa.and_(which, Statement.status != "withdrawn")
    lies, around = StatementRegion, _around()
    own = sa.func.max(sa.case((around.c.place == lies.region, 1), else_=0)) == 1
    places = (
        sa.select(around.c.place.label("place"), own.label("own"), lies.statement.label("statement"))
        .join(around, around.c.region == lies.region)
        .join(Statement, Statement.id == lies.statement)
        .where(live)
        .group_by(around.c.place, lies.statement)
    )
    everywhere = sa.select(sa.literal(EVERYWHERE), sa.true(), Statement.id).where(live)
    found = sa.union_all(places, everywhere).subquery()
    rows = (
        sa.select(found.c.place, found.c.own, found.c.statement, *_columns(connection.dialect.name))
        .join(Statement, Statement.id == found.c.statement)
        .order_by(found.c.place, found.c.own, found.c.statement)
    )
    connection.execute(sa.insert(StatementScope).from_select(COLUMNS, rows))


def _columns(dialect: str) -> Iterable[Any]:
    """What lists are narrowed and ordered by, in the order of the table."""
    days = days_between(dialect, Statement.period_start, Statement.period_end)
    longest = sa.case(*((days < length, length) for length in LENGTHS), else_=0)
    return Statement.indicator, Statement.kind, Statement.period_key, Statement.period_key_down, longest


def _around() -> sa.CTE:
    """Each region with itself and with every region that it lies in, by any chain of parents."""
    around = sa.select(Region.code.label("region"), Region.code.label("place")).cte("around", recursive=True)
    above = sa.select(around.c.region, RegionParent.parent).join(RegionParent, RegionParent.region == around.c.place)
    return around.union(above)
