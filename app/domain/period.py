"""When does a statement hold, how do we know, and what is that period called?

Periods are whole days. Labels read as people write them (`2020`, `2021-S1`, `2021-Q3`, `2021-06`, a day), the half years after
SDMX TIME_PERIOD. A relative date keeps the rule that resolved it and the day it was resolved from.
"""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal, get_args
from zoneinfo import ZoneInfo

PeriodType = Literal["span", "each", "cumulative", "instant", "none"]
"""`span` within start..end, `each` in every year of it, `cumulative` up to end, `instant` a state at end, `none` undated."""

PeriodBasis = Literal["stated", "resolved", "inferred", "unknown"]
"""Whether the date stands in the text, was worked out from it, was inferred, or is not known."""

PERIOD_TYPES: tuple[PeriodType, ...] = get_args(PeriodType)
PERIOD_BASES: tuple[PeriodBasis, ...] = get_args(PeriodBasis)

Days = tuple[date | None, date | None]
"""First and last day, both inclusive; None is an open or unknown end."""

FIRST_YEAR, LAST_YEAR = 1000, 2999
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_LABEL = re.compile(
    r"(?P<year>[12]\d{3})(?:-(?:S(?P<half>[12])|Q(?P<quarter>[1-4])|(?P<month>\d{2})(?:-(?P<day>\d{2}))?))?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Period:
    """The time a statement is about. Both ends null: the period is not known."""

    type: PeriodType
    start: date | None
    end: date | None
    as_written: str | None
    basis: PeriodBasis
    rule: str | None
    anchor: date | None

    @property
    def weak(self) -> bool:
        """Unknown, or inferred from nothing but the publication date: such periods share the slot `asof`."""
        return self.basis == "unknown" or (self.basis == "inferred" and self.anchor is not None)

    @property
    def label(self) -> str:
        """The period's name: a calendar label, `start..end`, `asof` (weak) or `unknown`."""
        if self.start is None and self.end is None:
            return "unknown"
        return "asof" if self.weak else label_of(self.start, self.end)

    @property
    def cumulative(self) -> bool:
        """A running total: of the type `cumulative`, or from 1 January to a day that ends no calendar period begun then.

        The first three quarters of a year and a year up to now are; a year, its first half, quarter and month are not.
        """
        if self.type != "span" or self.start is None or self.end is None:
            return self.type == "cumulative"
        whole_years = (self.end.month, self.end.day) == (12, 31)
        return (self.start.month, self.start.day) == (1, 1) and not whole_years and ".." in label_of(self.start, self.end)

    @property
    def slot(self) -> str:
        """What two statements must share to be about the same time: type and dates if strong, else `asof`."""
        if self.weak:
            return "asof"
        return f"{self.type}.{self.start or ''}.{self.end or ''}"


NO_DAY = "~"
"""Stands in a period's keys where a day is not known; it sorts after every day."""

_COMPLEMENT = str.maketrans("0123456789", "9876543210")


def down(day: date | str) -> str:
    """A text for a day that sorts the other way round."""
    return str(day).translate(_COMPLEMENT)


def period_key(start: date | None, end: date | None) -> str:
    """A text that sorts (byte by byte) as periods do: by start, then by end, what is not known last."""
    return f"{start or NO_DAY}{end or NO_DAY}"


def period_key_down(start: date | None, end: date | None) -> str:
    """The same for the descending order, in which what is not known comes last too: texts that sort upwards."""
    return f"{down(start) if start else NO_DAY}{down(end) if end else NO_DAY}"


def days_of(label: str) -> tuple[date, date]:
    """First and last day of a calendar label (year, half, quarter, month or day). Raises ValueError."""
    match = _LABEL.fullmatch(label.strip())
    if match is None:
        raise ValueError("a period such as 2020, 2021-S1, 2021-Q3, 2021-06 or 2021-06-10 was expected")
    year = int(match["year"])
    if match["half"]:
        first = 6 * int(match["half"]) - 5
        return _months(year, first, first + 5)
    if match["quarter"]:
        first = 3 * int(match["quarter"]) - 2
        return _months(year, first, first + 2)
    if not match["month"]:
        return _months(year, 1, 12)
    month = int(match["month"])
    if not 1 <= month <= 12:
        raise ValueError(f"there is no month {month:02d}")
    if not match["day"]:
        return _months(year, month, month)
    try:
        day = date(year, month, int(match["day"]))
    except ValueError:
        raise ValueError(f"{year}-{month:02d} has no day {match['day']}") from None
    return day, day


@lru_cache(maxsize=4096)
def parse_when(text: str) -> Days:
    """The days of a calendar label, of `A..B` (from the first day of A to the last of B), of `..B` or of `A..`.

    Raises ValueError.
    """
    if ".." not in text:
        return days_of(text)
    left, right = text.split("..", 1)
    start = days_of(left)[0] if left.strip() else None
    end = days_of(right)[1] if right.strip() else None
    if start is None and end is None:
        raise ValueError("a period needs at least one end")
    if start and end and start > end:
        raise ValueError("the period ends before it starts")
    return start, end


@lru_cache(maxsize=4096)
def midnight(day: date, zone: str) -> int:
    """Midnight at which a day begins in a time zone (IANA name), in milliseconds since 1970."""
    return int(datetime.combine(day, time(), ZoneInfo(zone)).timestamp()) * 1000


@lru_cache(maxsize=4096)
def parse_moment(text: str, zone: str = "UTC") -> tuple[date, date]:
    """The days meant by a filter value: a calendar label, or a Unix time in seconds or milliseconds.

    Numbers of up to four digits are years; of five to ten digits seconds; longer ones milliseconds (Grafana sends those).
    `zone` (IANA name) decides on which day a moment falls. Raises ValueError.
    """
    value = text.strip()
    if not re.fullmatch(r"-?\d{5,14}", value, re.ASCII):
        return days_of(value)
    unit = timedelta(milliseconds=1) if len(value.lstrip("-")) > 10 else timedelta(seconds=1)
    try:
        day = (_EPOCH + int(value) * unit).astimezone(ZoneInfo(zone)).date()
    except OverflowError:
        raise ValueError("the time is out of range") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError("the time is out of range")
    return day, day


def label_of(start: date | None, end: date | None) -> str:
    """The shortest calendar label of the days, else `start..end` with open ends left empty."""
    if start is None or end is None:
        return f"{start or ''}..{end or ''}"
    if start == end:
        return start.isoformat()
    if start.year == end.year and start.day == 1 and end == _months(end.year, end.month, end.month)[1]:
        year, first, last = start.year, start.month, end.month
        if (first, last) == (1, 12):
            return f"{year}"
        if (first, last) in ((1, 6), (7, 12)):
            return f"{year}-S{1 if first == 1 else 2}"
        if first % 3 == 1 and last == first + 2:
            return f"{year}-Q{last // 3}"
        if first == last:
            return f"{year}-{first:02d}"
    return f"{start}..{end}"


def edtf_of(start: date | None, end: date | None) -> str | None:
    """The days in the Extended Date/Time Format (ISO 8601-2): `2021`, `2021-06`, `2021-01/2021-09`; an unknown end is empty."""
    if start is None and end is None:
        return None
    if start is None or end is None:
        return f"{start or ''}/{end or ''}"
    if start == end:
        return start.isoformat()
    ends = [start.isoformat(), end.isoformat()]
    if start.day == 1 and end == _months(end.year, end.month, end.month)[1]:
        whole_years = (start.month, end.month) == (1, 12)
        ends = [each[: 4 if whole_years else 7] for each in ends]
    return "/".join(dict.fromkeys(ends))


def _months(year: int, first: int, last: int) -> tuple[date, date]:
    return date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1])


