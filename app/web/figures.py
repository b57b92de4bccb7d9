"""How did a figure go, who says so, and in which words? The chart, with every statement below it."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.api.dependencies import Configured, ReadSession, strict_parameters
from app.domain.quantity import MEASURES
from app.domain.words import KINDS
from app.errors import BadRequestError
from app.models import Indicator
from app.queries.codes import IndicatorFilters, IndicatorListQuery, by_code, count_indicators, counted, get_one, select_indicators
from app.queries.comparisons import Cell, read_cells
from app.queries.conversion import conversion_of
from app.queries.derivations import DerivationFilters
from app.queries.listing import PathCode, read_page, require_codes
from app.queries.observations import converter_of
from app.queries.series import SeriesQuery, read_points
from app.queries.statements import StatementFilters, check_codes, notes_for
from app.rendering import codes as rendering
from app.settings import Settings
from app.web.arithmetic import Follows, follows
from app.web.charting import MOST_PANELS, Convert, panels
from app.web.controls import Menu, chips, conversions, menus
from app.web.page import address, downloads, following, page, twin
from app.web.tables import first_of, listing_of, told

router = APIRouter(include_in_schema=False, dependencies=[Depends(strict_parameters)])

MOST_POINTS = 400
"""Cells that a page draws; where there are more, the reader is asked to choose."""
WHOLE = 400
"""Indicators that are shown at once where the reader does not say how many: a topic should not be torn."""
MENUS = ("within", "period", "unit", "measure", "kind")


@router.get("/indicators")
def show_indicators(request: Request, session: ReadSession, query: Annotated[IndicatorListQuery, Query()]) -> Response:
    """What is measured, by topic."""
    require_codes(session, {"topic": (Indicator.topic, query.topic)})
    if "limit" not in query.model_fields_set:
        query = query.model_copy(update={"limit": WHOLE})
    rows = read_page(session, select_indicators(query), by_code(Indicator.code), query, name="indicators")
    items = [rendering.indicator(each) for each in counted(session, rows.items, count_indicators)]
    topics = {
        topic: sorted((each for each in items if each.topic == topic), key=lambda each: each.name.casefold())
        for topic in sorted({each.topic for each in items})
    }
    return page(
        request,
        "indicators.html",
        topics=topics,
        more=following(request, rows.cursor),
        chips=chips(request, session, ("q",)),
        q=query.q,
        twin=twin(request),
        downloads=[downloads(request)],
    )


@router.get("/indicators/{code}")
def show_indicator(request: Request, session: ReadSession, settings: Configured, code: PathCode) -> Response:
    """One indicator: what it means, and all figures of it."""
    row = get_one(session, select_indicators(IndicatorFilters()), Indicator.code, "indicator", code)
    indicator = rendering.indicator(counted(session, [row], count_indicators)[0])
    query = SeriesQuery(indicator=[code], measure=list(MEASURES), kind=list(KINDS))
    asked = f"indicator={code}&measure={','.join(MEASURES)}&kind={','.join(KINDS)}"
    return page(
        request,
        "figures.html",
        indicators=[indicator],
        **_figures(session, settings, query),
        chips=[],
        held=[("indicator", code)],
        twin=twin(request),
        downloads=[
            downloads(request, "/series", asked, what="the points"),
            downloads(request, "/statements", f"indicator={code}", what="the statements"),
        ],
        series=f"{settings.address}/v1/series?{asked}",
    )


@router.get("/series")
def show_series(request: Request, session: ReadSession, settings: Configured, query: Annotated[SeriesQuery, Query()]) -> Response:
    """Figures over time, with every statement behind them."""
    check_codes(session, query)
    rows = session.execute(select_indicators(IndicatorFilters()).where(Indicator.code.in_(query.indicator[:10]))).scalars().all()
    set_ = chips(request, session, (*MENUS, "unit_as"))
    return page(
        request,
        "figures.html",
        indicators=[rendering.indicator(each) for each in counted(session, rows, count_indicators)],
        **_figures(session, settings, query),
        chips=set_,
        held=[(each.name, each.value) for each in set_],
        twin=twin(request),
        downloads=[
            downloads(request, what="the points"),
            downloads(request, "/statements", _everything(query).partition("?")[2], what="the statements"),
        ],
        series=twin(request),
    )


def _figures(session: Session, settings: Settings, query: SeriesQuery) -> dict[str, Any]:
    """The charts and the table of a page."""
    convert = _converting(session, query)
    listed = listing_of(query, sort="period")
    rows = first_of(session, listed)
    cells, too_many = _cells(session, query)
    drawn = panels(cells, convert)
    return {
        "panels": drawn[:MOST_PANELS],
        "others": drawn[MOST_PANELS:],
        "too_many": too_many,
        "menus": _menus(session, query, {row.unit for row in rows.items if row.unit}),
        "rows": told(session, rows.items, settings, convert),
        "total": rows.total,
        "everything": _everything(query) if rows.cursor else None,
        "notes": notes_for(session, query),
        "unit_as": query.unit_as,
        "follows": _follows(session, query),
    }


def _follows(session: Session, query: SeriesQuery) -> Follows | None:
    """What follows of the same indicators, in the same places and time."""
    same = {name: getattr(query, name) for name in ("indicator", "region", "within", "period")}
    return follows(session, DerivationFilters(**same)) if query.indicator else None


def _menus(session: Session, query: SeriesQuery, units: set[str]) -> list[Menu]:
    """The filters, and what figures of one unit can be shown in."""
    found = menus(session, query, MENUS, {"measure": MEASURES, "kind": KINDS})
    shown_in = conversions(session, next(iter(units)), query.unit_as) if len(units) == 1 else None
    return [*found, shown_in] if shown_in else found


def _everything(query: SeriesQuery) -> str:
    """The address of all statements that the query of a chart looks at."""
    asked = query.model_dump(mode="json", by_alias=True, exclude_defaults=True, include=set(StatementFilters.model_fields))
    given = {name: value if isinstance(value, list) else str(value) for name, value in asked.items()}
    return address("/statements", {**given, "measure": query.measure, "kind": query.kind, "sort": "period"})


def _cells(session: Session, query: SeriesQuery) -> tuple[list[Cell], bool]:
    """The cells whose figures are drawn, or none and that there are too many."""
    try:
        return read_cells(session, read_points(session, query, most=MOST_POINTS)), False
    except BadRequestError as error:
        if error.code != "too-broad":
            raise
        return [], True


def _converting(session: Session, query: SeriesQuery) -> Convert | None:
    converter = converter_of(session, query)
    return (lambda row: conversion_of(converter, row)) if converter else None
