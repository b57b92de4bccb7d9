"""Which document claims which number, in which words?"""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.api.answers import FLAT, FOUND, LISTED, answer, answer_flat, answer_page, answer_stored, problem_response
from app.api.dependencies import Configured, ReadSession, strict_parameters
from app.api.groups import answer_groups
from app.exports.formats import Suffix
from app.exports.lists import STATEMENTS
from app.exports.wire import Lines
from app.models import Statement as Row
from app.queries.comparisons import comparisons_of
from app.queries.conversion import conversion_of, converter_for, units_of
from app.queries.facets import count_facets, grouped
from app.queries.listing import PathStatement, read_page
from app.queries.pages import is_stored, read_stored, stream_flat
from app.queries.statements import (
    StatementFlatQuery,
    StatementListQuery,
    check_codes,
    get_related,
    notes_for,
    order_of,
    select_statements,
    stream_statements,
    with_neighbours,
)
from app.queries.statements import (
    get_statement as find_statement,
)
from app.queries.targets import UnitAsQuery
from app.rendering import statements as rendering
from app.rendering.comparisons import reference
from app.rendering.conversion import converted
from app.rendering.conversion import flat as flat_conversion
from app.rendering.facets import facet
from app.schemas.common import Page
from app.schemas.facets import FacetedPage, GroupPage
from app.schemas.statements import (
    Citation,
    EvidenceDetail,
    RelatedList,
    Statement,
    StatementInUnit,
    StatementListed,
    StatementPart,
)

router = APIRouter(prefix="/v1", tags=["statements"], dependencies=[Depends(strict_parameters)])

ONE = {**FOUND, 410: problem_response("The statement was withdrawn; the problem says in which data version.")}


@router.get(
    "/statements",
    response_model=Page[StatementListed]
    | Page[StatementPart]
    | FacetedPage[StatementListed]
    | FacetedPage[StatementPart]
    | GroupPage,
    responses=LISTED,
)
def list_statements(
    request: Request, session: ReadSession, settings: Configured, query: Annotated[StatementListQuery, Query()]
) -> Response:
    """The statements that match every filter, a page at a time, each with its figure, period, source and words."""
    if query.group_by:
        return answer_groups(request, session, grouped(query))
    check_codes(session, query)
    if is_stored(query):
        return answer_stored(request, read_stored(session, query, quotes=settings.quotes), notes=notes_for(session, query))
    rows = read_page(session, with_neighbours(select_statements(query)), order_of(query.sort), query, name="statements")
    wanted = {str(field) for field in query.fields} or None
    items = [rendering.statement(row, quotes=settings.quotes).model_dump(include=wanted) for row in rows.items]
    for item, beside in zip(items, _beside(session, query, rows.items), strict=True):
        item.update(beside)
    return answer_page(request, rows, items, notes=notes_for(session, query), beside=_facets(session, query))


def _facets(session: ReadSession, query: StatementListQuery) -> dict[str, Any]:
    """The values of the dimensions asked for in the whole list."""
    if not query.facets:
        return {}
    found = count_facets(session, query, query.facets)
    return {"facets": {name: facet(each).model_dump() for name, each in found.items()}}


def _beside(session: ReadSession, query: StatementListQuery, rows: list[Row]) -> list[dict[str, Any]]:
    """What was asked for beside each statement: how it meets `value`, what its comparison says."""
    beside: list[dict[str, Any]] = [{} for _ in rows]
    if query.value is not None:
        for item, row in zip(beside, rows, strict=True):
            item["match"] = query.match_of(row)
    if "comparison" in query.include:
        compared = comparisons_of(session, rows)
        for item, row in zip(beside, rows, strict=True):
            found = compared.get(row.id)
            item["comparison"] = reference(*found).model_dump() if found else None
    if query.unit_as is not None:
        converter = converter_for(session, query.unit_as, units_of(session, select_statements(query)))
        for item, row in zip(beside, rows, strict=True):
            found_in = conversion_of(converter, row)
            item["converted"] = converted(found_in).model_dump() if found_in else None
    return beside


@router.get("/statements.{suffix}", responses=FLAT)
def export_statements(
    request: Request,
    session: ReadSession,
    settings: Configured,
    suffix: Suffix,
    query: Annotated[StatementFlatQuery, Query()],
) -> Response:
    """The statements that match every filter as flat rows, one a statement, not paged: JSON, CSV, NDJSON, Parquet or XLSX."""
    check_codes(session, query)
    columns = {name: kind for name, kind in STATEMENTS.items() if not query.fields or name in query.fields}
    if query.unit_as is None and query.value is None:
        return answer_flat(
            request, suffix, query, columns, Lines(stream_flat(session, query, quotes=settings.quotes), STATEMENTS)
        )
    in_unit = _converting(session, query)

    def flat(row: Row) -> dict[str, Any]:
        return {**rendering.flat(row, quotes=settings.quotes), **in_unit(row), "match": query.match_of(row)}

    rows = stream_statements(session, query, flat)
    return answer_flat(request, suffix, query, columns, rows)


def _converting(session: ReadSession, query: StatementFlatQuery) -> Callable[[Row], dict[str, Any]]:
    """What gives the columns of a row's figure in the unit asked for."""
    if query.unit_as is None:
        return lambda _row: flat_conversion(None)
    converter = converter_for(session, query.unit_as, units_of(session, select_statements(query)))
    return lambda row: flat_conversion(conversion_of(converter, row))


@router.get("/statements/{id}", response_model=Statement | StatementInUnit, responses=ONE)
def get_statement(
    session: ReadSession,
    settings: Configured,
    id: PathStatement,  # noqa: A002
    query: Annotated[UnitAsQuery, Query()],
) -> Response:
    """One statement; with `unit_as` its figure in another unit beside it."""
    row = find_statement(session, id)
    shown = rendering.statement(row, quotes=settings.quotes)
    if query.unit_as is None:
        return answer(shown)
    found = conversion_of(converter_for(session, query.unit_as, [row.unit] if row.unit else []), row)
    return answer(StatementInUnit(**dict(shown), converted=converted(found) if found else None))


@router.get("/statements/{id}/evidence", response_model=EvidenceDetail, responses=ONE)
def get_evidence(session: ReadSession, settings: Configured, id: PathStatement) -> Response:  # noqa: A002
    """The words that claim it: exact span, offsets, and the state of their verification."""
    return answer(rendering.evidence(find_statement(session, id), quotes=settings.quotes))


@router.get("/statements/{id}/related", response_model=RelatedList, responses=ONE)
def list_related(session: ReadSession, settings: Configured, id: PathStatement) -> Response:  # noqa: A002
    """The statements curated as related to it: conversions, parts, updates, look-alikes."""
    related = get_related(session, find_statement(session, id))
    return answer(RelatedList(data=[rendering.related(*each, quotes=settings.quotes) for each in related]))


@router.get("/statements/{id}/citation", response_model=Citation, responses=ONE)
def get_citation(session: ReadSession, settings: Configured, id: PathStatement) -> Response:  # noqa: A002
    """The statement ready to be cited, as text, BibTeX and CSL-JSON."""
    return answer(rendering.citation(find_statement(session, id), address=settings.address))
