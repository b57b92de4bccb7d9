"""A figure says the number that its span prints, however it is printed; where nobody can tell, nothing is held against it."""

from decimal import Decimal
from random import Random
from typing import Any

import pytest
from drawn import examples

from app.domain.agreement import Entered, disagreement, loosened
from app.domain.quantity import Measure, parse_written
from app.domain.units import Family, Unit


def unit(code: str, family: Family, base: str = "", factor: str = "1") -> Unit:
    return Unit(code, base or code, family, base or code, Decimal(factor))


UNITS = {
    each.code: each
    for each in (
        unit("CNY", "money"),
        unit("USD", "money"),
        unit("percent", "percent"),
        unit("count", "count"),
        unit("ratio", "ratio"),
        unit("pair", "count", "count", "2"),
        unit("per-10k", "per-population"),
        unit("t", "mass"),
        unit("kt", "mass", "t", "1000"),
        unit("km2", "area"),
        unit("ha", "area", "km2", "0.01"),
        unit("m2", "area", "km2", "0.000001"),
        unit("km", "length"),
        unit("min", "duration"),
        unit("h", "duration", "min", "60"),
        unit("year", "years"),
    )
}


def entered(told: str, **wording: Any) -> Entered:
    """`20..30 percent growth`: value, the end of a range, unit and measure (a level if left out)."""
    words = told.split()
    measure: Measure = words.pop() if words[-1] in ("share", "growth", "change", "multiple", "rank") else "level"  # type: ignore[assignment]
    code = words.pop()
    value, _, value_to = " ".join(words).partition("..")
    return Entered(parse_written(value), parse_written(value_to) if value_to else None, UNITS[code], measure, **wording)


def reads(words: str, told: str, *, whole: bool = True, spoken: bool = True) -> str | None:
    return disagreement(words, entered(told), UNITS, whole=whole, spoken=spoken)


