"""Does every list keep its order, give each row once, and refuse cursors that are not its own?"""

import base64
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from asking import NOUNS, Row, Served, everything, exact, ids, pages, path_of, serving, slugs
from conftest import ADDRESS
from make import SMALL_SEED, write_seed
from starlette.testclient import TestClient

from app.seed.load import seed_directory

served = pytest.fixture(serving)

DOCUMENTS = (
    "central-urban-areas",
    "economic-circle-overview",
    "growth-pole-press-conference",
    "opening-up-platforms",
    "tech-innovation",
)
POSITION = {id_: place for document in DOCUMENTS for place, id_ in enumerate(slugs(document))}

KEYS: dict[str, tuple[Callable[[Row], Any], ...]] = {
    "id": (lambda row: row["id"],),
    "period": (lambda row: row["period"]["start"], lambda row: row["period"]["end"]),
    "published_on": (lambda row: row["document"]["published_on"],),
    "position": (lambda row: row["document"]["code"], lambda row: POSITION[row["id"]]),
    "value": (lambda row: None if row["quantity"] is None else row["quantity"]["value"],),
    "changed_in": (lambda row: row["changed_in"],),
}
SORTS = [f"{sign}{name}" for name in KEYS for sign in ("", "-")]


def ordered(rows: list[Row], sort: str) -> list[str]:
    """The ids as `sort` orders them: nulls last either way, the id decides ties."""
    found = sorted(rows, key=lambda row: row["id"])
    for key in reversed(KEYS[sort.removeprefix("-")]):
        known = [row for row in found if key(row) is not None]
        known.sort(key=key, reverse=sort.startswith("-"))
        found = known + [row for row in found if key(row) is None]
    return [row["id"] for row in found]


@pytest.fixture(scope="module")
def whole(clients: Callable[[str], TestClient]) -> list[Row]:
    rows: list[Row] = exact(clients("sqlite").get("/v1/statements?limit=1000").text)["data"]
    assert rows
    return rows


@pytest.mark.parametrize("sort", SORTS)
def test_every_order_is_that_of_python_with_nulls_last_and_ids_deciding(client: TestClient, whole: list[Row], sort: str) -> None:
    assert ids(client, f"sort={sort}") == ordered(whole, sort)


def test_the_default_order_is_by_id(client: TestClient, whole: list[Row]) -> None:
    assert ids(client) == sorted(row["id"] for row in whole)


def test_values_are_ordered_as_numbers_whatever_their_sign_and_size(client: TestClient) -> None:
    answer = exact(client.get("/v1/statements?sort=value&has_quantity=true&limit=1000").text)
    values = [row["quantity"]["value"] for row in answer["data"]]
    assert values == sorted(values)
    assert values[0] == -40
    assert values[-1] == Decimal("7000000000000")


WALKS = [
    *(("region=western-chongqing-science-city", limit, sort) for sort in SORTS for limit in (1, 2)),
    *(("document=tech-innovation", 7, sort) for sort in SORTS),
    *(("", 50, sort) for sort in ("id", "-period", "value", "-position")),
    ("", 1000, "-value"),
]


