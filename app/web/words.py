"""How are the closed words, times and amounts of the data said to a reader?"""

import re
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal
from typing import Any

from app.domain.decimals import plain_text
from app.domain.interval import Interval
from app.queries.periods import label_days
from app.schemas.statements import IntervalOut

KIND = {"actual": "as it is", "target": "target", "planned": "planned", "agreed": "agreed", "forecast": "forecast"}
MEASURE = {
    "level": "level",
    "share": "share",
    "growth": "growth",
    "change": "change",
    "multiple": "multiple",
    "rank": "rank",
}
STATUS = {
    "single": "one source",
    "conflicting": "conflict",
    "repeated": "repeated",
    "corroborated": "corroborated",
    "compatible": "compatible",
}
STATUS_MEANS = {
    "single": "only one document says this",
    "conflicting": "some figures cannot be true together",
    "repeated": "documents agree, but they are not independent",
    "corroborated": "independent documents agree",
    "compatible": "nothing contradicts, but nothing closed and exact agrees either",
}
INTERVAL_BASIS = {
    "comparator": "The words draw one bound and leave the other side open.",
    "nearly": "“Nearly” a number: from 95% of it up to, but not including, the number.",
    "range": "The document gives both ends.",
    "magnitude": "The words give an order of magnitude only.",
    "fraction": "A fraction in words: 5% of it either way.",
    "tolerance": "“About”: one unit of the last written digit either way, and at least 2% of a number with one or two digits.",
    "exact": "A whole number of things, ranks or times is taken as it is.",
    "rounding": "Half a unit of the last written digit either way.",
    "intersection": "The values that several figures allow.",
    "derived": "The result of arithmetic, rounded outward.",
}
PERIOD_BASIS = {
    "stated": "the document states it",
    "resolved": "resolved from a relative date",
    "inferred": "inferred",
    "unknown": "not known",
}
MODE = {"direct_quote": "quoted directly", "indirect": "reported speech", "reporter": "the document’s own voice"}
ATTRIBUTION = {
    "explicit": "the sentence names the speaker",
    "inherited": "an earlier sentence names the speaker",
    "none": "nobody is named",
}
VERIFICATION = {
    "verified": "the words stand there",
    "moved": "the words stand elsewhere in the text",
    "ambiguous": "the words stand elsewhere, several times",
    "altered": "the words are altered in the text",
    "missing": "the words are not in the text",
    "unattached": "no copy of the text is attached here, so the place is not checked",
}
RELATION = {
    "conversion": "the same in another unit",
    "conversion_of": "restates in another unit",
    "part": "a part of it",
    "part_of": "is a part of",
    "update": "a newer figure",
    "update_of": "a newer figure for",
    "look_alike": "looks alike, is not the same",
}
REASON = {
    "date_part": "date",
    "name": "name",
    "ordinal": "ordinal",
    "identifier": "identifier",
    "page_furniture": "page furniture",
    "unit_part": "part of a unit",
    "not_quantitative": "no quantity",
    "repeated": "repeated",
}
DERIVATION = {
    "implied_total": "totals that a part and its share imply",
    "implied_part": "parts that a total and a share imply",
    "implied_base": "earlier figures that a growth implies",
    "implied_rate": "exchange rates that the documents imply",
    "remainder": "what is left of a whole",
    "sum_of_parts": "sums of all parts",
    "part_exceeds_whole": "parts that exceed their whole",
}
DERIVED = {
    "implied_total": "implied total",
    "implied_part": "implied part",
    "implied_base": "implied by a growth",
    "implied_rate": "implied rate",
    "remainder": "what is left",
    "sum_of_parts": "sum of all parts",
    "part_exceeds_whole": "part above its whole",
}
UNIT = {"percent": "%", "count": "", "km2": "km²", "per-10k": "per 10,000", "ratio": "-fold", "year": "years"}

