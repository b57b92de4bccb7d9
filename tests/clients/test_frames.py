"""DuckDB, Polars, pandas, pyarrow and openpyxl read the same frames from every format, in as few requests as each can."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

duckdb = pytest.importorskip("duckdb", reason="the extra [clients] is not installed")
httpfs = pytest.importorskip("duckdb_extension_httpfs", reason="the extra [clients] is not installed")
pd = pytest.importorskip("pandas", reason="the extra [clients] is not installed")
pl = pytest.importorskip("polars", reason="the extra [clients] is not installed")

import openpyxl  # noqa: E402
import pyarrow as pa  # noqa: E402
from frames import QUERY, Expected, expected_of, fetch  # noqa: E402
from listening import Server, listening_once, running  # noqa: E402
from made import made  # noqa: E402
from make import engine_for  # noqa: E402
from pyarrow import csv as pyarrow_csv  # noqa: E402
from pyarrow import json as pyarrow_json  # noqa: E402
from pyarrow import parquet  # noqa: E402

from app.api import ranges  # noqa: E402

pytestmark = pytest.mark.clients

server = pytest.fixture(scope="module")(listening_once)


@pytest.fixture
def expected(server: Server) -> Expected:
    found = expected_of(server.address)
    server.log.clear()
    return found


@pytest.fixture
def duck(monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    connection = duckdb.connect()
    (extension,) = Path(httpfs.__file__).parent.rglob("httpfs.duckdb_extension")
    connection.execute(f"FORCE INSTALL '{extension}'")
    connection.execute("LOAD httpfs")
    return connection


@pytest.mark.parametrize("suffix", ["csv", "ndjson", "parquet"])
def test_duckdb_reads_a_filtered_query_in_two_requests(server: Server, expected: Expected, duck: Any, suffix: str) -> None:
    reader = {"csv": "read_csv", "ndjson": "read_ndjson", "parquet": "read_parquet"}[suffix]
    address = f"{server.address}/v1/statements.{suffix}?{QUERY}"
    expected.check(duck.execute(f"SELECT * FROM {reader}('{address}')").to_arrow_table().to_pydict())
    assert len(server.log) <= 2, server.log
    assert {each.method for each in server.log} <= {"GET", "HEAD"}
    server.log.clear()
    assert duck.execute(f"SELECT count(id), sum(value) FROM '{address}'").fetchone()[0] == len(expected.frame["id"])
    assert len(server.log) <= 2, server.log


@pytest.fixture(scope="module")
def many(new_database: Callable[..., str], templates: Callable[[str, str], str]) -> Iterator[Server]:
    """A server with thousands of statements; which database holds them makes no difference to parts of files."""
    with running(made(engine_for(new_database("sqlite", like=templates("sqlite", "migrated"))), 6_000)) as server:
        yield server


@pytest.mark.parametrize("suffix", ["csv", "ndjson", "parquet"])
def test_duckdb_reads_thousands_of_rows_in_two_requests(many: Server, duck: Any, suffix: str) -> None:
    address = f"{many.address}/v1/statements.{suffix}?has_quantity=true"
    size = len(fetch(address))
    many.log.clear()
    assert duck.execute(f"SELECT count(id), sum(value) FROM '{address}'").fetchone()[0] > 4_000
    assert [each.method for each in many.log] == ["HEAD", "GET"], many.log
    assert size > 256 * 1024


def test_duckdb_takes_of_a_long_parquet_file_only_what_it_needs(many: Server, duck: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranges, "BETTER_WHOLE", 256 * 1024)  # so that thousands of rows will do for a long file
    address = f"{many.address}/v1/statements.parquet"
    size = len(fetch(address))
    many.log.clear()
    assert duck.execute(f"SELECT count(id), sum(value) FROM '{address}'").fetchone()[0] > 4_000
    assert size > ranges.BETTER_WHOLE
    assert sum(each.sent for each in many.log) < 0.5 * size, many.log


def test_polars_scans_one_column_of_a_url_and_takes_less_than_the_file(many: Server) -> None:
    address = f"{many.address}/v1/statements.parquet?has_quantity=true"
    whole = fetch(address)
    many.log.clear()
    column = pl.scan_parquet(address).select("value").collect()["value"]
    assert column.to_list() == parquet.read_table(pa.BufferReader(whole))["value"].to_pylist()
    assert len(column) > 4_000
    assert sum(each.sent for each in many.log) < 0.8 * len(whole), many.log
    assert {each.status for each in many.log} <= {200, 206}


def test_polars_reads_the_same_frame_from_every_format(server: Server, expected: Expected) -> None:
    address = f"{server.address}/v1/statements"
    scans = {
        "csv": pl.scan_csv(f"{address}.csv?{QUERY}", infer_schema_length=None, try_parse_dates=True).collect(),
        "ndjson": pl.scan_ndjson(f"{address}.ndjson?{QUERY}", infer_schema_length=None).collect(),
        "parquet": pl.scan_parquet(f"{address}.parquet?{QUERY}").collect(),
        "json": pl.read_json(io.BytesIO(fetch(f"{address}.json?{QUERY}")), infer_schema_length=None),
    }
    for suffix, frame in scans.items():
        columns = frame.select(list(expected.frame)).to_dict(as_series=False)
        expected.check(columns, days_as_text=suffix in ("ndjson", "json"))


def test_pandas_reads_the_same_frame_from_every_format(server: Server, expected: Expected) -> None:
    def content(suffix: str) -> io.BytesIO:
        return io.BytesIO(fetch(f"{server.address}/v1/statements.{suffix}?{QUERY}"))

    typed: Any = {"dtype_backend": "numpy_nullable"}
    frames = {
        "csv": pd.read_csv(f"{server.address}/v1/statements.csv?{QUERY}", **typed),
        "json": pd.read_json(f"{server.address}/v1/statements.json?{QUERY}", **typed),
        "ndjson": pd.read_json(f"{server.address}/v1/statements.ndjson?{QUERY}", lines=True, **typed),
        "parquet": pd.read_parquet(content("parquet"), **typed),
        "xlsx": pd.read_excel(content("xlsx"), **typed),
    }
    for frame in frames.values():
        expected.check({name: frame[name].astype(object).tolist() for name in frame.columns}, days_as_text=True)


def test_pyarrow_reads_the_same_frame_from_every_format(server: Server, expected: Expected) -> None:
    def source(suffix: str) -> Any:
        return pa.BufferReader(fetch(f"{server.address}/v1/statements.{suffix}?{QUERY}"))

    expected.check(pyarrow_csv.read_csv(source("csv")).to_pydict())
    expected.check(pyarrow_json.read_json(source("ndjson")).to_pydict(), days_as_text=True)
    table = parquet.read_table(source("parquet"))
    expected.check(table.to_pydict())
    types = {name: str(table.schema.field(name).type) for name in table.column_names}
    assert {types[name] for name in ("value", "lower", "upper")} == {"double"}
    assert types["time"] == "int64"
    assert types["period_start"].startswith("date32")


def test_openpyxl_reads_the_same_frame(server: Server, expected: Expected) -> None:
    content = fetch(f"{server.address}/v1/statements.xlsx?{QUERY}")
    header, *rows = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    expected.check({name: [row[place] for row in rows] for place, name in enumerate(header)})