@pytest.mark.parametrize(
    ("words", "told", "said"),
    [
        ("713.7 billion yuan", "731.7 billion CNY", "713.7 billion CNY"),
        ("713.7 billion", "713.7 million CNY", "713.7 billion"),
        ("7137亿元", "7317 亿 CNY", "7137亿 CNY"),
        ("close to 7\n\ntrillion yuan", "8 trillion CNY", "7 trillion CNY"),
        ("2 or 3 billion yuan", "4 billion CNY", "2 and 3 billion CNY"),
        ("twelve ships", "21 count", "twelve (12)"),
        ("7,000 ships", "70000 count", "7,000"),
        ("77.8%", "78.7 percent share", "77.8%"),
        ("reduced by 11.3 percent", "-13.1 percent growth", "11.3 percent"),
        ("百分之五", "6 percent growth", "百分之五 (5%)"),
        ("two thirds", "63 percent share", "two thirds (0.6667)"),
        ("20 to 30", "20..40 count", "20 to 30"),
        ("over 66.7 hectares", "67.6 ha", "66.7 ha"),
        ("one hour", "1 min", "one (1 h)"),
        ("3.5-fold", "5.3 ratio multiple", "3.5-fold"),
        ("ranks first", "2 count rank", "first (1)"),
        ("hundred-billion-level", "10 billion CNY", "hundred-billion-level (100000000000)"),
    ],
)
def test_another_number_than_the_printed_one_is_told(words: str, told: str, said: str) -> None:
    assert reads(words, told) == said


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("713.7 billion yuan", "713.7 billion CNY"),
        ("1.2万亿元", "1.2 trillion CNY"),
        ("1.2万亿元", "12000 亿 CNY"),
        ("reduced by 11.3 percent", "-11.3 percent growth"),
        ("零下15", "-15 count"),
        ("down to 80 percent", "-20 percent growth"),
        ("fell to a third", "-66.67 percent growth"),
        ("tripled", "200 percent growth"),
        ("tripled", "3 ratio multiple"),
        ("翻两番", "4 ratio multiple"),
        ("3 times as many", "4 ratio multiple"),
        ("a third of it", "0.3333 ratio multiple"),
        ("doubled to 6 billion yuan", "6 billion CNY"),
        ("half", "50 percent share"),
        ("two thirds", "66.67 percent share"),
        ("三成", "30 percent share"),
        ("one in five", "20 percent share"),
        ("6 of 27 counties", "22.2 percent share"),
        ("37‰", "3.7 percent share"),
        ("25 basis points", "0.25 percent change"),
        ("3.7 per 1,000 residents", "37 per-10k"),
        ("15,000 mu", "10 km2"),
        ("20 miles", "32.2 km"),
        ("1.5 hours", "90 min"),
        ("50 minutes", "0.83 h"),
        ("1 hour 30 minutes", "90 min"),
        ("1个半小时", "90 min"),
        ("half an hour", "30 min"),
        ("18 months", "1.5 year"),
        ("three decades", "30 year"),
        ("150 square metres", "150 m2"),
        ("480万吨", "4800 kt"),
        ("a dozen ships", "12 count"),
        ("5 dozen", "60 count"),
        ("dozens of ships", "24 count"),
        ("5, 6 and 7 million", "5 million count"),
        ("$5 to $10 million", "5 million..10 million USD"),
        ("between 30 and 40", "35 count"),
        ("two batches of 500", "1000 count"),
        ("500 shoes", "250 pair"),
        ("all but three of the 27", "24 count"),
        ("none of the 27", "0 count"),
        ("30 cents", "0.3 USD"),
        ("100 million dollars", "650 million CNY"),
        ("1.2億元", "1.2 亿 CNY"),
        ("12 lakh", "1200000 count"),
        ("3×10^6", "3 million count"),
        ("one point five million", "1.5 million count"),
        ("2½ hours", "2.5 h"),
        ("in 2020", "2020 count"),
        ("in 2020", "5 count"),
        ("the 1990s", "1990 year"),
        ("second largest", "2 count rank"),
        ("top ten", "10 count rank"),
        ("the largest", "1 count rank"),
        ("80,000 5G bases", "5 count"),
    ],
)
def test_what_a_span_may_mean_is_not_held_against_the_entry(words: str, told: str) -> None:
    assert reads(words, told) is None


def test_a_number_that_may_go_on_beyond_the_span_may_have_its_scale_there() -> None:
    assert reads("about 6.59", "6.59 billion USD", whole=False) is None
    assert reads("about 6.59", "6.59 billion USD") == "6.59"
    assert reads("about 6.59", "6.95 billion USD", whole=False) == "6.59"


def test_a_language_whose_number_words_are_not_read_may_have_a_scale_there() -> None:
    assert reads("7.5 Millionen", "7.5 million count", spoken=False) is None
    assert reads("7,5 Millionen", "7.5 million count", spoken=False) is None
    assert reads("75 Millionen", "57 million count", spoken=False) == "75"


SCALES = {"": "", " thousand": " thousand", " million": " million", " billion": " billion", "万": " 万", "亿": " 亿"}


def drawn(chance: Random) -> tuple[str, str, str]:
    """Digits, the scale as printed, the scale as entered."""
    digits = str(chance.randrange(1, 10 ** chance.randrange(1, 6)))
    printed = chance.choice(list(SCALES))
    return (f"{digits}.{chance.randrange(1, 100)}" if chance.random() < 0.5 else digits), printed, SCALES[printed]


def test_the_number_that_is_printed_is_always_the_number() -> None:
    for chance in examples(2000):
        digits, printed, scale = drawn(chance)
        number = f"{int(digits):,}" if digits.isdecimal() and chance.random() < 0.5 else digits
        for words in (f"{number}{printed}", f"over {number}{printed}", f"{number}{printed} yuan", f"rose by {number}{printed}"):
            assert reads(words, f"{digits}{scale} CNY") is None, words
            assert reads(words, f"-{digits}{scale} CNY change") is None, words
        assert reads(f"{digits}%", f"{digits} percent growth") is None


