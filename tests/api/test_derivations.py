"""What follows from the five articles by arithmetic, asked over HTTP; every figure here was reckoned by hand first."""

import textwrap
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from asking import Row, Served, exact, pages, serving
from conftest import client_for
from make import SMALL_SEED, write_seed
from starlette.testclient import TestClient
from test_sql_counts import cost

from app.queries import ledger

CENTRAL, CIRCLE, POLE = "central-urban-areas", "economic-circle-overview", "growth-pole-press-conference"


@pytest.fixture
def serve(backend: str, new_database: Callable[..., str]) -> Iterator[Served]:
    yield from serving(backend, new_database)


def found(client: TestClient, query: str = "") -> list[Row]:
    answer = client.get(f"/v1/derivations?limit=1000&{query}")
    assert answer.status_code == 200, answer.text
    rows: list[Row] = exact(answer.text)["data"]
    return rows


def ids(client: TestClient, query: str = "") -> list[str]:
    return [row["id"] for row in found(client, query)]


def bounds(interval: Row) -> str:
    low = "(-∞" if interval["lower"] is None else f"{'[' if interval['lower_inclusive'] else '('}{interval['lower']}"
    high = "∞)" if interval["upper"] is None else f"{interval['upper']}{']' if interval['upper_inclusive'] else ')'}"
    return f"{low}, {high}"


TOTALS = "implied_total"
EXPECTED = {
    # more than 2,400 after a growth of [47.5, 48.5): above 2400 / 1.485
    f"implied_base~{CENTRAL}.highway-freight-trips-2021~{CENTRAL}.highway-freight-trips-growth-2021": (
        None,
        "(1616.16161616, ∞)",
        "count",
        False,
    ),
    # 1,835 after 1,090 were added
    f"implied_base~{CIRCLE}.direct-settlement-institutions~{CIRCLE}.direct-settlement-institutions-added": (
        "745",
        "[745, 745]",
        "count",
        True,
    ),
    # [6.75, 6.85) billion after a growth of [27.55, 27.65): 6.75 / 1.2765 to 6.85 / 1.2755
    f"implied_base~{CIRCLE}.gaozhu-industrial-output-2020~{CIRCLE}.gaozhu-industrial-output-growth-2020": (
        "5329153605.02",
        "(5287896592.24, 5370442963.55)",
        "CNY",
        False,
    ),
    # 1 trillion is written as [154.665, 154.675) billion dollars: 1000 / 154.675 to 1000 / 154.665
    f"implied_rate~{CENTRAL}.gdp-2021-h1~{CENTRAL}.gdp-2021-h1-usd": (
        "6.46537790134",
        "(6.46516890253, 6.46558691366]",
        "CNY per USD",
        False,
    ),
    # 1 trillion is written as [148.5, 149.5) billion dollars: 1000 / 149.5 to 1000 / 148.5
    f"implied_rate~{POLE}.foreign-trade-2027-floor~{POLE}.foreign-trade-2027-floor-usd": (
        "6.71140939597",
        "(6.6889632107, 6.73400673401]",
        "CNY per USD",
        False,
    ),
    # [278.45, 278.55) billion are half of it, [47.5, 52.5]: 278.45 / 0.525 to 278.55 / 0.475
    f"{TOTALS}~{CENTRAL}.central-city-emerging-industries-output~{CENTRAL}.central-city-emerging-industries-share": (
        "557000000000",
        "[530380952380, 586421052632)",
        "CNY",
        True,
    ),
    # [370.5, 371.5) billion are [98.45, 98.55) percent: 370.5 / 0.9855 to 371.5 / 0.9845
    f"{TOTALS}~{CENTRAL}.foreign-trade-2021-h1~{CENTRAL}.foreign-trade-share-2021-h1": (
        "376649746193",
        "(375951293759, 377348908076)",
        "CNY",
        False,
    ),
    # more than 1 trillion is [77.75, 77.85) percent: above 1 / 0.7785
    f"{TOTALS}~{CENTRAL}.gdp-2021-h1~{CENTRAL}.gdp-share-2021-h1": (None, "(1284521515730, ∞)", "CNY", False),
    # nearly 2.7 million, [2.565, 2.7), are [10.5, 11.5) percent: 2.565 / 0.115 to 2.7 / 0.105
    f"{TOTALS}~{POLE}.vehicles-produced-2022~{POLE}.vehicles-produced-2022-share": (
        None,
        "(22304347.826, 25714285.7143)",
        "count",
        False,
    ),
    # ten in the central urban areas, six in all Chongqing
    f"part_exceeds_whole~{CENTRAL}.university-innovation-ecosystems~{CIRCLE}.university-innovation-ecosystems": (
        "4",
        "[4, 4]",
        "count",
        True,
    ),
    # 27,900, [27850, 27950), less 1,886
    f"remainder~{CENTRAL}.technology-enterprises-cultivated~{CENTRAL}.industrial-enterprises-with-rd-institutions": (
        "26014",
        "[25964, 26064)",
        "count",
        True,
    ),
    # 27 planned, 13 completed, 6 under construction
    f"remainder~{CIRCLE}.expressways-planned~{CIRCLE}.expressways-completed~{CIRCLE}.expressways-under-construction": (
        "8",
        "[8, 8]",
        "count",
        True,
    ),
}


