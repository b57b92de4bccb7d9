"""Observations over time, ready for a chart, over HTTP, on both databases."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from asking import Served, serving
from conftest import BACKENDS, client_for
from made import made
from make import SMALL_SEED, engine_for, write_seed
from starlette.testclient import TestClient
from test_sql_counts import cost

from app.queries import series as queries
from app.queries.series import length_of, series_of
from app.schemas.observations import FLAT_POINT, GAP_REASONS, Columns

Row = dict[str, Any]


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


def series(client: TestClient, query: str) -> list[Row]:
    answer = client.get(f"/v1/series?{query}")
    assert answer.status_code == 200, answer.text
    found: list[Row] = answer.json()["data"]
    return found


def test_a_floor_is_an_open_arrow_and_its_number_says_more_than(client: TestClient) -> None:
    [half] = series(client, "indicator=gdp&region=chongqing-central-urban-areas")
    [point] = half["points"]
    assert (half["length"], half["period_type"], half["unit"]) == ("P6M", "span", "CNY")
    assert (point["period"], point["start"], point["end"]) == ("2021-S1", "2021-01-01", "2021-06-30")
    assert (point["value"], point["bound"], point["lower"], point["upper"]) == (10**12, 10**12, 10**12, None)
    assert point["comparator"] == "gt"
    assert (point["open_lower"], point["open_upper"]) == (False, True)
    assert point["time"] == 1609430400000


def test_days_years_and_running_totals_are_series_of_their_own(client: TestClient) -> None:
    found = series(client, "indicator=china-europe-freight-trains&region=chongqing")
    assert [(each["period_type"], each["length"], each["weak_period"]) for each in found] == [
        (None, None, True),
        ("span", "P1D", False),
        ("span", "P1Y", False),
    ]
    assert [each["key"] for each in found] == sorted(each["key"] for each in found)
    assert found[0]["points"][0]["sources"] == 2


def test_what_is_wanted_stands_in_no_series_of_what_is_so(client: TestClient) -> None:
    assert {each["kind"] for each in series(client, "")} == {"actual"}
    assert {each["measure"] for each in series(client, "")} == {"level"}
    both = series(client, "kind=actual,target&measure=level,share")
    assert {each["kind"] for each in both} == {"actual", "target"}
    for each in both:
        assert all(f"~{each['kind']}~" in point["cell"] for point in each["points"])


def test_every_cell_is_a_point_of_one_series(client: TestClient) -> None:
    every = "kind=actual,target,planned,agreed,forecast&measure=level,share,growth,change,multiple,rank"
    found = series(client, every)
    cells = [point["cell"] for each in found for point in each["points"]]
    rows = client.get("/v1/comparisons?limit=1000").json()["data"]
    assert sorted(cells) == [row["cell"] for row in rows]
    assert client.get(f"/v1/series?{every}").json()["meta"]["points"] == len(cells)


def test_columns_are_the_rows_turned_and_equally_long(client: TestClient) -> None:
    rows, columns = series(client, "topic=transport"), series(client, "topic=transport&shape=columns")
    assert [each["points"] for each in columns] == [None] * len(rows)
    for one, other in zip(rows, columns, strict=True):
        arrays = other["columns"]
        assert list(arrays) == list(Columns.model_fields)
        assert {len(array) for array in arrays.values()} == {len(one["points"])}
        assert [dict(zip(arrays, each, strict=True)) for each in zip(*arrays.values(), strict=True)] == one["points"]


@pytest.mark.parametrize("suffix", ["json", "csv"])
def test_flat_points_suit_a_chart(client: TestClient, suffix: str) -> None:
    answer = client.get(f"/v1/series.{suffix}?topic=economy,transport,trade")
    if suffix == "csv":
        table = list(csv.DictReader(io.StringIO(answer.text)))
        assert tuple(table[0]) == FLAT_POINT
        assert float(table[0]["value"]) > 0
        assert all(row["time"].lstrip("-").isdigit() for row in table)
        return
    rows = answer.json()
    assert all(tuple(row) == FLAT_POINT for row in rows)
    assert not any(isinstance(value, list | dict) for row in rows for value in row.values())
    assert isinstance(rows[0]["value"], int | float)
    valued = [row["value"] is not None for row in rows]
    assert valued == sorted(valued, reverse=True), "points without a value come last"
    times = [row["time"] for row in rows if row["value"] is not None]
    assert times == sorted(times)
    assert all((row["bound"] is not None) == (row["open_lower"] is not row["open_upper"]) for row in rows)
    assert all(row["value"] == row["bound"] for row in rows if row["open_upper"]), "a floor is its number"


@pytest.mark.parametrize(
    ("start", "end", "length"),
    [
        ("2020-01-01", "2020-12-31", "P1Y"),
        ("2016-01-01", "2020-12-31", "P5Y"),
        ("2021-01-01", "2021-06-30", "P6M"),
        ("2021-07-01", "2021-09-30", "P3M"),
        ("2021-01-01", "2021-09-30", "P9M"),
        ("2020-02-01", "2020-02-29", "P1M"),
        ("2020-02-29", "2020-02-29", "P1D"),
        ("2021-01-01", "2021-03-15", "P74D"),
        ("2019-03-01", "2020-02-29", "P1Y"),
    ],
)
def test_the_length_of_a_span_is_whole_years_or_months_or_days(start: str, end: str, length: str) -> None:
    assert length_of(date.fromisoformat(start), date.fromisoformat(end)) == length


@pytest.mark.parametrize(
    ("slot", "series_slot"),
    [
        ("asof", "asof"),
        ("instant.2020-12-31.2020-12-31", "instant"),
        ("span.2020-01-01.2020-12-31", "span.P1Y"),
        ("each.2016-01-01.2020-12-31", "each.P5Y"),
        ("cumulative..2021-09-30", "cumulative."),
        ("cumulative.2016-01-01.2021-09-30", "cumulative.2016-01-01"),
        ("span..2020-12-31", "span."),
    ],
)
def test_a_series_holds_what_may_stand_on_one_axis(slot: str, series_slot: str) -> None:
    assert series_of(f"gdp~level~~~cny~a_b~~actual~{slot}") == f"gdp~level~~~cny~a_b~~actual~{series_slot}"


YEARS = """
    document:
      code: yearbook
      title: Ships by year
      publisher: harbour-news
      published_on: 2025-01-10
      published_basis: stated
      url: https://example.org/yearbook
      language: en
      time_zone: Europe/London
      text_sha256: acaef0baad816209ea80904e257a632675d69dbaeaa34eec4cb5942bd30a1c83
      text_length: 205
    statements:
    """
YEAR = """    - slug: ships-{slug}
      text: Ships at Northport in {when}.
      evidence: {{exact: "{value}", start: {start}, end: {end}, paragraph: 1}}
      indicator: ships-handled
      measure: level
      kind: {kind}
      regions: [northport]
      quantity: {{value: {value}, unit: count}}
      period: {{type: span, when: {when}, as_written: In {when}, basis: stated}}
      attribution: {{mode: reporter, basis: none}}
