"""What interval does a written figure stand for?

A figure is kept as written, as a normalised value, and as the interval of values the words allow. The rules are those of
`docs/data-model.md` ("Interval rules"); the first that fits names the interval's basis. All arithmetic is exact decimal.
"""

import re
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from functools import lru_cache
from typing import Literal, get_args

from app.domain.decimals import plain
from app.domain.interval import Interval

Comparator = Literal["eq", "lt", "le", "gt", "ge"]
"""How a document relates the quantity to the number it prints (FHIR Quantity.comparator, plus `eq`)."""

Form = Literal["number", "nearly", "range", "magnitude", "fraction"]
"""How the number is worded, where the wording decides the interval."""

IntervalBasis = Literal["comparator", "nearly", "range", "magnitude", "fraction", "tolerance", "exact", "rounding"]
"""The rule an interval came from."""

Measure = Literal["level", "share", "growth", "change", "multiple", "rank"]
"""What a statement says of its indicator."""

COMPARATORS: tuple[Comparator, ...] = get_args(Comparator)
MEASURES: tuple[Measure, ...] = get_args(Measure)

NEARLY_FLOOR = Decimal("0.95")  # "nearly X" reaches down to this part of X
FRACTION_MARGIN = Decimal("0.05")  # "half", "a third" may be off by this part of the value
FRACTION_PLACES = 4  # decimals kept for percentages that come from fractions
TOLERANCE_FLOOR = Decimal("0.02")  # "about X" is at least this part of X either way when X has few digits
TOLERANCE_DIGITS = 2  # ... namely at most this many significant digits
ROUNDING_CEILING = Decimal("0.05")  # rounding never reaches further than this part of X
ROUND_NUMBER = 10_000  # from here on a whole number that ends in two zeros counts as rounded

MAX_DIGITS = 18  # digits of a number before the point, after it, and altogether; more is refused at the door

