"""Where does a value, or a day, lie on an axis, and which round values are worth a tick?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

STEPS = (1, 2, 5)
"""A tick stands at every so many times a power of ten."""

NARROW = Decimal("0.25")
"""Values that differ by less than this part of the largest get an axis of their own; all others one that holds zero."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight axis: `low` lies at `begin`, `high` at `end`, in pixels; `low` is below `high`."""

    low: Decimal
    high: Decimal
    begin: float
    end: float

    def at(self, value: Decimal) -> float:
        """The place of a value. Values outside the axis lie outside begin..end."""
        part = (value - self.low) / (self.high - self.low)
        return self.begin + float(part) * (self.end - self.begin)

    def day(self, day: date) -> float:
        """The place of the first moment of a day, on an axis of days."""
        return self.at(Decimal(day.toordinal()))

    def clamp(self, place: float) -> float:
        """The place itself, or the nearer end of the axis when it lies outside."""
        return min(max(place, min(self.begin, self.end)), max(self.begin, self.end))

    @property
    def holds_zero(self) -> bool:
        """Whether zero lies on the axis."""
        return self.low <= 0 <= self.high


def step_for(length: Decimal, most: int) -> Decimal:
    """The smallest round step of which at most `most` fit into a length above zero."""
    power = (length / most).adjusted()
    for exponent in (power, power + 1):
        for step in STEPS:
            size = Decimal(step).scaleb(exponent)
            if size * most >= length:
                return size
    raise ArithmeticError(f"no step for {length}")


def ticks(low: Decimal, high: Decimal, most: int = 5) -> list[Decimal]:
    """Round values from low to high, evenly apart; at most `most` and one."""
    step = step_for(high - low, most)
    number = (low / step).to_integral_value(rounding="ROUND_CEILING")
    found = []
    while number * step <= high:
        found.append(number * step)
        number += 1
    return found


def room_for(values: Sequence[Decimal], *, above: bool = False, below: bool = False, most: int = 5) -> tuple[Decimal, Decimal]:
    """The ends of an axis that shows these values (at least one), round, with zero unless the values lie close together.

    `above` and `below` leave room for arrows beyond the outermost values.
    """
    low, high = min(values), max(values)
    largest = max(abs(low), abs(high))
    if not (low < high and high - low < NARROW * largest):
        low, high = min(low, Decimal(0)), max(high, Decimal(0))
    if low == high:
        high = low + 1
    spare = (high - low) / 8
    step = step_for(high - low, most)
    first = low if low == 0 and not below else low - (spare if below or low != 0 else 0)
    last = high if high == 0 and not above else high + (spare if above or high != 0 else 0)
    return _floor(first, step), -_floor(-last, step)


def _floor(value: Decimal, step: Decimal) -> Decimal:
    return (value / step).to_integral_value(rounding="ROUND_FLOOR") * step
