"""The cell of a statement is pure, readable and fit for an address; what its figures say rests on their intervals."""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from drawn import examples
from hypothesis import given
from hypothesis import strategies as st

from app.domain.comparison import (
    Base,
    Figure,
    agreement,
    cell_key,
    compare,
    consistent_sets,
    groups_of,
    key_of,
    relation_of,
    slot_of,
    verdict_on,
)
from app.domain.interval import Interval, intersection, touch
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


def figure(
    name: str,
    low: int | str | None,
    high: int | str | None,
    ends: str = "[]",
    *,
    basis: str = "exact",
    value: int | str | None = None,
    document: str | None = None,
    group: str | None = None,
    approximate: bool = False,
) -> Figure:
    """A figure with an interval written by its ends: `[)` is closed below and open above."""
    bounds = Interval(
        None if low is None else Decimal(low),
        low is not None and ends[0] == "[",
        None if high is None else Decimal(high),
        high is not None and ends[1] == "]",
        basis,
    )
    number = None if value is None else Decimal(value)
    return Figure(name, document or f"doc-{name}", bounds, number, approximate, group or document or f"doc-{name}")


FLOOR = figure("floor", 6000, None, "()", basis="comparator", value=6000)
EXACT = figure("exact", "6235.5", "6236.5", "[)", basis="rounding", value=6236)
ABOUT = figure("about", 5684, 5916, basis="tolerance", value=5800, approximate=True)
ROUND = figure("round", "5999.5", "6000.5", "[)", basis="rounding", value=6000)
NEARLY = figure("nearly", 5700, 6000, "[)", basis="nearly", value=6000, approximate=True)
THAT = figure("that", 6000, 6000, value=6000)


@pytest.mark.parametrize(
    ("left", "right", "relation", "mirrored"),
    [
        (FLOOR, EXACT, "contains", "within"),
        (FLOOR, ABOUT, "disjoint", "disjoint"),
        (FLOOR, ROUND, "borderline", "borderline"),  # they meet only in the rounding margin above 6,000
        (FLOOR, THAT, "borderline", "borderline"),  # their closures touch
        (FLOOR, NEARLY, "borderline", "borderline"),
        (NEARLY, ROUND, "borderline", "borderline"),
        (NEARLY, ABOUT, "overlaps", "overlaps"),
        (ROUND, THAT, "contains", "within"),
        (EXACT, replace(EXACT, id="again"), "equal", "equal"),
    ],
)
def test_two_figures_stand_in_one_relation(left: Figure, right: Figure, relation: str, mirrored: str) -> None:
    assert (relation_of(left, right), relation_of(right, left)) == (relation, mirrored)


@pytest.mark.parametrize(
    ("figures", "status"),
    [
        ([FLOOR], "single"),
        ([replace(FLOOR, document="d"), replace(ABOUT, document="d")], "single"),
        ([FLOOR, ABOUT], "conflicting"),
        ([FLOOR, EXACT, ABOUT], "conflicting"),
        ([replace(FLOOR, group="g"), replace(ABOUT, group="g")], "conflicting"),
        ([replace(EXACT, group="g"), replace(EXACT, id="again", document="e", group="g")], "repeated"),
        ([EXACT, replace(EXACT, id="again", document="e", group="e")], "corroborated"),
        ([EXACT, FLOOR], "compatible"),  # a floor is no closed figure
        ([FLOOR, THAT], "compatible"),  # touching is no agreement
        ([EXACT, replace(EXACT, id="again", document="e", group="e", approximate=True)], "compatible"),
    ],
)
def test_a_cell_has_the_first_status_that_fits(figures: list[Figure], status: str) -> None:
    assert compare(figures).status == status
    assert compare(reversed(figures)).status == status


def test_the_sets_of_a_conflict_say_what_can_be_true_at_once() -> None:
    result = compare([FLOOR, EXACT, ABOUT])
    assert [each.members for each in result.sets] == [("about",), ("exact", "floor")]
    agreed = result.sets[1]
    assert (agreed.common.lower, agreed.common.upper, agreed.common.upper_inclusive) == (
        Decimal("6235.5"),
        Decimal("6236.5"),
        False,
    )
    assert (agreed.groups, agreed.touching) == (2, False)
    assert result.gap_relative == Fraction("319.5") / 5916
    assert compare([FLOOR, THAT]).sets[0].touching


def test_pairs_marked_as_look_alikes_are_not_compared() -> None:
    result = compare([FLOOR, ABOUT], {frozenset({"floor", "about"}): "Two different counts."})
    assert [(pair.relation, pair.gap, pair.reason) for pair in result.pairs] == [("incomparable", None, "Two different counts.")]
    assert result.status == "compatible"


@pytest.mark.parametrize(
    ("asserted", "figures", "verdict"),
    [
        (THAT, [], "not_covered"),
        (ABOUT, [FLOOR], "contradicted"),
        (ABOUT, [FLOOR, EXACT], "contradicted"),
        (ABOUT, [FLOOR, NEARLY], "disputed"),
        (EXACT, [FLOOR], "compatible"),
        (figure("asserted", 6236, 6236), [FLOOR, EXACT], "supported"),
        (ABOUT, [NEARLY], "compatible"),  # an approximate figure supports nothing
        (FLOOR, [THAT], "compatible"),
    ],
)
def test_a_figure_from_outside_gets_a_verdict(asserted: Figure, figures: list[Figure], verdict: str) -> None:
    found, pairs = verdict_on(asserted, figures)
    assert found == verdict
    assert [pair.right for pair in pairs] == sorted(each.id for each in figures)


