"""Charts: Grafana's own library types our rows as it needs them, and Vega-Lite draws from a bare address."""

import json
from pathlib import Path
from typing import Any

import pytest
from frames import fetch
from installed import node
from listening import Server, listening_once

pytestmark = pytest.mark.clients

server = pytest.fixture(scope="module")(listening_once)


def rows_at(address: str) -> Any:
    return json.loads(fetch(address))


def test_grafana_takes_time_for_time_and_value_for_a_number_for_every_indicator(server: Server, tmp_path: Path) -> None:
    """A column without any value has no type there. Series have such columns where every figure is open on a side."""
    codes = [row["code"] for row in rows_at(f"{server.address}/v1/indicators.json")]
    paths = ("statements.json?has_quantity=true&", "observations.json?", "series.json?")
    addresses = [f"{server.address}/v1/{path}indicator={code}" for path in paths for code in codes]
    rows = {address: found for address in addresses if (found := rows_at(address))}
    types = json.loads(node("grafana.mjs", *rows, needs="@grafana/data", directory=tmp_path))
    assert len(rows) > 100
    drawn = set()
    for address, found in rows.items():
        assert types[address]["time"] == "time", address
        points = any(row["value"] is not None for row in found)
        assert types[address]["value" if points else "bound"] == "number", address
        drawn.add(("series" in address, points))
        for flag in ("approximate", "weak_period", "open_upper"):
            assert types[address].get(flag, "boolean") == "boolean", address
    assert drawn == {(False, True), (True, True), (True, False)}


def test_vega_lite_draws_from_a_bare_address(server: Server, tmp_path: Path) -> None:
    charts = {
        "json": {"type": "json"},
        "csv": {"type": "csv", "parse": {"value": "number", "time": "number"}},
    }
    for suffix, form in charts.items():
        chart = {
            "data": {"url": f"{server.address}/v1/statements.{suffix}?unit=CNY&has_quantity=true", "format": form},
            "mark": "point",
            "encoding": {
                "x": {"field": "time", "type": "temporal"},
                "y": {"field": "value", "type": "quantitative"},
                "color": {"field": "region_names", "type": "nominal"},
            },
        }
        directory = tmp_path / suffix
        directory.mkdir()
        (directory / "chart.json").write_text(json.dumps(chart))
        drawn = node("vega.mjs", str(directory / "chart.json"), needs="vega-lite", directory=directory)
        rows = rows_at(chart["data"]["url"].replace(".csv", ".json"))
        points = [row for row in rows if row["value"] is not None and row["time"] is not None]
        assert drawn.count('aria-roledescription="point"') == len(points) > 10
        assert "Chongqing" in drawn
