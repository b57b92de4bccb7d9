"""A number from outside against the database, over HTTP, on both databases."""

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from asking import Served, serving
from make import SMALL_SEED, write_seed
from starlette.testclient import TestClient
from test_sql_counts import cost, counting

from app.api.bodies import pointer_of

Row = dict[str, Any]

RAIL = "indicator=rail-travel-time&region=chengdu,chongqing"
TRAINS = "indicator=china-europe-freight-trains&region=chengdu,chongqing"
CITY = "indicator=rd-institutions-introduced&region=western-chongqing-science-city"
URBAN = "indicator=gdp&region=chongqing-central-urban-areas"


@pytest.fixture
def served(backend: str, new_database: Callable[..., str]) -> Iterator[Served]:
    yield from serving(backend, new_database)


def check(client: TestClient, query: str) -> Row:
    answer = client.get(f"/v1/checks?{query}")
    assert answer.status_code == 200, answer.text
    found: Row = answer.json()
    return found


def ids(rows: list[Row]) -> list[str]:
    return [row["statement"] for row in rows]


def test_sixty_minutes_by_rail_are_disputed_by_the_two_documents(client: TestClient) -> None:
    found = check(client, f"{RAIL}&value=60&unit=min")
    assert found["verdict"] == "disputed"
    assert ids(found["supporting"]) == ["tech-innovation.rail-travel-time"]
    assert ids(found["contradicting"]) == ["economic-circle-overview.rail-travel-time"]
    assert (found["contradicting"][0]["relation"], found["contradicting"][0]["gap"]) == ("disjoint", 2)
    [cell] = found["cells"]
    assert (cell["period"], cell["weak_period"], cell["dates"]) == ("asof", True, ["2020-12-24", "2021-09-25"])
    assert (cell["status"], cell["verdict"], found["nearest"]) == ("conflicting", "disputed", None)
    assert found["explanation"] == (
        "Disputed: exactly 60 min agrees with tech-innovation.rail-travel-time; cannot be true together with "
        "economic-circle-overview.rail-travel-time (2 min apart, 3.33%); the time is not settled."
    )


def test_a_contradicted_number_is_told_the_nearest_miss(client: TestClient) -> None:
    found = check(client, f"{RAIL}&value=61")
    assert (found["verdict"], found["supporting"]) == ("contradicted", [])
    assert found["nearest"] == {
        "statement": "economic-circle-overview.rail-travel-time",
        "gap": 1,
        "gap_relative": 0.016393442623,
    }
    assert check(client, f"{RAIL}&value=61&approximate=true")["verdict"] == "supported"


@pytest.mark.parametrize(
    ("query", "verdict", "side"),
    [
        (f"{TRAINS}&value=15000", "compatible", "neutral"),
        (f"{TRAINS}&value=14000", "compatible", "neutral"),
        (f"{TRAINS}&value=13,900".replace(",900", "900"), "contradicted", "contradicting"),
        (f"{TRAINS}&value=14000&comparator=le", "compatible", "neutral"),
        (f"{TRAINS}&value=14000&comparator=lt", "compatible", "neutral"),
        (f"{TRAINS}&value=13000&comparator=le", "contradicted", "contradicting"),
        (f"{CITY}&value=43", "supported", "supporting"),
        (f"{CITY}&value=40&comparator=gt", "supported", "supporting"),
        (f"{CITY}&value=44", "contradicted", "contradicting"),
    ],
)
def test_two_documents_on_trains_and_on_institutions(client: TestClient, query: str, verdict: str, side: str) -> None:
    found = check(client, query)
    assert found["verdict"] == verdict
    assert {name: len(found[name]) for name in ("supporting", "contradicting", "neutral")} == {
        **dict.fromkeys(("supporting", "contradicting", "neutral"), 0),
        side: 2,
    }
    assert found["weak_period"]
    assert found["cells"][0]["status"] == "repeated"


def test_a_bound_that_is_only_touched_is_borderline(client: TestClient) -> None:
    found = check(client, f"{TRAINS}&value=14000")
    assert {row["relation"] for row in found["neutral"]} == {"borderline"}


def test_a_year_is_compared_with_that_year_and_with_nothing_else(client: TestClient) -> None:
    found = check(client, f"{TRAINS}&value=6000&period=2020")
    assert (found["verdict"], found["weak_period"]) == ("compatible", False)
    [cell] = found["cells"]
    assert (cell["period"], cell["period_type"]) == ("2020", "span")
    assert ids(found["neutral"]) == ["central-urban-areas.railway-express-trains-2020"]
    left = {row["statement"]: row["differs"] for row in found["not_compared"]["statements"]}
    assert left["central-urban-areas.railway-express-trains"] == ["period"]
    assert left["central-urban-areas.railway-express-trains-share"] == ["period", "measure", "unit"]
    assert check(client, f"{TRAINS}&value=4000&period=2020")["verdict"] == "contradicted"


