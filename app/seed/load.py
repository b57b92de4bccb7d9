"""Makes the database say what a seed directory says, in one transaction: all of it or nothing, and twice is once.

A seed directory is authoritative for the documents it holds, and only for them: a statement gone from its file is withdrawn,
other documents stay as they are unless they are pruned, codes are added and updated but never removed.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app import models
from app.db import check_schema, writing
from app.domain.evidence import Evidence, quotation_of
from app.domain.evidence import verify as verify_evidence
from app.domain.mentions import find_mentions
from app.domain.units import Unit
from app.errors import SeedError
from app.seed.gather import Seed, gather
from app.seed.read import Fault
from app.seed.rows import Row, Rows, rows_of
from app.seed.verify import Known, verify
from app.upkeep import comparisons, search

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

DEPENDENTS = ("relation", "mention_statement", "quotation", "statement_region", "mention", "document_text", "document_author")
"""Tables whose rows hang on statements and documents."""

VERSIONED = frozenset({"updated", "withdrawn"})
"""Operations that give a statement its next version."""

DERIVED = frozenset({"folded", "value_key", "lower_key", "upper_key", "position"})
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
    deletes: dict[str, set[Key]] = field(default_factory=lambda: defaultdict(set))
    operations: dict[Resource, str] = field(default_factory=dict)
    fields: dict[Resource, set[str]] = field(default_factory=lambda: defaultdict(set))


def seed_directory(
    engine: sa.Engine, directory: Path, *, check: bool = False, prune: bool = False, progress: Progress | None = None
) -> Outcome:
    """Read a seed directory and load it: see `load_seed`."""
    return load_seed(engine, gather(directory), check=check, prune=prune, progress=progress)


def load_seed(
    engine: sa.Engine, seed: Seed, *, check: bool = False, prune: bool = False, progress: Progress | None = None
) -> Outcome:
    """Verify a seed and load it. Raises SeedError listing every fault; then nothing was written.

    With `check` nothing is written at all. With `prune` documents that the seed does not hold are removed.
    """
    if check:
        with engine.connect() as connection:
            return load_into(connection, seed, write=False, prune=prune)
    with writing(engine) as connection:
        return load_into(connection, seed, prune=prune, progress=progress)


def check_seed(seed: Seed) -> Outcome:
    """Verify a seed by itself, as for an empty database. Raises SeedError listing every fault."""
    known = Known()
    _refuse(verify(seed, known))
    rows = rows_of(seed, known.units)
    return Outcome(counts={name: {"read": len(rows[name])} for name in OWNERS if rows[name] and name not in PARTS})


def load_into(
    connection: sa.Connection, seed: Seed, *, write: bool = True, prune: bool = False, progress: Progress | None = None
) -> Outcome:
    """The same within the caller's transaction."""
    check_schema(connection)
    known = _known(connection)
    held = {entry.shape.document.code for entry in seed.documents}
    absent = sorted(known.documents - held)
    if prune:
        known.forget(absent)
    _refuse(verify(seed, known))
    plan = _compare(connection, rows_of(seed, known.units), held=held, lists=seed.lists)
    if prune:
        _plan_removal(connection, plan, absent)
    version = connection.execute(sa.select(models.DataVersion.version)).scalar_one()
    outcome = Outcome(counts=_counts(plan), version=version, absent=absent)
    if not plan.operations or not write:
        return outcome
    outcome.version = version + 1
    for row in plan.inserts["statement"]:
        row.update(version=1, changed_in=outcome.version, verification="unattached")
    touched = _touched(plan)
    keys = comparisons.keys_of(connection, touched)
    _write(connection, plan, progress)
    _raise_versions(connection, plan, outcome.version)
    _log(connection, plan, outcome.version)
    touched |= comparisons.regroup(connection)
    comparisons.refresh(connection, keys | comparisons.keys_of(connection, touched))
    changed = (*plan.inserts["statement"], *plan.updates["statement"], *plan.inserts["mention"], *plan.updates["mention"])
    gone = {key[0] for key in plan.deletes["mention"]} - {key[0] for key in plan.deletes["document"]}
    quoted = {row["document"] for row in changed} | gone
    for document in sorted(quoted):
        requote(connection, document)
    # `requote` has made the entries of these statements anew already
    others = {
        key: done for key, done in plan.operations.items() if key[0] != "statement" or key[1].partition(".")[0] not in quoted
    }
    search.refresh(connection, others)
    return outcome


def _touched(plan: Plan) -> set[str]:
    """The documents whose figures, or relations of figures, change."""
    documents = {row["document"] for row in (*plan.inserts["statement"], *plan.updates["statement"])}
    documents.update(key[0] for key in plan.deletes["document"])
    relations = [(row["statement"], row["other"]) for row in (*plan.inserts["relation"], *plan.updates["relation"])]
    relations.extend((key[0], key[2]) for key in plan.deletes["relation"])
    return documents | {id_.partition(".")[0] for ends in relations for id_ in ends}