LABEL = {"asof": "date inferred", "unknown": "no date"}
ORDER = {
    "period": "earliest period first",
    "-period": "latest period first",
    "published_on": "oldest documents first",
    "-published_on": "newest documents first",
    "value": "smallest first",
    "-value": "largest first",
    "gap": "narrowest gap first",
    "-gap": "widest gap first",
    "-documents": "most documents first",
    "-statements": "most statements first",
    "position": "in the order of the text",
    "-changed_in": "latest changes first",
}
PRESENT = {"true": "with a figure", "false": "without a figure"}

SHORT = ("gdp", "rd", "5g", "usd", "cny")
"""Words of codes that are written in capitals."""
SCALES = ((12, "trillion"), (9, "billion"), (6, "million"))
MOST_DIGITS = 5
_SIX = Context(prec=6, rounding=ROUND_HALF_EVEN)
_FLOOR, _CEILING = (Context(prec=4, rounding=each) for each in (ROUND_FLOOR, ROUND_CEILING))
_LABELLED = re.compile(r"( in | of )((?:[12]\d{3}[-SQ0-9]*)?(?:\.\.)?[12]\d{3}[-SQ0-9]*(?:\.\.)?)(?=[ :,])", re.ASCII)
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def said(words: dict[str, str], code: str | None) -> str:
    """A code in plain words; one that has none yet with its underscores as spaces."""
    return words.get(code, code.replace("_", " ").replace("-", " ")) if code else ""


def spelled(code: str) -> str:
    """A code of a thing where its name is not at hand: `GDP`, `industrial output value`."""
    return " ".join(word.upper() if word in SHORT else word for word in code.split("-"))


def based(base: Any) -> str:
    """What a share, growth, change or multiple refers to: `of GDP in Chongqing`, `of Chongqing’s`, `against 2020`."""
    place = spelled(base.region).title() if base.region else ""
    if base.indicator:
        thing = f"of {spelled(base.indicator)}" + (f" in {place}" if place else "")
    else:
        thing = f"of {place}’s" if place else ""
    return f"{thing} against {label_words(base.period)}".strip() if base.period else thing


def unit_name(unit: str) -> str:
    """How a unit stands behind a number; empty for plain counts. A scale stands before its unit."""
    base, _, scale = unit.partition(":")
    name = UNIT.get(base, base)
    return f"{scale} {name}".strip() if scale else name


def amount(value: Decimal, unit: str = "") -> str:
    """A number as people read it: `1.1 trillion CNY`, `62 min`, `77.8%`; long ones in full, nothing is rounded."""
    for power, word in SCALES:
        part = value.scaleb(-power).normalize()
        if abs(part) >= 1 and len(part.as_tuple().digits) <= MOST_DIGITS:
            return _with_unit(f"{_grouped(part)} {word}", unit)
    return _with_unit(_grouped(value), unit)


def in_full(value: Decimal, unit: str = "") -> str:
    """A number with all its digits: `1,000,000,000,000 CNY`."""
    return _with_unit(_grouped(value), unit)


def rounded(value: Decimal, unit: str = "") -> str:
    """A point estimate, which bounds nothing, with at most six digits; the nearest."""
    return amount(_SIX.plus(value), unit)


def _grouped(value: Decimal) -> str:
    whole, _, part = plain_text(abs(value)).partition(".")
    return ("−" if value < 0 else "") + f"{int(whole):,}" + (f".{part}" if part else "")


def _with_unit(number: str, unit: str) -> str:
    name = unit_name(unit)
    return f"{number}{name}" if name in ("%", "-fold") else f"{number} {name}".rstrip()


