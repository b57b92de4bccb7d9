"""Which days do these words mean?"""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from app.api.answers import COMMON, answer
from app.api.dependencies import strict_parameters
from app.domain.period_readings import NeedsAnchorError
from app.domain.period_words import FORMS, NoPeriodError, resolve
from app.errors import BadRequestError, Fault
from app.queries.periods import PeriodQuery
from app.rendering import periods as rendering
from app.schemas.periods import PeriodResolution

router = APIRouter(prefix="/v1", tags=["periods"], dependencies=[Depends(strict_parameters)])


@router.get("/periods/resolve", response_model=PeriodResolution, responses=COMMON)
def resolve_period(query: Annotated[PeriodQuery, Query()]) -> Response:
    """The days that words for a time mean, seen from an anchor day: the likeliest reading, and every other that they allow."""
    anchor = date.fromisoformat(query.anchor) if query.anchor else None
    try:
        return answer(rendering.resolution(resolve(query.text, anchor, query.stock_flow)))
    except NeedsAnchorError:
        fault = Fault("query", "anchor", "the day from which the words are seen was expected, such as 2021-09-30")
        detail = "The words hang on the day from which they are seen: give it as `anchor`, mostly the day of publication."
        raise BadRequestError("unresolvable-period", detail, [fault]) from None
    except NoPeriodError:
        fault = Fault("query", "text", f"words such as these were expected: {FORMS}")
        raise BadRequestError("unresolvable-period", "No period was found in the text.", [fault]) from None
