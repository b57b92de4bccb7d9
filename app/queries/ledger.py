"""Reads the figures that can be reckoned with: published, with what they refer to; a constant number of SQL statements."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.comparison import Base
from app.domain.derived import Names
from app.domain.evidence import collapse
from app.domain.interval import Interval
from app.domain.ledger import Ledger, Link, Lists, Stated
from app.domain.period import Period
from app.errors import BadRequestError, Fault
from app.models import Document, Indicator, Region, RegionParent, Relation, Unit
from app.models import Statement as Row

MOST_FIGURES = 50_000
"""Figures that are reckoned with at once; a request that would need more is asked to name indicators."""

COLUMNS = (
    *(Row.id, Row.document, Row.exact, Row.indicator, Row.measure, Row.base_region, Row.base_indicator, Row.base_period),
    *(Row.counted, Row.kind, Row.project, Row.unit, Row.value, Row.comparator, Row.approximate, Row.cell),
    *(Row.lower, Row.lower_inclusive, Row.upper, Row.upper_inclusive, Row.interval_basis),
    *(Row.period_type, Row.period_start, Row.period_end, Row.period_basis, Row.period_anchor, Document.published_on),
)


def read_ledger(session: Session, indicators: Sequence[str] | None) -> Ledger:
    """The figures of these indicators, of those they are shares of or have as parts, and all that relations tie to them.

    None reads all. Raises BadRequestError (`too-broad`) beyond MOST_FIGURES.
    """
    select = sa.select(*COLUMNS).join(Document, Document.code == Row.document)
    select = select.where(Row.comparator.is_not(None), Row.status == "published")
    if indicators is not None:
        select = select.where(Row.indicator.in_(_neighbours(indicators)))
    rows = session.execute(select.limit(MOST_FIGURES + 1)).all()
    if len(rows) > MOST_FIGURES:
        raise BadRequestError(
            "too-broad",
            f"More than {MOST_FIGURES:,} figures would have to be reckoned with; name one `indicator` or more.",
            [Fault("query", "indicator", "indicators were expected, so that fewer figures are reckoned with")],
        )
    return Ledger(map(_stated, rows), read_links(session), read_lists(session))


def read_conversions(session: Session) -> Ledger:
    """Only the figures that a document gives twice, in two units."""
    ends = sa.select(Relation.statement, Relation.other).where(Relation.relation == "conversion_of").subquery()
    ids = sa.union(sa.select(ends.c.statement), sa.select(ends.c.other))
    select = sa.select(*COLUMNS).join(Document, Document.code == Row.document)
    rows = session.execute(select.where(Row.comparator.is_not(None), Row.status == "published", Row.id.in_(ids)))
    return Ledger(map(_stated, rows), read_links(session), read_lists(session))


def _neighbours(indicators: Sequence[str]) -> sa.Select[Any]:
    """The indicators and those that a share or a part ties to them, and what is tied to those in turn."""
    codes: Any = sa.select(Indicator.code.label("code")).where(Indicator.code.in_(indicators))
    for _ in range(2):
        held = codes.subquery()
        codes = sa.union(sa.select(held.c.code), *_tied(sa.select(held.c.code)))
    return sa.select(codes.subquery().c.code)


def _tied(codes: Any) -> list[sa.Select[Any]]:
    part, whole = sa.orm.aliased(Row), sa.orm.aliased(Row)
    parts = sa.select(part.indicator, whole.indicator).select_from(Relation)
    parts = parts.join(part, part.id == Relation.statement).join(whole, whole.id == Relation.other)
    parts = parts.where(Relation.relation == "part_of")
    return [
        sa.select(Row.indicator).where(Row.base_indicator.in_(codes)),
        sa.select(Row.base_indicator).where(Row.indicator.in_(codes), Row.base_indicator.is_not(None)),
        parts.with_only_columns(part.indicator).where(whole.indicator.in_(codes)),
        parts.with_only_columns(whole.indicator).where(part.indicator.in_(codes)),
    ]


def _stated(row: Any) -> Stated:
    based = row.base_region or row.base_indicator or row.base_period
    return Stated(
        id=row.id,
        document=row.document,
        published_on=row.published_on,
        as_written=collapse(row.exact),
        indicator=row.indicator,
        measure=row.measure,
        base=Base(row.base_region, row.base_indicator, row.base_period) if based else None,
        counted=row.counted,
        regions=tuple(row.cell.split("~")[5].split("_")),
        project=row.project,
        kind=row.kind,
        period=Period(row.period_type, row.period_start, row.period_end, None, row.period_basis, None, row.period_anchor),
        unit=row.unit,
        value=row.value,
        comparator=row.comparator,
        approximate=row.approximate,
        interval=Interval(row.lower, row.lower_inclusive, row.upper, row.upper_inclusive, row.interval_basis),
        cell=row.cell,
    )


def read_links(session: Session) -> list[Link]:
    """The relations, in order."""
    wanted = ("part_of", "conversion_of", "look_alike")
    select = sa.select(Relation.statement, Relation.relation, Relation.other, Relation.complete)
    select = select.where(Relation.relation.in_(wanted)).order_by(Relation.statement, Relation.relation, Relation.other)
    return [Link(*row) for row in session.execute(select)]


def read_lists(session: Session) -> Lists:
    """What the code lists say of units, indicators and regions."""
    units = session.execute(
        sa.select(Unit.code, Unit.dimension, Unit.family).where(Unit.code == Unit.base).order_by(Unit.code)
    ).all()
    parents: dict[str, list[str]] = {}
    for region, parent in session.execute(sa.select(RegionParent.region, RegionParent.parent)):
        parents.setdefault(region, []).append(parent)
    indicators = session.execute(sa.select(Indicator.code, Indicator.dimension))
    return Lists(
        families={row.code: row.family for row in units},
        dimensions={row.code: (row.dimension, row.family) for row in units},
        measured_in={row.code: row.dimension for row in indicators},
        above={region: _above(region, parents) for region in parents},
    )


def _above(region: str, parents: dict[str, list[str]]) -> frozenset[str]:
    found: set[str] = set()
    todo = [region]
    while todo:
        here = todo.pop()
        if here not in found:
            found.add(here)
            todo.extend(parents.get(here, ()))
    return frozenset(found)


def read_names(session: Session) -> Names:
    """English names of indicators and regions."""
    indicators = session.execute(sa.select(Indicator.code, Indicator.name))
    regions = session.execute(sa.select(Region.code, Region.name))
    return Names(indicators={row.code: row.name for row in indicators}, regions={row.code: row.name for row in regions})
