"""Do the documents agree? Asked over HTTP, of the shipped data and of many made statements, on both databases."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from asking import everything, exact, pages
from conftest import client_for
from made import made
from make import copy_of_seed, engine_for
from observe import rows_of
from starlette.testclient import TestClient
from test_sql_counts import cost

from app import models
from app.db import writing
from app.domain.comparison import Figure, compare, key_of
from app.domain.interval import OPERATORS, Interval, satisfies
from app.seed.load import seed_directory
from app.upkeep import comparisons as upkeep

RAIL = "rail-travel-time~level~~~min~chengdu_chongqing~chengdu-chongqing-high-speed-railway~actual~asof"
Row = dict[str, Any]


@pytest.fixture(scope="module")
def crowds(new_database: Callable[..., str], templates: Callable[[str, str], str]) -> Iterator[Callable[[str], sa.Engine]]:
    """A database of 1,500 made statements for each backend."""
    held: dict[str, sa.Engine] = {}

    def get(backend: str) -> sa.Engine:
        if backend not in held:
            held[backend] = made(engine_for(new_database(backend, like=templates(backend, "migrated"))), 1500)
        return held[backend]

    yield get
    for engine in held.values():
        engine.dispose()


@pytest.fixture
def crowd(backend: str, crowds: Callable[[str], sa.Engine]) -> sa.Engine:
    return crowds(backend)


@pytest.fixture
def many(crowd: sa.Engine) -> TestClient:
    return client_for(crowd)


def test_two_documents_repeat_the_number_of_freight_trains(client: TestClient) -> None:
    (found,) = everything_of(client, "indicator=china-europe-freight-trains&region=chongqing&period=asof&measure=level")
    assert (found["status"], found["documents"], found["groups"]) == ("repeated", 2, 1)
    assert [each["as_written"] for each in found["members"]] == ["More than 14,000 trains", "exceeded 14,000"]
    (pair,) = found["pairs"]
    assert (pair["relation"], pair["gap"]) == ("equal", None)
    assert found["sets"][0]["interval"] == {
        "lower": 14000,
        "lower_inclusive": False,
        "upper": None,
        "upper_inclusive": False,
        "basis": "intersection",
    }


def test_two_documents_agree_on_the_institutions_of_the_science_city(client: TestClient) -> None:
    (found,) = everything_of(client, "indicator=rd-institutions-introduced&region=western-chongqing-science-city")
    assert (found["status"], found["weak_period"]) == ("repeated", True)
    assert {(each["value"], each["published_on"]) for each in found["members"]} == {(43, "2020-12-25"), (43, "2021-09-25")}


def test_two_documents_contradict_each_other_on_the_time_by_rail(client: TestClient) -> None:
    (found,) = everything_of(client, "status=conflicting&sort=-gap")
    assert found["cell"] == RAIL
    assert [(each["value"], each["guest"], each["period_end"]) for each in found["members"]] == [
        (62, False, "2021-09-25"),
        (60, True, "2020-12-24"),
    ]
    (pair,) = found["pairs"]
    assert (pair["relation"], pair["gap"], found["gap_relative"]) == ("disjoint", 2, 0.0333333333333)
    assert "62 min" in found["explanation"]
    assert "2 min apart (3.33%)" in pair["explanation"]
    assert [each["statements"] for each in found["sets"]] == [
        ["tech-innovation.rail-travel-time"],
        ["economic-circle-overview.rail-travel-time"],
    ]
    assert client.get(f"/v1/comparisons/{RAIL}").json() == found


def test_a_cell_of_conversions_is_answered_by_the_figure_they_restate(client: TestClient) -> None:
    dollars = client.get("/v1/statements/central-urban-areas.gdp-2021-h1-usd").json()
    found = client.get(f"/v1/comparisons/{dollars['cell']}").json()
    assert found["unit"] == "CNY"
    assert [each["conversions"] for each in found["members"]] == [["central-urban-areas.gdp-2021-h1-usd"]]
    assert everything_of(client, f"cell={dollars['cell']}") == []


def test_every_published_figure_stands_in_one_comparison_with_its_link(client: TestClient) -> None:
    rows = everything_of(client, "")
    stated = [each["statement"] for row in rows for each in row["members"] if not each["guest"]]
    folded = [other for row in rows for each in row["members"] for other in each["conversions"]]
    figures = [row["id"] for row in everything(client) if row["quantity"]]
    assert sorted(stated + folded) == figures
    for row in rows[::40]:
        assert client.get(row["links"]["self"]).json() == row
        linked = client.get(row["links"]["statements"]).json()["data"]
        assert [each["id"] for each in linked] == [each["statement"] for each in row["members"] if not each["guest"]]


def test_statements_carry_what_their_cell_says(client: TestClient) -> None:
    rows = client.get("/v1/statements?indicator=rail-travel-time&include=comparison,total&fields=id").json()["data"]
    by_id = {row["id"]: row["comparison"] for row in rows}
    assert by_id["economic-circle-overview.rail-travel-time"] == {
        "cell": RAIL,
        "status": "conflicting",
        "statements": 2,
        "documents": 2,
        "weak_period": True,
        "guest_in": None,
    }
    invited = by_id["tech-innovation.rail-travel-time"]
    assert (invited["status"], invited["guest_in"]) == ("single", RAIL)
    dollars = client.get("/v1/statements?q=billion&unit=USD&include=comparison").json()["data"][0]
    assert dollars["comparison"]["cell"].split("~")[4] == "cny"
    without = client.get("/v1/statements?has_quantity=false&limit=1&include=comparison").json()["data"][0]
    assert without["comparison"] is None


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=conflicting", 1),
        ("status=conflicting,repeated", 3),
        ("status=corroborated", 0),
        ("weak_period=true&status=conflicting", 1),
        ("weak_period=false&status=conflicting", 0),
        ("gap=ge:0.01", 1),
        ("gap=gt:0.0333333333333", 0),
        ("gap=lt:1", 1),
        ("status=repeated&document=opening-up-platforms", 1),
        ("status=repeated&within=chongqing", 2),
        ("status=repeated&topic=science", None),
        ("indicator=gdp&value=ge:1 trillion&unit=CNY&match=certain", 2),
    ],
)
def test_filters_choose_cells(client: TestClient, query: str, found: int | None) -> None:
    answer = client.get(f"/v1/comparisons?include=total&{query}")
    if found is None:
        assert answer.status_code == 422
        return
    assert (answer.status_code, answer.json()["page"]["total"]) == (200, found), answer.text


def test_pages_and_flat_rows_hold_the_same_cells_in_the_same_order(many: TestClient) -> None:
    for sort in ("cell", "-cell", "gap", "-gap", "-documents", "-statements"):
        found = [row["cell"] for page in pages(many, f"/v1/comparisons?sort={sort}&limit=700") for row in page["data"]]
        flat = many.get(f"/v1/comparisons.json?sort={sort}").json()
        assert [row["cell"] for row in flat] == found
        assert len(set(found)) == len(found) == many.get("/v1/comparisons?limit=1&include=total").json()["page"]["total"]
    gaps = [row["gap_relative"] for row in many.get("/v1/comparisons.json?sort=-gap").json()]
    known = [gap for gap in gaps if gap is not None]
    assert known == sorted(known, reverse=True)
    assert gaps[len(known) :] == [None] * (len(gaps) - len(known))


def test_a_page_of_comparisons_costs_the_same_few_queries(many: TestClient) -> None:
    # data version and key; the page; its members; statements, documents, publishers, indicators, regions and their names, and
    # the projects where there are some; groups; conversions; look-alikes
    for limit, projects in ((1, 0), (50, 0), (1000, 1)):
        assert cost(many, f"/v1/comparisons?status=conflicting&limit={limit}") == 12 + projects, limit


def test_every_made_comparison_is_what_its_statements_say(crowd: sa.Engine, many: TestClient) -> None:
    """The answers, worked out anew from the list of statements alone."""
    with crowd.connect() as connection:
        groups = dict(connection.execute(sa.select(models.DocumentGroup.document, models.DocumentGroup.group_code)).all())
        alike = {
            frozenset({row.statement, row.other})
            for row in connection.execute(sa.select(models.Relation.__table__).where(models.Relation.relation == "look_alike"))
        }
    rows = [row for page in pages(many, "/v1/statements?status=published&limit=1000") for row in page["data"]]
    restated = {row["id"] for row in rows if any(each["relation"] == "conversion_of" for each in row["related"])}
    by_cell: dict[str, list[Row]] = {}
    for row in rows:
        by_cell.setdefault(row["cell"], []).append(row)
    answers = {row["cell"]: row for page in pages(many, "/v1/comparisons?limit=1000") for row in page["data"]}
    assert answers.keys() == {cell for cell, same in by_cell.items() if not {row["id"] for row in same} <= restated}
    for cell, answer in answers.items():
        figures = [figure_of(row, groups) for row in by_cell[cell]]
        if answer["period"]["label"] == "asof":
            dated = [
                row
                for other, same in by_cell.items()
                for row in same
                if key_of(other) == key_of(cell) and other != cell and row["period"]["type"] in ("instant", "cumulative")
                and row["id"] not in restated
            ]  # fmt: skip
            dated.sort(key=lambda row: row["id"])
            dated.sort(key=lambda row: (row["period"]["end"], row["document"]["published_on"]), reverse=True)
            figures.extend(figure_of(row, groups) for row in dated[:1])
        result = compare(figures, dict.fromkeys(alike, "alike"))
        assert (answer["status"], answer["statements"]) == (result.status, len(figures)), cell
        assert sorted(each["statement"] for each in answer["members"]) == sorted(each.id for each in figures)
        assert [each["relation"] for each in answer["pairs"]] == [pair.relation for pair in result.pairs]


def figure_of(row: Row, groups: dict[str, str]) -> Figure:
    """A statement as a comparison sees it, read from its JSON."""
    quantity = row["quantity"]
    bounds = quantity["interval"]
    return Figure(
        row["id"],
        row["document"]["code"],
        Interval(
            None if bounds["lower"] is None else Decimal(str(bounds["lower"])),
            bounds["lower_inclusive"],
            None if bounds["upper"] is None else Decimal(str(bounds["upper"])),
            bounds["upper_inclusive"],
            bounds["basis"],
        ),
        None if quantity["value"] is None else Decimal(str(quantity["value"])),
        quantity["approximate"],
        groups[row["document"]["code"]],
    )


def test_a_condition_on_the_value_finds_what_the_intervals_say(many: TestClient) -> None:
    rows = [row for page in pages(many, "/v1/statements?unit=count&measure=level&limit=1000") for row in page["data"]]
    dice = Random(7)
    for _ in range(60):
        operator, value = dice.choice(OPERATORS), Decimal(dice.choice(("5", "40", "40.5", "4500", "46000000", "-1")))
        wanted: dict[str, list[str]] = {"certain": [], "possible": []}
        for row in rows:
            match = satisfies(figure_of(row, {row["document"]["code"]: ""}).interval, operator, value)
            if match:
                wanted["possible"].append(row["id"])
            if match == "certain":
                wanted["certain"].append(row["id"])
        for match, expected in wanted.items():
            address = f"/v1/statements?unit=count&measure=level&value={operator}:{value}&match={match}&limit=1000&fields=id"
            found = [row for page in pages(many, address) for row in page["data"]]
            assert [row["id"] for row in found] == expected
            assert {row["id"] for row in found if row["match"] == "certain"} == set(wanted["certain"])


def test_possible_and_certainly_not_split_the_list_in_two(many: TestClient) -> None:
    def total(condition: str, match: str) -> int:
        answer = many.get(f"/v1/statements?unit=CNY&limit=1&include=total&value={condition}&match={match}")
        return int(answer.json()["page"]["total"])

    comparable = int(many.get("/v1/statements?unit=CNY&limit=1&include=total&has_quantity=true").json()["page"]["total"])
    for value in ("1", "50", "50.5", "7000", "60 million"):
        for operator, opposite in (("gt", "le"), ("ge", "lt"), ("eq", "ne")):
            assert total(f"{operator}:{value}", "possible") + total(f"{opposite}:{value}", "certain") == comparable
            assert total(f"{opposite}:{value}", "possible") + total(f"{operator}:{value}", "certain") == comparable


def test_a_value_is_read_in_the_unit_that_is_asked_for(client: TestClient) -> None:
    hectares = client.get("/v1/statements?unit=ha&value=gt:6000&fields=id").json()["data"]
    kilometres = client.get("/v1/statements?unit=km2&value=gt:60&fields=id").json()["data"]
    assert hectares == kilometres != []


@pytest.mark.parametrize(
    ("query", "code", "name"),
    [
        ("value=gt:1000", "unit-needed", "value"),
        ("value=gt:1000&unit=CNY,USD", "unit-needed", "value"),
        ("value=1000", "invalid-parameter", "value"),
        ("value=over:1000&unit=CNY", "invalid-parameter", "value"),
        ("value=gt:&unit=CNY", "invalid-parameter", "value"),
        ("value=gt:NaN&unit=CNY", "invalid-parameter", "value"),
        ("value=gt:1e999&unit=CNY", "invalid-parameter", "value"),
        (f"value=gt:{'9' * 40}&unit=CNY", "invalid-parameter", "value"),
        ("value=gt:1&value=lt:2&unit=CNY", "repeated-parameter", "value"),
        ("value=gt:1&unit=CNY&match=perhaps", "invalid-parameter", "match"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/statements", "/v1/statements.csv", "/v1/comparisons"])
def test_a_condition_that_cannot_be_read_says_what_can(client: TestClient, path: str, query: str, code: str, name: str) -> None:
    answer = client.get(f"{path}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    assert [error["name"].split(".")[0] for error in answer.json()["errors"]] == [name]


@pytest.mark.parametrize("cell", ["no~such~cell~~~~~~", "rail", "%00", "A~B~C~D~E", "x" * 2500])
def test_a_cell_that_is_not_there_is_not_found(client: TestClient, cell: str) -> None:
    assert client.get(f"/v1/comparisons/{cell}").status_code in (404, 414, 422)


def test_what_follows_from_the_rows_is_kept_true_by_every_seeding(loaded: sa.Engine, tmp_path: Path) -> None:
    """Edits of figures, publishers, relations and documents; after each, what stands there is what a rebuild would make."""
    seed = copy_of_seed(tmp_path / "seed")
    overview = seed / "documents" / "economic-circle-overview.yaml"
    tech = seed / "documents" / "tech-innovation.yaml"
    relations = seed / "relations.yaml"

    def edit(file: Path, old: str, new: str) -> None:
        text = file.read_text("utf-8")
        assert old in text, old
        file.write_text(text.replace(old, new, 1), "utf-8")

    statuses = []
    for file, old, new in (
        (overview, "quantity: {value: 62, unit: min}", "quantity: {value: 60, unit: min}"),
        (tech, "publisher: china-report", "publisher: ichongqing"),
        (relations, "relation: conversion_of", "relation: look_alike"),
    ):
        edit(file, old, new)
        seed_directory(loaded, seed)
        kept = stored(loaded)
        with writing(loaded) as connection:
            upkeep.rebuild(connection)
        assert stored(loaded) == kept
        statuses.append({row["cell"]: row["status"] for row in kept["comparison"]}[RAIL])
    assert statuses == ["corroborated", "repeated", "repeated"]
    tech.unlink()
    projects = seed / "projects.yaml"
    projects.write_text(re.sub(r", statement: tech-innovation\.[a-z0-9-]+", "", projects.read_text("utf-8")), "utf-8")
    relations.write_text(relations.read_text("utf-8").split("relations:")[0] + "relations: []\n", "utf-8")
    seed_directory(loaded, seed, prune=True)
    assert {row["cell"]: row["status"] for row in stored(loaded)["comparison"]}[RAIL] == "single"
    assert "tech-innovation" not in {row["document"] for row in stored(loaded)["document_group"]}


def stored(engine: sa.Engine) -> dict[str, list[Row]]:
    """The rows of what follows from other rows."""
    return {table: rows_of(engine, table) for table in ("comparison", "document_group")}


def everything_of(client: TestClient, query: str) -> list[Row]:
    """All comparisons that match."""
    return [row for page in pages(client, f"/v1/comparisons?limit=1000&{query}") for row in page["data"]]


def test_numbers_are_exact_on_the_wire(client: TestClient) -> None:
    found = exact(client.get(f"/v1/comparisons/{RAIL}").text)
    assert found["gap_relative"] == Decimal("0.0333333333333")
