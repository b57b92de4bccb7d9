"""The rows of the data package: statements as they are stored, the rest as its tables hold it; nothing of an attached text."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from app.queries.package import stream_stored, stream_table, withdrawn_steps


def rows_of(session: Session, name: str, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The rows of a table with these columns, by key, read some at a time."""
    gone = withdrawn_steps(session) if name == "project-steps" else set()
    rows = (dict(zip(columns, row, strict=True)) for row in stream_table(session, name, columns))
    return ({**row, "statement": None} if gone and row["statement"] in gone else row for row in rows)


def statements_of(session: Session, columns: Sequence[str]) -> Iterator[list[bytes]]:
    """The rows of the statements with these columns as JSON texts, by id, some at a time; every value stays as it is stored."""
    decode, encode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode, msgspec.json.Encoder().encode

    def text(stored: str, role: str | None, note: str | None) -> bytes:
        row: dict[str, Any] = {**decode(stored), "role": role, "note": note}
        return encode({name: row[name] for name in columns})

    return ([text(*row[:3]) for row in page] for page in stream_stored(session))