def _refuse(faults: list[Fault]) -> None:
    if faults:
        lines = "\n".join(str(fault) for fault in faults)
        raise SeedError(f"{lines}\n{len(faults)} fault{'s' if len(faults) > 1 else ''}; nothing was written.")


def _known(connection: sa.Connection) -> Known:
    """What the database already knows."""

    def codes(column: Any) -> set[str]:
        return set(connection.execute(sa.select(column)).scalars())

    def rows(*columns: Any) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in connection.execute(sa.select(*columns))]

    actor, unit, indicator, parent = models.Actor, models.Unit, models.Indicator, models.RegionParent
    parents: dict[str, list[str]] = defaultdict(list)
    for region, code in rows(parent.region, parent.parent):
        parents[region].append(code)
    indicators = rows(indicator.code, indicator.dimension, indicator.stock_flow)
    return Known(
        units={row[0]: Unit(*row) for row in rows(unit.code, unit.dimension, unit.family, unit.base, unit.factor)},
        actors=codes(actor.code),
        organisations={code: [organisation] for code, organisation in rows(actor.code, actor.organisation) if organisation},
        regions=codes(models.Region.code),
        parents=parents,
        indicators={code: dimension for code, dimension, _ in indicators},
        stocks={code for code, _, stock_flow in indicators if stock_flow == "stock"},
        counted=set(rows(models.IndicatorCounted.indicator, models.IndicatorCounted.code)),
        projects=codes(models.Project.code),
        documents=codes(models.Document.code),
        statements=codes(models.Statement.id),
        texts=dict(rows(models.DocumentText.document, models.DocumentText.text)),
    )


def _table(name: str) -> sa.Table:
    return models.Table.metadata.tables[name]


def _stored(connection: sa.Connection, name: str) -> list[Row]:
    return [dict(row) for row in connection.execute(sa.select(_table(name))).mappings()]


def _key_of(name: str, row: Row) -> Key:
    return tuple(row[column.name] for column in _table(name).primary_key)


def _resource(name: str, row: Row) -> Resource:
    """The resource that a row belongs to; a relation has no code but its three parts."""
    resource, column = OWNERS[name]
    return resource, str(row[column]) if column else f"{row['statement']}~{row['relation']}~{row['other']}"


def _compare(connection: sa.Connection, wanted: Rows, *, held: set[str], lists: set[str]) -> Plan:
    """What must change so that the database says what the seed does of the things that the seed speaks for.

    `held` are the documents of the seed, `lists` the code lists whose file is there.
    """
    plan = Plan()
    spoken = {_resource(name, row) for name in wanted if name not in PARTS for row in wanted[name]}
    statements = _stored(connection, "statement")
    _plan_order(plan, statements, wanted["statement"])
    kept = {(row["indicator"], row["counted"]) for row in statements if ("statement", row["id"]) not in spoken}

    def decides(name: str, row: Row) -> bool:
        """Whether the seed speaks for a row that it does not hold, so that the row goes."""
        if name == "statement":
            return row["document"] in held and row["status"] != "withdrawn"
        if name == "relation":
            return "relations" in lists and row["statement"].partition(".")[0] in held
        if name == "mention" and row["state"] == "unaccounted":
            return False  # found in the attached text; `recount` decides
        if name == "indicator_counted" and (row["indicator"], row["code"]) in kept:
            return False  # a statement that stays as it is counts it
        return name in PARTS and _resource(name, row) in spoken

    for name in OWNERS:
        rows = {_key_of(name, row): row for row in wanted[name]}
        for current in statements if name == "statement" else _stored(connection, name):
            row = rows.pop(_key_of(name, current), None)
            if row is not None:
                _plan_update(plan, name, current, row)
            elif decides(name, current):
                _plan_gone(plan, name, current)
        for row in rows.values():
            _plan_insert(plan, name, row)
    return plan


def _plan_order(plan: Plan, stored: list[Row], wanted: list[Row]) -> None:
    """Statements that change places change their document; those that others push on do not change at all."""
    before: dict[str, list[str]] = defaultdict(list)
    after: dict[str, list[str]] = defaultdict(list)
    common = {row["id"] for row in stored if row["status"] != "withdrawn"} & {row["id"] for row in wanted}
    for order, rows in ((before, sorted(stored, key=lambda row: row["position"])), (after, wanted)):
        for row in rows:
            if row["id"] in common:
                order[row["document"]].append(row["id"])
    for document, ids in after.items():
        if before[document] != ids:
            _mark_updated(plan, ("document", document), "statements")


def _plan_insert(plan: Plan, name: str, row: Row) -> None:
    plan.inserts[name].append(dict(row))
    if name in PARTS:
        _mark_updated(plan, _resource(name, row), PARTS[name])
    else:
        plan.operations[_resource(name, row)] = "created"


def _plan_update(plan: Plan, name: str, current: Row, row: Row) -> None:
    changed = {column for column, value in row.items() if value != current[column]}
    if not changed:
        return
    plan.updates[name].append({**current, **row})
    if name in PARTS:
        _mark_updated(plan, _resource(name, current), PARTS[name])
    elif "status" in changed and row["status"] == "withdrawn":
        plan.operations[_resource(name, current)] = "withdrawn"
    elif changed != {"position"}:
        _mark_updated(plan, _resource(name, current), *(changed - DERIVED))


