"""Where does what a reader looks for occur?"""

from collections.abc import Sequence
from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.api.dependencies import Configured, ReadSession, strict_parameters
from app.models import Statement
from app.queries.derivations import DerivationFilters
from app.queries.search import Hit, SearchQuery
from app.queries.search import search as find
from app.web.arithmetic import Follows, follows
from app.web.page import address, following, page, twin

router = APIRouter(include_in_schema=False, dependencies=[Depends(strict_parameters)])

NOUNS = {
    "indicator": "Indicators",
    "region": "Regions",
    "project": "Projects",
    "document": "Documents",
    "statement": "Statements",
    "actor": "People and organisations",
    "unit": "Units",
}
MOST_STATEMENTS = 12
FEW_INDICATORS = 4
"""What follows from the statements found is shown for so many of them, and not where they are about more indicators."""
LISTED = ("unit",)
"""Resources without a page of their own: the statements that they lead to are shown."""


@router.get("/search")
def show_search(request: Request, session: ReadSession, settings: Configured, query: Annotated[SearchQuery, Query()]) -> Response:
    """Everything that holds the words, names first."""
    found = find(session, query, quotes=settings.quotes)
    hits = [(hit, place_of(hit.entry.resource, hit.entry.code)) for hit in found.rows.items]
    groups: dict[str, list[tuple[Hit, str]]] = {noun: [each for each in hits if each[0].entry.resource == noun] for noun in NOUNS}
    return page(
        request,
        "search.html",
        q=query.q,
        groups=[(noun, NOUNS[noun], group) for noun, group in groups.items() if group],
        found=found.found,
        nouns=NOUNS,
        only=query.resource,
        narrower={noun: address("/search", {"q": query.q, "resource": noun}) for noun in NOUNS},
        notes=found.notes,
        follows=_follows(session, [hit for hit, _ in hits]),
        more=following(request, found.rows.cursor),
        twin=twin(request),
    )


def _follows(session: Session, hits: Sequence[Hit]) -> Follows | None:
    """What follows from the statements found, where these are about few indicators."""
    found = [each.entry.code for each in hits if each.entry.resource == "statement"][:MOST_STATEMENTS]
    rows = session.execute(sa.select(Statement.indicator).where(Statement.id.in_(found)).distinct()).scalars()
    indicators = sorted(each for each in rows if each)
    if not 1 <= len(indicators) <= FEW_INDICATORS:
        return None
    return follows(session, DerivationFilters(indicator=indicators, statement=found))


def place_of(resource: str, code: str) -> str:
    """The page of a thing that was found."""
    return f"/statements?{resource}={code}" if resource in LISTED else f"/{resource}s/{code}"
