"""What days do these words mean? English and Chinese, from an anchor day; ambiguous words give several readings, likeliest first.

`by 2027` is all of 2027 for what happens over a time (a flow) and its last day for a state (a stock).
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from app.domain.evidence import collapse
from app.domain.period import Period, label_of
from app.domain.period_parts import Part, find_parts
from app.domain.period_readings import NeedsAnchorError, Reading, as_state, read_cue, read_dates, read_this_year, since, up_to
from app.domain.words import StockFlow

FORMS = (
    "2020, 2021-S1, 2021-Q3, 2021-06, 2021-06-10; June 10, 2021; from January to June 2021; the first three quarters of 2025; "
    "first half of this year; last year; by the end of June; since 2016; between 2016 and 2020; in the past five years; "
    "during the 14th Five-Year Plan period; so far; 2021年6月10日; 上半年; 前三季度; 去年; 今年以来; 十四五期间; 截至目前"
)
"""Examples of every form that is understood."""


class NoPeriodError(ValueError):
    """The text names no time that is understood here."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What words mean: the likeliest reading first, then every other that they allow."""

    text: str
    readings: tuple[Reading, ...]

    @property
    def explanation(self) -> str:
        """One sentence that says what was read, as which days, and why."""
        period, why = self.readings[0].period, self.readings[0].why
        days = label_of(period.start, period.end).replace("..", " to ", 1) if period.start else f"up to {period.end}"
        more = f"; {len(self.readings) - 1} other reading{'s' * (len(self.readings) > 2)} possible" * (len(self.readings) > 1)
        return f"“{period.as_written}” is read as {days} ({period.type}): {why}{more}."


@dataclass(frozen=True, slots=True)
class _Unit:
    """One part, or two that a word such as "to" joins, `text[first:last]` with the words around that change its meaning."""

    first: int
    last: int
    parts: tuple[Part, ...]
    mode: str
    """What the words around say: `by`, `end` (of it), `until`, `since`, or nothing."""


_TO = re.compile(r" ?(?:to|until|through|[-–—~至到]) ?", re.IGNORECASE)
_AND = re.compile(r" and ", re.IGNORECASE)
_BETWEEN = re.compile(r"\bbetween (?:the )?$", re.IGNORECASE)
_TILL_NOW = re.compile(r" ?(?:to|until|till|up to|[-–—~到至])? ?", re.IGNORECASE)
_BEFORE = tuple(
    (mode, re.compile(pattern, re.IGNORECASE))
    for mode, pattern in (
        ("end", r"(?:\b(?:by|until|till|up to|through|as of|as at|at|to) )?(?:\bthe )?\b(?:end|close) of (?:the )?(?:year )?$"),
        ("since", r"\bsince (?:the (?:start|beginning) of )?(?:the )?(?:year )?$|自从?$"),
        ("until", r"\b(?:as of|as at|up to|until|till) (?:the )?(?:year )?$|(?:截[至止]到?|直到)$"),
        ("by", r"\bby (?:the year )?$|到$"),
        ("", r"\b(?:in|on|during|over|for|throughout|within|at|from|between)(?: the)?(?: year)? $|[在从]$"),
    )
)
_AFTER = tuple((mode, re.compile(pattern)) for mode, pattern in (("end", "年?[底末]"), ("since", "以来"), ("", "期间|时期|间")))


def resolve(text: str, anchor: date | None, stock_flow: StockFlow | None) -> Resolution:
    """What the words mean, seen from `anchor`, for a flow, for a stock or, when that is not told, for either.

    The longest words that name a time are read; other times of the text become further readings. Raises NoPeriodError, and
    NeedsAnchorError when the words hang on an anchor and none is given.
    """
    plain = collapse(unicodedata.normalize("NFKC", text)).strip()
    readings: list[Reading] = []
    for unit in sorted(_units(plain), key=lambda unit: (unit.first - unit.last, unit.first)):
        try:
            found = _readings(unit, anchor, stock_flow)
        except NeedsAnchorError:
            if not readings:
                raise
            continue
        except (ValueError, OverflowError):  # days that no calendar has
            continue
        written = plain[unit.first : unit.last]
        told = [replace(each, period=replace(each.period, as_written=written)) for each in found]
        readings += [Reading(told[0].period, f"the text names this too: {told[0].why}")] if readings else told
    if not readings:
        raise NoPeriodError("the text names no period")
    return Resolution(text, _unique(readings))


