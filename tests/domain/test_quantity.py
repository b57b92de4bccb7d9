"""Every interval rule on figures of the articles, and what holds of any number at all."""

from decimal import Decimal
from fractions import Fraction
from itertools import combinations, pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.domain import quantity
from app.domain.decimals import plain, plain_text, sort_key
from app.domain.interval import Interval
from app.domain.quantity import COMPARATORS, Written, interval_of, parse_written

ABOUT = {"approximate": True}
COUNT = {"counts": True}
ABOUT_COUNT = {"approximate": True, "counts": True}
NEARLY = {"form": "nearly", "comparator": "lt", "approximate": True}
MAGNITUDE = {"form": "magnitude", "approximate": True}
FRACTION = {"form": "fraction", "approximate": True}


def shown(interval: Interval) -> str:
    """`[190, 200) nearly`: brackets for inclusive bounds, dots for none."""
    left, right = "[" if interval.lower_inclusive else "(", "]" if interval.upper_inclusive else ")"
    low, high = ("..." if bound is None else plain_text(bound) for bound in (interval.lower, interval.upper))
    return f"{left}{low}, {high}{right} {interval.basis}"


def told(number: str, factor: str = "1", until: str | None = None, **wording: Any) -> Interval:
    """The interval of a number as it is told, in a unit of which one is `factor` base units."""
    unit = Decimal(factor)
    upper = parse_written(until).times(unit) if until else None
    return interval_of(parse_written(number).times(unit), until=upper, **wording)


