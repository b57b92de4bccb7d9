"""A statement on the wire: one thing that one document says once, with the words that say it."""

from datetime import date
from typing import Any, Literal, get_args

from pydantic import Field, create_model

from app.domain.comparison import ComparisonStatus
from app.domain.evidence import Verification
from app.domain.interval import Match
from app.domain.period import PeriodBasis, PeriodType
from app.domain.quantity import Comparator, IntervalBasis, Measure
from app.domain.words import AttributionBasis, AttributionMode, Kind, RelationSeen, Status
from app.schemas.common import Named, Number, Shape
from app.schemas.conversion import Converted


class IndicatorRef(Shape):
    """What is measured."""

    code: str = Field(description="Its code.")
    name: str = Field(description="Its English name.")
    topic: str = Field(description="Topic of the indicator.")


class IntervalOut(Shape):
    """The values the words allow, in the quantity's unit. A bound of null is unbounded."""

    lower: Number | None = Field(description="Lower bound; null is unbounded.")
    lower_inclusive: bool = Field(description="Whether the lower bound itself is allowed.")
    upper: Number | None = Field(description="Upper bound; null is unbounded.")
    upper_inclusive: bool = Field(description="Whether the upper bound itself is allowed.")
    basis: IntervalBasis = Field(description="The rule the interval came from; docs/data-model.md explains each.")


class ComputedInterval(IntervalOut):
    """An interval that follows from others."""

    basis: Literal["intersection", "derived"] = Field(  # type: ignore[assignment]  # words for what no document wrote
        description="intersection: the values that several figures allow; derived: the result of arithmetic, rounded outward."
    )


class QuantityOut(Shape):
    """A figure: as written, normalised, and as an interval."""

    as_written: str = Field(description="The words of the document, white space collapsed.")
    value: Number | None = Field(description="The number in the unit below; null for a range.")
    value_text: str | None = Field(description="The same number as exact decimal text.")
    unit: str = Field(description="Base unit of the dimension: CNY, USD, percent, count, t, km2, km, min, year, per-10k, ratio.")
    counted: str | None = Field(description="What is counted, where the indicator covers several things.")
    comparator: Comparator = Field(description="How the quantity relates to the value: eq, lt, le, gt (more than), ge.")
    approximate: bool = Field(description="Whether the document says about, nearly or the like.")
    interval: IntervalOut


class BaseOut(Shape):
    """What a share, growth, change or multiple refers to."""

    region: str | None = Field(description="Code of the region; null when it is the statement's own or unsaid.")
    indicator: str | None = Field(description="Code of the indicator; null when it is the statement's own or unsaid.")
    period: str | None = Field(description="Label of the period; null when it is the statement's own or unsaid.")


class PeriodOut(Shape):
    """When the statement holds, and how we know."""

    type: PeriodType = Field(
        description="span: within start..end; each: in every year of it; cumulative: up to end; instant: a state at end; none."
    )
    label: str = Field(description="2020, 2021-S1, 2021-Q3, 2021-06, a day, start..end, asof (weak) or unknown.")
    start: date | None = Field(description="First day; null when open or unknown.")
    end: date | None = Field(description="Last day; null when unknown.")
    as_written: str | None = Field(description="The words that date it; null when there are none.")
    basis: PeriodBasis = Field(description="Whether the date is stated, resolved from a relative date, inferred, or unknown.")
    rule: str | None = Field(description="The rule that resolved or inferred it.")
    anchor: date | None = Field(description="The day it was resolved from; null when stated or taken from the context.")


class AttributionOut(Shape):
    """Who says it."""

    speaker: Named | None = Field(description="The person or organisation quoted; null when the reporter says it.")
    role: str | None = Field(description="The speaker's role as the document gives it.")
    mode: AttributionMode = Field(description="direct_quote, indirect or reporter.")
    basis: AttributionBasis = Field(description="Whether the sentence names the speaker, an earlier one does, or none.")


class PublisherRef(Shape):
    """Who published a document."""

    code: str = Field(description="Code of the actor.")
    name: str = Field(description="Its name.")


class DocumentRef(Shape):
    """The document that says it."""

    code: str = Field(description="Its code.")
    title: str = Field(description="Its title.")
    publisher: PublisherRef
    published_on: date = Field(description="Day of publication.")


class EvidenceOut(Shape):
    """Where the document says it. Offsets are code points from 0, half open, in the document's text."""

    document: str = Field(description="Code of the document.")
    exact: str = Field(description="The span, equal to text[start:end].")
    start: int = Field(description="First code point of the span.")
    end: int = Field(description="Code point after the span.")
    paragraph: int = Field(description="1-based number of the non-empty line in which the span starts.")
    prefix: str | None = Field(description="Up to 32 code points before the span; null unless the text is attached and served.")
    suffix: str | None = Field(description="Up to 32 code points after the span; null unless the text is attached and served.")
    quote: str | None = Field(description="The one sentence it stands in; null unless the text is attached and served.")
    verification: Verification = Field(description="Whether the words stand in the operator's copy of the text.")
    url: str = Field(description="The live page, scrolled to the words where the browser supports text fragments.")


class RelatedOut(Shape):
    """Another statement that this one is related to."""

    statement: str = Field(description="Its id.")
    relation: RelationSeen = Field(description="What it is to this statement: its conversion, part, update, look-alike, …")


