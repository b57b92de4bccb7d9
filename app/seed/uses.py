"""Would a changed unit or indicator alter what stored statements mean? Then it is refused: nobody would read them again.

A stored figure is in the base unit of its dimension, worked out when it was read; which unit was printed is not kept. So
whatever is kept in the base of a unit rests on it, and whatever names an indicator rests on that.
"""

from collections.abc import Container, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from app.domain.decimals import plain_text
from app.domain.quantity import parse_written
from app.models import Indicator, Statement, Unit
from app.seed.gather import Entry, Seed
from app.seed.read import Fault

OF_UNITS = ("dimension", "family", "base", "factor")
OF_INDICATORS = ("dimension", "stock_flow")
"""Fields that the meaning of statements rests on; names, definitions, topics and the rest change freely."""

SEVERAL = 2
"""Statements that a fault names."""


def altered(connection: sa.Connection, seed: Seed, *, read_again: Container[str] | None = None) -> Iterator[Fault]:
    """A fault for each field whose change would reach stored statements of other documents than those that are `read_again`.

    None says that the seed is a file of records, which may leave statements of its documents out.
    """
    for unit, row in _stored(connection, seed.units, Unit):
        fields = _changed(row, unit, OF_UNITS)
        if fields and (users := _users(connection, Statement.unit == row.base, read_again)):
            yield from _faults("unit", unit, fields, users, directory=read_again is not None)
    for indicator, row in _stored(connection, seed.indicators, Indicator):
        fields = _changed(row, indicator, OF_INDICATORS)
        names_it = sa.or_(Statement.indicator == row.code, Statement.base_indicator == row.code)
        if fields and (users := _users(connection, names_it, read_again)):
            yield from _faults("indicator", indicator, fields, users, directory=read_again is not None)


def _stored(connection: sa.Connection, entries: Sequence[Entry[Any]], model: Any) -> Iterator[tuple[Entry[Any], Any]]:
    """The entries whose codes are in the database, each with its row."""
    rows = {row.code: row for row in connection.execute(sa.select(model.__table__))} if entries else {}
    yield from ((entry, rows[entry.shape.code]) for entry in entries if entry.shape.code in rows)


def _changed(row: Any, entry: Entry[Any], names: tuple[str, ...]) -> dict[str, tuple[str, str]]:
    """Field → what it is and what it would be."""
    changed = {}
    for name in names:
        before, after = getattr(row, name), getattr(entry.shape, name)
        if name == "factor":
            before, after = plain_text(before), plain_text(parse_written(after).value)
        if before != after:
            changed[name] = (before, after)
    return changed


def _users(
    connection: sa.Connection, condition: sa.ColumnElement[bool], read_again: Container[str] | None
) -> list[tuple[str, int]]:
    """The first statement of each document that rests on it, and how many of the document do."""
    select = (
        sa.select(Statement.document, sa.func.min(Statement.id), sa.func.count())
        .where(condition, Statement.status != "withdrawn")
        .group_by(Statement.document)
        .order_by(Statement.document)
    )
    return [(first, number) for document, first, number in connection.execute(select) if document not in (read_again or ())]


def _faults(
    noun: str, entry: Entry[Any], fields: dict[str, tuple[str, str]], users: list[tuple[str, int]], *, directory: bool
) -> Iterator[Fault]:
    total = sum(number for _, number in users)
    shown = [first for first, _ in users[:SEVERAL]]
    statements = "statement" if total == 1 else "statements"
    where = f"{statements} of documents that are not in this directory" if directory else f"stored {statements}"
    named = " and ".join(shown) if total == len(shown) else f"{', '.join(shown)} …"
    way = "put their documents into the directory too, or " if directory else ""
    for name, (before, after) in fields.items():
        yield entry.fault(
            f"{name}: a change from {before} to {after} would alter {total} {where} ({named}); "
            f"{way}give the new {noun} a code of its own",
            name,
        )
