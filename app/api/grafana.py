"""What a Grafana dashboard asks for beside its figures: menus that lead to something, and events on the time axis."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel
from starlette.responses import Response

from app.api.answers import COMMON
from app.api.dependencies import ReadSession, strict_parameters
from app.exports.wire import to_json
from app.queries.availability import VariableQuery, select_available
from app.queries.events import EventQuery, read_events
from app.queries.statements import check_codes
from app.rendering import grafana as rendering
from app.schemas.grafana import GrafanaAnnotation, GrafanaVariable

router = APIRouter(prefix="/v1/grafana", tags=["grafana"], dependencies=[Depends(strict_parameters)])


@router.get("/variables", response_model=list[GrafanaVariable], responses=COMMON)
def list_variables(session: ReadSession, query: Annotated[VariableQuery, Query()]) -> Response:
    """The values of one dimension as rows of `__text` and `__value`, the most frequent first; at most 1000."""
    check_codes(session, query)
    return _rows(rendering.variable(row) for row in session.execute(select_available(query, query.dimension)))


@router.get("/annotations", response_model=list[GrafanaAnnotation], responses=COMMON)
def list_annotations(session: ReadSession, query: Annotated[EventQuery, Query()]) -> Response:
    """Dated steps of projects and days of publication as rows of `time`, `timeEnd`, `title`, `text` and `tags`, by time."""
    return _rows(map(rendering.event, read_events(session, query)))


def _rows(rows: Iterable[BaseModel]) -> Response:
    """Rows without anything around them."""
    content = to_json([row.model_dump(by_alias=True) for row in rows])
    return Response(content.encode(), media_type="application/json")
