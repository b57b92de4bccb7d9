"""Do the documents agree?"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.api.answers import FLAT, FOUND, LISTED, answer, answer_flat, answer_page
from app.api.dependencies import ReadSession, strict_parameters
from app.exports.formats import Suffix
from app.exports.lists import COMPARISONS
from app.queries.comparisons import (
    ComparisonFlatQuery,
    ComparisonListQuery,
    get_cell,
    order_of,
    read_cells,
    select_comparisons,
    stream_cells,
)
from app.queries.listing import read_page
from app.queries.statements import PathCell, check_codes, notes_for
from app.rendering import comparisons as rendering
from app.schemas.common import Page
from app.schemas.comparisons import Comparison

router = APIRouter(prefix="/v1", tags=["comparisons"], dependencies=[Depends(strict_parameters)])


@router.get("/comparisons", response_model=Page[Comparison], responses=LISTED)
def list_comparisons(request: Request, session: ReadSession, query: Annotated[ComparisonListQuery, Query()]) -> Response:
    """The cells that hold a statement every filter matches, with what their figures say of each other.

    `status=conflicting&sort=-gap` is the list of contradictions, the widest first.
    """
    check_codes(session, query)
    rows = read_page(session, select_comparisons(query), order_of(query.sort), query, name="comparisons")
    items = [rendering.comparison(each) for each in read_cells(session, rows.items)]
    return answer_page(request, rows, items, notes=notes_for(session, query))


@router.get("/comparisons.{suffix}", responses=FLAT)
def export_comparisons(
    request: Request, session: ReadSession, suffix: Suffix, query: Annotated[ComparisonFlatQuery, Query()]
) -> Response:
    """The comparisons that match every filter as flat rows, one a cell, not paged: JSON, CSV, NDJSON, Parquet or XLSX."""
    check_codes(session, query)
    return answer_flat(request, suffix, query, COMPARISONS, map(rendering.flat, stream_cells(session, query)))


@router.get("/comparisons/{cell}", response_model=Comparison, responses=FOUND)
def get_comparison(session: ReadSession, cell: PathCell) -> Response:
    """The statements of one cell side by side: status, relation of every two, and why."""
    return answer(rendering.comparison(get_cell(session, cell)))
