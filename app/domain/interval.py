"""What do two ranges of values say of each other, and what follows from them by arithmetic?

Bounds go in as exact decimals, are worked on as fractions, and come out rounded outward, so that nothing true is ever shut out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from typing import Literal, get_args

from app.domain.decimals import plain

Match = Literal["certain", "possible"]
"""How a value may meet a condition: for every value of its interval, or for some."""

Operator = Literal["eq", "ne", "lt", "le", "gt", "ge"]
OPERATORS: tuple[Operator, ...] = get_args(Operator)

DERIVED_DIGITS = 12
"""Significant digits that bounds of derived intervals are rounded outward to."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The values a figure may have. A bound of None means unbounded; an unbounded side is never inclusive."""

    lower: Decimal | None
    lower_inclusive: bool
    upper: Decimal | None
    upper_inclusive: bool
    basis: str

    def __contains__(self, value: Decimal) -> bool:
        """Whether `value` (base unit of the interval) lies within the bounds."""
        above = self.lower is None or value > self.lower or (self.lower_inclusive and value == self.lower)
        below = self.upper is None or value < self.upper or (self.upper_inclusive and value == self.upper)
        return above and below

    def mirrored(self) -> "Interval":
        """The interval of the negated values."""
        return Interval(
            lower=None if self.upper is None else plain(self.upper.copy_negate()),
            lower_inclusive=self.upper_inclusive,
            upper=None if self.lower is None else plain(self.lower.copy_negate()),
            upper_inclusive=self.lower_inclusive,
            basis=self.basis,
        )

    @property
    def closed(self) -> bool:
        """Whether it is bounded on both sides."""
        return self.lower is not None and self.upper is not None

    @property
    def low(self) -> tuple[int, Decimal, bool]:
        """Sorts lower ends: what begins earlier comes first, an open end after a closed one at the same value."""
        return (0, Decimal(0), False) if self.lower is None else (1, self.lower, not self.lower_inclusive)

    @property
    def high(self) -> tuple[int, Decimal, bool]:
        """Sorts upper ends: what ends earlier comes first, an open end before a closed one at the same value."""
        return (1, Decimal(0), False) if self.upper is None else (0, self.upper, self.upper_inclusive)


def intersection(intervals: Sequence[Interval]) -> Interval | None:
    """The values common to all intervals (at least one); None when there are none."""
    first, last = max(intervals, key=lambda each: each.low), min(intervals, key=lambda each: each.high)
    common = Interval(first.lower, first.lower_inclusive, last.upper, last.upper_inclusive, "intersection")
    if common.lower is None or common.upper is None or common.lower < common.upper:
        return common
    alone = common.lower == common.upper and common.lower_inclusive and common.upper_inclusive
    return common if alone else None


def touch(left: Interval, right: Interval) -> bool:
    """Whether the closures of two intervals share a value."""
    return not _apart(left, right) and not _apart(right, left)


def _apart(left: Interval, right: Interval) -> bool:
    """Whether `left` ends below where `right` begins."""
    return left.upper is not None and right.lower is not None and left.upper < right.lower


def gap(left: Interval, right: Interval) -> Decimal | None:
    """How far apart two intervals are, in their unit; None when their closures share a value."""
    ends = _facing(left, right)
    return None if ends is None else plain(ends[1] - ends[0])


def gap_relative(left: Interval, right: Interval) -> Fraction | None:
    """The gap as a part of that facing bound which is nearer to zero; None without a gap or when that bound is zero."""
    ends = _facing(left, right)
    if ends is None:
        return None
    below, above = Fraction(ends[0]), Fraction(ends[1])
    reference = min(abs(below), abs(above))
    return (above - below) / reference if reference else None


def _facing(left: Interval, right: Interval) -> tuple[Decimal, Decimal] | None:
    """The upper bound of the lower interval and the lower bound of the upper one, when they are apart."""
    for below, above in ((left, right), (right, left)):
        if _apart(below, above) and below.upper is not None and above.lower is not None:
            return below.upper, above.lower
    return None


def satisfies(interval: Interval, operator: Operator, value: Decimal) -> Match | None:
    """Whether all (`certain`), some (`possible`) or no (None) values of the interval stand so to `value`.

    `certain` values are possible too. For one value, what is possibly `gt` and what is certainly `le` are all there is,
    and no interval is both.
    """
    if operator in ("eq", "ne"):
        inside = value in interval
        alone = inside and interval.closed and interval.lower == interval.upper
        everything, something = (alone, inside) if operator == "eq" else (not inside, not alone)
    else:
        opposite: dict[Operator, Operator] = {"gt": "le", "ge": "lt", "lt": "ge", "le": "gt"}
        something = _possible(interval, operator, value)
        everything = not _possible(interval, opposite[operator], value)
    if everything:
        return "certain"
    return "possible" if something else None


def _possible(interval: Interval, operator: Operator, value: Decimal) -> bool:
    if operator in ("gt", "ge"):
        upper = interval.upper
        return upper is None or upper > value or (operator == "ge" and interval.upper_inclusive and upper == value)
    lower = interval.lower
    return lower is None or lower < value or (operator == "le" and interval.lower_inclusive and lower == value)


