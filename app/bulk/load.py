"""Loads a file of many statements in one transaction: all of it or nothing, and twice is once.

What a file does not hold stays as it is. A statement or code that is there already, and differs, is updated.
"""

import contextlib
import gc
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app import models
from app.bulk.difference import plan_rows, stored
from app.bulk.faults import Faults, Line
from app.bulk.fresh import insert_statements, log_created, without_indices
from app.bulk.lists import Dated, Given, dated_documents, rows_of_lists, rows_of_relations
from app.bulk.read import Batch, Said, ids_in, name_of, read_ndjson
from app.bulk.seen import Seen
from app.bulk.table import FlatLine, ids_in_table, read_table
from app.db import check_schema, written
from app.domain.comparison import key_of
from app.errors import ClaimbookError
from app.seed.load import Outcome, known_in, requote
from app.seed.plan import Plan, Progress, Resource, counts_of, log_changes, raise_versions, write_plan
from app.seed.rows import Row, statement_row
from app.seed.verify import Known, statement_faults
from app.upkeep import comparisons
from app.upkeep.everything import follow, rebuild

REBUILD_FROM = 20_000
"""Changes from which on all that follows from the rows is made anew, rather than piece by piece."""

SELDOM = 100_000
"""Objects more than before at which the garbage collector looks at the new ones; more than a batch makes."""


@dataclass(slots=True)
class Load:
    """A load under way."""

    connection: sa.Connection
    path: Path
    fresh: bool
    version: int
    known: Known
    documents: dict[str, Dated]
    faults: Faults
    seen: Seen = field(default_factory=Seen)
    places: dict[str, int] = field(default_factory=dict)
    """document → place of its last statement"""
    counts: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))
    keys: set[str] = field(default_factory=set)
    """what the figures that changed are compared by"""
    operations: dict[Resource, str] = field(default_factory=dict)
    moved: set[str] = field(default_factory=set)
    """regions that changed their parents"""
    touched: set[str] = field(default_factory=set)
    """documents whose statements changed"""
    changes: int = 0
    broken: Exception | None = None
    """why rows could not be written; the faults say more"""


def load_file(engine: sa.Engine, path: Path, *, check: bool = False, progress: Progress | None = None) -> Outcome:
    """Load a file (.ndjson, .csv, .parquet). Raises SeedError listing the faults; then nothing was written.

    With `check` all is tried and nothing kept.
    """
    if path.suffix not in READERS:
        raise ClaimbookError(f"{path.name}: a file that ends in {', '.join(READERS)} was expected.")
    if not path.is_file():
        raise ClaimbookError(f"There is no file {path}.")

    def load(connection: sa.Connection) -> Outcome:
        outcome = load_within(connection, path, progress=progress, follow=not check)
        if check:
            connection.get_transaction().rollback()  # type: ignore[union-attr]
        return outcome

    with sparing_the_collector():
        return written(engine, load)


@contextlib.contextmanager
def sparing_the_collector() -> Iterator[None]:
    """Within, the garbage collector leaves alone what is there already, and seldom looks at what is made: of millions of rows
    hardly one refers to itself.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(SELDOM, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def load_within(connection: sa.Connection, path: Path, *, progress: Progress | None = None, follow: bool = True) -> Outcome:
    """The same within the caller's transaction; what follows from the rows is made only with `follow`."""
    check_schema(connection)
    version = connection.execute(sa.select(models.DataVersion.version)).scalar_one()
    fresh = connection.execute(sa.select(models.Statement.id).limit(1)).first() is None
    known = known_in(connection, statements=False)
    load = Load(connection, path, fresh, version + 1, known, dated_documents(connection), Faults(path.name))
    tell: Progress = progress or (lambda _what, _done, _total: None)
    with without_indices(connection) if fresh else contextlib.nullcontext():
        for batch, total in READERS[path.suffix](load):
            _write(load, batch)
            tell("rows", batch.done, total)
        _refuse(load)
    counts = {resource: dict(done) for resource, done in sorted(load.counts.items())}
    if load.changes and follow:
        _follow(load, tell)
    return Outcome(counts=counts, version=load.version if load.changes else version)


def _ndjson(load: Load) -> Iterator[tuple[Batch, int]]:
    total = load.path.stat().st_size
    for batch in read_ndjson(load.path, load.faults):
        yield batch, total


def _table(load: Load) -> Iterator[tuple[Batch, int]]:
    return read_table(load.path, load.faults, None if load.fresh else load.connection)


READERS: dict[str, Callable[[Load], Iterator[tuple[Batch, int]]]] = {".ndjson": _ndjson, ".csv": _table, ".parquet": _table}
"""How a file ends → what reads it, in batches, with the size of the whole."""


def _write(load: Load, batch: Batch) -> None:
    """Check a batch, and write it as long as there is no fault."""
    if batch.lists:
        load.seen.add("/".join(name_of(record)) for _, record in batch.lists)
        rows = rows_of_lists(load.connection, batch.lists, load.known, load.documents, load.faults)
        _apply(load, lambda: plan_rows(load.connection, rows))
    if batch.statements:
        load.seen.add(f"statement/{said.id}" for said in batch.statements)
        made = _statement_rows(load, batch.statements)
        if load.fresh:
            _insert(load, made)
        else:
            _apply(load, lambda: _plan_statements(load, made))
    if batch.relations:
        _relate(load, batch.relations)


