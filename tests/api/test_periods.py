"""Do words for a time resolve to the days that the shipped statements hold; and are running totals kept apart from years?"""

from collections.abc import Callable
from datetime import date
from urllib.parse import quote

import pytest
from asking import Row, everything, ids
from starlette.testclient import TestClient

from app.domain.period import Period, days_of

EXCEPTIONS = {
    "central-urban-areas.goals-past-year": "a past year has a first day; as a total whose start is not said it is an alternative",
    "central-urban-areas.highway-freight-trips-since-2016": "the words name the start; that it counts from then is said before",
}
"""Statements whose dates are not the first reading of the words that date them, and why."""

NO_PERIOD = {"as soon as possible", "in the future", "In the future", "on the same day"}
"""What dates a statement without naming a time; none of these has a rule with an anchor."""


@pytest.fixture(scope="module")
def whole(clients: Callable[[str], TestClient]) -> list[Row]:
    return everything(clients("sqlite"))


def stock_flow(row: Row, flows: dict[str, str]) -> str:
    """What a statement's period dates: what its indicator is, else what the type of the period says."""
    if row["indicator"] is not None and row["measure"] == "level":
        return flows[row["indicator"]["code"]]
    return "stock" if row["period"]["type"] == "instant" else "flow"


def resolved(client: TestClient, text: str, anchor: str | None, told: str) -> Row:
    query = f"text={quote(text)}&stock_flow={told}" + (f"&anchor={anchor}" if anchor else "")
    answer = client.get(f"/v1/periods/resolve?{query}")
    assert answer.status_code == 200, (text, answer.text)
    found: Row = answer.json()
    return found


def days(found: Row) -> tuple[str | None, str | None]:
    return found["start"], found["end"]


def test_words_with_a_rule_and_an_anchor_resolve_to_the_stored_dates(client: TestClient, whole: list[Row]) -> None:
    flows = {row["code"]: row["stock_flow"] for row in everything(client, "/v1/indicators")}
    anchored = [row for row in whole if row["period"]["rule"] and row["period"]["anchor"] and row["period"]["as_written"]]
    assert len(anchored) > 35
    wrong = set()
    for row in anchored:
        period = row["period"]
        found = resolved(client, period["as_written"], period["anchor"], stock_flow(row, flows))
        same = days(found) == days(period) and (found["rule"], found["basis"]) == (period["rule"], period["basis"])
        if not same or found["type"] != period["type"]:
            wrong.add(row["id"])
    assert wrong == set(EXCEPTIONS)
    past = resolved(client, "over the past year", "2021-09-30", "flow")
    assert (None, "2021-09-30") in [days(each) for each in past["alternatives"]]


def test_words_that_state_their_date_resolve_to_it_without_an_anchor(client: TestClient, whole: list[Row]) -> None:
    stated = [row for row in whole if row["period"]["basis"] == "stated" and row["period"]["as_written"]]
    assert len(stated) > 20
    for row in stated:
        told = "stock" if row["period"]["type"] == "instant" else "flow"
        assert days(resolved(client, row["period"]["as_written"], None, told)) == days(row["period"]), row["id"]


def test_words_dated_by_another_sentence_have_the_stored_dates_among_their_readings(client: TestClient, whole: list[Row]) -> None:
    known = {"In five years", "in 2022", "In June of this year", "During the 13th Five-Year Plan period"}
    rows = [
        row for row in whole if row["period"]["rule"] and not row["period"]["anchor"] and row["period"]["as_written"] in known
    ]
    assert len(rows) > 10
    for row in rows:
        told = "stock" if row["period"]["type"] == "instant" else "flow"
        found = resolved(client, row["period"]["as_written"], row["document"]["published_on"], told)
        assert days(row["period"]) in [days(found), *map(days, found["alternatives"])], row["id"]


def test_what_names_no_time_is_refused_with_the_forms_that_work(client: TestClient, whole: list[Row]) -> None:
    written = {row["period"]["as_written"] for row in whole} - {None}
    assert written >= NO_PERIOD
    for text in (*NO_PERIOD, "year on year", "同比"):
        answer = client.get(f"/v1/periods/resolve?text={quote(text)}&anchor=2021-09-30")
        assert (answer.status_code, answer.json()["code"]) == (422, "unresolvable-period"), text
        [fault] = answer.json()["errors"]
        assert fault["name"] == "text"
        assert "first half of this year" in fault["detail"]


def test_relative_words_without_an_anchor_say_what_is_missing(client: TestClient) -> None:
    answer = client.get("/v1/periods/resolve?text=last%20year")
    assert (answer.status_code, answer.json()["code"]) == (422, "unresolvable-period")
    assert answer.json()["errors"][0]["name"] == "anchor"


