"""What may stand in a seed file: one class for each kind of entry. `seed_data/README.md` explains every field."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from app.domain.period import RULES, PeriodBasis, PeriodType, parse_when
from app.domain.quantity import Comparator, Form, Measure, parse_written
from app.domain.text import CODE, MAX_CODE, text_fault
from app.domain.units import Family
from app.domain.words import (
    FORMATS,
    ActorKind,
    AttributionBasis,
    AttributionMode,
    Kind,
    ProjectStep,
    PublishedBasis,
    RelationName,
    Status,
    StockFlow,
)

RESERVED = frozenset({*FORMATS, "tree"})
"""Words that stand in addresses where a code would."""


def _clean(text: str) -> str:
    fault = text_fault(text)
    if fault:
        raise ValueError(fault)
    if text != text.strip():
        raise ValueError("white space at the ends is not allowed")
    return text


def _not_reserved(code: str) -> str:
    if code in RESERVED:
        raise ValueError(f"{code!r} is a word of the addresses, not a code")
    return code


def _known_rule(rule: str) -> str:
    if rule not in RULES:
        raise ValueError(f"one of {', '.join(RULES)} was expected")
    return rule


def _checked(check: object) -> AfterValidator:
    def run(text: str) -> str:
        check(text)  # type: ignore[operator]
        return text

    return AfterValidator(run)


Code = Annotated[str, Field(pattern=rf"^{CODE}$", max_length=MAX_CODE), AfterValidator(_not_reserved)]
UnitCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*$", max_length=20)]
StatementId = Annotated[str, Field(pattern=rf"^{CODE}\.{CODE}$", max_length=2 * MAX_CODE + 1)]
Name = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_clean)]
Prose = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_clean)]
Span = Annotated[str, Field(min_length=1, max_length=500)]
Number = Annotated[str, Field(max_length=60), _checked(parse_written)]
When = Annotated[str, Field(max_length=40), _checked(parse_when)]
Reason = Annotated[str, Field(pattern=r"^[a-z]+(?:_[a-z]+)*$", max_length=40)]
Rule = Annotated[str, AfterValidator(_known_rule)]


class Shape(BaseModel):
    """Base of all shapes: nothing unknown is let in."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class UnitShape(Shape):
    """An entry of units.yaml."""

    code: UnitCode
    name: Name
    name_zh: Name | None = None
    symbol: Name | None = None
    dimension: UnitCode
    family: Family
    base: UnitCode
    factor: Number


class ActorShape(Shape):
    """An entry of actors.yaml."""

    code: Code
    name: Name
    name_zh: Name | None = None
    kind: ActorKind
    organisation: Code | None = None
    wikidata: Annotated[str, Field(pattern=r"^Q[1-9]\d*$")] | None = None
    note: Prose | None = None


class RegionShape(Shape):
    """An entry of regions.yaml."""

    code: Code
    name: Name
    name_zh: Name | None = None
    kind: Code
    parents: list[Code] = []
    wikidata: Annotated[str, Field(pattern=r"^Q[1-9]\d*$")] | None = None
    iso_3166_2: Annotated[str, Field(pattern=r"^[A-Z]{2}-[A-Z0-9]{1,3}$")] | None = None
    gb_t_2260: Annotated[str, Field(pattern=r"^\d{6}$")] | None = None
    sdmx_ref_area: Annotated[str, Field(pattern=r"^[A-Z0-9_]{1,10}$")] | None = None
    note: Prose | None = None


class CountedShape(Shape):
    """A thing that an indicator counts."""

    code: Code
    name: Name


class IndicatorShape(Shape):
    """An entry of indicators.yaml."""

    code: Code
    name: Name
    name_zh: Name | None = None
    definition: Prose
    topic: Code
    dimension: Family
    stock_flow: StockFlow
    counted: list[CountedShape] = []


class PartyShape(Shape):
    """Who takes part in a project."""

    actor: Code
    role: Name


class StepShape(Shape):
    """A step of a project's history."""

    status: ProjectStep
    since: When | None = None
    statement: StatementId | None = None


class ProjectShape(Shape):
    """An entry of projects.yaml."""

    code: Code
    name: Name
    name_zh: Name | None = None
    kind: Code
    description: Prose
    regions: list[Code] = []
    parties: list[PartyShape] = []
    status: list[StepShape] = []
    note: Prose | None = None


class RelationShape(Shape):
    """An entry of relations.yaml."""

    statement: StatementId
    relation: RelationName
    other: StatementId
    complete: bool = False
    note: Prose | None = None


class DocumentShape(Shape):
    """The bibliography of a document."""

    code: Code
    title: Name
    publisher: Code
    authors: list[Code] = []
    published_on: date
    published_basis: PublishedBasis
    url: Annotated[str, Field(pattern=r"^https?://[^\s\"'<>\\^`{|}#]+$", max_length=1000)]
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$")]
    time_zone: Annotated[str, Field(pattern=r"^[A-Za-z_]+(?:/[A-Za-z0-9_+-]+)*$", max_length=60)]
    text_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    text_length: Annotated[int, Field(ge=1, le=50_000_000)]
    release: Code | None = None
    note: Prose | None = None


