"""Does the dashboard of docs/grafana work: do all its addresses answer, with the columns it takes, once macros are filled in?"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from asking import Row, everything
from make import ROOT
from starlette.testclient import TestClient

DASHBOARD = json.loads((ROOT / "docs" / "grafana" / "claimbook.json").read_text("utf-8"))
TYPES = {"string": (str, type(None)), "number": (int, float, type(None)), "timestamp_epoch": (int, type(None))}


def targets(part: Any) -> Iterator[Row]:
    """Everything in the dashboard that asks for an address."""
    if isinstance(part, dict):
        if str(part.get("url", "")).startswith("${api}"):
            yield part
        for value in part.values():
            yield from targets(value)
    elif isinstance(part, list):
        for value in part:
            yield from targets(value)


TARGETS = list(targets(DASHBOARD))
VARIABLES: dict[str, Row] = {each["name"]: each for each in DASHBOARD["templating"]["list"]}


def milliseconds(moment: str) -> str:
    return str(int(datetime.fromisoformat(moment).timestamp() * 1000))


def chosen(**values: str) -> dict[str, str]:
    """What Grafana puts in place of each macro: what is chosen, and the range of time in milliseconds."""
    current = {name: each["current"]["value"] for name, each in VARIABLES.items() if each["current"]}
    current = {name: VARIABLES[name]["allValue"] if value == "$__all" else value for name, value in current.items()}
    times = {f"__time{side.title()}": milliseconds(DASHBOARD["time"][side]) for side in ("from", "to")}
    return {**current, **times, **values, "api": ""}


def replayed(client: TestClient, target: Row, **values: str) -> list[Row]:
    """The rows of a target, as the data source would read them."""
    macros = chosen(**values)
    address = re.sub(r"\$\{(\w+)\}", lambda found: macros[found[1]], target["url"])
    assert "$" not in address
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.text)
    rows: list[Row] = answer.json()
    for row in rows:
        for column in target["columns"]:
            assert isinstance(row[column["selector"]], TYPES[column["type"]]), (address, column)
    return rows


def test_the_dashboard_asks_as_the_data_source_does() -> None:
    assert len(TARGETS) == 8
    for target in TARGETS:
        told = {name: target[name] for name in ("queryType", "type", "source", "parser", "root_selector")}
        assert told == {"queryType": "infinity", "type": "json", "source": "url", "parser": "backend", "root_selector": ""}
        assert target["url_options"]["method"] == "GET"
        assert set(re.findall(r"\$\{(\w+)\}", target["url"])) <= {*VARIABLES, "__timeFrom", "__timeTo"}
    (events,) = DASHBOARD["annotations"]["list"]
    assert events["target"]["format"] == "dataframe"
    assert VARIABLES["api"]["query"] == "http://127.0.0.1:8000"
    assert [each["value"] for each in VARIABLES["policy"]["options"]] == VARIABLES["policy"]["query"].split(",")
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    for panel in DASHBOARD["panels"]:
        names = {column["text"] for target in panel["targets"] for column in target["columns"]}
        overridden = {each["matcher"]["options"] for each in panel["fieldConfig"]["overrides"]}
        assert overridden <= names


def test_every_address_of_the_dashboard_answers_as_it_stands(client: TestClient) -> None:
    for target in TARGETS:
        rows = replayed(client, target)
        assert rows or "derivations" in target["url"] or "kind=target" in target["url"], target["url"]


def test_whatever_is_chosen_from_the_menus_leads_to_figures(client: TestClient) -> None:
    menu = {name: VARIABLES[name]["query"]["infinityQuery"] for name in ("within", "indicator")}
    places = [row["__value"] for row in replayed(client, menu["within"])]
    (statements,) = [each for each in TARGETS if "/v1/statements.json" in each["url"] and "sort=-period" in each["url"]]
    everywhere = {**statements, "url": statements["url"].partition("&sort=")[0]}
    tried = 0
    for place in [VARIABLES["within"]["allValue"], *places[::6]]:
        indicators = [row["__value"] for row in replayed(client, menu["indicator"], within=place)]
        assert indicators
        for indicator in indicators[::9]:
            assert replayed(client, everywhere, within=place, indicator=indicator)
            for target in TARGETS:
                replayed(client, target, within=place, indicator=indicator, policy="latest_published")
            tried += 1
    assert tried > 10


def test_a_menu_offers_the_values_of_availability_by_name(client: TestClient) -> None:
    for dimension, query in (("region", "indicator=gdp"), ("period", ""), ("document", "within=chongqing"), ("status", "")):
        rows = client.get(f"/v1/grafana/variables?dimension={dimension}&{query}").json()
        values = client.get(f"/v1/availability?mode=available&dimensions={dimension}&{query}").json()["dimensions"][dimension][
            "values"
        ]
        told = [(each["name"] or each["code"], each["code"], each["statements"]) for each in values]
        assert [(row["__text"], row["__value"], row["statements"]) for row in rows] == told
        assert rows


def test_a_menu_keeps_its_own_filter_only_if_told(client: TestClient) -> None:
    both = "/v1/grafana/variables?dimension=region&region=chongqing"
    assert len(client.get(both).json()) > 10
    kept = [row["__value"] for row in client.get(f"{both}&mode=exact").json()]
    assert "chongqing" in kept
    assert len(kept) < 10
    refused = client.get("/v1/grafana/variables?dimension=regions")
    assert (refused.status_code, refused.json()["errors"][0]["did_you_mean"]) == (422, ["region"])
    assert client.get("/v1/grafana/variables").status_code == 422


def test_events_are_the_dated_steps_of_projects_and_the_days_of_publication(client: TestClient) -> None:
    rows = client.get("/v1/grafana/annotations").json()
    dated = [
        f"{project['name']}: {step['status'].replace('_', ' ')}"
        for project in everything(client, "/v1/projects")
        for step in project["status"]
        if step["start"] or step["end"]
    ]
    published = [f"Published: {row['title']}" for row in everything(client, "/v1/documents")]
    assert sorted(row["title"] for row in rows) == sorted(dated + published)
    assert [row["time"] for row in rows] == sorted(row["time"] for row in rows)
    for row in rows:
        assert row["text"]
        assert row["tags"].split(",")[0] in ("project", "document")
        assert row["timeEnd"] is None or row["timeEnd"] > row["time"]


def test_a_year_is_an_event_from_its_first_moment_to_its_last_where_it_was_said(client: TestClient) -> None:
    rows = client.get("/v1/grafana/annotations?from=2020&to=2020&resource=project").json()
    (year,) = [row for row in rows if row["title"].startswith("Hub for technological innovation")]
    zone = datetime.fromisoformat("2020-01-01T00:00:00+08:00").astimezone(UTC)
    assert year["time"] == int(zone.timestamp() * 1000)
    assert year["timeEnd"] == int(datetime.fromisoformat("2021-01-01T00:00:00+08:00").timestamp() * 1000) - 1


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("resource=document", ["2020", "2021", "2021", "2021", "2023"]),
        ("resource=document&from=2021-09&to=2021-09-29", ["2021"]),
        ("document=tech-innovation&resource=document", ["2021"]),
        ("project=chengdu-chongqing-high-speed-railway", None),
        ("within=sichuan&resource=project", None),
        ("from=1577836800000&to=1609459199999", None),
        ("from=2030", []),
    ],
)
def test_events_are_narrowed_by_what_they_are_and_when(client: TestClient, query: str, expected: list[str] | None) -> None:
    rows = client.get(f"/v1/grafana/annotations?{query}").json()
    everywhere = client.get("/v1/grafana/annotations").json()
    assert all(row in everywhere for row in rows)
    assert len(rows) < len(everywhere)
    if expected is None:
        assert rows
    else:
        assert sorted(datetime.fromtimestamp(row["time"] / 1000, UTC).strftime("%Y") for row in rows) == expected


def test_events_refuse_what_is_not_there(client: TestClient) -> None:
    for query, name in (
        ("project=x", "project"),
        ("document=x", "document"),
        ("within=chonqing", "within"),
        ("from=soon", "from"),
    ):
        answer = client.get(f"/v1/grafana/annotations?{query}")
        assert (answer.status_code, answer.json()["errors"][0]["name"]) == (422, name), query
