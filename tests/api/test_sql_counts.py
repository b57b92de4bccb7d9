"""How many SQL statements does an answer cost? A constant for each list, whatever the size of the page."""

from collections.abc import Callable
from typing import Any

import pytest
from asking import EXAMPLE, NOUNS
from conftest import ADDRESS
from observe import counting
from starlette.testclient import TestClient

from app.main import create_routes


@pytest.fixture
def routes(client: TestClient) -> TestClient:
    """The routes alone: what they cost where no short cut answers before them."""
    app: Any = client.app
    return TestClient(create_routes(app.state.settings, app.state.engine), base_url=ADDRESS)


def cost(client: TestClient, path: str) -> int:
    assert client.get(path).status_code == 200  # once before, so that nothing is counted that is done only the first time
    with counting(client) as sent:
        assert client.get(path).status_code == 200
    return len(sent)


LISTS = {
    # data version and key; the ids of the page; what is stored of these
    "/v1/statements": 3,
    # the page; parents, children; counts
    "/v1/regions": 5,
    "/v1/indicators": 4,
    "/v1/units": 3,
    "/v1/actors": 3,
    "/v1/projects": 6,
    "/v1/documents": 4,
    "/v1/changes": 2,
}


@pytest.mark.parametrize("path", LISTS)
def test_a_list_costs_a_constant_number_of_statements(routes: TestClient, path: str) -> None:
    for limit in (1, 2, 5, 50, 1000):
        assert cost(routes, f"{path}?limit={limit}") == LISTS[path], limit


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        # what no index of places knows: data version and key, the page
        ("q=gdp%20chongqing%20urban", 2),
        ("from=2016&to=2023&period_match=within", 2),
        ("measure=level&kind=actual&comparator=eq", 2),
        # what one knows has its ids first; codes are checked, and what a place holds by definition is said
        ("region=chongqing", 4),
        ("within=chongqing", 5),
        ("region=chongqing,sichuan&indicator=cooperation-agreements-signed&unit=count&document=economic-circle-overview", 3),
        # and a total is counted by the same index, for which topics are looked up once more
        ("include=total", 4),
        ("within=chongqing,sichuan&topic=transport&include=total", 8),
        # what is not stored is made from rows: regions, relations from and to; a facet
        ("sort=-value&fields=id", 5),
        ("facets=region", 7),
        ("facets=region,indicator,period,has_quantity", 7),
    ],
)
def test_what_is_asked_costs_a_known_number(routes: TestClient, query: str, expected: int) -> None:
    for limit in (1, 50):
        assert cost(routes, f"/v1/statements?{query}&limit={limit}") == expected


def test_the_second_page_costs_what_the_first_does(routes: TestClient) -> None:
    following = routes.get("/v1/statements?limit=50").json()["page"]["next"]
    assert cost(routes, following) == LISTS["/v1/statements"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/healthz", 0),
        ("/problems/not-found", 0),
        ("/docs", 0),
        ("/static/style.css", 0),
        ("/v1", 2),
        (f"/v1/statements/{EXAMPLE}", 4),
        (f"/v1/statements/{EXAMPLE}/evidence", 4),
        (f"/v1/statements/{EXAMPLE}/citation", 4),
        (f"/v1/statements/{EXAMPLE}/related", 8),
        ("/v1/regions/chongqing", 4),
        ("/v1/regions/tree", 4),
        ("/v1/units/ha", 2),
        ("/v1/statements.csv", 1),
        ("/v1/statements.json?within=china", 2),
        ("/v1/units.csv", 2),
        ("/v1/documents.json", 3),
        ("/v1/coverage", 1),
        ("/v1/periods/resolve?text=last%20year&anchor=2021-09-30", 0),
        # data version; statements and cells; each dimension; codes that are checked
        ("/v1/availability", 3),
        ("/v1/availability?dimensions=region,period&mode=available", 3),
        ("/v1/availability?dimensions=region&region=chongqing", 4),
        # data version and key; the page; how many groups, how many statements
        ("/v1/statements/groups?by=region,period", 4),
        ("/v1/statements/groups?by=region,period&limit=1000&include=total", 5),
        ("/v1/statements?group_by=has_quantity&limit=1", 4),
        # the document and its authors; then counts, or data version and key, numbers, who says them, and reasons that are checked
        ("/v1/documents/tech-innovation/coverage", 3),
        ("/v1/documents/tech-innovation/mentions?limit=2", 5),
        ("/v1/documents/tech-innovation/mentions?limit=1000", 5),
        ("/v1/documents/tech-innovation/mentions?reason=date_part", 6),
        ("/v1/documents/tech-innovation/mentions.csv", 4),
        ("/openapi.json", 1),
    ],
)
def test_other_answers_cost_a_known_number_too(routes: TestClient, path: str, expected: int) -> None:
    assert cost(routes, path) == expected


def test_both_databases_are_asked_alike(clients: Callable[[str], TestClient]) -> None:
    for noun in NOUNS:
        with counting(clients("sqlite")) as lite, counting(clients("postgresql")) as post:
            for backend in ("sqlite", "postgresql"):
                clients(backend).get(f"/v1/{noun}?limit=3")
        assert len(lite) == len(post) > 0


def test_a_refused_request_never_reaches_the_database(client: TestClient) -> None:
    with counting(client) as sent:
        for path in ("/nowhere", "/v1/statements?x=1", "/v1/statements?limit=0", "/v1/statements?q=%00", "/v1/statements/x"):
            assert client.get(path).status_code >= 400
        client.post("/v1/statements")
        client.options("/v1/statements")
    assert sent == []


@pytest.mark.parametrize("path", ["/v1/statements?within=chongqing&limit=3", f"/v1/statements/{EXAMPLE}"])
def test_a_short_read_takes_no_connection_of_the_pool(clients: Callable[[str], TestClient], path: str) -> None:
    """It has connections of its own, of which the engine does not hear."""
    assert cost(clients("sqlite"), path) == cost(clients("postgresql"), path) == 0
