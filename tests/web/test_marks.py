"""What is drawn is what is stated: the marks of every chart are read back and held against the API."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree.ElementTree import Element, fromstring

import pytest
from conftest import client_for
from make import SMALL_SEED, engine_for, write_seed
from reading import RAIL, local, marks, read, text_of
from starlette.testclient import TestClient

from app.domain.quantity import MEASURES
from app.domain.words import KINDS
from app.queries.comparisons import read_cells
from app.queries.series import SeriesQuery, read_points
from app.seed.load import seed_directory
from app.web.charting import panels
from app.web.page import templates as pages

PIXEL = 0.11
"""Places are written to a tenth of a pixel."""


def number(element: Element, name: str) -> float:
    return float(element.get(name) or "nan")


def exact(element: Element, name: str) -> Decimal | None:
    found = element.get(name)
    return None if found is None else Decimal(found)


def at(value: Decimal, low: Decimal, high: Decimal, begin: float, end: float) -> float:
    """Where a value belongs on an axis; reckoned here, not by the program."""
    return begin + (end - begin) * float((value - low) / (high - low))


def assert_stands_right(drawing: Element, mark: Element) -> None:
    low, high = Decimal(drawing.get("data-low") or ""), Decimal(drawing.get("data-high") or "")
    top, bottom = number(drawing, "data-top"), number(drawing, "data-bottom")
    lower, upper = exact(mark, "data-lower"), exact(mark, "data-upper")
    if lower is not None:
        assert number(mark, "data-y-lower") == pytest.approx(at(lower, low, high, bottom, top), abs=PIXEL)
    if upper is not None:
        assert number(mark, "data-y-upper") == pytest.approx(at(upper, low, high, bottom, top), abs=PIXEL)


def shapes(mark: Element) -> dict[str, list[Element]]:
    found: dict[str, list[Element]] = {}
    for each in mark.iter():
        found.setdefault((each.get("class") or local(each)).split()[0], []).append(each)
    return found


def assert_drawn_as_it_is(mark: Element) -> None:
    """The form follows from the bounds, and the shapes stand where the mark says."""
    lower, upper = exact(mark, "data-lower"), exact(mark, "data-upper")
    drawn = shapes(mark)
    low, high = number(mark, "data-y-lower"), number(mark, "data-y-upper")
    if lower is None or upper is None:
        assert mark.get("data-form") == ("up" if upper is None else "down")
        place = low if upper is None else high
        assert float(drawn["end"][0].get("cy") or "") == pytest.approx(place, abs=PIXEL)
        first, second = re.findall(r"M[\d.]+ ([\d.]+)V([\d.]+)", drawn["arrow"][0].get("d") or "")[0]
        assert float(first) == pytest.approx(place, abs=PIXEL)
        assert (float(second) < float(first)) == (upper is None), "the arrow points to the open side"
        assert "dot" not in drawn, "a bound is no point"
    elif lower == upper:
        assert mark.get("data-form") == "point"
        dot = drawn["dot"][0]
        place = dot.get("cy") or re.findall(r"M[\d.]+ ([\d.]+)", dot.get("d") or "")[0]
        assert float(place) + (0 if dot.get("cy") else 6) == pytest.approx(low, abs=PIXEL)
    else:
        assert mark.get("data-form") == "bar"
        bar = drawn["bar"][0]
        assert (number(bar, "y1"), number(bar, "y2")) == pytest.approx((high, low), abs=PIXEL)


def assert_stands_in_its_time(drawing: Element, mark: Element, period: dict[str, Any]) -> None:
    """A span lies from its first day to the end of its last, a state and a total at their day, the undated in a strip."""
    start, end = (period[side] and date.fromisoformat(period[side]).toordinal() for side in ("start", "end"))
    if period["type"] in ("cumulative", "instant") or start is None:
        start = end
    left, right = number(mark, "data-left"), number(mark, "data-right")
    if start is None:
        assert (left, right) == (number(drawing, "data-undated"), pytest.approx(number(drawing, "data-right")))
        return
    first, last = Decimal(drawing.get("data-first") or ""), Decimal(drawing.get("data-last") or "")
    begin, edge = number(drawing, "data-begin"), number(drawing, "data-end")
    assert left == pytest.approx(at(Decimal(start), first, last, begin, edge), abs=PIXEL)
    assert right == pytest.approx(at(Decimal((end or start) + 1), first, last, begin, edge), abs=PIXEL)


def assert_drawn_as_stated(drawing: Element, mark: Element, each: dict[str, Any]) -> None:
    interval = each["quantity"]["interval"]
    for side in ("lower", "upper"):
        bound = exact(mark, f"data-{side}")
        assert (bound is None) == (interval[side] is None)
        assert bound is None or float(bound) == interval[side]
    classes = (mark.get("class") or "").split()
    assert f"k-{each['kind']}" in classes, "a target never looks like what is so"
    assert ("weakly" in classes) == (each["period"]["label"] in ("asof", "unknown"))
    assert each["quantity"]["as_written"] in (mark.get("aria-label") or "")
    assert_stands_right(drawing, mark)
    assert_stands_in_its_time(drawing, mark, each["period"])
    assert_drawn_as_it_is(mark)


def originals(client: TestClient, filters: str = "") -> dict[str, dict[str, Any]]:
    """The statements with a figure that are not conversions of others, by id."""
    stated = client.get(f"/v1/statements?has_quantity=true&limit=1000{filters}").json()["data"]
    return {each["id"]: each for each in stated if not any(other["relation"] == "conversion_of" for other in each["related"])}


@pytest.mark.parametrize("indicator", ["foreign-trade-volume", "china-europe-freight-trains"])
def test_every_figure_of_an_indicator_is_drawn_where_it_belongs(client: TestClient, indicator: str) -> None:
    expected = originals(client, f"&indicator={indicator}")
    found = marks(read(client, f"/indicators/{indicator}"))
    assert {mark.get("data-statement") for _, mark in found} == set(expected)
    for drawing, mark in found:
        assert_drawn_as_stated(drawing, mark, expected[mark.get("data-statement") or ""])


def test_every_figure_of_the_shipped_data_is_drawn_where_it_belongs(clients: Callable[[str], TestClient]) -> None:
    client = clients("sqlite")
    app: Any = client.app
    with app.state.sessions() as session:
        query = SeriesQuery(measure=list(MEASURES), kind=list(KINDS))
        found = panels(read_cells(session, read_points(session, query, most=1000)))
    drawings = pages.get_template("drawings.html").module
    expected, seen = originals(client), []
    for panel in found:
        for width, chart in panel.charts:
            text = drawings.timechart(chart, "Figures", panel.unit, *panel.scale, width, "chart")  # type: ignore[attr-defined]
            drawing = fromstring(str(text))
            for mark in drawing.iter():
                if mark.get("data-statement"):
                    seen.append((panel, mark))
                    assert_drawn_as_stated(drawing, mark, expected[mark.get("data-statement") or ""])
    assert sorted(mark.get("data-statement") or "" for _, mark in seen) == sorted(expected), "each once"
    assert {mark.get("data-form") for _, mark in seen} == {"point", "bar", "up", "down"}
    assert {figure.kind for panel in found for figure in panel.figures} >= {"actual", "target", "planned"}
    assert {figure.type for panel in found for figure in panel.figures} == {"span", "each", "cumulative", "instant", "none"}
    assert {"level", "share", "growth", "change", "multiple", "rank"} == {panel.measure for panel in found}
    assert [panel for panel in found if len(panel.figures) == 1]
    assert [mark for _, mark in seen if (exact(mark, "data-upper") or 0) < 0], "a decrease lies below zero"


ONE = """
        - slug: ships-{year}
          text: Northport handled {number} ships in {year}.
          evidence: {{exact: "{number} ships", start: {start}, end: {end}, paragraph: {paragraph}}}
          indicator: ships-handled
          measure: level
          kind: actual
          regions: [northport]
          quantity: {{value: {number}, unit: count}}
          period: {{type: span, when: {year}, as_written: in {year}, basis: stated}}
          attribution: {{mode: reporter, basis: none}}"""


def test_of_a_hundred_figures_the_latest_sixty_are_drawn_and_the_others_told(
    new_database: Callable[..., str], templates: Callable[[str, str], str], tmp_path: Path
) -> None:
    numbers = {year: 1000 + 7 * (year - 1925) for year in range(1926, 2026)}
    stated = "".join(
        ONE.format(year=year, number=number, start=200 * place, end=200 * place + 10, paragraph=place + 1)
        for place, (year, number) in enumerate(numbers.items())
    )
    document = (
        SMALL_SEED["documents/harbour.yaml"].replace("text_length: 205", "text_length: 40000").replace("2025-01-10", "2026-01-10")
    )
    head = document[: document.index("\n        - slug:")]
    engine = engine_for(new_database("sqlite", like=templates("sqlite", "migrated")))
    seed_directory(engine, write_seed(tmp_path / "seed", {**SMALL_SEED, "documents/harbour.yaml": head + stated + "\n"}))
    page = read(client_for(engine), "/indicators/ships-handled")
    found = marks(page, "wide")
    assert [mark.get("data-lower") for _, mark in found] == [str(numbers[year]) for year in range(1966, 2026)]
    for drawing, mark in found:
        assert_stands_right(drawing, mark)
        year = int((mark.get("data-statement") or "").rpartition("-")[2])
        days = {"type": "span", "start": f"{year}-01-01", "end": f"{year}-12-31"}
        assert_stands_in_its_time(drawing, mark, days)
    assert "40 earlier figures are not drawn" in text_of(page)
    assert "100 statements, the first 30" in text_of(page)
    engine.dispose()


def test_a_conflict_is_marked_and_nothing_else_is(client: TestClient) -> None:
    apart = {
        mark.get("data-statement") for _, mark in marks(read(client, "/indicators/rail-travel-time")) if "ring" in shapes(mark)
    }
    assert apart == {"economic-circle-overview.rail-travel-time", "tech-innovation.rail-travel-time"}
    calm = marks(read(client, "/indicators/china-europe-freight-trains"))
    assert [mark for _, mark in calm if "ring" in shapes(mark)] == []


def test_a_year_and_a_half_are_as_long_as_they_are(client: TestClient) -> None:
    wide = {
        mark.get("data-statement"): (number(mark, "data-left"), number(mark, "data-right"))
        for drawing, mark in marks(
            read(client, "/series?indicator=foreign-trade-volume&region=chongqing&kind=actual,target"), "narrow"
        )
    }
    spans = sorted(right - left for left, right in wide.values())
    assert spans[-1] / spans[0] == pytest.approx(1827 / 365, rel=0.02), "2016 to 2020 are 1827 days, 2027 has 365"


def test_a_figure_in_another_unit_is_drawn_in_it(client: TestClient) -> None:
    page = read(client, "/series?indicator=area&unit_as=ha")
    bounds = {mark.get("data-statement"): exact(mark, "data-lower") for _, mark in marks(page)}
    assert bounds["central-urban-areas.changan-rd-center-area"] == Decimal("66.7")
    assert "more than 66.7 ha" in text_of(page)


def test_the_figures_of_a_comparison_share_one_scale(client: TestClient) -> None:
    found = marks(read(client, f"/comparisons/{RAIL}"), "strip")
    members = {each["statement"]: each for each in client.get(f"/v1/comparisons/{RAIL}").json()["members"]}
    assert {mark.get("data-statement") for _, mark in found} == set(members)
    for drawing, mark in found:
        low, high = Decimal(drawing.get("data-low") or ""), Decimal(drawing.get("data-high") or "")
        value = members[mark.get("data-statement") or ""]["value"]
        place = at(Decimal(value), low, high, number(drawing, "data-begin"), number(drawing, "data-end"))
        assert number(mark, "data-x-lower") == number(mark, "data-x-upper") == pytest.approx(place, abs=PIXEL)


def test_what_several_figures_allow_is_shaded(client: TestClient) -> None:
    cell = client.get("/v1/comparisons?status=repeated&indicator=rd-institutions-introduced").json()["data"][0]["cell"]
    page = read(client, f"/comparisons/{quote(cell, safe='~')}")
    assert [each for each in page.iter() if each.get("class") == "band"]
    assert not [each for each in read(client, f"/comparisons/{RAIL}").iter() if each.get("class") == "band"]
