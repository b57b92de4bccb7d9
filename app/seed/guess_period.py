"""When may a figure hold? Each date and each cue of its sentence is a candidate; the nearest to the number comes first."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.date_words import MONTHS, ORDINALS, label_of_date, plan_years
from app.domain.evidence import collapse
from app.domain.mentions import Mention
from app.domain.period import Period, PeriodBasis, PeriodType, parse_when, rule_fault
from app.seed.guess import Setting, kind_of

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


_SINCE = re.compile(r"(?:\bsince|自从?)\s*$", re.IGNORECASE)
_BY_DATE = re.compile(r"(?:\bby|到)\s*(?:the end of\s*)?$", re.IGNORECASE)
_COMPARED_WITH = re.compile(r"(?:\b(?:on|over|than|from|compared (?:with|to))(?: in)?|比)\s*$", re.IGNORECASE)
_END_OF = re.compile(r"\bend of\s*$", re.IGNORECASE)
_HALF_OF = re.compile(r"\b(first|second) half of\s*$", re.IGNORECASE)
_QUARTER_OF = re.compile(r"\b(first|second|third|fourth) quarter of\s*$", re.IGNORECASE)

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
    ahead = kind_of(setting, ahead=False) != "actual"
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
            distance = _distance(setting.mention, start, end)
            found += [(distance, guess) for guess in _relative(cue, published_on, stock=stock, ahead=ahead)]
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


def _relative(cue: re.Match[str], day: date, *, stock: bool, ahead: bool) -> list[PeriodGuess]:
    """What a cue says, likeliest first; of what lies ahead, "this year" is the whole of it."""
    written, year = collapse(cue[0]), day.year
    if cue["half"]:
        which = 2 if (cue["which"] or "").lower() == "second" or cue["half_zh"] == "下" else 1
        return [PeriodGuess("span", f"{year}-S{which}", written, "resolved", "half_of_publication_year")]
    if cue["quarter"]:
        nth = ORDINALS[(cue["nth"] or cue["nth_zh"]).lower()]
        return [PeriodGuess("span", f"{year}-Q{nth}", written, "resolved", "quarter_of_publication_year")]
    if cue["month"]:
        month = int(cue["month_zh"]) if cue["month_zh"] else MONTHS.index(cue["name"].lower()) + 1
        return [PeriodGuess("span", f"{year}-{month:02d}", written, "resolved", "month_of_publication_year")]
    if cue["this"]:
        so_far = PeriodGuess("span", f"{year}-01-01..{day}", written, "resolved", "year_to_publication")
        whole = PeriodGuess("span", f"{year}", written, "resolved", "year_of_publication")
        return [whole, so_far] if ahead else [so_far, whole]
    if cue["last"]:
        return [PeriodGuess("span", f"{year - 1}", written, "resolved", "year_before_publication")]
    if cue["each"]:
        return [PeriodGuess("each", f"..{day}", written, "inferred", "at_publication")]
    if cue["plan"]:
        first, last = plan_years(int(cue["plan_no"]))
        return [PeriodGuess("span", f"{first}..{last}", written, "inferred", "from_context", "context")]
    return [_at_publication(day, written, stock=stock)]


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
            label = f"{label}-S{ORDINALS[half[1].lower()]}"
        elif quarter := _QUARTER_OF.search(before):
            label = f"{label}-Q{ORDINALS[quarter[1].lower()]}"
        elif _BY_DATE.search(before) and stock:
            return PeriodGuess("instant", f"{label}-12-31", written, "stated")
        elif _END_OF.search(before):
            return PeriodGuess("instant", f"{label}-12-31", written, "resolved", "end_of_period")
    return PeriodGuess("span", label, written, "stated")


def begins_after(guess: PeriodGuess, published_on: date | None) -> bool:
    """Whether the period begins after the publication, so that nothing in it is actual yet."""
    start, _ = parse_when(guess.when)
    return published_on is not None and start is not None and start > published_on
