"""Observations and series as they go over the wire."""

from collections.abc import Callable
from typing import Any

from app import models
from app.domain.comparison import ComparisonStatus
from app.domain.decimals import plain_text
from app.domain.period import midnight
from app.queries.conversion import Conversion
from app.queries.observations import Observed
from app.queries.series import Line, Missing
from app.rendering.comparisons import base
from app.rendering.conversion import converted
from app.rendering.conversion import flat as flat_conversion
from app.rendering.statements import epoch_ms, indicator_ref, named
from app.schemas import observations
from app.schemas.conversion import CONVERTED_COLUMNS

Convert = Callable[[Observed], Conversion | None]
"""Gives the chosen value in the unit asked for."""


def _subject(row: models.Statement) -> dict[str, Any]:
    """What a figure is about, as observations and series share it. The statement has a quantity."""
    return {
        "indicator": indicator_ref(row.measured),
        "measure": row.measure,
        "base": base(row),
        "counted": row.counted,
        "unit": row.unit,
        "kind": row.kind,
        "regions": [named(each.place) for each in row.regions],
        "project": named(row.subject) if row.subject else None,
    }


def _flat_subject(row: models.Statement) -> dict[str, Any]:
    return {
        "indicator": row.indicator,
        "indicator_name": row.measured.name if row.measured else None,
        "topic": row.measured.topic if row.measured else None,
        "measure": row.measure,
        "base_region": row.base_region,
        "base_indicator": row.base_indicator,
        "base_period": row.base_period,
        "counted": row.counted,
        "unit": row.unit,
        "kind": row.kind,
        "regions": ";".join(each.region for each in row.regions),
        "region_names": ";".join(each.place.name for each in row.regions),
        "project": row.project,
    }


def observation(each: Observed, in_unit: Conversion | None = None) -> observations.ObservationListed:
    """The value of a cell with its reason, and in the unit asked for."""
    row, period = each.row, each.row.period
    return observations.ObservationListed(
        **({"converted": converted(in_unit)} if in_unit else {}),
        **_subject(row),
        **_value(each),
        cell=each.cell.cell,
        period=observations.ObservedPeriod(
            label=period.label, type=period.type, start=period.start, end=period.end, basis=period.basis
        ),
        time=epoch_ms(row),
        sources=each.sources,
        outliers=list(each.choice.outliers),
    )


def flat_observation(each: Observed, policy: str, in_unit: Conversion | None = None) -> dict[str, Any]:
    """An observation as one flat row, with the columns of FLAT_OBSERVATION; lists are joined by `;`."""
    row = each.row
    return {
        **_flat_subject(row),
        **_value(each),
        "cell": each.cell.cell,
        "period": row.period.label,
        "period_type": row.period_type,
        "period_start": row.period_start,
        "period_end": row.period_end,
        "period_basis": row.period_basis,
        "time": epoch_ms(row),
        "sources": ";".join(each.sources),
        "outliers": ";".join(each.choice.outliers),
        "policy": policy,
        **flat_conversion(in_unit),
    }


def _value(each: Observed) -> dict[str, Any]:
    choice, row = each.choice, each.row
    return {
        "value": choice.value,
        "value_text": None if choice.value is None else plain_text(choice.value),
        "lower": choice.interval.lower,
        "lower_inclusive": choice.interval.lower_inclusive,
        "upper": choice.interval.upper,
        "upper_inclusive": choice.interval.upper_inclusive,
        "comparator": row.comparator,
        "approximate": row.approximate,
        "status": each.cell.status,
        "groups": each.groups,
        "weak_period": each.cell.weak_period,
        "statement": row.id,
        "chosen_because": choice.reason,
        "policies_disagree": each.disagree,
        "touching": choice.touching,
    }


def series(line: Line, *, columns: bool, convert: Convert | None = None) -> observations.Series:
    """The observations of one thing over time; as arrays with `columns`."""
    points = [point(each, convert(each) if convert else None) for each in line.points]
    arrays = {name: [getattr(each, name) for each in points] for name in observations.Columns.model_fields}
    if convert:
        found = [flat_conversion(convert(each)) for each in line.points]
        arrays |= {name: [each[name] for each in found] for name in CONVERTED_COLUMNS[:3]}
    return observations.Series(
        **_subject(line.points[0].row),
        key=line.key,
        period_type=line.period_type,
        length=line.length,
        weak_period=line.weak,
        points=None if columns else points,
        columns=observations.ColumnsListed(**arrays) if columns else None,
        gaps=None if line.gaps is None else [_gap(each) for each in line.gaps],
    )


def point(each: Observed, in_unit: Conversion | None = None) -> observations.PointListed:
    """A point of a series; a figure that is open on a side says so beside its value."""
    row, bounds = each.row, each.choice.interval
    status: ComparisonStatus = each.cell.status  # type: ignore[assignment]
    return observations.PointListed(
        **({"converted": converted(in_unit)} if in_unit else {}),
        time=_time(row),
        period=row.period.label,
        start=row.period_start,
        end=row.period_end,
        value=each.choice.value,
        lower=bounds.lower,
        upper=bounds.upper,
        open_lower=bounds.lower is None,
        open_upper=bounds.upper is None,
        bound=None if bounds.closed else bounds.upper if bounds.lower is None else bounds.lower,
        comparator=row.comparator,
        approximate=row.approximate,
        status=status,
        sources=len(each.sources),
        policies_disagree=each.disagree,
        statement=row.id,
        cell=each.cell.cell,
        touching=each.choice.touching,
    )


def flat_point(each: Observed, line: Line, policy: str, in_unit: Conversion | None = None) -> dict[str, Any]:
    """A point as one flat row, with the columns of FLAT_POINT."""
    return {
        **_flat_subject(each.row),
        **point(each).model_dump(),
        "series": line.key,
        "period_type": line.period_type,
        "length": line.length,
        "weak_period": line.weak,
        "policy": policy,
        **flat_conversion(in_unit),
    }


def _gap(missing: Missing) -> observations.Gap:
    return observations.Gap(
        period=missing.label, start=missing.start, end=missing.end, reason=missing.reason, cells=list(missing.cells)
    )


def _time(row: models.Statement) -> int:
    """Where a point stands on the axis: the start of its period, else its end, else the day of publication."""
    return midnight(row.period_start or row.period_end or row.source.published_on, row.source.time_zone)
