"""Arithmetic over intervals never shuts the truth out, needs no order, says nothing empty, and shuts less in when told less."""

import re
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.derivation import DERIVATION_KINDS, FORMULAS, DerivationKind, Role, Term, derive, rounding_of
from app.domain.interval import Interval
from app.domain.units import Family

EXAMPLES = 10_000

RANGES: dict[Role, tuple[int, int, int]] = {"share": (0, 10_000, 100), "growth": (-1000, 4000, 10), "multiple": (0, 200, 10)}
"""Role → lowest and highest true value, and by what they are divided."""

SEEDS = st.integers(min_value=0, max_value=2**32)
Case = tuple[DerivationKind, list[Term], list[Decimal]]


def around(random: Random, value: Decimal) -> Interval:
    """An interval that holds the value."""
    reach = [random.choice((None, 0, random.randint(0, 50), random.randint(1, 10**12))) for _ in range(2)]
    closed = [each == 0 or (each is not None and random.random() < 0.5) for each in reach]
    return Interval(
        None if reach[0] is None else value - reach[0],
        closed[0],
        None if reach[1] is None else value + reach[1],
        closed[1],
        "range",
    )


def case_of(random: Random) -> Case:
    """A kind, figures for it, and a true value inside each of them."""
    kind = random.choice(DERIVATION_KINDS)
    roles: list[Role] = sorted(random.choice(FORMULAS[kind]).roles)
    if kind in ("remainder", "sum_of_parts"):
        roles += ["part"] * random.randint(int(kind == "sum_of_parts"), 3)
    truths, terms = [], []
    for role in roles:
        lowest, highest, parts = RANGES.get(role, random.choice(((0, 50, 1), (0, 10**14, 10))))
        truth = Decimal(random.randint(lowest, highest)) / parts
        family: Family = "percent" if role in ("share", "growth") else "money"
        truths.append(truth)
        terms.append(Term(role, around(random, truth), random.choice((None, truth)), family))
    return kind, terms, truths


def truth_of(kind: DerivationKind, terms: list[Term], truths: list[Decimal]) -> Fraction | None:
    """The result for these true values, reckoned another way; None when it cannot be, as of amounts below 0."""
    by_role: dict[Role, list[Fraction]] = {}
    for term, truth in zip(terms, truths, strict=True):
        by_role.setdefault(term.role, []).append(Fraction(truth))
    one = {role: values[0] for role, values in by_role.items()}
    try:
        if kind == "implied_total":
            return 100 * one["part"] / one["share"]
        if kind == "implied_part":
            return one["total"] * one["share"] / 100
        if kind == "implied_rate":
            return one["amount"] / one["converted"]
        if kind == "sum_of_parts":
            return sum(by_role["part"], Fraction(0))
        if kind == "part_exceeds_whole":
            return one["part"] - one["whole"]
        if kind == "remainder":
            left = one["whole"] - sum(by_role["part"], Fraction(0))
            return left if left >= 0 else None
        if "growth" in one:
            return 100 * one["level"] / (100 + one["growth"])
        before = one["level"] / one["multiple"] if "multiple" in one else one["level"] - one["change"]
    except ZeroDivisionError:
        return None
    return before if before >= 0 else None


def holds(interval: Interval, value: Fraction) -> bool:
    lower, upper = interval.lower, interval.upper
    above = lower is None or value > Fraction(lower) or (interval.lower_inclusive and value == Fraction(lower))
    below = upper is None or value < Fraction(upper) or (interval.upper_inclusive and value == Fraction(upper))
    return above and below


def inside(inner: Interval, outer: Interval) -> bool:
    return outer.low <= inner.low and inner.high <= outer.high


@settings(max_examples=EXAMPLES)
@given(SEEDS)
def test_the_true_result_lies_in_the_derived_interval_and_order_is_of_no_account(seed: int) -> None:
    random = Random(seed)
    kind, terms, truths = case_of(random)
    result, truth = derive(kind, terms), truth_of(kind, terms, truths)
    assert derive(kind, random.sample(terms, len(terms))) == result
    if result is not None and truth is not None:
        assert holds(result.interval, truth)
        says_more(kind, terms, result.interval)


def says_more(kind: DerivationKind, terms: list[Term], found: Interval) -> None:
    """A result says more than its figures do by themselves."""
    by_role = {term.role: term.interval for term in terms}
    nothing = (found.lower, found.lower_inclusive, found.upper) == (Decimal(0), True, None)
    if kind == "implied_total":
        assert found.upper is not None or (found.lower is not None and found.lower > (by_role["part"].lower or 0))
    elif kind in ("implied_part", "remainder"):
        around_it = by_role["total" if kind == "implied_part" else "whole"]
        assert not nothing
        assert (
            (found.lower, found.upper) != (Decimal(0), around_it.upper) or not found.lower_inclusive or not found.upper_inclusive
        )
    elif kind == "part_exceeds_whole":
        assert found.lower is not None
        assert found.lower > 0
    else:
        assert not nothing


