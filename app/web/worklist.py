"""What is there to do for a curator? Contradictions by their gap, spans that are not verified, dates that are weak."""

from dataclasses import asdict

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.api.dependencies import Configured, ReadSession, strict_parameters
from app.exports.wire import to_json
from app.queries.comparisons import ComparisonListQuery, order_of, read_cells, select_comparisons
from app.queries.derivations import DerivationFilters
from app.queries.listing import read_page
from app.queries.statements import StatementListQuery
from app.queries.statements import order_of as order_statements
from app.queries.worklist import count_work, select_unverified
from app.rendering import comparisons as rendering
from app.rendering import statements as rendering_statements
from app.web.arithmetic import exceeding
from app.web.page import page
from app.web.tables import first_of, told
from app.web.twins import wants_html

router = APIRouter(include_in_schema=False, dependencies=[Depends(strict_parameters)])

MOST = 25
CONFLICTS = "/comparisons?status=conflicting&sort=-gap"
EXCEEDING = "/derivations?kind=part_exceeds_whole"
WEAK = "/statements?period_basis=inferred,unknown&has_quantity=true"


@router.get("/worklist")
def show_worklist(request: Request, session: ReadSession, settings: Configured) -> Response:
    """The first of each kind, and where to find the rest; the same as JSON for programs."""
    query = ComparisonListQuery(status=["conflicting"], sort="-gap", limit=MOST)
    rows = read_page(session, select_comparisons(query), order_of("-gap"), query, name="comparisons")
    cells = [rendering.comparison(each) for each in read_cells(session, rows.items)]
    unverified = session.execute(select_unverified().order_by(*order_statements("id").by()).limit(MOST)).scalars().all()
    weak = first_of(session, StatementListQuery(period_basis=["inferred", "unknown"], has_quantity=True, limit=MOST)).items
    counts = count_work(session)
    if not wants_html(request.scope):
        shown = {
            "counts": asdict(counts),
            "conflicts": [each.model_dump() for each in cells],
            "unverified": [rendering_statements.statement(each, quotes=settings.quotes).model_dump() for each in unverified],
            "weak_periods": [rendering_statements.statement(each, quotes=settings.quotes).model_dump() for each in weak],
            "links": {"conflicts": f"/v1{CONFLICTS}", "parts_above_wholes": f"/v1{EXCEEDING}", "weak_periods": f"/v1{WEAK}"},
        }
        return Response(to_json(shown), media_type="application/json", headers={"Vary": "Accept"})
    return page(
        request,
        "worklist.html",
        counts=counts,
        cells=cells,
        exceeding=exceeding(session, DerivationFilters()),
        unverified=told(session, unverified, settings),
        weak=told(session, weak, settings),
        conflicts=CONFLICTS,
        weak_periods=WEAK,
        twin=f"{settings.address}/worklist",
    )