def test_two_digits_swapped_are_always_another_number() -> None:
    tried = 0
    for chance in examples(2000):
        digits, printed, scale = drawn(chance)
        places = [at for at in range(len(digits) - 1) if digits[at : at + 2].isdecimal() and digits[at] != digits[at + 1]]
        if not places:
            continue
        tried += 1
        at = chance.choice(places)
        swapped = digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
        number = f"{int(digits):,}" if digits.isdecimal() else digits  # 1966 alone may be a year
        assert reads(f"{number}{printed} yuan", f"{swapped}{scale} CNY"), (digits, swapped)
        assert reads(f"{number} ships", f"{swapped} count"), (digits, swapped)
        assert reads(f"{digits}%", f"{swapped} percent share"), (digits, swapped)
    assert tried > 1000


ABOUT: dict[str, Any] = {"approximate": True}
NEARLY: dict[str, Any] = {"comparator": "lt", "form": "nearly", "approximate": True}


@pytest.mark.parametrize(
    ("words", "told", "hedge"),
    [
        ("at least 55", "55 count", "'at least' (comparator: ge)"),
        ("More than 14,000 trains", "14000 count", "'More than' (comparator: gt)"),
        ("more than one-quarter", "25 percent share", "'more than' (comparator: gt)"),
        ("fewer than 10", "10 count", "'fewer than' (comparator: lt)"),
        ("about 40%", "40 percent share", "'about' (approximate: true)"),
        ("nearly 200 million yuan", "200 million CNY", "'nearly' (form: nearly)"),
        ("100 or more ships", "100 count", "'or more' (comparator: ge)"),
        ("超过100家", "100 count", "'超过' (comparator: gt)"),
        ("100家以上", "100 count", "'以上' (comparator: ge)"),
        ("近30%", "30 percent share", "'近' (form: nearly)"),
        ("约30%", "30 percent share", "'约' (approximate: true)"),
    ],
)
def test_a_bound_that_is_dropped_is_told(words: str, told: str, hedge: str) -> None:
    assert loosened(words, entered(told), UNITS) == f"the span hedges the number with {hedge}; the entry says the plain number"


def test_a_bound_that_is_turned_round_is_told() -> None:
    assert loosened("more than 6,000", entered("6000 count", comparator="lt"), UNITS)
    assert loosened("below 5%", entered("5 percent share", comparator="gt"), UNITS)


@pytest.mark.parametrize(
    ("words", "told", "wording"),
    [
        ("at least 55", "55 count", {"comparator": "ge"}),
        ("at least 55", "55 count", {"comparator": "gt"}),
        ("fell by more than 5%", "-5 percent growth", {"comparator": "lt"}),
        ("fell by more than 5%", "-5 percent growth", {"comparator": "gt"}),
        ("about 154.67 billion U.S. dollars", "154.67 billion USD", {"comparator": "gt", **ABOUT}),
        ("about 40%", "40 percent share", ABOUT),
        ("about half", "50 percent share", {"form": "fraction", **ABOUT}),
        ("nearly 200 million yuan", "200 million CNY", NEARLY),
        ("nearly 200 million yuan", "200 million CNY", ABOUT),
        ("nearly 200 million yuan", "200 million CNY", {"comparator": "lt"}),
        ("55 ships", "55 count", {"comparator": "ge"}),
        ("top ten", "10 count", {}),
        ("as many as 55", "55 count", {}),
        ("up to 55", "55 count", {}),
        ("some 55 ships", "55 count", {}),
        ("over five years", "5 year", {}),
        ("over 20 and up to 30", "30 count", {}),
        ("about 40%", "5000 count", {}),
        ("over 20 to 30", "20..30 count", {"form": "range"}),
    ],
)
def test_a_bound_that_is_kept_or_may_be_none_is_no_loss(words: str, told: str, wording: dict[str, Any]) -> None:
    assert loosened(words, entered(told, **wording), UNITS) is None
