"""Statements as rows of a table (CSV, Parquet): the columns of an export, so that one can be edited and loaded again.

A figure or period that reads as it is stored stays as it is, to the last digit; one that reads otherwise is made anew.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from app.domain.decimals import plain_text
from app.domain.evidence import collapse
from app.domain.period import Period, label_of, parse_when
from app.schemas.statements import FLAT_COLUMNS
from app.seed.read import Path_
from app.seed.rows import Row

FIELDS: dict[str, Path_] = {
    "id": ("slug",),
    "document": ("document",),
    "text": ("text",),
    "as_written": ("evidence", "exact"),
    "evidence_start": ("evidence", "start"),
    "evidence_end": ("evidence", "end"),
    "paragraph": ("evidence", "paragraph"),
    "indicator": ("indicator",),
    "measure": ("measure",),
    "base_region": ("base", "region"),
    "base_indicator": ("base", "indicator"),
    "base_period": ("base", "period"),
    "kind": ("kind",),
    "regions": ("regions",),
    "project": ("project",),
    "value": ("quantity", "value"),
    "value_text": ("quantity", "value_text"),
    "unit": ("quantity", "unit"),
    "comparator": ("quantity", "comparator"),
    "approximate": ("quantity", "approximate"),
    "counted": ("quantity", "counted"),
    "interval_basis": ("quantity", "form"),
    "lower": ("quantity", "lower"),
    "upper": ("quantity", "value_to"),
    "period": ("period", "when"),
    "period_type": ("period", "type"),
    "period_start": ("period", "start"),
    "period_end": ("period", "end"),
    "period_basis": ("period", "basis"),
    "period_as_written": ("period", "as_written"),
    "period_rule": ("period", "rule"),
    "period_anchor": ("period", "anchor"),
    "speaker": ("attribution", "speaker"),
    "role": ("attribution", "role"),
    "attribution_mode": ("attribution", "mode"),
    "attribution_basis": ("attribution", "basis"),
    "status": ("status",),
    "note": ("note",),
}
"""Column that is read → the field of a statement that it fills."""

COLUMNS = (*FIELDS, *(name for name in FLAT_COLUMNS if name not in FIELDS))
"""Columns a table may have; those that are not read follow from others."""

FORMS = ("nearly", "range", "magnitude", "fraction")
FIGURE = (
    "value",
    "value_key",
    "unit",
    "counted",
    "comparator",
    "approximate",
    "lower",
    "lower_inclusive",
    "upper",
    "upper_inclusive",
)
KEPT = (*FIGURE, "lower_key", "upper_key", "interval_basis")
"""Columns of a row that make its figure."""

Cells = dict[str, str]


class Float(str):
    """Text of a binary number, which stands for all decimals it is the nearest to."""

    __slots__ = ()


class DisagreeError(ValueError):
    """Two columns say different things."""

    def __init__(self, path: Path_, message: str) -> None:
        super().__init__(message)
        self.path = path


def record_of(cells: Cells, before: Row | None) -> tuple[dict[str, Any], Row | None]:
    """The record that a row stands for, and the columns of its stored row that stay. Raises DisagreeError.

    A column that the table lacks is as it is stored.
    """
    document, _, slug = cells.get("id", "").partition(".")
    if cells.get("document", document) not in ("", document):
        raise DisagreeError(("document",), f"the id says {document!r}; an id is document.slug")
    was = cells_of(before) if before else {}
    now = {**was, **cells}
    given: dict[str, Any] = {
        "document": document,
        "slug": slug,
        "regions": [code for code in now.get("regions", "").split(";") if code],
    }
    given |= {name: now[name] for name in ("text", "indicator", "measure", "kind", "project", "status", "note") if now.get(name)}
    exact = before["exact"] if before and now.get("as_written") == was["as_written"] else now.get("as_written")
    offsets = {"start": "evidence_start", "end": "evidence_end", "paragraph": "paragraph"}
    given["evidence"] = {"exact": exact, **{name: _whole(now.get(column)) for name, column in offsets.items()}}
    base = {name: now[f"base_{name}"] for name in ("region", "indicator", "period") if now.get(f"base_{name}")}
    given |= {"base": base} if base else {}
    said = {"speaker": "speaker", "role": "role", "mode": "attribution_mode", "basis": "attribution_basis"}
    given["attribution"] = {name: now[column] for name, column in said.items() if now.get(column)}
    given["period"] = _period(now, was)
    quantity = _quantity(now, was)
    given |= {"quantity": quantity} if quantity else {}
    stays = before is not None and quantity is not None and _reads_alike(now, was)
    return given, {name: before[name] for name in KEPT} if stays and before else None


def cells_of(row: Row) -> Cells:
    """A stored statement as the cells that are read, written as an export writes them."""
    period = Period(*(row[f"period_{name}"] for name in ("type", "start", "end", "as_written", "basis", "rule", "anchor")))
    values = {
        **row,
        "as_written": collapse(row["exact"]),
        "regions": ";".join(row.get("regions", ())),
        "value_text": row["value"],
        "approximate": row["approximate"] if row["interval_basis"] else None,
        "period": period.label,
        "period_anchor": row["period_rule"] and ("publication" if row["period_anchor"] else "context"),
    }
    return {name: cell_of(values[name]) for name in FIELDS}


def cell_of(value: Any) -> str:
    """A value as the text of a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return Float(plain_text(Decimal(repr(value))))
    if isinstance(value, Decimal):
        return plain_text(value)
    if isinstance(value, list):
        return ";".join(map(str, value))
    return value.isoformat() if isinstance(value, date) else str(value)


