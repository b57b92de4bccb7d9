"""Which document says it, in which words? Statements in a list, and one by one."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.api.dependencies import Configured, ReadSession, strict_parameters
from app.domain.evidence import collapse
from app.queries.comparisons import comparisons_of
from app.queries.conversion import conversion_of, converter_for, units_of
from app.queries.listing import PathStatement
from app.queries.statements import StatementListQuery, get_related, get_statement, select_statements
from app.queries.targets import UnitAsQuery
from app.rendering import statements as rendering
from app.rendering.comparisons import reference
from app.rendering.conversion import converted
from app.web.charting import drawn
from app.web.controls import Choice, conversions
from app.web.drawing.strip import strip
from app.web.lists import beside
from app.web.page import page, twin
from app.web.tables import elsewhere, first_of, told

router = APIRouter(include_in_schema=False, dependencies=[Depends(strict_parameters)])

MENUS = ("within", "indicator", "topic", "period", "unit", "measure", "kind", "document")


@router.get("/statements")
def show_statements(
    request: Request, session: ReadSession, settings: Configured, query: Annotated[StatementListQuery, Query()]
) -> Response:
    """The statements that match every filter, a page at a time."""
    query = query.model_copy(update={"include": ["total"]})
    rows = first_of(session, query)
    converter = None
    if query.unit_as is not None:
        converter = converter_for(session, query.unit_as, units_of(session, select_statements(query)))
    return page(
        request,
        "statements.html",
        rows=told(session, rows.items, settings, (lambda row: conversion_of(converter, row)) if converter else None),
        **beside(request, session, query, rows, names=MENUS),
    )


@router.get("/statements/{id}")
def show_statement(
    request: Request,
    session: ReadSession,
    settings: Configured,
    id: PathStatement,  # noqa: A002
    query: Annotated[UnitAsQuery, Query()],
) -> Response:
    """One statement: the figure, its time, its source, its words."""
    row = get_statement(session, id)
    shown = rendering.statement(row, quotes=settings.quotes)
    compared = comparisons_of(session, [row]).get(row.id)
    units = _units(session, row.unit, query.unit_as) if row.unit else []
    wanted = query.unit_as or (units[0].value if len(units) == 1 else None)  # a single other one needs no choice
    found = conversion_of(converter_for(session, wanted, [row.unit] if row.unit else []), row) if wanted else None
    return page(
        request,
        "statement.html",
        statement=shown,
        quote=_marked(shown.evidence.quote, shown.evidence.exact),
        strips=[("narrow", strip([drawn(row)], named=False))] if shown.quantity else [],
        units=units if len(units) > 1 else [],
        converted=converted(found) if found else None,
        comparison=reference(*compared) if compared else None,
        elsewhere=elsewhere(*compared) if compared else None,
        related=[rendering.related(*each, quotes=settings.quotes) for each in get_related(session, row)],
        citation=rendering.citation(row, address=settings.address),
        report=_report(row.id, row.version, collapse(row.exact), row.paragraph),
        twin=twin(request),
    )


def _units(session: Session, unit: str, held: str | None) -> list[Choice]:
    """The other units that the figure can be shown in, without thousands and millions of them."""
    menu = conversions(session, unit, held)
    return [each for each in menu.choices if ":" not in each.value or each.chosen] if menu else []


def _marked(quote: str | None, exact: str) -> tuple[str, str, str] | None:
    """A quote in three parts, the words of the figure in the middle."""
    if quote is None:
        return None
    before, words, after = collapse(quote).partition(collapse(exact))
    return before, words, after


def _report(id_: str, version: int, words: str, paragraph: int) -> str:
    """What a report of a wrong figure needs, ready to be filled in."""
    return (
        f"Statement: {id_} (version {version})\n"
        f"Words of the document, read otherwise: “{words}”, paragraph {paragraph}\n"
        "It should say (value, unit, more or less than, period, region or speaker): \n"
        "Because: \n"
    )
