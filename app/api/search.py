"""Where does what I look for occur, and which names go on as I type?"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.api.answers import COMMON, LISTED, answer, answer_page
from app.api.dependencies import Configured, ReadSession, strict_parameters
from app.queries.listing import data_version
from app.queries.search import Answer, Hit, SearchQuery
from app.queries.search import search as find
from app.queries.suggest import Suggested, SuggestQuery
from app.queries.suggest import suggest as complete
from app.schemas.common import Meta, Page, PageInfo
from app.schemas.search import Found, SearchHit, SearchMeta, SearchPage, Segment, Suggestion

router = APIRouter(prefix="/v1", tags=["search"], dependencies=[Depends(strict_parameters)])


@router.get("/search", response_model=SearchPage, responses=LISTED)
def search(request: Request, session: ReadSession, settings: Configured, query: Annotated[SearchQuery, Query()]) -> Response:
    """Everything that holds the words: statements, documents, regions, indicators, projects, actors and units, best first."""
    found = find(session, query, quotes=settings.quotes)
    return answer_page(request, found.rows, [_hit(hit) for hit in found.rows.items], meta=_meta(found))


@router.get("/search/suggest", response_model=Page[Suggestion], responses=COMMON)
def suggest(session: ReadSession, query: Annotated[SuggestQuery, Query()]) -> Response:
    """Names and codes that go on as typed: regions, indicators, projects, actors and documents, in English and Chinese."""
    items = [_suggestion(each) for each in complete(session, query)]
    page = PageInfo(limit=query.limit, next=None, total=None)
    return answer(Page[Suggestion](data=items, page=page, meta=Meta(data_version=data_version(session), notes=[])))


def _hit(hit: Hit) -> SearchHit:
    entry = hit.entry
    return SearchHit(
        resource=entry.resource,
        code=entry.code,
        name=entry.name,
        name_zh=entry.name_zh,
        text=entry.text,
        field=hit.field,
        phrase=hit.phrase,
        snippet=[Segment(text=text, match=match) for text, match in hit.snippet],
        document=entry.document,
        published_on=entry.published_on,
        path=_path(entry.resource, entry.code),
    )


def _meta(found: Answer) -> SearchMeta:
    return SearchMeta(
        data_version=found.rows.data_version,
        notes=found.notes,
        found=Found(**{name: found.found.get(name, 0) for name in Found.model_fields}),
        capped=bool(found.notes),
    )


def _suggestion(suggested: Suggested) -> Suggestion:
    entry = suggested.entry
    return Suggestion(
        resource=entry.resource,
        code=entry.code,
        name=entry.name,
        name_zh=entry.name_zh,
        path=_path(entry.resource, entry.code),
        statements=suggested.statements,
    )


def _path(resource: str, code: str) -> str:
    return f"/v1/{resource}s/{code}"
