"""Which date or time of day is written at this place of a text?

One date is one number: `January 3rd, 2020`, `September 23rd and 25th`, `2016-2020`, `Q3 2021`, `2021年3月`.
Only a year has a value.
"""

import re
from decimal import Decimal

from app.domain.figures import Figure, word_before
from app.domain.han import HAN_DIGITS
from app.domain.numerals import words
from app.domain.unit_words import currency_before

_MONTH_NAMES = "January|February|March|April|May|June|July|August|September|October|November|December"
_MONTH = rf"(?:{_MONTH_NAMES}|{_MONTH_NAMES.upper()}|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\b\.?)(?![A-Za-z])"
MONTHS = frozenset([*_MONTH_NAMES.split("|"), *_MONTH_NAMES.upper().split("|")]) | frozenset(
    words("Jan Feb Mar Apr Jun Jul Aug Sept Sep Oct Nov Dec")
)
_YEAR = r"(?:1\d|20|21)\d\d(?![\d])(?![.,]\d)"
_DAY = (
    r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?![A-Za-z\d])"
    r"(?![.,:]\d{1,3}(?!\d)|[%％]|\s*(?:percent|per\s+cent|million|billion|trillion))"
)
_DASH = r"\s*[-–—~～]\s*"
_TO = rf"(?:{_DASH}|\s+to\s+)"
_AND = r"\s+and\s+"
_LISTED = rf"(?:{_TO}|\s*(?:,|and|&)\s*)"

_MONTH_YEAR = rf"{_MONTH},?\s*(?:of\s+)?{_YEAR}"
_MONTH_FIRST = re.compile(
    rf"{_MONTH_YEAR}(?:{_TO}{_MONTH_YEAR})?|{_MONTH}\s*+{_DAY}(?:{_TO}(?:{_MONTH}\s+)?{_DAY})?(?:,?\s*{_YEAR})?"
)
_MONTH_FIRST_AND = re.compile(
    rf"{_MONTH_YEAR}{_AND}{_MONTH_YEAR}|{_MONTH}\s*+{_DAY}{_AND}(?:{_MONTH}\s+)?{_DAY}(?:,?\s*{_YEAR})?"
)
_DAY_FIRST = re.compile(rf"{_DAY}(?:{_TO}{_DAY})?\s+(?:of\s+)?{_MONTH}(?:{_TO}{_DAY}\s+{_MONTH})?(?:,?\s+{_YEAR})?")
_DAY_FIRST_AND = re.compile(rf"{_DAY}{_AND}{_DAY}\s+(?:of\s+)?{_MONTH}(?:,?\s+{_YEAR})?")
_ISO = re.compile(
    r"\d{4}([-/.])(?:1[0-2]|0?[1-9])\1(?:3[01]|[12]\d|0?[1-9])(?!\d)|\d{4}-(?:0[1-9]|1[0-2])(?![\d-])|"
    r"(?:3[01]|[12]\d|0?[1-9])/(?:3[01]|[12]\d|0?[1-9])/\d{4}(?!\d)"
)
_YEARS = re.compile(
    rf"({_YEAR})(?:(?P<dash>\s*[-–—/~～至到]\s*)|(?P<to>\s+to\s+)|(?P<and>\s+and\s+))({_YEAR}|\d\d(?!\d|[.,]\d|[:%-]))(年?)"
)
_DECADE = re.compile(r"(?:\d{4}|\d0)['’]?s(?![A-Za-z])")
_ONE_YEAR = re.compile(_YEAR)
_QUARTER = re.compile(rf"(?:[QH][1-4]|[1-4][QH])(?![A-Za-z\d])(?:\s*+(?:of\s+|,\s*)?{_YEAR})?")
_FISCAL = re.compile(r"FY\s?(\d{4}|\d\d)(?!\d)")
_CLOCK = re.compile(
    r"(?:[01]?\d|2[0-4])[:：][0-5]\d(?:[:：][0-5]\d)?(?:\.\d{1,3}+)?(?![\d:：])|[0-5]?\d:[0-5]\d\.\d{1,3}(?![\d:：])"
)
_HOUR = re.compile(r"(?:1[0-2]|0?[1-9])(?:\.[0-5]\d)?(?=\s*(?:[ap]\.m\.|[ap]m(?![A-Za-z])|[AP]M(?![A-Za-z])|o['’]clock))")

