"""When may a figure hold? Each date and each cue of its sentence is a candidate; the nearest to the number comes first."""

import calendar
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.evidence import collapse
from app.domain.mentions import Mention
from app.domain.period import Period, PeriodBasis, PeriodType, parse_when, rule_fault
from app.seed.guess import Setting

MAX_DATES = 8  # dates of a sentence that are looked at, the nearest first


@dataclass(frozen=True, slots=True)
class PeriodGuess:
    """A period as a seed file would give it."""

    type: PeriodType
    when: str
    as_written: str | None
    basis: PeriodBasis
    rule: str | None = None
    anchor: str | None = None


_MONTHS = tuple(calendar.month_name[number].lower() for number in range(1, 13))
_MONTH = r"(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_TO = r"\s*(?:to|and|until|through|[-–—至到~])\s*"
_YEAR = r"(?P<year>[12]\d{3})"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_YEAR}{_TO}(?P<until>[12]\d{{3}})年?",
        rf"(?:the )?(?P<half>first|second) half of {_YEAR}|H(?P<half_no>[12]) ?{_YEAR.replace('year', 'year_h')}",
        rf"{_MONTH} {_DAY},? {_YEAR}",
        rf"{_DAY} {_MONTH},? {_YEAR}",
        rf"{_MONTH},? (?:of )?{_YEAR}",
        rf"{_MONTH} {_DAY}{_TO}(?P<last>\d{{1,2}})(?:st|nd|rd|th)?",
        rf"{_MONTH} {_DAY}",
        rf"{_DAY} (?:of )?{_MONTH}",
        rf"{_YEAR}[-/](?P<month_no>\d{{1,2}})[-/](?P<day>\d{{1,2}})",
        rf"{_YEAR}年(?P<month_no>\d{{1,2}})月(?P<day>\d{{1,2}})[日号]",
        rf"{_YEAR}年(?P<month_no>\d{{1,2}})月",
        r"(?P<month_no>\d{1,2})月(?P<day>\d{1,2})[日号]",
        rf"{_YEAR}年?(?P<half_zh>[上下])半年",
        rf"Q(?P<quarter>[1-4]) ?{_YEAR}|{_YEAR.replace('year', 'year_q')} ?Q(?P<quarter_no>[1-4])",
        rf"(?:FY ?)?{_YEAR}年?",
    )
)
_SINCE = re.compile(r"(?:\bsince|自从?)\s*$", re.IGNORECASE)
_BY_DATE = re.compile(r"(?:\bby|到)\s*(?:the end of\s*)?$", re.IGNORECASE)
_COMPARED_WITH = re.compile(r"(?:\b(?:on|over|than|from|compared (?:with|to))(?: in)?|比)\s*$", re.IGNORECASE)
_END_OF = re.compile(r"\bend of\s*$", re.IGNORECASE)
_HALF_OF = re.compile(r"\b(first|second) half of\s*$", re.IGNORECASE)
_QUARTER_OF = re.compile(r"\b(first|second|third|fourth) quarter of\s*$", re.IGNORECASE)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "一": 1, "二": 2, "三": 3, "四": 4}

_RELATIVE = re.compile(
    r"(?P<half>(?<!\w)(?:the )?(?P<which>first|second)\s+half\s+of\s+(?:this|the)\s+year|(?:今年)?(?P<half_zh>[上下])半年)"
    r"|(?P<quarter>(?<!\w)(?:the )?(?P<nth>first|second|third|fourth)\s+quarter(?: of\s+(?:this|the)\s+year)?(?! of \d)"
    r"|(?:今年)?第?(?P<nth_zh>[一二三四])季度)"
    r"|(?P<month>\bIn\s+(?P<name>January|February|March|April|May|June|July|August|September|October|November|December)"
    r"(?: of)?\s+this\s+year|今年(?P<month_zh>\d{1,2})月(?!\d))"
    r"|(?P<this>\bthis\s+year\b|今年)"
    r"|(?P<last>\blast\s+year\b|去年)"
    r"|(?P<each>\bannual(?:ly)?\b|\b(?:each|every|per)\s+year\b|\ba\s+year\b(?!-| (?:ago|earlier|before|on\s+year))|每年|年均)"
    r"|(?P<now>\b(?:so\s+far|to\s+date|up\s+to\s+now|now|currently|at\s+present|until\s+now)\b|目前|迄今|截至目前)"
    r"|(?P<plan>(?<!\w)(?:the )?(?P<plan_no>\d\d)th\s+Five-Year\s+Plan(?: period)?)",
    re.IGNORECASE,
)


def periods_of(setting: Setting, dates: Sequence[Mention], published_on: date | None, *, stock: bool) -> list[PeriodGuess]:
    """Periods the sentence suggests, likeliest first; the last is what a tense alone says. Days after a rule are checked."""
    found: list[tuple[int, PeriodGuess]] = []
    near = sorted(dates, key=lambda mention: _distance(setting.mention, mention.start, mention.end))[:MAX_DATES]
    for mention in near:
        guess = _dated(setting, mention, published_on, stock=stock)
        if guess:
            found.append((_distance(setting.mention, mention.start, mention.end), guess))
    taken = [(mention.start, mention.end) for mention in dates]
    for cue in _RELATIVE.finditer(setting.sentence):
        start, end = setting.first + cue.start(), setting.first + cue.end()
        inside = any(left < end and start < right for left, right in taken) and not cue["plan"]
        if published_on and not inside:
            guess = _relative(cue, published_on, stock=stock)
            found.append((_distance(setting.mention, start, end), guess))
    guesses = [guess for _, guess in sorted(found, key=lambda pair: pair[0])]
    if published_on:
        guesses.append(_at_publication(published_on, None, stock=stock))
        guesses.append(_at_publication(published_on, None, stock=not stock))
    unique = {(guess.type, guess.when): guess for guess in reversed(guesses) if _sound(guess, published_on)}
    return [guess for guess in guesses if unique.get((guess.type, guess.when)) is guess]


