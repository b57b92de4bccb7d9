"""What does a row of a table of statements show?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.models import Comparison, Statement
from app.queries.comparisons import comparisons_of
from app.queries.listing import Rows, read_page
from app.queries.statements import StatementFilters, StatementListQuery, check_codes, order_of, select_statements, with_neighbours
from app.rendering import statements as rendering
from app.rendering.comparisons import reference
from app.schemas.statements import ComparisonRef
from app.schemas.statements import Statement as Shown
from app.settings import Settings
from app.web.charting import Convert

FIRST = 30
"""Statements of the first page, where a page shows more than these."""


@dataclass(frozen=True, slots=True)
class Told:
    """A statement, what its comparison says, and its figure in the unit asked for."""

    statement: Shown
    comparison: ComparisonRef | None
    elsewhere: Comparison | None
    """the comparison in which it is a guest, where that says something else"""
    converted: Any = None


def told(session: Session, rows: Sequence[Statement], settings: Settings, convert: Convert | None = None) -> list[Told]:
    """The rows of a table."""
    compared = comparisons_of(session, rows) if rows else {}
    return [
        Told(
            rendering.statement(row, quotes=settings.quotes),
            reference(*compared[row.id]) if row.id in compared else None,
            elsewhere(*compared[row.id]) if row.id in compared else None,
            convert(row) if convert else None,
        )
        for row in rows
    ]


def elsewhere(own: Comparison, guest_in: Comparison | None) -> Comparison | None:
    """The comparison that a statement is a guest in, where its status is another one."""
    return guest_in if guest_in is not None and guest_in.status != own.status else None


def first_of(session: Session, query: StatementListQuery) -> Rows[Statement]:
    """A page of the statements asked for."""
    check_codes(session, query)
    return read_page(session, with_neighbours(select_statements(query)), order_of(query.sort), query, name="statements")


def listing_of(query: StatementFilters, **more: Any) -> StatementListQuery:
    """The list of statements that a query of something else looks at."""
    held = {name: getattr(query, name) for name in StatementFilters.model_fields if name != "status"}
    return StatementListQuery(**{**held, "limit": FIRST, "include": ["total"], **more})
