"""Where does what I look for occur, and which names go on as I type?"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.api.answers import COMMON, LISTED, answer, answer_page
from app.api.dependencies import Configured, ReadSession, strict_parameters
from app.queries.listing import data_version
from app.queries.search import SearchQuery
from app.queries.search import search as find
from app.queries.suggest import Suggested, SuggestQuery
from app.queries.suggest import suggest as complete
from app.rendering import search as rendering
from app.schemas.common import Meta, Page, PageInfo
from app.schemas.search import SearchPage, Suggestion

router = APIRouter(prefix="/v1", tags=["search"], dependencies=[Depends(strict_parameters)])


@router.get("/search", response_model=SearchPage, responses=LISTED)
def search(request: Request, session: ReadSession, settings: Configured, query: Annotated[SearchQuery, Query()]) -> Response:
    """Everything that holds the words: statements, documents, regions, indicators, projects, actors and units, best first."""
    found = find(session, query, quotes=settings.quotes)
    return answer_page(request, found.rows, [rendering.hit(each) for each in found.rows.items], meta=rendering.meta(found))


@router.get("/search/suggest", response_model=Page[Suggestion], responses=COMMON)
def suggest(session: ReadSession, query: Annotated[SuggestQuery, Query()]) -> Response:
    """Names and codes that go on as typed: regions, indicators, projects, actors and documents, in English and Chinese."""
    items = [_suggestion(each) for each in complete(session, query)]
    page = PageInfo(limit=query.limit, next=None, total=None)
    return answer(Page[Suggestion](data=items, page=page, meta=Meta(data_version=data_version(session), notes=[])))


def _suggestion(suggested: Suggested) -> Suggestion:
    entry = suggested.entry
    return Suggestion(
        resource=entry.resource,
        code=entry.code,
        name=entry.name,
        name_zh=entry.name_zh,
        path=rendering.path(entry.resource, entry.code),
        statements=suggested.statements,
    )
