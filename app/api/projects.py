"""Which initiatives, lines, facilities and platforms are there, and what became of them?"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.api.answers import FLAT, FOUND, LISTED, answer, answer_page, flat_codes
from app.api.dependencies import ReadSession, strict_parameters
from app.exports.formats import Suffix
from app.models import Actor, Project, Region
from app.queries.codes import (
    ProjectFilters,
    ProjectFlatQuery,
    ProjectListQuery,
    by_code,
    count_projects,
    counted,
    get_one,
    select_projects,
    stream_counted,
)
from app.queries.listing import PathCode, read_page, require_codes
from app.rendering import codes as rendering
from app.schemas import codes
from app.schemas.common import Page

router = APIRouter(prefix="/v1", tags=["projects"], dependencies=[Depends(strict_parameters)])


@router.get("/projects", response_model=Page[codes.Project], responses=LISTED)
def list_projects(request: Request, session: ReadSession, query: Annotated[ProjectListQuery, Query()]) -> Response:
    """The projects, by code, each with its regions, parties and history."""
    _check(session, query)
    rows = read_page(session, select_projects(query), by_code(Project.code), query, name="projects")
    items = [rendering.project(each) for each in counted(session, rows.items, count_projects)]
    return answer_page(request, rows, items)


@router.get("/projects.{suffix}", responses=FLAT)
def export_projects(
    request: Request, session: ReadSession, suffix: Suffix, query: Annotated[ProjectFlatQuery, Query()]
) -> Response:
    """The projects that match every filter as flat rows, by code, not paged: JSON, CSV, NDJSON, Parquet or XLSX."""
    _check(session, query)
    rows = stream_counted(session, select_projects(query), by_code(Project.code), count_projects)
    return flat_codes(request, suffix, query, codes.Project, map(rendering.project, rows))


def _check(session: Session, query: ProjectFilters) -> None:
    """Raise BadRequestError for filter values that no code list holds."""
    wanted = {
        "kind": (Project.kind, query.kind),
        "region": (Region.code, query.region),
        "within": (Region.code, query.within),
        "actor": (Actor.code, query.actor),
    }
    require_codes(session, wanted)


@router.get("/projects/{code}", response_model=codes.Project, responses=FOUND)
def get_project(session: ReadSession, code: PathCode) -> Response:
    """One project."""
    row = get_one(session, select_projects(ProjectFilters()), Project.code, "project", code)
    return answer(rendering.project(counted(session, [row], count_projects)[0]))
