"""Do the code lists hold what the seed holds, count what the statements list counts, and lead there?"""

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from asking import NOUNS, Row, everything, exact, ids, inside, parents
from conftest import client_for
from make import SEED
from starlette.testclient import TestClient

from app.upkeep.everything import rebuild

SHAPES: dict[str, list[str]] = {
    "regions": ["code", "name", "name_zh", "kind", "parents", "children", "ids", "note", "statements", "links"],
    "indicators": [
        *("code", "name", "name_zh", "definition", "topic", "dimension", "stock_flow", "counted", "statements", "links"),
    ],
    "units": ["code", "name", "name_zh", "symbol", "dimension", "family", "base", "factor", "statements", "links"],
    "actors": [
        *("code", "name", "name_zh", "kind", "organisation", "wikidata", "note", "statements", "documents", "projects", "links"),
    ],
    "projects": [
        *("code", "name", "name_zh", "kind", "description", "regions", "parties", "status", "note", "statements", "links"),
    ],
    "documents": [
        *("code", "title", "publisher", "authors", "published_on", "published_basis", "url", "language", "time_zone"),
        *("text_sha256", "text_length", "release", "note", "attached", "statements", "quantities", "links"),
    ],
}


def codes(client: TestClient, path: str) -> list[str]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return [row["code"] for row in answer.json()["data"]]