def test_the_five_articles_imply_these_numbers_and_no_others(client: TestClient) -> None:
    rows = {row["id"]: (row["value_text"], bounds(row["interval"]), row["unit"], row["weak_period"]) for row in found(client)}
    assert rows == EXPECTED
    assert list(rows) == sorted(rows)


def test_the_city_totals_of_the_first_half_of_2021_name_city_time_and_inputs(client: TestClient) -> None:
    rows = found(client, "kind=implied_total&region=chongqing&period=2021-S1&document=central-urban-areas")
    assert [(row["indicator"]["code"], row["period"], row["period_start"], row["period_end"]) for row in rows] == [
        ("foreign-trade-volume", "2021-S1", "2021-01-01", "2021-06-30"),
        ("gdp", "2021-S1", "2021-01-01", "2021-06-30"),
    ]
    for row in rows:
        assert [region["code"] for region in row["regions"]] == ["chongqing"]
        assert (row["measure"], row["claim_kind"], row["derived"], row["project"]) == ("level", "actual", True, None)
        assert row["rule"] == "total = part / share"
        assert [entry["role"] for entry in row["inputs"]] == ["part", "share"]
        assert row["interval"]["basis"] == "derived"
    assert rows[1]["inputs"][0]["as_written"] == "exceeded one trillion yuan"
    assert rows[1]["explanation"] == (
        "Gross domestic product of Chongqing in 2021-S1 is more than 1,284,521,515,730 CNY: total = part / share, with part more "
        "than 1,000,000,000,000 CNY, share from 77.75% to 77.85%, not included."
    )


def test_a_rate_names_its_day_and_rests_on_the_written_amounts(client: TestClient) -> None:
    first, second = found(client, "kind=implied_rate")
    assert [(row["period"], row["indicator"], row["measure"], row["regions"]) for row in (first, second)] == [
        ("2021-09-30", None, None, []),
        ("2023-01-16", None, None, []),
    ]
    amount, converted = first["inputs"]
    assert (amount["role"], bounds(amount["interval"])) == ("amount", "[1000000000000, 1000000000000]")
    assert (converted["role"], bounds(converted["interval"])) == ("converted", "[154665000000, 154675000000)")


