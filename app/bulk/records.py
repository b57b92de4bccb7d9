"""What a line of NDJSON may hold: the fields of a seed file (`app/seed/shapes.py`), read at once and checked by the same rules.

The shapes would do, but take many times as long; where a record is refused here, they say what is wrong with it.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct
from pydantic import BaseModel

from app.domain.period import RULES, PeriodBasis, PeriodType, parse_when
from app.domain.quantity import Comparator, Form, Measure, parse_written
from app.domain.text import CODE, MAX_CODE
from app.domain.words import AttributionBasis, AttributionMode, Kind, Status
from app.seed import shapes

_KEPT = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff"  # control characters and lone surrogates
_LINE = rf"\A(?!\s)[^{_KEPT}\t\n\r\u2028\u2029]*(?<!\s)\Z"
_PROSE = rf"\A(?!\s)[^{_KEPT}]*(?<!\s)\Z"

Code = Annotated[str, Meta(min_length=1, max_length=MAX_CODE)]
Slug = Annotated[str, Meta(max_length=MAX_CODE, pattern=rf"\A{CODE}\Z")]
Name = Annotated[str, Meta(min_length=1, max_length=300, pattern=_LINE)]
Prose = Annotated[str, Meta(min_length=1, max_length=2000, pattern=_PROSE)]
Span = Annotated[str, Meta(min_length=1, max_length=500, pattern=rf"\A[^{_KEPT}]*\Z")]
Number = Annotated[str, Meta(min_length=1, max_length=60)]
When = Annotated[str, Meta(min_length=1, max_length=40)]
Offset = Annotated[int, Meta(ge=0, le=50_000_000)]
Rule = Annotated[str, Meta(pattern=rf"\A(?:{'|'.join(RULES)})\Z")]


class EvidenceRecord(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where a statement stands in its document."""

    exact: Span
    start: Offset
    end: Offset
    paragraph: Annotated[int, Meta(ge=1, le=50_000_000)]


class BaseRecord(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a share, growth, change or multiple refers to."""

    region: Code | None = None
    indicator: Code | None = None
    period: When | None = None

    def __post_init__(self) -> None:
        if self.period is not None:
            parse_when(self.period)


class QuantityRecord(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A figure as the curator reads it."""

    value: Number
    value_to: Number | None = None
    unit: Code
    comparator: Comparator = "eq"
    approximate: bool = False
    form: Form = "number"
    counted: Code | None = None

    def __post_init__(self) -> None:
        parse_written(self.value)
        if self.value_to is not None:
            parse_written(self.value_to)
        shapes.check_quantity(self)


class PeriodRecord(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """When a statement holds."""

    type: PeriodType
    when: When | None = None
    as_written: Name | None = None
    basis: PeriodBasis
    rule: Rule | None = None
    anchor: Literal["publication", "context"] | None = None

    def __post_init__(self) -> None:
        shapes.check_period(self)


class AttributionRecord(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who says it, how, and how we know."""

    speaker: Code | None = None
    role: Name | None = None
    mode: AttributionMode
    basis: AttributionBasis

    def __post_init__(self) -> None:
        shapes.check_attribution(self)


class StatementRecord(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="type", tag="statement"):
    """A statement: the fields of a seed statement and the code of its document."""

    document: Code
    slug: Slug
    text: Name
    evidence: EvidenceRecord
    indicator: Code | None = None
    measure: Measure | None = None
    base: BaseRecord | None = None
    kind: Kind
    regions: Annotated[list[Code], Meta(min_length=1)]
    project: Code | None = None
    quantity: QuantityRecord | None = None
    period: PeriodRecord
    attribution: AttributionRecord
    status: Status = "published"
    note: Prose | None = None

    def __post_init__(self) -> None:
        if self.slug in shapes.RESERVED:
            raise ValueError(f"{self.slug!r} is a word of the addresses, not a code")
        shapes.check_statement(self)


class StatementLine(shapes.StatementShape):
    """The same as a shape, which says what is wrong with a record."""

    document: shapes.Code


SHAPES: dict[str, type[BaseModel]] = {
    "unit": shapes.UnitShape,
    "actor": shapes.ActorShape,
    "region": shapes.RegionShape,
    "indicator": shapes.IndicatorShape,
    "project": shapes.ProjectShape,
    "document": shapes.DocumentShape,
    "statement": StatementLine,
    "relation": shapes.RelationShape,
}
"""`type` of a record → its shape."""


_statement = msgspec.json.Decoder(StatementRecord).decode
_untyped = msgspec.json.Decoder().decode


def decode(line: bytes) -> StatementRecord | dict[str, Any]:
    """A statement, or the fields of another record with its `type`. Raises msgspec.MsgspecError."""
    try:
        return _statement(line)
    except msgspec.ValidationError:
        record = _untyped(line)
        if isinstance(record, dict) and record.get("type") in SHAPES and record["type"] != "statement":
            return record
        raise


def untyped(line: bytes) -> Any:
    """Whatever stands in a line of JSON. Raises msgspec.DecodeError."""
    return _untyped(line)


def as_texts(value: Any) -> Any:
    """JSON with whole numbers and truths as the texts that shapes read, as from YAML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dict):
        return {key: as_texts(each) for key, each in value.items()}
    return [as_texts(each) for each in value] if isinstance(value, list) else value
