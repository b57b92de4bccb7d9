"""Code lists, documents and relations of a file: few against the statements, so they go the way of seed files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from app.bulk.difference import stored
from app.bulk.faults import Faults, Line, shaped
from app.bulk.records import SHAPES, as_texts
from app.models import Document
from app.seed.gather import Entry, Seed
from app.seed.rows import Row, Rows, rows_of
from app.seed.shapes import DocumentFile, DocumentShape, RelationShape
from app.seed.uses import altered
from app.seed.verify import Known, verify

LISTS = {"unit": "units", "actor": "actors", "region": "regions", "indicator": "indicators", "project": "projects"}
"""`type` of a record → the code list it belongs to."""

Given = tuple[Line, dict[str, Any]]
"""A record and where it stands."""


@dataclass(frozen=True, slots=True)
class Dated:
    """What a statement must know of its document."""

    code: str
    published_on: date
    text_length: int


def dated_documents(connection: sa.Connection) -> dict[str, Dated]:
    """Every document of the database."""
    select = sa.select(Document.code, Document.published_on, Document.text_length)
    return {row.code: Dated(*row) for row in connection.execute(select)}


def rows_of_lists(
    connection: sa.Connection, given: Sequence[Given], known: Known, documents: dict[str, Dated], faults: Faults
) -> Rows:
    """The rows of records of code lists and documents; what is wrong goes to `faults`, what is new to `known` and `documents`."""
    seed = Seed()
    for line, record in given:
        fields = as_texts({key: value for key, value in record.items() if key != "type"})
        shape = SHAPES[record["type"]]
        made, found = shaped(line, fields, shape)
        if made is None:
            faults.add(found)
            seed.broken[LISTS.get(record["type"], "documents")].add(str(record.get("code")))
        elif isinstance(made, DocumentShape):
            seed.documents.append(Entry(DocumentFile.model_construct(document=made, statements=[], mentions=None), line, ()))
        else:
            getattr(seed, LISTS[record["type"]]).append(Entry(made, line, ()))
    faults.add(verify(seed, known, altered(connection, seed)))
    for entry in seed.documents:
        each = entry.shape.document
        documents[each.code] = Dated(each.code, each.published_on, each.text_length)
    return {} if faults.total else rows_of(seed, known.units)


def rows_of_relations(connection: sa.Connection, given: Sequence[Given], faults: Faults, *, seen: bool) -> list[Row]:
    """The rows of relations; their ends stand above them in the file or in the database.

    With `seen` the statements above have been written, so that the ends can be looked up.
    """
    rows: list[Row] = []
    lines: dict[tuple[str, str, str], Line] = {}
    for line, record in given:
        fields = as_texts({key: value for key, value in record.items() if key != "type"})
        shape, found = shaped(line, fields, RelationShape)
        if shape is None:
            faults.add(found)
            continue
        key = (shape.statement, shape.relation, shape.other)
        if key in lines:
            faults.add([line.fault(("statement",), "this relation stands twice")])
        elif shape.statement == shape.other:
            faults.add([line.fault(("other",), "a statement is not related to itself")])
        lines[key] = line
        rows.append(shape.model_dump())
    if seen and not faults.total:
        ends = sorted({row[name] for row in rows for name in ("statement", "other")})
        there = {row["id"] for row in stored(connection, "statement", "id", ends)}
        for row in rows:
            line = lines[row["statement"], row["relation"], row["other"]]
            for name in ("statement", "other"):
                if row[name] not in there:
                    faults.add([line.fault((name,), f"there is no statement {row[name]!r} in the database or above this line")])
    return rows
