"""Does a figure say the number, and the bound, that its span prints?

A span is read as every text is (`mentions`). Where it may mean another number than is read there (words that multiply, a unit
that is not known, a number that goes on beyond the span), nothing is held against the figure: silence is no praise.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import combinations

from app.domain.decimals import plain_text
from app.domain.evidence import collapse
from app.domain.han import han_value
from app.domain.mentions import Mention, find_mentions
from app.domain.numerals import SCALES
from app.domain.quantity import Comparator, Form, Measure, Written
from app.domain.units import Unit

FRACTION_REACH = Decimal("0.02")  # a third may be entered as 33, 33.3 or 33.3333 percent
CONVERTED_REACH = Decimal("0.005")  # 50 minutes may be entered as 0.83 h


@dataclass(frozen=True, slots=True)
class Entered:
    """A figure as an entry gives it."""

    value: Written
    value_to: Written | None
    unit: Unit
    measure: Measure
    comparator: Comparator = "eq"
    approximate: bool = False
    form: Form = "number"

    @property
    def sizes(self) -> list[Decimal]:
        """What it says without signs: a decrease is printed without one. Both ends of a range."""
        return [abs(each.value) for each in (self.value, self.value_to) if each]


@dataclass(frozen=True, slots=True)
class _Said:
    """A number that a mention may say, and how far an entry may be from it, as a part of it."""

    value: Decimal
    reach: Decimal = Decimal(0)

    def __contains__(self, value: Decimal) -> bool:
        return abs(value - self.value) <= self.reach * self.value


_FIGURES = frozenset({"cardinal", "percent", "money", "fraction", "multiple", "magnitude", "range"})
_DIGITS = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?", re.ASCII)
_WORDS_OF_DOUBT = re.compile(
    r"\b(?:doubl|tripl|trebl|quadrupl|halv|half|quarters?\b|thirds?\b|dozen|scores?\b|gross\b|pairs?\b|couples?\b|decades?\b|centur"
    r"|point\b|another\b|all but\b|except|short of\b|shy of\b|twins?\b|lakh|crore)|半|双|[倍番对打]|除|差",
    re.IGNORECASE,
)
"""Words that may make another number of what is read beside them."""
_GOES_ON = re.compile(
    r"[.,'’·:/]\d|\s?[×x*^·±]\s?\d|[eE][+-]?\d|[\u00b2\u00b3\u00b9\u2070-\u2079]|s\b|[‰‱]|\s?(?:per mill?e|basis|bps)"
)
_GOES_BEFORE = re.compile(r"\d[.,'’·:/]\Z|[×x*^±]\s?\Z")
_STRANGE_SCALE = re.compile(
    r"[\s-]*(?:[kmbg]|mn|bn|mi[ol]\.?|mrd\.?|milli[a-z]*|mill?iard[a-z]*|bil[a-z]*|tril[a-z]*)\b|\s*[萬億兆千百]", re.IGNORECASE
)
_SMALL_MONEY = re.compile(r"[\s-]*(?:cents?|pence|penny|pennies|fen|jiao|sen|kopecks?)\b|\s*[角分毛]", re.IGNORECASE)
_MORE_UNITS = {
    "m2": re.compile(r"[\s-]*(?:square[\s-]met(?:er|re)s?|sq\.?\s?m|m2|m²)(?![a-z])|\s*平方米", re.IGNORECASE),
    "m": re.compile(r"[\s-]*(?:met(?:er|re)s?|m)(?![a-z])|\s*米", re.IGNORECASE),
    "kg": re.compile(r"[\s-]*(?:kilograms?|kilogrammes?|kg)(?![a-z])|\s*(?:千克|公斤)", re.IGNORECASE),
}
_MEASURED = frozenset({"mass", "area", "length", "duration", "years"})
_CUT_SCALES = tuple(Decimal(10) ** power for power in (2, 3, 4, 6, 8, 9, 12))


@lru_cache(maxsize=64)
def _read(words: str) -> tuple[Mention, ...]:
    return tuple(find_mentions(words))


def disagreement(words: str, entered: Entered, units: Mapping[str, Unit], *, whole: bool, spoken: bool = True) -> str | None:
    """The numbers of the printed words when the entry's is none of them; None when it is, or nobody can tell.

    `whole` says that no number goes on beyond the words. `spoken` says that they are of a language whose numbers are read.
    """
    found = list(_sayings(words, entered, units, whole=whole, spoken=spoken))
    if not found:
        return None
    said = [each for _, sayings in found for each in sayings or ()]
    missing = [size for size in entered.sizes if not any(size in each for each in said)]
    if not missing:
        return None
    figures = [mention for mention, _ in found]
    if any(sayings is None for _, sayings in found) or _doubtful(words, figures) or _named(words, missing):
        return None
    if len(found) > 1 and entered.unit.family in _MEASURED:  # `1 hour 30 minutes`
        return None
    if any(_between(mention, entered) or _made_of(figures, size) for mention in figures for size in missing):
        return None
    return " and ".join(dict.fromkeys(_told(mention) for mention in figures))


def _doubtful(words: str, figures: Sequence[Mention]) -> bool:
    """Whether words beside the figures may make other numbers of them."""
    ends = [0, *(each.end for each in figures)]
    starts = [*(each.start for each in figures), len(words)]
    return any(_WORDS_OF_DOUBT.search(words[end:start]) for end, start in zip(ends, starts, strict=True))


def _sayings(
    words: str, entered: Entered, units: Mapping[str, Unit], *, whole: bool, spoken: bool
) -> Iterator[tuple[Mention, list[_Said] | None]]:
    """Each figure of the words with what it may say in the entry's unit; None when that cannot be told."""
    ranked = {"ordinal"} if entered.measure == "rank" else set()
    mentions = [each for each in _read(words) if each.kind in _FIGURES | ranked]
    shared = [size for each in mentions if (size := _size_of(each.scale)) > 1]
    for mention in mentions:
        numbers = [abs(each) for each in (mention.value, mention.value_to) if each is not None]
        sayings = _in_unit(words, mention, numbers, entered, units) if numbers else None
        if sayings is None or _GOES_ON.match(words, mention.end) or _GOES_BEFORE.search(words[: mention.start]):
            yield mention, None
            continue
        scales = list(shared) if len(mentions) > 1 and not mention.scale else []
        if not mention.scale and not whole and not words[mention.end :].strip():
            scales.extend(_CUT_SCALES)
        if not spoken or _STRANGE_SCALE.match(words, mention.end):
            scales.extend(Decimal(10) ** power for power in range(1, 13))
        yield mention, sayings + [_Said(each.value * scale, each.reach) for each in sayings for scale in scales]


