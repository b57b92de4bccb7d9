"""Intervals: what they share, how far apart they are, what follows from them, and what they say of a number."""

from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from drawn import examples
from hypothesis import given
from hypothesis import strategies as st

from app.domain.interval import (
    DERIVED_DIGITS,
    OPERATORS,
    Bounds,
    Interval,
    exact,
    gap,
    gap_relative,
    intersection,
    number,
    outward,
    satisfies,
    touch,
)


def drawn_interval(random: Random) -> Interval:
    """A bounded, one-sided or single-valued interval on a grid, so that ends often meet."""
    low, width = random.randint(-20, 20), random.choice((0, 1, 2, 5, 20))
    left, right = random.choices((("open", "closed", "unbounded")), k=2)
    if not width:
        left, right = ("closed" if end == "open" else end for end in (left, right))
    return Interval(
        None if left == "unbounded" else Decimal(low) / 4,
        left == "closed",
        None if right == "unbounded" else Decimal(low + width) / 4,
        right == "closed",
        "drawn",
    )


def drawn_value(random: Random) -> Decimal:
    """A number on the same grid."""
    return Decimal(random.randint(-24, 44)) / 4


def inner(interval: Interval, random: Random) -> Decimal:
    """A value of the interval: an end when it belongs to it, else something between or beyond."""
    low = interval.lower if interval.lower is not None else (interval.upper or Decimal(0)) - 10
    high = interval.upper if interval.upper is not None else low + 10
    parts = [low + (high - low) * part / 8 for part in range(9)]
    return random.choice([value for value in parts if value in interval])


def interval(text: str) -> Interval:
    """`[1, 2)`, `(3, )`, `( , 4]`."""
    low, high = (part.strip() for part in text[1:-1].split(","))
    return Interval(
        Decimal(low) if low else None,
        bool(low) and text[0] == "[",
        Decimal(high) if high else None,
        bool(high) and text[-1] == "]",
        "drawn",
    )


@pytest.mark.parametrize(
    ("left", "right", "common", "touching", "apart"),
    [
        ("[1, 3]", "[2, 5)", "[2, 3]", True, None),
        ("[1, 2]", "[2, 3]", "[2, 2]", True, None),
        ("[1, 2)", "[2, 3]", None, True, None),
        ("(6000, )", "[6235.5, 6236.5)", "[6235.5, 6236.5)", True, None),
        ("(6000, )", "[5684, 5916]", None, False, Decimal(84)),
        ("( , 3)", "(3, )", None, True, None),
        ("( , )", "[1, 1]", "[1, 1]", True, None),
        ("[60, 60]", "[62, 62]", None, False, Decimal(2)),
    ],
)
def test_two_intervals_share_values_touch_or_lie_apart(
    left: str, right: str, common: str | None, touching: bool, apart: Decimal | None
) -> None:
    one, other = interval(left), interval(right)
    for first, second in ((one, other), (other, one)):
        shared = intersection([first, second])
        assert (shared is None) == (common is None)
        if shared is not None and common is not None:
            assert (shared.low, shared.high) == (interval(common).low, interval(common).high)
        assert touch(first, second) is touching
        assert gap(first, second) == apart


def test_a_gap_is_measured_by_the_facing_bound_nearer_to_zero() -> None:
    assert gap_relative(interval("(6000, )"), interval("[5684, 5916]")) == Fraction(84, 5916)
    assert gap_relative(interval("[-30, -20]"), interval("[-10, -5]")) == 1
    assert gap_relative(interval("[-5, 0]"), interval("[1, 2]")) is None


def test_the_intersection_holds_what_both_hold() -> None:
    for random in examples():
        left, right = drawn_interval(random), drawn_interval(random)
        value = inner(left, random)
        common = intersection([left, right])
        assert (value in right) == (common is not None and value in common)
        assert touch(left, right) == (gap(left, right) is None) == touch(right, left)


