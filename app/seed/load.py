"""Makes the database say what a seed directory says, in one transaction: all of it or nothing, and twice is once.

A seed directory is authoritative for the documents it holds, and only for them: a statement gone from its file is withdrawn,
other documents stay as they are unless they are pruned, codes are added and updated but never removed.
"""

from collections import defaultdict
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app import models
from app.db import check_schema, written
from app.domain.evidence import Evidence, quotation_of
from app.domain.evidence import verify as verify_evidence
from app.domain.mentions import find_mentions
from app.domain.units import Unit
from app.errors import SeedError
from app.seed.gather import Seed, gather
from app.seed.plan import (
    OWNERS,
    PARTS,
    Plan,
    Progress,
    batches,
    counts_of,
    key_of,
    log_changes,
    mark_updated,
    plan_gone,
    plan_insert,
    plan_update,
    raise_versions,
    resource_of,
    table_of,
    write_plan,
)
from app.seed.read import Fault
from app.seed.rows import Row, Rows, rows_of
from app.seed.uses import altered
from app.seed.verify import Known, doubts, verify
from app.upkeep import comparisons
from app.upkeep.everything import follow

DEPENDENTS = ("relation", "mention_statement", "quotation", "statement_region", "mention", "document_text", "document_author")
"""Tables whose rows hang on statements and documents."""


@dataclass(slots=True)
class Outcome:
    """What a load did, or would do: counts by resource and operation, and the data version after it."""

    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    version: int = 0
    absent: list[str] = field(default_factory=list)
    """documents of the database that the directory does not hold"""
    doubts: list[Fault] = field(default_factory=list)
    """what somebody should look at again, though it is sound"""

    @property
    def changed(self) -> bool:
        """Whether anything was, or would be, written."""
        return bool(self.counts)


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
    return written(engine, lambda connection: load_into(connection, seed, prune=prune, progress=progress))


def check_seed(seed: Seed) -> Outcome:
    """Verify a seed by itself, as for an empty database. Raises SeedError listing every fault."""
    known = Known()
    _refuse(verify(seed, known))
    rows = rows_of(seed, known.units)
    counts = {name: {"read": len(rows[name])} for name in OWNERS if rows[name] and name not in PARTS}
    return Outcome(counts=counts, doubts=doubts(seed, known))


def load_into(
    connection: sa.Connection, seed: Seed, *, write: bool = True, prune: bool = False, progress: Progress | None = None
) -> Outcome:
    """The same within the caller's transaction."""
    check_schema(connection)
    known = known_in(connection)
    held = {entry.shape.document.code for entry in seed.documents}
    absent = sorted(known.documents - held)
    read_again = held | seed.broken["documents"] | {name.removeprefix("documents/") for name in seed.unread}
    if prune:
        known.forget(absent)
        read_again.update(absent)
    _refuse(verify(seed, known, altered(connection, seed, read_again=read_again)))
    plan = _compare(connection, rows_of(seed, known.units), held=held, lists=seed.lists)
    if prune:
        _plan_removal(connection, plan, absent)
    version = connection.execute(sa.select(models.DataVersion.version)).scalar_one()
    outcome = Outcome(counts=counts_of(plan), version=version, absent=absent, doubts=doubts(seed, known))
    if not plan.operations or not write:
        return outcome
    outcome.version = version + 1
    for row in plan.inserts["statement"]:
        row.update(version=1, changed_in=outcome.version, verification="unattached")
    touched = _touched(plan)
    keys = comparisons.keys_of(connection, touched)
    write_plan(connection, plan, progress)
    raise_versions(connection, plan, outcome.version)
    log_changes(connection, plan, outcome.version)
    touched |= comparisons.regroup(connection)
    comparisons.refresh(connection, keys | comparisons.keys_of(connection, touched))
    changed = (*plan.inserts["statement"], *plan.updates["statement"], *plan.inserts["mention"], *plan.updates["mention"])
    gone = {key[0] for key in plan.deletes["mention"]} - {key[0] for key in plan.deletes["document"]}
    quoted = {row["document"] for row in changed} | gone
    for document in sorted(quoted):
        requote(connection, document)
    moved = {code for (resource, code), fields in plan.fields.items() if resource == "region" and "parents" in fields}
    follow(connection, plan.operations, documents=quoted, moved=moved)
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


