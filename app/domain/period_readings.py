"""Which days can a part of a text mean, seen from an anchor day? Likeliest first; the others say why they are possible."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from app.domain.period import RULES, Period, PeriodType, days_of, parse_when
from app.domain.period_parts import Part
from app.domain.words import StockFlow

RULE_ORDER = (
    *("half_of_publication_year", "quarter_of_publication_year", "month_of_publication_year", "day_of_publication_year"),
    *("year_before_publication", "year_of_publication", "days_of_publication_year"),
)
"""Rules that days reckoned from the anchor may follow; the first that agrees names them."""


class NeedsAnchorError(ValueError):
    """The words hang on the day from which they are seen, and no such day was given."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read the words, and why it is one."""

    period: Period
    why: str


def stated(start: date, end: date, why: str = "the words name these days") -> Reading:
    """A span whose days stand in the words."""
    return Reading(Period("span", start, end, None, "stated", None, None), why)


def resolved(start: date, end: date, anchor: date, why: str = "") -> Reading:
    """A span worked out from the anchor, with the rule that agrees."""
    rule = next((name for name in RULE_ORDER if RULES[name][1](anchor, start, end)), None)
    told = RULES[rule][0].replace("before publication", "before that of the anchor") if rule else "reckoned from the anchor"
    told = told.replace("publication", "the anchor")
    return Reading(Period("span", start, end, None, "resolved", rule, anchor), why or told)


def year_to_date(anchor: date) -> Reading:
    """From 1 January to the anchor."""
    period = Period("span", date(anchor.year, 1, 1), anchor, None, "resolved", "year_to_publication", anchor)
    return Reading(period, "the year of the anchor up to that day")


def at_anchor(anchor: date, kind: PeriodType, why: str) -> Reading:
    """What holds at the anchor, or up to it since nobody knows when."""
    start = anchor if kind == "instant" else None
    return Reading(Period(kind, start, anchor, None, "inferred", "at_publication", anchor), why)


def as_state(reading: Reading) -> Reading:
    """The state at the end of a reading."""
    period = reading.period
    if period.start == period.end:
        return replace(reading, period=replace(period, type="instant"))
    rule = "at_publication" if period.end == period.anchor else "end_of_period"
    state = replace(period, type="instant", start=period.end, basis="resolved", rule=rule)
    return Reading(state, f"a state, at the last day: {reading.why}")


def up_to(reading: Reading) -> Reading:
    """A total up to the end of a reading, from a day that is not said."""
    return Reading(
        replace(reading.period, type="cumulative", start=None, rule=None), f"a total up to the last day: {reading.why}"
    )


def since(reading: Reading, anchor: date | None) -> Reading:
    """From the beginning of a reading to the anchor. Raises ValueError when it begins later."""
    if anchor is None:
        raise NeedsAnchorError
    start = reading.period.start
    if start is None or start > anchor:
        raise ValueError("begins after the anchor")
    rule = "since_year" if (start.month, start.day) == (1, 1) else None
    return Reading(Period("cumulative", start, anchor, None, "resolved", rule, anchor), "from its first day to the anchor")


def read_dates(parts: tuple[Part, ...], anchor: date | None) -> list[Reading]:
    """The days of a piece of some year, or from the first of two pieces to the second. Raises ValueError."""
    first, last = parts[0], parts[-1]
    years = [_year(part, anchor) for part in (first, last)]
    named = next((year for year in reversed(years) if year is not None), None)
    if named is None:
        return _of_any_year(first, last, anchor)
    start, end = _between(first, last, years[0], years[1], named)
    if all(part.offset is None for part in parts):
        return [_plan(first, start, end, anchor) if first.cue == "plan" else stated(start, end)]
    return [resolved(start, end, _required(anchor))]


def _required(anchor: date | None) -> date:
    if anchor is None:
        raise NeedsAnchorError
    return anchor


def _year(part: Part, anchor: date | None) -> int | None:
    if part.offset is not None:
        return _required(anchor).year + part.offset
    return part.year


def _days(part: Part, year: int) -> tuple[date, date]:
    start, end = parse_when((part.form or "").format(f"{year:04d}"))
    if start is None or end is None:
        raise ValueError("a period without an end")
    return start, end


def _between(first: Part, last: Part, since: int | None, until: int | None, named: int) -> tuple[date, date]:
    """From the first part to the last; a year that one of them lacks is the one that keeps them nearest in order."""
    start, end = _days(first, since or named)[0], _days(last, until or named)[1]
    if start > end and since is None:
        start = _days(first, named - 1)[0]
    elif start > end and until is None:
        end = _days(last, named + 1)[1]
    if start > end:
        raise ValueError("the period ends before it starts")
    return start, end


