"""Does every value that is offered lead to something, with the count that is promised?"""

from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode

import pytest
import sqlalchemy as sa
from asking import Row, everything
from conftest import client_for
from starlette.testclient import TestClient

from app.queries import availability, facets
from app.queries.availability import DIMENSIONS
from app.upkeep.everything import rebuild

QUERIES = [
    "",
    "indicator=foreign-trade-volume",
    "within=sichuan&kind=planned,target",
    "region=chongqing&topic=transport&has_quantity=true",
    "period=2020",
    "period=2021&period_match=within&cumulative=false",
    "from=2016&to=2020&period_match=equals",
    "unit=CNY&value=gt:1000000000",
    "actor=chongqing-municipality",
    "q=science",
]


def available(client: TestClient, query: str = "") -> Row:
    answer = client.get(f"/v1/availability?{query}".rstrip("?"))
    assert answer.status_code == 200, answer.text
    found: Row = answer.json()
    return found


def with_value(query: str, dimension: str, code: str) -> str:
    """The same filters, with this value for the dimension; a label of a period is matched as the query says."""
    kept = [(name, value) for name, value in parse_qsl(query) if name != dimension]
    return urlencode([*kept, (dimension, code)])


def total(client: TestClient, query: str) -> int:
    answer = client.get(f"/v1/statements?include=total&limit=1&fields=id&{query}")
    assert answer.status_code == 200, answer.text
    count: int = answer.json()["page"]["total"]
    return count


@pytest.mark.parametrize("query", QUERIES)
def test_every_value_that_is_offered_leads_to_something(client: TestClient, backend: str, query: str) -> None:
    found = available(client, query)
    assert list(found["dimensions"]) == list(DIMENSIONS)
    assert found["statements"] == total(client, query) > 0
    filtered = {name for name, _ in parse_qsl(query)}
    for dimension, offered in found["dimensions"].items():
        assert offered["truncated"] is False
        for value in offered["values"] if backend == "sqlite" else offered["values"][::10]:
            reached = total(client, with_value(query, dimension, value["code"]))
            assert reached >= value["statements"] > 0, (dimension, value)
            if dimension != "period" and dimension not in filtered:
                assert reached == value["statements"], (dimension, value)


@pytest.mark.parametrize("query", [query for query in QUERIES if query])
def test_a_menu_offers_every_alternative_that_leads_to_something(client: TestClient, backend: str, query: str) -> None:
    exact, menu = available(client, query), available(client, f"{query}&mode=available")
    filtered = {name for name, _ in parse_qsl(query)}
    for dimension, offered in menu["dimensions"].items():
        if dimension not in filtered:
            assert offered == exact["dimensions"][dimension]
            continue
        assert {value["code"] for value in offered["values"]} >= {v["code"] for v in exact["dimensions"][dimension]["values"]}
        for value in offered["values"] if backend == "sqlite" else offered["values"][::10]:
            assert total(client, with_value(query, dimension, value["code"])) >= value["statements"] > 0, (dimension, value)


def test_what_is_not_offered_leads_to_nothing(client: TestClient) -> None:
    found = available(client, "indicator=foreign-trade-volume&dimensions=kind,measure,document")["dimensions"]
    for dimension, words in (("kind", "actual,target,planned,agreed,forecast"), ("measure", "level,share,growth,change,rank")):
        offered = {value["code"] for value in found[dimension]["values"]}
        assert offered
        for word in words.split(","):
            assert (total(client, f"indicator=foreign-trade-volume&{dimension}={word}") > 0) == (word in offered)


def test_a_menu_offers_the_alternatives_to_what_is_chosen(client: TestClient) -> None:
    exact = available(client, "kind=target&dimensions=kind,indicator")["dimensions"]
    menu = available(client, "kind=target&dimensions=kind,indicator&mode=available")["dimensions"]
    assert [value["code"] for value in exact["kind"]["values"]] == ["target"]
    assert {value["code"] for value in menu["kind"]["values"]} == {"actual", "target", "planned", "agreed", "forecast"}
    assert menu["indicator"] == exact["indicator"]


