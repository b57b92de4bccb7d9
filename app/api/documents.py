"""Which documents were read, and which text of each do locators refer to?"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.api.answers import FLAT, FOUND, LISTED, answer, answer_page, flat_codes
from app.api.dependencies import ReadSession, strict_parameters
from app.exports.formats import Suffix
from app.models import Actor, Document
from app.queries.codes import (
    DocumentFilters,
    DocumentFlatQuery,
    DocumentListQuery,
    count_documents,
    counted,
    get_one,
    order_documents,
    select_documents,
    stream_counted,
)
from app.queries.listing import PathCode, read_page, require_codes
from app.rendering import codes as rendering
from app.schemas import codes
from app.schemas.common import Page

router = APIRouter(prefix="/v1", tags=["documents"], dependencies=[Depends(strict_parameters)])


@router.get("/documents", response_model=Page[codes.Document], responses=LISTED)
def list_documents(request: Request, session: ReadSession, query: Annotated[DocumentListQuery, Query()]) -> Response:
    """The documents, by code, each with its bibliography and number of statements."""
    require_codes(session, {"publisher": (Actor.code, query.publisher)})
    rows = read_page(session, select_documents(query), order_documents(query.sort), query, name="documents")
    items = [rendering.document(each) for each in counted(session, rows.items, count_documents)]
    return answer_page(request, rows, items)


@router.get("/documents.{suffix}", responses=FLAT)
def export_documents(
    request: Request, session: ReadSession, suffix: Suffix, query: Annotated[DocumentFlatQuery, Query()]
) -> Response:
    """The documents that match every filter as flat rows, in the order asked for: JSON, CSV, NDJSON, Parquet or XLSX."""
    require_codes(session, {"publisher": (Actor.code, query.publisher)})
    rows = stream_counted(session, select_documents(query), order_documents(query.sort), count_documents)
    return flat_codes(request, suffix, query, codes.Document, map(rendering.document, rows))


@router.get("/documents/{code}", response_model=codes.Document, responses=FOUND)
def get_document(session: ReadSession, code: PathCode) -> Response:
    """One document."""
    row = get_one(session, select_documents(DocumentFilters()), Document.code, "document", code)
    return answer(rendering.document(counted(session, [row], count_documents)[0]))