def test_nothing_is_said_that_the_figures_say_by_themselves(client: TestClient) -> None:
    """More than 14,000 trains at more than 40 percent, and less more than 5,000: neither narrows anything."""
    for statement in (
        "railway-express-trains",
        "railway-express-trains-share",
        "xiyong-ic-output-share",
        "highway-freight-trips-since-2016",
    ):
        assert ids(client, f"statement={CENTRAL}.{statement}") == []


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("", 12),
        ("kind=implied_total", 4),
        ("kind=implied_part,sum_of_parts", 0),
        ("kind=remainder&kind=part_exceeds_whole", 3),
        ("indicator=gdp", 2),
        ("indicator=industrial-output-value", 2),
        ("indicator=expressways-completed", 1),
        ("indicator=rail-travel-time", 0),
        ("region=china", 1),
        ("within=china", 12),
        ("within=chongqing-central-city", 1),
        ("document=growth-pole-press-conference", 2),
        ("document=tech-innovation", 0),
        (f"statement={CENTRAL}.gdp-2021-h1", 2),
        (f"statement={CENTRAL}.gdp-2021-h1-usd", 1),
        ("period=2021-S1&kind=implied_total", 3),
        ("period=2019&kind=implied_base", 2),
        ("period=asof", 5),
        ("period=unknown", 0),
        ("relation=disjoint", 0),
    ],
)
def test_each_filter_looks_at_what_is_derived_and_at_what_it_rests_on(client: TestClient, query: str, number: int) -> None:
    assert len(ids(client, query)) == number


def test_pages_follow_each_other_and_one_derivation_is_as_in_the_list(client: TestClient) -> None:
    rows = found(client)
    paged = [row for page in pages(client, "/v1/derivations?limit=5&include=total") for row in page["data"]]
    assert [row["id"] for row in paged] == [row["id"] for row in rows]
    assert client.get("/v1/derivations?include=total&limit=1").json()["page"]["total"] == len(rows)
    for row in rows:
        assert exact(client.get(row["links"]["self"]).text) == row
        for address in row["links"]["statements"]:
            assert client.get(address).status_code == 200


def test_flat_rows_hold_the_same(client: TestClient) -> None:
    rows, flat = found(client), exact(client.get("/v1/derivations.json").text)
    assert [row["id"] for row in flat] == [row["id"] for row in rows]
    for row, line in zip(rows, flat, strict=True):
        assert (line["value"], line["lower"], line["upper"]) == (row["value"], row["interval"]["lower"], row["interval"]["upper"])
        assert line["inputs"].split(";") == [entry["statement"] for entry in row["inputs"]]
    assert client.get("/v1/derivations.csv").text.count("\r\n") == len(rows) + 1


