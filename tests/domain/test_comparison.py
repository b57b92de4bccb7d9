"""The cell of a statement: pure, readable, fit for an address."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.comparison import Base, cell_key
from app.domain.period import Period, parse_when

HALF_YEAR = Period("span", *parse_when("2021-S1"), "first half of this year", "resolved", "half_of_publication_year", None)
AS_OF = Period("instant", None, None, None, "unknown", None, None)
GDP: Mapping[str, Any] = {
    "indicator": "gdp",
    "measure": "level",
    "base": None,
    "counted": None,
    "dimension": "CNY",
    "regions": ["chongqing-central-urban-areas"],
    "project": None,
    "kind": "actual",
    "period": HALF_YEAR,
}


def test_a_cell_reads_as_what_its_statements_share() -> None:
    assert cell_key(**GDP) == "gdp~level~~~cny~chongqing-central-urban-areas~~actual~span.2021-01-01.2021-06-30"
    share = {**GDP, "measure": "share", "base": Base("chongqing", None, "2020"), "dimension": "percent"}
    assert cell_key(**share).startswith("gdp~share~chongqing__2020~~percent~")


@pytest.mark.parametrize(
    "other",
    [
        {"indicator": "foreign-trade"},
        {"measure": "growth"},
        {"base": Base("chongqing", None, None)},
        {"base": Base(None, "chongqing", None)},
        {"base": Base(None, None, None)},
        {"counted": "trains"},
        {"dimension": "USD"},
        {"regions": ["chongqing"]},
        {"regions": ["chongqing-central-urban-areas", "sichuan"]},
        {"project": "chongqing-central-urban-areas"},
        {"kind": "target"},
        {"period": AS_OF},
    ],
)
def test_statements_that_differ_in_any_part_have_different_cells(other: Mapping[str, Any]) -> None:
    assert cell_key(**{**GDP, **other}) != cell_key(**GDP)


def test_the_words_and_the_rule_of_a_period_do_not_part_statements() -> None:
    stated = Period("span", HALF_YEAR.start, HALF_YEAR.end, "January to June 2021", "stated", None, None)
    assert cell_key(**{**GDP, "period": stated}) == cell_key(**GDP)


CODES = st.lists(st.text("az09", min_size=1, max_size=4), min_size=1, max_size=3).map("-".join)
MAYBE = st.none() | CODES


@given(st.lists(CODES, min_size=1, max_size=5), st.randoms())
def test_the_order_of_regions_does_not_matter_nor_does_naming_one_twice(regions: list[str], lot: Any) -> None:
    shuffled = [*regions, lot.choice(regions)]
    lot.shuffle(shuffled)
    assert cell_key(**{**GDP, "regions": shuffled}) == cell_key(**{**GDP, "regions": regions})


@given(
    CODES,
    st.none() | st.builds(Base, MAYBE, MAYBE, st.none() | st.just("2020")),
    MAYBE,
    st.lists(CODES, min_size=1, max_size=5),
    MAYBE,
)
def test_a_cell_can_stand_in_an_address_and_be_taken_apart(
    indicator: str, base: Base | None, counted: str | None, regions: list[str], project: str | None
) -> None:
    parts = {"indicator": indicator, "base": base, "counted": counted, "regions": regions, "project": project}
    key = cell_key(**{**GDP, **parts})
    assert re.fullmatch(r"[a-z0-9._~-]+", key)  # unreserved characters of RFC 3986
    found = key.split("~")
    assert len(found) == 9
    assert (found[0], found[3], found[6]) == (indicator, counted or "", project or "")
    assert found[5].split("_") == sorted(set(regions))
    assert found[2].split("_") == ([base.region or "", base.indicator or "", base.period or ""] if base else [""])
