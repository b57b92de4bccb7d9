"""What was probably meant by a misspelt name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.nearest import nearest

KNOWN = ["gdp", "foreign-trade", "foreign-investment", "expressways-planned", "expressways-completed", "chongqing", "CNY"]


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("foreign-trad", "foreign-trade"),
        ("chonqing", "chongqing"),
        ("Chongqing", "chongqing"),
        ("CHONGQING", "chongqing"),
        ("GDP", "gdp"),
        ("cny", "CNY"),
        ("expressway", "expressways-planned"),
        ("investment", "foreign-investment"),
    ],
)
def test_the_nearest_known_name_comes_first(name: str, first: str) -> None:
    assert nearest(name, KNOWN)[0] == first


@pytest.mark.parametrize("name", ["", "zz", "population-density", "重庆", "x" * 100_000])
def test_nothing_is_suggested_when_nothing_is_near(name: str) -> None:
    assert nearest(name, KNOWN) == []


def test_no_more_than_the_limit_is_suggested() -> None:
    many = [f"region-{number}" for number in range(20)]
    assert len(nearest("region", many)) == 3
    assert len(nearest("region", many, limit=1)) == 1


@given(st.permutations(KNOWN), st.text(max_size=20))
def test_suggestions_are_known_names_in_an_order_that_does_not_depend_on_the_list(known: list[str], name: str) -> None:
    assert nearest(name, known) == nearest(name, KNOWN)
    assert set(nearest(name, known)) <= set(KNOWN)


@given(st.sampled_from(KNOWN))
def test_a_known_name_is_nearest_to_itself(name: str) -> None:
    assert nearest(name, KNOWN)[0] == name
