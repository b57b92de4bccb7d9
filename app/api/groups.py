"""How many statements are there of each combination of values?"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.api.answers import LISTED, answer_page
from app.api.dependencies import ReadSession, strict_parameters
from app.queries.facets import StatementGroupQuery, count_groups, select_groups
from app.queries.listing import read_page
from app.queries.statements import check_codes, notes_for
from app.rendering.facets import group
from app.schemas.facets import GroupPage

router = APIRouter(prefix="/v1", tags=["statements"], dependencies=[Depends(strict_parameters)])


@router.get("/statements/groups", response_model=GroupPage, responses=LISTED)
def list_groups(request: Request, session: ReadSession, query: Annotated[StatementGroupQuery, Query()]) -> Response:
    """The statements that match every filter, counted by each combination of the values of one to four dimensions."""
    return answer_groups(request, session, query)


def answer_groups(request: Request, session: Session, query: StatementGroupQuery) -> Response:
    """A page of groups, with how many there are and how many statements in all."""
    check_codes(session, query)
    select, order = select_groups(query)
    rows = read_page(session, select, order, query, name="statements/groups")
    by = list(dict.fromkeys(query.by))
    groups_total, total = count_groups(session, query)
    beside = {"groups_total": groups_total, "total": total}
    items = [group(by, row) for row in rows.items]
    return answer_page(request, rows, items, notes=notes_for(session, query), key="groups", beside=beside)
