"""Where does a text say a number, and which?

Every number of an English or Chinese text, in digits or words, with exact code-point offsets: what is no mention was not said in
numbers. Each reading looks at a bounded stretch of text or at what it consumes, so the time is linear in the length of the text.
The rules for what belongs to a number are those of `docs/data-model.md` ("Mentions").
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from app.domain.chinese import read_doubling, read_half, read_han
from app.domain.dates import MONTHS, read_date, read_month, read_period_name
from app.domain.decimals import plain
from app.domain.figures import (
    ALONE,
    VULGAR,
    Figure,
    MentionKind,
    read_digits,
    read_vulgar,
    signed,
    word_before,
)
from app.domain.figures import five_year as five_year_end
from app.domain.han import HAN, han_value
from app.domain.hedges import Cue, Hedge, PeriodCues, hedge_after, hedge_before
from app.domain.names import (
    ROMAN_SIGNS,
    read_chinese_name,
    read_identifier,
    read_name,
    read_roman,
    read_roman_sign,
    read_standard,
    read_token,
)
from app.domain.numerals import ROMANS, SCALES, STARTERS, share, words
from app.domain.quantity import Comparator
from app.domain.spelled import read_spelled
from app.domain.unit_words import CURRENCIES, currency_after, currency_before, unit_after, unit_of_part

__all__ = ["Cue", "Mention", "MentionKind", "find_mentions"]


@dataclass(frozen=True, slots=True)
class Mention:
    """One number of a text: `text[start:end] == number`, offsets in code points, half open."""

    start: int
    end: int
    number: str
    """The number as written: digits, scale and percent sign or word; no currency, unit or hedge."""
    kind: MentionKind
    value: Decimal | None
    """The number meant: 7.55 billion is 7550000000, 77.8 % is 77.8, half is 0.5, 2021 is 2021; None for names, identifiers, full
    dates, times and orders of magnitude without a number."""
    value_to: Decimal | None
    """The upper end of a range, or the last year."""
    unit: str | None
    """Code of the currency, `percent`, or one of `km km2 ha t min h day month year`, if it stands beside the number."""
    scale: str
    """The last scale word (`billion`, 亿), else empty."""
    comparator: Comparator
    approximate: bool
    cues: tuple[Cue, ...]
    """The hedge words beside the number and the period words near it, in order."""


_STOP_WORDS = (
    "一带一路|一[些样起般直定致律切旦再向同味共度时边面股块]|一点(?![零一二三四五六七八九])|一系列|一方面|一体|一流|一线|一手|一把手|一次性|一般|"
    "四川|四周|四处|三峡|三亚|三明|三农|三星|五粮液|五金|九龙坡|九寨|八达|两江|两岸|两侧|万一|万州|万达|万科|万盛|万象|百度|百姓|百货|"
    "千里马|千方百计|十分(?![钟之])|十足|万众|万物|百花|双一流|二维|三维|二手|二氧化|三轮车|七夕|六安|八一|五四|三八|万里|千瓦|十堰|亿联"
)
_ATOM = re.compile(
    r"(?P<joined>[A-Za-z]++(?=-?\d))|(?P<word>[A-Za-z]++)|(?P<digits>\d)|(?P<again>翻(?=[了一两二三四番倍]))|(?P<half>半)|"
    rf"(?P<stop>(?=[{HAN}双])(?:{_STOP_WORDS}))|(?P<han>[{HAN}])|(?P<vulgar>[{VULGAR}])|(?P<roman>[{ROMAN_SIGNS}])"
)
_ADDRESS = re.compile(r"(?:(?<![A-Za-z])(?:https?|ftp)://|(?<![A-Za-z])www\.)[^\s<>\"'“”，。；、）)]++")
_AT_BEFORE = re.compile(r"[A-Za-z0-9._%+-]{1,64}\Z")
_AT_AFTER = re.compile(r"@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_DIGIT_RUNS = re.compile(r"\d(?:\S*\d)?")
_NUMBERED = re.compile(r"(?<![A-Za-z])N[oO]\.?\s?\Z")
_CURRENCY_WORDS = frozenset(words("rmb cny usd eur gbp jpy hkd aud cad sgd us hk chf"))
_STANDARDS = frozenset(words("ISO IEC IEEE RFC DIN ASTM FY"))
_WORDS = MONTHS | ROMANS | _STANDARDS
"""Words at which a number may start and that are known by their capitals; number words are STARTERS in any case."""

_LONGEST_GAP = 120  # code points between the ends of a range (hard-wrapped text may have much white space)
_RANGE_GAP = re.compile(
    r"(?:\s*(?:yuan|dollars|U\.S\. dollars|euros|元|美元))?(?:\s*[-–—~～‑]{1,2}\s*|\s+to\s+|-to-|\s*[至到]\s*)"
    r"(?:(?:US|HK)?[$€£¥￥]\s?|RMB\s?|人民币)?"
)
_AND_GAP = re.compile(r"(?:\s*(?:yuan|dollars|euros))?\s+and\s+(?:(?:US|HK)?[$€£¥￥]\s?|RMB\s?)?")
_RATIO_GAP = re.compile(r"(?P<out>(?:\s+|-)out(?:\s+|-)of|\s+in)(?:\s+|-)(?P<every>(?:every|each|an?)\s+)?|-in-")
_RANGE_KINDS = frozenset(
    {("cardinal", "percent")} | {(kind, kind) for kind in ("cardinal", "percent", "fraction", "multiple", "ordinal")}
)
"""Kinds of the two ends of a range; both ends of an amount of money are cardinals here."""
_COMPARED = frozenset(("cardinal", "percent", "money", "fraction", "multiple", "magnitude", "range"))


def find_mentions(text: str) -> list[Mention]:
    """Every number of the text, in order and without overlap."""
    periods = PeriodCues(text)
    return [_mention(text, figure, periods) for figure in _joined(text, list(_figures(text)))]


def _figures(text: str) -> Iterator[Figure]:
    """Every figure in order; the ends of a range are still figures of their own."""
    position = 0
    for low, high in [*_addresses(text), (len(text), len(text))]:
        for atom in _ATOM.finditer(text, position, max(position, low)):
            kind = atom.lastgroup
            if kind == "stop" or (kind == "word" and atom[0] not in _WORDS and atom[0].lower() not in STARTERS):
                continue
            start, end = atom.span()
            figure = _READERS[str(kind)](text, start, end) if start >= position else None
            if figure and figure.start < position and kind == "digits":  # its name began in the number before
                figure = replace(read_digits(text, start), start=start)
            if figure and figure.start >= position:
                whole = signed(text, figure)
                figure = whole if whole.start >= position else figure
                position = figure.end
                yield figure
        runs = _DIGIT_RUNS.search(text, max(position, low), max(position, high))
        if runs:
            yield Figure(runs.start(), runs.end(), "identifier")
        position = max(position, high)


def _addresses(text: str) -> list[tuple[int, int]]:
    """Where web and mail addresses stand, in order and without overlap; their numbers are identifiers."""
    found = [match.span() for match in _ADDRESS.finditer(text)] if "://" in text or "www." in text else []
    position = text.find("@")
    while position >= 0:
        before = _AT_BEFORE.search(text[max(0, position - 64) : position])
        after = _AT_AFTER.match(text, position)
        if before and after:
            found.append((position - len(before[0]), after.end()))
        position = text.find("@", position + 1)
    spans: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if not spans or start >= spans[-1][1]:
            spans.append((start, end))
    return spans


def _read_joined(text: str, at: int, end: int) -> Figure | None:
    """Letters with a digit directly after them, or after a hyphen."""
    found = read_standard(text, at) or read_period_name(text, at)
    if found or text[at:end].lower() in _CURRENCY_WORDS:
        return found
    return read_token(text, at)


def _read_word(text: str, at: int, end: int) -> Figure | None:
    word = text[at:end]
    if word in MONTHS:
        return read_month(text, at)
    if word in _STANDARDS:
        return read_standard(text, at) or read_period_name(text, at)
    if word in ROMANS:
        return read_roman(text, at)
    return None if _beside_letter(text, at, end) else read_spelled(text, at)


def _read_digit(text: str, at: int, _end: int) -> Figure | None:
    for reader in (read_identifier, read_date, read_name):
        found = reader(text, at)
        if found:
            return found
    figure = read_digits(text, at)
    if figure.kind == "cardinal" and not figure.scale and _NUMBERED.search(text[max(0, at - 8) : at]):
        return replace(figure, kind="ordinal")
    if text[figure.end : figure.end + 1].isascii() and text[figure.end : figure.end + 1].isalpha():
        return read_token(text, at) or figure
    plan = five_year_end(text, figure.end) if figure.kind == "ordinal" else None
    return replace(figure, end=plan, kind="name", value=None) if plan else figure


def _read_han(text: str, at: int, _end: int) -> Figure | None:
    return read_chinese_name(text, at) or read_date(text, at) or read_han(text, at)


_READERS: dict[str, Callable[[str, int, int], Figure | None]] = {
    "joined": _read_joined,
    "word": _read_word,
    "digits": _read_digit,
    "again": lambda text, at, _: read_doubling(text, at),
    "half": lambda text, at, _: read_half(text, at),
    "han": _read_han,
    "vulgar": lambda text, at, _: read_vulgar(text, at),
    "roman": lambda text, at, _: read_roman_sign(text, at),
}


def _beside_letter(text: str, at: int, end: int) -> bool:
    """Whether a letter outside ASCII belongs to the same word; Chinese characters do not."""
    before, after = text[at - 1 : at], text[end : end + 1]
    return any(char.isalpha() and char < "\u2e80" for char in (before, after) if char)


def _joined(text: str, figures: list[Figure]) -> Iterator[Figure]:
    """The figures with the two ends of a range, and `one in five`, made one."""
    index = 0
    while index < len(figures):
        figure, following = figures[index], figures[index + 1] if index + 1 < len(figures) else None
        whole = _pair(text, figure, following) if following else None
        yield whole or figure
        index += 2 if whole else 1


def _pair(text: str, first: Figure, second: Figure) -> Figure | None:
    if second.start - first.end > _LONGEST_GAP or first.value is None or second.value is None:
        return None
    gap = text[first.end : second.start]
    if not gap or gap.isspace():
        return None
    if first.kind == "cardinal" and second.kind == "percent" and "to" in gap and first.scale:
        return None
    if (first.kind, second.kind) not in _RANGE_KINDS:
        return None
    ratio = _RATIO_GAP.fullmatch(gap)
    if ratio and first.kind == second.kind == "cardinal" and _is_ratio(text, ratio, first, second):
        return Figure(first.start, second.end, "fraction", plain(_share(first.value, second.value)))
    if _RANGE_GAP.fullmatch(gap) and _changes(text, first, gap):
        return None
    if _RANGE_GAP.fullmatch(gap) or (_AND_GAP.fullmatch(gap) and _after_between(text, first.start)):
        return _range(first, second)
    return None


def _share(above: Decimal, below: Decimal) -> Decimal:
    return share(int(above), int(below))


def _is_ratio(text: str, ratio: "re.Match[str]", first: Figure, second: Figure) -> bool:
    above, below = first.value, second.value
    if above is None or below is None or above != int(above) or below != int(below) or not 0 < above < below:
        return False
    words = text[first.start].isalpha() and text[second.start].isalpha()
    return bool(ratio["out"] and "out" in ratio["out"].lower()) or bool(ratio["every"]) or words or above == 1


def _after_between(text: str, start: int) -> bool:
    currency = currency_before(text, start)
    return word_before(text, currency[1] if currency else start)[0] == "between"


def _changes(text: str, first: Figure, gap: str) -> bool:
    """Whether `to` leads to a new level (`fell by 1.5 percent to 3.75 percent`, `rose 12% to $6 billion`), not an upper end."""
    money = currency_before(text, first.start)
    if "to" not in gap:
        return False
    before, _ = word_before(text, money[1] if money else first.start)
    return before == "by" or (money is None and gap.strip()[-1:] in tuple("$€£¥￥B人民币"))


def _range(first: Figure, second: Figure) -> Figure | None:
    """Both ends as one; `5-10 million` and `3 to 4 per cent` say scale and unit once."""
    if first.value is None or second.value is None or (first.kind == "ordinal") != (second.kind == "ordinal"):
        return None
    low, high = first.value, second.value
    size = _size(second.scale)
    if not first.scale and first.kind == "cardinal" and low < high / size:
        low = plain(low * size)
    if low >= high:
        return None
    unit = "percent" if "percent" in (first.kind, second.kind) else None
    return Figure(first.start, second.end, "range", low, high, unit, second.scale or first.scale)


def _size(scale: str) -> Decimal:
    if scale in SCALES:
        return Decimal(1).scaleb(SCALES[scale])
    return (han_value(scale) if scale else None) or Decimal(1)


def _mention(text: str, figure: Figure, periods: PeriodCues) -> Mention:
    kind, unit, start, end = figure.kind, figure.unit, figure.start, figure.end
    if kind in _COMPARED:
        money = currency_before(text, start) if kind != "percent" else None
        start = money[1] if money else start
        after = _unit(text, end, kind) if not money and not unit else None
        if after and not unit:
            unit, end = after
        elif money and not unit:
            unit = money[0]
        if kind == "cardinal" and unit in CURRENCIES:
            kind = "money"
    hedges = _hedges(text, figure, start, end)
    hedge = hedges[0] if hedges else None
    return Mention(
        start=figure.start,
        end=figure.end,
        number=text[figure.start : figure.end],
        kind=kind,
        value=figure.value,
        value_to=figure.value_to,
        unit=unit,
        scale=figure.scale,
        comparator=hedge.comparator if hedge and kind in _COMPARED else figure.comparator,
        approximate=hedge is not None and hedge.approximate,
        cues=_cues(hedges, periods.near(figure.start, figure.end)),
    )


def _unit(text: str, end: int, kind: MentionKind) -> tuple[str, int] | None:
    """Code and end of the currency or unit after the figure that ends at `end`."""
    if ALONE.match(text, end):
        return None
    return currency_after(text, end) or unit_after(text, end) or (unit_of_part(text, end) if kind == "fraction" else None)


def _hedges(text: str, figure: Figure, start: int, end: int) -> list[Hedge]:
    """The hedge words before and after the figure, whose currency starts at `start` or whose unit ends at `end`."""
    if figure.kind in ("date", "time"):
        before = hedge_before(text, figure.start)
        return [before] if before and before.approximate and before.comparator == "eq" else []
    if figure.kind not in _COMPARED:
        return []
    after = hedge_after(text, figure.end) or (hedge_after(text, end) if end != figure.end else None)
    amount = figure.unit == "percent" or figure.scale != "" or start != figure.start
    return [hedge for hedge in (hedge_before(text, start, amount=amount), after) if hedge]


def _cues(hedges: list[Hedge], periods: tuple[Cue, ...]) -> tuple[Cue, ...]:
    spoken = [Cue("hedge", hedge.start, hedge.end) for hedge in hedges]
    return tuple(sorted([*spoken, *periods], key=lambda cue: (cue.start, cue.end)))
