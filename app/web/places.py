"""Where is it, and what became of it? Regions as a tree, projects with their history."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.api.dependencies import Configured, ReadSession, strict_parameters
from app.models import Actor, Project, Region
from app.queries.availability import AvailabilityQuery, select_available
from app.queries.codes import (
    ProjectFilters,
    ProjectListQuery,
    RegionFilters,
    RegionListQuery,
    all_regions,
    by_code,
    count_projects,
    count_regions,
    counted,
    get_one,
    kinds_of,
    select_projects,
    select_regions,
)
from app.queries.listing import PathCode, read_page, require_codes
from app.queries.statements import StatementListQuery
from app.rendering import codes as rendering
from app.rendering.statements import named
from app.web.page import downloads, following, page, twin
from app.web.tables import FIRST, first_of, told

router = APIRouter(include_in_schema=False, dependencies=[Depends(strict_parameters)])

WHOLE_TREE = 400
"""Regions that are shown as one tree; of more only the upper levels."""
MOST_INDICATORS = 60


@router.get("/regions")
def show_regions(request: Request, session: ReadSession, query: Annotated[RegionListQuery, Query()]) -> Response:
    """All regions as a tree, each with its number of statements; with filters as a list."""
    require_codes(session, {"kind": (Region.kind, query.kind), "within": (Region.code, query.within)})
    tree, depth, found, cursor = None, 99, [], None
    if query.model_fields_set <= {"limit", "include"}:
        rows = all_regions(session)
        counts = count_regions(session, [row.code for row in rows])["statements"] if rows else {}
        tree, depth = rendering.region_tree(rows, counts), 99 if len(rows) <= WHOLE_TREE else 2
    else:
        listed = read_page(session, select_regions(query), by_code(Region.code), query, name="regions")
        found = [rendering.region(each) for each in counted(session, listed.items, count_regions)]
        cursor = listed.cursor
    return page(
        request,
        "regions.html",
        tree=tree,
        depth=depth,
        found=found,
        more=following(request, cursor),
        twin=twin(request),
        downloads=[downloads(request)],
    )


@router.get("/regions/{code}")
def show_region(request: Request, session: ReadSession, settings: Configured, code: PathCode) -> Response:
    """One region: where it lies, and what is said of it."""
    row = get_one(session, select_regions(RegionFilters()), Region.code, "region", code)
    region = rendering.region(counted(session, [row], count_regions)[0])
    around = session.execute(
        select_regions(RegionFilters()).where(Region.code.in_([*region.parents, *region.children]))
    ).scalars()
    names = {each.code: named(each) for each in around}
    asked = AvailabilityQuery(within=[code], has_quantity=True, dimensions=["indicator"])
    rows = first_of(session, StatementListQuery(region=[code], sort="-published_on", include=["total"], limit=FIRST))
    return page(
        request,
        "region.html",
        region=region,
        names=names,
        indicators=session.execute(select_available(asked, "indicator")).all()[:MOST_INDICATORS],
        rows=told(session, rows.items, settings),
        total=rows.total,
        everything=f"/statements?region={code}&sort=-published_on" if rows.cursor else None,
        twin=twin(request),
        downloads=[downloads(request, "/statements", f"region={code}")],
    )


@router.get("/projects")
def show_projects(request: Request, session: ReadSession, query: Annotated[ProjectListQuery, Query()]) -> Response:
    """The projects, each with its history and who takes part."""
    wanted = {
        "kind": (Project.kind, query.kind),
        "region": (Region.code, query.region),
        "within": (Region.code, query.within),
        "actor": (Actor.code, query.actor),
    }
    require_codes(session, wanted)
    rows = read_page(session, select_projects(query), by_code(Project.code), query, name="projects")
    return page(
        request,
        "projects.html",
        kinds=session.execute(kinds_of(Project.kind)).scalars().all(),
        kind=query.kind[0] if len(query.kind) == 1 else "",
        projects=[rendering.project(each) for each in counted(session, rows.items, count_projects)],
        more=following(request, rows.cursor),
        twin=twin(request),
        downloads=[downloads(request)],
    )


@router.get("/projects/{code}")
def show_project(request: Request, session: ReadSession, settings: Configured, code: PathCode) -> Response:
    """One project: its history, who takes part, and what is said of it."""
    row = get_one(session, select_projects(ProjectFilters()), Project.code, "project", code)
    rows = first_of(session, StatementListQuery(project=[code], sort="period", include=["total"], limit=FIRST))
    return page(
        request,
        "project.html",
        project=rendering.project(counted(session, [row], count_projects)[0]),
        rows=told(session, rows.items, settings),
        total=rows.total,
        everything=f"/statements?project={code}&sort=period" if rows.cursor else None,
        twin=twin(request),
        downloads=[downloads(request, "/statements", f"project={code}")],
    )
