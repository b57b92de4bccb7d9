"""Does `claimbook export` write the very bytes that the API answers, and a whole file or none?"""

import os
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import client_for
from make import engine_for
from observe import claimbook
from starlette.testclient import TestClient

from app.exporting import address_of, query_of
from app.exports.formats import FORMATS

LISTS = ["statements", "comparisons", "observations", "series", "derivations", "documents/tech-innovation/mentions", "regions"]


@pytest.fixture
def address(backend: str, templates: Callable[[str, str], str]) -> str:
    return templates(backend, "seeded")


@pytest.fixture
def api(address: str) -> Iterator[TestClient]:
    engine = engine_for(address)
    yield client_for(engine)
    engine.dispose()


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_list_is_written_as_the_api_answers_it(suffix: str, address: str, api: TestClient, tmp_path: Path) -> None:
    for name in LISTS if suffix in ("json", "csv") else LISTS[:2] if suffix != "geojson" else ["regions"]:
        out = tmp_path / f"rows.{suffix}"
        ran = claimbook("export", f"{name}.{suffix}", "--out", out, "--database", address)
        expected = api.get(f"/v1/{name}.{suffix}").content
        assert ran == (0, f"{out}: {len(expected):,} bytes\n", "")
        assert out.read_bytes() == expected
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


@pytest.mark.parametrize(
    ("filters", "query"),
    [
        (["indicator=gdp"], "indicator=gdp"),
        (["within=chongqing", "unit=CNY", "sort=-value"], "within=chongqing&unit=CNY&sort=-value"),
        (["?within=chongqing&indicator=gdp"], "within=chongqing&indicator=gdp"),
        (["q=重庆 gdp"], "q=%E9%87%8D%E5%BA%86+gdp"),
        (["value=gt:1 trillion", "unit=CNY"], "value=gt%3A1+trillion&unit=CNY"),
        (["kind=target", "kind=planned&bom=true"], "kind=target&kind=planned&bom=true"),
    ],
)
def test_filters_are_those_of_the_api(filters: list[str], query: str, address: str, api: TestClient, tmp_path: Path) -> None:
    assert query_of(filters) == query
    out = tmp_path / "rows.csv"
    assert claimbook("export", "statements", *filters, "--out", out, "--database", address).code == 0
    assert out.read_bytes() == api.get(f"/v1/statements.csv?{query}").content


def test_the_format_is_that_of_the_list_or_of_the_file() -> None:
    assert address_of("statements.csv", Path("x")) == "/v1/statements.csv"
    assert address_of("statements.csv", Path("x.json")) == "/v1/statements.csv"
    assert address_of("statements", Path("x.parquet")) == "/v1/statements.parquet"
    assert address_of("/v1/documents/a/mentions/", Path("x.xlsx")) == "/v1/documents/a/mentions.xlsx"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["statements.csv", "indicater=gdp"], "Unknown: indicater. Did you mean indicator?"),
        (["statements.csv", "region=chonqing"], "no region has the code 'chonqing'"),
        (["statements.parquet", "bom=true"], "`bom` goes with `.csv` only."),
        (["statments.csv"], "Nothing stands at '/v1/statments.csv'"),
        (["statements.geojson"], "Nothing stands at '/v1/statements.geojson'"),
        (["statements"], "Which format?"),
        (["statements.doc"], "Which format?"),
        (["statements.csv", "gdp"], "NAME=VALUE or a query string was expected, not 'gdp'."),
    ],
)
def test_what_the_api_refuses_is_one_line_and_no_file(
    arguments: list[str], message: str, templates: Callable[[str, str], str], tmp_path: Path
) -> None:
    out = tmp_path / "rows"
    out.write_text("before")
    ran = claimbook("export", *arguments, "--out", out, "--database", templates("sqlite", "seeded"))
    assert (ran.code, ran.out) == (1, "")
    assert message in ran.err
    assert ran.err.count("\n") == 1
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("rows", "before")]


def test_a_place_that_cannot_be_written_to_is_named(templates: Callable[[str, str], str], tmp_path: Path) -> None:
    database = templates("sqlite", "seeded")
    nowhere = tmp_path / "nowhere" / "rows.csv"
    for out in (nowhere, tmp_path):
        ran = claimbook("export", "units.csv", "--out", out, "--database", database)
        assert ran.code == 1
        assert ran.err.startswith(f"claimbook: {out} cannot be written: ")


def test_what_is_no_file_is_written_to_as_it_is(templates: Callable[[str, str], str], tmp_path: Path) -> None:
    """A pipe stays a pipe, and a link a link: neither is replaced by a file."""
    pipe, link, behind = tmp_path / "pipe.csv", tmp_path / "link.csv", tmp_path / "behind.csv"
    os.mkfifo(pipe)
    link.symlink_to(behind)
    heard: list[bytes] = []
    reading = threading.Thread(target=lambda: heard.append(pipe.read_bytes()))
    reading.start()
    for out in (pipe, link):
        assert claimbook("export", "units.csv", "--out", out, "--database", templates("sqlite", "seeded")).code == 0
    reading.join(60)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert link.is_symlink()
    assert heard == [behind.read_bytes()]
    assert heard[0].startswith(b"code,name,")


def test_a_database_without_tables_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    ran = claimbook("export", "units.csv", "--out", tmp_path / "rows.csv", "--database", f"sqlite:///{tmp_path}/empty.db")
    assert ran.code == 1
    assert "claimbook migrate" in ran.err


def test_it_writes_to_standard_output_too(
    templates: Callable[[str, str], str], capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    from typer.testing import CliRunner

    from app.cli import app

    ran = CliRunner().invoke(app, ["export", "units.csv", "--out", "-", "--database", templates("sqlite", "seeded")])
    assert ran.exit_code == 0
    assert ran.stdout_bytes.startswith(b"code,name,")
