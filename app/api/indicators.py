"""What is measured, and how much is claimed about it?"""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.api.answers import FLAT, FOUND, LISTED, answer, answer_page, counted, flat_codes
from app.api.dependencies import ReadSession, strict_parameters
from app.models import Indicator
from app.queries.codes import FlatCodeQuery, IndicatorListQuery, by_code, count_indicators, get_one, select_indicators
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
    request: Request, session: ReadSession, suffix: Literal["json", "csv"], query: Annotated[FlatCodeQuery, Query()]
) -> Response:
    """All indicators as flat rows: a JSON array or CSV, by code, not paged."""
    rows = session.execute(select_indicators(query).order_by(Indicator.code)).scalars().all()
    items = map(rendering.indicator, counted(session, rows, count_indicators))
    return flat_codes(request, suffix, codes.Indicator, items)


@router.get("/indicators/{code}", response_model=codes.Indicator, responses=FOUND)
def get_indicator(session: ReadSession, code: PathCode) -> Response:
    """One indicator."""
    row = get_one(session, select_indicators(FlatCodeQuery()), Indicator.code, "indicator", code)
    return answer(rendering.indicator(counted(session, [row], count_indicators)[0]))
