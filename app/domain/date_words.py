"""Which calendar label is a written date: `June 10, 2021`, `10 June`, `2021年6月10日`, `2016-2020`, `Q3 2021`?

Proposals for seed files and the resolver of periods both read dates here.
"""

import calendar
import re
import unicodedata
from datetime import date

from app.domain.evidence import collapse

MONTHS = tuple(calendar.month_name[number].lower() for number in range(1, 13))
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
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "一": 1, "二": 2, "三": 3, "四": 4}


def plan_years(number: int) -> tuple[int, int]:
    """First and last year of China's n-th Five-Year Plan: the 13th is 2016 to 2020; the first two came before a gap.

    >>> plan_years(14), plan_years(1)
    ((2021, 2025), (1953, 1957))
    """
    first = 1951 + 5 * number if number > 2 else 1948 + 5 * number
    return first, first + 4


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
    named = [number for number, name in enumerate(MONTHS, 1) if name.startswith(parts["month"].lower())]
    month = f"{year}-{named[0] if named else int(parts['month']):02d}"
    if "day" not in parts:
        return month
    day = f"{month}-{int(parts['day']):02d}"
    return f"{day}..{month}-{int(parts['last']):02d}" if "last" in parts else day