@pytest.mark.parametrize(("narrow", "limit", "sort"), WALKS)
def test_walking_the_pages_gives_every_row_once_in_the_order_of_one_page(
    client: TestClient, whole: list[Row], narrow: str, limit: int, sort: str
) -> None:
    name, _, code = narrow.partition("=")
    expected = ordered([row for row in whole if not name or code in codes_of(row, name)], sort)
    walked = list(pages(client, f"/v1/statements?sort={sort}&limit={limit}&fields=id&{narrow}".rstrip("&")))
    assert [row["id"] for page in walked for row in page["data"]] == expected
    assert len(walked) == -(-len(expected) // limit)
    assert [len(page["data"]) for page in walked[:-1]] == [limit] * (len(walked) - 1)
    assert {page["page"]["limit"] for page in walked} == {limit}


def codes_of(row: Row, name: str) -> list[str]:
    """The codes that a filter looks at."""
    return [region["code"] for region in row["regions"]] if name == "region" else [row[name]["code"]]


@pytest.mark.parametrize("path", [*(f"/v1/{noun}" for noun in NOUNS), "/v1/changes", "/v1/documents?sort=-published_on"])
def test_other_lists_walk_as_well(client: TestClient, path: str) -> None:
    mark = "&" if "?" in path else "?"
    one_page = client.get(f"{path}{mark}limit=1000").json()
    walked = [row for page in pages(client, f"{path}{mark}limit={max(1, len(one_page['data']) // 4)}") for row in page["data"]]
    assert walked == one_page["data"]


def test_both_databases_order_alike(clients: Callable[[str], TestClient]) -> None:
    for sort in SORTS:
        query = f"sort={sort}&document=growth-pole-press-conference"
        assert ids(clients("sqlite"), query) == ids(clients("postgresql"), query)


def test_next_is_absolute_stands_in_link_and_never_comes_from_the_host_header(client: TestClient) -> None:
    for host in ("evil.example", "testserver:1", "[::1]", "a b"):
        answer = client.get("/v1/statements?limit=2&region=chongqing", headers={"Host": host, "X-Forwarded-Host": "evil.example"})
        following = answer.json()["page"]["next"]
        assert following.startswith(f"{ADDRESS}/v1/statements?limit=2&region=chongqing&cursor=")
        assert answer.links["next"]["url"] == following
    last = client.get("/v1/statements?limit=1000")
    assert last.json()["page"]["next"] is None
    assert "next" not in last.links


def test_next_is_built_from_the_configured_address(loaded: sa.Engine) -> None:
    from app.main import create_app
    from app.settings import Settings

    client = TestClient(create_app(Settings(base_url="https://claims.example/data/"), engine=loaded))
    answer = client.get("/v1/units?limit=1").json()
    assert answer["page"]["next"].startswith("https://claims.example/data/v1/units?limit=1&cursor=")


def test_next_keeps_every_parameter_as_it_was(client: TestClient) -> None:
    query = "q=%E9%87%8D%E5%BA%86&region=chongqing&region=sichuan,chengdu&from=2016&to=2023&sort=-value&fields=id,text&limit=3"
    first = client.get(f"/v1/statements?{query}").json()
    second = client.get(first["page"]["next"]).json()
    together = client.get(f"/v1/statements?{query}".replace("limit=3", "limit=6")).json()
    assert first["data"] + second["data"] == together["data"]
    assert second["page"]["limit"] == 3


def test_a_cursor_survives_a_write(served: Served, tmp_path: Path) -> None:
    directory = write_seed(tmp_path / "seed", SMALL_SEED)
    engine, client = served(directory)
    assert ids(client) == ["harbour.ships-2024", "harbour.ships-2026", "harbour.ships-share-2024"]
    first = client.get("/v1/statements?limit=2").json()
    file = directory / "documents" / "harbour.yaml"
    text = file.read_text("utf-8").replace("slug: ships-2024", "slug: a-renamed").replace("slug: ships-2026", "slug: zz-renamed")
    file.write_text(text, "utf-8")
    seed_directory(engine, directory)
    following = [row["id"] for page in pages(client, first["page"]["next"]) for row in page["data"]]
    assert following == ["harbour.ships-share-2024", "harbour.zz-renamed"]
    assert ids(client) == ["harbour.a-renamed", *following]
    assert client.get(first["page"]["next"]).json()["meta"]["data_version"] == first["meta"]["data_version"] + 1


@pytest.fixture
def cursor(client: TestClient) -> str:
    address: str = client.get("/v1/statements?limit=5&sort=period").json()["page"]["next"]
    return address.rpartition("cursor=")[2]


def refused(client: TestClient, path: str) -> bool:
    answer = client.get(path)
    body = answer.json()
    return (answer.status_code, body["code"]) == (400, "invalid-cursor") and body["errors"][0]["name"] == "cursor"


@pytest.mark.parametrize(
    "path",
    [
        "/v1/statements?limit=5",
        "/v1/statements?limit=5&sort=-period",
        "/v1/statements?limit=5&sort=period&region=chongqing",
        "/v1/statements?limit=5&sort=period&status=published",
        "/v1/statements?limit=5&sort=period&q=rail",
        "/v1/regions?limit=5",
        "/v1/changes?limit=5",
        "/v1/documents/tech-innovation/mentions?limit=5",
    ],
)
def test_a_cursor_of_another_list_order_or_filter_is_refused(client: TestClient, cursor: str, path: str) -> None:
    assert refused(client, f"{path}&cursor={cursor}")


@pytest.mark.parametrize("change", ["limit=1", "limit=1000", "limit=5&include=total", "limit=5&fields=id"])
def test_a_cursor_goes_with_another_page_size_total_or_fields(client: TestClient, cursor: str, change: str) -> None:
    answer = client.get(f"/v1/statements?sort=period&cursor={cursor}&{change}").json()
    assert answer["data"][0]["id"] == ids(client, "sort=period")[5]


def test_a_cursor_with_any_one_character_changed_is_refused(client: TestClient, cursor: str) -> None:
    for place in range(0, len(cursor), 5):
        other = "A" if cursor[place] != "A" else "B"
        assert refused(client, f"/v1/statements?limit=5&sort=period&cursor={cursor[:place]}{other}{cursor[place + 1 :]}"), place
    for last in "ABCDQRSTghijwxyz0123-_":
        edited = cursor[:-1] + last
        assert edited == cursor or refused(client, f"/v1/statements?limit=5&sort=period&cursor={edited}"), last


@pytest.mark.parametrize(
    "edit",
    [
        lambda cursor: cursor[:-1],
        lambda cursor: cursor + "A",
        lambda cursor: cursor + "=",
        lambda cursor: cursor[:16],
        lambda cursor: "x",
        lambda cursor: "%20",
        lambda cursor: "é",
        lambda cursor: "....",
        lambda cursor: cursor.swapcase(),
        lambda cursor: cursor.replace("-", "%2B").replace("_", "/") + "%3D",
        lambda cursor: base64.urlsafe_b64encode(bytes(16) + json.dumps([1, "", ["a"], [""]]).encode()).decode().rstrip("="),
        lambda cursor: base64.urlsafe_b64encode(bytes(200)).decode(),
        lambda cursor: "A" * 2000,
    ],
)
def test_a_cursor_that_was_not_made_here_is_refused(client: TestClient, cursor: str, edit: Callable[[str], str]) -> None:
    assert refused(client, f"/v1/statements?limit=5&sort=period&cursor={edit(cursor)}")


def test_a_cursor_of_another_database_is_refused(clients: Callable[[str], TestClient]) -> None:
    for ours, theirs in (("sqlite", "postgresql"), ("postgresql", "sqlite")):
        foreign = path_of(clients(theirs).get("/v1/statements?limit=5").json()["page"]["next"])
        assert refused(clients(ours), foreign)


def test_an_overlong_or_empty_cursor_is_no_value_for_it(client: TestClient) -> None:
    assert client.get(f"/v1/statements?cursor={'A' * 2001}").json()["code"] == "invalid-parameter"
    assert client.get("/v1/statements?cursor=").json()["code"] == "invalid-parameter"
    assert client.get(f"/v1/statements?cursor={'A' * 20_000}").json()["code"] == "address-too-long"


@pytest.mark.parametrize("query", ["", "within=sichuan,vietnam", "q=rail", "measure=share&from=2020", "region=hunan", "limit=1"])
def test_the_total_is_the_number_of_rows(client: TestClient, query: str) -> None:
    answer = client.get(f"/v1/statements?{query}&include=total".replace("?&", "?")).json()
    assert answer["page"]["total"] == len(ids(client, query.replace("limit=1", "")))
    assert client.get(f"/v1/statements?{query}").json()["page"]["total"] is None


def test_the_total_does_not_change_from_page_to_page(client: TestClient) -> None:
    totals = {page["page"]["total"] for page in pages(client, "/v1/statements?document=tech-innovation&limit=9&include=total")}
    assert totals == {len(slugs("tech-innovation"))}


@pytest.mark.parametrize("noun", [*NOUNS, "changes"])
def test_other_lists_count_too(client: TestClient, noun: str) -> None:
    answer = client.get(f"/v1/{noun}?include=total&limit=1").json()
    assert answer["page"]["total"] == len(everything(client, f"/v1/{noun}")) > 0 or noun == "changes"


@pytest.mark.parametrize("fields", ["id", "id,text", "quantity", "text&fields=evidence,id", "cell,cell", "regions,document,note"])
def test_fields_picks_exactly_these(client: TestClient, fields: str) -> None:
    wanted = set(fields.replace("&fields=", ",").split(","))
    full = client.get("/v1/statements?limit=9").json()["data"]
    some = client.get(f"/v1/statements?limit=9&fields={fields}").json()["data"]
    assert some == [{name: value for name, value in row.items() if name in wanted} for row in full]
    assert list(some[0]) == [name for name in full[0] if name in wanted]


@pytest.mark.parametrize(
    "limit", ["0", "-1", "1001", "100000000000000000000", "1_0", "5.0", "%205", "1e2", "٣", "", "NaN", "0x10", "-0"]
)
def test_a_limit_that_is_no_number_of_rows_is_refused(client: TestClient, limit: str) -> None:
    for path in ("/v1/statements", "/v1/regions", "/v1/changes"):
        answer = client.get(f"{path}?limit={limit}")
        body = answer.json()
        assert (answer.status_code, body["code"]) == (422, "invalid-parameter"), answer.text
        assert [error["name"] for error in body["errors"]] == ["limit"]
