"""What does every page of a filtered list show besides its rows? How many there are, what to choose next, and the way on."""

from collections.abc import Sequence
from typing import Any

from fastapi import Request
from sqlalchemy.orm import Session

from app.queries.listing import Rows
from app.queries.statements import StatementFilters, notes_for
from app.web.controls import chips, menus
from app.web.page import downloads, following, twin


def beside(
    request: Request,
    session: Session,
    query: StatementFilters,
    rows: Rows[Any],
    *,
    names: Sequence[str],
    kept: Sequence[str] = (),
) -> dict[str, Any]:
    """The total, the menus of these filters, the others that are set, remarks, the next page and the data.

    `kept` are parameters that the page shows in a way of its own.
    """
    set_ = chips(request, session, (*names, *kept))
    given = [(name, value) for name, value in request.query_params.multi_items() if name in kept]
    return {
        "total": rows.total,
        "menus": menus(session, query, names),
        "chips": set_,
        "held": [*((each.name, each.value) for each in set_), *given],
        "notes": notes_for(session, query),
        "more": following(request, rows.cursor),
        "twin": twin(request),
        "downloads": [downloads(request)],
    }
