"""Which stated figures are there to be reckoned with, and what do they refer to?"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.domain.comparison import Base, cell_key
from app.domain.interval import Interval
from app.domain.period import Period, parse_when
from app.domain.quantity import Comparator, Measure
from app.domain.units import Family
from app.domain.words import Kind


@dataclass(frozen=True, slots=True)
class Stated:
    """A published figure: what arithmetic needs to know of a statement."""

    id: str
    document: str
    published_on: date
    as_written: str
    indicator: str
    measure: Measure
    base: Base | None
    counted: str | None
    regions: tuple[str, ...]
    """Codes, sorted."""
    project: str | None
    kind: Kind
    period: Period
    unit: str
    value: Decimal | None
    comparator: Comparator
    approximate: bool
    interval: Interval
    cell: str

    @property
    def point(self) -> Decimal | None:
        """The number itself where the words say neither more nor less than it."""
        return self.value if self.comparator == "eq" else None


@dataclass(frozen=True, slots=True)
class Link:
    """A curated relation between two figures: `statement` is `relation` `other`."""

    statement: str
    relation: str
    other: str
    complete: bool


@dataclass(frozen=True, slots=True)
class Lists:
    """What the code lists say: families and base units, what indicators are measured in, in which regions a region lies."""

    families: Mapping[str, Family]
    """Base unit → family."""
    dimensions: Mapping[str, tuple[str, Family]]
    """Base unit → dimension and family."""
    measured_in: Mapping[str, Family]
    """Indicator → family of its levels."""
    above: Mapping[str, frozenset[str]]
    """Region → itself and every region in which it lies, by any chain of parents."""


class Ledger:
    """Figures by id and by cell, with the relations between them. Conversions stand apart: they restate another figure."""

    def __init__(self, figures: Iterable[Stated], links: Sequence[Link], lists: Lists) -> None:
        self.lists = lists
        self.links = links
        self.all = {each.id: each for each in sorted(figures, key=lambda each: each.id)}
        converted = {link.statement for link in links if link.relation == "conversion_of"}
        self.figures = [each for each in self.all.values() if each.id not in converted]
        self.look_alikes = {frozenset((link.statement, link.other)) for link in links if link.relation == "look_alike"}
        self.by_cell: dict[str, list[Stated]] = defaultdict(list)
        for each in self.figures:
            self.by_cell[each.cell].append(each)

    def levels(
        self,
        *,
        indicator: str,
        counted: str | None,
        regions: Sequence[str],
        projects: Iterable[str | None],
        kind: str,
        period: Period,
    ) -> list[Stated]:
        """The levels stated of these, in any unit of the indicator, by id."""
        family = self.lists.measured_in.get(indicator)
        found: list[Stated] = []
        for dimension, dimension_family in self.lists.dimensions.values():
            for project in dict.fromkeys(projects) if dimension_family == family else ():
                cell = cell_key(
                    indicator=indicator,
                    measure="level",
                    base=None,
                    counted=counted,
                    dimension=dimension,
                    regions=regions,
                    project=project,
                    kind=kind,
                    period=period,
                )
                found.extend(self.by_cell.get(cell, ()))
        return sorted(found, key=lambda each: each.id)

    def lies_in(self, part: Sequence[str], whole: Sequence[str]) -> bool:
        """Whether every region of one set lies in some region of another set."""
        wholes = frozenset(whole)
        return all(self.lists.above.get(region, frozenset({region})) & wholes for region in part)


def dated(type_: str, label: str | None) -> Period | None:
    """A period of this type at a label of a base; None when the label is null or no calendar label."""
    if label is None:
        return None
    try:
        start, end = parse_when(label)
    except ValueError:
        return None
    if type_ == "instant":
        start = end
    return Period(type_, start, end, None, "stated", None, None)  # type: ignore[arg-type]


def same_time(one: Stated, other: Stated) -> bool:
    """Whether two figures are of one time. What is only inferred counts within one document: as of one day, in one way."""
    if not (one.period.weak or other.period.weak):
        return True
    known = one.period.label == other.period.label == "asof" and one.period.end == other.period.end
    alike = one.period.type == other.period.type or "change" in (one.measure, other.measure)
    return one.document == other.document and known and alike


def nearest_first(figure: Stated, others: Sequence[Stated]) -> list[Stated]:
    """Those of the figure's own document; only where there are none, those of others."""
    fitting = [each for each in others if same_time(figure, each)]
    own = [each for each in fitting if each.document == figure.document]
    return own or fitting
