"""Do facets and groups count what the list holds under the same filters, value by value, nulls and booleans too?"""

from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from asking import Row, pages
from conftest import client_for
from starlette.testclient import TestClient

from app.domain.words import DIMENSIONS


def code(part: Any) -> Any:
    return part and part["code"]


VALUES: dict[str, Callable[[Row], list[str | None]]] = {
    "region": lambda row: [region["code"] for region in row["regions"]],
    "indicator": lambda row: [code(row["indicator"])],
    "topic": lambda row: [row["indicator"] and row["indicator"]["topic"]],
    "measure": lambda row: [row["measure"]],
    "kind": lambda row: [row["kind"]],
    "unit": lambda row: [row["quantity"] and row["quantity"]["unit"]],
    "project": lambda row: [code(row["project"])],
    "document": lambda row: [row["document"]["code"]],
    "publisher": lambda row: [row["document"]["publisher"]["code"]],
    "speaker": lambda row: [code(row["attribution"]["speaker"])],
    "comparator": lambda row: [row["quantity"] and row["quantity"]["comparator"]],
    "period": lambda row: [row["period"]["label"]],
    "period_type": lambda row: [row["period"]["type"]],
    "period_basis": lambda row: [row["period"]["basis"]],
    "status": lambda row: [row["status"]],
    "has_quantity": lambda row: ["true" if row["quantity"] else "false"],
}
"""The values of a dimension in a statement as the API shows it."""

FILTERED = {dimension for dimension in DIMENSIONS if dimension != "speaker"}
"""Dimensions that are the name of a filter too; `actor` finds what a speaker's document says as well."""

QUERIES = [
    "",
    "region=chongqing,sichuan",
    "within=chongqing&kind=actual",
    "topic=transport&has_quantity=true",
    "has_quantity=false",
    "document=tech-innovation&q=chengdu",
    "period=2020&period_match=within",
    "unit=CNY&value=gt:1000000000",
    "region=hunan",
]


def counted(rows: list[Row], *dimensions: str) -> Counter[tuple[str | None, ...]]:
    """How often each combination of values occurs, counted by hand."""
    found: Counter[tuple[str | None, ...]] = Counter()
    for row in rows:
        combinations: list[tuple[str | None, ...]] = [()]
        for dimension in dimensions:
            combinations = [(*left, right) for left in combinations for right in VALUES[dimension](row)]
        found.update(combinations)
    return found


def listed(client: TestClient, query: str) -> list[Row]:
    rows: list[Row] = client.get(f"/v1/statements?limit=1000&{query}").json()["data"]
    return rows


def test_every_dimension_is_tried() -> None:
    assert set(VALUES) == set(DIMENSIONS)


@pytest.mark.parametrize("query", QUERIES)
def test_each_facet_counts_what_the_list_holds(client: TestClient, query: str) -> None:
    rows = listed(client, query)
    answer = client.get(f"/v1/statements?facets={','.join(DIMENSIONS)}&limit=2&include=total&{query}").json()
    assert answer["page"]["total"] == len(rows)
    assert list(answer["facets"]) == list(DIMENSIONS)
    for dimension, facet in answer["facets"].items():
        expected = {key: count for (key,), count in counted(rows, dimension).items()}
        assert {value["key"]: value["count"] for value in facet["values"]} == expected, dimension
        assert (facet["total"], facet["groups_total"]) == (len(rows), len(expected))
        order = [(-value["count"], value["key"] is None, value["key"] or "") for value in facet["values"]]
        assert order == sorted(order)
        if dimension != "region":
            assert sum(value["count"] for value in facet["values"]) == len(rows)


@pytest.mark.parametrize("dimension", sorted(FILTERED))
def test_a_facet_counts_what_its_filter_finds(client: TestClient, dimension: str) -> None:
    facet = client.get(f"/v1/statements?facets={dimension}&limit=1").json()["facets"][dimension]
    exactly = "&period_match=equals" if dimension == "period" else ""
    for value in facet["values"]:
        if value["key"] is not None:
            query = f"{dimension}={quote(value['key'])}{exactly}&include=total&limit=1&fields=id"
            assert client.get(f"/v1/statements?{query}").json()["page"]["total"] == value["count"], value


def test_names_stand_beside_codes_in_both_languages(client: TestClient) -> None:
    facets = client.get("/v1/statements?facets=region,document,kind&limit=1").json()["facets"]
    assert {"key": "chongqing", "name": "Chongqing", "name_zh": "重庆市", "count": facets["region"]["values"][0]["count"]} == (
        facets["region"]["values"][0]
    )
    assert all(value["name"] and value["name_zh"] is None for value in facets["document"]["values"])
    assert all(value["name"] is None for value in facets["kind"]["values"])


def test_facets_are_there_only_when_asked_for_and_go_with_every_page(client: TestClient) -> None:
    assert "facets" not in client.get("/v1/statements").json()
    walked = list(pages(client, "/v1/statements?document=tech-innovation&facets=kind&limit=20&fields=id"))
    assert len(walked) > 1
    assert all(page["facets"] == walked[0]["facets"] for page in walked)
    assert set(walked[0]["data"][0]) == {"id"}


