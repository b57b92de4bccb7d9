"""What changed in the data, and when?"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.api.dependencies import ReadSession, strict_parameters
from app.queries.listing import read_page
from app.queries.service import CHANGE_ORDER, ChangeListQuery, select_changes
from app.rendering.service import change
from app.web.controls import chips
from app.web.page import following, page, twin
from app.web.search import NOUNS, place_of

router = APIRouter(include_in_schema=False, dependencies=[Depends(strict_parameters)])

GONE = ("withdrawn", "removed")


@router.get("/changes")
def show_changes(request: Request, session: ReadSession, query: Annotated[ChangeListQuery, Query()]) -> Response:
    """The log of changes, oldest first; what is still there leads to its page."""
    rows = read_page(session, select_changes(query), CHANGE_ORDER, query, name="changes")
    found = [change(row) for row in rows.items]
    return page(
        request,
        "changes.html",
        changes=[
            (each, place_of(each.resource, each.code) if each.resource in NOUNS and each.operation not in GONE else None)
            for each in found
        ],
        more=following(request, rows.cursor),
        chips=chips(request, session, ("limit",)),
        twin=twin(request),
    )
