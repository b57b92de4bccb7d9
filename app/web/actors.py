"""Who says it, who publishes, who takes part? Persons and organisations."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.api.dependencies import Configured, ReadSession, strict_parameters
from app.models import Actor
from app.queries.availability import AvailabilityQuery
from app.queries.codes import (
    ActorFilters,
    ActorListQuery,
    ProjectFilters,
    by_code,
    count_actors,
    counted,
    documents_of,
    get_one,
    order_documents,
    select_actors,
    select_projects,
)
from app.queries.facets import AXES, select_facet
from app.queries.listing import PathCode, read_page
from app.queries.service import is_large
from app.queries.statements import StatementListQuery
from app.rendering import codes as rendering
from app.rendering.statements import named
from app.web.page import downloads, following, page, twin
from app.web.tables import FIRST, first_of, told

router = APIRouter(include_in_schema=False, dependencies=[Depends(strict_parameters)])

MOST_QUOTED = 12
MOST = 100
"""Documents, and projects, of an actor that its page names."""


@router.get("/actors")
def show_actors(request: Request, session: ReadSession, query: Annotated[ActorListQuery, Query()]) -> Response:
    """The persons and organisations, each with what it says, publishes and takes part in."""
    rows = read_page(session, select_actors(query), by_code(Actor.code), query, name="actors")
    return page(
        request,
        "actors.html",
        quoted=[] if is_large(session) or query.model_fields_set else _quoted(session),
        actors=[rendering.actor(each) for each in counted(session, rows.items, count_actors)],
        kind=query.kind[0] if len(query.kind) == 1 else "",
        more=following(request, rows.cursor),
        twin=twin(request),
        downloads=[downloads(request)],
    )


def _quoted(session: Session) -> list[Any]:
    """Those who say most, and of those who say as much the first by name."""
    speaker = AXES["speaker"]
    rows = session.execute(select_facet(AvailabilityQuery(), speaker).where(speaker.value.is_not(None)))
    return sorted(rows, key=lambda each: (-each.statements, each.name.casefold()))[:MOST_QUOTED]


@router.get("/actors/{code}")
def show_actor(request: Request, session: ReadSession, settings: Configured, code: PathCode) -> Response:
    """One of them: its documents, its projects, and the statements that it makes."""
    row = get_one(session, select_actors(ActorFilters()), Actor.code, "actor", code)
    actor = rendering.actor(counted(session, [row], count_actors)[0])
    above = session.get(Actor, actor.organisation) if actor.organisation else None
    made = session.execute(documents_of(code).order_by(*order_documents("-published_on").by()).limit(MOST)).scalars()
    parts = session.execute(select_projects(ProjectFilters(actor=[code])).limit(MOST)).scalars()
    rows = first_of(session, StatementListQuery(actor=[code], sort="-published_on", include=["total"], limit=FIRST))
    return page(
        request,
        "actor.html",
        actor=actor,
        above=named(above) if above else None,
        documents=made.all(),
        parts_in=[(named(each), [party.role for party in each.parties if party.actor == code]) for each in parts],
        rows=told(session, rows.items, settings),
        total=rows.total,
        everything=f"/statements?actor={code}&sort=-published_on" if rows.cursor else None,
        twin=twin(request),
        downloads=[downloads(request, "/statements", f"actor={code}")],
    )