def _statement_rows(load: Load, statements: list[Said]) -> list[Row]:
    """The rows of statements, with their regions under `regions`; what is wrong with them goes to the faults."""
    made: list[Row] = []
    for said in statements:
        record: Any = said.record
        document: Any = load.documents.get(record.document)
        if document is None:
            message = load.known.missing("documents", record.document) or "its document has faults of its own"
            load.faults.add([_line(load, said).fault(("document",), message)])
            continue
        found = [(message, path) for message, path in statement_faults(record, document, load.known)]
        if found:
            line = _line(load, said)
            load.faults.add(line.fault(path, message) for message, path in found)
        elif not load.faults.total:
            row = statement_row(record, 0, document, load.known.units)
            row["regions"] = record.regions
            made.append({**row, **said.kept} if said.kept else row)
    return made


def _line(load: Load, said: Said) -> Line:
    return (Line if load.path.suffix == ".ndjson" else FlatLine).of(load.path.name, said.number, said.raw)


def _insert(load: Load, rows: list[Row]) -> None:
    """Write statements into an empty database."""
    if load.faults.total or load.broken:
        return
    regions = [(row["id"], region) for row in rows for region in row["regions"]]
    for row in rows:
        _place(load, row)
    try:
        insert_statements(load.connection, rows, regions)
    except load.connection.dialect.dbapi.IntegrityError as error:  # type: ignore[union-attr]
        load.broken = error
    load.counts["statement"]["created"] += len(rows)
    load.changes += len(rows)
    load.touched.update({row["document"] for row in rows})


def _place(load: Load, row: Row) -> None:
    """What a new statement has of the loader: its place after those of its document, its version."""
    place = load.places[row["document"]] = load.places.get(row["document"], 0) + 1
    row.update(position=place, version=1, changed_in=load.version, verification="unattached")


def _plan_statements(load: Load, rows: list[Row]) -> Plan:
    regions = [{"statement": row["id"], "region": region} for row in rows for region in row.pop("regions")]
    for row in rows:
        del row["position"]
    plan = plan_rows(load.connection, {"statement": rows, "statement_region": regions})
    new = plan.inserts["statement"]
    unplaced = {row["document"] for row in new} - load.places.keys()
    table = models.Statement
    last = sa.select(table.document, sa.func.max(table.position)).where(table.document.in_(unplaced)).group_by(table.document)
    load.places.update({row[0]: row[1] for row in load.connection.execute(last)})
    for row in new:
        _place(load, row)
    changed = [code for resource, code in plan.operations if resource == "statement"]
    load.touched.update({code.partition(".")[0] for code in changed})
    before = [row["cell"] for row in stored(load.connection, "statement", "id", changed)]
    after = [row["cell"] for row in (*new, *plan.updates["statement"])]
    _mark(load, [*before, *after])
    return plan


def _relate(load: Load, given: list[Given]) -> None:
    """Write relations, and have the figures at their ends compared anew."""
    load.seen.add("/".join(name_of(record)) for _, record in given)
    rows = rows_of_relations(load.connection, given, load.faults, seen=not load.broken)
    if not load.fresh and not load.faults.total:
        ends = sorted({row[name] for row in rows for name in ("statement", "other")})
        _mark(load, [row["cell"] for row in stored(load.connection, "statement", "id", ends)])
    _apply(load, lambda: plan_rows(load.connection, {"relation": rows}))


def _mark(load: Load, cells: list[str | None]) -> None:
    if load.changes < REBUILD_FROM:
        load.keys.update(key_of(cell) for cell in cells if cell)


def _apply(load: Load, plan_of: Callable[[], Plan]) -> None:
    """Write a plan, as long as there is no fault."""
    if load.faults.total or load.broken:
        return
    plan = plan_of()
    if not plan.operations and not any(plan.updates.values()):
        return
    updated = [code for (resource, code), done in plan.operations.items() if resource == "document" and done == "updated"]
    write_plan(load.connection, plan, None)
    raise_versions(load.connection, plan, load.version)
    log_changes(load.connection, plan, load.version)
    for resource, done in counts_of(plan).items():
        for operation, number in done.items():
            load.counts[resource][operation] += number
    load.changes += len(plan.operations)
    load.moved |= {code for (resource, code), fields in plan.fields.items() if resource == "region" and "parents" in fields}
    if load.changes < REBUILD_FROM:
        load.operations.update(plan.operations)
        load.keys |= comparisons.keys_of(load.connection, updated)


def _refuse(load: Load) -> None:
    """Raise SeedError if anything is wrong, and look up what stands twice."""
    doubles = load.seen.doubles()
    if doubles:
        first: dict[str, int] = {}
        ids = ids_in(load.path) if load.path.suffix == ".ndjson" else ids_in_table(load.path)
        for number, raw, kind, code in ids:
            name = f"{kind}/{code}"
            if hash(name) in doubles and first.setdefault(name, number) != number:
                line = Line.of(load.path.name, number, raw)
                load.faults.add([line.fault((), f"the {kind} {code!r} stands twice; first in line {first[name]}")])
    load.faults.refuse()
    if load.broken:
        raise load.broken


def _follow(load: Load, tell: Progress) -> None:
    """Make what follows from the rows: the list of changes, comparisons, search."""
    connection = load.connection
    if load.fresh:
        log_created(connection, load.version)
    quoted = load.touched & set(connection.execute(sa.select(models.DocumentText.document)).scalars())
    for document in sorted(quoted):
        requote(connection, document)
    if load.fresh or load.changes >= REBUILD_FROM:
        rebuild(connection, tell)
        return
    moved = comparisons.regroup(connection)
    comparisons.refresh(connection, load.keys | comparisons.keys_of(connection, moved))
    follow(connection, load.operations, documents=quoted, moved=load.moved)
