"""Which one value does each cell get under a policy?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.orm import Session

from app.domain.policy import Candidate, Choice, Policy, choose, policies_disagree
from app.models import Comparison, Statement
from app.queries.comparisons import Cell, ComparisonFilters, read_cells, select_comparisons
from app.queries.conversion import Conversion, Converter, converter_for
from app.queries.listing import Flat, Order, Paging
from app.queries.targets import UNIT_AS, UnitAs

BY_CELL = Order(columns=(), key=Comparison.cell)

PolicyIn = Annotated[
    Policy,
    Field(
        description="How the figures of a cell become one value: `consistent`, the largest set that can all be true; "
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

    cell: Cell
    choice: Choice
    disagree: bool

    @property
    def row(self) -> Statement:
        """The chosen statement."""
        return next(each for each in self.cell.members if each.id == self.choice.statement)


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


def observe(cell: Cell, policy: Policy) -> Observed:
    """The value of a cell under a policy."""
    candidates = candidates_of(cell)
    return Observed(cell, choose(policy, candidates), policies_disagree(candidates))


def candidates_of(cell: Cell) -> list[Candidate]:
    """The figures of a cell, the guest counted, as policies see them."""
    present = {each.id for each in cell.members}
    return [
        Candidate(figure, row.source.published_on, row.comparator, _superseded(row, present))  # type: ignore[arg-type]
        for figure, row in zip(cell.figures, cell.members, strict=True)
    ]


def _superseded(row: Statement, present: set[str]) -> bool:
    """Whether another figure of the cell is marked as an update of this one."""
    return any(each.relation == "update_of" and each.statement in present for each in row.related_by)


def stream_observations(session: Session, query: ObservationFilters, *, size: int = 200) -> Iterator[Observed]:
    """Every observation asked for, by cell; read `size` at a time."""
    select = select_comparisons(query).order_by(*BY_CELL.by()).limit(size)
    last: list[Any] | None = None
    while True:
        window = select.where(BY_CELL.after(last)) if last is not None else select
        rows = list(session.execute(window).scalars())
        yield from (observe(cell, query.policy) for cell in read_cells(session, rows))
        if len(rows) < size:
            return
        last = [rows[-1].cell]
        session.expunge_all()
