"""One value for each cell: every policy is independent of order, says why, and they disagree symmetrically."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.comparison import Figure
from app.domain.interval import Interval, intersection
from app.domain.policy import POLICIES, Candidate, Choice, Policy, choose, policies_disagree
from app.domain.quantity import COMPARATORS, Comparator, interval_of, parse_written

FIRST = date(2020, 1, 1)
EXAMPLES = 2_000


def candidate(
    id_: str,
    written: str,
    *,
    comparator: Comparator = "eq",
    approximate: bool = False,
    group: str = "g1",
    day: int = 0,
    superseded: bool = False,
    counts: bool = True,
) -> Candidate:
    number = parse_written(written)
    interval = interval_of(number, comparator=comparator, approximate=approximate, counts=counts)
    figure = Figure(f"d{id_}.{id_}", f"d{id_}", interval, number.value, approximate, group)
    return Candidate(figure, FIRST + timedelta(days=day), comparator, superseded)


@st.composite
def cells(draw: st.DrawFn) -> list[Candidate]:
    numbers = st.integers(-60, 60).map(str)
    made = draw(
        st.lists(
            st.builds(
                lambda *parts: parts,
                *(numbers, st.sampled_from(COMPARATORS), st.booleans(), st.sampled_from("abc"), st.integers(0, 3), st.booleans()),
                st.booleans(),
            ),
            min_size=1,
            max_size=6,
        )
    )
    return [
        candidate(str(place), number, comparator=word, approximate=about, group=group, day=day, superseded=old, counts=counts)
        for place, (number, word, about, group, day, old, counts) in enumerate(made)
    ]


def chosen(policy: Policy, *candidates: Candidate) -> Choice:
    return choose(policy, candidates)


@settings(max_examples=EXAMPLES)
@given(cells(), st.randoms(use_true_random=False))
def test_no_policy_minds_the_order_of_the_figures(figures: list[Candidate], dice: object) -> None:
    shuffled = list(figures)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    for policy in POLICIES:
        assert choose(policy, shuffled) == choose(policy, figures)
    assert policies_disagree(shuffled) == policies_disagree(figures)


@settings(max_examples=EXAMPLES)
@given(cells())
def test_the_policies_disagree_when_any_two_give_another_value_or_bound(figures: list[Candidate]) -> None:
    outcomes = [choose(policy, figures).outcome for policy in POLICIES]
    for mine in outcomes:
        assert any(mine != other for other in outcomes) == policies_disagree(figures)


@settings(max_examples=EXAMPLES)
@given(cells())
def test_a_choice_is_of_the_figures_and_its_outliers_are_not_part_of_it(figures: list[Candidate]) -> None:
    by_id = {each.id: each for each in figures}
    for policy in POLICIES:
        choice = choose(policy, figures)
        assert choice.value == by_id[choice.statement].figure.value
        assert choice.statement not in choice.outliers
        assert set(choice.outliers) < by_id.keys() | {""}
        assert choice.reason.startswith(("All", "No two", *"123456789", choice.statement))
        assert choice.statement in choice.reason
        if policy != "consistent":
            assert choice.interval == by_id[choice.statement].figure.interval


@settings(max_examples=EXAMPLES)
@given(cells())
def test_the_value_lies_within_its_own_bounds_under_every_policy(figures: list[Candidate]) -> None:
    by_id = {each.id: each for each in figures}
    for policy in POLICIES:
        choice = choose(policy, figures)
        bounds, value, comparator = choice.interval, choice.value, by_id[choice.statement].comparator
        drawn = {"gt": bounds.lower, "lt": bounds.upper}  # "more than 5" gives the number 5 and leaves it out
        assert value is None or value in bounds or value == drawn.get(comparator)


@settings(max_examples=EXAMPLES)
@given(cells())
def test_the_consistent_bounds_are_what_the_set_has_in_common_or_those_of_the_choice(figures: list[Candidate]) -> None:
    choice = choose("consistent", figures)
    own = next(each.figure.interval for each in figures if each.id == choice.statement)
    inside = [each.figure.interval for each in figures if each.id not in choice.outliers]
    common = intersection(inside)
    assert choice.touching == (common is None)
    assert choice.touching == ("only touch" in choice.reason)
    if common is None or "none of their numbers" in choice.reason:
        assert choice.interval == own
    else:
        ends = ("lower", "lower_inclusive", "upper", "upper_inclusive")
        assert all(getattr(choice.interval, end) == getattr(common, end) for end in ends)


def test_one_figure_is_the_choice_of_all() -> None:
    only = candidate("a", "14000", comparator="gt")
    assert {chosen(policy, only).statement for policy in POLICIES} == {"da.a"}
    assert chosen("consistent", only).reason == "da.a is the only figure."
    assert not policies_disagree([only])


def test_the_largest_set_counts_groups_before_members() -> None:
    two_groups = [candidate("a", "43", group="x"), candidate("b", "40", comparator="gt", group="y")]
    three_of_one = [candidate(each, "12", group="x") for each in "cde"]
    choice = chosen("consistent", *two_groups, *three_of_one)
    assert (choice.statement, choice.value, choice.outliers) == ("da.a", Decimal(43), ("dc.c", "dd.d", "de.e"))
    assert choice.reason == "2 of 5 figures, of 2 independence groups, can be true at once; da.a is the most precise of them."


def test_a_set_bounds_the_value_and_its_most_precise_member_gives_it() -> None:
    choice = chosen("consistent", candidate("a", "14000", comparator="gt"), candidate("b", "14501"))
    assert choice.statement == "db.b"
    choice = chosen("consistent", candidate("a", "5", comparator="gt"), candidate("b", "9", comparator="lt", day=1))
    assert (choice.statement, choice.interval) == ("db.b", Interval(Decimal(5), False, Decimal(9), False, "intersection"))


def test_of_floors_the_highest_gives_the_value_however_old_it_is() -> None:
    choice = chosen("consistent", candidate("a", "14000", comparator="gt"), candidate("b", "13000", comparator="gt", day=1))
    assert (choice.statement, choice.value, choice.interval.lower) == ("da.a", Decimal(14000), Decimal(14000))


def test_of_equal_sets_the_narrowest_then_the_latest_is_taken() -> None:
    broad, narrow = candidate("a", "60", approximate=True, day=9), candidate("b", "70")
    assert chosen("consistent", broad, narrow).statement == "db.b"
    older, newer = candidate("a", "60"), candidate("b", "62", day=1)
    assert chosen("consistent", older, newer).statement == "db.b"
    assert chosen("consistent", older, newer).outliers == ("da.a",)


@pytest.mark.parametrize(
    ("policy", "statement"),
    [("consistent", "de.e"), ("most_precise", "dd.d"), ("latest_published", "dc.c"), ("preferred_rank", "db.b")],
)
def test_the_four_policies_can_all_differ(policy: Policy, statement: str) -> None:
    figures = [
        candidate("a", "500", approximate=True, group="x"),
        candidate("b", "700", group="y", counts=False, day=1),
        candidate("c", "450", comparator="gt", group="z", day=3),
        candidate("d", "900", group="w", superseded=True),
        candidate("e", "495", approximate=True, group="v"),
        candidate("f", "650", comparator="lt", group="u"),
        candidate("g", "510", comparator="lt", group="t"),
    ]
    choice = chosen(policy, *figures)
    assert choice.statement == statement
    assert policies_disagree(figures)


def test_one_sided_figures_are_the_least_precise_and_the_latest_of_them_counts() -> None:
    floor, later = candidate("a", "14000", comparator="gt"), candidate("b", "13000", comparator="gt", day=1)
    assert chosen("most_precise", floor, later).reason == "All 2 figures are open on a side; db.b is the latest published."
    assert chosen("most_precise", floor, later, candidate("c", "15000", approximate=True)).statement == "dc.c"


def test_a_curated_update_outranks_what_it_updates_and_a_number_outranks_a_bound() -> None:
    old, new = candidate("a", "60", superseded=True, day=1), candidate("b", "62")
    assert chosen("preferred_rank", old, new).statement == "db.b"
    number, bound = candidate("a", "60", approximate=True), candidate("b", "50", comparator="gt", day=1)
    choice = chosen("preferred_rank", number, bound)
    assert (
        choice.reason == "da.a ranks first of 2 figures: an approximate number, not updated by another, published on 2020-01-01."
    )
    assert (
        chosen("latest_published", number, bound).reason == "db.b stands in the latest of the documents, published on 2020-01-02."
    )


def test_what_only_touches_the_choice_is_no_outlier() -> None:
    number, floor = candidate("a", "14001"), candidate("b", "14001", comparator="gt", day=1)
    assert chosen("latest_published", number, floor).outliers == ()
    choice = chosen("consistent", number, floor)
    assert (choice.statement, choice.interval, choice.touching) == ("da.a", number.figure.interval, True)


def test_neighbours_after_rounding_keep_their_own_bounds_and_are_said_to_touch() -> None:
    trade = [
        candidate("a", "1.1 trillion", counts=False),
        candidate("b", "1 trillion", comparator="gt", counts=False),
        candidate("c", "1 trillion", counts=False, group="g2", day=1),
    ]
    choice = chosen("consistent", *trade)
    assert (choice.statement, choice.interval, choice.outliers) == ("da.a", trade[0].figure.interval, ())
    assert choice.reason == (
        "3 of 3 figures, of 2 independence groups, only touch: neighbours after rounding or at a bound, they share no value; "
        "da.a is the most precise of them and keeps its own bounds."
    )


def test_figures_that_share_values_go_before_as_many_that_only_touch() -> None:
    touching = [candidate("a", "14001"), candidate("b", "14001", comparator="gt")]
    meeting = [candidate("c", "12000", counts=False), candidate("d", "12000", approximate=True)]
    choice = chosen("consistent", *touching, *meeting)
    assert (choice.statement, choice.touching, choice.outliers) == ("dc.c", False, ("da.a", "db.b"))


def test_a_number_outside_of_what_the_figures_share_does_not_stand_for_them() -> None:
    about, floor = candidate("a", "100", approximate=True), candidate("b", "101", comparator="gt")
    choice = chosen("consistent", about, floor)
    assert (choice.statement, choice.value, choice.interval.lower, choice.interval.upper) == ("db.b", 101, 101, 102)
    assert choice.reason.endswith("can be true at once; db.b is the most precise of them whose number lies in what they share.")
    assert policies_disagree([about, floor])
    choice = chosen("consistent", about, candidate("b", "103", approximate=True, counts=False))
    assert (choice.statement, choice.interval, choice.touching) == (
        "db.b",
        Interval(Decimal(102), True, Decimal(104), True, "tolerance"),
        False,
    )
    assert "none of their numbers lies in what they share" in choice.reason
