"""What follows by arithmetic is named where a reader looks for it, and never stands among what is stated."""

import pytest
from reading import links, read, text_of
from starlette.testclient import TestClient

WHOLE = "Gross domestic product, Chongqing, implied total, first half of 2021: more than 1.284 trillion CNY"
CHONGQING = "/series?indicator=gdp&within=chongqing"


@pytest.mark.parametrize(
    "path",
    [
        "/indicators/gdp",
        "/series?indicator=gdp",
        CHONGQING,
        f"{CHONGQING}&period=2021",
        "/search?q=GDP+Chongqing+2021",
    ],
)
def test_the_gdp_of_the_city_is_named_where_only_that_of_its_centre_is_stated(client: TestClient, path: str) -> None:
    page = read(client, path)
    found = dict(links(page))
    assert WHOLE in found
    assert "stated by no document" in text_of(page)
    assert WHOLE in dict(links(read(client, found["2 more follow by arithmetic"])))


def test_the_number_of_what_follows_is_that_of_the_list_it_leads_to(client: TestClient) -> None:
    named = dict(links(read(client, "/series?indicator=gdp&region=chongqing")))
    assert named["1 more follows by arithmetic"] == "/derivations?indicator=gdp&region=chongqing"
    assert client.get("/v1/derivations?indicator=gdp&region=chongqing&include=total").json()["page"]["total"] == 1


@pytest.mark.parametrize(
    "path",
    ["/indicators/rail-travel-time", "/series", "/search?q=%E9%87%8D%E5%BA%86", f"{CHONGQING}&period=1999"],
)
def test_where_nothing_follows_or_too_much_is_found_nothing_is_said(client: TestClient, path: str) -> None:
    assert "by arithmetic, stated by no document" not in text_of(read(client, path))


def test_the_way_to_what_follows_is_called_the_same_everywhere(client: TestClient) -> None:
    for path in ("/", "/derivations", "/indicators/gdp"):
        assert dict(links(read(client, path)))["By arithmetic"] == "/derivations"
    one = client.get("/v1/derivations?indicator=gdp&region=chongqing").json()["data"][0]["id"]
    assert [href for name, href in links(read(client, f"/derivations/{one}")) if name == "By arithmetic"] == ["/derivations"] * 2


def test_the_contradictions_do_not_hide_the_parts_above_their_whole(client: TestClient) -> None:
    for path in ("/comparisons?status=conflicting&sort=-gap", "/worklist"):
        page = read(client, path)
        assert (
            "University innovation ecosystems, Chongqing central urban areas, part above its whole, date inferred: exactly 4"
            in text_of(page)
        )
        assert dict(links(page))["1 part above its whole"] == "/derivations?kind=part_exceeds_whole"
    for path in ("/comparisons", "/comparisons?status=conflicting&indicator=rail-travel-time"):
        assert "above its whole" not in text_of(read(client, path))
    links_ = client.get("/worklist", headers={"Accept": "application/json"}).json()["links"]
    assert len(client.get(links_["parts_above_wholes"]).json()["data"]) == 1


def test_a_gap_is_spelled_as_every_percentage_is(client: TestClient) -> None:
    for path in ("/comparisons?status=conflicting&sort=-gap", "/worklist"):
        assert "3.33% apart" in text_of(read(client, path))