"""


def yearbook(directory: Path) -> Path:
    """Ships of 2019, 2020 and 2023; a forecast for 2021; the first half of 2022; and of 2024 the article's floor."""
    years = (("2019", "5100", "actual"), ("2020", "5200", "actual"), ("2021", "5300", "forecast"), ("2023", "5500", "actual"))
    rows = [
        YEAR.format(slug=when.lower(), when=when, value=value, kind=kind, start=20 + 30 * place, end=24 + 30 * place)
        for place, (when, value, kind) in enumerate([*years, ("2022-S1", "2700", "actual")])
    ]
    return write_seed(directory, {**SMALL_SEED, "documents/yearbook.yaml": YEARS.rstrip() + "\n" + "".join(rows)})


def test_gaps_say_why_there_is_no_point(served: Served, tmp_path: Path) -> None:
    _, client = served(yearbook(tmp_path))
    years, half = series(client, "indicator=ships-handled&gaps=explicit")
    assert (half["length"], half["gaps"]) == ("P6M", [])
    assert [(point["period"], point["value"], point["bound"]) for point in years["points"]] == [
        ("2019", 5100, None),
        ("2020", 5200, None),
        ("2023", 5500, None),
        ("2024", 6000, 6000),
    ]
    assert [(gap["period"], gap["reason"], len(gap["cells"])) for gap in years["gaps"]] == [
        ("2021", "incomparable", 1),
        ("2022", "not_stated", 0),
    ]
    assert "~forecast~" in years["gaps"][0]["cells"][0]
    assert {gap["reason"] for gap in years["gaps"]} <= set(GAP_REASONS)


