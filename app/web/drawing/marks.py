"""How is a figure drawn? A number as a point, a range as a bar, "more than" as an arrow: never more certain than its words."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Form = Literal["point", "bar", "up", "down", "all"]
"""point: one value; bar: between two; up, down: open above or below its one bound; all: open on both sides."""

SIGNS = 6
"""Pixels that a mark's sign may reach beyond its own place."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure to be drawn: its values, its time, and how it is shown. Bounds of None are open."""

    id: str
    lower: Decimal | None
    upper: Decimal | None
    lower_inclusive: bool
    upper_inclusive: bool
    value: Decimal | None
    title: str
    link: str
    kind: str = "actual"
    type: str = "none"
    start: date | None = None
    end: date | None = None
    weak: bool = False
    conflict: bool = False
    label: str = ""
    source: str = ""

    @property
    def form(self) -> Form:
        """How it is drawn."""
        if self.lower is None:
            return "all" if self.upper is None else "down"
        if self.upper is None:
            return "up"
        return "point" if self.lower == self.upper else "bar"

    @property
    def bounds(self) -> list[Decimal]:
        """The bounds that it has, and its number when that lies inside them."""
        ends = [each for each in (self.lower, self.upper) if each is not None]
        return ends + ([self.value] if self.shows_value and self.value is not None else [])

    @property
    def shows_value(self) -> bool:
        """Whether its number is one of the values it may have; the number of "nearly 100" is not."""
        if self.value is None or self.lower is None or self.upper is None:
            return False
        return self.lower <= self.value <= self.upper
