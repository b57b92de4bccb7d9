"""Makes the database say what a seed directory says, in one transaction: all of it or nothing, and twice is once.

A seed directory is authoritative for the documents it holds, and only for them: a statement gone from its file is withdrawn,
other documents stay as they are unless they are pruned, codes are added and updated but never removed.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app import models
from app.db import check_schema, writing
from app.domain.evidence import Evidence, quotation_of
from app.domain.evidence import verify as verify_evidence
from app.domain.units import Unit
from app.errors import SeedError
from app.seed.gather import Seed, gather
from app.seed.read import Fault
from app.seed.rows import Row, Rows, rows_of
from app.seed.verify import Known, verify

Key = tuple[Any, ...]
Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""

OWNERS: dict[str, tuple[str, str]] = {
    "unit": ("unit", "code"),
    "actor": ("actor", "code"),
    "region": ("region", "code"),
    "region_parent": ("region", "region"),
    "indicator": ("indicator", "code"),
    "indicator_counted": ("indicator", "indicator"),
    "project": ("project", "code"),
    "project_region": ("project", "project"),
    "project_party": ("project", "project"),
    "project_status": ("project", "project"),
    "document": ("document", "code"),
    "document_author": ("document", "document"),
    "mention": ("document", "document"),
    "statement": ("statement", "id"),
    "statement_region": ("statement", "statement"),
    "relation": ("relation", ""),
}
"""Table → the resource it belongs to and the column that names it."""

PARTS: dict[str, str] = {
    "region_parent": "parents",
    "indicator_counted": "counted",
    "project_region": "regions",
    "project_party": "parties",
    "project_status": "status",
    "document_author": "authors",
    "mention": "dismissed",
    "statement_region": "regions",
}
"""Table → the field of its owner that it holds."""

MANAGED = frozenset({"version", "changed_in", "verification"})
"""Columns of a statement that the loader sets; a seed file never does."""

DERIVED = frozenset({"folded", "value_key"})
"""Columns that follow from others; the change log does not name them."""


@dataclass(slots=True)
class Outcome:
    """What a load did, or would do: counts by resource and operation, and the data version after it."""

    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    version: int = 0
    absent: list[str] = field(default_factory=list)
    """documents of the database that the directory does not hold"""

    @property
    def changed(self) -> bool:
        """Whether anything was, or would be, written."""
        return bool(self.counts)


@dataclass(slots=True)
class Plan:
    """Rows to insert, update and delete, by table, and what they change."""

    inserts: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    updates: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    deletes: dict[str, list[Key]] = field(default_factory=lambda: defaultdict(list))
    operations: dict[tuple[str, str], str] = field(default_factory=dict)
    fields: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))


def seed_directory(
    engine: sa.Engine,
    directory: Path,
    *,
    check: bool = False,
    prune: bool = False,
    progress: Progress | None = None,
) -> Outcome:
    """Verify a seed directory and load it. Raises SeedError listing every fault; then nothing was written.

    With `check` nothing is written at all. With `prune` documents that the directory does not hold are removed.
    """
    seed = gather(directory)
    if check:
        with engine.connect() as connection:
            check_schema(connection)
            return _load(connection, seed, write=False, prune=prune, progress=progress)
    with writing(engine) as connection:
        check_schema(connection)
        return _load(connection, seed, write=True, prune=prune, progress=progress)


def check_directory(directory: Path) -> Outcome:
    """Verify a seed directory by itself, without a database. Raises SeedError listing every fault."""
    seed = gather(directory)
    known = Known()
    _refuse(verify(seed, known))
    counts = {
        name: {"read": size} for name in OWNERS if (size := len(rows_of(seed, known.units).get(name, []))) and name not in PARTS
    }
    return Outcome(counts=counts)


def _load(connection: sa.Connection, seed: Seed, *, write: bool, prune: bool, progress: Progress | None) -> Outcome:
    known = _known(connection)
    stored = set(known.documents)
    _refuse(verify(seed, known))
    held = {entry.shape.document.code for entry in seed.documents}
    absent = sorted(stored - held)
    wanted = rows_of(seed, known.units)
    plan = _compare(connection, wanted, held)
    if prune and absent:
        _plan_removal(connection, plan, absent)
    version = connection.execute(sa.select(models.DataVersion.version)).scalar_one()
    outcome = Outcome(counts=_counts(plan), version=version, absent=absent)
    if not plan.operations or not write:
        return outcome
    outcome.version = version + 1
    _stamp(connection, plan, outcome.version)
    _write(connection, plan, progress)
    _log(connection, plan, outcome.version)
    touched = {row["document"] for name in ("inserts", "updates") for row in getattr(plan, name).get("statement", [])}
    for document in sorted(touched):
        requote(connection, document)
    return outcome


def _refuse(faults: list[Fault]) -> None:
    if faults:
        lines = "\n".join(str(fault) for fault in faults)
        raise SeedError(f"{lines}\n{len(faults)} fault{'s' if len(faults) > 1 else ''}; nothing was written.")


def _known(connection: sa.Connection) -> Known:
    """What the database already knows."""

    def column(of: Any) -> set[str]:
        return set(connection.execute(sa.select(of)).scalars())

    units = connection.execute(sa.select(models.Unit.__table__)).mappings()
    indicators = connection.execute(
        sa.select(models.Indicator.code, models.Indicator.dimension, models.Indicator.stock_flow)
    ).all()
    return Known(
        units={row["code"]: Unit(row["code"], row["dimension"], row["family"], row["base"], row["factor"]) for row in units},
        actors=column(models.Actor.code),
        regions=column(models.Region.code),
        indicators={code: dimension for code, dimension, _ in indicators},
        stocks={code for code, _, stock_flow in indicators if stock_flow == "stock"},
        counted={
            (row.indicator, row.code)
            for row in connection.execute(sa.select(models.IndicatorCounted.indicator, models.IndicatorCounted.code))
        },
        projects=column(models.Project.code),
        documents=column(models.Document.code),
        statements=column(models.Statement.id),
        texts={
            row.document: row.text
            for row in connection.execute(sa.select(models.DocumentText.document, models.DocumentText.text))
        },
    )


def _table(name: str) -> sa.Table:
    return models.Table.metadata.tables[name]


def _key_of(table: sa.Table, row: Mapping[str, Any]) -> Key:
    return tuple(row[column.name] for column in table.primary_key)


def _compare(connection: sa.Connection, wanted: Rows, held: set[str]) -> Plan:
    """What must change so that the rows of what the seed holds are the wanted ones."""
    plan = Plan()
    for name in OWNERS:
        table = _table(name)
        rows = {_key_of(table, row): row for row in wanted[name]}
        owners = {_owner(_main(name), row) for row in wanted[_main(name)]}
        current = {_key_of(table, row): row for row in _current(connection, table, name, owners, held)}
        for key, row in rows.items():
            _plan_row(plan, name, row, current.get(key))
        for key in current.keys() - rows.keys():
            _plan_gone(plan, name, key, current[key])
    return plan


def _main(name: str) -> str:
    return OWNERS[name][0]


def _owner(name: str, row: Mapping[str, Any]) -> str:
    column = OWNERS[name][1]
    return str(row[column]) if column else f"{row['statement']}~{row['relation']}~{row['other']}"


def _current(
    connection: sa.Connection, table: sa.Table, name: str, owners: set[str], held: set[str]
) -> Iterable[Mapping[str, Any]]:
    """The stored rows that the seed speaks for: of the codes it lists, and of the documents it holds."""
    for row in connection.execute(sa.select(table)).mappings():
        if name in ("statement", "statement_region", "relation"):
            statement = row["id"] if name == "statement" else row["statement"]
            if statement.split(".", 1)[0] in held:
                yield row
        elif _owner(name, row) in owners:
            yield row


def _plan_row(plan: Plan, name: str, row: Row, current: Mapping[str, Any] | None) -> None:
    resource = (_main(name), _owner(name, row))
    if current is None:
        plan.inserts[name].append(dict(row))
        if name in PARTS:
            _mark_updated(plan, resource, PARTS[name])
        else:
            plan.operations[resource] = "created"
        return
    changed = {column for column, value in row.items() if not _same(value, current[column])}
    if not changed:
        return
    plan.updates[name].append({**current, **row})
    _mark_updated(plan, resource, *([PARTS[name]] if name in PARTS else sorted(changed - DERIVED)))


def _mark_updated(plan: Plan, resource: tuple[str, str], *fields: str) -> None:
    plan.operations.setdefault(resource, "updated")
    plan.fields[resource].update(fields)


def _plan_gone(plan: Plan, name: str, key: Key, current: Mapping[str, Any]) -> None:
    resource = (_main(name), _owner(name, current))
    if name == "statement":
        if current["status"] != "withdrawn":
            plan.updates[name].append({**current, "status": "withdrawn"})
            plan.operations[resource] = "withdrawn"
        return
    if name == "statement_region" and plan.operations.get(resource) != "updated" and not _rewritten(plan, resource):
        return  # the regions of a withdrawn statement stay with it
    plan.deletes[name].append(key)
    if name == "relation":
        plan.operations[resource] = "removed"
    else:
        _mark_updated(plan, resource, PARTS[name])


def _rewritten(plan: Plan, resource: tuple[str, str]) -> bool:
    """Whether the seed still holds the statement (then its file decides its regions)."""
    return resource in plan.fields or resource[1] in plan_statements(plan)


def plan_statements(plan: Plan) -> set[str]:
    """Ids of the statements that the plan inserts or updates."""
    return {row["id"] for row in (*plan.inserts["statement"], *plan.updates["statement"])}


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return left == right
    return bool(left == right)


def _plan_removal(connection: sa.Connection, plan: Plan, documents: list[str]) -> None:
    """Everything of documents that are pruned; steps of projects that named their statements lose the reference."""
    statement = models.Statement
    gone = connection.execute(sa.select(statement.id).where(statement.document.in_(documents))).scalars().all()
    ids = set(gone)
    for row in connection.execute(sa.select(_table("project_status"))).mappings():
        if row["statement"] in ids:
            plan.updates["project_status"].append({**row, "statement": None})
            _mark_updated(plan, ("project", row["project"]), "status")
    for name in (
        "relation",
        "mention_statement",
        "quotation",
        "statement_region",
        "mention",
        "document_text",
        "document_author",
    ):
        table = _table(name)
        for row in connection.execute(sa.select(table)).mappings():
            ends = {row.get(column) for column in ("statement", "other") if column in row}
            if ends & ids or (row.get("document") in documents and name != "relation"):
                plan.deletes[name].append(_key_of(table, row))
                if name == "relation":
                    plan.operations["relation", _owner(name, row)] = "removed"
    for id_ in sorted(ids):
        plan.deletes["statement"].append((id_,))
        plan.operations["statement", id_] = "removed"
    for code in documents:
        plan.deletes["document"].append((code,))
        plan.operations["document", code] = "removed"


def _counts(plan: Plan) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for (resource, _), operation in sorted(plan.operations.items()):
        by_operation = counts.setdefault(resource, {})
        by_operation[operation] = by_operation.get(operation, 0) + 1
    return counts


def _stamp(connection: sa.Connection, plan: Plan, version: int) -> None:
    """Give every statement that changes its version and the data version; a change of its parts counts."""
    for row in plan.inserts["statement"]:
        row.update(version=1, changed_in=version, verification="unattached")
    by_id = {row["id"]: row for row in plan.updates["statement"]}
    for resource, id_ in list(plan.operations):
        if resource == "statement" and plan.operations[resource, id_] == "updated" and id_ not in by_id:
            table = _table("statement")
            row = dict(connection.execute(sa.select(table).where(table.c.id == id_)).mappings().one())
            plan.updates["statement"].append(row)
            by_id[id_] = row
    for row in by_id.values():
        row.update(version=row["version"] + 1, changed_in=version)


def _write(connection: sa.Connection, plan: Plan, progress: Progress | None) -> None:
    tables = models.Table.metadata.sorted_tables
    total = sum(len(rows) for part in (plan.inserts, plan.updates, plan.deletes) for rows in part.values())
    done = 0

    def step(count: int) -> None:
        nonlocal done
        done += count
        if progress:
            progress("rows", done, total)

    for table in tables:
        for batch in _batches(plan.inserts.get(table.name, [])):
            connection.execute(sa.insert(table), batch)
            step(len(batch))
        for batch in _batches(plan.updates.get(table.name, [])):
            keys = [column.name for column in table.primary_key]
            values = {column.name: sa.bindparam(f"v_{column.name}") for column in table.columns if column.name not in keys}
            where = [table.c[name] == sa.bindparam(f"k_{name}") for name in keys]
            if values:
                rows = [{(f"k_{name}" if name in keys else f"v_{name}"): value for name, value in row.items()} for row in batch]
                connection.execute(sa.update(table).where(*where).values(values), rows)
            step(len(batch))
    for table in reversed(tables):
        for key in plan.deletes.get(table.name, []):
            where = [column == value for column, value in zip(table.primary_key, key, strict=True)]
            connection.execute(sa.delete(table).where(*where))
            step(1)


def _batches(rows: list[Row], size: int = 500) -> Iterable[list[Row]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _log(connection: sa.Connection, plan: Plan, version: int) -> None:
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    connection.execute(sa.update(models.DataVersion).values(version=version))
    rows = [
        {
            "version": version,
            "resource": resource,
            "code": code,
            "operation": operation,
            "fields": ";".join(sorted(plan.fields[resource, code])) if operation == "updated" else "",
            "at": at,
        }
        for (resource, code), operation in sorted(plan.operations.items())
    ]
    for batch in _batches(rows):
        connection.execute(sa.insert(models.Change), batch)


def requote(connection: sa.Connection, document: str) -> dict[str, str]:
    """Check the locators of a document against its attached text, and keep the words around those that stand.

    Returns the verification of each of its statements by id.
    """
    text = connection.execute(
        sa.select(models.DocumentText.text).where(models.DocumentText.document == document)
    ).scalar_one_or_none()
    statement, quotation = models.Statement, models.Quotation
    rows = connection.execute(
        sa.select(statement.id, statement.exact, statement.evidence_start, statement.evidence_end, statement.paragraph).where(
            statement.document == document
        )
    ).all()
    states: dict[str, str] = {}
    quotes: list[Row] = []
    for id_, exact, start, end, paragraph in rows:
        states[id_] = verify_evidence(text, Evidence(exact, start, end, paragraph))
        if text is not None and states[id_] == "verified":
            quote = quotation_of(text, start, end)
            quotes.append({"statement": id_, "quote": quote.quote, "prefix": quote.prefix, "suffix": quote.suffix})
    ids = sa.select(statement.id).where(statement.document == document)
    connection.execute(sa.delete(quotation).where(quotation.statement.in_(ids)))
    for batch in _batches(quotes):
        connection.execute(sa.insert(quotation), batch)
    table = _table("statement")
    changes = [{"k": id_, "v": state} for id_, state in states.items()]
    for batch in _batches(changes):
        connection.execute(sa.update(table).where(table.c.id == sa.bindparam("k")).values(verification=sa.bindparam("v")), batch)
    return states
