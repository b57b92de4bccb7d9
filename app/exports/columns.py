"""Which columns does each flat list have, and of which type is each? Formats with types write every column by it."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from app.schemas.comparisons import FLAT_COMPARISON
from app.schemas.derivations import FLAT_DERIVATION
from app.schemas.observations import FLAT_OBSERVATION, FLAT_POINT
from app.schemas.statements import FLAT_COLUMNS

ColumnType = Literal["text", "number", "whole", "flag", "day"]
"""`number` is an exact decimal, `whole` an integer, `flag` true or false, `day` a date; all may be null."""

Columns = Mapping[str, ColumnType]
"""Name → type, in order."""

LEFT_OUT = frozenset({"links"})
"""Fields that make no sense in a table."""

TYPES: dict[type, ColumnType] = {bool: "flag", int: "whole", Decimal: "number", date: "day"}

USUAL: dict[str, ColumnType] = {
    **dict.fromkeys(("value", "lower", "upper", "bound", "gap_relative"), "number"),
    **dict.fromkeys(("converted_value", "converted_lower", "converted_upper"), "number"),
    **dict.fromkeys(("lower_inclusive", "upper_inclusive", "approximate", "weak_period"), "flag"),
    **dict.fromkeys(("policies_disagree", "derived", "open_lower", "open_upper"), "flag"),
    **dict.fromkeys(("published_on", "period_start", "period_end"), "day"),
    **dict.fromkeys(("time", "groups", "evidence_start", "evidence_end", "paragraph", "version", "changed_in"), "whole"),
}
"""What a column of this name holds in every list of figures; every other one holds text."""


def _typed(names: Iterable[str], **own: ColumnType) -> Columns:
    return {name: own.get(name) or USUAL.get(name, "text") for name in names}


STATEMENTS = _typed(FLAT_COLUMNS)
COMPARISONS = _typed(FLAT_COMPARISON, statements="whole", documents="whole", sets="whole")
OBSERVATIONS = _typed(FLAT_OBSERVATION)
POINTS = _typed(FLAT_POINT, start="day", end="day", sources="whole")
DERIVATIONS = _typed(FLAT_DERIVATION)


def columns_of(shape: type[BaseModel], prefix: str = "") -> Columns:
    """The columns of a shape, in order, known without any row: nested parts become columns, lists one column of text."""
    columns: dict[str, ColumnType] = {}
    for name, field in shape.model_fields.items():
        if name in LEFT_OUT:
            continue
        nested = field.annotation
        if isinstance(nested, type) and issubclass(nested, BaseModel):
            columns.update(columns_of(nested, f"{prefix}{name}_"))
        else:
            columns[f"{prefix}{name}"] = _type_of(nested)
    return columns


def _type_of(annotation: Any) -> ColumnType:
    if get_origin(annotation) in (Union, UnionType):
        (annotation,) = (each for each in get_args(annotation) if each is not NoneType)
    if hasattr(annotation, "__metadata__"):
        annotation = annotation.__origin__
    return TYPES.get(annotation, "text") if isinstance(annotation, type) else "text"