RULES: list[tuple[str, str, dict[str, Any], str]] = [
    # 1 comparator: one-sided, and it stays so whatever else is said
    ("exceeded one trillion yuan", "1 trillion", {"comparator": "gt"}, "(1000000000000, ...) comparator"),
    ("more than 14,000 trains", "14000", {"comparator": "gt", **COUNT}, "(14000, ...) comparator"),
    ("at least 54 projects", "54", {"comparator": "ge", **COUNT}, "[54, ...) comparator"),
    ("under 5 percent", "5", {"comparator": "lt"}, "(..., 5) comparator"),
    ("top ten", "10", {"comparator": "le", **COUNT}, "(..., 10] comparator"),
    ("above about 154.67 billion", "154.67 billion", {"comparator": "gt", **ABOUT}, "(154670000000, ...) comparator"),
    ("more than 66.7 hectares", "66.7", {"comparator": "gt", "factor": "0.01"}, "(0.667, ...) comparator"),
    ("more than one-quarter", "25", {"comparator": "gt"}, "(25, ...) comparator"),
    ("fell by more than 40 percent", "-40", {"comparator": "lt"}, "(..., -40) comparator"),
    # 2 nearly: from 95 percent up to, not including, the number
    ("nearly 200 million yuan", "200 million", NEARLY, "[190000000, 200000000) nearly"),
    ("nearly 2.7 million vehicles", "2.7 million", {**NEARLY, **COUNT}, "[2565000, 2700000) nearly"),
    ("close to 7 trillion yuan", "7 trillion", NEARLY, "[6650000000000, 7000000000000) nearly"),
    ("fell by nearly 20 percent", "-20", NEARLY, "(-20, -19] nearly"),
    # 3 range: closed, in order, whatever the words around it
    ("30 to 40 projects", "30", {"form": "range", "until": "40", **COUNT}, "[30, 40] range"),
    ("a rise of 40 down from 50", "50", {"form": "range", "until": "40"}, "[40, 50] range"),
    ("a fall of 20 to 40 percent", "-20", {"form": "range", "until": "-40"}, "[-40, -20] range"),
    ("one to two hours", "1", {"form": "range", "until": "2", "factor": "60", **COUNT}, "[60, 120] range"),
    ("one of 7.5 to 7.55 billion", "7.5 billion", {"form": "range", "until": "7.55 billion"}, "[7500000000, 7550000000] range"),
    # 4 magnitude: up to ten times as much
    ("hundred-billion-level", "100 billion", MAGNITUDE, "[100000000000, 1000000000000) magnitude"),
    ("ten-billion-level", "10 billion", MAGNITUDE, "[10000000000, 100000000000) magnitude"),
    ("dozens", "10", {**MAGNITUDE, **COUNT}, "[10, 100) magnitude"),
    # 5 fraction: 5 percent of the value either way, outward to four decimals
    ("half", "50", FRACTION, "[47.5, 52.5] fraction"),
    ("one third", "33.3333", FRACTION, "[31.6666, 35] fraction"),
    ("two thirds", "66.6667", FRACTION, "[63.3333, 70.0001] fraction"),
    ("fell by a third", "-33.3333", FRACTION, "[-35, -31.6666] fraction"),
    # 6 tolerance: a unit of the last written digit, and 2 percent of numbers of one or two digits
    ("about 28 percent", "28", ABOUT, "[27, 29] tolerance"),
    ("about 70 percent", "70", ABOUT, "[68.6, 71.4] tolerance"),
    ("about US$32.08 billion", "32.08 billion", ABOUT, "[32070000000, 32090000000] tolerance"),
    ("about 149 billion", "149 billion", ABOUT, "[148000000000, 150000000000] tolerance"),
    ("about 14,000", "14000", ABOUT_COUNT, "[13000, 15000] tolerance"),
    ("about 9,000", "9000", ABOUT_COUNT, "[8820, 9180] tolerance"),
    ("about 27,900", "27900", ABOUT_COUNT, "[27800, 28000] tolerance"),
    ("about 1.0", "1.0", ABOUT, "[0.9, 1.1] tolerance"),
    ("about 70.0", "70.0", ABOUT, "[69.9, 70.1] tolerance"),
    ("down about 28 percent", "-28", ABOUT, "[-29, -27] tolerance"),
    # 7 exact: whole counts, ranks and durations that are not round
    ("13 projects", "13", COUNT, "[13, 13] exact"),
    ("3,938 enterprises", "3938", COUNT, "[3938, 3938] exact"),
    ("200 projects", "200", COUNT, "[200, 200] exact"),
    ("9,900 clinics", "9900", COUNT, "[9900, 9900] exact"),
    ("10,050 clinics", "10050", COUNT, "[10050, 10050] exact"),
    ("2 thousand", "2 thousand", COUNT, "[2000, 2000] exact"),
    ("62 minutes", "62", COUNT, "[62, 62] exact"),
    ("one hour", "1", {"factor": "60", **COUNT}, "[60, 60] exact"),
    ("200 days", "200", {"factor": "1440", **COUNT}, "[288000, 288000] exact"),
    ("no accident", "0", COUNT, "[0, 0] exact"),
    # 8 rounding: half a unit of the last written digit, half-open, at most 5 percent
    ("7.55 billion yuan", "7.55 billion", {}, "[7545000000, 7555000000) rounding"),
    ("130 billion yuan", "130 billion", {}, "[129500000000, 130500000000) rounding"),
    ("2 billion yuan", "2 billion", {}, "[1900000000, 2100000000) rounding"),
    ("1.1 trillion yuan", "1.1 trillion", {}, "[1050000000000, 1150000000000) rounding"),
    ("77.8 percent", "77.8", {}, "[77.75, 77.85) rounding"),
    ("11 percent", "11", {}, "[10.5, 11.5) rounding"),
    ("100 square kilometres", "100", {}, "[99.5, 100.5) rounding"),
    ("down 40 percent", "-40", {}, "(-40.5, -39.5] rounding"),
    ("7 more per 10,000 people", "7", {}, "[6.65, 7.35) rounding"),
    ("3.5-fold", "3.5", {}, "[3.45, 3.55) rounding"),
    ("27,900 enterprises", "27900", COUNT, "[27850, 27950) rounding"),
    ("11,000 applications", "11000", COUNT, "[10500, 11500) rounding"),
    ("113,000 consumers", "113000", COUNT, "[112500, 113500) rounding"),
    ("80,000 stations", "80000", COUNT, "[76000, 84000) rounding"),
    ("2.7 million vehicles", "2.7 million", COUNT, "[2650000, 2750000) rounding"),
    ("480,000 tonnes", "480000", {}, "[475000, 485000) rounding"),
    ("66.7 hectares", "66.7", {"factor": "0.01"}, "[0.6665, 0.6675) rounding"),
    ("1.5 hours", "1.5", {"factor": "60", **COUNT}, "[87, 93) rounding"),
    ("1.2 hundred million", "1.2 亿", {}, "[115000000, 125000000) rounding"),
    ("zero growth", "0", {}, "[-0.5, 0.5) rounding"),
    ("zero growth to a decimal", "0.0", {}, "[-0.05, 0.05) rounding"),
]


