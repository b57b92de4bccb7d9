"""Distances are said so that nobody takes points for parts, nor has to read an exponent."""

from decimal import Decimal
from fractions import Fraction

import pytest

from app.domain.wording import gap_text, percent_text


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (Fraction(1, 30), "3.33%"),
        (Fraction(9888, 100), "9,890%"),
        (Fraction(1, 10**6), "0.0001%"),
        (Fraction(10**20), "10" + ",000" * 7 + "%"),
    ],
)
def test_a_part_is_a_percentage_of_three_digits_without_an_exponent(part: Fraction, said: str) -> None:
    assert percent_text(part) == said


@pytest.mark.parametrize(
    ("gap", "unit", "said"),
    [
        ("0.2", "percent", "0.2 percentage points"),
        ("1", "percent", "1 percentage point"),
        ("2", "min", "2 min"),
        ("1200", "count", "1,200"),
    ],
)
def test_percentages_are_points_apart(gap: str, unit: str, said: str) -> None:
    assert gap_text(Decimal(gap), unit) == said
