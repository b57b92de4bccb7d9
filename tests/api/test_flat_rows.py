"""Do the flat rows of every list, as JSON and as CSV, hold exactly what the list holds?"""

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from asking import NOUNS, Row, Served, everything, exact, ids, serving
from make import SMALL_SEED, write_seed
from starlette.testclient import TestClient

served = pytest.fixture(serving)

# As docs and design list them, in this order; new ones come only at the end.
COLUMNS = """id, document, document_title, publisher, published_on, text, as_written, indicator, indicator_name, topic, measure,
base_region, base_indicator, base_period, counted, kind, regions, region_names, project, value, value_text, comparator,
approximate, lower, lower_inclusive, upper, upper_inclusive, interval_basis, unit, conversion_of, period, period_type,
period_start, period_end, period_basis, period_as_written, time, speaker, attribution_mode, attribution_basis, evidence_start,
evidence_end, paragraph, quote, document_url, evidence_url, cell, status, version, changed_in,
converted_value, converted_lower, converted_upper, converted_unit, match"""
COLUMNS_OF_STATEMENTS = re.split(r",\s+", COLUMNS)


def parsed(text: str) -> tuple[list[str], list[dict[str, str]]]:
    """The header and the rows of a CSV answer, read as a spreadsheet would."""
    header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert all(len(row) == len(header) for row in rows)
    return header, [dict(zip(header, row, strict=True)) for row in rows]