def interval_words(bounds: IntervalOut | Interval, unit: str = "") -> str:
    """The values that words allow: `exactly 43`, `more than 14,000`, `370.5 billion to 371.5 billion CNY`."""
    lower, upper = bounds.lower, bounds.upper
    if lower is None and upper is None:
        return "any value"
    if lower is None and upper is not None:
        return f"{'at most' if bounds.upper_inclusive else 'less than'} {amount(upper, unit)}"
    if upper is None and lower is not None:
        return f"{'at least' if bounds.lower_inclusive else 'more than'} {amount(lower, unit)}"
    if lower is None or upper is None or lower == upper:
        return f"exactly {amount(lower or Decimal(0), unit)}"
    return f"{amount(lower)} to {amount(upper, unit)}"


def brief(bounds: IntervalOut | Interval, unit: str = "") -> str:
    """The same with at most four digits, rounded outward; one value in full."""
    lower, upper = bounds.lower, bounds.upper
    if lower is not None and lower != upper:
        lower = _FLOOR.plus(lower)
    if upper is not None and upper != bounds.lower:
        upper = _CEILING.plus(upper)
    return interval_words(
        Interval(
            lower=lower,
            lower_inclusive=bounds.lower_inclusive,
            upper=upper,
            upper_inclusive=bounds.upper_inclusive,
            basis="derived",
        ),
        unit,
    )


def ends_words(bounds: IntervalOut) -> str:
    """Whether the ends of a closed interval belong to it; empty where there is nothing to say."""
    if bounds.lower is None or bounds.upper is None or bounds.lower == bounds.upper:
        return ""
    left_out = [name for name, held in (("lower", bounds.lower_inclusive), ("upper", bounds.upper_inclusive)) if not held]
    return f"{' and '.join(left_out)} end not included" if left_out else "both ends included"


def day_words(day: date) -> str:
    """A day: `24 December 2020`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def when(type_: str | None, start: date | None, end: date | None) -> str:
    """A period: `2020`, `first half of 2021`, `up to 30 September 2021`, `no date`."""
    if start is None and end is None:
        return "no date"
    if type_ == "cumulative" and end is not None:
        return f"up to {day_words(end)}" + (f", from {day_words(start)}" if start else "")
    if type_ == "instant" and end is not None:
        return f"as of {day_words(end)}"
    name = _span(start, end)
    if type_ != "each":
        return name
    return f"every year of {name}" if start else f"every year {name}"


def label_words(label: str) -> str:
    """A label of a period as periods are said: `first half of 2021`, `up to 3 March 2021`, `date inferred`, `no date`."""
    if label in LABEL:
        return LABEL[label]
    try:
        return _span(*label_days(label))
    except ValueError:
        return label


def dated(sentence: str) -> str:
    """A sentence with the labels of its periods said in words."""
    return _LABELLED.sub(lambda each: each[1] + _article(label_words(each[2])), sentence).replace(" in up to ", " up to ")


def _article(period: str) -> str:
    """A period within a sentence: `the first half of 2021`."""
    return f"the {period}" if " of " in period else period


def _span(start: date | None, end: date | None) -> str:
    if start is None or end is None:
        return f"up to {day_words(end)}" if end else f"from {day_words(start)}" if start else "no date"
    if start == end:
        return day_words(start)
    whole_months = start.day == 1 and date.fromordinal(end.toordinal() + 1).day == 1 if end < date.max else False
    if whole_months:
        found = _months(start, end)
        if found:
            return found
    return f"{day_words(start)} to {day_words(end)}"


def _months(start: date, end: date) -> str | None:
    """A calendar period by its name; None when it has none."""
    if (start.month, end.month) == (1, 12):
        return str(start.year) if start.year == end.year else f"{start.year} to {end.year}"
    if start.year != end.year:
        return None
    months = end.month - start.month + 1
    if months == 1:
        return f"{MONTHS[start.month - 1]} {start.year}"
    if months == 6 and start.month in (1, 7):
        return f"{'first' if start.month == 1 else 'second'} half of {start.year}"
    if months == 3 and start.month % 3 == 1:
        return f"{('first', 'second', 'third', 'fourth')[start.month // 3]} quarter of {start.year}"
    return None
