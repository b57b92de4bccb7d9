"""Which statements speak of the same thing?

The cell of a statement is what it must share with another to be compared: a pure function of the statement, readable, and fit
to stand in an address.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.period import Period


@dataclass(frozen=True, slots=True)
class Base:
    """What a share, growth, change or multiple refers to; a part of None was not said or is the statement's own."""

    region: str | None
    indicator: str | None
    period: str | None


def cell_key(
    *,
    indicator: str,
    measure: str,
    base: Base | None,
    counted: str | None,
    dimension: str,
    regions: Iterable[str],
    project: str | None,
    kind: str,
    period: Period,
) -> str:
    """The cell: indicator, measure, base, counted, dimension, regions (as a set), project, kind, period slot, joined by `~`.

    Empty parts stay empty; regions are sorted and joined by `_`; the parts of a base are joined by `_` in the order region,
    indicator, period. Codes hold neither character, so the key can be taken apart again.
    """
    parts = (
        indicator,
        measure,
        "_".join(part or "" for part in (base.region, base.indicator, base.period)) if base else "",
        counted or "",
        dimension.lower(),
        "_".join(sorted(set(regions))),
        project or "",
        kind,
        period.slot,
    )
    return "~".join(parts)
