"""An outside number against the database, on the wire."""

from datetime import date
from typing import Literal, get_args

from pydantic import Field

from app.domain.comparison import ComparisonStatus, Relation, Verdict
from app.domain.period import PeriodType
from app.domain.quantity import Comparator, Measure
from app.domain.words import Kind
from app.schemas.common import Meta, Number, Shape
from app.schemas.statements import BaseOut, IntervalOut, PublisherRef

Difference = Literal[
    "period",
    "region",
    "measure",
    "kind",
    "unit",
    "base",
    "counted",
    "project",
    "document",
    "status",
    "look_alike",
]
"""Why a statement was not compared with a number."""

DIFFERENCES: tuple[Difference, ...] = get_args(Difference)


class Asserted(Shape):
    """The number as it was read."""

    as_written: str = Field(description="The number as it was sent.")
    value: Number = Field(description="The same in the unit below.")
    value_text: str = Field(description="The same number as exact decimal text.")
    comparator: Comparator = Field(description="How the asserted quantity relates to the value.")
    approximate: bool = Field(description="Whether it was asserted as about or nearly that much.")
    unit: str = Field(description="Base unit in which it was compared.")
    interval: IntervalOut = Field(description="The values it stands for, by the rules for statements.")
    indicator: str = Field(description="Code of the indicator.")
    measure: Measure
    kind: Kind
    regions: list[str] = Field(description="The regions together; empty when left open.")
    period: str | None = Field(description="The period; null when left open.")


class CheckedCell(Shape):
    """A cell that the number was compared with."""

    cell: str = Field(description="What its statements share.")
    verdict: Verdict = Field(description="What this cell alone says of the number.")
    status: ComparisonStatus | None = Field(
        description="What its figures say of each other; null for a cell of conversions, which stand for their originals."
    )
    period: str = Field(description="Label of its period; `asof` for weak ones.")
    period_type: PeriodType | None = Field(description="Type of its period; null for `asof`, which holds several.")
    weak_period: bool = Field(
        description="Whether the time is not settled: the cell is `asof`, or no period was asked for and this is the latest."
    )
    dates: list[date] = Field(description="The days up to which its statements speak, as far as known, else of publication.")
    statements: list[str] = Field(description="Ids of the statements compared.")


class CheckedStatement(Shape):
    """A statement that the number was compared with."""

    statement: str = Field(description="Its id.")
    cell: str = Field(description="The cell it was compared in.")
    relation: Relation = Field(description="What the interval of the number is to that of the statement.")
    gap: Number | None = Field(description="How far apart disjoint intervals are, in the unit of the number.")
    gap_relative: Number | None = Field(description="The gap as a part of that facing bound which is nearer to zero.")
    text: str = Field(description="Our own plain sentence.")
    as_written: str = Field(description="The words of the document.")
    comparator: Comparator = Field(description="How the statement's quantity relates to its value.")
    approximate: bool = Field(description="Whether the document says about, nearly or the like.")
    interval: IntervalOut
    period: str = Field(description="Label of its own period.")
    period_end: date | None = Field(description="Last day of its own period.")
    document: str = Field(description="Code of its document.")
    publisher: PublisherRef
    published_on: date = Field(description="Day the document was published.")
    url: str = Field(description="The live page, scrolled to the words.")
    link: str = Field(description="Path of the statement on this server.")


class Nearest(Shape):
    """The contradicting statement that misses the number by the least."""

    statement: str = Field(description="Its id.")
    gap: Number | None = Field(description="How far apart they are, in the unit of the number.")
    gap_relative: Number | None = Field(description="The gap as a part of that facing bound which is nearer to zero.")


class NotCompared(Shape):
    """A statement of the same indicator, or a look-alike, that was not compared."""

    statement: str = Field(description="Its id.")
    differs: list[Difference] = Field(description="In what it differs from what was asked.")
    explanation: str = Field(description="The same in a sentence.")
    as_written: str = Field(description="The words of the document.")
    text: str = Field(description="Our own plain sentence.")
    regions: list[str] = Field(description="The regions it is about.")
    period: str = Field(description="Label of its period.")
    base: BaseOut | None = Field(description="What the figure refers to.")
    unit: str = Field(description="Its unit.")
    document: str = Field(description="Code of its document.")
    link: str = Field(description="Path of the statement on this server.")


class LeftOut(Shape):
    """What was not compared."""

    total: int = Field(description="How many statements.")
    statements: list[NotCompared] = Field(description="At most 20 of them: those that differ least, then the latest published.")


class Check(Shape):
    """What the database says of a number from outside. It relates numbers to sources and judges nothing true or false."""

    verdict: Verdict = Field(
        description="not_covered: nothing comparable; contradicted: every comparable statement is disjoint; disputed: some are; "
        "supported: none is, and a closed, not approximate figure meets it; compatible: the rest."
    )
    rule: str = Field(description="The rule that the verdict rests on.")
    explanation: str = Field(description="The verdict in a sentence, with the statements it rests on.")
    weak_period: bool = Field(description="Whether any cell compared leaves the time unsettled.")
    asserted: Asserted
    cells: list[CheckedCell] = Field(description="The cells compared; several where the question leaves something open.")
    supporting: list[CheckedStatement] = Field(description="Closed, not approximate figures that meet the number.")
    contradicting: list[CheckedStatement] = Field(description="Figures that cannot be true together with the number.")
    neutral: list[CheckedStatement] = Field(description="Figures that only touch it, or meet it and are open or approximate.")
    nearest: Nearest | None = Field(description="The smallest miss when the number is contradicted; else null.")
    not_compared: LeftOut
    meta: Meta


class CheckList(Shape):
    """The answers to several checks."""

    data: list[Check] = Field(description="One answer a check, in the order sent.")
    meta: Meta