def cell(value: Any) -> str:
    """A JSON value as CSV writes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def flattened(row: Row) -> Row:
    """A statement of the list as one flat row; `time` is worked out apart."""
    quantity, base, period, evidence = row["quantity"] or {}, row["base"] or {}, row["period"], row["evidence"]
    interval = quantity.get("interval", {})
    indicator, document = row["indicator"] or {}, row["document"]
    conversions = [each["statement"] for each in row["related"] if each["relation"] == "conversion_of"]
    return {
        **{name: row[name] for name in ("id", "text", "measure", "kind", "cell", "status", "version", "changed_in")},
        "document": document["code"],
        "document_title": document["title"],
        "publisher": document["publisher"]["code"],
        "published_on": document["published_on"],
        "as_written": " ".join(evidence["exact"].split()),
        "indicator": indicator.get("code"),
        "indicator_name": indicator.get("name"),
        "topic": indicator.get("topic"),
        **{f"base_{name}": base.get(name) for name in ("region", "indicator", "period")},
        "regions": ";".join(each["code"] for each in row["regions"]),
        "region_names": ";".join(each["name"] for each in row["regions"]),
        "project": row["project"]["code"] if row["project"] else None,
        **{name: quantity.get(name) for name in ("counted", "value", "value_text", "comparator", "approximate", "unit")},
        **{name: interval.get(name) for name in ("lower", "lower_inclusive", "upper", "upper_inclusive")},
        "interval_basis": interval.get("basis"),
        "conversion_of": ";".join(conversions) or None,
        "period": period["label"],
        **{f"period_{name}": period[name] for name in ("type", "start", "end", "basis", "as_written")},
        "speaker": row["attribution"]["speaker"]["code"] if row["attribution"]["speaker"] else None,
        "attribution_mode": row["attribution"]["mode"],
        "attribution_basis": row["attribution"]["basis"],
        "evidence_start": evidence["start"],
        "evidence_end": evidence["end"],
        "paragraph": evidence["paragraph"],
        "quote": evidence["quote"],
        "evidence_url": evidence["url"],
        "document_url": evidence["url"].split("#")[0],
    }


def test_flat_statements_have_exactly_the_promised_columns_in_order(client: TestClient) -> None:
    rows = client.get("/v1/statements.json").json()
    assert {tuple(row) for row in rows} == {tuple(COLUMNS_OF_STATEMENTS)}
    header, _ = parsed(client.get("/v1/statements.csv").text)
    assert header == COLUMNS_OF_STATEMENTS


def test_flat_statements_are_the_list_flattened(client: TestClient) -> None:
    flat = exact(client.get("/v1/statements.json").text)
    rows = exact(client.get("/v1/statements?limit=1000").text)["data"]
    assert [{name: value for name, value in row.items() if name != "time"} for row in flat] == [
        {name: value for name in COLUMNS_OF_STATEMENTS if name != "time" for value in [flattened(row).get(name)]} for row in rows
    ]


def test_csv_holds_the_same_values(client: TestClient) -> None:
    _, rows = parsed(client.get("/v1/statements.csv").text)
    flat = exact(client.get("/v1/statements.json").text)
    assert rows == [{name: cell(value) for name, value in row.items()} for row in flat]
    assert "-40" in [row["value_text"] for row in rows]


def test_time_is_the_start_of_the_period_in_the_zone_of_the_document(client: TestClient) -> None:
    rows = client.get("/v1/statements.json").json()
    assert {row["time"] for row in rows if row["period"] == "2021-S1"} == {
        1609430400000
    }  # 2020-12-31T16:00Z, midnight in Chongqing
    for row in rows:
        if row["period_start"] is None:
            assert row["time"] is None
        else:
            midnight = datetime.fromisoformat(row["period_start"]).replace(tzinfo=ZoneInfo("Asia/Shanghai"))
            assert row["time"] == midnight.timestamp() * 1000


@pytest.mark.parametrize(
    "query",
    [
        "within=chongqing&sort=-value",
        "q=重庆&measure=share,growth",
        "region=hunan",
        "sort=-period&from=2020",
        "document=tech-innovation",
    ],
)
def test_flat_statements_take_the_filters_and_orders_of_the_list(client: TestClient, query: str) -> None:
    expected = ids(client, query)
    assert [row["id"] for row in client.get(f"/v1/statements.json?{query}").json()] == expected
    assert [row["id"] for row in parsed(client.get(f"/v1/statements.csv?{query}").text)[1]] == expected


def test_flat_fields_pick_columns_in_the_order_of_the_full_list(client: TestClient) -> None:
    rows = client.get("/v1/statements.json?fields=unit,value_text&fields=id&limit_=".removesuffix("&limit_=")).json()
    assert {tuple(row) for row in rows} == {("id", "value_text", "unit")}
    header, _ = parsed(client.get("/v1/statements.csv?fields=unit,value_text,id").text)
    assert header == ["id", "value_text", "unit"]


def test_rows_are_streamed_in_pieces_without_a_seam(clients: Callable[[str], TestClient]) -> None:
    from app.queries.statements import StatementFlatQuery, stream_statements

    for backend in ("sqlite", "postgresql"):
        with clients(backend).app.state.sessions() as session:  # type: ignore[attr-defined]
            for sort in ("-id", "period"):
                query = StatementFlatQuery(sort=sort, document=["tech-innovation"])
                whole = list(stream_statements(session, query, lambda row: row.id))
                assert list(stream_statements(session, query, lambda row: row.id, size=7)) == whole
                assert len(whole) == len(set(whole)) > 20


@pytest.mark.parametrize("noun", NOUNS)
def test_flat_codes_are_the_list(client: TestClient, noun: str) -> None:
    rows = exact(client.get(f"/v1/{noun}?limit=1000").text)["data"]
    flat = exact(client.get(f"/v1/{noun}.json").text)
    header, read = parsed(client.get(f"/v1/{noun}.csv").text)
    assert [row["code"] for row in flat] == [row["code"] for row in rows]
    assert {tuple(row) for row in flat} == {tuple(header)}
    assert read == [{name: cell(value) for name, value in row.items()} for row in flat]
    for row, full in zip(flat, rows, strict=True):
        for name, value in full.items():
            if name == "links":
                assert name not in row
            elif isinstance(value, dict):
                assert all(row[f"{name}_{part}"] == inner for part, inner in value.items())
            elif isinstance(value, list):
                words = [next(iter(each.values())) if isinstance(each, dict) else each for each in value]
                assert row[name] == ";".join(words)
            else:
                assert row[name] == value


def test_flat_codes_can_be_searched(client: TestClient) -> None:
    assert [row["code"] for row in client.get("/v1/regions.json?q=重庆市").json()] == ["chongqing"]
    assert parsed(client.get("/v1/regions.csv?q=nowhere").text)[1] == []
    assert client.get("/v1/regions.json?q=nowhere").json() == []


FORMULAS = {
    "documents/harbour.yaml": {
        "title: Northport counts its ships": "title: '=HYPERLINK(\"https://evil.example\",\"ships\")'",
        "text: Northport handled more than 6,000 ships in 2024.": "text: '@SUM(A1:A9) ships, \"quoted\", were handled'",
        "text: That was about 40 percent of the national total.": "text: '-40 percent was it'",
        "text: The harbour master expects 7,000 ships by 2026.": "text: 'a line; with = and ''quotes'' inside'",
    },
    "actors.yaml": {"name: Ada Quay": "name: '+Ada Quay'"},
    "regions.yaml": {"name: Northport": "name: '-Northport'"},
    "indicators.yaml": {"name: Ships handled": "name: '=1+1'"},
}  # fmt: skip


def test_cells_that_would_run_as_formulas_are_neutralised_in_csv_alone(served: Served, tmp_path: Path) -> None:
    files = dict(SMALL_SEED)
    for name, edits in FORMULAS.items():
        for old, new in edits.items():
            assert old in files[name]
            files[name] = files[name].replace(old, new)
    _, client = served(write_seed(tmp_path / "seed", files))
    flat = client.get("/v1/statements.json").json()
    _, rows = parsed(client.get("/v1/statements.csv").text)
    assert [row["text"] for row in flat] == [
        "@SUM(A1:A9) ships, \"quoted\", were handled",
        "a line; with = and 'quotes' inside",
        "-40 percent was it",
    ]  # fmt: skip
    assert [row["text"] for row in rows] == [
        "'@SUM(A1:A9) ships, \"quoted\", were handled",
        "a line; with = and 'quotes' inside",
        "'-40 percent was it",
    ]  # fmt: skip
    assert {row["document_title"] for row in rows} == {'\'=HYPERLINK("https://evil.example","ships")'}
    assert {row["indicator_name"] for row in rows} == {"'=1+1"}
    for path, column in (("actors", "name"), ("regions", "name"), ("indicators", "name"), ("documents", "title")):
        plain = [row[column] for row in client.get(f"/v1/{path}.json").json()]
        written = [row[column] for row in parsed(client.get(f"/v1/{path}.csv").text)[1]]
        assert written == [f"'{text}" if text[0] in "=+-@\t\r\n" else text for text in plain]
        assert written != plain


def test_quotes_have_a_column_whether_served_or_not(client: TestClient) -> None:
    assert {row["quote"] for row in client.get("/v1/statements.json").json()} == {None}


@pytest.mark.parametrize("noun", [*NOUNS, "statements"])
def test_flat_answers_say_what_they_are(client: TestClient, noun: str) -> None:
    for suffix, type_ in (("json", "application/json"), ("csv", "text/csv; charset=utf-8; header=present")):
        answer = client.get(f"/v1/{noun}.{suffix}")
        assert answer.headers["Content-Type"] == type_
        assert answer.headers["Content-Disposition"] == f'inline; filename="{noun}.{suffix}"'
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert isinstance(json.loads(client.get(f"/v1/{noun}.json").text), list)


@pytest.mark.parametrize("suffix", ["xml", "JSON", "csv.gz", "json.", "", "html", "json%00", "..", "csv%2F..", "tsv"])
def test_an_unknown_suffix_is_nowhere(client: TestClient, suffix: str) -> None:
    for noun in ("statements", "regions"):
        answer = client.get(f"/v1/{noun}.{suffix}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found"), suffix


@pytest.mark.parametrize(
    "query", ["limit=1", "cursor=x", "include=total", "region=atlantis", "fields=quantity", "q=%20", "sort=x"]
)
def test_flat_lists_refuse_what_they_do_not_take_before_the_first_byte(client: TestClient, query: str) -> None:
    for suffix in ("json", "csv"):
        answer = client.get(f"/v1/statements.{suffix}?{query}")
        assert answer.status_code == 422
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["errors"][0]["name"] == query.split("=", maxsplit=1)[0]


def test_flat_numbers_are_exact(client: TestClient) -> None:
    area = [row for row in exact(client.get("/v1/statements.json?unit=ha").text) if row["id"].endswith("changan-rd-center-area")]
    assert area[0]["value"] == area[0]["lower"] == Decimal("0.667")
    assert everything(client, "/v1/units")


def test_a_flat_row_says_how_it_meets_the_value_asked_for(client: TestClient) -> None:
    asked = "unit=CNY&value=gt:1 trillion"
    listed = {row["id"]: row["match"] for row in client.get(f"/v1/statements?{asked}&limit=1000").json()["data"]}
    flat = {row["id"]: row["match"] for row in client.get(f"/v1/statements.json?{asked}").json()}
    assert flat == listed
    assert set(flat.values()) == {"possible", "certain"}
    assert {row["match"] for row in client.get("/v1/statements.json?unit=CNY").json()} == {None}
