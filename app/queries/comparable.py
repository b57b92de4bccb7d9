"""Which statements may a number from outside be compared with, and why not the others?"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from app.domain.comparison import key_of, slot_of
from app.domain.period import label_of
from app.errors import BadRequestError, Fault
from app.models import Comparison, Document, Relation, Statement, StatementRegion
from app.queries.checks import Subject
from app.queries.periods import SPECIAL_LABELS, label_days
from app.queries.statements import with_neighbours
from app.schemas.checks import DIFFERENCES, Difference

MOST_CONSIDERED = 5_000
MOST_COMPARED = 200
MOST_LEFT_OUT = 20


@dataclass(frozen=True, slots=True)
class Chosen:
    """A cell to compare with, and what its own figures say of each other."""

    cell: str
    status: str | None
    rows: list[Statement]


@dataclass(frozen=True, slots=True)
class Other:
    """A statement that was not compared, and in what it differs."""

    row: Statement
    differs: list[Difference]


def read_chosen(session: Session, subject: Subject) -> list[Chosen]:
    """The cells to compare with, by cell. Raises BadRequestError (`too-broad`)."""
    rows = session.execute(_candidates(subject).limit(MOST_CONSIDERED + 1)).all()
    if len(rows) > MOST_CONSIDERED:
        raise _too_broad(f"more than {MOST_CONSIDERED:,}")
    picked = dict(_pick(rows, subject.query.period))
    ids = {id_ for found in picked.values() for id_ in found}
    if len(ids) > MOST_COMPARED:
        raise _too_broad(f"{len(ids):,}")
    found = session.execute(with_neighbours(sa.select(Statement).where(Statement.id.in_(ids)))).scalars().all()
    by_id = {row.id: row for row in found}
    compared = sa.select(Comparison.cell, Comparison.status).where(Comparison.cell.in_(list(picked)))
    status = {row.cell: row.status for row in session.execute(compared)}
    return [Chosen(cell, status.get(cell), [by_id[id_] for id_ in picked[cell]]) for cell in sorted(picked)]


def _too_broad(number: str) -> BadRequestError:
    return BadRequestError(
        "too-broad",
        f"The number could be compared with {number} statements; say of which `region` and `period` it is.",
        [Fault("query", "region", "a region, a period or a project was expected, so that fewer statements are meant")],
    )


def _candidates(subject: Subject) -> Any:
    """What decides about the statements of the same thing, and of the days asked for, by id."""
    converts = sa.select(Relation.statement).where(Relation.statement == Statement.id, Relation.relation == "conversion_of")
    row = Statement
    return (
        sa.select(row.id, row.cell, row.period_type, row.period_end, Document.published_on, converts.exists().label("converts"))
        .join(Document, Document.code == row.document)
        .where(row.indicator == subject.query.indicator, row.cell.is_not(None), _at(subject))
        .where(*(sa.not_(differs) for differs in differences(subject).values()))
        .order_by(row.id)
    )


def _pick(rows: Sequence[Any], period: str | None) -> Iterator[tuple[str, list[str]]]:
    """Cells with the ids of the statements in them, guests last.

    For days asked for, all. Else the undated figures of each thing, with the latest dated state or running total as a guest;
    where there are none and no period was named, the latest dated cell.
    """
    if period is not None and period not in SPECIAL_LABELS:
        yield from _by_cell(rows).items()
        return
    things: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        things[key_of(row.cell)].append(row)
    for key, same in things.items():
        cells = _by_cell(same)
        weak = cells.get(f"{key}asof")
        if weak:
            yield f"{key}asof", weak + _guest(same)
        elif period is None:
            latest = max(same, key=lambda row: (row.period_end or date.min, row.published_on, row.cell)).cell
            yield latest, cells[latest]


def _by_cell(rows: Sequence[Any]) -> dict[str, list[str]]:
    cells: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        cells[row.cell].append(row.id)
    return cells


def _guest(rows: Sequence[Any]) -> list[str]:
    """The latest dated state or running total, as comparisons invite it: by its day, by publication, then by id."""
    dated = [row for row in rows if slot_of(row.cell) != "asof" and row.period_type in ("instant", "cumulative")]
    strong = [row for row in dated if row.period_end and not row.converts]
    latest = max(((row.period_end, row.published_on) for row in strong), default=None)
    return [row.id for row in strong if (row.period_end, row.published_on) == latest][:1]


def read_others(session: Session, subject: Subject, chosen: Sequence[Chosen]) -> tuple[int, list[Other]]:
    """How many figures of the indicator, and look-alikes, were not compared, and those that differ least."""
    compared = {row.id for each in chosen for row in each.rows}
    alike = {id_ for each in chosen for row in each.rows for id_ in _look_alikes(row)} - compared
    differs = {**differences(subject), "look_alike": Statement.id.in_(alike)}
    dated = subject.query.period is not None and subject.query.period not in SPECIAL_LABELS
    if dated:
        differs["period"] = sa.not_(_at(subject))
    flags = {name: sa.case((differs[name], 1), else_=0) for name in DIFFERENCES if name in differs}
    about = sa.or_(Statement.indicator == subject.query.indicator, Statement.id.in_(alike))
    select = sa.select(Statement).join(Document, Document.code == Statement.document)
    select = select.where(
        about, Statement.comparator.is_not(None), Statement.status != "withdrawn", Statement.id.not_in(compared)
    )
    total = session.execute(select.with_only_columns(sa.func.count())).scalar_one()
    number = sum(flags.values(), start=sa.literal(0))
    window = select.order_by(number, Document.published_on.desc(), Statement.id).limit(MOST_LEFT_OUT)
    labelled = [flag.label(f"differs_{name}") for name, flag in flags.items()]
    rows = session.execute(window.options(selectinload(Statement.regions)).add_columns(*labelled)).all()
    return total, [Other(row[0], _differs(row._mapping, flags)) for row in rows]


def _differs(row: Mapping[Any, Any], flags: Mapping[Difference, Any]) -> list[Difference]:
    """In what a statement differs; one that differs in nothing else was passed over for its period."""
    return [name for name in flags if row[f"differs_{name}"]] or ["period"]


def _look_alikes(row: Statement) -> list[str]:
    ends = [each.other for each in row.relations if each.relation == "look_alike"]
    return ends + [each.statement for each in row.related_by if each.relation == "look_alike"]


def differences(subject: Subject) -> dict[Difference, sa.ColumnElement[bool]]:
    """In what a statement may differ from what is asked; one that differs in nothing but the period is of the same thing."""
    query, row = subject.query, Statement
    found: dict[Difference, sa.ColumnElement[bool]] = {
        "look_alike": row.indicator != query.indicator,
        "measure": row.measure != query.measure,
        "kind": row.kind != query.kind,
        "unit": row.unit != subject.unit.base,
        "status": row.status != "published",
    }
    if query.region:
        found["region"] = sa.not_(_of_regions(sorted(set(query.region))))
    if query.project:
        found["project"] = row.project.is_distinct_from(query.project)
    if query.counted:
        found["counted"] = row.counted.is_distinct_from(query.counted)
    if query.document:
        found["document"] = row.document.not_in(query.document)
    period = label_of(*label_days(query.base_period)) if query.base_period and query.base_period not in SPECIAL_LABELS else None
    base = (
        (row.base_region, query.base_region),
        (row.base_indicator, query.base_indicator),
        (row.base_period, period or query.base_period),
    )
    wanted = [column.is_distinct_from(value) for column, value in base if value]
    return {**found, "base": sa.or_(*wanted)} if wanted else found


def _of_regions(codes: Sequence[str]) -> sa.ColumnElement[bool]:
    """Statements about just these regions together."""
    link = sa.select(StatementRegion.region).where(StatementRegion.statement == Statement.id).correlate(Statement)
    each = [link.where(StatementRegion.region == code).exists() for code in codes]
    return sa.and_(*each, sa.not_(link.where(StatementRegion.region.not_in(codes)).exists()))


def _weak() -> sa.ColumnElement[bool]:
    """Statements with a weak period, as `Period.weak` knows them."""
    inferred = sa.and_(Statement.period_basis == "inferred", Statement.period_anchor.is_not(None))
    return sa.or_(Statement.period_basis == "unknown", inferred)


def _at(subject: Subject) -> sa.ColumnElement[bool]:
    """Statements of the days asked for, or all where these are not days.

    A stock asked for a year is meant at its end; for a single day, running totals up to that day are meant too.
    """
    label, row = subject.query.period, Statement
    if label is None or label in SPECIAL_LABELS:
        return sa.true()
    start, end = label_days(label)
    days = [sa.and_(row.period_start.is_not_distinct_from(start), row.period_end.is_not_distinct_from(end))]
    if subject.stock:
        days.append(sa.and_(row.period_type == "instant", row.period_end == end))
    if start == end:
        days.append(sa.and_(row.period_type == "cumulative", row.period_end == end))
    return sa.and_(sa.not_(_weak()), sa.or_(*days))
