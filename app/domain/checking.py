"""What do several cells say of one number from outside, and on which rule does that rest?"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from app.domain.comparison import MEETING, Pair, Relation, Verdict
from app.domain.interval import Interval
from app.domain.quantity import Comparator, interval_of, parse_written
from app.domain.units import COUNTING, Unit

Side = Literal["supporting", "contradicting", "neutral"]

RULES: dict[Verdict, str] = {
    "not_covered": "No statement is comparable: none is about the same thing, place and time.",
    "contradicted": "No comparable statement can be true together with the number.",
    "disputed": "Some comparable statements cannot be true together with the number, others can.",
    "supported": "No comparable statement is disjoint from the number, and a closed, not approximate figure meets it.",
    "compatible": "No comparable statement is disjoint from the number, but none that is closed and not approximate meets it.",
}
"""The rule behind each verdict."""

FAVOUR: tuple[Verdict, ...] = ("supported", "compatible", "disputed", "contradicted", "not_covered")


def favoured(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict on a number that may mean any of several cells: that of the cell which bears it out best."""
    return min(verdicts, key=FAVOUR.index, default="not_covered")


def side_of(relation: Relation, interval: Interval, *, approximate: bool) -> Side:
    """Where a figure with this interval stands, given what the asserted number is to it."""
    if relation == "disjoint":
        return "contradicting"
    return "supporting" if relation in MEETING and interval.closed and not approximate else "neutral"


def nearest_miss(pairs: Iterable[Pair]) -> Pair | None:
    """The disjoint pair with the smallest relative gap; where none has one, with the smallest gap."""
    return min((pair for pair in pairs if pair.relation == "disjoint"), key=_distance, default=None)


def _distance(pair: Pair) -> tuple[bool, Fraction, Decimal, str]:
    return pair.gap_relative is None, pair.gap_relative or Fraction(0), pair.gap or Decimal(0), pair.right


def assert_number(text: str, unit: Unit, *, comparator: Comparator, approximate: bool) -> tuple[Decimal, Interval]:
    """A number as a statement would be read: its value and its interval, in the base unit. Raises ValueError.

    `lt` with `approximate` is "nearly", as the words of documents are read.
    """
    written = parse_written(text).times(unit.factor)
    nearly = comparator == "lt" and approximate
    interval = interval_of(
        written,
        comparator=comparator,
        approximate=approximate,
        form="nearly" if nearly else "number",
        counts=unit.family in COUNTING,
    )
    return written.value, interval