def test_without_an_undated_figure_the_latest_dated_one_is_taken_and_said_to_be_so(client: TestClient) -> None:
    found = check(client, f"{URBAN}&value=1.2%20trillion&unit=CNY")
    assert (found["verdict"], found["weak_period"]) == ("compatible", True)
    assert found["cells"][0]["period"] == "2021-S1"
    assert check(client, f"{URBAN}&value=1.2%20trillion&unit=CNY&period=2021-S1")["weak_period"] is False
    undated = check(client, f"{URBAN}&value=1.2%20trillion&unit=CNY&period=asof")
    assert (undated["verdict"], undated["cells"]) == ("not_covered", [])
    [other, *_] = undated["not_compared"]["statements"]
    assert (other["statement"], other["differs"]) == ("central-urban-areas.gdp-2021-h1", ["period"])
    assert other["explanation"] == "Not compared: its period is 2021-S1 (span)."


def test_a_printed_conversion_answers_for_its_original_in_the_other_unit(client: TestClient) -> None:
    found = check(client, f"{URBAN}&value=150%20billion&unit=USD")
    assert (found["verdict"], ids(found["contradicting"])) == ("contradicted", ["central-urban-areas.gdp-2021-h1-usd"])
    assert found["cells"][0]["status"] is None


def test_a_share_needs_no_unit_and_keeps_its_base(client: TestClient) -> None:
    found = check(client, f"{URBAN}&measure=share&value=77.8&base_region=chongqing")
    assert (found["verdict"], found["asserted"]["unit"]) == ("supported", "percent")
    assert check(client, f"{URBAN}&measure=share&value=77.8&base_region=china")["verdict"] == "not_covered"


def test_a_stock_of_a_year_is_the_one_at_its_end(client: TestClient) -> None:
    rows = client.get(
        "/v1/statements?period_type=instant&period=2020-12-31&period_basis=resolved&fields=id,indicator,measure,quantity,cell"
    )
    row = next(row for row in rows.json()["data"] if row["id"] == "tech-innovation.high-tech-enterprises-2016-2020")
    query = f"indicator={row['indicator']['code']}&measure={row['measure']}&value={row['quantity']['value_text']}&period=2020"
    found = check(client, query)
    assert row["cell"] in [cell["cell"] for cell in found["cells"]]


def test_what_is_left_open_is_answered_by_the_cell_that_bears_it_out_best(client: TestClient) -> None:
    found = check(client, "indicator=rd-institutions-introduced&value=43")
    assert found["verdict"] == "supported"
    assert sorted(cell["verdict"] for cell in found["cells"]) == ["contradicted", "supported"]
    assert found["meta"]["notes"] == [
        "2 cells fit what was asked, each with a verdict of its own; that of the answer is the most favourable."
    ]


def test_look_alikes_are_named_and_not_compared(client: TestClient) -> None:
    found = check(client, f"{CITY}&value=43")
    left = {row["statement"]: row["differs"] for row in found["not_compared"]["statements"]}
    assert left["economic-circle-overview.liangjiang-innovation-institutions"] == ["region", "look_alike"]
    assert "look_alike" in left["central-urban-areas.rd-institutions-introduced"]
    assert found["not_compared"]["total"] == len(left)


def test_only_the_documents_asked_for_are_compared(client: TestClient) -> None:
    found = check(client, f"{RAIL}&value=60&document=economic-circle-overview")
    assert (found["verdict"], len(found["contradicting"])) == ("contradicted", 1)
    [other] = [row for row in found["not_compared"]["statements"] if row["statement"] == "tech-innovation.rail-travel-time"]
    assert "document" in other["differs"]


def test_every_verdict_names_its_statements_and_its_rule(client: TestClient) -> None:
    for row in client.get("/v1/statements?has_quantity=true&limit=1000").json()["data"][::7]:
        quantity = row["quantity"]
        if quantity["value"] is None:
            continue
        regions = ",".join(region["code"] for region in row["regions"])
        value = quantity["value_text"]
        query = f"indicator={row['indicator']['code']}&measure={row['measure']}&kind={row['kind']}&unit={quantity['unit']}"
        found = check(
            client, f"{query}&value={value}&comparator={quantity['comparator']}&region={regions}&period={row['period']['label']}"
        )
        named = [each for side in ("supporting", "contradicting", "neutral") for each in ids(found[side])]
        assert (found["verdict"] == "not_covered") == (named == []), row["id"]
        assert row["id"] in named
        assert found["verdict"] != "contradicted", row["id"]
        assert found["rule"]
        assert sorted({each for cell in found["cells"] for each in cell["statements"]}) == sorted(set(named))
        for id_ in named[:3]:
            assert id_ in found["explanation"] or len(named) > 3


