"""Which numbers follow by arithmetic from what documents state?"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.api.answers import FLAT, FOUND, LISTED, answer, answer_flat, answer_page
from app.api.dependencies import ReadSession, strict_parameters
from app.exports.formats import Suffix
from app.exports.lists import DERIVATIONS
from app.queries.derivations import (
    DerivationFlatQuery,
    DerivationListQuery,
    PathDerivation,
    find_derivations,
    read_neighbours,
)
from app.queries.derivations import (
    get_derivation as find_derivation,
)
from app.queries.listing import read_ranked
from app.rendering import derivations as rendering
from app.schemas.common import Page
from app.schemas.derivations import Derivation

router = APIRouter(prefix="/v1", tags=["derivations"], dependencies=[Depends(strict_parameters)])


@router.get("/derivations", response_model=Page[Derivation], responses=LISTED)
def list_derivations(request: Request, session: ReadSession, query: Annotated[DerivationListQuery, Query()]) -> Response:
    """The numbers that follow from statements, by id: totals, bases, rates, remainders, sums, and parts above their whole."""
    ranked = [((each.id,), each) for each in find_derivations(session, query)]
    rows = read_ranked(session, ranked, query, name="derivations", places=1)
    beside = read_neighbours(session, rows.items)
    return answer_page(request, rows, [rendering.derivation(each, beside) for each in rows.items])


@router.get("/derivations.{suffix}", responses=FLAT)
def export_derivations(
    request: Request, session: ReadSession, suffix: Suffix, query: Annotated[DerivationFlatQuery, Query()]
) -> Response:
    """The derivations that match every filter as flat rows, one a derivation, not paged: JSON, CSV, NDJSON, Parquet or XLSX."""
    found = find_derivations(session, query)
    beside = read_neighbours(session, found)
    return answer_flat(request, suffix, query, DERIVATIONS, (rendering.flat(each, beside) for each in found))


@router.get("/derivations/{id}", response_model=Derivation, responses=FOUND)
def get_derivation(session: ReadSession, id: PathDerivation) -> Response:  # noqa: A002
    """One derivation: the rule, the statements it rests on, and what documents state of the same thing."""
    found = find_derivation(session, id)
    return answer(rendering.derivation(found, read_neighbours(session, [found])))
