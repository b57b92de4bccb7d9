"""Turns answers into flat rows for tables: nested parts become columns, lists are joined by `;`."""

from datetime import date
from typing import Any

from pydantic import BaseModel

from app.exports.columns import LEFT_OUT


def flatten(value: BaseModel, prefix: str = "") -> dict[str, Any]:
    """One row of an answer, with the columns of its shape."""
    row: dict[str, Any] = {}
    for name in type(value).model_fields:
        if name in LEFT_OUT:
            continue
        part = getattr(value, name)
        if isinstance(part, BaseModel):
            row.update(flatten(part, f"{prefix}{name}_"))
        elif isinstance(part, list):
            row[f"{prefix}{name}"] = ";".join(_word(item) for item in part)
        else:
            row[f"{prefix}{name}"] = part
    return row


def _word(item: Any) -> str:
    """A list item as one word: a code, or the first field of a nested answer."""
    if isinstance(item, BaseModel):
        return str(getattr(item, next(iter(type(item).model_fields))))
    return item.isoformat() if isinstance(item, date) else str(item)
