"""Of which type is each column of flat rows? Formats with types write every column by it."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

ColumnType = Literal["text", "number", "whole", "flag", "day"]
"""`number` is an exact decimal, `whole` an integer, `flag` true or false, `day` a date; all may be null."""

Columns = Mapping[str, ColumnType]
"""Name → type, in order."""

LEFT_OUT = frozenset({"links"})
"""Fields that make no sense in a table."""

TYPES: dict[type, ColumnType] = {bool: "flag", int: "whole", Decimal: "number", date: "day"}


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
