"""The rows of the data package that are rows of a table: all of them, by their key, some at a time, without the withdrawn."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from app import models
from app.models import Statement
from app.queries.listing import Order, stream_rows
from app.queries.statements import LIVE

Source = tuple[Callable[[], sa.Select[Any]], Order]
"""What is selected, and its order: the columns of the key."""


def _all(table: Any, *key: Any) -> Source:
    *columns, last = key
    return lambda: sa.select(table), Order(columns=tuple(columns), key=last)


def _live(table: Any, *key: Any, among: tuple[Any, ...] = (), apart: tuple[Any, ...] = ()) -> Source:
    """`apart` are columns that name statements which may lie on another machine."""
    _, order = _all(table, *key)
    withdrawn = sa.select(Statement.id).where(Statement.status == "withdrawn")
    return lambda: sa.select(table).where(*map(_lives, among), *(column.not_in(withdrawn) for column in apart)), order


def _lives(column: Any) -> sa.ColumnElement[bool]:
    """Whether the statement that a column names is not withdrawn; looked up by key, so that a page costs the same on any size."""
    named = aliased(Statement)
    return sa.exists().where(named.id == column, named.status != "withdrawn")


_Relation, _Mention, _Said = models.Relation, models.Mention, models.MentionStatement
_Place, _Party, _Step = models.ProjectRegion, models.ProjectParty, models.ProjectStatus
_About, _Author = models.StatementRegion, models.DocumentAuthor

SOURCES: dict[str, Source] = {
    "statement-regions": _live(_About, _About.statement, _About.region, among=(_About.statement,)),
    "relations": _live(
        *(_Relation, _Relation.statement, _Relation.relation, _Relation.other),
        among=(_Relation.statement,),
        apart=(_Relation.other,),
    ),
    "documents": _all(models.Document, models.Document.code),
    "document-authors": _all(_Author, _Author.document, _Author.position),
    "mentions": _all(_Mention, _Mention.document, _Mention.start),
    "mention-statements": _live(_Said, _Said.document, _Said.start, _Said.statement, apart=(_Said.statement,)),
    "regions": _all(models.Region, models.Region.code),
    "region-parents": _all(models.RegionParent, models.RegionParent.region, models.RegionParent.parent),
    "indicators": _all(models.Indicator, models.Indicator.code),
    "indicator-counted": _all(models.IndicatorCounted, models.IndicatorCounted.indicator, models.IndicatorCounted.code),
    "units": _all(models.Unit, models.Unit.code),
    "actors": _all(models.Actor, models.Actor.code),
    "projects": _all(models.Project, models.Project.code),
    "project-regions": _all(_Place, _Place.project, _Place.region),
    "project-parties": _all(_Party, _Party.project, _Party.actor, _Party.role),
    "project-steps": _all(_Step, _Step.project, _Step.position),
}
"""Every table but the statements, which are rendered."""


def stream_table(session: Session, name: str) -> Iterator[Any]:
    """The rows of a table of the package, by key."""
    select, order = SOURCES[name]
    return (row for page in stream_rows(session, select(), order, size=1000) for row in page)


def withdrawn_steps(session: Session) -> set[str]:
    """The withdrawn statements that steps of projects name."""
    select = sa.select(Statement.id).join(_Step, _Step.statement == Statement.id).where(Statement.status == "withdrawn")
    return set(session.execute(select).scalars())


def count_tables(session: Session, names: Iterable[str]) -> dict[str, int]:
    """How many rows these tables of the package have; one SQL statement."""
    selects = {name: LIVE if name == "statements" else SOURCES[name][0]() for name in names}
    counts = [
        sa.select(sa.func.count()).select_from(each.subquery()).scalar_subquery().label(name) for name, each in selects.items()
    ]
    return dict(session.execute(sa.select(*counts)).mappings().one())
