"""Which figures stand together in one chart, and how does each become a mark?"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.domain.evidence import collapse
from app.models import Statement
from app.queries.comparisons import Cell
from app.queries.conversion import Conversion
from app.rendering.statements import indicator_ref, named
from app.web import words
from app.web.drawing.marks import Drawn
from app.web.drawing.strip import Strip, strip
from app.web.drawing.timechart import TimeChart, time_chart
from app.web.page import ticks_scale

MOST_PANELS = 8
MOST_FIGURES = 60
"""Figures of one chart; the table below a chart has the others."""
NARROW, WIDE = 340.0, 760.0
"""Pixels: on a phone, or beside other charts; and alone on a desk."""

Convert = Callable[[Statement], Conversion | None]


@dataclass(frozen=True, slots=True)
class Panel:
    """Figures of one thing about the same regions, in one unit."""

    regions: list[Any]
    project: Any
    measure: str
    counted: str | None
    base: Any
    unit: str
    indicator: Any
    figures: list[Drawn]
    left_out: int
    charts: list[tuple[str, TimeChart]]
    """by width: narrow, and wide where it stands alone"""

    @property
    def divisor(self) -> Decimal:
        """By what the numbers of the axis are divided."""
        return self.scale[0]

    @property
    def scale(self) -> tuple[Decimal, str]:
        """The divisor of the axis and its word."""
        values = self.charts[0][1].values
        return ticks_scale(values.low, values.high)

    @property
    def kinds(self) -> list[str]:
        """The kinds shown, what is so first."""
        return [kind for kind in words.KIND if any(each.kind == kind for each in self.figures)]


def drawn(row: Statement, *, conflict: bool = False, convert: Convert | None = None) -> Drawn:
    """A statement with a figure as something to draw; in the unit asked for with `convert`."""
    in_unit = convert(row) if convert else None
    interval = in_unit.interval if in_unit else row.interval
    if interval is None:
        raise ValueError(f"{row.id} has no figure")
    unit = str(in_unit.target) if in_unit else row.unit or ""
    time = words.when(row.period_type, row.period_start, row.period_end)
    return Drawn(
        id=row.id,
        lower=interval.lower,
        upper=interval.upper,
        lower_inclusive=interval.lower_inclusive,
        upper_inclusive=interval.upper_inclusive,
        value=in_unit.value if in_unit else row.value,
        title=f"“{collapse(row.exact)}”: {words.interval_words(interval, unit)}, {time}. {row.source.issuer.name}, "
        f"{words.day_words(row.source.published_on)}" + (". In conflict with another figure." if conflict else ""),
        link=f"/statements/{row.id}",
        kind=row.kind,
        type=row.period_type,
        start=row.period_start,
        end=row.period_end,
        weak=row.period.weak,
        conflict=conflict,
        label=collapse(row.exact),
        source=f"{row.source.issuer.name}, {row.source.published_on}",
    )


def in_conflict(cell: Cell) -> set[str]:
    """The statements of a cell that cannot be true together with another one."""
    return {id_ for pair in cell.result.pairs if pair.relation == "disjoint" for id_ in (pair.left, pair.right)}


def panels(cells: Iterable[Cell], convert: Convert | None = None) -> list[Panel]:
    """One panel for each thing and set of regions, those with most figures first; every figure once."""
    groups: dict[tuple[Any, ...], dict[str, tuple[Statement, Drawn]]] = {}
    for cell in cells:
        apart = in_conflict(cell)
        for row in cell.members:
            figure = drawn(row, conflict=row.id in apart, convert=convert)
            held = groups.setdefault(_subject(row), {})
            if row.id not in held or figure.conflict:
                held[row.id] = (row, figure)
    ordered = sorted(groups.items(), key=lambda each: (-len(each[1]), str(each[0])))
    alone = len(ordered) == 1
    return [_panel(list(held.values()), convert, alone=alone) for _, held in ordered]


def _subject(row: Statement) -> tuple[Any, ...]:
    """What figures share that stand on one axis."""
    about = (row.indicator, row.measure, row.unit, row.counted, row.base_region, row.base_indicator, row.base_period)
    return (*about, row.project, *sorted(each.region for each in row.regions))


def _panel(found: Sequence[tuple[Statement, Drawn]], convert: Convert | None, *, alone: bool) -> Panel:
    row = found[0][0]
    figures = sorted((figure for _, figure in found), key=lambda each: (str(each.end or each.start or "9999"), each.id))
    shown = figures[-MOST_FIGURES:]
    in_unit = convert(row) if convert else None
    return Panel(
        regions=[named(each.place) for each in row.regions],
        project=named(row.subject) if row.subject else None,
        measure=row.measure or "",
        counted=row.counted,
        base=row.base,
        unit=str(in_unit.target) if in_unit else row.unit or "",
        indicator=indicator_ref(row.measured),
        figures=shown,
        left_out=len(figures) - len(shown),
        charts=[("narrow", time_chart(shown, width=NARROW)), *_wide(shown, alone=alone)],
    )


def _wide(shown: Sequence[Drawn], *, alone: bool) -> list[tuple[str, TimeChart]]:
    return [("wide", time_chart(shown, width=WIDE, height=300))] if alone else []


def strips(figures: Sequence[Drawn], common: Sequence[tuple[Decimal | None, Decimal | None]] = ()) -> list[tuple[str, Strip]]:
    """Figures side by side on one scale, for a phone and for a desk."""
    return [("narrow", strip(figures, common, width=NARROW)), ("wide", strip(figures, common, width=WIDE))]