@pytest.mark.parametrize("noun", NOUNS)
def test_a_list_holds_every_code_of_the_seed_in_order_with_the_shape_of_its_detail(client: TestClient, noun: str) -> None:
    if noun == "documents":
        seeded = [path.stem for path in (SEED / "documents").glob("*.yaml")]
    else:
        seeded = re.findall(r"^- \{?code: ([\w-]+)", (SEED / f"{noun}.yaml").read_text("utf-8"), re.MULTILINE)
    rows = everything(client, f"/v1/{noun}")
    assert [row["code"] for row in rows] == sorted(seeded)
    assert {tuple(row) for row in rows} == {tuple(SHAPES[noun])}
    for row in (rows[0], rows[len(rows) // 2], rows[-1]):
        assert client.get(f"/v1/{noun}/{row['code']}").json() == row
        assert row["links"]["self"] == f"/v1/{noun}/{row['code']}"


@pytest.mark.parametrize("noun", NOUNS)
def test_the_counts_are_the_totals_of_the_linked_statements(client: TestClient, noun: str) -> None:
    rows = everything(client, f"/v1/{noun}")
    assert any(row["statements"] for row in rows)
    for row in [*rows[::11], *sorted(rows, key=lambda row: -row["statements"])[:2]]:
        assert row["links"]["statements"] == f"/v1/statements?{NOUNS[noun]}={row['code']}"
        found = client.get(f"{row['links']['statements']}&include=total&limit=1").json()
        assert found["page"]["total"] == row["statements"], row["code"]


def test_the_counts_of_all_codes_are_those_of_a_hand_count(client: TestClient) -> None:
    by_hand(client)


def test_the_withdrawn_are_in_no_count(loaded: sa.Engine) -> None:
    """Nor is a statement counted twice for who says it in a document of its own."""
    with loaded.begin() as connection:
        connection.execute(sa.text("UPDATE statement SET speaker = 'yan-deng' WHERE document = 'central-urban-areas'"))
        connection.execute(sa.text("UPDATE statement SET speaker = 'ichongqing' WHERE evidence_start % 2 = 0"))
        connection.execute(sa.text("UPDATE statement SET status = 'withdrawn' WHERE evidence_start % 3 = 0"))
        connection.execute(sa.text("UPDATE statement SET status = 'deprecated' WHERE evidence_start % 5 = 0"))
        rebuild(connection)
    client = client_for(loaded)
    by_hand(client)
    statements = everything(client)
    assert client.get("/v1/statements?limit=1&include=total").json()["page"]["total"] == len(statements)
    counts = client.get("/v1").json()["counts"]
    assert (counts["statements"], counts["quantities"]) == (len(statements), len(ids(client, "has_quantity=true")))
    for table in client.get("/v1/exports").json()["tables"]:
        assert table["rows"] == len(exact(client.get(table["files"]["json"]).text)), table["name"]
    [suggested] = [row for row in client.get("/v1/search/suggest?q=ichongqing").json()["data"] if row["resource"] == "actor"]
    assert suggested["statements"] == client.get("/v1/actors/ichongqing").json()["statements"]


def by_hand(client: TestClient) -> None:
    statements = everything(client)

    def counted(noun: str, of: Callable[[Row], list[Any]]) -> None:
        expected: dict[str, int] = {}
        for row in statements:
            for code in of(row):
                expected[code] = expected.get(code, 0) + 1
        assert {row["code"]: row["statements"] for row in everything(client, f"/v1/{noun}") if row["statements"]} == expected

    counted("regions", lambda row: [region["code"] for region in row["regions"]])
    counted("indicators", lambda row: [row["indicator"]["code"]] if row["indicator"] else [])
    counted("projects", lambda row: [row["project"]["code"]] if row["project"] else [])
    counted("documents", lambda row: [row["document"]["code"]])
    bases = {unit["code"]: unit["base"] for unit in everything(client, "/v1/units")}
    counted("units", lambda row: [u for u, base in bases.items() if row["quantity"] and row["quantity"]["unit"] == base])
    wrote = {document["code"]: [each["code"] for each in document["authors"]] for document in everything(client, "/v1/documents")}

    def actors(row: Row) -> list[Any]:
        speaker = row["attribution"]["speaker"]
        said = [speaker["code"]] if speaker else []
        return list({*said, row["document"]["publisher"]["code"], *wrote[row["document"]["code"]]})

    counted("actors", actors)


def test_documents_and_actors_count_figures_documents_and_projects(client: TestClient) -> None:
    for document in everything(client, "/v1/documents"):
        assert document["quantities"] == len(ids(client, f"document={document['code']}&has_quantity=true"))
        assert document["attached"] is False
    actors = {row["code"]: row for row in everything(client, "/v1/actors")}
    assert actors["ichongqing"]["documents"] == 4
    assert actors["yan-deng"]["documents"] == 1
    projects = everything(client, "/v1/projects")
    for code, actor in actors.items():
        assert actor["projects"] == sum(code in [party["actor"] for party in project["parties"]] for project in projects), code


def test_the_index_counts_what_the_lists_hold(client: TestClient) -> None:
    index = client.get("/v1").json()
    lists = {noun: len(everything(client, f"/v1/{noun}")) for noun in (*NOUNS, "statements")}
    assert index["counts"] == {**lists, "quantities": len(ids(client, "has_quantity=true"))}
    assert index["data_version"] == 1
    for path in index["links"].values():
        answer = client.get(path)
        assert answer.status_code == 200 or "Field required" in answer.text, path


def test_regions_know_their_parents_and_children(client: TestClient) -> None:
    above = parents()
    for row in everything(client, "/v1/regions"):
        assert row["parents"] == sorted(above[row["code"]])
        assert row["children"] == sorted(code for code in above if row["code"] in above[code])


def test_the_tree_has_every_region_below_each_of_its_parents(client: TestClient) -> None:
    above = parents()
    counts = {row["code"]: row["statements"] for row in everything(client, "/v1/regions")}
    seen: list[tuple[str | None, str]] = []

    def walk(nodes: list[Row], parent: str | None) -> None:
        assert [node["code"] for node in nodes] == sorted(node["code"] for node in nodes)
        for node in nodes:
            assert list(node) == ["code", "name", "name_zh", "kind", "statements", "children"]
            assert node["statements"] == counts[node["code"]]
            seen.append((parent, node["code"]))
            walk(node["children"], node["code"])

    walk(client.get("/v1/regions/tree").json()["data"], None)
    expected = {(parent, code) for code, listed in above.items() for parent in (listed or [None])}  # type: ignore[list-item]
    assert set(seen) == expected
    assert {parent for parent, code in seen if code == "gaozhu-new-area"} == {"chongqing", "sichuan"}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/v1/regions?kind=island", ["guangyang-isle"]),
        ("/v1/regions?kind=municipality,province", ["chongqing", "hunan", "sichuan"]),
        ("/v1/regions?within=liangjiang-new-area", sorted(inside("liangjiang-new-area"))),
        ("/v1/regions?within=sichuan,luzhou", sorted(inside("sichuan"))),
        ("/v1/regions?within=chengdu-chongqing-economic-circle", sorted(inside("chengdu-chongqing-economic-circle"))),
        ("/v1/regions?within=luzhou&kind=county", ["hejiang"]),
        ("/v1/regions?within=hunan&kind=island", []),
        ("/v1/regions?q=重庆市", ["chongqing"]),
        ("/v1/regions?q=SCIENCE city", ["western-chongqing-science-city"]),
        ("/v1/regions?q=%", []),
        ("/v1/units?q=hectare", ["ha"]),
        ("/v1/units?q=平方", ["km2", "m2"]),
        ("/v1/units?q=Square METRE", ["km2", "m2"]),
        ("/v1/units?q=_", []),
        ("/v1/actors?q=zhang", ["zhang-hongming", "zhang-yan"]),
        ("/v1/documents?publisher=ichongqing&published_from=2022", ["growth-pole-press-conference"]),
        ("/v1/documents?published_to=2021-S1", ["opening-up-platforms", "tech-innovation"]),
        ("/v1/documents?sort=published_on&published_to=2021", [
            "opening-up-platforms", "tech-innovation", "economic-circle-overview", "central-urban-areas",
        ]),
        ("/v1/documents?sort=-published_on&limit=1", ["growth-pole-press-conference"]),
        ("/v1/documents?q=tech", ["tech-innovation"]),
        ("/v1/documents?publisher=zhang-yan", []),
    ],
)  # fmt: skip
def test_the_lists_have_filters_of_their_own(client: TestClient, path: str, expected: list[str]) -> None:
    assert codes(client, path) == expected


