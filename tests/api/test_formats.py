"""Does every format of every list hold the same rows, typed as promised, and nothing that a spreadsheet would run?"""

import csv
import io
import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
from asking import Row, Served, everything, exact, serving
from conftest import client_for
from make import SMALL_SEED, engine_for, write_seed
from pyarrow import parquet
from starlette.testclient import TestClient

from app.exports import as_xlsx, formats, lists
from app.models import Region
from app.queries.codes import RegionFilters, by_code, select_regions
from app.queries.listing import stream_rows

served = pytest.fixture(serving)

LISTS = {
    "statements?unit_as=CNY:yi&unit=CNY": lists.STATEMENTS,
    "statements": lists.STATEMENTS,
    "comparisons": lists.COMPARISONS,
    "observations": lists.OBSERVATIONS,
    "series": lists.POINTS,
    "derivations": lists.DERIVATIONS,
    **dict.fromkeys(("regions", "indicators", "units", "actors", "projects", "documents", "documents/tech-innovation/mentions")),
}
"""List and query → its columns; of lists with a shape of their own the first row tells them."""

ARROW = {"text": pa.string(), "number": pa.float64(), "whole": pa.int64(), "flag": pa.bool_(), "day": pa.date32()}


def fetch(client: TestClient, name: str, suffix: str) -> bytes:
    path, _, query = name.partition("?")
    answer = client.get(f"/v1/{path}.{suffix}?{query}".rstrip("?"))
    assert answer.status_code == 200, answer.text
    return answer.content