@dataclass(frozen=True, slots=True)
class Bounds:
    """An interval in exact arithmetic. A bound of None is unbounded."""

    lower: Fraction | None
    lower_inclusive: bool
    upper: Fraction | None
    upper_inclusive: bool

    def __add__(self, other: "Bounds") -> "Bounds":
        """The sums of any two values."""
        lower = None if self.lower is None or other.lower is None else self.lower + other.lower
        upper = None if self.upper is None or other.upper is None else self.upper + other.upper
        return Bounds(
            lower,
            lower is not None and self.lower_inclusive and other.lower_inclusive,
            upper,
            upper is not None and self.upper_inclusive and other.upper_inclusive,
        )

    def __neg__(self) -> "Bounds":
        """The negated values."""
        return Bounds(
            None if self.upper is None else -self.upper,
            self.upper_inclusive,
            None if self.lower is None else -self.lower,
            self.lower_inclusive,
        )

    def __sub__(self, other: "Bounds") -> "Bounds":
        """The differences of any two values."""
        return self + -other

    def __mul__(self, other: "Bounds") -> "Bounds":
        """The products of any two values."""
        ends = [_product(one, another) for one in _ends(self) for another in _ends(other)]
        low, low_inclusive = min(ends, key=lambda end: (end[0], not end[1]))
        high, high_inclusive = max(ends, key=lambda end: (end[0], end[1]))
        lower = low if isinstance(low, Fraction) else None
        upper = high if isinstance(high, Fraction) else None
        return Bounds(lower, lower is not None and low_inclusive, upper, upper is not None and high_inclusive)

    def __truediv__(self, other: "Bounds") -> "Bounds":
        """The quotients of any two values. Raises ZeroDivisionError unless `other` lies wholly on one side of zero."""
        if other.lower is not None and other.lower >= 0:
            return self * other._inverse()
        if other.upper is not None and other.upper <= 0:
            return -self * (-other)._inverse()
        raise ZeroDivisionError("the divisor may be zero")

    def _inverse(self) -> "Bounds":
        """One divided by each value, all of which lie at or above zero; zero itself is left out."""
        return Bounds(
            Fraction(0) if self.upper is None else 1 / self.upper,
            self.upper is not None and self.upper_inclusive,
            1 / self.lower if self.lower else None,
            bool(self.lower) and self.lower_inclusive,
        )

    def within(self, other: "Bounds") -> "Bounds | None":
        """The values that `other` allows too; None when there are none."""
        low = max((self, other), key=lambda each: (each.lower is not None, each.lower or 0, not each.lower_inclusive))
        high = min((self, other), key=lambda each: (each.upper is None, each.upper or 0, each.upper_inclusive))
        common = Bounds(low.lower, low.lower_inclusive, high.upper, high.upper_inclusive)
        if common.lower is None or common.upper is None or common.lower < common.upper:
            return common
        return common if common.lower == common.upper and common.lower_inclusive and common.upper_inclusive else None


_INFINITY = float("inf")
_End = tuple[Fraction | float, bool]


def _ends(bounds: Bounds) -> list[_End]:
    lower = (-_INFINITY, False) if bounds.lower is None else (bounds.lower, bounds.lower_inclusive)
    upper = (_INFINITY, False) if bounds.upper is None else (bounds.upper, bounds.upper_inclusive)
    return [lower, upper]


def _product(one: _End, another: _End) -> _End:
    """The product of two ends; zero times anything is zero, and is reached when the zero is."""
    (left, left_reached), (right, right_reached) = one, another
    if left == 0 or right == 0:
        return Fraction(0), (left == 0 and left_reached) or (right == 0 and right_reached)
    return left * right, left_reached and right_reached


def exact(interval: Interval) -> Bounds:
    """The interval in exact arithmetic."""
    return Bounds(
        None if interval.lower is None else Fraction(interval.lower),
        interval.lower_inclusive,
        None if interval.upper is None else Fraction(interval.upper),
        interval.upper_inclusive,
    )


def number(value: Decimal | int) -> Bounds:
    """A single number in exact arithmetic."""
    return Bounds(Fraction(value), True, Fraction(value), True)


def outward(bounds: Bounds, basis: str = "derived") -> Interval:
    """Bounds as decimals of DERIVED_DIGITS significant digits, rounded away from the inside."""
    return Interval(
        None if bounds.lower is None else rounded(bounds.lower, ROUND_FLOOR),
        bounds.lower_inclusive,
        None if bounds.upper is None else rounded(bounds.upper, ROUND_CEILING),
        bounds.upper_inclusive,
        basis,
    )


def rounded(value: Fraction, rounding: str) -> Decimal:
    """A fraction as a plain decimal of at most DERIVED_DIGITS significant digits, rounded in a direction of `decimal`."""
    context = Context(prec=DERIVED_DIGITS, rounding=rounding)
    return plain(context.divide(Decimal(value.numerator), Decimal(value.denominator)))