@pytest.mark.parametrize(
    ("noun", "query", "keep"),
    [
        ("indicators", "topic=transport", lambda row: row["topic"] == "transport"),
        ("indicators", "topic=transport,trade", lambda row: row["topic"] in ("transport", "trade")),
        ("indicators", "stock_flow=flow", lambda row: row["stock_flow"] == "flow"),
        ("indicators", "stock_flow=flow,stock", lambda row: True),
        (
            "indicators",
            "stock_flow=stock&topic=transport",
            lambda row: row["topic"] == "transport" and row["stock_flow"] == "stock",
        ),
        ("actors", "kind=person", lambda row: row["kind"] == "person"),
        ("projects", "kind=line,platform", lambda row: row["kind"] in ("line", "platform")),
        ("projects", "region=chongqing", lambda row: "chongqing" in [each["code"] for each in row["regions"]]),
        ("projects", "within=sichuan", lambda row: inside("sichuan") & {each["code"] for each in row["regions"]}),
        ("projects", "actor=peking-university", lambda row: "peking-university" in [each["actor"] for each in row["parties"]]),
    ],
)
def test_the_filters_of_a_list_keep_what_a_reader_would(
    client: TestClient, noun: str, query: str, keep: Callable[[Row], Any]
) -> None:
    rows = everything(client, f"/v1/{noun}")
    expected = [row["code"] for row in rows if keep(row)]
    assert codes(client, f"/v1/{noun}?{query}&limit=1000") == expected
    assert expected


@pytest.mark.parametrize("noun", NOUNS)
def test_a_code_that_is_not_there_names_the_nearest_of_its_list(client: TestClient, noun: str) -> None:
    known = [row["code"] for row in everything(client, f"/v1/{noun}")]
    wrong = max(known, key=len) + "x"
    answer = client.get(f"/v1/{noun}/{wrong}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    [error] = answer.json()["errors"]
    assert error["did_you_mean"][0] == wrong[:-1]
    assert error["name"] == NOUNS[noun]


def test_projects_tell_their_history_with_the_statements_that_say_so(client: TestClient) -> None:
    known = set(ids(client))
    steps = [step for project in everything(client, "/v1/projects") for step in project["status"]]
    assert len(steps) > 20
    for step in steps:
        assert list(step) == ["status", "since", "start", "end", "statement"]
        assert step["statement"] is None or step["statement"] in known
        assert (step["since"] is None) == (step["start"] is None and step["end"] is None)


def test_the_factors_of_units_are_exact(client: TestClient) -> None:
    rows = exact(client.get("/v1/units").text)["data"]
    factors = {row["code"]: str(row["factor"]) for row in rows}
    assert (factors["m2"], factors["ha"], factors["kt"], factors["day"], factors["CNY"]) == (
        "0.000001",
        "0.01",
        "1000",
        "1440",
        "1",
    )
    assert {row["code"] for row in rows if row["base"] == row["code"]} == {row["base"] for row in rows}


def test_mentions_and_coverage_account_for_every_number(client: TestClient) -> None:
    report = client.get("/v1/coverage").json()
    assert [each["document"] for each in report["data"]] == codes(client, "/v1/documents")
    for each in report["data"]:
        assert client.get(f"/v1/documents/{each['document']}/coverage").json() == each
        path = f"/v1/documents/{each['document']}/mentions"
        rows = everything(client, path)
        assert len(rows) == each["numbers"] == each["stated"] + each["dismissed"] + each["unaccounted"]
        assert [row["start"] for row in rows] == sorted(row["start"] for row in rows)
        stated = client.get(f"{path}?state=stated&limit=1000").json()["data"]
        assert stated == [row for row in rows if row["state"] == "stated"]
        assert all(row["statements"] for row in stated)
        for reason, number in each["reasons"].items():
            assert client.get(f"{path}?reason={reason}&include=total").json()["page"]["total"] == number
    assert report["total"]["numbers"] == sum(each["numbers"] for each in report["data"])
