"""What is drawn is what is stated: the marks of every chart are read back and held against the API."""

import re
from decimal import Decimal
from typing import Any
from urllib.parse import quote
from xml.etree.ElementTree import Element

import pytest
import sqlalchemy as sa
from conftest import client_for
from made import made
from reading import RAIL, local, marks, read, text_of
from starlette.testclient import TestClient

INDICATORS = (
    "foreign-trade-volume",
    "gdp",
    "china-europe-freight-trains",
    "rail-travel-time",
    "industrial-clusters",
    "opening-up-platforms",
)
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


@pytest.mark.parametrize("indicator", INDICATORS)
def test_every_figure_of_an_indicator_is_drawn_where_it_belongs(client: TestClient, indicator: str) -> None:
    stated = client.get(f"/v1/statements?indicator={indicator}&has_quantity=true&limit=1000").json()["data"]
    originals = {
        each["id"]: each for each in stated if not any(other["relation"] == "conversion_of" for other in each["related"])
    }
    found = marks(read(client, f"/indicators/{indicator}"))
    assert {mark.get("data-statement") for _, mark in found} == set(originals)
    for drawing, mark in found:
        each = originals[mark.get("data-statement") or ""]
        interval = each["quantity"]["interval"]
        for side in ("lower", "upper"):
            bound = exact(mark, f"data-{side}")
            assert (bound is None) == (interval[side] is None)
            assert bound is None or float(bound) == interval[side]
        assert f"k-{each['kind']}" in (mark.get("class") or "").split(), "a target never looks like what is so"
        assert ("weakly" in (mark.get("class") or "").split()) == (each["period"]["label"] in ("asof", "unknown"))
        assert each["quantity"]["as_written"] in (mark.get("aria-label") or "")
        assert_stands_right(drawing, mark)
        assert_drawn_as_it_is(mark)


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


def test_made_figures_of_every_form_are_drawn_where_they_belong(empty: sa.Engine) -> None:
    client = client_for(made(empty, 600))
    forms: dict[str, int] = {}
    indicators: list[dict[str, Any]] = client.get("/v1/indicators?limit=5").json()["data"]
    for each in indicators:
        for drawing, mark in marks(read(client, f"/indicators/{each['code']}")):
            assert_stands_right(drawing, mark)
            assert_drawn_as_it_is(mark)
            forms[mark.get("data-form") or ""] = forms.get(mark.get("data-form") or "", 0) + 1
    assert set(forms) >= {"point", "bar", "up", "down"}
    assert min(forms.values()) > 5