def test_possible_and_certainly_not_split_the_intervals_in_two() -> None:
    for random in examples():
        drawn, operator, value = drawn_interval(random), random.choice(OPERATORS), drawn_value(random)
        opposite = {"gt": "le", "le": "gt", "ge": "lt", "lt": "ge", "eq": "ne", "ne": "eq"}[operator]
        possible = satisfies(drawn, operator, value) is not None
        certainly_not = satisfies(drawn, opposite, value) == "certain"
        assert possible != certainly_not


def test_what_is_certain_holds_for_every_value() -> None:
    for random in examples():
        drawn, operator, value = drawn_interval(random), random.choice(OPERATORS), drawn_value(random)
        one = inner(drawn, random)
        holds = {
            "eq": one == value,
            "ne": one != value,
            "lt": one < value,
            "le": one <= value,
            "gt": one > value,
            "ge": one >= value,
        }[operator]
        match = satisfies(drawn, operator, value)
        assert holds or match != "certain"
        assert match is not None or not holds


def test_arithmetic_shuts_out_nothing_that_is_true() -> None:
    for random in examples():
        left, right = drawn_interval(random), drawn_interval(random)
        one, other = Fraction(inner(left, random)), Fraction(inner(right, random))
        a, b = exact(left), exact(right)
        for result, value in ((a + b, one + other), (a - b, one - other), (a * b, one * other)):
            assert _holds(result, value)
            assert _holds(exact(outward(result)), value)
        one_sided = (right.lower is not None and right.lower >= 0) or (right.upper is not None and right.upper <= 0)
        if one_sided and other:
            assert _holds(a / b, one / other)


def _holds(bounds: Bounds, value: Fraction) -> bool:
    above = bounds.lower is None or value > bounds.lower or (bounds.lower_inclusive and value == bounds.lower)
    below = bounds.upper is None or value < bounds.upper or (bounds.upper_inclusive and value == bounds.upper)
    return above and below


def test_ends_of_products_are_reached_only_when_both_factors_reach_theirs() -> None:
    product = exact(interval("[2, 3)")) * exact(interval("(4, 5]"))
    assert (product.lower, product.lower_inclusive, product.upper, product.upper_inclusive) == (8, False, 15, False)
    with_zero = exact(interval("[0, 1]")) * exact(interval("(2, )"))
    assert (with_zero.lower, with_zero.lower_inclusive, with_zero.upper) == (0, True, None)


def test_a_divisor_that_may_be_zero_on_either_side_gives_no_quotient() -> None:
    with pytest.raises(ZeroDivisionError):
        exact(interval("[1, 2]")) / exact(interval("[-1, 1]"))
    quotient = exact(interval("[1, )")) / exact(interval("[0, 4]"))
    assert (quotient.lower, quotient.lower_inclusive, quotient.upper) == (Fraction(1, 4), True, None)


@given(st.fractions(max_denominator=10**6), st.fractions(max_denominator=10**6))
def test_derived_bounds_are_rounded_outward_to_twelve_digits(one: Fraction, other: Fraction) -> None:
    low, high = sorted((one, other))
    shown = outward(Bounds(low, True, high, True))
    for decimal, fraction, sign in ((shown.lower, low, -1), (shown.upper, high, 1)):
        assert decimal is not None
        assert (Fraction(decimal) - fraction) * sign >= 0
        assert len(decimal.normalize().as_tuple().digits) <= DERIVED_DIGITS
        assert abs(Fraction(decimal) - fraction) <= abs(fraction) / 10 ** (DERIVED_DIGITS - 1)


def test_the_worked_examples_of_the_rules() -> None:
    total = outward(exact(interval("[1199.5, 1200.5)")) / exact(interval("[0.395, 0.405)")))
    assert (total.lower, total.upper) == (Decimal("2961.72839506"), Decimal("3039.24050633"))
    rate = outward(number(120) / exact(interval("[16.75, 16.85)")))
    assert (rate.lower, rate.upper) == (Decimal("7.12166172106"), Decimal("7.16417910448"))