def test_documents_that_share_a_publisher_or_a_release_are_one_group() -> None:
    documents = [("a", "x", None), ("b", "y", "r"), ("c", "z", "r"), ("d", "x", None), ("e", "w", None), ("f", "z", None)]
    assert groups_of(documents) == {"a": "a", "d": "a", "b": "b", "c": "b", "f": "b", "e": "e"}
    assert groups_of(reversed(documents)) == groups_of(documents)


def test_a_cell_is_a_key_and_a_slot() -> None:
    cell = cell_key(**GDP)
    assert key_of(cell) + slot_of(cell) == cell
    assert slot_of(cell_key(**{**GDP, "period": AS_OF})) == "asof"


def drawn_figures(random: Random) -> list[Figure]:
    """One to five figures on a small grid, so that ends often meet."""
    return [_drawn(index, random) for index in range(random.randint(1, 5))]


def _drawn(index: int, random: Random) -> Figure:
    low, width = random.randint(-6, 6), random.randint(0, 6)
    left, right = random.choices((0, 1, 2), k=2)  # 0 open, 1 closed, 2 unbounded
    if not width:
        left, right = left or 1, right or 1
    bounds = Interval(
        None if left == 2 else Decimal(low),
        left == 1,
        None if right == 2 else Decimal(low + width),
        right == 1,
        random.choice(("rounding", "comparator", "tolerance")),
    )
    return Figure(f"s{index}", f"d{index % 3}", bounds, Decimal(low), random.random() < 0.25, f"g{random.randint(0, 1)}")


MIRRORED = {"within": "contains", "contains": "within"}


def test_relations_are_symmetric_and_say_what_the_intervals_share() -> None:
    for random in examples():
        figures = drawn_figures(random)
        for left in figures:
            for right in figures:
                relation = relation_of(left, right)
                assert relation_of(right, left) == MIRRORED.get(relation, relation)
                assert (relation == "disjoint") == (not touch(left.interval, right.interval))
                if relation in ("equal", "within", "contains", "overlaps"):
                    assert intersection([left.interval, right.interval]) is not None


def test_a_comparison_does_not_depend_on_the_order() -> None:
    for random in examples():
        figures = drawn_figures(random)
        shuffled = list(figures)
        random.shuffle(shuffled)
        assert compare(shuffled) == compare(figures)


def test_making_an_interval_wider_never_makes_a_conflict() -> None:
    for random in examples():
        figures, below, above = drawn_figures(random), random.randint(0, 5), random.randint(0, 5)
        chosen = random.choice(figures)
        bounds = chosen.interval
        wider = replace(
            bounds,
            lower=None if bounds.lower is None or below == 5 else bounds.lower - below,
            lower_inclusive=bounds.lower_inclusive and below != 5,
            upper=None if bounds.upper is None or above == 5 else bounds.upper + above,
            upper_inclusive=bounds.upper_inclusive and above != 5,
        )
        widened = [replace(chosen, interval=wider) if each is chosen else each for each in figures]
        assert compare(figures).status == "conflicting" or compare(widened).status != "conflicting"


def test_the_consistent_sets_are_the_largest_groups_that_touch() -> None:
    for random in examples():
        figures = drawn_figures(random)
        sets = [set(each.members) for each in consistent_sets(figures)]
        by_id = {each.id: each for each in figures}
        assert set().union(*sets) == set(by_id)
        for members in sets:
            assert all(touch(by_id[one].interval, by_id[other].interval) for one in members for other in members)
            assert not any(members < other for other in sets)
            for outside in by_id.keys() - members:
                assert not all(touch(by_id[outside].interval, by_id[one].interval) for one in members)
        together = all(touch(one.interval, other.interval) for one in figures for other in figures)
        assert (len(sets) == 1) == together


def test_the_short_way_to_a_status_and_gap_says_what_the_long_way_says() -> None:
    for chance in examples(3000):
        figures = []
        for number in range(chance.randrange(1, 9)):
            value = Decimal(chance.choice((4, 5, 5, 6, 9)))
            basis = chance.choice(("exact", "comparator", "rounding"))
            interval = {
                "exact": Interval(value, True, value, True, basis),
                "comparator": Interval(value, False, None, False, basis),
                "rounding": Interval(value - 1, True, value + 1, False, basis),
            }[basis]
            document, group = chance.choice((("a", "a"), ("b", "a"), ("c", "c"), ("d", "d")))
            figures.append(Figure(f"{document}.{number}", document, interval, value, chance.random() < 0.3, group))
        apart = {frozenset({figures[0].id, figures[-1].id}): "Another thing."} if chance.random() < 0.2 else {}
        result = compare(figures, apart)
        assert agreement(figures, apart) == (result.status, result.gap_relative)
