"""Turns shapes into rows: here the interval, the normalised value, the cell and the label are computed, nowhere else."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from graphlib import TopologicalSorter
from typing import Any

from app.domain.comparison import Base, cell_key
from app.domain.decimals import sort_key
from app.domain.interval import Interval
from app.domain.period import Period, label_of, parse_when, period_key, period_key_down
from app.domain.quantity import interval_of, parse_written
from app.domain.text import fold
from app.domain.units import COUNTING, Unit
from app.seed.gather import Entry, Seed
from app.seed.shapes import ActorShape, DocumentFile, MentionShape, PeriodShape, QuantityShape, StatementShape

Row = dict[str, Any]
Rows = dict[str, list[Row]]
"""Rows by table name."""


def interval_and_value(quantity: QuantityShape, unit: Unit) -> tuple[Decimal | None, Interval]:
    """The normalised value (None for a range) and the interval, both in the dimension's base unit."""
    written = parse_written(quantity.value).times(unit.factor)
    until = parse_written(quantity.value_to).times(unit.factor) if quantity.value_to else None
    interval = interval_of(
        written,
        comparator=quantity.comparator,
        approximate=quantity.approximate,
        form=quantity.form,
        counts=unit.family in COUNTING,
        until=until,
    )
    return (None if until else written.value), interval


@lru_cache(maxsize=4096)
def period_of(shape: PeriodShape, published_on: date) -> Period:
    """The period with its days and its anchor."""
    start, end = parse_when(shape.when) if shape.when else (None, None)
    anchored = shape.rule is not None and shape.anchor != "context"
    return Period(
        type=shape.type,
        start=start,
        end=end,
        as_written=shape.as_written,
        basis=shape.basis,
        rule=shape.rule,
        anchor=published_on if anchored else None,
    )


def base_of(statement: StatementShape) -> Base | None:
    """What the figure refers to, its period under its shortest label."""
    if statement.base is None:
        return None
    period = statement.base.period
    return Base(statement.base.region, statement.base.indicator, label_of(*parse_when(period)) if period else None)


def statement_cell(statement: StatementShape, unit: Unit, period: Period) -> str:
    """The cell of a statement with a quantity."""
    return cell_key(
        indicator=statement.indicator or "",
        measure=statement.measure or "",
        base=base_of(statement),
        counted=statement.quantity.counted if statement.quantity else None,
        dimension=unit.dimension,
        regions=statement.regions,
        project=statement.project,
        kind=statement.kind,
        period=period,
    )


def rows_of(seed: Seed, units: Mapping[str, Unit]) -> Rows:
    """Every row the seed asks for, but for what the loader sets itself (version, changed_in, verification)."""
    rows: Rows = {
        "unit": [_unit(entry.shape) for entry in seed.units],
        "actor": [_named(entry.shape, exclude=set()) for entry in _organisations_first(seed)],
        "region": [_named(entry.shape, exclude={"parents"}) for entry in seed.regions],
        "region_parent": [
            {"region": entry.shape.code, "parent": parent} for entry in seed.regions for parent in entry.shape.parents
        ],
        "indicator": [_named(entry.shape, exclude={"counted"}) for entry in seed.indicators],
        "indicator_counted": [
            {"indicator": entry.shape.code, "code": counted.code, "name": counted.name}
            for entry in seed.indicators
            for counted in entry.shape.counted
        ],
        "project": [_named(entry.shape, exclude={"regions", "parties", "status"}) for entry in seed.projects],
        "project_region": [
            {"project": entry.shape.code, "region": region} for entry in seed.projects for region in entry.shape.regions
        ],
        "project_party": [
            {"project": entry.shape.code, "actor": party.actor, "role": party.role}
            for entry in seed.projects
            for party in entry.shape.parties
        ],
        "project_status": [row for entry in seed.projects for row in _steps(entry.shape)],
        "document": [],
        "document_author": [],
        "statement": [],
        "statement_region": [],
        "relation": [entry.shape.model_dump() for entry in seed.relations],
        "mention": [],
        "mention_statement": [],
    }
    for entry in seed.documents:
        _add_document(entry.shape, units, rows)
    return rows


def _unit(shape: Any) -> Row:
    return {**shape.model_dump(), "factor": parse_written(shape.factor).value}


def _named(shape: Any, *, exclude: set[str]) -> Row:
    return {**shape.model_dump(exclude=exclude), "folded": fold(shape.name, shape.name_zh)}


