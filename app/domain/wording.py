"""How is an interval, a relation or a verdict said in a sentence? English, without a figure that is not in the data."""

from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from app.domain.comparison import Comparison, Figure, Pair
from app.domain.decimals import plain_text
from app.domain.interval import Interval


def number_text(value: Decimal, unit: str = "") -> str:
    """A number with thousands separators and its unit: `1,000,000 CNY`, `77.8%`, `43`."""
    whole, _, part = plain_text(abs(value)).partition(".")
    text = f"{int(whole):,}" + (f".{part}" if part else "")
    sign = "-" if value < 0 else ""
    if unit in ("", "count", "ratio"):
        return f"{sign}{text}"
    return f"{sign}{text}%" if unit == "percent" else f"{sign}{text} {unit}"


@lru_cache(maxsize=1024)
def interval_text(interval: Interval, unit: str = "") -> str:
    """An interval in words: `exactly 43`, `more than 14,000`, `from 6,235.5 up to but not including 6,236.5`."""
    lower, upper = interval.lower, interval.upper
    if lower is None and upper is None:
        return "any value"
    if lower is None and upper is not None:
        return f"{'at most' if interval.upper_inclusive else 'less than'} {number_text(upper, unit)}"
    if upper is None and lower is not None:
        return f"{'at least' if interval.lower_inclusive else 'more than'} {number_text(lower, unit)}"
    if lower is None or upper is None or lower == upper:
        return f"exactly {number_text(lower or Decimal(0), unit)}"
    start = f"from {number_text(lower, unit)}" if interval.lower_inclusive else f"from above {number_text(lower, unit)}"
    return f"{start} to {number_text(upper, unit)}" + ("" if interval.upper_inclusive else ", not included")


def percent_text(part: Fraction) -> str:
    """A part as a percentage of three significant digits: `3.33%`, `9,890%`."""
    return f"{number_text(Decimal(f'{float(part * 100):.3g}'))}%"


def gap_text(gap: Decimal, unit: str) -> str:
    """A distance with its unit; between percentages it is one of percentage points: `0.2 percentage points`."""
    if unit == "percent":
        return f"{number_text(gap)} percentage point{'' if gap == 1 else 's'}"
    return number_text(gap, unit)


RELATION_WORDS = {
    "equal": "says the same as",
    "within": "is the more precise of the two and lies within",
    "contains": "leaves more room than, and contains,",
    "overlaps": "meets",
    "borderline": "only touches",
    "disjoint": "cannot be true together with",
}


def pair_text(pair: Pair, left: Figure, right: Figure, unit: str) -> str:
    """A pair in a sentence."""
    first, second = (f"{figure.id} ({interval_text(figure.interval, unit)})" for figure in (left, right))
    if pair.relation == "incomparable":
        return f"{first} is not compared with {second}: {pair.reason}"
    sentence = f"{first} {RELATION_WORDS[pair.relation]} {second}"
    if pair.relation == "borderline":
        return f"{sentence}; that is no conflict."
    if pair.gap is None or pair.gap_relative is None:
        return f"{sentence}."
    return f"{sentence}; they are {gap_text(pair.gap, unit)} apart ({percent_text(pair.gap_relative)})."


def status_text(result: Comparison, figures: list[Figure], unit: str, *, weak: bool) -> str:
    """The status of a comparison in a sentence, with the rule it rests on."""
    documents = len({figure.document for figure in figures})
    groups = len({figure.group for figure in figures})
    by_id = {figure.id: figure for figure in figures}
    apart = [pair for pair in result.pairs if pair.relation == "disjoint"]
    worst = max(apart, key=lambda pair: pair.gap_relative or Fraction(0), default=None)
    sentence = {
        "single": "Only one document says this, so there is nothing to compare it with.",
        "conflicting": f"{documents} documents speak of this and do not agree: "
        + (pair_text(worst, by_id[worst.left], by_id[worst.right], unit) if worst else "")
        + (f" So it is with {len(apart)} of {len(result.pairs)} pairs." if len(result.pairs) > 1 else ""),
        "repeated": f"{documents} documents agree, but they share a publisher or a release and count as one source.",
        "corroborated": f"{documents} documents of {groups} independent groups agree, and closed figures of two groups meet.",
        "compatible": f"{documents} documents of {groups} independent groups do not contradict each other, but no two closed, "
        "not approximate figures of different groups meet.",
    }[result.status]
    return sentence + (" The dates are weak: inferred from publication or unknown." if weak and documents > 1 else "")
