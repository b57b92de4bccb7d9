"""In which units are figures given, and how do they convert?"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.api.answers import FLAT, FOUND, LISTED, answer, answer_page, flat_codes
from app.api.dependencies import ReadSession, strict_parameters
from app.exports.formats import Suffix
from app.models import Unit
from app.queries.codes import UnitFlatQuery, UnitListQuery, by_code, count_units, counted, get_one, select_units, stream_counted
from app.queries.listing import CodeFilters, PathUnit, read_page
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
def export_units(request: Request, session: ReadSession, suffix: Suffix, query: Annotated[UnitFlatQuery, Query()]) -> Response:
    """The units that match every filter as flat rows, by code, not paged: JSON, CSV, NDJSON, Parquet or XLSX."""
    rows = stream_counted(session, select_units(query), by_code(Unit.code), count_units)
    return flat_codes(request, suffix, query, codes.Unit, map(rendering.unit, rows))


@router.get("/units/{code}", response_model=codes.Unit, responses=FOUND)
def get_unit(session: ReadSession, code: PathUnit) -> Response:
    """One unit."""
    row = get_one(session, select_units(CodeFilters()), Unit.code, "unit", code)
    return answer(rendering.unit(counted(session, [row], count_units)[0]))
