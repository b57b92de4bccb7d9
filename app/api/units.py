"""In which units are figures given, and how do they convert?"""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.api.answers import FLAT, FOUND, LISTED, answer, answer_page, counted, flat_codes
from app.api.dependencies import ReadSession, strict_parameters
from app.models import Unit
from app.queries.codes import FlatCodeQuery, UnitListQuery, by_code, count_units, get_one, select_units
from app.queries.listing import PathUnit, read_page
from app.rendering import codes as rendering
from app.schemas import codes
from app.schemas.common import Page

router = APIRouter(prefix="/v1", tags=["units"], dependencies=[Depends(strict_parameters)])


@router.get("/units", response_model=Page[codes.Unit], responses=LISTED)
def list_units(request: Request, session: ReadSession, query: Annotated[UnitListQuery, Query()]) -> Response:
    """The units, by code, each with its exact factor to the base unit of its dimension."""
    rows = read_page(session, select_units(query), by_code(Unit.code), query, name="units")
    items = [rendering.unit(each) for each in counted(session, rows.items, count_units)]
    return answer_page(request, rows, items)


@router.get("/units.{suffix}", responses=FLAT)
def export_units(
    request: Request, session: ReadSession, suffix: Literal["json", "csv"], query: Annotated[FlatCodeQuery, Query()]
) -> Response:
    """All units as flat rows: a JSON array or CSV, by code, not paged."""
    rows = session.execute(select_units(query).order_by(Unit.code)).scalars().all()
    items = map(rendering.unit, counted(session, rows, count_units))
    return flat_codes(request, suffix, codes.Unit, items)


@router.get("/units/{code}", response_model=codes.Unit, responses=FOUND)
def get_unit(session: ReadSession, code: PathUnit) -> Response:
    """One unit."""
    row = get_one(session, select_units(FlatCodeQuery()), Unit.code, "unit", code)
    return answer(rendering.unit(counted(session, [row], count_units)[0]))
