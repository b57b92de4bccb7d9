"""Keeps what search looks in equal to what the database holds, within the writer's transaction."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.db import insert_many
from app.domain.evidence import collapse
from app.domain.search import number_of
from app.domain.tokens import joined
from app.full_text import index_words, indexing_all_words, unindex_words
from app.models import (
    Actor,
    Document,
    DocumentAuthor,
    Indicator,
    IndicatorCounted,
    Project,
    Quotation,
    Region,
    SearchEntry,
    Statement,
    StatementRegion,
    Unit,
)
from app.queries.shown import AT_ONCE, Which, stretches, these

Row = dict[str, Any]


def refresh(connection: sa.Connection, operations: Mapping[tuple[str, str], str], documents: Collection[str] = ()) -> None:
    """Make the entries of these resources anew: `("region", "chongqing")` → `updated`, and so on.

    What names a thing that was updated is made anew too, and so is every statement of `documents`, as when their texts were
    attached. Things that are gone, and withdrawn statements, have no entry.
    """
    codes: dict[str, set[str]] = defaultdict(set)
    updated: dict[str, set[str]] = defaultdict(set)
    for (resource, code), operation in operations.items():
        codes[resource].add(code)
        if operation == "updated":
            updated[resource].add(code)
    for batch in _batches(documents):
        codes["statement"].update(connection.execute(sa.select(Statement.id).where(Statement.document.in_(batch))).scalars())
    for named, resource, code_of, names in NAMED_IN:
        for batch in _batches(updated[named]):
            codes[resource].update(connection.execute(sa.select(code_of).where(names.in_(batch))).scalars())
    for resource in SOURCES:
        for batch in _batches(codes[resource]):
            _replace(connection, resource, batch)


def rebuild(connection: sa.Connection) -> None:
    """Make every entry anew from what the database holds, and the full-text index in one go when all are there."""
    columns = [column.name for column in SearchEntry.__table__.columns]
    values: Any = itemgetter(*columns)
    with indexing_all_words(connection):
        connection.execute(sa.delete(SearchEntry))
        for resource, column in KEYS.items():
            for which in stretches(connection, column):
                rows = [
                    values({**row, "published_on": row["published_on"] and str(row["published_on"])})
                    for row in _numbered(connection, SOURCES[resource](connection, which))
                ]
                insert_many(connection, "search_entry", columns, rows)


def _replace(connection: sa.Connection, resource: str, codes: Sequence[str]) -> None:
    old = sa.and_(SearchEntry.resource == resource, SearchEntry.code.in_(codes))
    numbers = connection.execute(sa.select(SearchEntry.number).where(old)).scalars().all()
    if numbers:
        unindex_words(connection, numbers)
        connection.execute(sa.delete(SearchEntry).where(old))
    rows = _numbered(connection, SOURCES[resource](connection, these(codes)))
    if rows:
        connection.execute(sa.insert(SearchEntry), rows)
        index_words(connection, [row["number"] for row in rows])


def _numbered(connection: sa.Connection, rows: list[Row]) -> list[Row]:
    """The entries, each with a number that no other has: the next one, should a hash come twice."""
    numbers = [row["number"] for row in rows]
    taken = set(connection.execute(sa.select(SearchEntry.number).where(SearchEntry.number.in_(numbers))).scalars())
    for row in rows:
        while row["number"] in taken:
            row["number"] += 1
        taken.add(row["number"])
    return rows


def _batches(codes: Iterable[str]) -> Iterable[list[str]]:
    ordered = sorted(codes)
    return (ordered[start : start + AT_ONCE] for start in range(0, len(ordered), AT_ONCE))


def _entry(
    resource: str,
    code: str,
    *,
    called: str | None = None,
    names: Sequence[str | None] = (None, None),
    text: str | None = None,
    note: str | None = None,
    written: str | None = None,
    quote: str | None = None,
    about: Iterable[str | None] = (),
    document: str | None = None,
    published_on: date | None = None,
) -> Row:
    """A row of `search_entry`; `called` is what stands for a code that begins with that of something else."""
    others = [each for each in dict.fromkeys(about) if each]
    return {
        "resource": resource,
        "code": code,
        "number": number_of(resource, code, published_on),
        "document": document,
        "published_on": published_on,
        "name": names[0],
        "name_zh": names[1],
        "text": text,
        "note": note,
        "as_written": written,
        "quote": quote,
        "about": "; ".join(others) or None,
        "name_tokens": joined([called or code, *names]),
        "text_tokens": joined([text, note]),
        "written_tokens": joined([written]),
        "quote_tokens": joined([quote]),
        "about_tokens": joined([code, *others] if called else others),
    }


def _statements(connection: sa.Connection, which: Which) -> list[Row]:
    places: dict[str, list[str | None]] = defaultdict(list)
    named = sa.select(StatementRegion.statement, Region.name, Region.name_zh).join(Region, Region.code == StatementRegion.region)
    named = named.where(which(StatementRegion.statement)).order_by(StatementRegion.statement, Region.code)
    for statement, *names in connection.execute(named).all():
        places[statement].extend(names)
    about = (Indicator.name, Indicator.name_zh, Project.name, Project.name_zh, Actor.name, Actor.name_zh, Document.title)
    select: Any = (
        sa.select(
            *(Statement.id, Statement.document, Statement.text, Statement.note, Statement.exact),
            *(Quotation.quote, Document.published_on, *about),
        )
        .join(Document, Document.code == Statement.document)
        .outerjoin(Quotation, Quotation.statement == Statement.id)
        .outerjoin(Indicator, Indicator.code == Statement.indicator)
        .outerjoin(Project, Project.code == Statement.project)
        .outerjoin(Actor, Actor.code == Statement.speaker)
        .where(which(Statement.id), Statement.status != "withdrawn")
    )
    return [
        _entry(
            *("statement", id_),
            called=id_.partition(".")[2],
            text=text,
            note=note,
            written=collapse(exact),
            quote=quote,
            about=[*places[id_], *names],
            document=document,
            published_on=published_on,
        )
        for id_, document, text, note, exact, quote, published_on, *names in connection.execute(select).all()
    ]


def _documents(connection: sa.Connection, which: Which) -> list[Row]:
    writers: dict[str, list[str | None]] = defaultdict(list)
    wrote = sa.select(DocumentAuthor.document, Actor.name, Actor.name_zh).join(Actor, Actor.code == DocumentAuthor.actor)
    wrote = wrote.where(which(DocumentAuthor.document)).order_by(DocumentAuthor.document, DocumentAuthor.position)
    for document, *names in connection.execute(wrote):
        writers[document].extend(names)
    issuer = aliased(Actor)
    select: Any = sa.select(Document.code, Document.title, Document.note, Document.published_on, issuer.name, issuer.name_zh)
    select = select.join(issuer, issuer.code == Document.publisher).where(which(Document.code))
    return [
        _entry(
            *("document", code),
            names=[title, None],
            note=note,
            about=[*issuer_names, *writers[code]],
            document=code,
            published_on=published_on,
        )
        for code, title, note, published_on, *issuer_names in connection.execute(select).all()
    ]


def _indicators(connection: sa.Connection, which: Which) -> list[Row]:
    counted: dict[str, list[str]] = defaultdict(list)
    things = sa.select(IndicatorCounted.indicator, IndicatorCounted.name).where(which(IndicatorCounted.indicator))
    for indicator, name in connection.execute(things.order_by(IndicatorCounted.indicator, IndicatorCounted.code)):
        counted[indicator].append(name)
    select = sa.select(Indicator.code, Indicator.name, Indicator.name_zh, Indicator.definition).where(which(Indicator.code))
    return [
        _entry("indicator", code, names=names, text=definition, about=counted[code])
        for code, *names, definition in connection.execute(select)
    ]


def _plain(resource: str, table: Any, **texts: Any) -> Callable[[sa.Connection, Which], list[Row]]:
    """For things whose words all stand in one row."""

    def read(connection: sa.Connection, which: Which) -> list[Row]:
        select = sa.select(table.code, table.name, table.name_zh, *texts.values()).where(which(table.code))
        return [
            _entry(resource, code, names=[name, name_zh], **dict(zip(texts, found, strict=True)))
            for code, name, name_zh, *found in connection.execute(select)
        ]

    return read


SOURCES: dict[str, Callable[[sa.Connection, Which], list[Row]]] = {
    "statement": _statements,
    "document": _documents,
    "region": _plain("region", Region, note=Region.note),
    "indicator": _indicators,
    "project": _plain("project", Project, text=Project.description, note=Project.note),
    "actor": _plain("actor", Actor, note=Actor.note),
    "unit": _plain("unit", Unit),
}
"""Resource → what makes the entries of some of its codes."""

KEYS: dict[str, Any] = {
    "statement": Statement.id,
    "document": Document.code,
    "region": Region.code,
    "indicator": Indicator.code,
    "project": Project.code,
    "actor": Actor.code,
    "unit": Unit.code,
}

NAMED_IN: tuple[tuple[str, str, Any, Any], ...] = (
    ("region", "statement", StatementRegion.statement, StatementRegion.region),
    ("indicator", "statement", Statement.id, Statement.indicator),
    ("project", "statement", Statement.id, Statement.project),
    ("actor", "statement", Statement.id, Statement.speaker),
    ("document", "statement", Statement.id, Statement.document),
    ("actor", "document", Document.code, Document.publisher),
    ("actor", "document", DocumentAuthor.document, DocumentAuthor.actor),
)
"""Things whose entries hold the name of another: that one's resource, theirs, the column of their code, of the other's."""
