"""The usual build: FastAPI, the ORM, a response model and fastapi-pagination over the same database; a peer to compare with."""

import os
from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, FastAPI, Query
from fastapi_pagination import add_pagination
from fastapi_pagination.cursor import CursorPage
from fastapi_pagination.ext.sqlalchemy import paginate
from sqlalchemy.orm import Session, joinedload, selectinload

from app.models import Document, Statement, StatementRegion
from app.queries.statements import regions_within
from app.rendering import statements as rendering
from app.schemas.statements import Statement as Shape

engine = sa.create_engine(os.environ["DATABASE_URL"])
app = FastAPI()


def session():
    """A session for a request."""
    with Session(engine) as opened:
        yield opened


@app.get("/v1/statements")
def list_statements(
    opened: Annotated[Session, Depends(session)],
    within: Annotated[list[str] | None, Query()] = None,
    indicator: str | None = None,
) -> CursorPage[Shape]:
    """A page of statements, as most would write it."""
    select = sa.select(Statement).order_by(Statement.id)
    if within:
        inside = sa.select(StatementRegion.statement).where(StatementRegion.region.in_(regions_within(within)))
        select = select.where(Statement.id.in_(inside))
    if indicator:
        select = select.where(Statement.indicator == indicator)
    select = select.options(
        joinedload(Statement.source).joinedload(Document.issuer),
        joinedload(Statement.measured),
        joinedload(Statement.subject),
        joinedload(Statement.said_by),
        joinedload(Statement.quotation),
        selectinload(Statement.regions).joinedload(StatementRegion.place),
        selectinload(Statement.relations),
        selectinload(Statement.related_by),
    )
    return paginate(opened, select, transformer=lambda rows: [rendering.statement(row, quotes=False) for row in rows])


add_pagination(app)
