"""Which words of a text name a time: a year, a half, a month, a day, a plan, "last year", "the past five years", "so far"?

A part with a `form` is a piece of some year, written as a label with `{0}` in place of the year (`{0}-S1`); one without is a cue.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, TypeAlias

from app.domain.date_words import MONTHS, ORDINALS, label_of_date, plan_years
from app.domain.han import han_value

COUNTED = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
LONGEST = 100  # years, months, weeks or days back that "the past ..." may name
OFFSETS = {
    **dict.fromkeys(("this", "the", "the current", "today", "今", "今年", "本年", "this month", "本月"), 0),
    **dict.fromkeys(("last", "the last", "the previous", "previous", "去年", "上年", "昨", "yesterday", "上个月", "上月"), -1),
    **dict.fromkeys(("next", "the next", "明年"), 1),
    "前年": -2,
}


@dataclass(frozen=True, slots=True)
class Part:
    """Words that name a time, `text[first:last]`."""

    first: int
    last: int
    form: str | None
    """Label of the days with `{0}` for the year, such as `{0}-06-10` or `{0}-Q1..{0}-Q3`; None for a cue."""
    year: int | None = None
    """The year that stands there."""
    offset: int | None = None
    """Years from that of the anchor, when the words say so ("last year" is -1)."""
    cue: str = ""
    """What a part without a form is: `now so_far year_to_date each open past ahead month quarter day`."""
    count: int = 1
    """The number in it ("the past five years")."""
    step: str = "year"
    """`year`, `quarter`, `month`, `week` or `day`."""


_NAMES = "|".join(name.capitalize() for name in MONTHS)
_SHORT = "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec"
_MONTH = rf"(?P<month>(?-i:{_NAMES}|{_NAMES.upper()})|(?-i:{_SHORT})\b\.?|^(?:{_NAMES})$)(?![A-Za-z])"
_N = rf"(?P<n>\d{{1,3}}|{'|'.join(COUNTED)})"
_NZ = r"(?P<n>\d{1,3}|[一二两三四五六七八九十]{1,3})"
_NTH = r"(?P<n>first|second|third|fourth|1st|2nd|3rd|4th)"
_Y = (
    r"(?:(?:,? (?:(?:of|in) )?(?:the year )?|(?<=[QHS][1-4]))(?P<year>[12]\d{3})(?![\d.,]\d|\d)"
    r"|(?: of| in)? (?P<rel>this|last|next|the current|the previous|the) year\b)?"
)
_YZ = r"(?:(?P<year>[12]\d{3}|[〇零一二三四五六七八九]{4}) ?年 ?|(?P<rel>今年|去年|明年|前年|本年|上年) ?的?)?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_TO = r" ?(?:to|and|until|through|[-–—~]) ?"

Groups: TypeAlias = dict[str, str]
Maker = Callable[[Groups], dict[str, Any]]


def _number(text: str) -> int:
    """The value of a small number in digits, English or Chinese."""
    if text.isdecimal():
        return int(text)
    return COUNTED.index(text.lower()) + 1 if text.lower() in COUNTED else int(han_value(text) or 0)


def _month(groups: Groups) -> str:
    word = groups["month"].rstrip(".").lower()
    named = (number for number, name in enumerate(MONTHS, 1) if name.startswith(word[:3]))
    return f"{{0}}-{next(named, None) or _number(word):02d}"


def _form(template: str) -> Maker:
    """A form from the numbers of the match: `n` as it is or as an ordinal, `M` its month, `day` and `until` as they are."""

    def make(groups: Groups) -> dict[str, Any]:
        numbers: dict[str, int] = {name: _number(groups[name]) for name in ("day", "until") if name in groups}
        nth = groups.get("n", "1").lower()
        numbers["n"] = ORDINALS.get(nth) or _NTHS.get(nth) or _number(nth)
        month = _month(groups) if "month" in groups else ""
        return {"form": template.format("{0}", M=month, **numbers)}

    return make


def _plan(groups: Groups) -> dict[str, Any]:
    number = _number(groups["n"])
    first, last = plan_years(number)
    return {"form": f"{first}..{last}", "year": first, "cue": "plan", "count": number}


def _cue(name: str, step: str = "year") -> Maker:
    """A cue; its step, number and offset are read from the match where it has them."""

    def make(groups: Groups) -> dict[str, Any]:
        word = groups.get("step", step).lower().rstrip("s")
        fields = {"form": None, "cue": name, "count": _number(groups.get("n", "1")), "step": _STEPS.get(word[:1], word)}
        return {**fields, "offset": OFFSETS[groups["when"].lower()]} if "when" in groups else fields

    return make


_NTHS = {"1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "上": 1, "下": 2}
_STEPS = {"年": "year", "季": "quarter", "月": "month", "周": "week", "天": "day", "日": "day"}

_PATTERNS: tuple[tuple[str, Maker], ...] = (
    (r"^(?P<year>[12]\d{3})$", _form("{0}")),
    (r"(?<![\w./-])(?P<year>[12]\d{3})-(?P<month>0[1-9]|1[0-2])(?![\d-])", _form("{M}")),
    (r"(?<![\w./-])(?P<year>[12]\d{3})-(?P<month>0[1-9]|1[0-2])-(?P<day>\d{2})(?![\d-])", _form("{M}-{day:02d}")),
    (rf"(?:the )?(?P<n>first|second|1st|2nd) half(?:-year)?{_Y}", _form("{0}-S{n}")),
    (rf"H(?P<n>[12]){_Y}(?!\w)|(?<![\w.])(?P<n_>[12])H{_Y.replace('>', '_>', 2)}(?!\w)", _form("{0}-S{n}")),
    (r"(?P<year>[12]\d{3})[ -]?[HS](?P<n>[12])(?!\w)", _form("{0}-S{n}")),
    (rf"{_YZ}(?P<n>[上下])半年", _form("{0}-S{n}")),
    (rf"(?:the )?{_NTH} quarter{_Y}", _form("{0}-Q{n}")),
    (rf"(?<!\w)Q(?P<n>[1-4]){_Y}(?!\w)", _form("{0}-Q{n}")),
    (r"(?P<year>[12]\d{3})[ -]?Q(?P<n>[1-4])(?!\w)", _form("{0}-Q{n}")),
    (rf"{_YZ}第?(?P<n>[一二三四1-4])季度", _form("{0}-Q{n}")),
    (rf"(?:the )?first (?P<n>two|three|2|3) quarters{_Y}", _form("{0}-Q1..{0}-Q{n}")),
    (rf"{_YZ}前(?P<n>[两二三23])个?季度", _form("{0}-Q1..{0}-Q{n}")),
    (rf"(?:the )?first {_N} months{_Y}", _form("{0}-01..{0}-{n:02d}")),
    (rf"{_YZ}[前首]{_NZ}个?月", _form("{0}-01..{0}-{n:02d}")),
    (rf"{_YZ}(?<!\d)(?P<n>\d{{1,2}}) ?月? ?[-–—~至到] ?(?P<until>\d{{1,2}}) ?月份?", _form("{0}-{n:02d}..{0}-{until:02d}")),
    (rf"{_MONTH}{_Y}", _form("{M}")),
    (rf"{_YZ}(?P<month>(?<!\d)\d{{1,2}}|[一二三四五六七八九十]{{1,2}}) ?月(?!球)份?", _form("{M}")),
    (rf"{_MONTH} {_DAY}{_Y}(?![\d%])", _form("{M}-{day:02d}")),
    (rf"(?<!\d){_DAY} (?:of )?{_MONTH}{_Y}", _form("{M}-{day:02d}")),
    (rf"{_YZ}(?P<month>(?<!\d)\d{{1,2}}) ?月 ?(?P<day>\d{{1,2}}) ?[日号]", _form("{M}-{day:02d}")),
    (rf"{_MONTH} {_DAY}{_TO}(?P<until>\d{{1,2}})(?:st|nd|rd|th)?{_Y}(?![\d%])", _form("{M}-{day:02d}..{M}-{until:02d}")),
    (
        rf"{_YZ}(?P<month>(?<!\d)\d{{1,2}}) ?月 ?(?P<day>\d{{1,2}}) ?[日号]? ?[-–—~至到] ?(?P<until>\d{{1,2}}) ?[日号]",
        _form("{M}-{day:02d}..{M}-{until:02d}"),
    ),
    (r"\b(?P<rel>this|last|next|the current|the previous) year\b(?!-)|(?P<rel_>(?<=of )the) year\b", _form("{0}")),
    (r"(?P<rel>今年|去年|明年|前年|本年|上年)|(?<![\d年一二三四五六七八九十])(?P<end>年)(?=[底末])", _form("{0}")),
    (r"(?P<year>[12]\d{3}|[〇零一二三四五六七八九]{4}) ?年(?!代)", _form("{0}")),
    (r"(?:the )?(?P<n>\d{1,2})(?:st|nd|rd|th) Five-Year Plan(?: period)?", _plan),
    (r"[“\"]?(?P<n>十[一二三四五六七八九]?|二十[一二三四五六七八九]?)五[”\"]?(?=期间|时期|规划|以来|末|$)", _plan),
    (r"第(?P<n>[一二三四五六七八九十]{1,3})个五年(?:规划|计划)", _plan),
    (rf"(?:the )?(?:past|last|previous) {_N} (?P<step>years?|quarters?|months?|weeks?|days?)\b", _cue("past")),
    (r"(?:the )?past (?P<step>year|quarter|month|week)\b|(?<=over )the last (?P<step_>year)\b", _cue("past")),
    (rf"(?:过去的?|最近|近){_NZ} ?个?(?P<step>年|季度|月|周|天)", _cue("past")),
    (rf"\b(?<=in ){_N} (?P<step>years)\b(?! (?:ago|earlier))", _cue("ahead")),
    (rf"(?:(?:for|the) )?{_N} consecutive years\b|连续{_NZ.replace('>', '_>')}年", _cue("each")),
    (r"\bannual(?:ly)?\b|\b(?:each|every|per) year\b|每年|年均", _cue("each")),
    (r"\bso far\b(?! this)|\bto date\b|\b(?:up to|until|till) now\b|截至目前|迄今|至今|到目前为止", _cue("so_far")),
    (r"\bnow\b|\bcurrently\b|\bat present\b|\bpresently\b|目前|现在|当前|如今", _cue("now")),
    (r"\bthis year so far\b|\bso far this year\b|\byear[- ]to[- ]date\b|\bYTD\b|年初(?:至今|以来)", _cue("year_to_date")),
    (r"\brecent years\b|\b(?:over|in) the years\b|\bthe past more than one year\b|近几?年来?", _cue("open")),
    (r"\b(?P<when>this|last|the previous) month\b|(?P<when_>本月|上个?月)", _cue("month", "month")),
    (r"\b(?P<when>this|last|the previous) quarter\b(?! of)", _cue("quarter", "quarter")),
    (r"\b(?P<when>today|yesterday)\b|(?P<when_>[今昨])[天日]", _cue("day", "day")),
)


@cache
def _compiled() -> tuple[tuple[re.Pattern[str], Maker], ...]:
    """The patterns as they are matched; made when the first text is read."""
    return tuple((re.compile(pattern, re.IGNORECASE), make) for pattern, make in _PATTERNS)


def find_parts(text: str) -> list[Part]:
    """The parts of a text, in order and without overlap; where two overlap, the longer one stands."""
    found = sorted([*_dates(text), *_phrases(text)], key=lambda part: (part.first - part.last, part.first))
    kept: list[Part] = []
    for part in found:
        if all(part.last <= other.first or other.last <= part.first for other in kept):
            kept.append(part)
    return sorted(kept, key=lambda part: part.first)


def _dates(text: str) -> Iterator[Part]:
    """Written dates, as seed files read them too."""
    from app.domain.mentions import find_mentions  # noqa: PLC0415 - a hundred patterns, seldom needed

    for mention in find_mentions(text):
        if mention.kind != "date":
            continue
        label, year_stands = label_of_date(mention.number, date(2000, 1, 1))
        if label is not None and year_stands:
            yield Part(mention.start, mention.end, label, year=int(label[:4]))
        elif label is not None:
            yield Part(mention.start, mention.end, label.replace("2000", "{0}"))


def _phrases(text: str) -> Iterator[Part]:
    for pattern, make in _compiled():
        for match in pattern.finditer(text):
            groups = {name.rstrip("_"): value for name, value in match.groupdict().items() if value}
            part = _part(match, groups, make)
            if part is not None:
                yield part


def _part(match: re.Match[str], groups: Groups, make: Maker) -> Part | None:
    """The part a match is, or None when its numbers make no sense."""
    fields = make(groups)
    if not 1 <= fields.get("count", 1) <= LONGEST:
        return None
    if year := groups.get("year"):
        fields["year"] = int(year) if year.isdecimal() else int(han_value(year) or 0)
    if "rel" in groups or "end" in groups:
        fields["offset"] = OFFSETS[groups.get("rel", "this").lower()]
    return Part(match.start(), match.end(), **fields)
