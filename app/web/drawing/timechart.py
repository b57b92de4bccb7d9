"""How do figures of one thing lie in time? Periods as long as they are, undated ones apart, each figure at its values."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.web.drawing.marks import Drawn, Form
from app.web.drawing.scale import Scale, room_for, step_for, ticks

ARROW = 26.0
"""Pixels of an arrow; its length says nothing."""
MOST_YEARS = 7
"""Years that are named on the axis, for each 400 pixels."""
UNDATED = 64.0
"""Pixels of the strip at the right for figures without a date."""
TOP, BOTTOM, LEFT, RIGHT = 26.0, 26.0, 58.0, 10.0


@dataclass(frozen=True, slots=True)
class Mark:
    """A figure in its place: `x` is where it stands, left..right its period, top..bottom its values (top is smaller)."""

    figure: Drawn
    form: Form
    x: float
    left: float
    right: float
    top: float
    bottom: float
    value: float | None
    """the place of its number, where that is one of its values"""
    tail: float | None
    """where the time begins over which it adds up, for running totals"""


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis, and what stands there."""

    place: float
    value: Decimal
    middle: float | None = None
    """of a year: the place of its name"""


@dataclass(frozen=True, slots=True)
class TimeChart:
    """A chart of figures over time."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    values: Scale
    days: Scale | None
    """the axis of days that are dated; None when none is"""
    years: list[Tick]
    halves: list[float]
    rules: list[Tick]
    undated: float | None
    """where the strip of undated figures begins"""
    marks: list[Mark]


def time_chart(figures: Sequence[Drawn], *, width: float = 400, height: float = 240) -> TimeChart:
    """The chart of these figures (at least one of them bounded)."""
    undated = [each for each in figures if _days(each) is None]
    dated = [each for each in figures if _days(each) is not None]
    right = width - RIGHT
    edge = right - UNDATED if undated and dated else LEFT if undated else right
    top, bottom = TOP, height - BOTTOM
    values = _values(figures, top=top, bottom=bottom)
    days = _axis(dated, LEFT, edge) if dated else None
    places = _places(figures, days, edge, right)
    return TimeChart(
        width=width,
        height=height,
        left=LEFT,
        right=right,
        top=top,
        bottom=bottom,
        values=values,
        days=days,
        years=_years(days, int(MOST_YEARS * width / 400)) if days else [],
        halves=_halves(days) if days else [],
        rules=[Tick(values.at(value), value) for value in ticks(values.low, values.high)],
        undated=edge if undated else None,
        marks=[_mark(each, places[each.id], values) for each in figures],
    )


def _values(figures: Sequence[Drawn], *, top: float, bottom: float) -> Scale:
    bounds = [bound for each in figures for bound in each.bounds] or [Decimal(0)]
    centres = {_centre(each) for each in figures if each.bounds}
    low, high = room_for(
        bounds if len(centres) > 1 else [*bounds, Decimal(0)],
        above=any(each.form in ("up", "all") for each in figures),
        below=any(each.form in ("down", "all") for each in figures) and min(bounds) < 0,
    )
    return Scale(low, high, bottom, top)


def _centre(each: Drawn) -> Decimal:
    return sum(each.bounds, Decimal(0)) / len(each.bounds)


def _days(each: Drawn) -> tuple[date, date] | None:
    """The first and last day that a figure takes on the axis; a running total and a state stand at their last."""
    if each.type in ("cumulative", "instant") or each.start is None:
        return (each.end, each.end) if each.end else None
    return each.start, each.end or each.start


def _axis(dated: Sequence[Drawn], begin: float, end: float) -> Scale:
    """Whole years, one at least."""
    spans = [days for each in dated if (days := _days(each))]
    first, last = min(start for start, _ in spans).year, max(end for _, end in spans).year
    return Scale(Decimal(date(first, 1, 1).toordinal()), _new_year(last + 1), begin, end)


def _new_year(year: int) -> Decimal:
    return Decimal(date(min(year, date.max.year), 1, 1).toordinal() if year <= date.max.year else date.max.toordinal() + 1)


Place = tuple[float, float, float, float | None]
"""x, left, right, tail."""


def _places(figures: Sequence[Drawn], days: Scale | None, edge: float, right: float) -> dict[str, Place]:
    """Where each figure stands; those of one time share its room."""
    alike: dict[tuple[float, float], list[Drawn]] = defaultdict(list)
    for each in figures:
        found = _days(each)
        if found is None or days is None:
            alike[edge, right].append(each)
        else:
            alike[days.day(found[0]), days.at(Decimal(found[1].toordinal() + 1))].append(each)
    return {
        each.id: _place(each, number, len(group), left, end, days)
        for (left, end), group in alike.items()
        for number, each in enumerate(group)
    }


def _place(each: Drawn, number: int, count: int, left: float, right: float, days: Scale | None) -> Place:
    room = max(right - left, 0.0)
    if room > 9 * count:
        x = left + room * (number + 1) / (count + 1)
    else:
        x = (left + right) / 2 + 9 * (number - (count - 1) / 2)
        if days is not None:
            x = days.clamp(x)
    tail = None
    if each.type == "cumulative" and days is not None and each.end is not None:
        tail = days.clamp(days.day(each.start)) if each.start else days.begin
    return x, left, right, tail


def _mark(each: Drawn, place: Place, values: Scale) -> Mark:
    x, left, right, tail = place
    upper = values.end if each.upper is None else values.at(each.upper)
    lower = values.begin if each.lower is None else values.at(each.lower)
    if each.form == "up":
        upper = max(lower - ARROW, values.end)
    if each.form == "down":
        lower = min(upper + ARROW, values.begin)
    number = values.at(each.value) if each.shows_value and each.value is not None else None
    return Mark(each, each.form, x, left, right, upper, lower, number, tail)


def _years(days: Scale, most: int) -> list[Tick]:
    """The beginnings of years, and the names of those that have room for one."""
    first, last = (date.fromordinal(int(end)).year for end in (days.low, days.high - 1))
    every = max(int(step_for(Decimal(last - first + 1), most)), 1)
    return [
        Tick(days.at(_new_year(year)), Decimal(year), (days.at(_new_year(year)) + days.at(_new_year(year + 1))) / 2)
        for year in range(first, last + 1)
        if (year - first) % every == 0
    ]


def _halves(days: Scale) -> list[float]:
    """The middles of years, where these are few enough to be told apart."""
    first, last = (date.fromordinal(int(end)).year for end in (days.low, days.high - 1))
    if last - first > 4:
        return []
    return [days.day(date(year, 7, 1)) for year in range(first, last + 1)]
