"""Which one value does each cell get, and how did it go over time?"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.api.answers import COMMON, FLAT, LISTED, answer, answer_flat, answer_page
from app.api.dependencies import ReadSession, strict_parameters
from app.exports.formats import Suffix
from app.exports.lists import OBSERVATIONS, POINTS
from app.queries.comparisons import select_comparisons
from app.queries.listing import data_version, read_page
from app.queries.observations import (
    BY_CELL,
    ObservationFilters,
    ObservationFlatQuery,
    ObservationListQuery,
    converter_of,
    in_unit,
    observe,
    stream_observations,
)
from app.queries.series import SeriesFlatQuery, SeriesQuery, read_series
from app.queries.statements import check_codes, notes_for
from app.rendering import observations as rendering
from app.schemas.observations import ObservationMeta, ObservationPage, SeriesList, SeriesMeta

router = APIRouter(prefix="/v1", tags=["observations"], dependencies=[Depends(strict_parameters)])


@router.get("/observations", response_model=ObservationPage, responses=LISTED)
def list_observations(request: Request, session: ReadSession, query: Annotated[ObservationListQuery, Query()]) -> Response:
    """One value for each cell that holds a statement every filter matches, chosen by the policy asked for, with its reason."""
    check_codes(session, query)
    rows = read_page(session, select_comparisons(query), BY_CELL, query, name="observations")
    convert = _converting(session, query)
    found = observe(session, rows.items, query.policy)
    items = [rendering.observation(each, convert(each)).model_dump(exclude_unset=True) for each in found]
    meta = ObservationMeta(data_version=rows.data_version, notes=notes_for(session, query), policy=query.policy)
    return answer_page(request, rows, items, meta=meta)


@router.get("/observations.{suffix}", responses=FLAT)
def export_observations(
    request: Request, session: ReadSession, suffix: Suffix, query: Annotated[ObservationFlatQuery, Query()]
) -> Response:
    """The observations as flat rows, one a cell, by cell, not paged: JSON, CSV, NDJSON, Parquet or XLSX."""
    check_codes(session, query)
    convert = _converting(session, query)
    rows = (rendering.flat_observation(each, query.policy, convert(each)) for each in stream_observations(session, query))
    return answer_flat(request, suffix, query, OBSERVATIONS, rows)


@router.get("/series", response_model=SeriesList, responses=COMMON)
def list_series(session: ReadSession, query: Annotated[SeriesQuery, Query()]) -> Response:
    """Observations over time, ready for a chart: one series for each thing, and for each type and length of period."""
    check_codes(session, query)
    lines = read_series(session, query, gaps=query.gaps == "explicit")
    convert = _converting(session, query) if query.unit_as else None
    data = [rendering.series(line, columns=query.shape == "columns", convert=convert) for line in lines]
    meta = SeriesMeta(
        data_version=data_version(session),
        notes=notes_for(session, query),
        policy=query.policy,
        points=sum(len(line.points) for line in lines),
    )
    return answer(SeriesList(data=data, meta=meta), only_set=True)


def _converting(session: ReadSession, query: ObservationFilters) -> rendering.Convert:
    """What gives a value in the unit asked for, and nothing when none is."""
    converter = converter_of(session, query)
    return lambda each: in_unit(converter, each) if converter else None


@router.get("/series.{suffix}", responses=FLAT)
def export_series(request: Request, session: ReadSession, suffix: Suffix, query: Annotated[SeriesFlatQuery, Query()]) -> Response:
    """The points of all series as flat rows, by time, valueless ones last, not paged: JSON, CSV, NDJSON, Parquet or XLSX."""
    check_codes(session, query)
    lines = read_series(session, query)
    convert = _converting(session, query)
    rows = [rendering.flat_point(each, line, query.policy, convert(each)) for line in lines for each in line.points]
    rows.sort(key=lambda row: (row["value"] is None, row["time"], row["series"]))
    return answer_flat(request, suffix, query, POINTS, rows)
