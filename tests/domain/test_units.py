"""Which units a statement may have, and that the shipped units convert exactly."""

from decimal import Decimal
from fractions import Fraction
from functools import cache

import pytest
from make import SEED

from app.domain.quantity import parse_written
from app.domain.units import COUNTING, FAMILIES, families_for
from app.seed.gather import gather
from app.seed.shapes import UnitShape


@cache
def shipped() -> dict[str, UnitShape]:
    """The units of the shipped seed by code."""
    return {entry.shape.code: entry.shape for entry in gather(SEED).units}


@pytest.mark.parametrize(
    ("measure", "indicator", "families"),
    [
        ("level", "money", {"money"}),
        ("level", "years", {"years"}),
        ("share", "money", {"percent"}),
        ("growth", "count", {"percent"}),
        ("change", "per-population", {"per-population", "percent"}),
        ("change", "percent", {"percent"}),
        ("multiple", "count", {"ratio"}),
        ("rank", "money", {"count"}),
    ],
)
def test_a_measure_of_an_indicator_has_only_the_units_that_fit(measure: str, indicator: str, families: set[str]) -> None:
    assert families_for(measure, indicator) == families


def test_whole_numbers_are_exact_in_counts_and_times_only() -> None:
    assert sorted(COUNTING) == ["count", "duration", "years"]
    assert set(FAMILIES) > COUNTING


@pytest.mark.parametrize(
    ("amount", "unit", "base", "expected"),
    [
        ("66.7", "ha", "km2", "0.667"),
        ("1", "h", "min", "60"),
        ("2", "day", "min", "2880"),
        ("480", "kt", "t", "480000"),
        ("1", "kg", "t", "0.001"),
        ("250", "m2", "km2", "0.00025"),
        ("62.5", "m", "km", "0.0625"),
        ("7.55 billion", "CNY", "CNY", "7550000000"),
        ("1", "year", "year", "1"),
    ],
)
def test_a_figure_is_normalised_without_losing_a_digit(amount: str, unit: str, base: str, expected: str) -> None:
    shape = shipped()[unit]
    value = parse_written(amount).times(parse_written(shape.factor).value).value
    assert shape.base == base
    assert value == Decimal(expected)


def test_every_shipped_factor_is_an_exact_decimal_of_its_base() -> None:
    for shape in shipped().values():
        factor = parse_written(shape.factor).value
        assert factor > 0
        assert Fraction(factor) == Fraction(shape.factor)
        assert factor == 1 or shape.code != shape.base


def test_no_currency_converts_to_another_and_no_year_to_minutes() -> None:
    units = shipped()
    money = [shape for shape in units.values() if shape.family == "money"]
    assert len({shape.dimension for shape in money}) == len(money)
    assert units["year"].dimension != units["min"].dimension