def test_both_databases_answer_alike(clients: Callable[[str], TestClient]) -> None:
    for path in ("/v1/derivations?limit=1000", "/v1/derivations.json", "/v1/derivations.csv?kind=implied_total"):
        assert clients("sqlite").get(path).text == clients("postgresql").get(path).text


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/derivations?kind=implied_fx", 422, "invalid-parameter"),
        ("/v1/derivations?indicator=gdpp", 422, "unknown-code"),
        ("/v1/derivations?region=nowhere", 422, "unknown-code"),
        ("/v1/derivations?statement=a.b", 422, "unknown-code"),
        ("/v1/derivations?statement=ab", 422, "invalid-parameter"),
        ("/v1/derivations?period=2021-13", 422, "invalid-parameter"),
        ("/v1/derivations?relation=near", 422, "invalid-parameter"),
        ("/v1/derivations?kind=%00", 422, "invalid-text"),
        ("/v1/derivations?value=gt:1", 422, "unknown-parameter"),
        ("/v1/derivations?cursor=abc", 400, "invalid-cursor"),
        ("/v1/derivations/implied_total~a.b~c.d", 404, "not-found"),
        ("/v1/derivations/implied_total", 404, "not-found"),
        ("/v1/derivations/%00", 404, "not-found"),
        (f"/v1/derivations/remainder~{CENTRAL}.gdp-2021-h1~{CENTRAL}.gdp-share-2021-h1", 404, "not-found"),
    ],
)
def test_what_cannot_be_answered_is_a_problem(client: TestClient, path: str, status: int, code: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_too_many_figures_ask_for_an_indicator(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "MOST_FIGURES", 20)
    answer = client.get("/v1/derivations")
    assert (answer.status_code, answer.json()["code"]) == (422, "too-broad")
    assert len(ids(client, "indicator=gdp")) == 2
    assert len(ids(client, "kind=implied_rate")) == 2


# Data of our own for what the articles do not hold.


def statement(slug: str, value: str, place: int, **more: Any) -> str:
    """A statement about ships, as a seed file has it."""
    parts = {
        "indicator": "ships-handled",
        "measure": "level",
        "kind": "actual",
        "regions": "[northport]",
        "period": "{type: span, when: 2024, as_written: In 2024, basis: stated}",
        **more,
    }
    lines = [
        f"- slug: {slug}",
        f"  text: Ships, {slug}.",
        f"  evidence: {{exact: x{place}, start: {place}, end: {place + 3}, paragraph: 1}}",
    ]
    lines += [f"  {name}: {part}" for name, part in parts.items()]
    lines += [
        f"  quantity: {{value: {value}, unit: {more.get('unit', 'count')}}}",
        "  attribution: {mode: reporter, basis: none}",
    ]
    return "\n".join(line for line in lines if not line.startswith("  unit:"))


def harbour(directory: Path, statements: list[str], relations: str = "", **documents: list[str]) -> Path:
    """A seed directory with one document, and more by name."""
    head = SMALL_SEED["documents/harbour.yaml"].split("        statements:")[0]
    files = {name: text for name, text in SMALL_SEED.items() if not name.startswith("documents/")}
    if relations:
        files["relations.yaml"] = f"relations:\n{relations}"
    write_seed(directory, files)
    for code, listed in {"harbour": statements, **documents}.items():
        text = textwrap.dedent(head).lstrip("\n").replace("code: harbour\n", f"code: {code}\n")
        text = text.replace("https://example.org/harbour", f"https://example.org/{code}")
        text = text.replace("title: Northport counts its ships", f"title: Ships of {code}")
        path = directory / "documents" / f"{code}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(
            text.replace("text_length: 205", "text_length: 9000") + "statements:\n" + "\n".join(listed) + "\n", "utf-8"
        )
    return directory


SHARE = {"measure": "share", "base": "{region: norland}", "unit": "percent"}
NORLAND = {"regions": "[norland]"}


def test_a_stated_total_is_compared_with_the_implied_one_and_gives_a_part(serve: Served, tmp_path: Path) -> None:
    listed = [statement("port", "300", 10), statement("share", "30", 20, **SHARE), statement("land", "1010", 30, **NORLAND)]
    _, client = serve(harbour(tmp_path / "seed", listed))
    part, total = found(client)
    assert (part["kind"], part["value_text"], bounds(part["interval"])) == ("implied_part", "303", "[297.95, 308.05)")
    assert [(each["statement"], each["relation"]) for each in part["compared_with"]] == [("harbour.port", "contains")]
    assert bounds(part["compared_with"][0]["combined"]) == "[300, 300]"
    # exactly 300 of [29.5, 30.5) percent
    assert (total["kind"], bounds(total["interval"])) == ("implied_total", "(983.606557377, 1016.94915255]")
    assert [(each["statement"], each["relation"]) for each in total["compared_with"]] == [("harbour.land", "contains")]
    assert ids(client, "relation=disjoint") == []
    assert len(ids(client, "relation=contains")) == 2


def test_another_document_helps_only_where_its_own_has_no_level_and_the_time_is_sure(serve: Served, tmp_path: Path) -> None:
    weak = {"period": '{type: cumulative, when: "..2025-01-10", basis: inferred, rule: at_publication}'}
    other = [statement("port", "310", 10), statement("so-far", "5000", 20, **weak)]
    share = [statement("share", "30", 20, **SHARE), statement("share-so-far", "20", 30, **SHARE, **weak)]
    _, client = serve(harbour(tmp_path / "one", share, quay=other))
    assert ids(client) == ["implied_total~quay.port~harbour.share"]
    _, client = serve(harbour(tmp_path / "two", [*share, statement("port", "300", 40)], quay=other))
    assert ids(client) == ["implied_total~harbour.port~harbour.share"]