def test_values_have_names_dates_and_cells(client: TestClient) -> None:
    found = available(client, "document=central-urban-areas")["dimensions"]
    [year] = [value for value in found["period"]["values"] if value["code"] == "2021-S1"]
    cells = year.pop("cells")
    assert year.pop("statements") >= cells > 0
    assert year == {
        "code": "2021-S1",
        "name": None,
        "name_zh": None,
        "start": "2021-01-01",
        "end": "2021-06-30",
        "time": 1609459200000,
    }
    [so_far] = [value for value in found["period"]["values"] if value["code"] == "2021-01-01..2021-09-30"]
    assert (so_far["start"], so_far["end"]) == ("2021-01-01", "2021-09-30")
    [weak] = [value for value in found["period"]["values"] if value["code"] == "asof"]
    assert (weak["start"], weak["end"], weak["time"]) == (None, None, None)
    names = {value["code"]: (value["name"], value["name_zh"]) for value in found["region"]["values"]}
    assert names["chongqing"] == ("Chongqing", "重庆市")


def test_cells_are_counted_once(client: TestClient) -> None:
    rows = client.get("/v1/statements?limit=1000").json()["data"]
    found = available(client)
    assert found["cells"] == len({row["cell"] for row in rows} - {None})
    for value in found["dimensions"]["document"]["values"]:
        cells = {row["cell"] for row in rows if row["document"]["code"] == value["code"]} - {None}
        assert value["cells"] == len(cells)


def test_values_are_ordered_by_count_then_code(client: TestClient) -> None:
    for offered in available(client)["dimensions"].values():
        order = [(-value["statements"], value["code"]) for value in offered["values"]]
        assert order == sorted(order)


def test_the_chosen_dimensions_only(client: TestClient) -> None:
    assert list(available(client, "dimensions=status,region")["dimensions"]) == ["region", "status"]
    refused = client.get("/v1/availability?dimensions=speaker")
    assert (refused.status_code, refused.json()["errors"][0]["name"]) == (422, "dimensions")


def test_nothing_found_offers_nothing(client: TestClient) -> None:
    found = available(client, "region=hunan")
    assert (found["statements"], found["cells"]) == (0, 0)
    assert all(offered == {"values": [], "truncated": False} for offered in found["dimensions"].values())


def test_the_withdrawn_can_be_asked_for_but_are_not_counted_unasked(loaded: sa.Engine) -> None:
    with loaded.begin() as connection:
        connection.execute(sa.text("UPDATE statement SET status = 'withdrawn' WHERE document = 'tech-innovation'"))
    client = client_for(loaded)
    codes = {
        mode: [v["code"] for v in available(client, f"dimensions=status&mode={mode}")["dimensions"]["status"]["values"]]
        for mode in ("exact", "available")
    }
    assert codes == {"exact": ["published"], "available": ["published", "withdrawn"]}
    assert "tech-innovation" not in {
        v["code"] for v in available(client, "dimensions=document")["dimensions"]["document"]["values"]
    }
    with loaded.begin() as connection:  # of cells that are left and that are not
        connection.execute(sa.text("UPDATE statement SET status = 'withdrawn' WHERE evidence_start % 2 = 0"))
        rebuild(connection)
    rows = everything(client)
    found = available(client, "dimensions=kind")
    assert (found["statements"], found["cells"]) == (len(rows), len({row["cell"] for row in rows if row["cell"]}))
    assert 20 < found["cells"] < 80


def test_long_lists_are_cut_and_say_so(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = available(client, "dimensions=indicator")["dimensions"]["indicator"]["values"]
    for module in (facets, availability):
        monkeypatch.setattr(module, "MAX_VALUES", 3)
    cut = available(client, "dimensions=indicator")["dimensions"]["indicator"]
    assert cut == {"values": whole[:3], "truncated": True}


def test_both_databases_offer_the_same_in_the_same_order(clients: Callable[[str], TestClient]) -> None:
    for query in QUERIES:
        for mode in ("exact", "available"):
            path = f"/v1/availability?{query}&mode={mode}"
            assert clients("sqlite").get(path).content == clients("postgresql").get(path).content
