"""A derivation on the wire: a number that no document states, with all it rests on."""

from datetime import date
from typing import Literal

from pydantic import Field

from app.domain.comparison import Relation
from app.domain.derivation import DerivationKind, Role
from app.domain.quantity import Comparator, Measure
from app.domain.words import Kind
from app.schemas.common import Named, Number, Shape
from app.schemas.statements import ComputedInterval, IndicatorRef, IntervalOut


class DerivationInput(Shape):
    """A statement that a derivation rests on."""

    statement: str = Field(description="Its id.")
    document: str = Field(description="Code of its document.")
    role: Role = Field(description="What it is in the rule: part, share, total, level, growth, …")
    as_written: str = Field(description="The words of the document.")
    value: Number | None = Field(description="The number; null for a range.")
    comparator: Comparator = Field(description="How the quantity relates to the value.")
    unit: str = Field(description="Base unit of the value and of the interval.")
    interval: IntervalOut = Field(
        description="The values that entered the rule: those the words allow; for a rate the written number, the converted one "
        "with its rounding."
    )
    period: str = Field(description="Label of its period.")


class DerivationCompared(Shape):
    """A figure that a document states of the same thing."""

    statement: str = Field(description="Its id.")
    document: str = Field(description="Code of its document.")
    relation: Relation = Field(description="What the derived interval is to the stated one.")
    combined: ComputedInterval | None = Field(description="The values that both allow; null when there are none.")


class DerivationLinks(Shape):
    """Where to go on from here; paths on this server."""

    self: str = Field(description="This derivation.")
    statements: list[str] = Field(description="The statements it rests on.")


class Derivation(Shape):
    """A number that follows by arithmetic from statements; no document states it."""

    id: str = Field(description="The kind and the statements it rests on, joined by `~`.")
    kind: DerivationKind = Field(description="What was reckoned; docs/data-model.md explains each kind.")
    derived: Literal[True] = Field(description="Always true: a derivation is never stored as a statement.")
    explanation: str = Field(description="The result in a sentence, with the rule and the figures.")
    rule: str = Field(description="The formula in words; shares and growth are in percent.")
    indicator: IndicatorRef | None = Field(description="What is measured; null for a rate.")
    measure: Measure | None = Field(description="level or share; null for a rate.")
    counted: str | None = Field(description="What is counted, where the indicator covers several things.")
    claim_kind: Kind | None = Field(
        description="actual, target, … of what is derived; null for a rate, and where the inputs leave it open."
    )
    regions: list[Named] = Field(description="The regions it is about; empty for a rate.")
    project: Named | None = Field(description="The project it is about.")
    period: str | None = Field(description="Label of the period; null when no document names it.")
    period_start: date | None = Field(description="First day; null when open or unknown.")
    period_end: date | None = Field(description="Last day; null when unknown. For a rate the day of publication.")
    weak_period: bool = Field(description="Whether an input has a period that is unknown or inferred from the publication date.")
    value: Number | None = Field(
        description="Point estimate of 12 significant digits; null unless every input states a number itself, neither more "
        "than it nor less."
    )
    value_text: str | None = Field(description="The same number as exact decimal text.")
    unit: str = Field(description="Base unit; for a rate such as `CNY per USD`.")
    interval: ComputedInterval
    inputs: list[DerivationInput] = Field(description="What it rests on, in the order of the rule.")
    compared_with: list[DerivationCompared] = Field(description="What documents state of the same thing, by id.")
    links: DerivationLinks


FLAT_DERIVATION: tuple[str, ...] = (
    "id",
    "kind",
    "explanation",
    "rule",
    "indicator",
    "indicator_name",
    "measure",
    "counted",
    "claim_kind",
    "regions",
    "region_names",
    "project",
    "period",
    "period_start",
    "period_end",
    "weak_period",
    "value",
    "value_text",
    "lower",
    "lower_inclusive",
    "upper",
    "upper_inclusive",
    "interval_basis",
    "unit",
    "inputs",
    "roles",
    "documents",
    "compared_with",
    "relations",
    "derived",
)
"""Columns of a flat derivation; new ones are only ever added at the end."""
