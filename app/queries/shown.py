"""Statements with all they show, many at a time: the same as the ORM would read, at a tenth of its price."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from app.domain.said import Said
from app.models import Actor, Document, Indicator, Project, Quotation, Region, Relation, Statement, StatementRegion

AT_ONCE = 500

Which = Callable[[Any], sa.ColumnElement[bool]]
"""Some rows: given a column that holds their keys, the condition that it meets."""


def these(keys: Collection[str]) -> Which:
    """The rows with these keys."""
    return lambda column: column.in_(keys)


def stretches(connection: sa.Connection, column: Any) -> Iterator[Which]:
    """All keys in order, AT_ONCE at a time, so that it does not matter how many there are; each is a range of an index."""
    last = ""
    following = sa.select(column).order_by(column).limit(AT_ONCE)
    while keys := connection.execute(following.where(column > last)).scalars().all():
        yield _between(keys[0], keys[-1])
        last = keys[-1]


def _between(first: str, last: str) -> Which:
    return lambda column: sa.and_(column >= first, column <= last)


class Shown(Said):
    """A row that stands in for one of the ORM, read only."""

    __slots__ = ("__dict__",)

    def __init__(self, columns: dict[str, Any], **beside: Any) -> None:
        self.__dict__ = columns
        columns.update(beside)


class Shelf:
    """Reads statements of one snapshot; what they name is read once."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._named: dict[type[Any], dict[str, Any]] = defaultdict(dict)

    def read(self, which: Which) -> list[Statement]:
        """These statements in the order of their ids; those that are not there are left out. At most AT_ONCE at a time."""
        shown = self._figures(which)
        speakers = self._things(Actor, {row.speaker for row in shown})
        quotations = self._by_statement(Quotation, Quotation.statement, which)
        relations, related_by = self._relations(which)
        for row in shown:
            row.said_by = speakers.get(row.speaker)
            row.quotation = quotations.get(row.id)
            row.relations, row.related_by = relations[row.id], related_by[row.id]
        return shown

    def figures(self, ids: Iterable[str]) -> Iterator[Statement]:
        """However many of these statements, by id, with what they are about and where they stand, and nothing else beside."""
        ordered = sorted(ids)
        for start in range(0, len(ordered), AT_ONCE):
            yield from self._figures(these(ordered[start : start + AT_ONCE]))

    def _figures(self, which: Which) -> list[Any]:
        table = Statement.__table__
        rows = self._rows(sa.select(table).where(which(table.c.id)).order_by(table.c.id))
        sources = self._documents({row["document"] for row in rows})
        measured = self._things(Indicator, {row["indicator"] for row in rows})
        subjects = self._things(Project, {row["project"] for row in rows})
        regions = self._regions(which)
        return [
            Shown(
                row,
                source=sources[row["document"]],
                measured=measured.get(row["indicator"]),
                subject=subjects.get(row["project"]),
                regions=regions[row["id"]],
            )
            for row in rows
        ]

    def _rows(self, select: sa.Select[Any]) -> list[dict[str, Any]]:
        names = [column.name for column in select.selected_columns]
        return [dict(zip(names, row, strict=True)) for row in self._connection.execute(select).all()]

    def _things(self, table: type[Any], codes: Iterable[str | None]) -> dict[str, Any]:
        """Rows of a code list, each read once."""
        held = self._named[table]
        missing = sorted(code for code in codes if code is not None and code not in held)
        if missing:
            columns = table.__table__
            found = self._rows(sa.select(columns).where(columns.c.code.in_(missing)))
            held.update((row["code"], Shown(row)) for row in found)
        return held

    def _documents(self, codes: Iterable[str]) -> dict[str, Any]:
        held = self._named[Document]
        new = [code for code in codes if code not in held]
        documents = self._things(Document, new)
        issuers = self._things(Actor, {documents[code].publisher for code in new})
        for code in new:
            documents[code].issuer = issuers[documents[code].publisher]
        return documents

    def _regions(self, which: Which) -> dict[str, list[Any]]:
        table = StatementRegion
        rows = self._connection.execute(
            sa.select(table.statement, table.region).where(which(table.statement)).order_by(table.statement, table.region)
        ).all()
        held = self._named[StatementRegion]
        new = {region for _, region in rows if region not in held}
        places = self._things(Region, new)
        held.update((region, Shown({"region": region, "place": places[region]})) for region in new)
        found: dict[str, list[Any]] = defaultdict(list)
        for statement, region in rows:
            found[statement].append(held[region])
        return found

    def _by_statement(self, table: type[Any], key: Any, which: Which) -> dict[str, Any]:
        return {row["statement"]: Shown(row) for row in self._rows(sa.select(table.__table__).where(which(key)))}

    def _relations(self, which: Which) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
        """Relations from and to these statements, but for those whose other end is withdrawn; they would lead nowhere."""
        table = Relation.__table__.c
        ends: list[tuple[Any, Any, Callable[[Any], tuple[str, str]]]] = [
            (table.statement, table.other, lambda row: (row.relation, row.other)),
            (table.other, table.statement, lambda row: (row.relation, row.statement)),
        ]
        read = [self._rows(sa.select(Relation.__table__).where(which(here))) for here, _, _ in ends]
        live = self._live({row[there.name] for rows, (_, there, _) in zip(read, ends, strict=True) for row in rows})
        sides: list[dict[str, list[Any]]] = []
        for rows, (here, there, order) in zip(read, ends, strict=True):
            found: dict[str, list[Any]] = defaultdict(list)
            for row in rows:
                if row[there.name] in live:
                    found[row[here.name]].append(Shown(row))
            for each in found.values():
                each.sort(key=order)
            sides.append(found)
        return sides[0], sides[1]

    def _live(self, ids: Iterable[str]) -> set[str]:
        """Those that are not withdrawn; asked by themselves, since the two ends of a relation may lie on different machines."""
        wanted, live = sorted(ids), set[str]()
        for start in range(0, len(wanted), AT_ONCE):
            batch = wanted[start : start + AT_ONCE]
            select = sa.select(Statement.id).where(Statement.id.in_(batch), Statement.status != "withdrawn")
            live.update(self._connection.execute(select).scalars())
        return live