@settings(max_examples=EXAMPLES)
@given(SEEDS)
def test_wider_figures_give_no_narrower_result(seed: int) -> None:
    random = Random(seed)
    kind, terms, _ = case_of(random)
    index = random.randrange(len(terms))
    term, spread = terms[index], around(random, Decimal(0))
    was = term.interval
    wide = Interval(
        None if was.lower is None or spread.lower is None else was.lower + spread.lower,
        was.lower_inclusive and spread.lower is not None,
        None if was.upper is None or spread.upper is None else was.upper + spread.upper,
        was.upper_inclusive and spread.upper is not None,
        "range",
    )
    narrow = derive(kind, terms)
    wider = derive(kind, [*terms[:index], replace(term, interval=wide), *terms[index + 1 :]])
    if wider is not None and narrow is not None:
        assert inside(narrow.interval, wider.interval)


WRITTEN = re.compile(r"(?P<role>[a-z]+) (?P<open>[\[(])(?P<low>\S*), (?P<high>\S*)(?P<close>[\])])(?: (?P<value>\S+))?")


def figures(text: str, family: Family = "money") -> list[Term]:
    """Figures written as `part [295, 305) 300; share (40, )`: role, bounds, and the number itself where there is one."""
    found = []
    for part in text.split("; "):
        match = WRITTEN.fullmatch(part)
        assert match, part
        low, high, value = (Decimal(match[name]) if match[name] else None for name in ("low", "high", "value"))
        bounds = Interval(low, match["open"] == "[", high, match["close"] == "]", "rounding")
        found.append(Term(match["role"], bounds, value, family))  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize(
    ("kind", "given_figures", "value", "bounds"),
    [
        ("implied_total", "part [295, 305) 300; share [29.5, 30.5) 30", "1000", "(967.213114754, 1033.89830509)"),
        # more than 14,000 at more than 40 percent: nothing but more than 14,000
        ("implied_total", "part (14000, ); share (40, )", None, None),
        ("implied_total", "part [100, 100] 100; share (40, )", None, "[100, 250)"),
        ("implied_total", "part [100, 100] 100; share [0, 0] 0", None, None),
        ("implied_part", "total [100, 100] 100; share [25, 25] 25", "25", "[25, 25]"),
        ("implied_part", "total (90, ); share [20, 20]", None, "(18, ∞)"),
        ("implied_base", "level [3150, 3250) 3200; growth [5.65, 5.75) 5.7", "3027.43614002", "(2978.72340425, 3076.19498344)"),
        ("implied_base", "level [110, 110] 110; change [7, 7] 7", "103", "[103, 103]"),
        ("implied_base", "level [350, 350] 350; multiple [3.5, 3.5] 3.5", "100", "[100, 100]"),
        # fallen by up to 100 percent: the level before is not known
        ("implied_base", "level [0, 5); growth [-100, -99.5)", None, None),
        (
            "implied_rate",
            "amount [120, 120] 120; converted [16.75, 16.85) 16.8",
            "7.14285714286",
            "(7.12166172106, 7.16417910448]",
        ),
        ("remainder", "whole [27, 27] 27; part [13, 13] 13; part [6, 6] 6", "8", "[8, 8]"),
        # more than 14,000 less 2,603 is more than 11,397; less more than 5,000 it may be anything
        ("remainder", "whole (14000, ); part [2603, 2603] 2603", None, "(11397, ∞)"),
        ("remainder", "whole (14000, ); part (5000, )", None, None),
        # parts above their whole leave nothing
        ("remainder", "whole [10, 10] 10; part [11, 11] 11", None, None),
        ("sum_of_parts", "part [1, 1] 1; part [2, )", None, "[3, ∞)"),
        ("part_exceeds_whole", "part [10, 10] 10; whole [6, 6] 6", "4", "[4, 4]"),
        ("part_exceeds_whole", "part [10, 10] 10; whole [10, 12]", None, None),
        ("part_exceeds_whole", "part (10, ); whole (, 10]", None, None),
    ],
)
def test_each_rule_gives_what_one_reckons_by_hand(
    kind: DerivationKind, given_figures: str, value: str | None, bounds: str | None
) -> None:
    result = derive(kind, figures(given_figures))
    if result is None or bounds is None:
        assert (result, bounds) == (None, None)
        return
    found = result.interval
    low = f"{'[' if found.lower_inclusive else '('}{found.lower}"
    high = "∞)" if found.upper is None else f"{found.upper}{']' if found.upper_inclusive else ')'}"
    assert f"{low}, {high}" == bounds
    assert result.value == (None if value is None else Decimal(value))
    assert found.basis == "derived"


def test_a_level_that_may_be_negative_has_no_floor() -> None:
    result = derive("implied_base", figures("level [-6, -4); change [1, 1]", family="percent"))
    assert result is not None
    assert (result.interval.lower, result.interval.upper) == (Decimal(-7), Decimal(-5))


@pytest.mark.parametrize(
    ("words", "value", "lower", "upper"),
    [
        ("about 12.5 million dollars", 12_500_000, 12_450_000, 12_550_000),
        ("12.50 million dollars", 12_500_000, 12_495_000, 12_505_000),
        ("约1250万美元", 12_500_000, 12_495_000, 12_505_000),
        ("$12,500,000", 12_500_000, 12_450_000, 12_550_000),
        ("twelve and a half million", 12_500_000, 12_450_000, 12_550_000),
    ],
)
def test_the_rounding_of_an_amount_is_read_from_its_last_written_digit(words: str, value: int, lower: int, upper: int) -> None:
    found = rounding_of(words, Decimal(value))
    assert (found.lower, found.upper) == (Decimal(lower), Decimal(upper))
    assert found.lower_inclusive
    assert not found.upper_inclusive