GROUPINGS = [
    ("region", "period"),
    ("has_quantity", "topic"),
    ("document", "kind", "measure"),
    ("speaker", "project", "unit", "comparator"),
    ("indicator",),
]


@pytest.mark.parametrize("by", GROUPINGS)
@pytest.mark.parametrize("query", ["", "within=chongqing&kind=actual"])
def test_groups_count_every_combination(client: TestClient, by: tuple[str, ...], query: str) -> None:
    rows = listed(client, query)
    expected = counted(rows, *by)
    answer = client.get(f"/v1/statements/groups?by={','.join(by)}&limit=1000&include=total&{query}").json()
    groups = answer["groups"]
    assert {tuple(group["key"].values()): group["count"] for group in groups} == expected
    assert (answer["total"], answer["groups_total"], answer["page"]["total"]) == (len(rows), len(expected), len(expected))
    assert all(tuple(group["key"]) == tuple(group["labels"]) == by for group in groups)
    figures = counted([row for row in rows if row["quantity"]], *by)
    assert {tuple(group["key"].values()): group["quantities"] for group in groups} == {key: figures[key] for key in expected}
    if "region" not in by:
        assert sum(group["count"] for group in groups) == len(rows)


def key_of(group: Row) -> list[tuple[bool, str]]:
    return [(part is None, part or "") for part in group["key"].values()]


ORDERS: dict[str, Callable[[Row], Any]] = {
    "-count": lambda group: (-group["count"], key_of(group)),
    "count": lambda group: (group["count"], key_of(group)),
    "key": key_of,
}


@pytest.mark.parametrize("sort", [*ORDERS, "-key"])
def test_groups_are_ordered_and_paged_like_every_list(client: TestClient, sort: str) -> None:
    address = f"/v1/statements/groups?by=topic,kind&sort={sort}"
    whole = client.get(f"{address}&limit=1000").json()["groups"]
    if sort == "-key":
        assert whole == client.get("/v1/statements/groups?by=topic,kind&sort=key&limit=1000").json()["groups"][::-1]
    else:
        assert whole == sorted(whole, key=ORDERS[sort])
    assert [group for page in pages(client, f"{address}&limit=4") for group in page["groups"]] == whole


def test_the_list_of_statements_groups_as_well(client: TestClient) -> None:
    one = client.get("/v1/statements?group_by=region,period&limit=1000&kind=actual").json()
    other = client.get("/v1/statements/groups?by=region,period&limit=1000&kind=actual").json()
    assert one == other
    assert "data" not in one
    walked = [group for page in pages(client, "/v1/statements?group_by=topic&limit=3") for group in page["groups"]]
    assert walked == client.get("/v1/statements?group_by=topic").json()["groups"]
    labels = client.get("/v1/statements?group_by=region&limit=1").json()["groups"][0]["labels"]
    assert labels == {"region": "Chongqing"}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v1/statements?group_by=region,period,kind,unit,topic", "group_by"),
        ("/v1/statements?group_by=regoin", "group_by"),
        ("/v1/statements?facets=actor", "facets"),
        ("/v1/statements/groups", "by"),
        ("/v1/statements/groups?by=", "by"),
        ("/v1/statements/groups?by=region&sort=id", "sort"),
        ("/v1/statements/groups?by=region&region=chonqing", "region"),
        ("/v1/statements/groups?by=region&group_by=kind", "group_by"),
    ],
)
def test_wrong_dimensions_are_refused_by_name(client: TestClient, path: str, name: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["name"] == name


def test_a_cursor_belongs_to_its_groups(client: TestClient) -> None:
    following = client.get("/v1/statements/groups?by=topic&limit=1").json()["page"]["next"]
    assert client.get(following.replace("by=topic", "by=kind")).json()["code"] == "invalid-cursor"


def test_withdrawn_statements_are_counted_only_when_asked_for(loaded: sa.Engine) -> None:
    with loaded.begin() as connection:
        connection.execute(sa.text("UPDATE statement SET status = 'withdrawn' WHERE document = 'tech-innovation'"))
    client = client_for(loaded)
    shown = client.get("/v1/statements?facets=status&limit=1").json()["facets"]["status"]["values"]
    assert [value["key"] for value in shown] == ["published"]
    [gone] = client.get("/v1/statements?facets=status&limit=1&status=withdrawn").json()["facets"]["status"]["values"]
    assert (gone["key"], gone["count"]) == ("withdrawn", len(listed(client, "status=withdrawn&fields=id")))


def test_both_databases_count_and_order_alike(clients: Callable[[str], TestClient]) -> None:
    for query in QUERIES:
        for path in (
            f"/v1/statements?facets={','.join(DIMENSIONS)}&limit=1000&{query}",
            f"/v1/statements?group_by=region,period,kind&limit=1000&{query}",
        ):
            assert clients("sqlite").get(path).content == clients("postgresql").get(path).content
