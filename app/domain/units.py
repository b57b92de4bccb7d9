"""Which units measure the same thing, and by which exact factor do they convert?

A dimension has one base unit; every other unit of it converts by an exact decimal factor (SI brochure, ISO 4217 for currency
codes). Each currency is a dimension of its own: amounts in two currencies never convert by a fixed factor.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, get_args

Family = Literal["money", "percent", "count", "mass", "area", "length", "duration", "years", "per-population", "ratio"]
"""What an indicator is measured in. Money is one family of many dimensions (currencies); the others are one dimension each."""

FAMILIES: tuple[Family, ...] = get_args(Family)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: one of it is `factor` of the base unit of its dimension."""

    code: str
    dimension: str
    family: Family
    base: str
    factor: Decimal


COUNTING: frozenset[str] = frozenset({"count", "duration", "years"})
"""Families whose whole numbers are exact unless they are round (interval rule 7)."""


def families_for(measure: str, indicator: str) -> frozenset[str]:
    """The families of unit that a measure of an indicator (measured in family `indicator`) may have."""
    if measure in ("share", "growth"):
        return frozenset({"percent"})
    if measure == "multiple":
        return frozenset({"ratio"})
    if measure == "rank":
        return frozenset({"count"})
    if measure == "change":
        return frozenset({indicator, "percent"})
    return frozenset({indicator})
