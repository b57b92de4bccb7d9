"""Which regions are there, how do they lie in each other, and how much is claimed about each?"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.api.answers import COMMON, FLAT, FOUND, LISTED, answer, answer_page, flat_codes
from app.api.dependencies import ReadSession, strict_parameters
from app.exports.formats import PlaceSuffix
from app.models import Region
from app.queries.codes import (
    RegionFilters,
    RegionFlatQuery,
    RegionListQuery,
    all_regions,
    by_code,
    count_regions,
    counted,
    get_one,
    select_regions,
    stream_counted,
)
from app.queries.listing import PathCode, read_page, require_codes
from app.rendering import codes as rendering
from app.schemas import codes
from app.schemas.common import Page

router = APIRouter(prefix="/v1", tags=["regions"], dependencies=[Depends(strict_parameters)])


@router.get("/regions", response_model=Page[codes.Region], responses=LISTED)
def list_regions(request: Request, session: ReadSession, query: Annotated[RegionListQuery, Query()]) -> Response:
    """The regions, by code, each with its parents, children and number of statements."""
    require_codes(session, {"kind": (Region.kind, query.kind), "within": (Region.code, query.within)})
    rows = read_page(session, select_regions(query), by_code(Region.code), query, name="regions")
    items = [rendering.region(each) for each in counted(session, rows.items, count_regions)]
    return answer_page(request, rows, items)


@router.get("/regions.{suffix}", responses=FLAT)
def export_regions(
    request: Request, session: ReadSession, suffix: PlaceSuffix, query: Annotated[RegionFlatQuery, Query()]
) -> Response:
    """The regions that match every filter as flat rows, by code, not paged.

    JSON, CSV, NDJSON, Parquet, XLSX, or GeoJSON: features whose properties are the row, without geometry where none is certain.
    """
    require_codes(session, {"kind": (Region.kind, query.kind), "within": (Region.code, query.within)})
    rows = stream_counted(session, select_regions(query), by_code(Region.code), count_regions)
    return flat_codes(request, suffix, query, codes.Region, map(rendering.region, rows))


@router.get("/regions/tree", response_model=codes.RegionTree, responses=COMMON)
def get_region_tree(session: ReadSession) -> Response:
    """All regions as trees, from those without a parent down; a region with several parents stands below each."""
    rows = all_regions(session)
    counts = count_regions(session, [row.code for row in rows])["statements"] if rows else {}
    return answer(rendering.region_tree(rows, counts))


@router.get("/regions/{code}", response_model=codes.Region, responses=FOUND)
def get_region(session: ReadSession, code: PathCode) -> Response:
    """One region."""
    row = get_one(session, select_regions(RegionFilters()), Region.code, "region", code)
    return answer(rendering.region(counted(session, [row], count_regions)[0]))
