"""How do figures lie beside each other on one scale? One row a figure, and bands where several can be true at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.web.drawing.marks import Drawn, Form
from app.web.drawing.scale import Scale, room_for, ticks
from app.web.drawing.timechart import Tick

LOW, ROW, TALL = 30.0, 46.0, 60.0
"""Pixels of a row: without a name, with one, and with the name of the source in a line of its own."""
SLIM = 400.0
"""Pixels of a drawing up to which it has."""
BASE = 42.0
SIDE = 14.0
ARROW = 34.0


@dataclass(frozen=True, slots=True)
class Row:
    """A figure in its row: left..right its values, `text` the line of its name, `y` the line of its mark."""

    figure: Drawn
    form: Form
    y: float
    text: float
    left: float
    right: float
    value: float | None


@dataclass(frozen=True, slots=True)
class Band:
    """Values that several figures allow; open on a side where they do."""

    left: float
    right: float
    lower: Decimal | None
    upper: Decimal | None


@dataclass(frozen=True, slots=True)
class Strip:
    """Figures side by side."""

    width: float
    height: float
    left: float
    right: float
    bottom: float
    values: Scale
    rules: list[Tick]
    rows: list[Row]
    bands: list[Band]


def strip(
    figures: Sequence[Drawn],
    common: Sequence[tuple[Decimal | None, Decimal | None]] = (),
    *,
    width: float = 400,
    named: bool = True,
) -> Strip:
    """The figures (at least one of them bounded) in rows, with the values of `common` as bands behind them."""
    row = LOW if not named else TALL if width <= SLIM else ROW
    height = row * len(figures) + BASE
    bounds = [bound for each in figures for bound in each.bounds] or [Decimal(0)]
    alike = len({tuple(each.bounds) for each in figures}) == 1
    low, high = room_for(
        [*bounds, Decimal(0)] if alike else bounds,
        above=any(each.upper is None for each in figures),
        below=any(each.lower is None for each in figures) and min(bounds) < 0,
        most=4,
    )
    values = Scale(low, high, SIDE, width - SIDE)
    return Strip(
        width=width,
        height=height,
        left=SIDE,
        right=width - SIDE,
        bottom=height - BASE,
        values=values,
        rules=[Tick(values.at(value), value) for value in ticks(low, high, 4)],
        rows=[_row(each, row * number, row, values) for number, each in enumerate(figures)],
        bands=[_band(lower, upper, values) for lower, upper in common],
    )


def _row(each: Drawn, top: float, height: float, values: Scale) -> Row:
    left = values.begin if each.lower is None else values.at(each.lower)
    right = values.end if each.upper is None else values.at(each.upper)
    if each.form == "up":
        right = min(left + ARROW, values.end)
    if each.form == "down":
        left = max(right - ARROW, values.begin)
    place = values.at(each.value) if each.shows_value and each.value is not None else None
    return Row(each, each.form, top + height - 14, top + 17, left, right, place)


def _band(lower: Decimal | None, upper: Decimal | None, values: Scale) -> Band:
    left = values.begin if lower is None else values.clamp(values.at(lower))
    right = values.end if upper is None else values.clamp(values.at(upper))
    return Band(left, right, lower, upper)
