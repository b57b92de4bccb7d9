"""A figure lies where its values and its time are: scales, ticks and marks, for any figures."""

import itertools
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.web.drawing.marks import Drawn
from app.web.drawing.scale import STEPS, Scale, room_for, step_for, ticks
from app.web.drawing.strip import strip
from app.web.drawing.timechart import time_chart

NUMBERS = st.decimals(min_value=-(10**13), max_value=10**13, places=3)
TINY = 0.01


@st.composite
def figures(draw: st.DrawFn) -> Drawn:
    low, high = sorted(draw(st.tuples(NUMBERS, NUMBERS)))
    form = draw(st.sampled_from(["point", "bar", "up", "down"]))
    type_ = draw(st.sampled_from(["span", "each", "cumulative", "instant", "none"]))
    end = draw(st.none() | st.dates(date(1950, 1, 1), date(2060, 12, 31)))
    start = draw(st.none() | st.integers(0, 4000).map(lambda days: end - timedelta(days))) if end else None
    return Drawn(
        id="",
        lower=None if form == "down" else low,
        upper=None if form == "up" else low if form == "point" else high,
        lower_inclusive=form != "down",
        upper_inclusive=form != "up",
        value=draw(st.none() | NUMBERS),
        title="",
        link="",
        type=type_,
        start=start,
        end=end,
    )


def named(drawn: Sequence[Drawn]) -> list[Drawn]:
    from dataclasses import replace

    return [replace(each, id=str(number)) for number, each in enumerate(drawn)]


MANY = st.lists(figures(), min_size=1, max_size=12).map(named)


@given(NUMBERS, NUMBERS.filter(lambda value: value != 0), st.integers(1, 9))
def test_ticks_are_round_evenly_apart_and_few(low: Decimal, length: Decimal, most: int) -> None:
    high = low + abs(length)
    found = ticks(low, high, most)
    step = step_for(high - low, most)
    assert step.normalize().as_tuple().digits[0] in STEPS
    assert len(step.normalize().as_tuple().digits) == 1
    assert len(found) <= most + 1
    assert all(low <= each <= high and each % step == 0 for each in found)
    assert all(later - earlier == step for earlier, later in itertools.pairwise(found))


@given(st.lists(NUMBERS, min_size=1, max_size=8), st.booleans(), st.booleans())
def test_an_axis_holds_all_values_and_zero_unless_they_lie_close_together(
    values: list[Decimal], above: bool, below: bool
) -> None:
    low, high = room_for(values, above=above, below=below)
    assert low <= min(values)
    assert max(values) <= high
    assert low < high
    if not low <= 0 <= high:
        assert max(values) - min(values) < max(abs(each) for each in values) / 4


@given(NUMBERS, NUMBERS, NUMBERS)
def test_a_scale_keeps_the_order_of_values_and_the_ratio_of_their_distances(
    first: Decimal, second: Decimal, value: Decimal
) -> None:
    if first == second:
        return
    scale = Scale(min(first, second), max(first, second), 10, 210)
    assert scale.at(scale.low) == pytest.approx(10)
    assert scale.at(scale.high) == pytest.approx(210)
    middle = (scale.low + scale.high) / 2
    assert scale.at(middle) == pytest.approx(110)
    assert (scale.at(value) >= 10 - TINY) == (value >= scale.low) or abs(scale.at(value) - 10) < TINY


@settings(max_examples=60)
@given(MANY, st.sampled_from([(400, 240), (760, 300)]))
def test_every_figure_is_in_the_chart_at_its_values(drawn: list[Drawn], size: tuple[int, int]) -> None:
    chart = time_chart(drawn, width=size[0], height=size[1])
    assert [mark.figure.id for mark in chart.marks] == [each.id for each in drawn]
    for mark in chart.marks:
        lower, upper = mark.figure.lower, mark.figure.upper
        if lower is not None:
            assert mark.bottom == pytest.approx(chart.values.at(lower))
        if upper is not None:
            assert mark.top == pytest.approx(chart.values.at(upper))
        assert chart.top - TINY <= mark.top <= mark.bottom <= chart.bottom + TINY
        assert mark.form != "up" or mark.top < mark.bottom, "an open side has an arrow that can be seen"
        assert chart.left - TINY <= mark.x <= chart.right + TINY


@settings(max_examples=60)
@given(MANY)
def test_periods_are_as_long_as_they_are_and_undated_figures_stand_apart(drawn: list[Drawn]) -> None:
    chart = time_chart(drawn)
    by_year = {tick.value: tick.place for tick in chart.years}
    dated = [mark for mark in chart.marks if mark.figure.end or (mark.figure.start and mark.figure.type in ("span", "each"))]
    assert (chart.undated is not None) == (len(dated) < len(drawn))
    edge = chart.right if chart.undated is None else chart.undated
    spans = [mark for mark in dated if mark.figure.type in ("span", "each", "none") and mark.figure.start]
    lengths = {((mark.figure.end or mark.figure.start) - mark.figure.start).days + 1: mark.right - mark.left for mark in spans}  # type: ignore[operator]
    for (days, width), (other, wide) in zip(lengths.items(), list(lengths.items())[1:], strict=False):
        assert width * other == pytest.approx(wide * days, abs=TINY * max(days, other))
    for mark in dated:
        assert chart.left - TINY <= mark.left <= mark.right <= edge + TINY
        for year, place in by_year.items():
            start = mark.figure.start if mark in spans else mark.figure.end
            assert start is not None
            assert (mark.left >= place - TINY) == (start >= date(int(year), 1, 1)) or abs(mark.left - place) < 1
    for mark in chart.marks:
        if mark not in dated:
            assert mark.left == chart.undated


@settings(max_examples=60)
@given(MANY, st.sampled_from([400, 760]))
def test_figures_side_by_side_share_one_scale(drawn: list[Drawn], width: int) -> None:
    drawing = strip(drawn, width=width)
    for number, row in enumerate(drawing.rows):
        if row.figure.lower is not None:
            assert row.left == pytest.approx(drawing.values.at(row.figure.lower))
        if row.figure.upper is not None:
            assert row.right == pytest.approx(drawing.values.at(row.figure.upper))
        assert drawing.left - TINY <= row.left <= row.right <= drawing.right + TINY
        assert number == 0 or row.y > drawing.rows[number - 1].y
        assert row.y < drawing.bottom


def test_a_close_call_is_seen_and_said() -> None:
    rail = [
        Drawn("a", Decimal(62), Decimal(62), True, True, Decimal(62), "", ""),
        Drawn("b", *[Decimal(60)] * 2, True, True, None, "", ""),
    ]
    drawing = strip(rail)
    assert not drawing.values.holds_zero
    assert drawing.rows[0].left - drawing.rows[1].left > 100


def test_equal_figures_are_not_blown_up() -> None:
    same = [Drawn(name, Decimal(43), Decimal(43), True, True, Decimal(43), "", "") for name in "ab"]
    assert strip(same).values.holds_zero
    assert time_chart(same).values.holds_zero
