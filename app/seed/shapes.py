"""What may stand in a seed file: one class for each kind of entry. `seed_data/README.md` explains every field."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from app.domain.nearest import nearest
from app.domain.period import RULES, PeriodBasis, PeriodType, parse_when
from app.domain.quantity import Comparator, Form, Measure, parse_written
from app.domain.text import CODE, MAX_CODE, STATEMENT_ID, text_fault
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


def _kept(text: str) -> str:
    fault = text_fault(text)
    if fault:
        raise ValueError(fault)
    if any(unicodedata.category(char) == "Cc" and char not in "\n\r\t" for char in text):
        raise ValueError("a control character cannot be kept")
    return text


def _trimmed(text: str) -> str:
    if text != text.strip():
        raise ValueError("white space at the ends is not allowed")
    return text


def _one_line(text: str) -> str:
    if len(text.splitlines()) > 1 or "\t" in text:
        raise ValueError("one line without tabs was expected")
    return text


def _not_reserved(code: str) -> str:
    if code in RESERVED:
        raise ValueError(f"{code!r} is a word of the addresses, not a code")
    return code


def _known_rule(rule: str) -> str:
    if rule not in RULES:
        guesses = nearest(rule, RULES)
        raise ValueError(f"one of {', '.join(RULES)} was expected" + (f"; did you mean {guesses[0]}?" if guesses else ""))
    return rule


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _time_zone(name: str) -> str:
    if name not in _time_zones():
        guesses = nearest(name, _time_zones())
        raise ValueError("an IANA time zone was expected" + (f"; did you mean {guesses[0]}?" if guesses else ""))
    return name


def _day(text: object) -> object:
    if not isinstance(text, str) or not re.fullmatch(r"[12]\d{3}-\d\d-\d\d", text, re.ASCII):
        raise ValueError("a day such as 2021-09-30 was expected")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"there is no day {text}") from None


def _number(text: object) -> object:
    if not isinstance(text, str) or not re.fullmatch(r"\d{1,12}", text, re.ASCII):
        raise ValueError("a whole number was expected")
    return int(text)


def _truth(text: object) -> object:
    if text not in ("true", "false"):
        raise ValueError("true or false was expected")
    return text == "true"


def _checked(check: Callable[[str], object]) -> AfterValidator:
    def run(text: str) -> str:
        check(text)
        return text

    return AfterValidator(run)


def _matching(pattern: str, expected: str) -> AfterValidator:
    def check(text: str) -> None:
        if not re.fullmatch(pattern, text, re.ASCII):
            raise ValueError(f"{expected} was expected")

    return _checked(check)


_A_CODE = _matching(CODE, "a code of lower-case letters and digits joined by single hyphens")
_A_UNIT = _matching(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*", "a code of letters and digits joined by single hyphens")

Code = Annotated[str, Field(max_length=MAX_CODE), _A_CODE, AfterValidator(_not_reserved)]
UnitCode = Annotated[str, Field(max_length=20), _A_UNIT, AfterValidator(_not_reserved)]
StatementId = Annotated[str, Field(max_length=2 * MAX_CODE + 1), _matching(STATEMENT_ID, "the id of a statement (document.slug)")]
Name = Annotated[
    str, Field(min_length=1, max_length=300), AfterValidator(_kept), AfterValidator(_trimmed), AfterValidator(_one_line)
]
Prose = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_kept), AfterValidator(_trimmed)]
Span = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_kept)]
Number = Annotated[str, Field(max_length=60), _checked(parse_written)]
When = Annotated[str, Field(max_length=40), _checked(parse_when)]
Day = Annotated[date, BeforeValidator(_day)]
Whole = Annotated[int, BeforeValidator(_number)]
Offset = Annotated[Whole, Field(le=50_000_000)]
Truth = Annotated[bool, BeforeValidator(_truth)]
_AN_ADDRESS = _matching(r"https?://(?![^?]*#)[!-~]+", "a web address in ASCII without a fragment")
Address = Annotated[str, Field(max_length=1000), _AN_ADDRESS]
Wikidata = Annotated[str, _matching(r"Q[1-9]\d{0,11}", "a Wikidata id such as Q11725")]
Reason = Annotated[str, Field(max_length=40), _matching(r"[a-z]+(?:_[a-z]+)*", "a word such as date_part")]
Rule = Annotated[str, AfterValidator(_known_rule)]


def check_quantity(quantity: Any) -> None:
    """The fields of a quantity go together. Raises ValueError."""
    if (quantity.form == "range") != (quantity.value_to is not None):
        raise ValueError("a range has form: range and value_to; nothing else has value_to")
    if quantity.form == "nearly" and quantity.comparator != "lt":
        raise ValueError("form: nearly goes with comparator: lt")
    if quantity.form in ("range", "magnitude", "fraction") and quantity.comparator != "eq":
        raise ValueError(f"form: {quantity.form} goes without a comparator")


def check_period(period: Any) -> None:
    """The fields of a period go together. Raises ValueError."""
    if (period.type == "none") != (period.when is None):
        raise ValueError("type: none goes without `when`, every other type with it")
    if (period.basis == "unknown") != (period.when is None):
        raise ValueError("basis: unknown goes without `when`, every other basis with it")
    if (period.basis in ("resolved", "inferred")) != (period.rule is not None):
        raise ValueError("basis: resolved and inferred name the rule; stated and unknown have none")
    if period.anchor and not period.rule:
        raise ValueError("an anchor goes with a rule")
    if period.when:
        start, end = parse_when(period.when)
        if end is None:
            raise ValueError("the period needs an end")
        if start is None and period.type == "span":
            raise ValueError("a span needs a start")
        if period.type == "instant" and start != end:
            raise ValueError("an instant is one day")


def check_attribution(attribution: Any) -> None:
    """The fields of an attribution go together. Raises ValueError."""
    if (attribution.basis == "none") != (attribution.speaker is None):
        raise ValueError("basis: none goes without a speaker, explicit and inherited with one")


def check_statement(statement: Any) -> None:
    """The parts of a statement go together. Raises ValueError."""
    if statement.quantity and not (statement.indicator and statement.measure):
        raise ValueError("a statement with a quantity names its indicator and measure")
    if statement.measure and not statement.quantity:
        raise ValueError("a measure goes with a quantity")
    if statement.base and statement.measure not in ("share", "growth", "change", "multiple", "rank"):
        raise ValueError("a base goes with a share, growth, change, multiple or rank")
    if len(set(statement.regions)) != len(statement.regions):
        raise ValueError("a region is named twice")


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
    wikidata: Wikidata | None = None
    note: Prose | None = None


class RegionShape(Shape):
    """An entry of regions.yaml."""

    code: Code
    name: Name
    name_zh: Name | None = None
    kind: Code
    parents: list[Code] = []
    wikidata: Wikidata | None = None
    iso_3166_2: Annotated[str, _matching(r"[A-Z]{2}-[A-Z0-9]{1,3}", "an ISO 3166-2 code such as CN-CQ")] | None = None
    gb_t_2260: Annotated[str, _matching(r"\d{6}", "six digits")] | None = None
    sdmx_ref_area: Annotated[str, _matching(r"[A-Z0-9_]{1,10}", "an SDMX code such as CN")] | None = None
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
    complete: Truth = False
    note: Prose | None = None


class DocumentShape(Shape):
    """The bibliography of a document."""

    code: Code
    title: Name
    publisher: Code
    authors: list[Code] = []
    published_on: Day
    published_basis: PublishedBasis
    url: Address
    language: Annotated[str, Field(max_length=35), _matching(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", "a language tag such as en")]
    time_zone: Annotated[str, AfterValidator(_time_zone)]
    text_sha256: Annotated[str, _matching(r"[0-9a-f]{64}", "64 hexadecimal digits in lower case")]
    text_length: Annotated[Offset, Field(ge=1)]
    release: Code | None = None
    note: Prose | None = None


class EvidenceShape(Shape):
    """Where a statement stands in its document."""

    exact: Span
    start: Offset
    end: Offset
    paragraph: Annotated[Offset, Field(ge=1)]


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
    approximate: Truth = False
    form: Form = "number"
    counted: Code | None = None

    @model_validator(mode="after")
    def _whole(self) -> "QuantityShape":
        check_quantity(self)
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
        check_period(self)
        return self


class AttributionShape(Shape):
    """Who says it, how, and how we know."""

    speaker: Code | None = None
    role: Name | None = None
    mode: AttributionMode
    basis: AttributionBasis

    @model_validator(mode="after")
    def _whole(self) -> "AttributionShape":
        check_attribution(self)
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
        check_statement(self)
        return self


class MentionShape(Shape):
    """A number of the document: said by the statements whose spans hold it, or, with a reason, no statement."""

    start: Offset
    end: Offset
    number: Span
    reason: Reason | None = None


class DocumentFile(Shape):
    """A file of documents/."""

    document: DocumentShape
    statements: list[StatementShape] = []
    mentions: list[MentionShape] | None = None


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