def _size_of(scale: str) -> Decimal:
    if scale in SCALES:
        return Decimal(1).scaleb(SCALES[scale])
    return (han_value(scale) if scale else None) or Decimal(1)


def _in_unit(
    words: str, mention: Mention, numbers: Sequence[Decimal], entered: Entered, units: Mapping[str, Unit]
) -> list[_Said] | None:
    """The numbers as the entry's unit and measure would have them; None when they may be something else."""
    family, kind = entered.unit.family, mention.kind
    if family not in _MEASURED and entered.unit.factor != 1:  # counted in pairs, in tens of thousands
        return None
    if family == "percent":
        return _as_percent(mention, numbers, entered)
    if family == "ratio":
        ratios = [_Said(each) for number in numbers for each in (number, number + 1, abs(number - 1))]
        return ratios + [_Said(1 / number, FRACTION_REACH) for number in numbers if number] if kind == "multiple" else None
    if kind in ("percent", "multiple") or mention.unit == "percent" or (kind == "fraction" and family not in _MEASURED):
        return None
    if family == "money":
        small = mention.unit not in (None, entered.unit.code) or _SMALL_MONEY.match(words, mention.end)
        return None if small else [_Said(number) for number in numbers]
    if family == "per-population":
        return (
            [_Said(number * Decimal(10) ** power) for number in numbers for power in range(-3, 4)] if not mention.unit else None
        )
    if family == "count":
        return [_Said(number) for number in numbers] if mention.unit in (None, "count") else None
    return _as_measured(words, mention, numbers, entered, units)


def _as_percent(mention: Mention, numbers: Sequence[Decimal], entered: Entered) -> list[_Said] | None:
    """`a third` is 33.3 percent; what fell to 80 percent has fallen by 20."""
    part = mention.kind == "fraction"
    if not part and mention.unit != "percent":
        return None
    size, reach = (100, FRACTION_REACH) if part else (1, Decimal(0))
    said = [_Said(number * size, reach) for number in numbers]
    changes = [_Said(abs(100 - number * size), reach) for number in numbers] if entered.measure in ("growth", "change") else []
    return said + changes


def _as_measured(
    words: str, mention: Mention, numbers: Sequence[Decimal], entered: Entered, units: Mapping[str, Unit]
) -> list[_Said] | None:
    code = mention.unit or next((code for code, names in _MORE_UNITS.items() if names.match(words, mention.end)), None)
    unit = units.get(code) if code else None
    if unit is None or unit.dimension != entered.unit.dimension:
        return None
    factor = unit.factor / entered.unit.factor
    reach = FRACTION_REACH if mention.kind == "fraction" else CONVERTED_REACH if factor != 1 else Decimal(0)
    return [_Said(number * factor, reach) for number in numbers]