def _unique(readings: list[Reading]) -> tuple[Reading, ...]:
    """The readings without those that mean the same days in the same way as an earlier one."""
    seen: dict[tuple[str, date | None, date | None], Reading] = {}
    for each in readings:
        seen.setdefault((each.period.type, each.period.start, each.period.end), each)
    return tuple(seen.values())


def _units(text: str) -> Iterator[_Unit]:
    """The parts of a text, joined where they belong together, each with the words around it."""
    parts = find_parts(text)
    joined: set[Part] = set()
    for left, right in pairwise(parts):
        if left in joined or not left.form:
            continue
        gap = text[left.last : right.first]
        between = _AND.fullmatch(gap) and _BETWEEN.search(text[: left.first])
        if right.form and (_TO.fullmatch(gap) or between):
            joined |= {left, right}
            yield _around(text, (left, right))
        elif right.cue in ("now", "so_far") and _TILL_NOW.fullmatch(gap):
            joined |= {left, right}
            unit = _around(text, (left,))
            yield replace(unit, last=right.last, mode="since")
    for part in parts:
        if part not in joined:
            yield _around(text, (part,))


def _around(text: str, parts: tuple[Part, ...]) -> _Unit:
    first, last, mode = parts[0].first, parts[-1].last, ""
    for name, pattern in _BEFORE:
        if match := pattern.search(text[:first]):
            first, mode = match.start(), name
            break
    for name, pattern in _AFTER:
        if match := pattern.match(text, last):
            last, mode = match.end(), name or mode
            break
    return _Unit(first, last, parts, mode)


def _readings(unit: _Unit, anchor: date | None, stock_flow: StockFlow | None) -> list[Reading]:
    """Every reading of a unit, likeliest first. Raises NeedsAnchorError, and ValueError for days that do not exist."""
    part = unit.parts[0]
    if part.form is None:
        return read_cue(part, anchor, stock_flow)
    if len(unit.parts) == 1 and (part.form, part.offset) == ("{0}", 0) and unit.mode in ("", "since"):
        spans = read_this_year(anchor)[: 1 if unit.mode else None]
        return [as_state(each) for each in spans] if stock_flow == "stock" else spans
    first, *others = read_dates(unit.parts, anchor)
    found = _ways(unit.mode, first, anchor, stock_flow)
    found += [_ways(unit.mode, other, anchor, stock_flow)[0] for other in others if not (unit.mode == "since" and _ahead(other))]
    return found + list(_of_plan(part, found[0].period, anchor)) if part.cue == "plan" and not unit.mode else found


def _ahead(reading: Reading) -> bool:
    """Whether it begins after the anchor, so that nothing can have happened since."""
    period = reading.period
    return bool(period.start and period.anchor and period.start > period.anchor)


def _ways(mode: str, span: Reading, anchor: date | None, stock_flow: StockFlow | None) -> list[Reading]:
    """What a span is, given the words around it and whether it dates a flow or a stock."""
    if mode == "since":
        total = since(span, anchor)
        return [as_state(total)] if stock_flow == "stock" else [total]
    if stock_flow == "stock":
        return [as_state(span)]
    ways = {
        "": [span],
        "by": [span, as_state(span)],
        "end": [as_state(span), up_to(span), span],
        "until": [as_state(span), up_to(span)],
    }[mode]
    if stock_flow is None:
        return ways
    return [span, up_to(span)] if mode == "end" else [way for way in ways if way.period.type != "instant"]


def _of_plan(part: Part, period: Period, anchor: date | None) -> Iterator[Reading]:
    """A plan may also mean each of its years, or its years so far."""
    if period.type != "span" or period.start is None or period.end is None:
        return
    yield Reading(replace(period, type="each"), "each year of the plan")
    if anchor and period.start <= anchor < period.end:
        to_date = Period("span", period.start, anchor, period.as_written, "resolved", None, anchor)
        yield Reading(to_date, f"Five-Year Plan number {part.count} up to the anchor")
