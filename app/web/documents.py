"""What does a document say, in the order of its text, and was any number left out?"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.api.dependencies import Configured, ReadSession, strict_parameters
from app.models import Actor, Document, DocumentText, Mention, Statement
from app.queries.codes import (
    DocumentFilters,
    DocumentListQuery,
    count_documents,
    counted,
    get_one,
    order_documents,
    select_documents,
)
from app.queries.coverage import ORDER, MentionFilters, count_mentions, select_mentions
from app.queries.listing import PathCode, read_page, require_codes
from app.queries.statements import StatementListQuery
from app.rendering import codes as rendering
from app.rendering.coverage import coverage, coverage_report, mention
from app.settings import Settings
from app.web.page import downloads, following, page, twin
from app.web.reading import Paragraph, paragraphs
from app.web.tables import first_of, told

router = APIRouter(include_in_schema=False, dependencies=[Depends(strict_parameters)])

MOST = 200
"""Statements and numbers of a document that its page shows; links lead to the rest."""


@router.get("/documents")
def show_documents(request: Request, session: ReadSession, query: Annotated[DocumentListQuery, Query()]) -> Response:
    """The documents, each with what was read of it."""
    require_codes(session, {"publisher": (Actor.code, query.publisher)})
    rows = read_page(session, select_documents(query), order_documents(query.sort), query, name="documents")
    items = [rendering.document(each) for each in counted(session, rows.items, count_documents)]
    counts = count_mentions(session)
    return page(
        request,
        "documents.html",
        documents=[(each, coverage(each.code, counts[each.code])) for each in items],
        total=coverage_report(counts).total,
        more=following(request, rows.cursor),
        twin=twin(request),
        downloads=[downloads(request)],
    )


@router.get("/documents/{code}")
def show_document(request: Request, session: ReadSession, settings: Configured, code: PathCode) -> Response:
    """One document: bibliography, coverage, its statements, and its text where that may be shown."""
    row = get_one(session, select_documents(DocumentFilters()), Document.code, "document", code)
    document = rendering.document(counted(session, [row], count_documents)[0])
    rows = first_of(session, StatementListQuery(document=[code], sort="position", limit=MOST, include=["total"]))
    numbers = session.execute(select_mentions(code, MentionFilters()).order_by(*ORDER.by()).limit(5 * MOST)).scalars().all()
    return page(
        request,
        "document.html",
        document=document,
        coverage=coverage(code, count_mentions(session, code)[code]),
        rows=told(session, rows.items, settings),
        total=rows.total,
        everything=f"/statements?document={code}&sort=position" if rows.cursor else None,
        dismissed=[mention(each) for each in numbers if each.state == "dismissed"][:MOST],
        unread=[mention(each) for each in numbers if each.state == "unaccounted"][:MOST],
        paragraphs=_text(session, settings, code, rows.items, list(numbers)),
        shows_texts=settings.texts,
        twin=twin(request),
        downloads=[downloads(request, "/statements", f"document={code}&sort=position")],
    )


def _text(
    session: Session, settings: Settings, code: str, statements: list[Statement], numbers: list[Mention]
) -> list[Paragraph] | None:
    """The attached text, marked; None where there is none or it may not be shown."""
    held = session.get(DocumentText, code) if settings.texts else None
    return paragraphs(held.text, statements, numbers) if held else None