@pytest.mark.parametrize(
    "query", ["", "text=", "text=2020&anchor=2020", "text=2020&anchor=2021-02-30", "text=2020&stock_flow=x", "text=%00"]
)
def test_parameters_of_the_wrong_form_are_refused(client: TestClient, query: str) -> None:
    answer = client.get(f"/v1/periods/resolve?{query}")
    assert (answer.status_code, answer.json()["code"]) in [(422, "invalid-parameter"), (422, "invalid-text")]


def test_an_answer_says_everything_about_each_reading(client: TestClient) -> None:
    assert client.get("/v1/periods/resolve?text=by%202027").json() == {
        "text": "by 2027",
        "as_written": "by 2027",
        "anchor": None,
        "type": "span",
        "basis": "stated",
        "rule": None,
        "start": "2027-01-01",
        "end": "2027-12-31",
        "label": "2027",
        "edtf": "2027",
        "cumulative": False,
        "weak": False,
        "alternatives": [
            {
                "as_written": "by 2027",
                "anchor": None,
                "type": "instant",
                "basis": "resolved",
                "rule": "end_of_period",
                "start": "2027-12-31",
                "end": "2027-12-31",
                "label": "2027-12-31",
                "edtf": "2027-12-31",
                "cumulative": False,
                "weak": False,
                "why": "a state, at the last day: the words name these days",
            }
        ],
        "explanation": "“by 2027” is read as 2027 (span): the words name these days; 1 other reading possible.",
    }


# Years, and totals that run up to a day


def period_of(row: Row) -> Period:
    given = row["period"]
    start, end = (date.fromisoformat(given[name]) if given[name] else None for name in ("start", "end"))
    return Period(given["type"], start, end, None, given["basis"], given["rule"], None)


def test_the_filter_knows_running_totals_as_the_domain_does(client: TestClient, whole: list[Row]) -> None:
    running = [row["id"] for row in whole if period_of(row).cumulative]
    others = [row["id"] for row in whole if not period_of(row).cumulative]
    assert ids(client, "cumulative=true") == running
    assert ids(client, "cumulative=false") == others
    spans = set(ids(client, "cumulative=true&period_type=span"))
    assert spans == {
        "central-urban-areas.highway-freight-trips-2021",
        "central-urban-areas.highway-freight-trips-growth-2021",
        "growth-pole-press-conference.vehicles-produced-2022",
        "growth-pole-press-conference.vehicles-produced-2022-share",
    }


@pytest.mark.parametrize("year", ["2016", "2019", "2020", "2021", "2022", "2027"])
def test_a_year_asked_for_exactly_is_that_year_only(client: TestClient, whole: list[Row], year: str) -> None:
    first, last = map(str, days_of(year))
    expected = [row["id"] for row in whole if (row["period"]["start"], row["period"]["end"]) == (first, last)]
    assert ids(client, f"period={year}&period_match=equals") == expected
    labels = {row["period"]["label"] for row in whole if row["id"] in expected}
    assert labels <= {year}
    assert not set(expected) & set(ids(client, "cumulative=true"))


def test_a_year_so_far_lies_in_the_year_but_is_not_the_year(client: TestClient) -> None:
    trips = "central-urban-areas.highway-freight-trips-2021"
    assert trips in ids(client, "period=2021")
    assert trips in ids(client, "period=2021&period_match=within")
    assert trips not in ids(client, "period=2021&period_match=equals")
    assert trips not in ids(client, "period=2021&cumulative=false")
    assert trips in ids(client, "period=2021-01-01..2021-09-30&period_match=equals")


def test_every_label_that_answers_show_finds_its_statements(client: TestClient, whole: list[Row]) -> None:
    for label in sorted({row["period"]["label"] for row in whole}):
        named = {row["id"] for row in whole if row["period"]["label"] == label}
        assert named <= set(ids(client, f"period={label}"))
        found = set(ids(client, f"period={label}&period_match=equals&period_basis=stated,resolved"))
        assert {row["id"] for row in whole if row["id"] in named and row["period"]["basis"] in ("stated", "resolved")} == found


@pytest.mark.parametrize(
    ("query", "start", "end"),
    [
        ("2016..2020", "2016-01-01", "2020-12-31"),
        ("2016-01-01..2020-12-31", "2016-01-01", "2020-12-31"),
        ("2021-S1..2021-Q3", "2021-01-01", "2021-09-30"),
        ("..2021-03-03", None, "2021-03-03"),
    ],
)
def test_a_label_with_two_ends_is_taken_too(
    client: TestClient, whole: list[Row], query: str, start: str | None, end: str
) -> None:
    expected = [row["id"] for row in whole if (row["period"]["start"], row["period"]["end"]) == (start, end)]
    assert expected
    assert ids(client, f"period={query}&period_match=equals") == expected


def test_a_label_the_wrong_way_round_is_remarked_on(client: TestClient) -> None:
    answer = client.get("/v1/statements?period=2021..2020").json()
    assert answer["data"] == []
    assert "ends before it starts" in answer["meta"]["notes"][0]
    assert client.get("/v1/statements?period=..").status_code == 422
