"""What can still be selected?"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from app.api.answers import COMMON, answer
from app.api.dependencies import ReadSession, strict_parameters
from app.queries.availability import AvailabilityQuery, count_available, count_found
from app.queries.listing import data_version
from app.queries.statements import check_codes, notes_for
from app.rendering import facets as rendering
from app.schemas.availability import Availability
from app.schemas.common import Meta

router = APIRouter(prefix="/v1", tags=["availability"], dependencies=[Depends(strict_parameters)])


@router.get("/availability", response_model=Availability, responses=COMMON)
def get_availability(session: ReadSession, query: Annotated[AvailabilityQuery, Query()]) -> Response:
    """The values of each dimension that lead to at least one statement under the filters, so that no menu leads to nothing."""
    check_codes(session, query)
    meta = Meta(data_version=data_version(session), notes=notes_for(session, query))
    statements, cells = count_found(session, query)
    dimensions = rendering.available(count_available(session, query))
    return answer(Availability(mode=query.mode, statements=statements, cells=cells, dimensions=dimensions, meta=meta))
