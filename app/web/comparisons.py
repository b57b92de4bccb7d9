"""Do the documents agree, and what follows from what they say? Comparisons and derivations for readers."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.api.dependencies import ReadSession, strict_parameters
from app.domain.derivation import DERIVATION_KINDS
from app.queries.comparisons import ComparisonListQuery, count_statuses, get_cell, order_of, read_cells, select_comparisons
from app.queries.derivations import (
    DerivationFilters,
    DerivationListQuery,
    PathDerivation,
    find_derivations,
    get_derivation,
)
from app.queries.listing import read_page, read_ranked
from app.queries.service import is_large
from app.queries.statements import PathCell, check_codes
from app.rendering import comparisons as rendering
from app.schemas.derivations import Derivation as Shown
from app.web.arithmetic import Follows, exceeding, reckoned, shown
from app.web.charting import drawn, in_conflict, strips
from app.web.controls import chips
from app.web.lists import beside
from app.web.page import downloads, following, page, twin

router = APIRouter(include_in_schema=False, dependencies=[Depends(strict_parameters)])

MENUS = ("within", "indicator", "period", "kind")
MOST_DERIVATIONS = 12
MOST_STATEMENTS = 50


@router.get("/comparisons")
def show_comparisons(request: Request, session: ReadSession, query: Annotated[ComparisonListQuery, Query()]) -> Response:
    """The cells that hold a statement every filter matches, a page at a time."""
    check_codes(session, query)
    query = query.model_copy(update={"include": ["total"]})
    rows = read_page(session, select_comparisons(query), order_of(query.sort), query, name="comparisons")
    return page(
        request,
        "comparisons.html",
        cells=[rendering.comparison(each) for each in read_cells(session, rows.items)],
        status=query.status[0] if len(query.status) == 1 else "",
        exceeding=_exceeding(session, query) if query.status == ["conflicting"] else None,
        statuses={} if is_large(session) else count_statuses(session),
        **beside(request, session, query, rows, names=MENUS, kept=("status", "sort")),
    )


def _exceeding(session: Session, query: ComparisonListQuery) -> Follows | None:
    """The parts that exceed their whole, under the filters that derivations have too."""
    same = {name: getattr(query, name) for name in ("indicator", "region", "within", "document", "period")}
    return exceeding(session, DerivationFilters(**same))


@router.get("/comparisons/{cell}")
def show_comparison(request: Request, session: ReadSession, cell: PathCell) -> Response:
    """The statements of one cell side by side on one scale."""
    found = get_cell(session, cell)
    compared = rendering.comparison(found)
    apart = in_conflict(found)
    shared = [each.interval for each in compared.sets if len(each.statements) > 1 and not each.touching]
    bands = [(each.lower, each.upper) for each in shared]
    derived, too_many = _touching(session, [each.id for each in found.members], compared.indicator.code)
    return page(
        request,
        "comparison.html",
        cell=compared,
        strips=strips([drawn(each, conflict=each.id in apart) for each in found.members], bands),
        derivations=derived,
        too_many=too_many,
        twin=twin(request),
    )


def _touching(session: Session, statements: Sequence[str], indicator: str) -> tuple[list[Shown], bool]:
    """The derivations that rest on these statements or are compared with them; none and that there are too many to reckon."""
    found = reckoned(session, DerivationFilters(indicator=[indicator], statement=list(statements[:MOST_STATEMENTS])))
    return ([], True) if found is None else (shown(session, found[:MOST_DERIVATIONS]), False)


@router.get("/derivations")
def show_derivations(request: Request, session: ReadSession, query: Annotated[DerivationListQuery, Query()]) -> Response:
    """Numbers that no document states and that follow from what documents state, a page at a time."""
    query = query.model_copy(update={"include": ["total"]})
    ranked = [((each.id,), each) for each in find_derivations(session, query)]
    rows = read_ranked(session, ranked, query, name="derivations", places=1)
    return page(
        request,
        "derivations.html",
        derivations=shown(session, rows.items),
        total=rows.total,
        kinds=DERIVATION_KINDS,
        chosen=query.kind[0] if len(query.kind) == 1 else "",
        more=following(request, rows.cursor),
        chips=chips(request, session, ("kind",)),
        twin=twin(request),
        downloads=[downloads(request)],
    )


@router.get("/derivations/{id}")
def show_derivation(request: Request, session: ReadSession, id: PathDerivation) -> Response:  # noqa: A002
    """One derived number and what it rests on."""
    found = shown(session, [get_derivation(session, id)])
    return page(request, "derivations.html", derivations=found, total=1, kinds=(), chosen="", chips=[], twin=twin(request))