def as_text(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def as_float(row: Row) -> Row:
    return {name: float(value) if isinstance(value, Decimal) else value for name, value in row.items()}


def in_sheet(content: bytes) -> tuple[list[str], list[list[Any]]]:
    header, *rows = openpyxl.load_workbook(io.BytesIO(content), read_only=True).active.iter_rows(values_only=True)
    return list(header), [[value.date().isoformat() if isinstance(value, datetime) else value for value in row] for row in rows]


@pytest.mark.parametrize("name", LISTS)
def test_every_format_holds_the_same_rows(client: TestClient, name: str) -> None:
    rows = exact(fetch(client, name, "json").decode())
    assert len(rows) > 3
    header, *lines = csv.reader(io.StringIO(fetch(client, name, "csv").decode(), newline=""), strict=True)
    assert header == list(rows[0])
    assert lines == [[as_text(value) for value in row.values()] for row in rows]
    assert [exact(line) for line in fetch(client, name, "ndjson").decode().splitlines()] == rows
    table = parquet.read_table(pa.BufferReader(fetch(client, name, "parquet")))
    told = [
        {key: value.isoformat() if isinstance(value, date) else value for key, value in row.items()} for row in table.to_pylist()
    ]
    assert told == [as_float(row) for row in rows]
    names, cells = in_sheet(fetch(client, name, "xlsx"))
    assert names == header
    assert cells == [list(as_float(row).values()) for row in rows]
    kinds = LISTS[name]
    if kinds is not None:
        assert table.schema == pa.schema([(column, ARROW[kind]) for column, kind in kinds.items()])


def test_both_databases_give_the_same_bytes_in_every_format(clients: Callable[[str], TestClient]) -> None:
    """So that a client of others need only be tried on one of them."""
    for name in LISTS:
        for suffix in ("json", "csv", "ndjson", "parquet", "xlsx"):
            assert fetch(clients("sqlite"), name, suffix) == fetch(clients("postgresql"), name, suffix), (name, suffix)


@pytest.mark.parametrize("name", [name for name, kinds in LISTS.items() if kinds])
def test_a_column_has_the_type_of_its_values_whatever_the_filters_leave(client: TestClient, name: str) -> None:
    types = {"text": str, "number": Decimal, "whole": Decimal, "flag": bool, "day": str}
    for row in exact(fetch(client, name, "json").decode()):
        for column, kind in (LISTS[name] or {}).items():
            assert row[column] is None or type(row[column]) is types[kind], column
            assert kind != "day" or row[column] is None or date.fromisoformat(row[column])
            assert kind != "whole" or row[column] is None or row[column] == int(row[column])
    nothing = name + ("&" if "?" in name else "?") + "q=zzzz"
    if name != "derivations":
        read = parquet.read_table(pa.BufferReader(fetch(client, nothing, "parquet")))
        assert (read.num_rows, read.schema.names) == (0, list(LISTS[name] or {}))
        assert fetch(client, nothing, "ndjson") == b""


def test_numbers_in_parquet_and_sheets_are_the_nearest_there_are_and_the_text_is_exact(client: TestClient) -> None:
    table = parquet.read_table(pa.BufferReader(fetch(client, "statements", "parquet"))).to_pylist()
    assert all(float(row["value_text"]) == row["value"] for row in table if row["value"] is not None)
    assert any("." in row["value_text"] for row in table if row["value"] is not None)


def test_regions_come_as_features_without_a_place(client: TestClient) -> None:
    answer = client.get("/v1/regions.geojson")
    assert answer.headers["Content-Type"] == "application/geo+json"
    read = exact(answer.text)
    assert read["type"] == "FeatureCollection"
    assert [each["properties"] for each in read["features"]] == exact(client.get("/v1/regions.json").text)
    assert {(each["type"], each["geometry"]) for each in read["features"]} == {("Feature", None)}
    assert client.get("/v1/regions.geojson?q=nowhere").json() == {"type": "FeatureCollection", "features": []}
    assert client.get("/v1/statements.geojson").status_code == 404


@pytest.mark.parametrize(
    ("noun", "query"),
    [
        ("regions", "kind=city"),
        ("regions", "within=sichuan&q=a"),
        ("indicators", "stock_flow=flow&topic=economy"),
        ("actors", "kind=person"),
        ("projects", "within=chongqing"),
        ("projects", "kind=line,platform"),
        ("documents", "sort=-published_on"),
        ("documents", "published_from=2021-06"),
        ("units", "q=yuan"),
    ],
)
def test_flat_code_lists_take_the_filters_and_orders_of_the_list(client: TestClient, noun: str, query: str) -> None:
    expected = [row["code"] for row in client.get(f"/v1/{noun}?limit=1000&{query}").json()["data"]]
    assert len(expected) > 0
    assert expected != [row["code"] for row in everything(client, f"/v1/{noun}")] or noun == "units"
    for suffix in ("json", "ndjson"):
        text = fetch(client, f"{noun}?{query}", suffix).decode()
        rows = json.loads(text) if suffix == "json" else [json.loads(line) for line in text.splitlines()]
        assert [row["code"] for row in rows] == expected


def test_flat_code_lists_refuse_codes_that_do_not_exist(client: TestClient) -> None:
    for path in ("regions.csv?kind=atoll", "projects.parquet?actor=nobody", "documents.ndjson?publisher=nobody"):
        answer = client.get(f"/v1/{path}")
        assert (answer.status_code, answer.json()["code"]) == (422, "unknown-code"), path


def test_a_long_list_is_read_some_rows_at_a_time(clients: Callable[[str], TestClient], backend: str) -> None:
    with clients(backend).app.state.sessions() as session:  # type: ignore[attr-defined]
        select, order = select_regions(RegionFilters()), by_code(Region.code)
        whole = [row.code for page in stream_rows(session, select, order) for row in page]
        pages = [[row.code for row in page] for page in stream_rows(session, select, order, size=7)]
    assert [code for page in pages for code in page] == whole
    assert {len(page) for page in pages[:-1]} == {7}


def test_no_cell_of_a_sheet_is_a_formula_a_link_or_an_error(served: Served, tmp_path: Path) -> None:
    files = dict(SMALL_SEED)
    written = {"=1+1": "Ships handled", "@SUM(A1:A9)": "Northport", "-2+3": "Norland", "https://example.org": "Ada Quay"}
    for text, name in written.items():
        files = {path: content.replace(f"name: {name}", f"name: '{text}'") for path, content in files.items()}
    _, client = served(write_seed(tmp_path / "seed", files))
    for noun in ("indicators", "regions", "actors", "statements"):
        book = openpyxl.load_workbook(io.BytesIO(client.get(f"/v1/{noun}.xlsx").content))
        cells = [cell for row in book.active.iter_rows() for cell in row]
        assert {cell.data_type for cell in cells} <= {"s", "inlineStr", "n", "b", "d"}
        assert {cell.hyperlink for cell in cells} == {None}
        texts = {cell.value for cell in cells}
        assert texts & set(written) or noun == "statements"
    assert client.get("/v1/statements.xlsx").content == client.get("/v1/statements.xlsx").content


def test_a_byte_order_mark_comes_on_request_and_only_with_csv(client: TestClient) -> None:
    plain = client.get("/v1/regions.csv").content
    assert client.get("/v1/regions.csv?bom=true").content == b"\xef\xbb\xbf" + plain
    assert client.get("/v1/regions.csv?bom=false").content == plain
    assert client.get("/v1/regions?bom=true", headers={"Accept": "text/csv"}).content == b"\xef\xbb\xbf" + plain
    for suffix in ("json", "ndjson", "parquet", "xlsx", "geojson"):
        for value in ("true", "false"):
            answer = client.get(f"/v1/regions.{suffix}?bom={value}")
            assert (answer.status_code, answer.json()["errors"][0]["name"]) == (422, "bom")
    assert client.get("/v1/regions?bom=true").json()["code"] == "unknown-parameter"
    assert client.get("/v1/regions.csv?bom=maybe").status_code == 422


def test_a_sheet_that_would_be_too_large_is_a_problem_that_names_a_way_out(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, most in (("MOST_ROWS", 3), ("MOST_TEXT", 20)):
        with monkeypatch.context() as patch:
            patch.setattr(as_xlsx, name, most)
            answer = client.get("/v1/indicators.xlsx")
        told = answer.json()
        assert (answer.status_code, told["code"]) == (422, "format-too-small")
        assert ".csv or .parquet" in told["detail"]
        assert told["errors"][0]["did_you_mean"] == ["csv", "parquet"]
    assert (as_xlsx.MOST_ROWS, as_xlsx.MOST_TEXT) == (2**20 - 1, 2**15 - 1)


def test_without_the_extra_its_formats_are_problems_and_nowhere_offered(
    backend: str, templates: Callable[[str, str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formats, "find_spec", lambda name: None)
    engine = engine_for(templates(backend, "seeded"))
    client = client_for(engine)
    for suffix in ("parquet", "xlsx"):
        answer = client.get(f"/v1/statements.{suffix}")
        assert (answer.status_code, answer.json()["code"]) == (406, "not-acceptable")
        assert "claimbook[export]" in answer.json()["detail"]
        assert answer.json()["errors"][0]["detail"] == "one of json, csv, ndjson was expected"
        assert client.get(f"/v1/regions.{suffix}").json()["errors"][0]["detail"].startswith("one of json, csv, ndjson, geojson")
        asked = client.get("/v1/statements", headers={"Accept": formats.FORMATS[suffix].media_type})
        assert asked.status_code == 406
    document = client.get("/openapi.json").json()["paths"]
    suffixes = {each["name"]: each for each in document["/v1/regions.{suffix}"]["get"]["parameters"]}["suffix"]["schema"]["enum"]
    assert suffixes == ["json", "csv", "ndjson", "geojson"]
    engine.dispose()


def test_the_document_names_the_formats_of_each_list(client: TestClient) -> None:
    document = client.get("/openapi.json").json()["paths"]
    lists = [path.removesuffix(".{suffix}") for path in document if path.endswith(".{suffix}")]
    assert len(lists) == 13
    for path in lists:
        expected = [name for name in formats.FORMATS if name != "geojson" or path == "/v1/regions"]
        flat = document[f"{path}.{{suffix}}"]["get"]
        (suffix,) = [each for each in flat["parameters"] if each["name"] == "suffix"]
        assert suffix["schema"]["enum"] == expected
        types = [formats.FORMATS[name].media_type for name in expected]
        assert list(flat["responses"]["200"]["content"]) == types
        assert sorted(document[path]["get"]["responses"]["200"]["content"]) == sorted(types)
        assert "406" in document[path]["get"]["responses"]