def _in_year_of(anchor: date, start: date | None, end: date | None) -> bool:
    return start is not None and end is not None and start.year == end.year == anchor.year and start <= anchor


RULES: dict[str, tuple[str, Callable[[date, date | None, date | None], bool]]] = {
    "half_of_publication_year": (
        "a half year of the year of publication",
        lambda anchor, start, end: _in_year_of(anchor, start, end) and label_of(start, end)[4:] in ("-S1", "-S2"),
    ),
    "quarter_of_publication_year": (
        "a quarter of the year of publication",
        lambda anchor, start, end: _in_year_of(anchor, start, end) and label_of(start, end)[4:6] == "-Q",
    ),
    "month_of_publication_year": (
        "a month of the year of publication",
        lambda anchor, start, end: _in_year_of(anchor, start, end) and label_of(start, end)[5:].isdigit(),
    ),
    "day_of_publication_year": (
        "a day of the year of publication, not after it",
        lambda anchor, start, end: _in_year_of(anchor, start, end) and start == end,
    ),
    "days_of_publication_year": (
        "days of the year of publication",
        lambda anchor, start, end: _in_year_of(anchor, start, end),
    ),
    "year_of_publication": (
        "the year of publication",
        lambda anchor, start, end: label_of(start, end) == f"{anchor.year}",
    ),
    "year_before_publication": (
        "the year before publication",
        lambda anchor, start, end: label_of(start, end) == f"{anchor.year - 1}",
    ),
    "year_to_publication": (
        "from 1 January of the year of publication to the day of publication",
        lambda anchor, start, end: (start, end) == (date(anchor.year, 1, 1), anchor),
    ),
    "since_year": (
        "from 1 January of the year named to the day of publication",
        lambda anchor, start, end: start is not None and (start.month, start.day, end) == (1, 1, anchor),
    ),
    "end_of_period": (
        "the last day of the period named",
        lambda _anchor, start, end: start is not None and start == end,
    ),
    "at_publication": (
        "up to, or on, the day of publication",
        lambda anchor, start, end: end == anchor and (start is None or start == end),
    ),
    "from_context": (
        "a date taken from another sentence of the document",
        lambda _anchor, start, end: start is not None or end is not None,
    ),
}
"""Every rule a relative date may name: what it means, and whether days agree with it given the day of publication."""


def rule_fault(period: Period, published_on: date) -> str | None:
    """Why the period's days cannot come from its rule, or None when they can."""
    if period.rule is None:
        return None
    meaning, agrees = RULES[period.rule]
    if agrees(published_on, period.start, period.end):
        return None
    days = label_of(period.start, period.end) if period.start or period.end else "unknown"
    return f"{period.rule} means {meaning}; with publication on {published_on} that is not {days}"
