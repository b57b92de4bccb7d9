"""Pages for people: where to begin, and what each problem means. The other pages are put beside them here."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request
from fastapi.routing import iter_route_contexts
from markupsafe import Markup
from sqlalchemy.orm import Session
from starlette.responses import Response
from starlette.types import Scope

from app.api.dependencies import Configured, ReadSession
from app.api.package import read_dataset
from app.api.problems import KINDS
from app.api.service import read_index
from app.domain.nearest import nearest
from app.errors import NotFoundError
from app.exports.dataset import as_data_block
from app.exports.wire import to_json
from app.queries.availability import AvailabilityQuery, select_available
from app.queries.codes import DocumentFilters, order_documents, select_documents
from app.queries.questions import questions
from app.queries.service import is_large, latest_changes
from app.web import comparisons, documents, figures, places, search, statements, worklist
from app.web.page import HEADERS, page, twin
from app.web.twins import wants_html

router = APIRouter(include_in_schema=False)

MOST_NAMES = 40
"""Indicators, and regions, that the search box suggests before anything is typed."""
MOST_DOCUMENTS = 8
MOST_VERSIONS = 3


@router.get("/")
def get_start(request: Request, session: ReadSession, settings: Configured) -> Response:
    """One box to search, five questions, what is in the database, and the two ways in."""
    newest = select_documents(DocumentFilters()).order_by(*order_documents("-published_on").by()).limit(MOST_DOCUMENTS)
    large = is_large(session)
    names = [] if large else [*_available(session, "indicator")[:MOST_NAMES], *_available(session, "region")[:MOST_NAMES]]
    return page(
        request,
        "start.html",
        index=read_index(session),
        questions=questions(session),
        topics=[] if large else _available(session, "topic"),
        names=names,
        documents=session.execute(newest).scalars().all(),
        changes=latest_changes(session, MOST_VERSIONS),
        twin=twin(request),
        described=Markup(as_data_block(read_dataset(session, settings))),  # noqa: S704  # nothing in it can end the element
    )


def _available(session: Session, dimension: Any) -> list[Any]:
    """The values of a dimension that have statements, the most frequent first."""
    return list(session.execute(select_available(AvailabilityQuery(dimensions=[dimension]), dimension)))


@router.get("/problems/{code}")
def get_problem(request: Request, code: str) -> Response:
    """What a problem means and what to do about it."""
    if code not in KINDS:
        raise NotFoundError("problem", code, nearest(code, KINDS))
    if not wants_html(request.scope):
        content = to_json({"code": code, **asdict(KINDS[code])})
        return Response(content, media_type="application/json", headers={"Vary": "Accept"})
    return page(request, "problem.html", code=code, kind=KINDS[code], kinds=KINDS)


for part in (figures, statements, comparisons, documents, places, search, worklist):
    router.include_router(part.router)

PLACES = frozenset(route.path.split("/")[1] for route in iter_route_contexts(router.routes) if route.path)


def headers_of(scope: Scope) -> Mapping[str, str] | None:
    """The headers of the page asked for, which follows from the data, the address and this program; None of no page."""
    return HEADERS if scope["path"].split("/")[1] in PLACES and wants_html(scope) else None
