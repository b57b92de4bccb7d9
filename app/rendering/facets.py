"""Facets, groups and what is available as they go over the wire."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from app.domain.period import Days
from app.queries.availability import Available
from app.queries.facets import Facet
from app.queries.periods import SPECIAL_LABELS, label_days
from app.schemas import availability, facets


def facet(found: Facet) -> facets.Facet:
    """The values of a dimension."""
    values = [facets.FacetValue(key=key, name=name, name_zh=zh, count=count) for key, name, zh, count in found.values]
    return facets.Facet(total=found.total, groups_total=found.values_total, values=values)


def group(by: Sequence[str], row: Sequence[Any]) -> facets.Group:
    """A group from its row: value and name of each dimension, statements, quantities."""
    values, names = row[0 : 2 * len(by) : 2], row[1 : 2 * len(by) : 2]
    return facets.Group(
        key=dict(zip(by, values, strict=True)),
        labels={each: name or value for each, value, name in zip(by, values, names, strict=True)},
        count=row[-2],
        quantities=row[-1],
    )


def available(found: Mapping[str, Available]) -> dict[str, availability.AvailableDimension]:
    """What each dimension offers."""
    return {
        name: availability.AvailableDimension(values=[_value(name, row) for row in each.rows], truncated=each.truncated)
        for name, each in found.items()
    }


def _value(dimension: str, row: Any) -> availability.AvailableValue:
    start, end = _days(row.value) if dimension == "period" else (None, None)
    return availability.AvailableValue(
        code=row.value,
        name=row.name,
        name_zh=row.name_zh,
        start=start,
        end=end,
        time=_milliseconds(start) if start else None,
        statements=row.statements,
        cells=row.cells,
    )


def _days(label: str) -> Days:
    return (None, None) if label in SPECIAL_LABELS else label_days(label)


def _milliseconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000
