"""What must change so that tables hold given rows, and the writing of it: rows, versions of statements, list of changes."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from app import models
from app.db import insert_many
from app.seed.rows import Row

Key = tuple[Any, ...]
Resource = tuple[str, str]
"""What a row belongs to: `statement` and its id, `region` and its code."""
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
    "mention_statement": ("document", "document"),
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
    "mention": "mentions",
    "mention_statement": "mentions",
    "statement_region": "regions",
}
"""Table → the field of its owner that it holds."""

VERSIONED = frozenset({"updated", "withdrawn"})
"""Operations that give a statement its next version."""

DERIVED = frozenset({"folded", "value_key", "lower_key", "upper_key", "period_key", "period_key_down", "position"})
"""Columns that follow from others; the change log does not name them."""


@dataclass(slots=True)
class Plan:
    """Rows to insert, update and delete, by table, and what they change."""

    inserts: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    updates: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    deletes: dict[str, set[Key]] = field(default_factory=lambda: defaultdict(set))
    operations: dict[Resource, str] = field(default_factory=dict)
    fields: dict[Resource, set[str]] = field(default_factory=lambda: defaultdict(set))


def counts_of(plan: Plan) -> dict[str, dict[str, int]]:
    """How many things of each resource are created, updated and so on."""
    counts: dict[str, dict[str, int]] = {}
    for (name, _), operation in sorted(plan.operations.items()):
        by_operation = counts.setdefault(name, {})
        by_operation[operation] = by_operation.get(operation, 0) + 1
    return counts


def table_of(name: str) -> sa.Table:
    """The table of this name."""
    return models.Table.metadata.tables[name]


def key_of(name: str, row: Row) -> Key:
    """The primary key of a row."""
    return tuple(row[column.name] for column in table_of(name).primary_key)


def resource_of(name: str, row: Row) -> Resource:
    """The resource that a row belongs to; a relation has no code but its three parts."""
    resource, column = OWNERS[name]
    return resource, str(row[column]) if column else f"{row['statement']}~{row['relation']}~{row['other']}"


def plan_insert(plan: Plan, name: str, row: Row) -> None:
    """A row that is not there yet."""
    plan.inserts[name].append(dict(row))
    if name in PARTS:
        mark_updated(plan, resource_of(name, row), PARTS[name])
    else:
        plan.operations[resource_of(name, row)] = "created"


def plan_update(plan: Plan, name: str, current: Row, row: Row) -> None:
    """A row that is there: what differs in it is written. `row` may hold some of its columns only."""
    changed = {column for column, value in row.items() if value != current[column]}
    if not changed:
        return
    plan.updates[name].append({**current, **row})
    if name in PARTS:
        mark_updated(plan, resource_of(name, current), PARTS[name])
    elif "status" in changed and row["status"] == "withdrawn":
        plan.operations[resource_of(name, current)] = "withdrawn"
    elif changed != {"position"}:
        mark_updated(plan, resource_of(name, current), *(changed - DERIVED))


def plan_gone(plan: Plan, name: str, current: Row) -> None:
    """A row that goes; a statement is withdrawn instead."""
    if name == "statement":
        plan_update(plan, name, current, {"status": "withdrawn"})
        return
    plan.deletes[name].add(key_of(name, current))
    if name in PARTS:
        mark_updated(plan, resource_of(name, current), PARTS[name])
    else:
        plan.operations[resource_of(name, current)] = "removed"


def mark_updated(plan: Plan, resource: Resource, *fields: str) -> None:
    """Say that these fields of a thing change."""
    plan.operations.setdefault(resource, "updated")
    plan.fields[resource].update(fields)


def write_plan(connection: sa.Connection, plan: Plan, progress: Progress | None) -> None:
    """Write the rows: what others refer to first, and last what refers to others goes."""
    tables = models.Table.metadata.sorted_tables
    total = sum(map(len, [*plan.inserts.values(), *plan.updates.values(), *plan.deletes.values()]))
    done = 0

    def execute(statement: sa.Executable, rows: list[Row]) -> None:
        nonlocal done
        for batch in batches(rows):
            connection.execute(statement, batch)
            done += len(batch)
            if progress:
                progress("rows", done, total)

    for table in tables:
        execute(sa.insert(table), plan.inserts[table.name])
        execute(_update_by_key(table), [{f"to_{name}": value for name, value in row.items()} for row in plan.updates[table.name]])
    for table in reversed(tables):
        names = [f"to_{column.name}" for column in table.primary_key]
        execute(
            sa.delete(table).where(*_is_key(table)),
            [dict(zip(names, key, strict=True)) for key in plan.deletes[table.name]],
        )


def _update_by_key(table: sa.Table) -> sa.Update:
    values: dict[Any, Any] = {column: sa.bindparam(f"to_{column.name}") for column in table.columns if not column.primary_key}
    return sa.update(table).where(*_is_key(table)).values(values)


def _is_key(table: sa.Table) -> list[sa.ColumnElement[bool]]:
    return [column == sa.bindparam(f"to_{column.name}") for column in table.primary_key]


def batches(rows: list[Row], size: int = 500) -> Iterable[list[Row]]:
    """The rows, `size` at a time."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def raise_versions(connection: sa.Connection, plan: Plan, version: int) -> None:
    """Every statement that changes gets its next version; a change of its parts counts."""
    table = table_of("statement")
    changed = [code for (name, code), operation in plan.operations.items() if name == "statement" and operation in VERSIONED]
    raised = sa.update(table).where(table.c.id == sa.bindparam("of")).values(version=table.c.version + 1, changed_in=version)
    for batch in batches([{"of": code} for code in changed]):
        connection.execute(raised, batch)


def log_changes(connection: sa.Connection, plan: Plan, version: int) -> None:
    """Give the data their version, and list what it changes."""
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    connection.execute(sa.update(models.DataVersion).values(version=version))
    rows = [
        (
            version,
            resource,
            code,
            operation,
            ";".join(sorted(plan.fields[resource, code])) if operation == "updated" else "",
            at,
        )
        for (resource, code), operation in sorted(plan.operations.items())
    ]
    insert_many(connection, "change", ("version", "resource", "code", "operation", "fields", "at"), rows)
