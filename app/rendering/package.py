"""The rows of the data package: statements flat, everything else as its table holds it; nothing of an attached text."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from app import models
from app.queries.package import stream_table, withdrawn_steps
from app.queries.statements import StatementFlatQuery, stream_statements
from app.rendering.statements import flat


def rows_of(session: Session, name: str, columns: list[str]) -> Iterator[dict[str, Any]]:
    """The rows of a table with these columns, by key, read some at a time."""
    if name == "statements":
        return stream_statements(session, StatementFlatQuery(), _statement)
    gone = withdrawn_steps(session) if name == "project-steps" else set()
    rows = ({column: getattr(row, column) for column in columns} for row in stream_table(session, name))
    return ({**row, "statement": None} if gone and row["statement"] in gone else row for row in rows)


def _statement(row: models.Statement) -> dict[str, Any]:
    return {**flat(row, quotes=False), "role": row.role, "note": row.note}
