"""What must change in a database that holds data already so that it says what some records say, and only of them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from app import models
from app.seed.plan import OWNERS, PARTS, Key, Plan, key_of, plan_gone, plan_insert, plan_update, resource_of, table_of
from app.seed.rows import Row, Rows

AT_ONCE = 500  # codes in one SQL statement
LEFT = frozenset({"mention", "mention_statement"})
"""Parts that records do not speak of."""


def plan_rows(connection: sa.Connection, wanted: Rows) -> Plan:
    """The changes. Things that no record is about stay as they are; the parts of those that one is about become its own."""
    plan = Plan()
    spoken = {resource_of(name, row) for name in wanted if name not in PARTS for row in wanted[name]}
    codes: dict[str, list[str]] = defaultdict(list)
    for resource, code in sorted(spoken):
        codes[resource].append(code)
    for name, (resource, column) in OWNERS.items():
        if name in LEFT or not codes[resource]:
            continue
        rows = {key_of(name, row): row for row in wanted.get(name, ())}
        held = stored(connection, name, column, codes[resource]) if column else _stored_relations(connection, rows)
        for current in held:
            row = rows.pop(key_of(name, current), None)
            if row is not None:
                plan_update(plan, name, current, row)
            elif name in PARTS and not _counts(connection, name, current):
                plan_gone(plan, name, current)
        for row in rows.values():
            plan_insert(plan, name, row)
    return plan


def stored(connection: sa.Connection, name: str, column: str, values: Sequence[Any]) -> list[Row]:
    """The rows of a table that have one of these values in a column."""
    table = table_of(name)
    found: list[Row] = []
    for start in range(0, len(values), AT_ONCE):
        rows = connection.execute(sa.select(table).where(table.c[column].in_(values[start : start + AT_ONCE])))
        found.extend(dict(row) for row in rows.mappings())
    return found


def _stored_relations(connection: sa.Connection, keys: Collection[Key]) -> list[Row]:
    rows = stored(connection, "relation", "statement", sorted({key[0] for key in keys}))
    return [row for row in rows if key_of("relation", row) in keys]


def _counts(connection: sa.Connection, name: str, row: Row) -> bool:
    """Whether it is a thing counted that some statement counts; it stays, as when seeding."""
    if name != "indicator_counted":
        return False
    table = models.Statement
    used = sa.select(table.id).where(table.indicator == row["indicator"], table.counted == row["code"]).limit(1)
    return connection.execute(used).first() is not None