def _of_any_year(first: Part, last: Part, anchor: date | None) -> list[Reading]:
    """Without a year: the latest that has begun by the anchor; the one before and the next are possible too."""
    day = _required(anchor)
    found = []
    for year in range(day.year - 8, day.year + 9):
        try:
            start, end = _between(first, last, None, year, year)
        except ValueError:  # 29 February
            continue
        found.append((start, end))
    begun = [days for days in found if days[0] <= day]
    if not begun:
        raise ValueError("no such days")
    readings = [resolved(*begun[-1], day)]
    readings += [resolved(*days, day, "no year is named; the one before") for days in begun[-2:-1]]
    ahead = found[len(begun) : len(begun) + 1]
    return readings + [resolved(*days, day, "no year is named; the next one, if the words look ahead") for days in ahead]


def _plan(part: Part, start: date, end: date, anchor: date | None) -> Reading:
    why = f"the years of Five-Year Plan number {part.count}"
    return Reading(Period("span", start, end, None, "resolved", None, anchor), why)


def read_this_year(anchor: date | None) -> list[Reading]:
    """This year: as far as it has gone, or all of it."""
    day = _required(anchor)
    return [year_to_date(day), resolved(*days_of(f"{day.year}"), day, "the whole year of the anchor")]


def read_cue(part: Part, anchor: date | None, stock_flow: StockFlow | None) -> list[Reading]:
    """What words that hang on the anchor mean. Raises NeedsAnchorError, and ValueError for days that no calendar has."""
    day = _required(anchor)
    if part.cue in ("now", "so_far", "open"):
        return list(_at(day, part.cue, stock_flow))
    if part.cue == "each":
        return [at_anchor(day, "each", "each year up to the anchor; since when is not said")]
    spans = list(_spans(part, day))
    return [as_state(each) for each in spans] if stock_flow == "stock" else spans


def _at(day: date, cue: str, stock_flow: StockFlow | None) -> Iterator[Reading]:
    state = at_anchor(day, "instant", "a state on the day of the anchor")
    total = at_anchor(day, "cumulative", "a total up to the anchor; since when is not said")
    if stock_flow != "flow" and cue == "now":
        yield state
    if stock_flow != "stock":
        yield total
    if stock_flow != "flow" and cue != "now":
        yield state


def _spans(part: Part, day: date) -> Iterator[Reading]:
    if part.cue == "year_to_date":
        yield year_to_date(day)
    elif part.cue == "day":
        yesterday = day + timedelta(days=part.offset or 0)
        yield resolved(yesterday, yesterday, day)
    elif part.cue in ("month", "quarter"):
        yield from _this_or_last(part, day)
    else:
        yield from _back(part, day)
        if part.cue == "ahead":
            yield resolved(day, _moved(day, part.count), day, "the years that follow the anchor, if the words look ahead")


def _this_or_last(part: Part, day: date) -> Iterator[Reading]:
    """This month or quarter so far and whole, or the whole one before it."""
    size = 3 if part.step == "quarter" else 1
    index = (day.year * 12 + day.month - 1) // size * size + size * (part.offset or 0)
    start = date(index // 12, index % 12 + 1, 1)
    end = _last(index + size - 1)
    if part.offset == 0:
        yield resolved(start, day, day, f"the {part.step} of the anchor up to that day")
    yield resolved(start, end, day)


def _back(part: Part, day: date) -> Iterator[Reading]:
    """The last days, weeks, months or years up to the anchor; of years also whole ones, and a start not said to the day."""
    count, year = part.count, day.year
    if part.step in ("day", "week"):
        start = day - timedelta(days=count * (7 if part.step == "week" else 1))
    else:
        start = _moved(day, 0, -count * {"month": 1, "quarter": 3, "year": 12}[part.step])
    yield resolved(
        start + timedelta(days=1),
        day,
        day,
        f"the last {count} {part.step}s up to the anchor" if count > 1 else f"the last {part.step} up to the anchor",
    )
    if part.step == "year":
        yield resolved(date(year - count, 1, 1), date(year - 1, 12, 31), day, "whole years, the last before that of the anchor")
        yield resolved(date(year - count + 1, 1, 1), date(year, 12, 31), day, "whole years, the last that of the anchor")
        yield at_anchor(day, "cumulative", "a total up to the anchor, if the start is not meant to the day")


def _last(index: int) -> date:
    year, month = index // 12, index % 12 + 1
    return date(year, month, calendar.monthrange(year, month)[1])


def _moved(day: date, years: int, months: int = 0) -> date:
    """The day so many years and months later; the last of a month that is too short."""
    index = (day.year + years) * 12 + day.month - 1 + months
    return min(
        date(index // 12, index % 12 + 1, 1).replace(day=min(day.day, 28)) + timedelta(days=max(0, day.day - 28)), _last(index)
    )
