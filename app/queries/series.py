"""How did one thing go over time, and which periods say nothing?

A series holds only what may stand on one axis: cells that share all but their days, with periods of one type and length.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Annotated, Literal

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.orm import Session

from app.domain.comparison import key_of, slot_of
from app.domain.period import PeriodType, label_of
from app.domain.quantity import Measure
from app.domain.words import Kind
from app.errors import BadRequestError, Fault
from app.models import Comparison, Statement
from app.queries.comparisons import select_comparisons
from app.queries.listing import Flat, OneOrMore
from app.queries.observations import BY_CELL, ObservationFilters, Observed, observe
from app.schemas.observations import GapReason

MOST_POINTS = 10_000
MOST_GAPS = 10_000

GAP_LENGTHS = {"P1Y": 12, "P6M": 6, "P3M": 3, "P1M": 1}
"""Lengths of calendar periods whose gaps can be named, in months."""


class SeriesFilters(ObservationFilters):
    """Which cells become points. What is wanted or planned is never mixed with what is so."""

    measure: Annotated[OneOrMore[Measure], Field(description="Series of one of these measures. Left out: level.")] = ["level"]
    kind: Annotated[OneOrMore[Kind], Field(description="Series of one of these kinds; each its own. Left out: actual.")] = [
        "actual"
    ]


class SeriesQuery(SeriesFilters):
    """Parameters of series."""

    shape: Annotated[
        Literal["rows", "columns"], Field(description="`rows`: one object a point; `columns`: arrays of equal length.")
    ] = "rows"
    gaps: Annotated[
        Literal["none", "explicit"],
        Field(
            description="`explicit` lists, for years, halves, quarters and months, the periods between the first point and the "
            "last that have none, each with its reason."
        ),
    ] = "none"


class SeriesFlatQuery(SeriesFilters, Flat):
    """Parameters of the flat forms of series."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A period without a point."""

    start: date
    end: date
    reason: GapReason
    cells: tuple[str, ...]

    @property
    def label(self) -> str:
        """Its name."""
        return label_of(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Line:
    """A series: points of one thing by time."""

    key: str
    period_type: PeriodType | None
    length: str | None
    points: list[Observed]
    gaps: list[Missing] | None

    @property
    def weak(self) -> bool:
        """Whether its periods are weak."""
        return self.period_type is None


def read_series(session: Session, query: SeriesFilters, *, gaps: bool = False) -> list[Line]:
    """The series asked for, by key, their points by time. Raises BadRequestError (`too-broad`) beyond MOST_POINTS."""
    lines = _lines(observe(session, read_points(session, query, most=MOST_POINTS), query.policy))
    return _with_gaps(session, lines) if gaps else lines


def read_points(session: Session, query: SeriesFilters, *, most: int) -> Sequence[Comparison]:
    """The cells that become points of the series asked for. Raises BadRequestError (`too-broad`) beyond `most`."""
    wanted = {"measure": query.measure, "kind": query.kind}
    select = select_comparisons(query.model_copy(update=wanted)).order_by(*BY_CELL.by())
    rows = session.execute(select.limit(most + 1)).scalars().all()
    if len(rows) > most:
        raise _too_broad(f"more than {most:,} points")
    return rows


def _too_broad(what: str) -> BadRequestError:
    return BadRequestError(
        "too-broad",
        f"The series would have {what}; narrow them by `indicator`, `region`, `from` and `to`.",
        [Fault("query", "indicator", "filters that leave fewer points were expected")],
    )


def _lines(points: Sequence[Observed]) -> list[Line]:
    found: dict[str, list[Observed]] = defaultdict(list)
    for each in points:
        found[series_of(each.cell.cell)].append(each)
    return [_line(key, sorted(found[key], key=_by_time)) for key in sorted(found)]


def _by_time(each: Observed) -> tuple[date, date, str]:
    row = each.row
    last = row.period_end or row.period_start or row.source.published_on
    return row.period_start or last, last, each.cell.cell


def _line(key: str, points: list[Observed]) -> Line:
    axis, _, length = slot_of(key).partition(".")
    kind: PeriodType | None = None if axis == "asof" else points[0].row.period_type  # type: ignore[assignment]
    return Line(key=key, period_type=kind, length=length if axis == "span" else None, points=points, gaps=None)


def series_of(cell: str) -> str:
    """The key of the series a cell belongs to: the cell with type and length of its period in place of the days.

    Running totals are together when they begin on the same day, spans and `each` when they are equally long.
    """
    slot = slot_of(cell)
    if slot == "asof":
        return cell
    axis, start, end = slot.split(".")
    if axis == "instant":
        return f"{key_of(cell)}instant"
    if axis == "cumulative" or not start or not end:
        return f"{key_of(cell)}{axis}.{start}"
    return f"{key_of(cell)}{axis}.{length_of(date.fromisoformat(start), date.fromisoformat(end))}"


def length_of(start: date, end: date) -> str:
    """The length of start..end as an ISO 8601 duration: whole years, else whole months, else days."""
    after = end + timedelta(days=1)
    months = 12 * (after.year - start.year) + after.month - start.month
    if start.day != after.day or not months:
        return f"P{(after - start).days}D"
    return f"P{months}M" if months % 12 else f"P{months // 12}Y"


def _with_gaps(session: Session, lines: Sequence[Line]) -> list[Line]:
    holes = {line.key: list(_holes(line)) for line in lines}
    if sum(map(len, holes.values())) > MOST_GAPS:
        raise _too_broad(f"more than {MOST_GAPS:,} gaps")
    others = _others(session, lines, holes)
    return [replace(line, gaps=[_missing(line.key, *days, others) for days in holes[line.key]]) for line in lines]


def _holes(line: Line) -> Iterator[tuple[date, date]]:
    """The calendar periods between the first and the last point that have none."""
    months = GAP_LENGTHS.get(line.length or "")
    starts = {each.row.period_start for each in line.points if each.row.period_start}
    aligned = months and all(each.day == 1 and (each.month - 1) % months == 0 for each in starts)
    if line.period_type != "span" or not aligned or not months:
        return
    start, last = min(starts), max(starts)
    while start < last:
        following = _later(start, months)
        if start not in starts:
            yield start, following - timedelta(days=1)
        start = following


def _later(day: date, months: int) -> date:
    count = 12 * day.year + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


Others = dict[tuple[str, str, str], list[str]]
"""Cells by indicator, regions and period slot."""


def _others(session: Session, lines: Sequence[Line], holes: dict[str, list[tuple[date, date]]]) -> Others:
    """The cells of the same indicators and regions in the missing periods, whatever else they are about."""
    starts = {start for days in holes.values() for start, _ in days}
    found: Others = defaultdict(list)
    indicators = {line.key.split("~")[0] for line in lines if holes[line.key]}
    select = sa.select(Statement.cell).where(
        Statement.indicator.in_(indicators),
        Statement.status == "published",
        Statement.period_type == "span",
        Statement.period_start >= min(starts, default=date.max),
        Statement.period_start <= max(starts, default=date.min),
    )
    for cell in session.execute(select.distinct().order_by(Statement.cell)).scalars():
        if cell:
            found[_place(cell)].append(cell)
    return found


def _place(cell: str) -> tuple[str, str, str]:
    parts = cell.split("~")
    return parts[0], parts[5], parts[8]


def _missing(key: str, start: date, end: date, others: Others) -> Missing:
    cell = f"{key_of(key)}span.{start}.{end}"
    found = others.get(_place(cell), [])
    if cell in found:
        return Missing(start, end, "filtered", (cell,))
    return Missing(start, end, "incomparable" if found else "not_stated", tuple(found))
