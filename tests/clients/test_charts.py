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


EVERY = "kind=actual,target,planned,agreed,forecast&measure=level,share,growth,change,multiple,rank"
SHAPES = (
    *("statements.json?has_quantity=true", "observations.json?", "series.json?", "statements.csv?has_quantity=true"),
    *("observations.csv?", "series.csv?", f"series.json?{EVERY}", f"series?{EVERY}", f"series?{EVERY}&shape=columns"),
)
"""Where Grafana's data source Infinity finds rows: flat ones, those of the points, and columns."""


def test_grafana_takes_time_for_time_and_value_for_a_number_for_every_indicator(server: Server, tmp_path: Path) -> None:
    counts = {row["code"]: row["statements"] for row in rows_at(f"{server.address}/v1/indicators.json")}
    figures = {row["indicator"] for row in rows_at(f"{server.address}/v1/statements.json?has_quantity=true")}
    assert counts.keys() >= figures
    typed = json.loads(
        node("grafana.mjs", server.address, json.dumps([SHAPES, sorted(figures)]), needs="@grafana/data", directory=tmp_path)
    )
    rows = {}
    for shape, frames in typed.items():
        assert frames.keys() == figures
        drawn = {code: frame for code, frame in frames.items() if frame["rows"]}
        rows[shape] = len(drawn)
        for code, frame in drawn.items():
            types = frame["types"]
            assert (types["time"], types["value"]) == ("time", "number"), (shape, code)
            for flag in ("approximate", "weak_period", "open_upper"):
                assert types.get(flag, "boolean") == "boolean", (shape, code)
    assert rows == {shape: len(figures) if EVERY in shape or "series" not in shape else rows[shape] for shape in SHAPES}
    assert rows["series.json?"] > 50


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