def _named(words: str, missing: Sequence[Decimal]) -> bool:
    """Whether digits that are read as a name, a date or the like say all that is missing."""
    others = [each for each in _read(words) if each.kind not in _FIGURES]
    digits = {Decimal(run.replace(",", "")) for each in others for run in _DIGITS.findall(each.number)}
    digits.update(abs(each.value) for each in others if each.value is not None)
    return bool(digits) and all(size in digits or size == 0 for size in missing)


def _between(mention: Mention, entered: Entered) -> bool:
    """Whether just one of the two is a range and the other lies within it, or the entry says `none`."""
    low, high = min(entered.sizes), max(entered.sizes)
    if mention.value is None or high == 0:
        return True
    bottom, top = sorted((abs(mention.value), abs(mention.value_to or mention.value)))
    return (low < high and low <= bottom == top <= high) or (bottom < top and bottom <= low == high <= top)


def _made_of(figures: Sequence[Mention], size: Decimal) -> bool:
    """Whether `size` follows from the figures by arithmetic: `two batches of 500`, `6 of 27`."""
    if (
        len({each.unit for each in figures}) > 1
        and len(figures) > 1
        and any(each.unit in ("h", "min", "day") for each in figures)
    ):
        return True
    values = [abs(each.value) for each in figures if each.value is not None]
    if len(values) > 1 and sum(values) == size:
        return True
    for one, other in combinations(values, 2):
        low, high = sorted((one, other))
        made = [_Said(one + other), _Said(one * other), _Said(high - low)]
        if low:
            made += [
                _Said(high / low, FRACTION_REACH),
                _Said(low / high, FRACTION_REACH),
                _Said(100 * low / high, FRACTION_REACH),
            ]
        if any(size in each for each in made):
            return True
    return False


def _told(mention: Mention) -> str:
    """A number as printed with its unit; one in words with its value."""
    number, unit = collapse(mention.number), f" {mention.unit}" if mention.unit and mention.kind != "percent" else ""
    if mention.value is None or any(char.isdigit() for char in number):
        return number + unit
    return f"{number} ({plain_text(mention.value)}{unit or ('%' if mention.kind == 'percent' else '')})"


_PLAIN_HEDGE = re.compile(
    r"(?:more|less|fewer|greater|higher|lower) than|over|exceed\w*|above|surpass\w*|at least|(?:no|not) (?:less|fewer|more) than"
    r"|under|below|at most|in excess of|nearly|almost|close to|just (?:under|below)|about|around|roughly"
    r"|approximately|[>＞≥<＜≤~≈]|超过|逾|突破|高于|至少|不少于|不低于|不足|低于|少于|不到|最多|不超过|至多|近|将近|接近|约|大约|约为|约有|约占",
    re.IGNORECASE,
)
"""Hedge words before a number that are nothing else there; `top`, `as many as`, `up to` and `some` may be."""


def loosened(words: str, entered: Entered, units: Mapping[str, Unit]) -> str | None:
    """What a hedge word beside the only figure of the words says that the entry drops or turns round; None when nothing is lost.

    `gt` and `ge` are not told apart, nor are `lt` and `le`.
    """
    figures = [each for each in _read(words) if each.kind in _FIGURES]
    if len(figures) != 1 or entered.form in ("range", "magnitude"):
        return None
    mention = figures[0]
    said = _in_unit(words, mention, [abs(mention.value)], entered, units) if mention.value is not None else None
    if not any(entered.sizes[0] in each for each in said or ()):
        return None
    hedges = [(cue.start, words[cue.start : cue.end]) for cue in mention.cues if cue.kind == "hedge"]
    doubtful = [hedge for start, hedge in hedges if start < mention.start and not _PLAIN_HEDGE.fullmatch(collapse(hedge))]
    if doubtful or len(hedges) != 1 or mention.kind == "range":
        return None
    if entered.comparator != "eq":
        turned = entered.comparator[0] != mention.comparator[0] != "e" and entered.value.value > 0
        lost = turned and not entered.approximate
    elif mention.comparator != "eq":
        lost = not (entered.approximate and mention.approximate)
    else:
        lost = mention.approximate and not entered.approximate and entered.form == "number"
    hedge = collapse(hedges[0][1]).strip()
    return f"the span hedges the number with {hedge!r} ({_sense(mention)}); the entry says {_given(entered)}" if lost else None


def _sense(mention: Mention) -> str:
    if mention.comparator == "eq":
        return "approximate: true"
    return "form: nearly" if mention.approximate else f"comparator: {mention.comparator}"


def _given(entered: Entered) -> str:
    return f"comparator: {entered.comparator}" if entered.comparator != "eq" else "the plain number"