@pytest.mark.parametrize(("number", "wording", "expected"), [row[1:] for row in RULES], ids=[row[0] for row in RULES])
def test_words_stand_for_the_interval_that_the_first_fitting_rule_gives(
    number: str, wording: dict[str, Any], expected: str
) -> None:
    interval = told(number, **wording)
    assert shown(interval) == expected


@pytest.mark.parametrize(
    ("yuan", "dollars", "comparator"),
    [("1 trillion", "154.67 billion", "gt"), ("1 trillion", "149 billion", "gt"), ("2 billion", "300 million", "le")],
)
def test_a_conversion_takes_over_the_comparator_of_its_original(yuan: str, dollars: str, comparator: Any) -> None:
    original = told(yuan, comparator=comparator)
    converted = told(dollars, comparator=comparator, approximate=True)
    sides = [
        (each.lower is None, each.lower_inclusive, each.upper is None, each.upper_inclusive) for each in (original, converted)
    ]
    assert sides[0] == sides[1]
    assert converted.basis == original.basis == "comparator"


def test_the_constants_of_the_rules_are_those_of_the_design() -> None:
    assert Decimal("0.95") == quantity.NEARLY_FLOOR
    assert Decimal("0.05") == quantity.FRACTION_MARGIN == quantity.ROUNDING_CEILING
    assert quantity.FRACTION_PLACES == 4
    assert Decimal("0.02") == quantity.TOLERANCE_FLOOR
    assert (quantity.TOLERANCE_DIGITS, quantity.ROUND_NUMBER) == (2, 10_000)


def test_a_range_without_its_other_end_is_refused() -> None:
    with pytest.raises(ValueError, match="both ends"):
        told("30", form="range")


def test_nearly_nothing_and_a_magnitude_of_nothing_leave_no_empty_interval() -> None:
    for form in ("nearly", "magnitude"):
        assert Decimal(0) in told("0", form=form)


@pytest.mark.parametrize(
    ("interval", "inside", "outside"),
    [
        (told("77.8"), ["77.75", "77.8"], ["77.7", "77.85"]),
        (told("-40"), ["-39.5", "-40"], ["-40.5", "-39"]),
        (told("14000", comparator="gt"), ["14000.01", "1E+30"], ["14000", "0"]),
        (told("10", comparator="le"), ["10", "-5"], ["10.000000000000000000000000000001"]),
    ],
)
def test_a_value_is_in_an_interval_when_it_keeps_to_both_bounds(
    interval: Interval, inside: list[str], outside: list[str]
) -> None:
    assert all(Decimal(value) in interval for value in inside)
    assert not any(Decimal(value) in interval for value in outside)


# What holds of every number

DIGITS = st.integers(min_value=0, max_value=10**18 - 1)
SCALES = st.sampled_from(["", " hundred", " thousand", " million", " billion", " trillion", " 万", " 亿", " 万亿"])


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """A number as a seed file writes it: up to 18 digits, perhaps a point, a sign, a scale word."""
    digits, places = str(draw(DIGITS)), draw(st.integers(0, 18))
    if places:
        digits = digits.zfill(places + 1)
        digits = f"{digits[:-places]}.{digits[-places:]}"
    return f"{draw(st.sampled_from(['', '-']))}{digits}{draw(SCALES)}"


FACTORS = st.sampled_from([Decimal(text) for text in ("1", "0.001", "0.01", "0.000001", "60", "1440", "1000")])
WORDINGS = st.fixed_dictionaries(
    {
        "comparator": st.sampled_from(COMPARATORS),
        "approximate": st.booleans(),
        "counts": st.booleans(),
        "form": st.sampled_from(["number", "nearly", "magnitude", "fraction"]),
    }
)


