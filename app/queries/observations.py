"""Which one value does each cell get under a policy?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.orm import Session

from app.domain.policy import Candidate, Choice, Policy, choose, policies_disagree
from app.models import Comparison, Statement
from app.queries.comparisons import ComparisonFilters, figure_of, read_groups, read_members, read_restated, select_comparisons
from app.queries.conversion import Conversion, Converter, converter_for
from app.queries.listing import Flat, Order, Paging
from app.queries.shown import Shelf, Shown
from app.queries.targets import UNIT_AS, UnitAs

BY_CELL = Order(columns=(), key=Comparison.cell)

PolicyIn = Annotated[
    Policy,
    Field(
        description="How the figures of a cell become one value: `consistent`, the largest set that meets or touches; "
        "`most_precise`, the narrowest interval; `latest_published`, the newest document; `preferred_rank`, what no curator "
        "marked as updated, numbers before bounds."
    ),
]


class ObservationFilters(ComparisonFilters):
    """Which cells, and how each gets its one value. The filters choose cells; all figures of a chosen cell count."""

    policy: PolicyIn = "consistent"
    unit_as: Annotated[UnitAs | None, Field(description=UNIT_AS)] = None


class ObservationListQuery(ObservationFilters, Paging):
    """Parameters of the list of observations."""


class ObservationFlatQuery(ObservationFilters, Flat):
    """Parameters of the flat forms of the list of observations."""


@dataclass(frozen=True, slots=True)
class Observed:
    """A cell with the value chosen for it."""

    cell: Comparison
    row: Statement
    """The chosen statement."""
    choice: Choice
    disagree: bool
    sources: list[str]
    """The documents that state a figure of the cell, by code."""
    groups: int
    """Independence groups among them."""


def converter_of(session: Session, query: ObservationFilters) -> Converter | None:
    """What converts the values to `unit_as`; None when they stay as they are. Errors as `converter_for`."""
    if query.unit_as is None:
        return None
    cells = select_comparisons(query).with_only_columns(Comparison.cell)
    units = session.execute(sa.select(Statement.unit).where(Statement.cell.in_(cells)).distinct()).scalars()
    return converter_for(session, query.unit_as, [unit for unit in units if unit])


def in_unit(converter: Converter, each: Observed) -> Conversion:
    """The chosen value in the unit asked for."""
    row = each.row
    return converter.of(
        unit=row.unit or "",
        value=each.choice.value,
        interval=each.choice.interval,
        published_on=row.source.published_on,
        document=row.document,
        statement=row.id,
        points=row.measure == "change" and row.unit == "percent",
    )


def observe(session: Session, rows: Sequence[Comparison], policy: Policy) -> list[Observed]:
    """The values of these cells under a policy; only of the chosen statements all is read."""
    candidates = read_candidates(session, rows)
    made = [(row, candidates[row.cell], choose(policy, candidates[row.cell])) for row in rows]
    by_id = {row.id: row for row in Shelf(session.connection()).figures({choice.statement for _, _, choice in made})}
    return [
        Observed(
            cell=row,
            row=by_id[choice.statement],
            choice=choice,
            disagree=policies_disagree(found),
            sources=sorted({each.figure.document for each in found}),
            groups=len({each.figure.group for each in found}),
        )
        for row, found, choice in made
    ]


FIGURE = (
    *(Statement.document, Statement.value, Statement.comparator, Statement.approximate, Statement.interval_basis),
    *(Statement.lower, Statement.lower_inclusive, Statement.upper, Statement.upper_inclusive),
)
"""Columns of a statement that policies look at."""


def read_candidates(session: Session, rows: Sequence[Comparison]) -> dict[str, list[Candidate]]:
    """Cell → its figures, the guest counted, as policies see them. Three SQL statements."""
    members = read_members(session, rows, *FIGURE)
    every = {each.id: each.document for found in members.values() for each in found}
    groups, updates = read_groups(session, set(every.values())), read_restated(session, every, "update_of")
    return {cell: list(_candidates(found, groups, updates)) for cell, found in members.items()}


def _candidates(members: Sequence[Any], groups: Mapping[str, str], updates: Mapping[str, list[str]]) -> Iterator[Candidate]:
    present = {each.id for each in members}
    for each in members:
        figure: Any = Shown(each._asdict())
        superseded = not present.isdisjoint(updates[each.id])
        yield Candidate(figure_of(figure, groups), each.published_on, each.comparator, superseded)


def stream_observations(session: Session, query: ObservationFilters, *, size: int = 200) -> Iterator[Observed]:
    """Every observation asked for, by cell; read `size` at a time."""
    select = select_comparisons(query).order_by(*BY_CELL.by()).limit(size)
    last: list[Any] | None = None
    while True:
        window = select.where(BY_CELL.after(last)) if last is not None else select
        rows = list(session.execute(window).scalars())
        yield from observe(session, rows, query.policy)
        if len(rows) < size:
            return
        last = [rows[-1].cell]
        session.expunge_all()
