"""A comparison on the wire: the statements of a cell side by side, and what their intervals say of each other."""

from datetime import date

from pydantic import Field

from app.domain.comparison import ComparisonStatus, Relation
from app.domain.period import PeriodType
from app.domain.quantity import Comparator, Measure
from app.domain.words import Kind
from app.schemas.common import Named, Number, Shape
from app.schemas.statements import BaseOut, ComputedInterval, IndicatorRef, IntervalOut, PublisherRef


class Slot(Shape):
    """The time a cell is about."""

    label: str = Field(description="2020, 2021-S1, a day, start..end; `asof` for periods unknown or inferred from publication.")
    type: PeriodType | None = Field(description="Type of the period; null for `asof`, which holds several.")
    start: date | None = Field(description="First day; null when open, unknown or `asof`.")
    end: date | None = Field(description="Last day; null when open, unknown or `asof`.")


class Member(Shape):
    """A statement in a comparison."""

    statement: str = Field(description="Its id.")
    text: str = Field(description="Our own plain sentence.")
    document: str = Field(description="Code of its document.")
    publisher: PublisherRef
    published_on: date = Field(description="Day the document was published.")
    group: str = Field(description="Independence group: documents that share a publisher or a release are in one.")
    as_written: str = Field(description="The words of the document.")
    value: Number | None = Field(description="The number in the cell's unit; null for a range.")
    comparator: Comparator = Field(description="How the quantity relates to the value.")
    approximate: bool = Field(description="Whether the document says about, nearly or the like.")
    interval: IntervalOut
    period: str = Field(description="Label of its own period.")
    period_start: date | None = Field(description="First day of its own period.")
    period_end: date | None = Field(description="Last day of its own period.")
    guest: bool = Field(
        description="Whether it stands in a cell of its own and is only invited here, being the latest dated one."
    )
    conversions: list[str] = Field(description="Statements that restate it in another unit; they are the same claim.")
    url: str = Field(description="The live page, scrolled to the words.")


class ConsistentSet(Shape):
    """Statements whose intervals all meet or touch, as many as possible."""

    statements: list[str] = Field(description="Their ids.")
    interval: ComputedInterval = Field(description="The values they all allow; one point where they only touch.")
    touching: bool = Field(description="Whether their intervals share no value but touch.")
    groups: int = Field(description="Independence groups among them.")


class PairOut(Shape):
    """Two statements of a cell."""

    left: str = Field(description="Id of one.")
    right: str = Field(description="Id of the other.")
    relation: Relation = Field(description="What the left interval is to the right one.")
    gap: Number | None = Field(description="How far apart disjoint intervals are, in the cell's unit.")
    gap_relative: Number | None = Field(description="The gap as a part of that facing bound which is nearer to zero.")
    explanation: str = Field(description="The relation in a sentence.")


class ComparisonLinks(Shape):
    """Where to go from a comparison."""

    self: str = Field(description="This comparison.")
    statements: str = Field(description="The statements of the cell in full.")


class Comparison(Shape):
    """The statements of a cell side by side: do the documents agree?"""

    cell: str = Field(description="What the statements share.")
    status: ComparisonStatus = Field(
        description="single: one document; conflicting: two figures cannot both be true; repeated: all from one independence "
        "group; corroborated: closed, not approximate figures of two groups meet; compatible: the rest."
    )
    explanation: str = Field(description="The status in a sentence, with the rule it rests on.")
    weak_period: bool = Field(description="Whether it rests on a period that is unknown or inferred from the publication date.")
    indicator: IndicatorRef
    measure: Measure
    base: BaseOut | None = Field(description="What the figures refer to, for shares, growth, changes and multiples.")
    counted: str | None = Field(description="What is counted, where the indicator covers several things.")
    kind: Kind
    regions: list[Named] = Field(description="The regions it is about.")
    project: Named | None = Field(description="The project it is about.")
    period: Slot
    unit: str = Field(description="The unit of all numbers.")
    statements: int = Field(description="Figures compared, a guest counted.")
    documents: int = Field(description="Documents they stand in.")
    groups: int = Field(description="Independence groups of these documents.")
    gap_relative: Number | None = Field(description="The largest relative gap of a pair; null without a conflict.")
    members: list[Member] = Field(description="The statements, by id, a guest last; at most the 100 latest.")
    sets: list[ConsistentSet] = Field(description="The largest sets of figures that meet or touch, from low to high.")
    pairs: list[PairOut] = Field(description="Every two of them.")
    links: ComparisonLinks


FLAT_COMPARISON: tuple[str, ...] = (
    "cell",
    "status",
    "explanation",
    "indicator",
    "indicator_name",
    "topic",
    "measure",
    "base_region",
    "base_indicator",
    "base_period",
    "counted",
    "kind",
    "regions",
    "region_names",
    "project",
    "unit",
    "period",
    "period_type",
    "period_start",
    "period_end",
    "weak_period",
    "statements",
    "documents",
    "groups",
    "sets",
    "lower",
    "upper",
    "gap_relative",
    "members",
    "touching",
)
"""Columns of a flat comparison; lower and upper where all figures share values, `touching` where they only touch.

New ones are only added at the end."""