@given(numbers(), FACTORS, WORDINGS)
@example("999999999999999999 trillion", Decimal(1), {"comparator": "eq", "approximate": False, "counts": True, "form": "number"})
def test_a_value_lies_in_the_closure_of_its_own_interval(number: str, factor: Decimal, wording: dict[str, Any]) -> None:
    written = parse_written(number).times(factor)
    interval = interval_of(written, **wording)
    assert interval.lower is None or interval.lower <= written.value
    assert interval.upper is None or written.value <= interval.upper


@given(numbers(), FACTORS, WORDINGS)
def test_no_interval_is_empty_and_no_open_end_is_inclusive(number: str, factor: Decimal, wording: dict[str, Any]) -> None:
    interval = interval_of(parse_written(number).times(factor), **wording)
    assert interval.lower is not None or not interval.lower_inclusive
    assert interval.upper is not None or not interval.upper_inclusive
    if interval.lower is not None and interval.upper is not None:
        both = interval.lower_inclusive and interval.upper_inclusive
        assert interval.lower < interval.upper or (both and interval.lower == interval.upper)


@given(numbers(), WORDINGS)
def test_a_decrease_has_the_mirrored_interval_of_the_increase(number: str, wording: dict[str, Any]) -> None:
    wording["comparator"] = "eq"
    rise = interval_of(parse_written(number.lstrip("-")), **wording)
    fall = interval_of(parse_written(f"-{number.lstrip('-')}"), **wording)
    assert rise.mirrored().mirrored() == rise
    assert fall == rise.mirrored() or parse_written(number).value == 0


@given(
    st.integers(1, 10**12),
    st.integers(-6, 12),
    st.integers(0, 6),
    st.integers(1, 12),
    st.fixed_dictionaries({"approximate": st.booleans(), "counts": st.just(False)}),
)
def test_a_coarser_last_digit_never_narrows_the_interval(
    value: int, place: int, coarser: int, digits: int, wording: dict[str, Any]
) -> None:
    fine = Written(Decimal(value), Decimal(1).scaleb(place), digits, whole=True, rounded=False)
    coarse = Written(fine.value, fine.step.scaleb(coarser), digits, whole=True, rounded=False)
    narrow, wide = interval_of(fine, **wording), interval_of(coarse, **wording)
    assert wide.lower is not None
    assert narrow.lower is not None
    assert wide.upper is not None
    assert narrow.upper is not None
    assert wide.lower <= narrow.lower <= narrow.upper <= wide.upper


@given(numbers(), st.sampled_from(["1440", "0.01", "1.60934", "0.123456789012345678"]))
def test_bounds_are_exact_in_every_unit_of_a_dimension(number: str, factor: str) -> None:
    written = parse_written(number)
    here, there = interval_of(written), interval_of(written.times(Decimal(factor)))
    assert here.lower is not None
    assert there.lower is not None
    assert Fraction(there.lower) == Fraction(here.lower) * Fraction(factor)


@pytest.mark.parametrize(
    ("text", "value", "step", "digits"),
    [
        ("27900", "27900", "100", 3),
        ("7.55 billion", "7550000000", "10000000", 3),
        ("-40", "-40", "1", 1),
        ("1.2 亿", "120000000", "10000000", 2),
        ("2790万", "27900000", "10000", 3),
        ("3万亿", "3000000000000", "1000000000000", 1),
        ("1.25 万亿", "1250000000000", "10000000000", 3),
        ("0.050", "0.05", "0.001", 2),
        ("007", "7", "1", 1),
        ("-0.0", "0", "0.1", 0),
        (" 5122 ", "5122", "1", 4),
        ("1130000", "1130000", "10000", 3),
        ("999999999999999999", "999999999999999999", "1", 18),
    ],
)
def test_a_written_number_is_read_with_its_last_digit(text: str, value: str, step: str, digits: int) -> None:
    written = parse_written(text)
    assert (plain_text(written.value), plain_text(written.step), written.digits) == (value, step, digits)


