"""Is every figure of the five articles found through the API, as a reader who never saw the API's answers read it?"""

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

TABLE = Path(__file__).with_name("figures.txt")


def read_table() -> dict[str, dict[str, Any]]:
    """The expected figures by statement id."""
    figures: dict[str, dict[str, Any]] = {}
    document = ""
    for line in TABLE.read_text("utf-8").splitlines():
        if line.startswith("# ") and re.fullmatch(r"# [a-z-]+", line):
            document = line[2:]
        elif line and not line.startswith("#"):
            slug, written, quantity, interval, sense, regions, period = (part.strip() for part in line.split("|"))
            value, unit, comparator = quantity.split()
            kind, measure, *base = sense.split()
            bounds, rule = interval.rsplit(" ", 1)
            lower, upper = bounds[1:-1].split(", ")
            type_, *dates = period.split()
            days, label, basis = dates if len(dates) == 3 else ("..", *dates)
            if days == "..":
                start = end = None
            else:
                start, end = (day or None for day in days.split(".."))
            figures[f"{document}.{slug}"] = {
                "written": written,
                "value_text": value,
                "unit": unit,
                "comparator": comparator.removesuffix("~"),
                "approximate": comparator.endswith("~"),
                "interval": (bounds[0] == "[", lower, upper, bounds[-1] == "]", rule),
                "kind": kind,
                "measure": measure,
                "base": dict(part.split("=") for part in base),
                "regions": regions.split(),
                "period": (type_, start, end, label, basis),
            }
    return figures


EXPECTED = read_table()


@pytest.fixture
def rows(client: TestClient) -> dict[str, dict[str, Any]]:
    text = client.get("/v1/statements", params={"limit": 1000, "has_quantity": "true"}).text
    return {row["id"]: row for row in json.loads(text, parse_float=Decimal, parse_int=Decimal)["data"]}


def test_the_second_readers_table_holds_166_figures() -> None:
    assert len(EXPECTED) == 166


def test_the_api_holds_exactly_the_figures_of_the_articles(rows: dict[str, dict[str, Any]]) -> None:
    assert rows.keys() == EXPECTED.keys()


def test_every_figure_has_the_value_sense_period_and_regions_that_the_articles_give_it(rows: dict[str, dict[str, Any]]) -> None:
    assert {id_: as_read(row) for id_, row in rows.items()} == {
        id_: {name: part for name, part in figure.items() if name != "written"} for id_, figure in EXPECTED.items()
    }


def as_read(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the API in the terms of the table."""
    quantity, period, base = row["quantity"], row["period"], row["base"] or {}
    interval = quantity["interval"]
    assert quantity["value"] == Decimal(quantity["value_text"])
    return {
        "value_text": quantity["value_text"],
        "unit": quantity["unit"],
        "comparator": quantity["comparator"],
        "approximate": quantity["approximate"],
        "interval": (
            interval["lower_inclusive"],
            *("" if interval[end] is None else str(interval[end]) for end in ("lower", "upper")),
            interval["upper_inclusive"],
            interval["basis"],
        ),
        "kind": row["kind"],
        "measure": row["measure"],
        "base": {name[0]: value for name, value in base.items() if value is not None},
        "regions": [region["code"] for region in row["regions"]],
        "period": (period["type"], period["start"], period["end"], period["label"], period["basis"]),
    }


def test_every_figure_stands_in_the_article_where_its_locator_says(rows: dict[str, dict[str, Any]], texts: Path) -> None:
    for id_, row in rows.items():
        evidence = row["evidence"]
        text = (texts / f"{evidence['document']}.txt").read_bytes().decode("utf-8")
        start, end = int(evidence["start"]), int(evidence["end"])
        assert text[start:end] == evidence["exact"], id_
        assert EXPECTED[id_]["written"] in " ".join(evidence["exact"].split()), id_
        assert row["quantity"]["as_written"] == " ".join(evidence["exact"].split()), id_
        lines = text[:start].split("\n")
        filled = [line for line in lines[:-1] if line.strip()]
        assert evidence["paragraph"] == len(filled) + 1, id_
        assert text.count(evidence["exact"]) == 1, id_


def test_a_figure_and_its_printed_conversion_are_the_same_claim(rows: dict[str, dict[str, Any]]) -> None:
    for main, converted in (
        ("central-urban-areas.gdp-2021-h1", "central-urban-areas.gdp-2021-h1-usd"),
        ("growth-pole-press-conference.foreign-trade-2027-floor", "growth-pole-press-conference.foreign-trade-2027-floor-usd"),
    ):
        assert rows[main]["related"] == [{"statement": converted, "relation": "conversion"}]
        assert rows[converted]["related"] == [{"statement": main, "relation": "conversion_of"}]
        for part in ("indicator", "measure", "kind", "regions", "period"):
            assert rows[main][part] == rows[converted][part]
        assert rows[main]["quantity"]["comparator"] == rows[converted]["quantity"]["comparator"]


@pytest.mark.parametrize("id_", sorted(EXPECTED)[::16])
def test_a_figure_is_found_by_asking_for_what_it_says(client: TestClient, id_: str) -> None:
    figure = EXPECTED[id_]
    parameters = {
        "region": figure["regions"][0],
        "unit": figure["unit"],
        "kind": figure["kind"],
        "measure": figure["measure"],
        "comparator": figure["comparator"],
        "document": id_.split(".", maxsplit=1)[0],
        "q": figure["written"],
        "limit": "1000",
    }
    assert id_ in [row["id"] for row in client.get("/v1/statements", params=parameters).json()["data"]]