def known_in(connection: sa.Connection, *, statements: bool = True) -> Known:
    """What the database already knows; without `statements` all but their ids and the attached texts."""

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
        statements=codes(models.Statement.id) if statements else set(),
        texts=dict(rows(models.DocumentText.document, models.DocumentText.text)) if statements else {},
    )


def _stored(connection: sa.Connection, name: str) -> list[Row]:
    return [dict(row) for row in connection.execute(sa.select(table_of(name))).mappings()]


def _compare(connection: sa.Connection, wanted: Rows, *, held: set[str], lists: set[str]) -> Plan:
    """What must change so that the database says what the seed does of the things that the seed speaks for.

    `held` are the documents of the seed, `lists` the code lists whose file is there.
    """
    plan = Plan()
    spoken = {resource_of(name, row) for name in wanted if name not in PARTS for row in wanted[name]}
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
        return name in PARTS and resource_of(name, row) in spoken

    for name in OWNERS:
        rows = {key_of(name, row): row for row in wanted[name]}
        for current in statements if name == "statement" else _stored(connection, name):
            row = rows.pop(key_of(name, current), None)
            if row is not None:
                plan_update(plan, name, current, row)
            elif decides(name, current):
                plan_gone(plan, name, current)
        for row in rows.values():
            plan_insert(plan, name, row)
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
            mark_updated(plan, ("document", document), "statements")


def _plan_removal(connection: sa.Connection, plan: Plan, documents: list[str]) -> None:
    """Everything of these documents goes; steps of projects that named their statements lose the reference."""
    ids = {row["id"] for row in _stored(connection, "statement") if row["document"] in documents}
    planned = {key_of("project_status", row) for row in plan.updates["project_status"]} | plan.deletes["project_status"]
    for row in _stored(connection, "project_status"):
        if row["statement"] in ids and key_of("project_status", row) not in planned:
            plan_update(plan, "project_status", row, {"statement": None})
    for name in DEPENDENTS:
        for row in _stored(connection, name):
            if row.get("document") in documents or {row.get("statement"), row.get("other")} & ids:
                plan.deletes[name].add(key_of(name, row))
                if name == "relation":
                    plan.operations[resource_of(name, row)] = "removed"
    for name, codes in (("statement", ids), ("document", documents)):
        plan.deletes[name].update((code,) for code in codes)
        plan.operations.update({(name, code): "removed" for code in codes})


def requote(connection: sa.Connection, document: str) -> dict[str, str]:
    """Check the locators and numbers of a document against its attached text, and keep the words around those that stand.

    Returns the verification of each of its statements by id; withdrawn ones are no longer looked at and quote nothing.
    """
    text = connection.execute(
        sa.select(models.DocumentText.text).where(models.DocumentText.document == document)
    ).scalar_one_or_none()
    table, quotation = table_of("statement"), models.Quotation
    states: dict[str, str] = {}
    quotes: list[Row] = []
    for row in connection.execute(sa.select(table).where(table.c.document == document, table.c.status != "withdrawn")):
        states[row.id] = verify_evidence(text, Evidence(row.exact, row.evidence_start, row.evidence_end, row.paragraph))
        if text is not None and states[row.id] == "verified":
            quotes.append({"statement": row.id, **asdict(quotation_of(text, row.evidence_start, row.evidence_end))})
    ids = sa.select(table.c.id).where(table.c.document == document)
    connection.execute(sa.delete(quotation).where(quotation.statement.in_(ids)))
    for batch in batches(quotes):
        connection.execute(sa.insert(quotation), batch)
    by_id = sa.update(table).where(table.c.id == sa.bindparam("of")).values(verification=sa.bindparam("state"))
    for batch in batches([{"of": id_, "state": state} for id_, state in states.items()]):
        connection.execute(by_id, batch)
    recount(connection, document)
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
    for batch in batches(rows):
        connection.execute(sa.insert(table), batch)
    return len(rows)