class EvidenceShape(Shape):
    """Where a statement stands in its document."""

    exact: Span
    start: Annotated[int, Field(ge=0, le=50_000_000)]
    end: Annotated[int, Field(ge=1, le=50_000_000)]
    paragraph: Annotated[int, Field(ge=1, le=1_000_000)]


class BaseShape(Shape):
    """What a share, growth, change or multiple refers to."""

    region: Code | None = None
    indicator: Code | None = None
    period: When | None = None


class QuantityShape(Shape):
    """A figure as the curator reads it; interval and normalised value are computed."""

    value: Number
    value_to: Number | None = None
    unit: UnitCode
    comparator: Comparator = "eq"
    approximate: bool = False
    form: Form = "number"
    counted: Code | None = None

    @model_validator(mode="after")
    def _whole(self) -> "QuantityShape":
        if (self.form == "range") != (self.value_to is not None):
            raise ValueError("a range has form: range and value_to; nothing else has value_to")
        if self.form == "nearly" and self.comparator != "lt":
            raise ValueError("form: nearly goes with comparator: lt")
        if self.form in ("range", "magnitude", "fraction") and self.comparator != "eq":
            raise ValueError(f"form: {self.form} goes without a comparator")
        return self


class PeriodShape(Shape):
    """When a statement holds."""

    type: PeriodType
    when: When | None = None
    as_written: Name | None = None
    basis: PeriodBasis
    rule: Rule | None = None
    anchor: Literal["publication", "context"] | None = None

    @model_validator(mode="after")
    def _whole(self) -> "PeriodShape":
        if (self.type == "none") != (self.when is None):
            raise ValueError("type: none goes without `when`, every other type with it")
        if (self.basis == "unknown") != (self.when is None):
            raise ValueError("basis: unknown goes without `when`, every other basis with it")
        if (self.basis in ("resolved", "inferred")) != (self.rule is not None):
            raise ValueError("basis: resolved and inferred name the rule; stated and unknown have none")
        if self.anchor and not self.rule:
            raise ValueError("an anchor goes with a rule")
        if self.type == "instant" and self.when:
            start, end = parse_when(self.when)
            if start != end:
                raise ValueError("an instant is one day")
        if self.type in ("span", "each") and self.when and self.when.endswith(".."):
            raise ValueError("the period needs an end")
        return self


class AttributionShape(Shape):
    """Who says it, how, and how we know."""

    speaker: Code | None = None
    role: Name | None = None
    mode: AttributionMode
    basis: AttributionBasis

    @model_validator(mode="after")
    def _whole(self) -> "AttributionShape":
        if (self.basis == "none") != (self.speaker is None):
            raise ValueError("basis: none goes without a speaker, explicit and inherited with one")
        return self


class StatementShape(Shape):
    """One statement of a document."""

    slug: Code
    text: Name
    evidence: EvidenceShape
    indicator: Code | None = None
    measure: Measure | None = None
    base: BaseShape | None = None
    kind: Kind
    regions: list[Code] = Field(min_length=1)
    project: Code | None = None
    quantity: QuantityShape | None = None
    period: PeriodShape
    attribution: AttributionShape
    status: Status = "published"
    note: Prose | None = None

    @model_validator(mode="after")
    def _whole(self) -> "StatementShape":
        if self.quantity and not (self.indicator and self.measure):
            raise ValueError("a statement with a quantity names its indicator and measure")
        if self.measure and not self.quantity:
            raise ValueError("a measure goes with a quantity")
        if self.base and self.measure not in ("share", "growth", "change", "multiple", "rank"):
            raise ValueError("a base goes with a share, growth, change, multiple or rank")
        if len(set(self.regions)) != len(self.regions):
            raise ValueError("a region is named twice")
        return self


class DismissedShape(Shape):
    """A number of the document that is no statement, and why."""

    start: Annotated[int, Field(ge=0, le=50_000_000)]
    end: Annotated[int, Field(ge=1, le=50_000_000)]
    number: Span
    reason: Reason


class DocumentFile(Shape):
    """A file of documents/."""

    document: DocumentShape
    statements: list[StatementShape] = []
    dismissed: list[DismissedShape] = []


class UnitsFile(Shape):
    """units.yaml."""

    units: list[UnitShape]


class ActorsFile(Shape):
    """actors.yaml."""

    actors: list[ActorShape]


class RegionsFile(Shape):
    """regions.yaml."""

    regions: list[RegionShape]


class IndicatorsFile(Shape):
    """indicators.yaml."""

    indicators: list[IndicatorShape]


class ProjectsFile(Shape):
    """projects.yaml."""

    projects: list[ProjectShape]


class RelationsFile(Shape):
    """relations.yaml."""

    relations: list[RelationShape]