def test_parts_that_make_the_whole_add_up_to_it(serve: Served, tmp_path: Path) -> None:
    halves = [{"period": f'{{type: span, when: "2024-S{half}", as_written: half, basis: stated}}'} for half in (1, 2)]
    listed = [
        statement("port", "300", 10),
        statement("first", "120", 20, **halves[0]),
        statement("second", "170", 30, **halves[1]),
    ]
    relations = "".join(
        f"- {{statement: harbour.{part}, relation: part_of, other: harbour.port, complete: true}}\n"
        for part in ("first", "second")
    )
    _, client = serve(harbour(tmp_path / "seed", listed, relations))
    (row,) = found(client)
    assert (row["id"], row["value_text"]) == ("sum_of_parts~harbour.first~harbour.second", "290")
    assert [(each["statement"], each["relation"], each["combined"]) for each in row["compared_with"]] == [
        ("harbour.port", "disjoint", None)
    ]


def test_parts_that_may_overlap_or_stand_in_two_documents_are_not_taken_twice(serve: Served, tmp_path: Path) -> None:
    periods = {name: {"period": f'{{type: span, when: "{when}", as_written: then, basis: stated}}'} for name, when in
               (("half", "2024-S1"), ("quarter", "2024-Q1"), ("autumn", "2024-Q4"))}  # fmt: skip
    listed = [statement("port", "300", 10)]
    listed += [statement(name, "50", 20 + 10 * i, **period) for i, (name, period) in enumerate(periods.items())]
    other = [statement("half", "50", 10, **periods["half"])]
    parts = [*(f"harbour.{name}" for name in periods), "quay.half"]
    relations = "".join(f"- {{statement: {part}, relation: part_of, other: harbour.port}}\n" for part in parts)
    _, client = serve(harbour(tmp_path / "seed", listed, relations, quay=other))
    assert {row["id"]: row["value_text"] for row in found(client)} == {
        "remainder~harbour.port~harbour.autumn~harbour.half": "200",
        "remainder~harbour.port~quay.half": "250",
    }


def test_a_part_above_its_whole_is_found_unless_it_is_another_time_kind_or_marked(serve: Served, tmp_path: Path) -> None:
    listed = [
        statement("port", "300", 10),
        statement("port-plan", "400", 20, kind="planned"),
        statement("land", "200", 30, **NORLAND),
        statement("land-2023", "100", 40, **NORLAND, period="{type: span, when: 2023, as_written: then, basis: stated}"),
        statement("both", "150", 50, regions="[norland, northport]"),
    ]
    _, client = serve(harbour(tmp_path / "one", listed))
    assert ids(client) == [
        "part_exceeds_whole~harbour.land~harbour.both",
        "part_exceeds_whole~harbour.port~harbour.both",
        "part_exceeds_whole~harbour.port~harbour.land",
    ]
    marked = "- {statement: harbour.port, relation: look_alike, other: harbour.land, note: Ferries are counted in one only.}\n"
    _, client = serve(harbour(tmp_path / "two", listed, marked))
    assert len(ids(client)) == 2


def test_deprecated_statements_take_no_part(loaded: sa.Engine) -> None:
    with loaded.begin() as connection:
        connection.execute(sa.text("UPDATE statement SET status = 'deprecated' WHERE id LIKE '%gdp-2021-h1%'"))
    client = client_for(loaded)
    assert ids(client, "indicator=gdp") == []
    assert len(ids(client)) == 10


def test_nobody_waits_for_each_row(client: TestClient) -> None:
    for path in ("/v1/derivations", "/v1/derivations.csv"):
        assert cost(client, f"{path}?kind=implied_total") == cost(client, path)
    assert cost(client, "/v1/derivations?limit=1") == cost(client, "/v1/derivations?limit=12")


def test_a_decimal_reaches_the_reader_whole(client: TestClient) -> None:
    row = exact(client.get("/v1/derivations?kind=implied_rate&limit=1").text)["data"][0]
    assert row["value"] == Decimal("6.46537790134")