def test_the_posted_form_answers_as_the_address_does(client: TestClient) -> None:
    body = {"indicator": "rail-travel-time", "region": ["chengdu", "chongqing"], "value": 60, "approximate": False}
    posted = client.post("/v1/checks", json=body)
    assert posted.status_code == 200
    assert posted.text == client.get(f"/v1/checks?{RAIL}&value=60").text
    several = client.post("/v1/checks", json={"checks": [body, {**body, "value": "61"}]}).json()
    assert [each["verdict"] for each in several["data"]] == ["disputed", "contradicted"]
    assert several["meta"] == {"data_version": 1, "notes": []}


FINE = {"indicator": "rail-travel-time", "value": "60"}


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({}, "invalid-parameter", "/indicator"),
        ({"indicator": "rail-travel-time"}, "invalid-parameter", "/value"),
        ({**FINE, "value": 60.5}, "invalid-parameter", "/value"),
        ({**FINE, "value": True}, "invalid-parameter", "/value"),
        ({**FINE, "value": "many"}, "invalid-parameter", "/value"),
        ({**FINE, "value": 10**30}, "invalid-parameter", "/value"),
        ({**FINE, "valeu": "60"}, "unknown-parameter", "/valeu"),
        ({**FINE, "approximate": "true"}, "invalid-parameter", "/approximate"),
        ({**FINE, "comparator": "more"}, "invalid-parameter", "/comparator"),
        ({**FINE, "region": "chongqing"}, "invalid-parameter", "/region"),
        ({**FINE, "region": ["chongqing", 5]}, "invalid-parameter", "/region/1"),
        ({**FINE, "region": ["chonqing"]}, "unknown-code", "/region"),
        ({**FINE, "period": "2020-13"}, "invalid-parameter", "/period"),
        ({**FINE, "unit": "CNY"}, "invalid-parameter", "/unit"),
        ({"indicator": "gdp", "value": "1"}, "unit-needed", "/unit"),
        ({**FINE, "indicator": "a\x00b"}, "invalid-text", "/indicator"),
        ({**FINE, "a/b~c": 1}, "unknown-parameter", "/a~1b~0c"),
        ({"checks": [FINE, {**FINE, "value": ""}]}, "invalid-parameter", "/checks/1/value"),
        ({"checks": [FINE, {**FINE, "indicator": "rail"}]}, "unknown-code", "/checks/1/indicator"),
        ({"checks": []}, "invalid-parameter", "/checks"),
        ({"checks": [FINE] * 101}, "invalid-parameter", "/checks"),
        ({"checks": [FINE], "value": "60"}, "invalid-parameter", "/checks"),
        ({"checks": [[]]}, "invalid-parameter", "/checks/0"),
        ([], "invalid-parameter", ""),
        ("text", "invalid-parameter", ""),
        (False, "invalid-parameter", ""),
    ],
)
def test_a_body_that_is_wrong_is_a_problem_that_points_there(client: TestClient, body: Any, code: str, pointer: str) -> None:
    answer = client.post("/v1/checks", json=body)
    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert (problem["code"], problem["errors"][0]["in"], problem["errors"][0]["pointer"]) == (code, "body", pointer)


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 400, "malformed-request"),
        (b"{", 400, "malformed-request"),
        (b'{"indicator": NaN}', 400, "malformed-request"),
        (b'{"value": 1e999999999}', 422, "invalid-parameter"),
        (b'{"value": ' + b"9" * 5000 + b"}", 400, "malformed-request"),
        (b'{"value": "1", "value": "2"}', 400, "malformed-request"),
        (b"[" * 100_000, 400, "malformed-request"),
        (b'{"a":' * 100 + b"1" + b"}" * 100, 400, "malformed-request"),
        (b"\xff\xfe", 400, "malformed-request"),
        (b'{"indicator": "\\ud800", "value": "1"}', 422, "invalid-text"),
        (b'"' + b"a" * 1_100_000 + b'"', 413, "content-too-large"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(client: TestClient, content: bytes, status: int, code: str) -> None:
    answer = client.post("/v1/checks", content=content, headers={"Content-Type": "application/json; charset=utf-8"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_long_body_without_a_length_is_refused_too(client: TestClient) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(40):
            yield b" " * 65536

    answer = client.post("/v1/checks", content=endless(), headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "content-too-large")


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""])
def test_another_type_of_body_is_refused(client: TestClient, media_type: str) -> None:
    answer = client.post("/v1/checks", content=json.dumps(FINE), headers={"Content-Type": media_type})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-media-type")


@pytest.mark.parametrize("charset", ["utf-16", "iso-8859-1", '"latin1"', "gbk"])
def test_a_body_in_another_charset_is_refused(client: TestClient, charset: str) -> None:
    answer = client.post("/v1/checks", content=json.dumps(FINE), headers={"Content-Type": f"application/json; charset={charset}"})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-media-type")


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "deflate", "gzip, gzip"])
def test_a_compressed_body_is_refused_and_never_unpacked(client: TestClient, coding: str) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    headers = {"Content-Type": "application/json", "Content-Encoding": coding}
    answer = client.post("/v1/checks", content=bomb, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-media-type")
    assert client.post("/v1/checks", json=FINE, headers={"Content-Encoding": "identity"}).status_code == 200


def test_only_checks_take_post_and_say_so(client: TestClient) -> None:
    assert client.options("/v1/checks").headers["Allow"] == "GET, HEAD, OPTIONS, POST"
    assert client.put("/v1/checks").headers["Allow"] == "GET, HEAD, OPTIONS, POST"
    assert client.post("/v1/statements").headers["Allow"] == "GET, HEAD, OPTIONS"
    assert client.post("/v1/checks?value=60", json=FINE).json()["code"] == "unknown-parameter"


HOSTILE = [
    *("value=", "value=60", "indicator=rail-travel-time", "indicator=x&value=1", "indicator=rail-travel-time&value=NaN"),
    *(f"{RAIL}&value={each}" for each in ("1e5", "-0", "0", "9" * 18, "9" * 19, "999999999999999999%20trillion", "٣", "1,5")),
    *(f"{RAIL}&value=60&unit={each}" for each in ("h", "CNY", "zz", "%00", "'", "year")),
    *(f"{RAIL}&value=60&period={each}" for each in ("2020..", "..2020", "2999..1000", "unknown", "0000", "..", "1000-02-29")),
    *(f"{RAIL}&value=60&comparator={each}" for each in ("ne", "gt,lt", "")),
    *(f"{RAIL}&value=60&{each}" for each in ("value=61", "limit=1", f"region={'a,' * 60}", "project=")),
    *(f"indicator={each}&value=5&unit=percent&measure=growth" for each in ("gdp", "rail-travel-time", "automobile-production")),
    *(f"indicator=gdp&value=5&measure={each}" for each in ("rank", "multiple", "change", "growth", "share", "other")),
    f"{URBAN}&measure=share&value=5&base_period=2020..2021&base_indicator=gdp&base_region=chongqing&counted=hospitals",
]  # fmt: skip


def test_hostile_questions_are_never_an_error_of_ours_and_alike_on_both(clients: Callable[[str], TestClient]) -> None:
    sqlite, postgresql = clients("sqlite"), clients("postgresql")
    for query in HOSTILE:
        one, other = sqlite.get(f"/v1/checks?{query}"), postgresql.get(f"/v1/checks?{query}")
        assert (one.status_code, one.text) == (other.status_code, other.text), query
        assert one.status_code in (200, 422), (query, one.text)


def test_both_databases_answer_alike_to_the_byte(clients: Callable[[str], TestClient]) -> None:
    queries = [
        *(f"{RAIL}&value={value}" for value in (59, 60, 61, 62)),
        *(f"{TRAINS}&value={value}&comparator={word}" for value in (2, 14000, 20000) for word in ("eq", "gt", "lt")),
        *(f"indicator={code}&value=5%20billion&unit=CNY" for code in ("gdp", "foreign-trade-volume", "ic-output-value")),
    ]
    for query in queries:
        assert clients("sqlite").get(f"/v1/checks?{query}").content == clients("postgresql").get(f"/v1/checks?{query}").content


COST = 13
"""Codes; indicator; units; candidates; statements and their three lists; statuses; total, others and their regions; version."""


def test_a_check_costs_a_constant_number_of_statements(client: TestClient) -> None:
    for query in (f"{TRAINS}&value=5", f"{TRAINS}&value=5&period=2020", "indicator=gdp&value=1&unit=CNY"):
        assert cost(client, f"/v1/checks?{query}") == COST, query
    assert cost(client, f"/v1/checks?{RAIL}&value=60") == COST - 1, "nothing is left out, so no regions are read"
    with counting(client) as sent:
        client.post("/v1/checks", json={"checks": [{"indicator": "gdp", "value": "1", "unit": "CNY"}] * 3})
    assert len(sent) == 3 * COST + 1


OTHER = """
    document:
      code: {code}
      title: Another count
      publisher: {code}-news
      published_on: {day}
      published_basis: stated
      url: https://example.org/{code}
      language: en
      time_zone: Europe/London
      text_sha256: acaef0baad816209ea80904e257a632675d69dbaeaa34eec4cb5942bd30a1c83
      text_length: 205
    statements:
    - slug: ships
      text: A count of the ships at Northport in 2024.
      evidence: {{exact: "{exact}", start: 20, end: {end}, paragraph: 1}}
      indicator: ships-handled
      measure: level
      kind: actual
      regions: [northport]
      quantity: {{value: {value}, unit: count{more}}}
      period: {{type: span, when: 2024, as_written: In 2024, basis: stated}}
      attribution: {{mode: reporter, basis: none}}
    """


def several(directory: Path, *documents: tuple[str, str, str, str]) -> Path:
    """A seed with more documents on the ships of 2024: code, day, value, and what else the quantity says."""
    actors = (
        SMALL_SEED["actors.yaml"].rstrip()
        + "\n"
        + "".join(f"        - {{code: {code}-news, name: {code} news, kind: organisation}}\n" for code, *_ in documents)
    )
    files = {
        f"documents/{code}.yaml": OTHER.format(code=code, day=day, value=value, more=more, exact=value, end=20 + len(value))
        for code, day, value, more in documents
    }
    return write_seed(directory, {**SMALL_SEED, "actors.yaml": actors, **files})


SHIPS = "indicator=ships-handled&region=northport&period=2024"


def test_made_documents_that_agree_support_and_those_that_do_not_dispute(served: Served, tmp_path: Path) -> None:
    seed = several(tmp_path, ("gazette", "2025-02-01", "6236", ""), ("tribune", "2025-03-01", "6236", ""))
    _, client = served(seed)
    found = check(client, f"{SHIPS}&value=6236")
    assert (found["verdict"], found["cells"][0]["status"]) == ("supported", "corroborated")
    assert (len(found["supporting"]), ids(found["neutral"])) == (2, ["harbour.ships-2024"])
    assert check(client, f"{SHIPS}&value=6300")["verdict"] == "disputed"
    assert check(client, f"{SHIPS}&value=5900")["verdict"] == "contradicted"
    assert check(client, f"{SHIPS}&value=5900")["nearest"]["statement"] == "harbour.ships-2024"
    assert check(client, "indicator=ships-handled&value=7000&kind=forecast&period=2026")["verdict"] == "supported"
    assert check(client, "indicator=ships-handled&value=7000&period=2026")["verdict"] == "not_covered"


def test_a_withdrawn_statement_is_gone_and_a_deprecated_one_is_not_compared(served: Served, tmp_path: Path) -> None:
    engine, client = served(several(tmp_path, ("gazette", "2025-02-01", "6236", "")))
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE statement SET status = 'deprecated' WHERE id = 'gazette.ships'"))
    found = check(client, f"{SHIPS}&value=6236")
    assert found["verdict"] == "compatible"
    assert [row["differs"] for row in found["not_compared"]["statements"] if row["statement"] == "gazette.ships"] == [["status"]]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"indicator": ["gdp"], "value": "1"}, 'a code in quotes was expected, such as "gdp"'),
        ({"indicator": "gdp", "value": "1", "region": [1]}, 'a code in quotes was expected, such as "chongqing"'),
        ({"indicator": "gdp", "value": 7.5}, 'text in quotes was expected, such as "7.55"'),
    ],
)
def test_a_value_of_another_type_is_told_what_fits_there(client: TestClient, body: Any, said: str) -> None:
    assert client.post("/v1/checks", json=body).json()["errors"][0]["detail"] == said


def test_a_number_may_have_two_chinese_scales(client: TestClient) -> None:
    asserted = check(client, f"{URBAN}&value=3万亿&unit=CNY")["asserted"]
    assert (asserted["value"], asserted["interval"]["lower"]) == (3 * 10**12, 285 * 10**10)


def test_a_pointer_escapes_what_it_must() -> None:
    assert pointer_of(["checks", 0, "a/b~"]) == "/checks/0/a~1b~0"
