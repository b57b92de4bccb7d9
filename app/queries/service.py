"""What the database holds altogether, and what changed since a data version."""

from typing import Annotated, Literal

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.orm import Session

from app import models
from app.domain.words import Operation
from app.models import Change
from app.queries.listing import DIGITS, OneOrMore, Order, Paging
from app.queries.statements import number_of

Resource = Literal["actor", "document", "indicator", "project", "region", "relation", "statement", "unit"]


class ChangeListQuery(Paging):
    """Parameters of the list of changes."""

    since: Annotated[
        int, Field(ge=0, le=2_147_483_647, description="Only changes of later data versions than this one. 0: all."), DIGITS
    ] = 0
    resource: Annotated[OneOrMore[Resource], Field(description="Only changes of these resources. Left out: all.")] = []
    operation: Annotated[OneOrMore[Operation], Field(description="Only these operations. Left out: all.")] = []


def select_changes(query: ChangeListQuery) -> sa.Select[Change]:
    """Changes of later data versions than `since`."""
    select = sa.select(Change).where(Change.version > query.since)
    if query.resource:
        select = select.where(Change.resource.in_(query.resource))
    if query.operation:
        select = select.where(Change.operation.in_(query.operation))
    return select


def latest_changes(session: Session, versions: int) -> list[sa.Row[int, str, str, str, int]]:
    """What the last data versions changed, newest first: version, time, resource, operation and how many."""
    last = sa.select(models.DataVersion.version - versions).scalar_subquery()
    number = sa.func.count().label("number")
    columns = (Change.version, sa.func.max(Change.at).label("at"), Change.resource, Change.operation)
    select = sa.select(*columns, number).where(Change.version > last)
    select = select.group_by(Change.version, Change.resource, Change.operation)
    return list(session.execute(select.order_by(Change.version.desc(), number.desc(), Change.resource)))


CHANGE_ORDER = Order(columns=(Change.version, Change.resource), key=Change.code)


def count_all(session: Session) -> dict[str, int]:
    """How many rows of each resource there are; one SQL statement."""
    counts = {
        "documents": sa.select(sa.func.count()).select_from(models.Document),
        "regions": sa.select(sa.func.count()).select_from(models.Region),
        "indicators": sa.select(sa.func.count()).select_from(models.Indicator),
        "units": sa.select(sa.func.count()).select_from(models.Unit),
        "actors": sa.select(sa.func.count()).select_from(models.Actor),
        "projects": sa.select(sa.func.count()).select_from(models.Project),
    }
    numbers = {
        "statements": number_of(),
        "quantities": number_of(models.Statement.unit.is_not(None)),  # a figure has a unit, and nothing else has one
        **{name: select.scalar_subquery() for name, select in counts.items()},
    }
    row = session.execute(sa.select(*(number.label(name) for name, number in numbers.items()))).mappings().one()
    return dict(row)


LARGE = 50_000
"""Statements from which on counting them by every value takes longer than a reader should wait."""


def is_large(session: Session) -> bool:
    """Whether there are more than LARGE statements; reads so many keys at most."""
    return session.execute(sa.select(models.Statement.id).offset(LARGE).limit(1)).first() is not None


REPLAYED = sa.text("""
    SELECT receiving, received - replayed AS lag_bytes,
        CASE WHEN receiving AND received = replayed THEN 0
             ELSE greatest(extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()), 0) END AS lag_seconds
    FROM (SELECT EXISTS (SELECT FROM pg_stat_wal_receiver WHERE pid IS NOT NULL) AS receiving,
                 pg_wal_lsn_diff(greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()), '0/0') AS received,
                 pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0') AS replayed) AS log
    WHERE pg_is_in_recovery()
""")


def replica_state(session: Session) -> sa.RowMapping | None:
    """How far a standby has come; None when the database that answers is no standby."""
    if session.get_bind().dialect.name != "postgresql":
        return None
    return session.execute(REPLAYED).mappings().one_or_none()


def is_empty(connection: sa.Connection) -> bool:
    """Whether no document and no region has been loaded yet."""
    none = connection.execute(sa.select(models.Document.code).limit(1)).first() is None
    return none and connection.execute(sa.select(models.Region.code).limit(1)).first() is None
