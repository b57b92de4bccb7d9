"""The rows of the data package that are rows of a table: all of them, by their key, some at a time, without the withdrawn."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from app import models
from app.models import Representation, Statement
from app.queries.listing import Order
from app.queries.statements import GONE, WITHDRAWN, number_of

AT_ONCE = 1000
"""Rows that are read at a time."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where the rows of a table come from, and in which order."""

    table: Any
    key: tuple[Any, ...]
    among: tuple[Any, ...] = ()
    """Columns that name statements, none of which may be withdrawn."""
    apart: tuple[Any, ...] = ()
    """The same for statements that may lie on another machine."""

    def select(self, columns: Iterable[str] = ()) -> sa.Select[Any]:
        """These columns of its rows; with none the rows."""
        wanted = [getattr(self.table, name) for name in columns] or [self.table]
        return sa.select(*wanted).where(*map(_lives, self.among), *(column.not_in(WITHDRAWN) for column in self.apart))

    def number(self) -> sa.ColumnElement[int]:
        """How many rows that is; the withdrawn are looked up in a list of them, as they are few."""
        held = (column.not_in(WITHDRAWN) for column in (*self.among, *self.apart))
        return sa.select(sa.func.count()).select_from(self.table).where(*held).scalar_subquery()

    @property
    def order(self) -> Order:
        """By its key."""
        return Order(columns=self.key[:-1], key=self.key[-1])


def _all(table: Any, *key: Any) -> Source:
    return Source(table, key)


def _live(table: Any, *key: Any, among: tuple[Any, ...] = (), apart: tuple[Any, ...] = ()) -> Source:
    return Source(table, key, among, apart)


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


def stream_table(session: Session, name: str, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """These columns of the rows of a table of the package, by key."""
    source = SOURCES[name]
    return (row[: len(columns)] for page in _pages(session, source.select(columns), source.order) for row in page)


def stream_stored(session: Session) -> Iterator[Sequence[Any]]:
    """The stored flat row of every statement with role and note, by id, some at a time."""
    stored: Any = sa.select(Representation.flat, Statement.role, Statement.note).join(
        Representation, Representation.statement == Statement.id
    )
    return _pages(session, stored.where(Statement.status != "withdrawn"), Order(columns=(), key=Statement.id))


def _pages(session: Session, select: sa.Select[Any], order: Order) -> Iterator[Sequence[Any]]:
    """Rows of columns in an order, AT_ONCE at a time; the columns of the order stand behind them."""
    values_of = (*order.columns, order.key)
    select = select.order_by(*order.by()).add_columns(*values_of).limit(AT_ONCE)
    last: list[Any] | None = None
    while True:
        rows = session.execute(select.where(order.after(last)) if last is not None else select).all()
        yield rows
        if len(rows) < AT_ONCE:
            return
        last = list(rows[-1][-len(values_of) :])


def withdrawn_steps(session: Session) -> set[str]:
    """The withdrawn statements that steps of projects name."""
    select = sa.select(Statement.id).join(_Step, _Step.statement == Statement.id).where(*GONE)
    return set(session.execute(select).scalars())


def count_tables(session: Session, names: Iterable[str]) -> dict[str, int]:
    """How many rows these tables of the package have; one SQL statement."""
    numbers = {name: number_of() if name == "statements" else SOURCES[name].number() for name in names}
    return dict(session.execute(sa.select(*(number.label(name) for name, number in numbers.items()))).mappings().one())
