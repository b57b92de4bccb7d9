"""Who speaks, publishes and takes part?"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.api.answers import FLAT, FOUND, LISTED, answer, answer_page, flat_codes
from app.api.dependencies import ReadSession, strict_parameters
from app.exports.formats import Suffix
from app.models import Actor
from app.queries.codes import (
    ActorFilters,
    ActorFlatQuery,
    ActorListQuery,
    by_code,
    count_actors,
    counted,
    get_one,
    select_actors,
    stream_counted,
)
from app.queries.listing import PathCode, read_page
from app.rendering import codes as rendering
from app.schemas import codes
from app.schemas.common import Page

router = APIRouter(prefix="/v1", tags=["actors"], dependencies=[Depends(strict_parameters)])


@router.get("/actors", response_model=Page[codes.Actor], responses=LISTED)
def list_actors(request: Request, session: ReadSession, query: Annotated[ActorListQuery, Query()]) -> Response:
    """The persons and organisations, by code, with what each says, publishes and takes part in."""
    rows = read_page(session, select_actors(query), by_code(Actor.code), query, name="actors")
    items = [rendering.actor(each) for each in counted(session, rows.items, count_actors)]
    return answer_page(request, rows, items)


@router.get("/actors.{suffix}", responses=FLAT)
def export_actors(request: Request, session: ReadSession, suffix: Suffix, query: Annotated[ActorFlatQuery, Query()]) -> Response:
    """The actors that match every filter as flat rows, by code, not paged: JSON, CSV, NDJSON, Parquet or XLSX."""
    rows = stream_counted(session, select_actors(query), by_code(Actor.code), count_actors)
    return flat_codes(request, suffix, query, codes.Actor, map(rendering.actor, rows))


@router.get("/actors/{code}", response_model=codes.Actor, responses=FOUND)
def get_actor(session: ReadSession, code: PathCode) -> Response:
    """One person or organisation."""
    row = get_one(session, select_actors(ActorFilters()), Actor.code, "actor", code)
    return answer(rendering.actor(counted(session, [row], count_actors)[0]))
