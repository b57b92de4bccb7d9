"""One value a cell under a declared policy, over HTTP, on both databases."""

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from asking import Served, everything, pages, serving
from conftest import BACKENDS, client_for
from made import made
from make import engine_for
from starlette.testclient import TestClient
from test_checks import several
from test_sql_counts import cost

from app.domain.policy import POLICIES
from app.schemas.observations import FLAT_OBSERVATION

Row = dict[str, Any]

SHIPS = "/v1/observations?indicator=ships-handled&measure=level&period=2024"
LIST = 11
"""Version and key; the page; figures; groups; updates; of the chosen ones rows, documents, publishers, indicators, regions and
their names. One more where there are projects."""


@pytest.fixture
def served(backend: str, new_database: Callable[..., str]) -> Iterator[Served]:
    yield from serving(backend, new_database)


@pytest.fixture(scope="module")
def crowds(new_database: Callable[..., str], templates: Callable[[str, str], str]) -> Iterator[dict[str, TestClient]]:
    """Both databases with 1,500 made statements."""
    engines = {each: made(engine_for(new_database(each, like=templates(each, "migrated"))), 1500) for each in BACKENDS}
    yield {backend: client_for(engine) for backend, engine in engines.items()}
    for engine in engines.values():
        engine.dispose()


def rows_of(client: TestClient, query: str) -> list[Row]:
    answer = client.get(query)
    assert answer.status_code == 200, answer.text
    rows: list[Row] = answer.json()["data"]
    return rows


def test_the_freight_trains_stay_a_floor_and_the_policy_is_echoed(client: TestClient) -> None:
    query = "/v1/observations?indicator=china-europe-freight-trains&measure=level&period=asof"
    answer = client.get(f"{query}&policy=latest_published").json()
    [row] = answer["data"]
    assert answer["meta"]["policy"] == "latest_published"
    assert (row["value"], row["comparator"], row["lower"], row["upper"]) == (14000, "gt", 14000, None)
    assert (row["status"], row["groups"], row["weak_period"]) == ("repeated", 1, True)
    assert row["sources"] == ["central-urban-areas", "economic-circle-overview"]
    assert row["statement"] == "central-urban-areas.railway-express-trains"
    assert (row["policies_disagree"], row["outliers"]) == (False, [])


def test_the_time_by_rail_has_one_value_and_names_the_outlier(client: TestClient) -> None:
    [row] = rows_of(client, "/v1/observations?indicator=rail-travel-time&weak_period=true")
    assert (row["value"], row["value_text"], row["lower"], row["upper"]) == (62, "62", 62, 62)
    assert row["outliers"] == ["tech-innovation.rail-travel-time"]
    assert row["status"] == "conflicting"
    assert row["chosen_because"].startswith("No two of 2 figures can be true at once; economic-circle-overview.rail-travel-time")


def test_every_cell_has_one_row_whatever_the_policy(client: TestClient) -> None:
    cells = [row["cell"] for row in everything(client, "/v1/comparisons")]
    for policy in POLICIES:
        rows = [row for page in pages(client, f"/v1/observations?policy={policy}&limit=60") for row in page["data"]]
        assert [row["cell"] for row in rows] == cells
        assert all(row["chosen_because"] and row["statement"] for row in rows)
        assert all(row["statement"] not in row["outliers"] for row in rows)


def test_targets_never_stand_in_the_row_of_what_is_so(client: TestClient) -> None:
    kinds = {row["id"]: row["kind"] for row in everything(client)}
    for row in everything(client, "/v1/observations"):
        assert kinds[row["statement"]] == row["kind"]
        assert all(kinds[other] == row["kind"] for other in row["outliers"])


MADE = (
    ("aster", "2025-02-01", "6236", ""),
    ("birch", "2025-03-01", "6200", ", approximate: true"),
    ("cedar", "2025-04-01", "6100", ", comparator: gt"),
    ("dahlia", "2025-01-15", "6900", ", approximate: true"),
)
"""With `more than 6,000` of the article: a number, an approximate one that holds it, a later floor, and one that is far off."""


@pytest.mark.parametrize(
    ("policy", "statement", "value", "lower", "upper", "outliers"),
    [
        ("consistent", "aster.ships", 6236, 6236, 6236, ["dahlia.ships"]),
        ("most_precise", "aster.ships", 6236, 6236, 6236, ["dahlia.ships"]),
        ("latest_published", "cedar.ships", 6100, 6100, None, []),
        ("preferred_rank", "aster.ships", 6236, 6236, 6236, ["dahlia.ships"]),
    ],
)
def test_the_policies_choose_as_they_say(
    served: Served, tmp_path: Path, policy: str, statement: str, value: int, lower: int, upper: int | None, outliers: list[str]
) -> None:
    _, client = served(several(tmp_path, *MADE))
    [row] = rows_of(client, f"{SHIPS}&policy={policy}")
    if policy == "consistent":
        assert (row["status"], row["groups"], row["sources"][0]) == ("conflicting", 5, "aster")
    assert row["policies_disagree"] is True
    assert (row["statement"], row["value"], row["lower"], row["upper"]) == (statement, value, lower, upper)
    assert row["outliers"] == outliers
    assert statement in row["chosen_because"]


def test_agreeing_documents_are_corroborated_and_the_policies_agree(served: Served, tmp_path: Path) -> None:
    _, client = served(several(tmp_path, ("aster", "2025-02-01", "6236", ""), ("birch", "2025-03-01", "6236", "")))
    [row] = rows_of(client, SHIPS)
    assert (row["status"], row["value"]) == ("corroborated", 6236)
    assert (
        row["chosen_because"]
        == "3 of 3 figures, of 3 independence groups, can be true at once; birch.ships is the most precise of them."
    )
    assert row["policies_disagree"] is False


