"""Readers of tables by address: shillelagh (Superset's way to an API), frictionless and csvw."""

import json
import warnings
from pathlib import Path
from typing import Any

import pytest

shillelagh = pytest.importorskip("shillelagh.backends.apsw.db", reason="the extra [clients] is not installed")
frictionless = pytest.importorskip("frictionless", reason="the extra [clients] is not installed")
csvw = pytest.importorskip("csvw", reason="the extra [clients] is not installed")

from frames import QUERY, expected_of, fetch  # noqa: E402
from listening import Server, listening_once  # noqa: E402

pytestmark = [pytest.mark.clients, pytest.mark.filterwarnings("default")]

server = pytest.fixture(scope="module")(listening_once)

LISTS = ("statements", "comparisons", "observations", "series", "derivations", "documents", "regions", "indicators", "projects")


@pytest.fixture(autouse=True)
def _directly(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)  # shillelagh keeps what it fetched in a file where it stands
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "*")


def test_shillelagh_answers_sql_over_an_address(server: Server) -> None:
    expected = expected_of(server.address).frame
    cursor: Any = shillelagh.connect(":memory:").cursor()
    cursor.execute(f'SELECT COUNT(*), SUM(value) FROM "{server.address}/v1/statements.json?{QUERY}#$[*]"')
    [(count, total)] = cursor.fetchall()
    assert count == len(expected["id"])
    assert total == pytest.approx(sum(value for value in expected["value"] if value is not None), rel=1e-12)
    cursor.execute(
        f'SELECT id FROM "{server.address}/v1/statements?indicator=gdp&limit=2#$.data[*]" ORDER BY id'  # pages too
    )
    page = json.loads(fetch(f"{server.address}/v1/statements?indicator=gdp&limit=2"))
    assert [row[0] for row in cursor.fetchall()] == [each["id"] for each in page["data"]]


def test_frictionless_finds_nothing_wrong_with_any_list(server: Server) -> None:
    for name in LISTS:
        every_row = frictionless.Detector(sample_size=100_000, field_confidence=1)  # types are guessed from all rows
        report = frictionless.validate(f"{server.address}/v1/{name}.csv", detector=every_row)
        assert report.valid, (name, report.flatten(["type", "rowNumber", "fieldName", "note"])[:5])


def test_csvw_reads_a_list_without_any_complaint(server: Server) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = csvw.CSVW(f"{server.address}/v1/statements.csv?{QUERY}")
        rows = table.to_json()["tables"][0]["row"]
    ids = [row["describes"][0]["id"] for row in rows]
    assert ids == expected_of(server.address).frame["id"]
