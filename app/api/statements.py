"""Which document claims which number, in which words?"""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app import rendering
from app.api.answers import FLAT, FOUND, LISTED, answer, answer_flat, answer_page, problem_response
from app.api.dependencies import Configured, ReadSession, strict_parameters
from app.queries.listing import PathStatement, read_page
from app.queries.statements import (
    StatementFlatQuery,
    StatementListQuery,
    check_codes,
    get_related,
    notes_for,
    order_of,
    select_statements,
    stream_statements,
    with_neighbours,
)
from app.queries.statements import (
    get_statement as find_statement,
)
from app.schemas.common import Page
from app.schemas.statements import (
    FLAT_COLUMNS,
    Citation,
    EvidenceDetail,
    RelatedList,
    Statement,
    StatementPart,
)

router = APIRouter(prefix="/v1", tags=["statements"], dependencies=[Depends(strict_parameters)])

ONE = {**FOUND, 410: problem_response("The statement was withdrawn; the problem says in which data version.")}


@router.get("/statements", response_model=Page[Statement] | Page[StatementPart], responses=LISTED)
def list_statements(
    request: Request, session: ReadSession, settings: Configured, query: Annotated[StatementListQuery, Query()]
) -> Response:
    """The statements that match every filter, a page at a time, each with its figure, period, source and words."""
    check_codes(session, query)
    rows = read_page(session, with_neighbours(select_statements(query)), order_of(query.sort), query, name="statements")
    items = [rendering.statement(row, quotes=settings.quotes) for row in rows.items]
    notes = notes_for(session, query)
    if query.fields:
        return answer_page(
            request, rows, [item.model_dump(include={str(field) for field in query.fields}) for item in items], notes=notes
        )
    return answer_page(request, rows, items, notes=notes)


@router.get("/statements.{suffix}", responses=FLAT)
def export_statements(
    request: Request,
    session: ReadSession,
    settings: Configured,
    suffix: Literal["json", "csv"],
    query: Annotated[StatementFlatQuery, Query()],
) -> Response:
    """The statements that match every filter as flat rows: a JSON array or CSV, one row a statement, not paged."""
    check_codes(session, query)
    columns = [column for column in FLAT_COLUMNS if not query.fields or column in query.fields]
    rows = stream_statements(session, query, lambda row: rendering.flat(row, quotes=settings.quotes))
    return answer_flat(request, suffix, columns, rows)


@router.get("/statements/{id}", response_model=Statement, responses=ONE)
def get_statement(session: ReadSession, settings: Configured, id: PathStatement) -> Response:  # noqa: A002
    """One statement."""
    return answer(rendering.statement(find_statement(session, id), quotes=settings.quotes))


@router.get("/statements/{id}/evidence", response_model=EvidenceDetail, responses=ONE)
def get_evidence(session: ReadSession, settings: Configured, id: PathStatement) -> Response:  # noqa: A002
    """The words that claim it: exact span, offsets, and the state of their verification."""
    return answer(rendering.evidence(find_statement(session, id), quotes=settings.quotes))


@router.get("/statements/{id}/related", response_model=RelatedList, responses=ONE)
def list_related(session: ReadSession, settings: Configured, id: PathStatement) -> Response:  # noqa: A002
    """The statements curated as related to it: conversions, parts, updates, look-alikes."""
    related = get_related(session, find_statement(session, id))
    return answer(RelatedList(data=[rendering.related(*each, quotes=settings.quotes) for each in related]))


@router.get("/statements/{id}/citation", response_model=Citation, responses=ONE)
def get_citation(session: ReadSession, settings: Configured, id: PathStatement) -> Response:  # noqa: A002
    """The statement ready to be cited, as text, BibTeX and CSL-JSON."""
    return answer(rendering.citation(find_statement(session, id), address=settings.address))
