"""Figures in another unit: exact inside a dimension, between currencies at a rate that a document implies, else a clear no."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from asking import Row, exact
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from app.domain.interval import Interval
from app.domain.units import SCALES, in_unit, parse_target

CENTRAL, POLE = "central-urban-areas", "growth-pole-press-conference"


def one(client: TestClient, id_: str, unit_as: str) -> Row:
    answer = client.get(f"/v1/statements/{id_}", params={"unit_as": unit_as})
    assert answer.status_code == 200, answer.text
    row: Row = exact(answer.text)
    return row


def told(converted: Row) -> tuple[str | None, str | None, str | None, str, str | None]:
    interval = converted["interval"]
    low, high = (None if interval[end] is None else str(interval[end]) for end in ("lower", "upper"))
    return converted["value_text"], low, high, converted["unit"], converted["scale"]


@pytest.mark.parametrize(
    ("id_", "unit_as", "expected"),
    [
        # 66.7 hectares were written; they are kept as 0.667 km2
        (f"{CENTRAL}.changan-rd-center-area", "ha", ("66.7", "66.7", None, "ha", None)),
        (f"{CENTRAL}.changan-rd-center-area", "m2", ("667000", "667000", None, "m2", None)),
        ("economic-circle-overview.hazardous-waste-volume", "t:万", ("48", "47.5", "48.5", "t", "wan")),
        ("economic-circle-overview.hazardous-waste-volume", "kt", ("480", "475", "485", "kt", None)),
        (f"{CENTRAL}.wafer-line-investment", "CNY:亿", ("75.5", "75.45", "75.55", "CNY", "yi")),
        (f"{CENTRAL}.wafer-line-investment", "CNY:yi", ("75.5", "75.45", "75.55", "CNY", "yi")),
        (f"{CENTRAL}.wafer-line-investment", "CNY:billion", ("7.55", "7.545", "7.555", "CNY", "billion")),
        (f"{CENTRAL}.technology-enterprises-cultivated", "count:wan", ("2.79", "2.785", "2.795", "count", "wan")),
        ("tech-innovation.rail-travel-time", "h", ("1", "1", "1", "h", None)),
        # 62 minutes are no decimal of an hour: the bounds go outward
        ("economic-circle-overview.rail-travel-time", "h", ("1.03333333333", "1.03333333333", "1.03333333334", "h", None)),
        (f"{CENTRAL}.gdp-share-2021-h1", "percent", ("77.8", "77.75", "77.85", "percent", None)),
    ],
)
def test_a_figure_is_answered_in_the_unit_asked_for(client: TestClient, id_: str, unit_as: str, expected: Any) -> None:
    row = one(client, id_, unit_as)
    assert told(row["converted"]) == expected
    assert row["converted"]["rate"] is None
    plain = exact(client.get(f"/v1/statements/{id_}").text)
    assert "converted" not in plain
    assert {name: part for name, part in row.items() if name != "converted"} == plain


def test_an_exact_conversion_keeps_the_rule_of_the_interval(client: TestClient) -> None:
    exactly = one(client, f"{CENTRAL}.wafer-line-investment", "CNY:yi")["converted"]
    assert (exactly["interval"]["basis"], exactly["rule"]) == ("rounding", "1 CNY:yi = 100000000 CNY; exact")
    rounded = one(client, "economic-circle-overview.rail-travel-time", "h")["converted"]
    assert rounded["interval"]["basis"] == "derived"
    assert rounded["rule"] == "1 h = 60 min; rounded to 12 significant digits, bounds outward"


def test_the_rate_of_its_own_document_gives_back_what_the_document_prints(client: TestClient) -> None:
    converted = one(client, f"{CENTRAL}.gdp-2021-h1", "USD:billion")["converted"]
    # more than 1 trillion yuan at (6.46516890253, 6.46558691366] yuan to the dollar
    assert told(converted) == ("154.67", "154.664999999", None, "USD", "billion")
    rate = converted["rate"]
    assert (rate["unit"], rate["value"], rate["published_on"]) == ("CNY per USD", Decimal("6.46537790134"), "2021-09-30")
    assert (rate["statement"], rate["amount"]) == (f"{CENTRAL}.gdp-2021-h1-usd", f"{CENTRAL}.gdp-2021-h1")
    assert client.get(f"/v1/derivations/{rate['derivation']}").status_code == 200
    assert f"{CENTRAL}.gdp-2021-h1-usd" in converted["rule"]


@pytest.mark.parametrize(
    ("id_", "unit_as", "document", "expected"),
    [
        # published on 2020-12-25, before both rates: that of 2021-09-30 is nearer. 32.08 × 6.46537790134; 32.07 × 6.46516890253
        (
            "opening-up-platforms.singapore-initiative-contract-value",
            "CNY:billion",
            CENTRAL,
            ("207.409323075", "207.337966704", "207.48068406", "CNY", "billion"),
        ),
        # its own document of 2023-01-16: 1100 / 6.71140939597; 1050 / 6.73400673401 to 1150 / 6.6889632107
        (f"{POLE}.foreign-trade-2027", "USD:billion", POLE, ("163.9", "155.924999999", "171.925000001", "USD", "billion")),
        # published on 2021-09-25: that of five days later. 66.5 / 6.46537790134
        (
            "economic-circle-overview.5g-network-investment",
            "USD:billion",
            CENTRAL,
            ("10.285555", "10.2774892499", "10.2936212501", "USD", "billion"),
        ),
    ],
)
def test_money_converts_at_the_rate_of_the_nearest_document(
    client: TestClient, id_: str, unit_as: str, document: str, expected: Any
) -> None:
    converted = one(client, id_, unit_as)["converted"]
    assert converted["rate"]["document"] == document
    assert told(converted) == expected


def test_a_list_is_answered_whole_and_flat_rows_end_with_it(client: TestClient) -> None:
    query = "indicator=gdp&unit=CNY,USD&unit_as=CNY:yi"
    rows = exact(client.get(f"/v1/statements?{query}").text)["data"]
    assert {row["id"]: told(row["converted"])[0] for row in rows} == {
        f"{CENTRAL}.gdp-2021-h1": "10000",
        f"{CENTRAL}.gdp-2021-h1-usd": "10000",
        "tech-innovation.gdp-2019": "70000",
    }
    assert [row["quantity"]["unit"] for row in rows] == ["CNY", "USD", "CNY"]
    flat = exact(client.get(f"/v1/statements.json?{query}").text)
    for row, line in zip(rows, flat, strict=True):
        interval = row["converted"]["interval"]
        assert (line["converted_value"], line["converted_lower"]) == (row["converted"]["value"], interval["lower"])
        assert (line["converted_upper"], line["converted_unit"]) == (interval["upper"], "CNY:yi")
    assert {line["converted_unit"] for line in exact(client.get("/v1/statements.json").text)} == {None}
    header = client.get("/v1/statements.csv").text.split("\r\n")[0].split(",")
    place = header.index("converted_value")
    assert header[place : place + 4] == ["converted_value", "converted_lower", "converted_upper", "converted_unit"]


def test_a_statement_without_a_figure_has_none_in_another_unit_either(client: TestClient) -> None:
    rows = exact(client.get("/v1/statements?has_quantity=false&unit_as=ha&limit=1000").text)["data"]
    assert rows
    assert {row["converted"] for row in rows} == {None}
    assert one(client, rows[0]["id"], "ha")["converted"] is None


def test_fields_leave_the_converted_figure_beside_those_chosen(client: TestClient) -> None:
    (row,) = client.get(f"/v1/statements?fields=id&unit_as=ha&unit=ha&document={CENTRAL}").json()["data"]
    assert row.keys() == {"id", "converted"}


def test_percentage_points_stay_apart_from_percentages(client: TestClient) -> None:
    """A growth of 48 percent is no change of 48 points, a share no count, a multiple of 3.5 no 350 percent."""
    refused = client.get("/v1/statements/tech-innovation.high-tech-enterprises-2016-2020?unit_as=percent")
    assert (refused.status_code, refused.json()["code"]) == (422, "not-convertible")
    growth = one(client, f"{CENTRAL}.highway-freight-trips-growth-2021", "percent")["converted"]
    assert (growth["value_text"], growth["rule"]) == ("48", "as stated")


@pytest.mark.parametrize(
    ("query", "code", "said"),
    [
        ("unit_as=hectare", "unknown-code", "no unit has the code 'hectare'"),
        ("unit_as=CNY:dozen", "invalid-parameter", "scales: thousand, wan, million, yi, billion, trillion, 万, 亿"),
        ("unit_as=CNY:", "invalid-parameter", "a unit such as ha"),
        ("unit_as=", "invalid-parameter", "a unit such as ha"),
        ("unit_as=ha%00", "invalid-text", "NUL"),
        ("unit_as=percent:yi&unit=percent", "invalid-parameter", "percent takes no scale"),
        ("unit_as=ha", "not-convertible", "add unit=ha to leave those figures out"),
        ("unit_as=ha&unit=t", "not-convertible", "they convert to kg, kt, t"),
        ("unit_as=EUR&unit=CNY", "not-convertible", "they convert to CNY, USD"),
        ("unit_as=CNY&indicator=gdp", "not-convertible", "add unit=CNY,USD to leave those figures out"),
        ("unit_as=year&unit=min", "not-convertible", "they convert to day, h, min"),
        ("unit_as=ha&unit_as=m2", "repeated-parameter", "unit_as"),
    ],
)
def test_what_does_not_convert_is_a_problem_that_says_what_would(client: TestClient, query: str, code: str, said: str) -> None:
    for path in ("/v1/statements", "/v1/statements.csv"):
        answer = client.get(f"{path}?{query}")
        assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
        assert said in answer.text
    assert client.get(f"/v1/statements/{CENTRAL}.gdp-share-2021-h1?unit_as=CNY").json()["code"] == "not-convertible"


def test_both_databases_convert_alike(clients: Callable[[str], TestClient]) -> None:
    for path in (
        "/v1/statements?unit=CNY,USD&unit_as=USD:million&limit=1000",
        "/v1/statements.csv?unit=min&unit_as=h",
        "/v1/statements.json?unit=CNY,USD&unit_as=CNY:万",
        "/v1/statements?unit_as=ha",
    ):
        assert clients("sqlite").get(path).text == clients("postgresql").get(path).text


NUMBERS = st.decimals(min_value=-(10**15), max_value=10**15, places=6)


@settings(max_examples=10_000)
@given(NUMBERS, st.sampled_from(["thousand", "wan", "million", "yi", "billion", "trillion"]))
def test_a_scale_and_back_changes_nothing(number: Decimal, scale: Any) -> None:
    size = parse_target(f"CNY:{scale}").size
    assert size == SCALES[scale]
    interval = Interval(number, True, number + 1, False, "rounding")
    there, bounds, ends = in_unit(number, interval, 1 / Fraction(size))
    back, same, _ = in_unit(there, bounds, Fraction(size))
    assert ends
    assert (back, same) == (number, interval)


def test_observations_and_series_answer_in_another_unit_too(client: TestClient) -> None:
    gdp = "indicator=gdp&measure=level&region=chongqing-central-urban-areas"
    (row,) = client.get(f"/v1/observations?{gdp}&unit_as=CNY:yi").json()["data"]
    assert (row["value"], row["converted"]["value"], row["converted"]["scale"]) == (1000000000000, 10000, "yi")
    assert (row["converted"]["interval"]["lower"], row["converted"]["interval"]["upper"]) == (10000, None)
    assert "converted" not in client.get(f"/v1/observations?{gdp}").json()["data"][0]
    trade = "indicator=foreign-trade-volume&region=chongqing-central-urban-areas&unit_as=USD"
    (series,) = client.get(f"/v1/series?{trade}").json()["data"]
    (point,) = series["points"]
    assert (point["value"], point["converted"]["value"]) == (371000000000, 57382570000)
    assert point["converted"]["rate"]["statement"] == "central-urban-areas.gdp-2021-h1-usd"
    (columns,) = (each["columns"] for each in client.get(f"/v1/series?{trade}&shape=columns").json()["data"])
    assert columns["converted_value"] == [57382570000]
    assert {len(each) for each in columns.values()} == {1}
    for path in ("observations", "series"):
        (flat,) = client.get(f"/v1/{path}.json?{trade}&measure=level").json()
        assert (flat["value"], flat["converted_value"], flat["converted_unit"]) == (371000000000, 57382570000, "USD")
        (plain,) = client.get(f"/v1/{path}.json?{trade.rpartition('&')[0]}&measure=level").json()
        assert (plain["converted_value"], plain["converted_unit"]) == (None, None)
        refused = client.get(f"/v1/{path}?indicator=gdp&measure=level&unit_as=ha")
        assert (refused.status_code, refused.json()["code"]) == (422, "not-convertible")
