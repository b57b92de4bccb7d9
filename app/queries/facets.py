"""How many statements are there of each value of a dimension, or of each combination of values of several?

A dimension is something statements can be told apart by. Every count is of the statements that the same filters find in the list.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.orm import Session, aliased

from app.models import Actor, Document, DocumentAuthor, Indicator, Project, Region, StatementRegion, Unit
from app.models import Statement as Row
from app.queries.listing import Order, Paging
from app.queries.pages import total_of
from app.queries.statements import Grouping, StatementFilters, StatementListQuery, select_statements
from app.queries.windows import run_in

MAX_VALUES = 1000
"""Values that are listed of one dimension, the most frequent first."""

GroupSort = Literal["count", "-count", "key", "-key"]


class StatementGroupQuery(StatementFilters, Paging):
    """Parameters of the groups of statements."""

    by: Annotated[
        Grouping,
        Field(
            min_length=1,
            description="One to four dimensions; a group is one combination of their values.",
            examples=[["region", "period"]],
        ),
    ]
    sort: Annotated[
        GroupSort,
        Field(description="Order by number of statements or by key; `-` means descending. The key, nulls last, decides ties."),
    ] = "-count"


@dataclass(frozen=True, slots=True)
class Axis:
    """A dimension in SQL: its value as text, its names, and what must be joined to statements and documents to reach them."""

    value: Any
    name: Any = None
    name_zh: Any = None
    joins: tuple[tuple[Any, Any], ...] = ()


def _named(value: Any, table: Any, name: Any = None) -> Axis:
    return Axis(value, table.name if name is None else name, table.name_zh, ((table, table.code == value),))


_PUBLISHER, _SPEAKER = aliased(Actor), aliased(Actor)
_INDICATOR = ((Indicator, Indicator.code == Row.indicator),)
AXES: dict[str, Axis] = {
    "region": Axis(
        StatementRegion.region,
        Region.name,
        Region.name_zh,
        ((StatementRegion, StatementRegion.statement == Row.id), (Region, Region.code == StatementRegion.region)),
    ),
    "indicator": Axis(Row.indicator, Indicator.name, Indicator.name_zh, _INDICATOR),
    "topic": Axis(Indicator.topic, joins=_INDICATOR),
    "measure": Axis(Row.measure),
    "kind": Axis(Row.kind),
    "unit": _named(Row.unit, Unit),
    "project": _named(Row.project, Project),
    "document": Axis(Row.document, Document.title),
    "publisher": _named(Document.publisher, _PUBLISHER),
    "speaker": _named(Row.speaker, _SPEAKER),
    "comparator": Axis(Row.comparator),
    "period": Axis(Row.period_label),
    "period_type": Axis(Row.period_type),
    "period_basis": Axis(Row.period_basis),
    "status": Axis(Row.status),
    "has_quantity": Axis(sa.case((Row.comparator.is_not(None), sa.literal_column("'true'")), else_=sa.literal_column("'false'"))),
}
"""How each dimension is reached."""

NONE = "~"
"""Stands for null in the order of keys: it comes after every letter, digit and hyphen."""


@dataclass(frozen=True, slots=True)
class Facet:
    """The values of a dimension with their numbers of statements."""

    total: int
    values_total: int
    values: list[tuple[str | None, str | None, str | None, int]]
    """Value, name, Chinese name, statements; the most frequent first."""


def count_facets(session: Session, query: StatementFilters, dimensions: Sequence[str]) -> dict[str, Facet]:
    """The values of each dimension under the filters; one SQL statement for all of them, and one for the total."""
    total = count_statements(session, query)
    facets = {}
    for name, rows in read_facets(session, {name: select_facet(query, AXES[name]) for name in dimensions}).items():
        values_total = rows[0].values_total if rows else 0
        facets[name] = Facet(total, values_total, [(row.value, row.name, row.name_zh, row.statements) for row in rows])
    return facets


def read_facets(session: Session, selects: Mapping[str, sa.Select[Any]]) -> dict[str, list[Any]]:
    """The rows of facets (at least one) by name, each in its order, in one SQL statement: the time limit is for all of them."""
    rows: dict[str, list[Any]] = {name: [] for name in selects}
    parts: list[Any] = []
    for number, select in enumerate(selects.values()):
        facet = select.subquery()
        parts.append(sa.select(sa.literal(number, sa.Integer).label("facet"), *facet.c))
    united = sa.union_all(*parts).subquery()
    names = list(selects)
    for row in session.execute(sa.select(united).order_by(united.c.facet, united.c.place)):
        rows[names[row.facet]].append(row)
    return rows


def count_statements(session: Session, query: StatementFilters) -> int:
    """How many statements the filters find."""
    total = total_of(run_in(session), query)
    if total is not None:
        return total
    found = select_statements(query).with_only_columns(Row.id).subquery()
    return session.execute(sa.select(sa.func.count()).select_from(found)).scalar_one()


def select_facet(query: StatementFilters, axis: Axis, *, cells: bool = False) -> sa.Select[Any]:
    """The values of a dimension with their statements, the most frequent first, and how many values there are.

    With `cells` also how many cells their figures stand in; to tell these apart takes several times as long.
    """
    statements = sa.func.count().label("statements")
    select = _joined(select_statements(query), [axis]).with_only_columns(
        axis.value.label("value"),
        *_names(axis),
        statements,
        *([sa.func.count(Row.cell.distinct()).label("cells")] if cells else []),
        sa.func.count().over().label("values_total"),
        sa.func.row_number().over(order_by=(statements.desc(), _key([axis]))).label("place"),
    )
    return select.group_by(axis.value).order_by(sa.literal_column("place")).limit(MAX_VALUES)


def grouped(query: StatementListQuery) -> StatementGroupQuery:
    """The groups that `group_by` on the list asks for: the same filters, page and dimensions, the largest groups first."""
    shared = query.model_dump(include=set(StatementGroupQuery.model_fields) - {"sort", "include"})
    return StatementGroupQuery(**shared, by=query.group_by, include=["total"] if "total" in query.include else [])


def count_groups(session: Session, query: StatementGroupQuery) -> tuple[int, int]:
    """How many groups there are, and how many statements in all; two SQL statements."""
    groups = select_groups(query)[0].subquery()
    groups_total = session.execute(sa.select(sa.func.count()).select_from(groups)).scalar_one()
    return groups_total, count_statements(session, query)


def select_groups(query: StatementGroupQuery) -> tuple[sa.Select[Any], Order]:
    """The combinations of values with their statements, and the order asked for."""
    axes = [AXES[name] for name in dict.fromkeys(query.by)]
    columns = [
        column.label(f"{label}_{number}")
        for number, axis in enumerate(axes)
        for label, column in zip(("value", "name"), (axis.value, _names(axis)[0]), strict=True)
    ]
    groups = (
        _joined(select_statements(query), axes)
        .with_only_columns(
            *columns,
            sa.func.count().label("statements"),
            sa.func.count(Row.comparator).label("quantities"),
            _key(axes).label("key"),
        )
        .group_by(*(axis.value for axis in axes))
        .subquery()
    )
    descending = query.sort.startswith("-")
    columns_of: dict[str, tuple[Any, ...]] = {"count": (groups.c.statements,), "key": (groups.c.key,) if descending else ()}
    order = Order(columns=columns_of[query.sort.removeprefix("-")], key=groups.c.key, descending=descending)
    return sa.select(*(column for column in groups.c if column.name != "key")), order


def _joined(select: sa.Select[Any], axes: Sequence[Axis]) -> sa.Select[Any]:
    """The statements with what their dimensions need, nothing twice; a statement without a value stays."""
    joins = {target: on for axis in axes for target, on in axis.joins}
    select = select.select_from(Row)
    for target, on in joins.items():
        select = select.outerjoin(target, on)
    return select


def _names(axis: Axis) -> list[Any]:
    """The names of a value; grouped by its code they are all the same."""
    names = (("name", axis.name), ("name_zh", axis.name_zh))
    return [sa.null().label(label) if column is None else sa.func.min(column).label(label) for label, column in names]


def _key(axes: Sequence[Axis]) -> Any:
    """What groups are ordered by: their values one after the other, nulls last."""
    parts: list[Any] = [sa.func.coalesce(axis.value, NONE) for axis in axes]
    return reduce(lambda left, right: left + " " + right, parts)


def actors_of_statements() -> sa.Subquery:
    """Statement and actor who says it, or who published or wrote its document; each pair once."""
    said = sa.select(Row.id.label("statement"), Row.speaker.label("actor")).where(Row.speaker.is_not(None))
    printed = sa.select(Row.id, Document.publisher).join(Document, Document.code == Row.document)
    wrote = sa.select(Row.id, DocumentAuthor.actor).join(DocumentAuthor, DocumentAuthor.document == Row.document)
    return sa.union(said, printed, wrote).subquery("said_by")
