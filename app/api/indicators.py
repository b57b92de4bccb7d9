"""What is measured, and how much is claimed about it?"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.api.answers import FLAT, FOUND, LISTED, answer, answer_page, flat_codes
from app.api.dependencies import ReadSession, strict_parameters
from app.exports.formats import Suffix
from app.models import Indicator
from app.queries.codes import (
    IndicatorFilters,
    IndicatorFlatQuery,
    IndicatorListQuery,
    by_code,
    count_indicators,
    counted,
    get_one,
    select_indicators,
    stream_counted,
)
from app.queries.listing import PathCode, read_page, require_codes
from app.rendering import codes as rendering
from app.schemas import codes
from app.schemas.common import Page

router = APIRouter(prefix="/v1", tags=["indicators"], dependencies=[Depends(strict_parameters)])


@router.get("/indicators", response_model=Page[codes.Indicator], responses=LISTED)
def list_indicators(request: Request, session: ReadSession, query: Annotated[IndicatorListQuery, Query()]) -> Response:
    """The indicators, by code, each with its definition and number of statements."""
    require_codes(session, {"topic": (Indicator.topic, query.topic)})
    rows = read_page(session, select_indicators(query), by_code(Indicator.code), query, name="indicators")
    items = [rendering.indicator(each) for each in counted(session, rows.items, count_indicators)]
    return answer_page(request, rows, items)


@router.get("/indicators.{suffix}", responses=FLAT)
def export_indicators(
    request: Request, session: ReadSession, suffix: Suffix, query: Annotated[IndicatorFlatQuery, Query()]
) -> Response:
    """The indicators that match every filter as flat rows, by code, not paged: JSON, CSV, NDJSON, Parquet or XLSX."""
    require_codes(session, {"topic": (Indicator.topic, query.topic)})
    rows = stream_counted(session, select_indicators(query), by_code(Indicator.code), count_indicators)
    return flat_codes(request, suffix, query, codes.Indicator, map(rendering.indicator, rows))


@router.get("/indicators/{code}", response_model=codes.Indicator, responses=FOUND)
def get_indicator(session: ReadSession, code: PathCode) -> Response:
    """One indicator."""
    row = get_one(session, select_indicators(IndicatorFilters()), Indicator.code, "indicator", code)
    return answer(rendering.indicator(counted(session, [row], count_indicators)[0]))
