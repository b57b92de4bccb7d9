"""What can still be selected: which values of each dimension lead to at least one statement under the filters?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.orm import Session, aliased

from app.domain.words import STATEMENT_STATUSES, AvailabilityMode
from app.models import Actor
from app.models import Statement as Row
from app.queries.facets import AXES, MAX_VALUES, Axis, actors_of_statements, read_facets, select_facet
from app.queries.listing import OneOrMore
from app.queries.statements import GONE, StatementFilters, number_of, select_statements
from app.queries.windows import Wanted, wanted_of

AvailableDimension = Literal[
    "region",
    "indicator",
    "topic",
    "measure",
    "kind",
    "unit",
    "project",
    "document",
    "publisher",
    "actor",
    "comparator",
    "period",
    "period_type",
    "period_basis",
    "status",
]
DIMENSIONS: tuple[AvailableDimension, ...] = get_args(AvailableDimension)
"""The dimensions are the filters of statements of the same names."""

_SAID_BY = actors_of_statements()
_ACTOR = Axis(
    _SAID_BY.c.actor,
    Actor.name,
    Actor.name_zh,
    ((_SAID_BY, _SAID_BY.c.statement == Row.id), (Actor, Actor.code == _SAID_BY.c.actor)),
)


class AvailabilityQuery(StatementFilters):
    """Parameters of availability: the filters of statements, and what to answer for."""

    dimensions: Annotated[
        OneOrMore[AvailableDimension],
        Field(description="Only these dimensions. Left out: all."),
    ] = []
    mode: Annotated[
        AvailabilityMode,
        Field(
            description="`exact` counts under all filters; `available` leaves out each dimension's own filter for its own "
            "values, so that a menu can offer the alternatives to what is chosen."
        ),
    ] = "exact"


class VariableQuery(StatementFilters):
    """Parameters of a menu: the filters of statements, and the one dimension it offers."""

    dimension: Annotated[AvailableDimension, Field(description="What the menu offers.", examples=["region"])]
    mode: Annotated[
        AvailabilityMode,
        Field(description="`available` leaves out the filter of the dimension itself, `exact` keeps it."),
    ] = "available"


@dataclass(frozen=True, slots=True)
class Available:
    """The values of a dimension: value, names, statements and cells of each, the most frequent first."""

    rows: Sequence[Any]
    truncated: bool


def count_available(session: Session, query: AvailabilityQuery) -> dict[str, Available]:
    """What each dimension offers; one SQL statement."""
    wanted = [each for each in DIMENSIONS if not query.dimensions or each in query.dimensions]
    offered = read_facets(session, {name: select_available(query, name, cells=True) for name in wanted})
    return {name: Available(rows, truncated=bool(rows) and rows[0].values_total > MAX_VALUES) for name, rows in offered.items()}


def select_available(
    query: AvailabilityQuery | VariableQuery, name: AvailableDimension, *, cells: bool = False
) -> sa.Select[Any]:
    """The values of one dimension that lead to a statement; with `cells` as `select_facet` tells them."""
    axis = _ACTOR if name == "actor" else AXES[name]
    asked = _without_own(query, name) if query.mode == "available" else query
    return select_facet(asked, axis, cells=cells).where(axis.value.is_not(None))


def _without_own(query: AvailabilityQuery | VariableQuery, name: AvailableDimension) -> AvailabilityQuery | VariableQuery:
    """The filters without the dimension's own. The status has one even if none is given: the withdrawn are left out."""
    empty: dict[str, Any] = {"period": None, "status": list(STATEMENT_STATUSES)}
    return query.model_copy(update={name: empty.get(name, [])})


_OTHER = aliased(Row)
_ONLY_WITHDRAWN = sa.select(sa.func.count(Row.cell.distinct())).where(
    *GONE, ~sa.exists().where(_OTHER.cell == Row.cell, _OTHER.status != "withdrawn")
)
EVERYTHING: Any = sa.select(
    number_of(), sa.select(sa.func.count(Row.cell.distinct())).scalar_subquery() - _ONLY_WITHDRAWN.scalar_subquery()
)
"""Statements and cells without any filter, counted in indices."""


def count_found(session: Session, query: StatementFilters) -> tuple[int, int]:
    """Statements and cells under all filters."""
    if wanted_of(query, "id") == Wanted():
        return tuple(session.execute(EVERYTHING).one())
    found = select_statements(query).with_only_columns(Row.id, Row.cell).subquery()
    select = sa.select(sa.func.count(), sa.func.count(found.c.cell.distinct())).select_from(found)
    statements, cells = session.execute(select).one()
    return statements, cells
