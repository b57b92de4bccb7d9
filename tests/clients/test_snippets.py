"""What docs/clients.md shows works as it stands: each snippet is run against a server, or read by the parser of its program."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from frames import fetch
from installed import node, ran, rscript
from listening import Server, listening_once
from make import ROOT

pytestmark = [pytest.mark.clients, pytest.mark.filterwarnings("default")]

server = pytest.fixture(scope="module")(listening_once)

PAGE = ROOT / "docs" / "clients.md"
ADDRESS = "http://127.0.0.1:8000"


def shown(language: str, server: Server) -> list[str]:
    """The blocks of the page in a language, asking this server."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [block.replace(ADDRESS, server.address) for block in blocks]


@pytest.fixture
def counts(server: Server) -> dict[str, int]:
    """How many figures there are of each unit, as every snippet counts them."""
    rows = json.loads(fetch(f"{server.address}/v1/statements.json?within=chongqing&has_quantity=true"))
    units = {row["unit"] for row in rows}
    assert len(units) > 3
    return {unit: sum(row["unit"] == unit and row["value"] is not None for row in rows) for unit in units}


@pytest.mark.parametrize("name", ["pandas", "polars"])
def test_the_python_snippets_count_the_figures(server: Server, counts: dict[str, int], name: str) -> None:
    pytest.importorskip(name, reason="the extra [clients] is not installed")
    [snippet] = [each for each in shown("python", server) if f"import {name}" in each]
    told = ran(sys.executable, "-c", snippet)
    for unit, count in counts.items():
        assert any(unit in line and str(count) in line for line in told.splitlines()), (unit, told)


def test_the_sql_snippets_count_the_figures(
    server: Server, counts: dict[str, int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)  # shillelagh keeps what it fetched in a file where it stands
    duckdb = pytest.importorskip("duckdb", reason="the extra [clients] is not installed")
    httpfs = pytest.importorskip("duckdb_extension_httpfs", reason="the extra [clients] is not installed")
    shillelagh = pytest.importorskip("shillelagh.backends.apsw.db", reason="the extra [clients] is not installed")
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    by_duckdb, by_shillelagh = shown("sql", server)
    connection = duckdb.connect()
    (extension,) = Path(httpfs.__file__).parent.rglob("httpfs.duckdb_extension")
    connection.execute(f"FORCE INSTALL '{extension}'")
    connection.execute("LOAD httpfs")
    assert dict(connection.execute(by_duckdb).fetchall()) == counts
    cursor: Any = shillelagh.connect(":memory:").cursor()
    assert dict(cursor.execute(by_shillelagh).fetchall()) == counts


def test_the_r_snippet_counts_rows_of_each_unit(server: Server, counts: dict[str, int]) -> None:
    [snippet] = shown("r", server)
    told = ran(rscript(), "-e", snippet)
    assert counts.keys() <= set(told.split())


def test_microsofts_parser_reads_the_power_query_snippet(server: Server, tmp_path: Path) -> None:
    [snippet] = shown("powerquery", server)
    for place, (text, told) in enumerate(((snippet, "Ok"), (snippet.replace("in\n", ""), "Expected"))):
        directory = tmp_path / str(place)
        directory.mkdir()
        (directory / "query.pq").write_text(text)
        read = node("powerquery.mjs", str(directory / "query.pq"), needs="@microsoft/powerquery-parser", directory=directory)
        assert read.startswith(told)


def test_the_vega_lite_snippet_draws(server: Server, tmp_path: Path) -> None:
    [snippet] = shown("json", server)
    (tmp_path / "chart.json").write_text(snippet)
    drawn = node("vega.mjs", str(tmp_path / "chart.json"), needs="vega-lite", directory=tmp_path)
    assert drawn.count('aria-roledescription="point"') > 10