def _same(name: str, now: Cells, was: Cells) -> bool:
    """Whether a column reads as it is stored."""
    left, right = now.get(name, ""), was.get(name, "")
    return left == right or (isinstance(left, Float) and bool(right) and float(left) == float(right))


def _reads_alike(now: Cells, was: Cells) -> bool:
    """Whether the figure reads as it is stored."""
    names = ["value", "value_text", "unit", "comparator", "approximate", "counted"]
    ranged = now.get("interval_basis") == "range"
    return _form(now) == _form(was) and all(_same(name, now, was) for name in (*names, *(["lower", "upper"] if ranged else [])))


def _form(cells: Cells) -> str:
    return cells["interval_basis"] if cells.get("interval_basis") in FORMS else "number"


def _quantity(now: Cells, was: Cells) -> dict[str, Any] | None:
    if not any(now.get(name) for name in ("value", "value_text", "unit", "comparator")):
        return None
    form = _form(now)
    found: dict[str, Any] = {"value": _value(now, was), "form": form}
    if form == "range":
        found |= {"value": now.get("lower", ""), "value_to": now.get("upper", "")}
    found |= {name: now[name] for name in ("unit", "comparator", "counted") if now.get(name)}
    if now.get("approximate") and form == "number":
        found["approximate"] = {"true": True, "false": False}.get(now["approximate"].lower(), now["approximate"])
    return found


def _value(now: Cells, was: Cells) -> str:
    """The number: `value`, or `value_text` when only that one was changed."""
    value, text = now.get("value", ""), now.get("value_text", "")
    if not value or not text or value == text or (isinstance(value, Float) and _is_number(text) and float(text) == float(value)):
        return text or value
    if was and _same("value", now, was):
        return text
    if was and _same("value_text", now, was):
        return value
    raise DisagreeError(("quantity", "value"), f"value is {value}, value_text {text}; change both alike, or leave one empty")


def _is_number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdecimal()


def _period(now: Cells, was: Cells) -> dict[str, Any]:
    found: dict[str, Any] = {"type": now.get("period_type", ""), "basis": now.get("period_basis", "")}
    if when := _when(now, was):
        found["when"] = when
    names = ("as_written", "rule", "anchor") if found["basis"] in ("resolved", "inferred") else ("as_written",)
    return found | {name: now[f"period_{name}"] for name in names if now.get(f"period_{name}")}


def _when(now: Cells, was: Cells) -> str:
    """The days: those of `period_start` and `period_end`, or of the label in `period` when only that one was changed."""
    start, end, label = now.get("period_start", ""), now.get("period_end", ""), now.get("period", "")
    days = start if start == end else f"{start}..{end}"
    named = label if label not in ("", "asof", "unknown") else ""
    if not days or not named:
        return days or named
    try:
        alike = label_of(*parse_when(days)) == label_of(*parse_when(named))
    except ValueError:
        return days
    if alike or (was and _same("period", now, was)):
        return days
    if was and _same("period_start", now, was) and _same("period_end", now, was):
        return named
    raise DisagreeError(("period", "when"), f"period is {label}, period_start and period_end say {days}; leave one of them empty")


def _whole(text: str | None) -> Any:
    return int(text) if text and text.isdecimal() and len(text) < 12 else text