def _plan_gone(plan: Plan, name: str, current: Row) -> None:
    if name == "statement":
        _plan_update(plan, name, current, {"status": "withdrawn"})
        return
    plan.deletes[name].add(_key_of(name, current))
    if name in PARTS:
        _mark_updated(plan, _resource(name, current), PARTS[name])
    else:
        plan.operations[_resource(name, current)] = "removed"


def _mark_updated(plan: Plan, resource: Resource, *fields: str) -> None:
    plan.operations.setdefault(resource, "updated")
    plan.fields[resource].update(fields)


def _plan_removal(connection: sa.Connection, plan: Plan, documents: list[str]) -> None:
    """Everything of these documents goes; steps of projects that named their statements lose the reference."""
    ids = {row["id"] for row in _stored(connection, "statement") if row["document"] in documents}
    planned = {_key_of("project_status", row) for row in plan.updates["project_status"]} | plan.deletes["project_status"]
    for row in _stored(connection, "project_status"):
        if row["statement"] in ids and _key_of("project_status", row) not in planned:
            _plan_update(plan, "project_status", row, {"statement": None})
    for name in DEPENDENTS:
        for row in _stored(connection, name):
            if row.get("document") in documents or {row.get("statement"), row.get("other")} & ids:
                plan.deletes[name].add(_key_of(name, row))
                if name == "relation":
                    plan.operations[_resource(name, row)] = "removed"
    for name, codes in (("statement", ids), ("document", documents)):
        plan.deletes[name].update((code,) for code in codes)
        plan.operations.update({(name, code): "removed" for code in codes})


def _counts(plan: Plan) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for (name, _), operation in sorted(plan.operations.items()):
        by_operation = counts.setdefault(name, {})
        by_operation[operation] = by_operation.get(operation, 0) + 1
    return counts


def _write(connection: sa.Connection, plan: Plan, progress: Progress | None) -> None:
    tables = models.Table.metadata.sorted_tables
    total = sum(map(len, [*plan.inserts.values(), *plan.updates.values(), *plan.deletes.values()]))
    done = 0

    def execute(statement: sa.Executable, rows: list[Row]) -> None:
        nonlocal done
        for batch in _batches(rows):
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


def _batches(rows: list[Row], size: int = 500) -> Iterable[list[Row]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _raise_versions(connection: sa.Connection, plan: Plan, version: int) -> None:
    """Every statement that changes gets its next version; a change of its parts counts."""
    table = _table("statement")
    changed = [code for (name, code), operation in plan.operations.items() if name == "statement" and operation in VERSIONED]
    raised = sa.update(table).where(table.c.id == sa.bindparam("of")).values(version=table.c.version + 1, changed_in=version)
    for batch in _batches([{"of": code} for code in changed]):
        connection.execute(raised, batch)


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
    """Check the locators and numbers of a document against its attached text, and keep the words around those that stand.

    Returns the verification of each of its statements by id; withdrawn ones are no longer looked at and quote nothing.
    """
    text = connection.execute(
        sa.select(models.DocumentText.text).where(models.DocumentText.document == document)
    ).scalar_one_or_none()
    table, quotation = _table("statement"), models.Quotation
    states: dict[str, str] = {}
    quotes: list[Row] = []
    for row in connection.execute(sa.select(table).where(table.c.document == document, table.c.status != "withdrawn")):
        states[row.id] = verify_evidence(text, Evidence(row.exact, row.evidence_start, row.evidence_end, row.paragraph))
        if text is not None and states[row.id] == "verified":
            quotes.append({"statement": row.id, **asdict(quotation_of(text, row.evidence_start, row.evidence_end))})
    ids = sa.select(table.c.id).where(table.c.document == document)
    connection.execute(sa.delete(quotation).where(quotation.statement.in_(ids)))
    for batch in _batches(quotes):
        connection.execute(sa.insert(quotation), batch)
    by_id = sa.update(table).where(table.c.id == sa.bindparam("of")).values(verification=sa.bindparam("state"))
    for batch in _batches([{"of": id_, "state": state} for id_, state in states.items()]):
        connection.execute(by_id, batch)
    recount(connection, document)
    search.refresh_document(connection, document)
    return states


def recount(connection: sa.Connection, document: str) -> int:
    """Keep which numbers of the attached text nothing accounts for; returns how many there are."""
    table = models.Mention
    connection.execute(sa.delete(table).where(table.document == document, table.state == "unaccounted"))
    text = connection.execute(
        sa.select(models.DocumentText.text).where(models.DocumentText.document == document)
    ).scalar_one_or_none()
    if text is None:
        return 0
    known = set(connection.execute(sa.select(table.start).where(table.document == document)).scalars())
    rows = [
        {"document": document, "start": each.start, "end": each.end, "number": each.number, "state": "unaccounted"}
        for each in find_mentions(text)
        if each.start not in known
    ]
    for batch in _batches(rows):
        connection.execute(sa.insert(table), batch)
    return len(rows)
