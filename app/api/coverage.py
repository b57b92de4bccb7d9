"""What was read of the documents, and what was left out and why?"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app import models
from app.api.answers import COMMON, FLAT, FOUND, LISTED, NO_SUCH, answer, answer_page, flat_codes
from app.api.dependencies import ReadSession, strict_parameters
from app.exports.formats import Suffix
from app.queries.codes import DocumentFilters, get_one, select_documents
from app.queries.coverage import ORDER, MentionFlatQuery, MentionListQuery, count_mentions, select_mentions
from app.queries.listing import PathCode, read_page, require_codes, stream_rows
from app.rendering import coverage as rendering
from app.schemas.common import Page
from app.schemas.coverage import Coverage, CoverageReport, Mention

router = APIRouter(prefix="/v1", tags=["coverage"], dependencies=[Depends(strict_parameters)])


@router.get("/documents/{code}/mentions", response_model=Page[Mention], responses={**LISTED, 404: NO_SUCH})
def list_mentions(
    request: Request, session: ReadSession, code: PathCode, query: Annotated[MentionListQuery, Query()]
) -> Response:
    """Every number of a document, in the order of the text: stated by statements, or dismissed and why."""
    get_one(session, select_documents(DocumentFilters()), models.Document.code, "document", code)
    require_codes(session, {"reason": (models.Mention.reason, query.reason)})
    rows = read_page(session, select_mentions(code, query), ORDER, query, name=f"mentions/{code}")
    return answer_page(request, rows, [rendering.mention(row) for row in rows.items])


@router.get("/documents/{code}/mentions.{suffix}", responses=FLAT)
def export_mentions(
    request: Request,
    session: ReadSession,
    code: PathCode,
    suffix: Suffix,
    query: Annotated[MentionFlatQuery, Query()],
) -> Response:
    """Every number of a document as flat rows, in the order of the text, not paged: JSON, CSV, NDJSON, Parquet or XLSX."""
    get_one(session, select_documents(DocumentFilters()), models.Document.code, "document", code)
    require_codes(session, {"reason": (models.Mention.reason, query.reason)})
    pages = stream_rows(session, select_mentions(code, query), ORDER)
    return flat_codes(request, suffix, query, Mention, (rendering.mention(row) for page in pages for row in page))


@router.get("/documents/{code}/coverage", response_model=Coverage, responses=FOUND)
def get_document_coverage(session: ReadSession, code: PathCode) -> Response:
    """How many numbers of a document are stated, dismissed and unaccounted for."""
    get_one(session, select_documents(DocumentFilters()), models.Document.code, "document", code)
    return answer(rendering.coverage(code, count_mentions(session, code)[code]))


@router.get("/coverage", response_model=CoverageReport, responses=COMMON)
def get_coverage(session: ReadSession) -> Response:
    """How many numbers of every document are stated, dismissed and unaccounted for."""
    return answer(rendering.coverage_report(count_mentions(session)))