def test_a_point_that_a_filter_leaves_out_is_no_silence_of_the_documents(served: Served, tmp_path: Path) -> None:
    _, client = served(yearbook(tmp_path))
    [years] = series(client, "indicator=ships-handled&gaps=explicit&comparator=eq,gt&value=ge:5150&from=2020&unit=count")
    assert [point["period"] for point in years["points"]] == ["2020", "2023", "2024"]
    years, _ = series(client, "indicator=ships-handled&gaps=explicit&value=ne:5200&unit=count&match=certain")
    assert [(gap["period"], gap["reason"]) for gap in years["gaps"]] == [
        ("2020", "filtered"),
        ("2021", "incomparable"),
        ("2022", "not_stated"),
    ]


def test_from_and_to_take_what_dashboards_send(served: Served, tmp_path: Path) -> None:
    _, client = served(yearbook(tmp_path))
    for window in ("from=2020&to=2023", "from=1577836800000&to=1700000000000", "from=1577836800&to=1700000000"):
        found = series(client, f"indicator=ships-handled&{window}")
        assert [point["period"] for each in found for point in each["points"]] == ["2020", "2023", "2022-S1"]


def test_more_points_than_a_chart_holds_are_refused(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MOST_POINTS", 10)
    answer = client.get("/v1/series")
    assert (answer.status_code, answer.json()["code"]) == (422, "too-broad")
    assert client.get("/v1/series?indicator=gdp").status_code == 200
    monkeypatch.setattr(queries, "MOST_GAPS", -1)
    assert client.get("/v1/series?indicator=gdp&gaps=explicit").json()["code"] == "too-broad"


def test_series_cost_a_constant_number_of_statements(client: TestClient) -> None:
    # codes; the cells; figures; groups; updates; of the chosen ones rows, documents, publishers, indicators, regions and their
    # names, and the projects where there are some; version
    for query, projects in (("indicator=gdp", 0), ("indicator=gdp,foreign-trade-volume,area", 1), ("topic=transport", 1)):
        assert cost(client, f"/v1/series?{query}&shape=columns") == 12 + projects, query
    assert cost(client, "/v1/series?indicator=gdp&gaps=explicit") == 13
    assert cost(client, "/v1/series.json?indicator=gdp") == 11


HOSTILE = [
    *("", "shape=rows", "shape=table", "gaps=explicit", "gaps=yes", "gaps=explicit&shape=columns&kind=target", "policy=best"),
    *("indicator=", "indicator=zz", "from=x", "from=2021&to=2020", "to=99999999999999", "kind=wish", "measure=", "limit=5"),
    *("region=%00", "within=china&topic=economy", "unit=CNY&value=gt:1", "period=asof", "cumulative=true", "cell=a~b~c~d~e"),
]  # fmt: skip


def test_both_databases_answer_alike_to_the_byte(clients: Callable[[str], TestClient], crowds: dict[str, TestClient]) -> None:
    for get in (clients, crowds.__getitem__):
        for query in HOSTILE:
            one, other = (get(backend).get(f"/v1/series?{query}") for backend in ("sqlite", "postgresql"))
            assert one.status_code == other.status_code in (200, 422), query
            assert one.content == other.content, query
        one, other = (get(backend).get("/v1/series.csv?kind=target,actual") for backend in ("sqlite", "postgresql"))
        assert one.content == other.content


def test_made_years_have_gaps_of_every_honest_kind(crowds: dict[str, TestClient]) -> None:
    found = json.loads(crowds["sqlite"].get("/v1/series?gaps=explicit").text)["data"]
    gaps = [gap for each in found for gap in each["gaps"]]
    assert {gap["reason"] for gap in gaps} >= {"not_stated", "incomparable"}
    for each in found:
        taken = {(point["start"], point["end"]) for point in each["points"]}
        assert not taken & {(gap["start"], gap["end"]) for gap in each["gaps"]}