_HAN_DIGIT = "〇零一二三四五六七八九"
_HAN_DAY = "(?:[二三]?十[一二三四五六七八九]?|[一二三四五六七八九])"
_PART = (
    rf"(?:(?:[12１２]\d{{3}}|[{_HAN_DIGIT}]{{4}})\s?年)(?:\s?(?:\d{{1,2}}|{_HAN_DAY})\s?月(?!球)(?:\s?(?:\d{{1,2}}|{_HAN_DAY})\s?[日号])?)?"
    rf"|(?:1[0-2１２]|[0０]?[1-9１-９]|十[一二]?|[一二三四五六七八九])\s?月(?!球)(?:\s?(?:\d{{1,2}}|{_HAN_DAY})\s?[日号])?"
    rf"|\d{{1,2}}日(?!元|[之以]?内)"
)
_CHINESE = re.compile(rf"(?:{_PART})(?:\s?[至到—–～~-]+\s?(?:{_PART}))?")
_CHINESE_CLOCK = re.compile(r"(?:[01]?\d|2[0-4])(?:时|点)(?!间|代|期|速|尚|装|钟内)(?:[0-5]?\d分(?!之|钟)|半)?")
_CHINESE_DECADE = re.compile(
    rf"(?:\d{{1,2}}|{_HAN_DAY})\s?世纪(?:\s?(?:\d0|[一二三四五六七八九]十)年代)?|(?:(?:1[89]|20)\d0|\d0|[一二三四五六七八九]十)年代"
)

_NO_DATE = re.compile(r"(?!\d{4}(?!\d))\d++\s*+(?:\Z|[\d,，;；)）。、%％])")
"""Digits other than four, and after them what no date has there; asked first, so that a plain number costs little."""
_TEMPORAL = frozenset(words("in since by until till before during year years mid pre post early late fiscal through the"))
"""Words after which four digits are a year although something countable follows them."""
_COUNTED = re.compile(
    r"\s++(?:(?:new|additional|more|other|local|major|key|such)\s++)?(?:people|[a-z]{3,20}(?<!ss)s)(?![A-Za-z])"
    r"|\s*+(?:[%％]|(?![至到年])[\u4e00-\u9fff]|-(?:year|km|metre|meter|bed|strong|seat|hectare))"
)


def read_month(text: str, at: int) -> Figure | None:
    """The date that starts with the name of a month at `at`; a month alone is no number."""
    match = _between(_MONTH_FIRST_AND, text, at) or _MONTH_FIRST.match(text, at)
    return Figure(at, match.end(), "date") if match else None


def read_period_name(text: str, at: int) -> Figure | None:
    """`Q3 2021`, `H1`, `FY2021` at `at`; a fiscal year has the year as its value."""
    fiscal = _FISCAL.match(text, at)
    if fiscal:
        return Figure(at, fiscal.end(), "date", Decimal(fiscal[1]) if len(fiscal[1]) == 4 else None)
    match = _QUARTER.match(text, at)
    return Figure(at, match.end(), "date") if match else None


def read_date(text: str, at: int) -> Figure | None:
    """The date or time that starts with the digit or Chinese numeral at `at`."""
    if _NO_DATE.match(text, at):
        return None
    for pattern in (_CHINESE_DECADE, _CHINESE):
        match = pattern.match(text, at)
        if match and text[at - 1 : at] != "第":
            return Figure(at, match.end(), "date", _chinese_year(match[0]))
    clock = _CLOCK.match(text, at) or _HOUR.match(text, at) or _CHINESE_CLOCK.match(text, at)
    if clock:
        return Figure(at, clock.end(), "time")
    match = _between(_DAY_FIRST_AND, text, at) or _DAY_FIRST.match(text, at) or _ISO.match(text, at) or _QUARTER.match(text, at)
    if match:
        return Figure(at, match.end(), "date")
    decade = _DECADE.match(text, at)
    if decade:
        return Figure(at, decade.end(), "date")
    return _years(text, at)


def _between(pattern: "re.Pattern[str]", text: str, at: int) -> "re.Match[str] | None":
    return pattern.match(text, at) if word_before(text, at)[0] == "between" else None


def _chinese_year(date: str) -> Decimal | None:
    year = date.removesuffix("年").strip()
    if len(year) != 4 or date == year:
        return None
    if year.isdecimal():
        return Decimal(year)
    return Decimal("".join(str(HAN_DIGITS[char]) for char in year))


def _years(text: str, at: int) -> Figure | None:
    match = _YEARS.match(text, at)
    if match and (match["and"] is None or word_before(text, at)[0] == "between"):
        first, last = Decimal(match[1]), Decimal(match[5] if len(match[5]) == 4 else match[1][:2] + match[5])
        if first < last and (match["dash"] or len(match[5]) == 4):
            return Figure(at, match.end(), "date", first, last)
    single = _ONE_YEAR.match(text, at)
    if single and _is_year(text, at, single.end()):
        return Figure(at, single.end(), "date", Decimal(single[0]))
    return None


def _is_year(text: str, at: int, end: int) -> bool:
    """Whether four digits are a year rather than a count: by the word before and the word after."""
    before, _ = word_before(text, at)
    if before not in _TEMPORAL and _COUNTED.match(text, end):
        return False
    year = int(text[at:end])
    if before in _TEMPORAL or before == "from":
        return 1700 <= year <= 2100 or before in ("in", "since", "year")
    return 1900 <= year <= 2100 and currency_before(text, at) is None