_EXACT = Context(prec=200)  # products and sums of a few stored values never reach as many digits, so nothing is rounded
_SCALES = {
    "": Decimal(1),
    "hundred": Decimal(100),
    "thousand": Decimal(1000),
    "million": Decimal(10) ** 6,
    "billion": Decimal(10) ** 9,
    "trillion": Decimal(10) ** 12,
    "万": Decimal(10) ** 4,
    "亿": Decimal(10) ** 8,
    "万亿": Decimal(10) ** 12,
}
_WRITTEN = re.compile(r"(?P<sign>-?)(?P<whole>\d+)(?:\.(?P<part>\d+))?\s*(?P<scale>[a-z]+|万亿|万|亿)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Written:
    """A number as written: its value, the size of its last written digit, and how many digits carry meaning."""

    value: Decimal
    step: Decimal
    """One unit of the last written digit; of the last non-zero digit for a round whole number (see ROUND_NUMBER)."""
    digits: int
    """Significant digits; trailing zeros of a whole number do not count."""
    whole: bool
    """Whether it was written without decimals."""
    rounded: bool
    """Whether it is a whole number of ROUND_NUMBER or more that ends in two zeros; a change of unit does not alter that."""

    def times(self, factor: Decimal) -> "Written":
        """The same number in another unit of the dimension, `factor` (above 0) of the new unit to one of the old."""
        if factor == 1:
            return self
        return replace(self, value=plain(_product(self.value, factor)), step=plain(_product(self.step, factor)))


@lru_cache(maxsize=4096)
def parse_written(text: str) -> Written:
    """Read `7.55 billion`, `27900`, `-40` or `1.2 亿`. Raises ValueError saying what was expected."""
    match = _WRITTEN.fullmatch(text.strip())
    if match is None or (match["scale"] or "") not in _SCALES:
        scales = ", ".join(name for name in _SCALES if name)
        raise ValueError(f"a number such as 27900, 7.55 billion or -40 (scale words: {scales}) was expected")
    whole, part = match["whole"].lstrip("0"), match["part"] or ""
    digits = (whole + part).lstrip("0")
    if max(len(whole), len(part), len(digits)) > MAX_DIGITS:
        raise ValueError(f"at most {MAX_DIGITS} digits are kept, those before and those after the point counted together")
    scale = _SCALES[match["scale"] or ""]
    step = Decimal(1).scaleb(-len(part))
    if not part:
        digits = digits.rstrip("0")
        if _is_round(Decimal(whole or 0)):
            step = Decimal(10) ** (len(whole) - len(digits))
    value = _product(Decimal(f"{match['sign']}{whole or 0}.{part or 0}"), scale)
    return Written(
        value=plain(value),
        step=plain(_product(step, scale)),
        digits=len(digits),
        whole=not part,
        rounded=not part and _is_round(value.copy_abs()),
    )


def is_magnitude(value: Decimal) -> bool:
    """Whether a number, of either sign, is a power of ten: where an order of magnitude begins."""
    return value.copy_abs().normalize().as_tuple().digits == (1,)


def interval_of(
    written: Written,
    *,
    comparator: Comparator = "eq",
    approximate: bool = False,
    form: Form = "number",
    counts: bool = False,
    until: Written | None = None,
) -> Interval:
    """The interval that a written figure stands for, by the first rule that fits.

    `counts` is true for counts, ranks and durations, which are exact unless they are round. `until` is the upper end of a
    range. Rules work on the size of the number; a decrease (a negative value) gets the mirrored interval.
    """
    if form == "number" and comparator != "eq":
        return _one_sided(written.value, comparator)
    if form == "range":
        if until is None:
            raise ValueError("a range needs both ends")
        low, high = sorted((written.value, until.value))
        return _closed(low, high, "range")
    if written.value < 0:
        size = replace(written, value=written.value.copy_negate())
        return _by_size(size, approximate=approximate, form=form, counts=counts).mirrored()
    return _by_size(written, approximate=approximate, form=form, counts=counts)


def _by_size(written: Written, *, approximate: bool, form: Form, counts: bool) -> Interval:
    value = written.value
    if form == "nearly" and value:
        return _half_open(_product(value, NEARLY_FLOOR), value, "nearly")
    if form == "magnitude" and value:
        return _half_open(value, _product(value, Decimal(10)), "magnitude")
    if form == "fraction":
        low, high = _either_way(value, _product(value, FRACTION_MARGIN))
        return _closed(_outward(low, ROUND_FLOOR), _outward(high, ROUND_CEILING), "fraction")
    if approximate:
        few = written.digits <= TOLERANCE_DIGITS
        reach = max(written.step, _product(value, TOLERANCE_FLOOR)) if few else written.step
        return _closed(*_either_way(value, reach), "tolerance")
    if counts and written.whole and not written.rounded:
        return _closed(value, value, "exact")
    half = _product(written.step, Decimal("0.5"))
    reach = min(half, _product(value, ROUNDING_CEILING)) if value else half
    return _half_open(*_either_way(value, reach), "rounding")


def _is_round(value: Decimal) -> bool:
    return value >= ROUND_NUMBER and _EXACT.remainder(value, Decimal(100)) == 0


def _one_sided(value: Decimal, comparator: Comparator) -> Interval:
    if comparator in ("gt", "ge"):
        return Interval(plain(value), comparator == "ge", None, False, "comparator")
    return Interval(None, False, plain(value), comparator == "le", "comparator")


def _closed(lower: Decimal, upper: Decimal, basis: IntervalBasis) -> Interval:
    return Interval(plain(lower), True, plain(upper), True, basis)


def _half_open(lower: Decimal, upper: Decimal, basis: IntervalBasis) -> Interval:
    return Interval(plain(lower), True, plain(upper), False, basis)


def _outward(value: Decimal, rounding: str) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-FRACTION_PLACES), rounding=rounding, context=_EXACT)


def _either_way(value: Decimal, reach: Decimal) -> tuple[Decimal, Decimal]:
    return _EXACT.subtract(value, reach), _EXACT.add(value, reach)


def _product(left: Decimal, right: Decimal) -> Decimal:
    return _EXACT.multiply(left, right)
