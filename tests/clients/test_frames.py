"""DuckDB, Polars, pandas and pyarrow read the same frames from every format, in as few requests as each can."""

import io
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

import pytest

duckdb = pytest.importorskip("duckdb", reason="the extra [clients] is not installed")
httpfs = pytest.importorskip("duckdb_extension_httpfs", reason="the extra [clients] is not installed")
pd = pytest.importorskip("pandas", reason="the extra [clients] is not installed")
pl = pytest.importorskip("polars", reason="the extra [clients] is not installed")

import pyarrow as pa  # noqa: E402
import sqlalchemy as sa  # noqa: E402
from listening import listening, running  # noqa: E402
from made import made  # noqa: E402
from pyarrow import parquet  # noqa: E402

pytestmark = pytest.mark.clients

server = pytest.fixture(listening)

QUERY = "within=chongqing&has_quantity=true&sort=-value"
SUMS = ("value", "lower", "upper")


def fetch(address: str) -> bytes:
    with build_opener(ProxyHandler({})).open(address, timeout=30) as answer:
        content: bytes = answer.read()
    return content


@pytest.fixture
def expected(server: Any) -> dict[str, Any]:
    """Rows, columns and sums of the query, reckoned from the exact JSON."""
    import json

    rows = json.loads(fetch(f"{server.address}/v1/statements.json?{QUERY}"), parse_float=Decimal, parse_int=Decimal)
    server.log.clear()
    sums = {name: float(sum(row[name] for row in rows if row[name] is not None)) for name in SUMS}
    return {"rows": len(rows), "columns": list(rows[0]), "ids": [row["id"] for row in rows], **sums}


@pytest.fixture
def duck(monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    connection = duckdb.connect()
    (extension,) = Path(httpfs.__file__).parent.rglob("httpfs.duckdb_extension")
    connection.execute(f"FORCE INSTALL '{extension}'")
    connection.execute("LOAD httpfs")
    return connection


def test_duckdb_takes_a_short_parquet_file_at_once_and_of_a_long_one_only_what_it_needs(empty: sa.Engine, duck: Any) -> None:
    with running(made(empty, 6_000)) as server:
        for query in ("limit=20", "from=2022", "kind=target", ""):
            address = f"{server.address}/v1/statements.parquet?{query.removeprefix('limit=20')}"
            whole = len(fetch(address))
            server.log.clear()
            count = duck.execute(f"SELECT count(id), sum(value) FROM '{address}'").fetchone()
            assert count[0] > 0, query
            assert len(server.log) <= (2 if whole <= BETTER_WHOLE else 3), server.log
            assert sum(each.sent for each in server.log) <= min(whole, BETTER_WHOLE), server.log


@pytest.mark.parametrize("suffix", ["csv", "ndjson", "parquet"])
def test_duckdb_reads_a_filtered_query_in_two_requests(server: Any, expected: dict[str, Any], duck: Any, suffix: str) -> None:
    reader = {"csv": "read_csv", "ndjson": "read_ndjson", "parquet": "read_parquet"}[suffix]
    where = f"{reader}('{server.address}/v1/statements.{suffix}?{QUERY}')"
    frame = duck.execute(f"SELECT * FROM {where}").to_arrow_table()
    assert len(server.log) <= 2, server.log
    assert {each.method for each in server.log} <= {"GET", "HEAD"}
    assert frame.column_names == expected["columns"]
    assert frame["id"].to_pylist() == expected["ids"]
    for name in SUMS:
        found = sum(float(value) for value in frame[name].to_pylist() if value is not None)
        assert found == pytest.approx(expected[name], rel=1e-12)
    types = {name: str(frame.schema.field(name).type) for name in ("value", "published_on", "approximate", "time", "id")}
    assert types["value"] == "double"
    assert types["published_on"].startswith("date32")
    assert types["approximate"] == "bool"
    assert types["time"] == "int64"


def test_polars_scans_one_column_of_a_url_and_takes_less_than_the_file(empty: sa.Engine) -> None:
    with running(made(empty, 6_000)) as server:
        address = f"{server.address}/v1/statements.parquet?has_quantity=true"
        whole = fetch(address)
        server.log.clear()
        column = pl.scan_parquet(address).select("value").collect()["value"]
        assert column.to_list() == parquet.read_table(pa.BufferReader(whole))["value"].to_pylist()
        assert len(column) > 4_000
        assert sum(each.sent for each in server.log) < 0.8 * len(whole), server.log
        assert {each.status for each in server.log} <= {200, 206}


def test_polars_scans_csv_and_ndjson_urls(server: Any, expected: dict[str, Any]) -> None:
    for scan, suffix in ((pl.scan_csv, "csv"), (pl.scan_ndjson, "ndjson")):
        frame = scan(f"{server.address}/v1/statements.{suffix}?{QUERY}", infer_schema_length=None).collect()
        assert sorted(frame.columns) == sorted(expected["columns"])
        assert frame["id"].to_list() == expected["ids"]
        for name in SUMS:
            assert frame[name].sum() == pytest.approx(expected[name], rel=1e-12)


def test_pandas_reads_the_same_frame_from_every_format(server: Any, expected: dict[str, Any]) -> None:
    def content(suffix: str) -> io.BytesIO:
        return io.BytesIO(fetch(f"{server.address}/v1/statements.{suffix}?{QUERY}"))

    frames = {
        "csv": pd.read_csv(f"{server.address}/v1/statements.csv?{QUERY}"),
        "json": pd.read_json(f"{server.address}/v1/statements.json?{QUERY}"),
        "ndjson": pd.read_json(f"{server.address}/v1/statements.ndjson?{QUERY}", lines=True),
        "parquet": pd.read_parquet(content("parquet")),
        "xlsx": pd.read_excel(content("xlsx")),
    }
    for suffix, frame in frames.items():
        assert list(frame.columns) == expected["columns"], suffix
        assert list(frame["id"]) == expected["ids"], suffix
        for name in SUMS:
            assert frame[name].sum() == pytest.approx(expected[name], rel=1e-12), (suffix, name)
        days = [str(day)[:10] for day in frame["published_on"]]
        assert days == [str(day)[:10] for day in frames["csv"]["published_on"]], suffix


def test_pyarrow_reads_the_types_that_are_promised(server: Any, expected: dict[str, Any]) -> None:
    table = parquet.read_table(pa.BufferReader(fetch(f"{server.address}/v1/statements.parquet?{QUERY}")))
    assert table.column_names == expected["columns"]
    types = {name: str(table.schema.field(name).type) for name in table.column_names}
    assert {types[name] for name in SUMS} == {"double"}
    assert types["time"] == "int64"
    assert types["period_start"].startswith("date32")
