"""In which units are figures given, and what is one worth in another?"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.api.dependencies import ReadSession, strict_parameters
from app.models import Unit
from app.queries.codes import UnitListQuery, by_code, count_units, counted, select_units
from app.queries.listing import read_page
from app.rendering import codes as rendering
from app.web.page import downloads, following, page, twin

router = APIRouter(include_in_schema=False, dependencies=[Depends(strict_parameters)])


@router.get("/units")
def show_units(request: Request, session: ReadSession, query: Annotated[UnitListQuery, Query()]) -> Response:
    """The units with their factors; each leads to the figures in its dimension."""
    rows = read_page(session, select_units(query), by_code(Unit.code), query, name="units")
    return page(
        request,
        "units.html",
        units=[rendering.unit(each) for each in counted(session, rows.items, count_units)],
        more=following(request, rows.cursor),
        twin=twin(request),
        downloads=[downloads(request)],
    )
