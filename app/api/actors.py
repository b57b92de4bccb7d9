"""Who speaks, publishes and takes part?"""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.api.answers import FLAT, FOUND, LISTED, answer, answer_page, counted, flat_codes
from app.api.dependencies import ReadSession, strict_parameters
from app.models import Actor
from app.queries.codes import ActorListQuery, FlatCodeQuery, by_code, count_actors, get_one, select_actors
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
def export_actors(
    request: Request, session: ReadSession, suffix: Literal["json", "csv"], query: Annotated[FlatCodeQuery, Query()]
) -> Response:
    """All actors as flat rows: a JSON array or CSV, by code, not paged."""
    rows = session.execute(select_actors(query).order_by(Actor.code)).scalars().all()
    items = map(rendering.actor, counted(session, rows, count_actors))
    return flat_codes(request, suffix, codes.Actor, items)


@router.get("/actors/{code}", response_model=codes.Actor, responses=FOUND)
def get_actor(session: ReadSession, code: PathCode) -> Response:
    """One person or organisation."""
    row = get_one(session, select_actors(FlatCodeQuery()), Actor.code, "actor", code)
    return answer(rendering.actor(counted(session, [row], count_actors)[0]))