@given(numbers())
def test_a_normalised_value_is_read_back_as_itself(number: str) -> None:
    value = parse_written(number).value
    written = plain_text(value)
    if len(written.lstrip("-").replace(".", "").lstrip("0")) <= quantity.MAX_DIGITS and len(written.partition(".")[2]) <= 18:
        assert parse_written(written).value == value


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "-",
            "+7",
            "7,000",
            "7.",
            ".5",
            "1e5",
            "1E+5",
            "NaN",
            "Infinity",
            "--4",
            "- 4",
            "7 zillion",
            "7 Billion",
            "0x7",
        ),
        *(
            "seven",
            "１２",
            "٣",
            "7\n8",
            "1 000",
            "7%",
            "$7",
            "1234567890123456789",
            "0.1234567890123456789",
            "1" + "0" * 18,
            "7\x00",
        ),
    ],
)
def test_what_is_no_number_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected|at most 18 digits"):
        parse_written(text)


@given(st.one_of(st.text(), st.text("0123456789.- billon万亿eE", max_size=80)))
@example("9" * 5000)
@example("0." + "0" * 100_000 + "1")
@example("0" * 100_000)
def test_any_text_is_a_number_or_a_value_error(text: str) -> None:
    try:
        written = parse_written(text)
    except ValueError:
        return
    assert abs(written.value.adjusted()) <= 30


# Exact text and order

LARGE = st.builds(
    lambda digits, exponent: Decimal(digits).scaleb(exponent), st.integers(-(10**20), 10**20), st.integers(-300, 300)
)


@given(LARGE)
def test_plain_text_is_exact_and_never_has_an_exponent(value: Decimal) -> None:
    text = plain_text(value)
    assert Decimal(text) == value
    assert set(text) <= set("-.0123456789")
    assert not ("." in text and text.endswith(("0", ".")))


@given(LARGE)
def test_plain_changes_nothing_the_second_time(value: Decimal) -> None:
    once = plain(value)
    assert str(plain(once).as_tuple()) == str(once.as_tuple())
    assert plain_text(once) == plain_text(value)


def test_equal_numbers_print_alike_however_they_were_made() -> None:
    same = ["7550000000", "7.55E+9", "7550000000.00", "0.755E10"]
    assert {plain_text(Decimal(text)) for text in same} == {"7550000000"}
    assert {plain_text(Decimal(text)) for text in ("0", "-0", "0E+9", "0.00", "-0E-9", "0E+999999")} == {"0"}


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "-Infinity", "1E+4000", "1E-4000", "-1E+999999"])
def test_what_cannot_be_printed_or_ordered_is_a_value_error(value: str) -> None:
    for use in (plain, plain_text, sort_key):
        with pytest.raises(ValueError, match="finite number"):
            use(Decimal(value))


EDGES = [Decimal(text) for text in ("0", "1", "-1", "1.2", "-1.2", "10", "-10", "9.99", "1E+30", "-1E+30", "1E-30", "-1E-30")]
SMALL = st.builds(lambda digits, exponent: Decimal(digits).scaleb(exponent), st.integers(-1200, 1200), st.integers(-4, 4))
ANY = st.one_of(SMALL, LARGE, st.sampled_from(EDGES))


@settings(max_examples=250)
@given(st.lists(ANY, min_size=2, max_size=20))
def test_sort_keys_order_as_the_numbers_do(values: list[Decimal]) -> None:
    for left, right in combinations(values, 2):
        keys = sort_key(left).encode(), sort_key(right).encode()
        assert (keys[0] < keys[1], keys[0] == keys[1]) == (left < right, left == right)


def test_sort_keys_order_twenty_thousand_numbers_drawn_by_lot() -> None:
    lot = Random(20210930)
    drawn = {
        Decimal(lot.randint(-(10 ** lot.randint(1, 20)), 10 ** lot.randint(1, 20))).scaleb(lot.randint(-25, 25))
        for _ in range(20_000)
    }
    keys = [sort_key(value) for value in sorted(drawn)]
    assert all(before < after for before, after in pairwise(keys))


def test_the_numbers_around_every_power_of_ten_stay_in_order() -> None:
    near = [Decimal(digits).scaleb(exponent) for exponent in range(-40, 40) for digits in ("0.99", "1", "1.01", "9.9")]
    ordered = sorted({*near, *(-number for number in near), Decimal(0)})
    keys = [sort_key(number) for number in ordered]
    assert all(before < after for before, after in pairwise(keys))