def test_figures_that_only_touch_keep_the_value_within_its_bounds_and_say_so(served: Served, tmp_path: Path) -> None:
    _, client = served(several(tmp_path, ("aster", "2025-02-01", "6000", "")))
    [row] = rows_of(client, SHIPS)
    assert (row["statement"], row["value"], row["status"], row["touching"]) == ("aster.ships", 6000, "compatible", True)
    assert (row["lower"], row["lower_inclusive"], row["upper"], row["upper_inclusive"]) == (6000, True, 6000, True)
    assert row["chosen_because"].startswith("2 of 2 figures, of 2 independence groups, only touch")
    [flat] = client.get(SHIPS.replace("?", ".json?")).json()
    [line] = client.get("/v1/series?indicator=ships-handled&period=2024").json()["data"]
    [point] = line["points"]
    assert (flat["touching"], point["touching"], point["value"], point["lower"]) == (True, True, 6000, 6000)
    [compared] = client.get("/v1/comparisons.json?indicator=ships-handled&measure=level&period=2024").json()
    assert (compared["touching"], compared["sets"], compared["lower"], compared["upper"]) == (True, 1, None, None)
    [later] = rows_of(client, f"{SHIPS}&policy=latest_published")
    assert later["touching"] is False


def test_every_value_lies_within_its_own_bounds(client: TestClient, crowds: dict[str, TestClient], backend: str) -> None:
    for policy in POLICIES:
        for each in (client, crowds[backend]):
            for row in (row for page in pages(each, f"/v1/observations?policy={policy}&limit=1000") for row in page["data"]):
                value, lower, upper = (row[name] for name in ("value", "lower", "upper"))
                if value is not None:
                    said = {"gt": lower, "lt": upper}.get(row["comparator"])  # "more than 5" leaves the 5 out
                    above = lower is None or value > lower or (value == lower and row["lower_inclusive"])
                    below = upper is None or value < upper or (value == upper and row["upper_inclusive"])
                    assert value == said or (above and below), row


def test_the_flat_rows_are_those_of_the_list(client: TestClient) -> None:
    for query in (
        "indicator=rail-travel-time",
        "kind=target&policy=most_precise",
        "within=chongqing&topic=transport",
        "region=hunan",
    ):
        listed = rows_of(client, f"/v1/observations?{query}&limit=1000")
        flat = client.get(f"/v1/observations.json?{query}").json()
        assert [(row["cell"], row["value"], row["statement"], row["time"]) for row in flat] == [
            (row["cell"], row["value"], row["statement"], row["time"]) for row in listed
        ]
        assert all(tuple(row) == FLAT_OBSERVATION for row in flat)
        assert not any(isinstance(value, list | dict) for row in flat for value in row.values())
        table = list(csv.reader(io.StringIO(client.get(f"/v1/observations.csv?{query}").text)))
        assert table[0] == list(FLAT_OBSERVATION)
        assert len(table) == len(flat) + 1


def test_observations_cost_a_constant_number_of_statements(client: TestClient) -> None:
    for limit, projects in ((1, 0), (5, 1), (50, 1), (1000, 1)):
        assert cost(client, f"/v1/observations?limit={limit}") == LIST + projects, limit
    assert cost(client, "/v1/observations?policy=preferred_rank&region=chongqing") == LIST + 2  # and the codes
    assert cost(client, "/v1/observations.json?indicator=gdp") == LIST


HOSTILE = [
    *("policy=best", "policy=", "policy=consistent,latest_published", "policy=consistent&policy=consistent", "sort=cell"),
    *("cursor=x", "limit=0", "limit=5&cursor=", "comparison=zz", "status=published", "gap=ge:0.01", "weak_period=maybe"),
    *("value=gt:5", "value=gt:5&unit=CNY", "indicator=zz", "region=%00", "cell=~~~", "cell=zz", "from=2021&to=2020", "q=%25"),
]  # fmt: skip


def test_both_databases_answer_alike_to_the_byte(clients: Callable[[str], TestClient], crowds: dict[str, TestClient]) -> None:
    for get in (clients, crowds.__getitem__):
        for query in (*HOSTILE, *(f"policy={policy}&limit=1000" for policy in POLICIES)):
            one, other = (get(backend).get(f"/v1/observations?{query}") for backend in ("sqlite", "postgresql"))
            assert one.status_code == other.status_code in (200, 400, 422), query
            if "next" not in one.text or '"next":null' in one.text:
                assert one.content == other.content, query
        one, other = (get(backend).get("/v1/observations.csv") for backend in ("sqlite", "postgresql"))
        assert one.content == other.content


def test_made_rows_disagree_and_the_flag_is_the_same_under_every_policy(crowds: dict[str, TestClient]) -> None:
    client = crowds["sqlite"]
    by_policy = {policy: client.get(f"/v1/observations.json?policy={policy}").json() for policy in POLICIES}
    flags = {policy: [row["policies_disagree"] for row in rows] for policy, rows in by_policy.items()}
    assert len({tuple(each) for each in flags.values()}) == 1
    assert 0 < sum(flags["consistent"]) < len(flags["consistent"])
    for rows in zip(*by_policy.values(), strict=True):
        bounds = {(row["value"], row["lower"], row["lower_inclusive"], row["upper"], row["upper_inclusive"]) for row in rows}
        assert (len(bounds) > 1) == rows[0]["policies_disagree"]