def _distance(mention: Mention, start: int, end: int) -> int:
    return mention.start - end if end <= mention.start else start - mention.end


def _sound(guess: PeriodGuess, published_on: date | None) -> bool:
    """Whether the days exist and agree with the rule."""
    try:
        start, end = parse_when(guess.when)
    except ValueError:
        return False
    anchor = published_on if guess.rule and guess.anchor is None else None
    period = Period(guess.type, start, end, guess.as_written, guess.basis, guess.rule, anchor)
    return not (guess.rule and published_on and rule_fault(period, published_on))


def _at_publication(day: date, as_written: str | None, *, stock: bool) -> PeriodGuess:
    if stock:
        return PeriodGuess("instant", f"{day}", as_written, "inferred", "at_publication")
    return PeriodGuess("cumulative", f"..{day}", as_written, "inferred", "at_publication")


def _relative(cue: re.Match[str], day: date, *, stock: bool) -> PeriodGuess:
    written, year = collapse(cue[0]), day.year
    if cue["half"]:
        which = 2 if (cue["which"] or "").lower() == "second" or cue["half_zh"] == "下" else 1
        return PeriodGuess("span", f"{year}-S{which}", written, "resolved", "half_of_publication_year")
    if cue["quarter"]:
        nth = _ORDINALS[(cue["nth"] or cue["nth_zh"]).lower()]
        return PeriodGuess("span", f"{year}-Q{nth}", written, "resolved", "quarter_of_publication_year")
    if cue["month"]:
        month = int(cue["month_zh"]) if cue["month_zh"] else _MONTHS.index(cue["name"].lower()) + 1
        return PeriodGuess("span", f"{year}-{month:02d}", written, "resolved", "month_of_publication_year")
    if cue["this"]:
        return PeriodGuess("span", f"{year}-01-01..{day}", written, "resolved", "year_to_publication")
    if cue["last"]:
        return PeriodGuess("span", f"{year - 1}", written, "resolved", "year_before_publication")
    if cue["each"]:
        return PeriodGuess("each", f"..{day}", written, "inferred", "at_publication")
    if cue["plan"]:
        first = 2016 + 5 * (int(cue["plan_no"]) - 13)
        return PeriodGuess("span", f"{first}..{first + 4}", written, "inferred", "from_context", "context")
    return _at_publication(day, written, stock=stock)


def _dated(setting: Setting, mention: Mention, published_on: date | None, *, stock: bool) -> PeriodGuess | None:
    """What a date in the sentence says, with the words before it."""
    before = setting.text[max(setting.first, mention.start - 40) : mention.start]
    label, year_stands = label_of_date(mention.number, published_on)
    if label is None:
        return None
    written = collapse(mention.number)
    if not year_stands:
        rule = "days_of_publication_year" if ".." in label else "day_of_publication_year"
        return PeriodGuess("span", label, written, "resolved", rule)
    if re.fullmatch(r"\d{4}", label):
        if _COMPARED_WITH.search(before):
            return None  # the year a growth refers to
        if _SINCE.search(before) and published_on:
            return PeriodGuess("cumulative", f"{label}-01-01..{published_on}", f"since {written}", "resolved", "since_year")
        if half := _HALF_OF.search(before):
            label = f"{label}-S{_ORDINALS[half[1].lower()]}"
        elif quarter := _QUARTER_OF.search(before):
            label = f"{label}-Q{_ORDINALS[quarter[1].lower()]}"
        elif _BY_DATE.search(before) and stock:
            return PeriodGuess("instant", f"{label}-12-31", written, "stated")
        elif _END_OF.search(before):
            return PeriodGuess("instant", f"{label}-12-31", written, "resolved", "end_of_period")
    return PeriodGuess("span", label, written, "stated")


def label_of_date(written: str, published_on: date | None) -> tuple[str | None, bool]:
    """The label of a date as written, None when it is not understood, and whether its year stands there."""
    text = collapse(unicodedata.normalize("NFKC", written))
    for pattern in _DATES:
        match = pattern.fullmatch(text)
        if match is None:
            continue
        parts = {name.split("_")[0]: value for name, value in match.groupdict().items() if value}
        year = parts.get("year") or (f"{published_on.year}" if published_on else None)
        if year is None:
            return None, False
        return _label(year, parts), "year" in parts
    return None, False


def _label(year: str, parts: dict[str, str]) -> str:
    if "until" in parts:
        return f"{year}..{parts['until']}"
    if "half" in parts:
        return f"{year}-S{2 if parts['half'].lower() in ('second', '2', '下') else 1}"
    if "quarter" in parts:
        return f"{year}-Q{parts['quarter']}"
    if "month" not in parts:
        return year
    named = [number for number, name in enumerate(_MONTHS, 1) if name.startswith(parts["month"].lower())]
    month = f"{year}-{named[0] if named else int(parts['month']):02d}"
    if "day" not in parts:
        return month
    day = f"{month}-{int(parts['day']):02d}"
    return f"{day}..{month}-{int(parts['last']):02d}" if "last" in parts else day


def begins_after(guess: PeriodGuess, published_on: date | None) -> bool:
    """Whether the period begins after the publication, so that nothing in it is actual yet."""
    start, _ = parse_when(guess.when)
    return published_on is not None and start is not None and start > published_on
