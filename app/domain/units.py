"""Which units measure the same thing, and by which exact factor do they convert?

A dimension has one base unit; every other unit of it converts by an exact decimal factor (SI brochure, ISO 4217 for currency
codes). Each currency is a dimension of its own: amounts in two currencies never convert by a fixed factor.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from functools import cache
from typing import Literal, get_args

from app.domain.decimals import plain
from app.domain.interval import Bounds, Interval, exact, outward, rounded

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


@cache
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


Scale = Literal["thousand", "wan", "million", "yi", "billion", "trillion"]
"""How many of a unit are counted at once, as people write it: 万 is `wan`, 亿 is `yi`."""

SCALES: dict[Scale, Decimal] = {
    "thousand": Decimal(10) ** 3,
    "wan": Decimal(10) ** 4,
    "million": Decimal(10) ** 6,
    "yi": Decimal(10) ** 8,
    "billion": Decimal(10) ** 9,
    "trillion": Decimal(10) ** 12,
}
SIGNS: dict[str, Scale] = {"万": "wan", "亿": "yi"}
SCALED: frozenset[Family] = frozenset({"money", "count", "mass", "area", "length"})
"""Families whose amounts are written with a scale word."""

_TARGET = re.compile(r"(?P<unit>[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*)(?::(?P<scale>[a-z]+|万|亿))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Target:
    """A unit to convert to, counted by a scale."""

    unit: str
    scale: Scale | None

    def __str__(self) -> str:
        return f"{self.unit}:{self.scale}" if self.scale else self.unit

    @property
    def size(self) -> Decimal:
        """How many of the unit are counted at once."""
        return SCALES[self.scale] if self.scale else Decimal(1)


def parse_target(text: str) -> Target:
    """Read `ha`, `CNY:yi` or `count:万`. Raises ValueError saying what was expected."""
    match = _TARGET.fullmatch(text)
    scale = match and (SIGNS.get(match["scale"] or "") or match["scale"])
    if match is None or (scale is not None and scale not in SCALES):
        scales = ", ".join((*SCALES, *SIGNS))
        raise ValueError(f"a unit such as ha, or a unit and a scale such as CNY:yi, was expected; scales: {scales}")
    return Target(match["unit"], scale)


def in_unit(value: Decimal | None, interval: Interval, factor: Fraction) -> tuple[Decimal | None, Interval, bool]:
    """Value and interval times `factor` (above 0), and whether all of it is exact.

    What has no end as a decimal is rounded to 12 significant digits, the bounds outward.
    """
    numbers = [Fraction(each) * factor for each in (value, interval.lower, interval.upper) if each is not None]
    if all(map(_ends, numbers)):
        times = [None if each is None else _decimal(Fraction(each) * factor) for each in (value, interval.lower, interval.upper)]
        return times[0], Interval(times[1], interval.lower_inclusive, times[2], interval.upper_inclusive, interval.basis), True
    wide = outward(exact(interval) * Bounds(factor, True, factor, True))
    return (None if value is None else rounded(Fraction(value) * factor, ROUND_HALF_EVEN)), wide, False


def _ends(number: Fraction) -> bool:
    """Whether a fraction ends as a decimal: nothing but twos and fives divides it."""
    below = number.denominator
    for prime in (2, 5):
        while below % prime == 0:
            below //= prime
    return below == 1


def _decimal(number: Fraction) -> Decimal:
    """A fraction that ends as a decimal."""
    places = 0
    while number.denominator != 1:
        number, places = number * 10, places + 1
    return plain(Decimal(number.numerator).scaleb(-places))
