"""The service about itself: where to start, whether it is well, what changed."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.api.answers import COMMON, LISTED, answer, answer_page
from app.api.dependencies import ReadSession, strict_parameters
from app.db import SCHEMA_REVISION, check_schema
from app.queries.listing import data_version, read_page
from app.queries.service import CHANGE_ORDER, ChangeListQuery, count_all, replica_state, select_changes
from app.rendering import service as rendering
from app.schemas.common import Page
from app.schemas.service import Change, Counts, Health, Index, Readiness
from app.version import VERSION

router = APIRouter(tags=["service"], dependencies=[Depends(strict_parameters)])

LINKS = {
    "statements": "/v1/statements",
    "regions": "/v1/regions",
    "region_tree": "/v1/regions/tree",
    "indicators": "/v1/indicators",
    "units": "/v1/units",
    "actors": "/v1/actors",
    "projects": "/v1/projects",
    "documents": "/v1/documents",
    "coverage": "/v1/coverage",
    "availability": "/v1/availability",
    "search": "/v1/search",
    "suggest": "/v1/search/suggest",
    "changes": "/v1/changes",
    "exports": "/v1/exports",
    "docs": "/docs",
    "openapi": "/openapi.json",
    "health": "/healthz",
    "readiness": "/readyz",
}


def read_index(session: ReadSession) -> Index:
    """What is in the database and where it can be asked."""
    return Index(
        name="Claimbook",
        version=VERSION,
        data_version=data_version(session),
        counts=Counts(**count_all(session)),
        links=LINKS,
    )


@router.get("/v1", response_model=Index, responses=COMMON)
def get_index(session: ReadSession) -> Response:
    """The entry point for machines: counts, data version, links."""
    return answer(read_index(session))


@router.get("/v1/changes", response_model=Page[Change], responses=LISTED)
def list_changes(request: Request, session: ReadSession, query: Annotated[ChangeListQuery, Query()]) -> Response:
    """What changed since a data version, oldest first; poll with `since` set to the last version seen."""
    rows = read_page(session, select_changes(query), CHANGE_ORDER, query, name="changes")
    return answer_page(request, rows, [rendering.change(row) for row in rows.items])


@router.get("/healthz", response_model=Health, responses={422: COMMON[422]})
async def get_health() -> Response:
    """Liveness: the process answers. Never touches the database."""
    return answer(Health(status="ok"))


@router.get("/readyz", response_model=Readiness, responses=COMMON)
def get_readiness(session: ReadSession) -> Response:
    """Readiness: the database is reachable and has this program's schema; 503 with the reason otherwise."""
    check_schema(session.connection())
    return answer(
        Readiness(
            status="ready",
            schema_revision=SCHEMA_REVISION,
            data_version=data_version(session),
            database=session.get_bind().dialect.name,
            replica=rendering.replica(replica_state(session)),
        )
    )
