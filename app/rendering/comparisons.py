"""A comparison as it goes over the wire."""

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from urllib.parse import quote

from app import models
from app.domain.comparison import ConsistentSet, Figure, Pair, slot_of
from app.domain.evidence import collapse, fragment_url
from app.domain.interval import Interval, rounded
from app.domain.wording import pair_text, status_text
from app.queries.comparisons import Cell
from app.rendering.statements import indicator_ref, named
from app.schemas import comparisons, statements


def comparison(cell: Cell) -> comparisons.Comparison:
    """A cell with its statements side by side."""
    row, first = cell.row, cell.members[0]
    figures = cell.figures
    by_id = {figure.id: figure for figure in figures}
    indicator = indicator_ref(first.measured)
    if indicator is None or first.unit is None or first.measure is None:
        raise ValueError(f"{first.id} has no quantity")
    return comparisons.Comparison(
        cell=row.cell,
        status=row.status,
        explanation=status_text(cell.result, figures, first.unit, weak=row.weak_period),
        weak_period=row.weak_period,
        indicator=indicator,
        measure=first.measure,
        base=base(first),
        counted=first.counted,
        kind=first.kind,
        regions=[named(each.place) for each in first.regions],
        project=named(first.subject) if first.subject else None,
        period=_slot(row.cell, first),
        unit=first.unit,
        statements=row.statements,
        documents=row.documents,
        groups=len({figure.group for figure in figures}),
        gap_relative=part(cell.result.gap_relative),
        members=[_member(each, cell) for each in cell.members],
        sets=[_set(each) for each in cell.result.sets],
        pairs=[_pair(each, by_id, first.unit) for each in cell.result.pairs],
        links=comparisons.ComparisonLinks(
            self=f"/v1/comparisons/{quote(row.cell, safe='~')}", statements=f"/v1/statements?{_ids(cell)}"
        ),
    )


def base(row: models.Statement) -> statements.BaseOut | None:
    """What a figure refers to."""
    of = row.base
    return statements.BaseOut(region=of.region, indicator=of.indicator, period=of.period) if of else None


def interval(bounds: Interval) -> statements.IntervalOut:
    """An interval, of a figure or computed."""
    shape = statements.ComputedInterval if bounds.basis in ("intersection", "derived") else statements.IntervalOut
    return shape(
        lower=bounds.lower,
        lower_inclusive=bounds.lower_inclusive,
        upper=bounds.upper,
        upper_inclusive=bounds.upper_inclusive,
        basis=bounds.basis,
    )


def part(value: Fraction | None) -> Decimal | None:
    """A relative gap as a decimal of 12 significant digits."""
    return None if value is None else rounded(value, ROUND_HALF_EVEN)


def _ids(cell: Cell) -> str:
    return "cell=" + quote(cell.row.cell, safe="~")


def _slot(cell: str, row: models.Statement) -> comparisons.Slot:
    if slot_of(cell) == "asof":
        return comparisons.Slot(label="asof", type=None, start=None, end=None)
    return comparisons.Slot(label=row.period.label, type=row.period.type, start=row.period_start, end=row.period_end)


def _member(row: models.Statement, cell: Cell) -> comparisons.Member:
    bounds = row.interval
    if bounds is None:
        raise ValueError(f"{row.id} has no quantity")
    return comparisons.Member(
        statement=row.id,
        text=row.text,
        document=row.document,
        publisher=statements.PublisherRef(code=row.source.issuer.code, name=row.source.issuer.name),
        published_on=row.source.published_on,
        group=cell.groups[row.document],
        as_written=collapse(row.exact),
        value=row.value,
        comparator=row.comparator,
        approximate=row.approximate,
        interval=interval(bounds),
        period=row.period.label,
        period_start=row.period_start,
        period_end=row.period_end,
        guest=row.id == cell.guest,
        conversions=list(cell.conversions[row.id]),
        url=fragment_url(row.source.url, row.exact),
    )


def _set(each: ConsistentSet) -> comparisons.ConsistentSet:
    return comparisons.ConsistentSet(
        statements=list(each.members), interval=interval(each.common), touching=each.touching, groups=each.groups
    )


def _pair(pair: Pair, by_id: Mapping[str, Figure], unit: str) -> comparisons.PairOut:
    return comparisons.PairOut(
        left=pair.left,
        right=pair.right,
        relation=pair.relation,
        gap=pair.gap,
        gap_relative=part(pair.gap_relative),
        explanation=pair_text(pair, by_id[pair.left], by_id[pair.right], unit),
    )


def reference(row: models.Comparison, guest_in: models.Comparison | None) -> statements.ComparisonRef:
    """What a statement's comparison says, in short."""
    return statements.ComparisonRef(
        cell=row.cell,
        status=row.status,
        statements=row.statements,
        documents=row.documents,
        weak_period=row.weak_period,
        guest_in=guest_in.cell if guest_in else None,
    )


def flat(cell: Cell) -> dict[str, object]:
    """A comparison as one flat row, in the order of FLAT_COMPARISON; lists are joined by `;`."""
    one = comparison(cell)
    whole = one.sets[0] if len(one.sets) == 1 else None
    shared = whole.interval if whole and not whole.touching else None
    return {
        "cell": one.cell,
        "status": one.status,
        "explanation": one.explanation,
        "indicator": one.indicator.code,
        "indicator_name": one.indicator.name,
        "topic": one.indicator.topic,
        "measure": one.measure,
        "base_region": one.base.region if one.base else None,
        "base_indicator": one.base.indicator if one.base else None,
        "base_period": one.base.period if one.base else None,
        "counted": one.counted,
        "kind": one.kind,
        "regions": ";".join(each.code for each in one.regions),
        "region_names": ";".join(each.name for each in one.regions),
        "project": one.project.code if one.project else None,
        "unit": one.unit,
        "period": one.period.label,
        "period_type": one.period.type,
        "period_start": one.period.start,
        "period_end": one.period.end,
        "weak_period": one.weak_period,
        "statements": one.statements,
        "documents": one.documents,
        "groups": one.groups,
        "sets": len(one.sets),
        "lower": shared.lower if shared else None,
        "upper": shared.upper if shared else None,
        "gap_relative": one.gap_relative,
        "members": ";".join(each.statement for each in one.members),
        "touching": bool(whole and whole.touching),
    }