class Statement(Shape):
    """One thing that one document says once; with or without a figure."""

    id: str = Field(description="document.slug")
    text: str = Field(description="Our own plain sentence, never stronger than the source.")
    indicator: IndicatorRef | None = Field(description="What is measured; null for an event or a qualitative statement.")
    measure: Measure | None = Field(description="level, share, growth, change, multiple or rank; null without a quantity.")
    base: BaseOut | None = Field(description="What the figure refers to; null when it refers to nothing or that is unsaid.")
    kind: Kind = Field(description="actual, target, planned, agreed or forecast.")
    regions: list[Named] = Field(description="The regions it is about, by code; a joint claim has several.")
    project: Named | None = Field(description="The project the figure is about.")
    quantity: QuantityOut | None = Field(description="The figure; null for an event or a qualitative statement.")
    period: PeriodOut
    attribution: AttributionOut
    document: DocumentRef
    evidence: EvidenceOut
    related: list[RelatedOut] = Field(description="Statements curated as related, by relation and id.")
    cell: str | None = Field(description="What another statement must share to be compared with it; null without a quantity.")
    note: str | None = Field(description="Remark of the curator: slips of the article, other readings.")
    status: Status = Field(description="published, deprecated or withdrawn.")
    version: int = Field(description="1 when first loaded, one more with each change.")
    changed_in: int = Field(description="The data version that last changed it.")


class ComparisonRef(Shape):
    """What a statement's comparison says, in short."""

    cell: str = Field(description="The cell; of a conversion, that of the figure it restates.")
    status: ComparisonStatus = Field(description="What the figures of the cell say of each other.")
    statements: int = Field(description="Figures compared.")
    documents: int = Field(description="Documents they stand in.")
    weak_period: bool = Field(description="Whether it rests on a weak period.")
    guest_in: str | None = Field(description="The cell in which this statement is compared as a guest too.")


class StatementInUnit(Statement):
    """A statement with its figure in the unit asked for."""

    converted: Converted | None = Field(description="Its figure in that unit; null without a quantity.")


class StatementListed(Statement):
    """A statement in a list, with what was asked for beside it; these keys are there only when they were."""

    match: Match = Field(
        default="possible",
        description="With `value`: whether all (`certain`) or some (`possible`) values of it meet the condition.",
    )
    comparison: ComparisonRef | None = Field(
        default=None, description="With `include=comparison`: what its cell says; null when it is not compared."
    )
    converted: Converted | None = Field(
        default=None, description="With `unit_as`: its figure in that unit; null without a quantity. `quantity` stays as it is."
    )


StatementPart: Any = create_model(
    "StatementPart",
    __doc__="Some fields of a statement, as chosen with `fields`; each that is present is as in Statement.",
    __base__=Shape,
    **{name: (field.annotation, field) for name, field in StatementListed.model_fields.items()},  # type: ignore[call-overload]
)
for _field in StatementPart.model_fields.values():
    _field.default = None
StatementPart.model_rebuild(force=True)


class RelatedStatement(Shape):
    """A related statement with what the relation rests on."""

    relation: RelationSeen = Field(description="What the other statement is to this one.")
    complete: bool = Field(description="For parts: whether the parts named make the whole.")
    note: str | None = Field(description="Remark of the curator.")
    statement: Statement


class RelatedList(Shape):
    """Statements related to one statement."""

    data: list[RelatedStatement]


class EvidenceDetail(EvidenceOut):
    """Where the document says it, with what is needed to check it against a copy of the text."""

    statement: str = Field(description="Id of the statement.")
    document_title: str = Field(description="Title of the document.")
    document_url: str = Field(description="Address of the document.")
    text_sha256: str = Field(description="SHA-256 of the text that offsets refer to.")
    text_length: int = Field(description="Code points of that text.")
    offset_unit: str = Field(description="Always `code point`.")


class Citation(Shape):
    """A statement ready to be cited."""

    statement: str = Field(description="Id of the statement.")
    text: str = Field(description="One line: what is claimed, by whom, in which document.")
    bibtex: str = Field(description="A BibTeX entry of the document, with the claim as its note.")
    csl_json: dict[str, Any] = Field(description="The document as a CSL-JSON item.")
    url: str = Field(description="Permanent address of the statement in this database.")


FlatColumn = Literal[
    "id",
    "document",
    "document_title",
    "publisher",
    "published_on",
    "text",
    "as_written",
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
    "value",
    "value_text",
    "comparator",
    "approximate",
    "lower",
    "lower_inclusive",
    "upper",
    "upper_inclusive",
    "interval_basis",
    "unit",
    "conversion_of",
    "period",
    "period_type",
    "period_start",
    "period_end",
    "period_basis",
    "period_as_written",
    "time",
    "speaker",
    "attribution_mode",
    "attribution_basis",
    "evidence_start",
    "evidence_end",
    "paragraph",
    "quote",
    "document_url",
    "evidence_url",
    "cell",
    "status",
    "version",
    "changed_in",
    "converted_value",
    "converted_lower",
    "converted_upper",
    "converted_unit",
    "match",
]
"""Columns of a flat statement; new ones are only ever added at the end."""

FLAT_COLUMNS: tuple[FlatColumn, ...] = get_args(FlatColumn)

StatementField = Literal[
    "id",
    "text",
    "indicator",
    "measure",
    "base",
    "kind",
    "regions",
    "project",
    "quantity",
    "period",
    "attribution",
    "document",
    "evidence",
    "related",
    "cell",
    "note",
    "status",
    "version",
    "changed_in",
]
"""Fields of a statement that `fields` may choose."""