def _organisations_first(seed: Seed) -> list[Entry[ActorShape]]:
    """Actors so that each stands after the organisation it belongs to."""
    actors = {entry.shape.code: entry for entry in seed.actors}
    above = {code: {entry.shape.organisation or code} - {code} for code, entry in actors.items()}
    return [actors[code] for code in TopologicalSorter(above).static_order() if code in actors]


def _steps(shape: Any) -> Iterator[Row]:
    for position, step in enumerate(shape.status, start=1):
        start, end = parse_when(step.since) if step.since else (None, None)
        yield {
            "project": shape.code,
            "position": position,
            "status": step.status,
            "start": start,
            "end": end,
            "statement": step.statement,
        }


def _add_document(file: DocumentFile, units: Mapping[str, Unit], rows: Rows) -> None:
    document = file.document
    rows["document"].append({**document.model_dump(exclude={"authors"}), "folded": fold(document.title)})
    rows["document_author"].extend(
        {"document": document.code, "position": position, "actor": actor}
        for position, actor in enumerate(document.authors, start=1)
    )
    for position, statement in enumerate(file.statements, start=1):
        row = statement_row(statement, position, document, units)
        rows["statement"].append(row)
        rows["statement_region"].extend({"statement": row["id"], "region": region} for region in statement.regions)
    for mention in file.mentions or ():
        state = "dismissed" if mention.reason else "stated"
        rows["mention"].append({"document": document.code, "state": state, **mention.model_dump()})
        rows["mention_statement"].extend(
            {"document": document.code, "start": mention.start, "statement": f"{document.code}.{statement.slug}"}
            for statement in stating(mention, file.statements)
        )


def stating(mention: MentionShape, statements: Iterable[StatementShape]) -> list[StatementShape]:
    """The statements whose spans hold a number that is not dismissed."""
    if mention.reason:
        return []
    return [each for each in statements if each.evidence.start <= mention.start and mention.end <= each.evidence.end]


def statement_row(shape: StatementShape, position: int, document: Any, units: Mapping[str, Unit]) -> Row:
    """The row of a statement of a document (its code and day), but for what the loader sets itself."""
    period = period_of(shape.period, document.published_on)
    base = base_of(shape)
    return {
        "id": f"{document.code}.{shape.slug}",
        "document": document.code,
        "position": position,
        "text": shape.text,
        "indicator": shape.indicator,
        "measure": shape.measure,
        "base_region": base.region if base else None,
        "base_indicator": base.indicator if base else None,
        "base_period": base.period if base else None,
        "kind": shape.kind,
        "project": shape.project,
        **_quantity(shape, units, period),
        "period_type": period.type,
        "period_start": period.start,
        "period_end": period.end,
        "period_key": period_key(period.start, period.end),
        "period_key_down": period_key_down(period.start, period.end),
        "period_label": period.label,
        "period_as_written": period.as_written,
        "period_basis": period.basis,
        "period_rule": period.rule,
        "period_anchor": period.anchor,
        "speaker": shape.attribution.speaker,
        "role": shape.attribution.role,
        "attribution_mode": shape.attribution.mode,
        "attribution_basis": shape.attribution.basis,
        "exact": shape.evidence.exact,
        "evidence_start": shape.evidence.start,
        "evidence_end": shape.evidence.end,
        "paragraph": shape.evidence.paragraph,
        "note": shape.note,
        "status": shape.status,
        "folded": fold(shape.text, " ".join(shape.evidence.exact.split())),
    }


def _quantity(shape: StatementShape, units: Mapping[str, Unit], period: Period) -> Row:
    if shape.quantity is None:
        return {
            "value": None,
            "value_key": None,
            "unit": None,
            "counted": None,
            "comparator": None,
            "approximate": False,
            "lower": None,
            "lower_inclusive": False,
            "upper": None,
            "upper_inclusive": False,
            "lower_key": None,
            "upper_key": None,
            "interval_basis": None,
            "cell": None,
        }
    unit = units[shape.quantity.unit]
    value, interval = interval_and_value(shape.quantity, unit)
    return {
        "value": value,
        "value_key": None if value is None else sort_key(value),
        "unit": unit.base,
        "counted": shape.quantity.counted,
        "comparator": shape.quantity.comparator,
        "approximate": shape.quantity.approximate or shape.quantity.form in ("nearly", "magnitude", "fraction"),
        "lower": interval.lower,
        "lower_inclusive": interval.lower_inclusive,
        "upper": interval.upper,
        "upper_inclusive": interval.upper_inclusive,
        "lower_key": None if interval.lower is None else sort_key(interval.lower),
        "upper_key": None if interval.upper is None else sort_key(interval.upper),
        "interval_basis": interval.basis,
        "cell": statement_cell(shape, unit, period),
    }
