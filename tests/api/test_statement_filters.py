"""Does each filter of statements give exactly the rows that a reader of the whole list would pick by hand?"""

import unicodedata
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from asking import Row, Served, everything, exact, ids, inside, paths, serving
from conftest import client_for
from make import SMALL_SEED, write_seed
from starlette.testclient import TestClient

from app.seed.load import seed_directory

served = pytest.fixture(serving)

Keep = Callable[[Row], bool]
CIRCLE = "chengdu-chongqing-economic-circle"


def regions(*codes: str) -> Keep:
    return lambda row: any(region["code"] in codes for region in row["regions"])


def within(*codes: str) -> Keep:
    return regions(*inside(*codes))


def of(name: str, *codes: str) -> Keep:
    return lambda row: row[name] is not None and row[name]["code"] in codes


def word(name: str, *words: str) -> Keep:
    return lambda row: row[name] in words


def figure(name: str, *words: str) -> Keep:
    return lambda row: row["quantity"] is not None and row["quantity"][name] in words


def dated(name: str, *words: str) -> Keep:
    return lambda row: row["period"][name] in words


def overlaps(start: str = "", end: str = "") -> Keep:
    def keep(row: Row) -> bool:
        first, last = row["period"]["start"], row["period"]["end"]
        known = first is not None or last is not None
        return known and (not start or last is None or last >= start) and (not end or first is None or first <= end)

    return keep


def lies_in(start: str = "", end: str = "") -> Keep:
    def keep(row: Row) -> bool:
        first, last = row["period"]["start"], row["period"]["end"]
        if first is None and last is None:
            return False
        return (not start or (first is not None and first >= start)) and (not end or (last is not None and last <= end))

    return keep


def is_period(start: str | None, end: str | None) -> Keep:
    return lambda row: (row["period"]["start"], row["period"]["end"]) == (start, end)


def published(start: str = "0000", end: str = "9999") -> Keep:
    return lambda row: start <= row["document"]["published_on"] <= end


def said_or_printed_by(*actors: str) -> Keep:
    def keep(row: Row) -> bool:
        speaker = row["attribution"]["speaker"]
        return (speaker is not None and speaker["code"] in actors) or row["document"]["publisher"]["code"] in actors

    return keep


def both(*kept: Keep) -> Keep:
    return lambda row: all(keep(row) for keep in kept)


def either(*kept: Keep) -> Keep:
    return lambda row: any(keep(row) for keep in kept)


def running(row: Row) -> bool:
    """A running total: of that type, or from 1 January to a day that ends no year, half, quarter or month begun then."""
    period = row["period"]
    start, end = period["start"] or "", period["end"] or ""
    whole = end[5:] == "12-31" or (start[:4] == end[:4] and end[5:] in ("01-01", "01-31", "03-31", "06-30"))
    return period["type"] == "cumulative" or (period["type"] == "span" and start[5:] == "01-01" and not whole)


def said(each: str) -> Keep:
    return lambda row: each in row["text"]


def nothing(_row: Row) -> bool:
    return False


def anything(_row: Row) -> bool:
    return True


CODES: list[tuple[str, Keep]] = [
    ("region=chongqing", regions("chongqing")),
    ("region=chongqing,sichuan", regions("chongqing", "sichuan")),
    ("region=chongqing&region=sichuan", regions("chongqing", "sichuan")),
    ("region=sichuan,%20vietnam&region=europe,world", regions("sichuan", "vietnam", "europe", "world")),
    ("region=chongqing,chongqing", regions("chongqing")),
    ("region=hunan", nothing),
    ("within=chongqing", within("chongqing")),
    ("within=chongqing-central-urban-areas", within("chongqing-central-urban-areas")),
    ("within=gaozhu-new-area", regions("gaozhu-new-area")),
    ("within=sichuan", within("sichuan")),
    ("within=chongqing,sichuan", within("chongqing", "sichuan")),
    (f"within={CIRCLE}", within(CIRCLE)),
    ("within=china", within("china")),
    ("within=world", anything),
    ("within=kunming", nothing),
    ("indicator=gdp", of("indicator", "gdp")),
    ("indicator=gdp,area,foreign-trade-volume", of("indicator", "gdp", "area", "foreign-trade-volume")),
    ("topic=transport", lambda row: row["indicator"] is not None and row["indicator"]["topic"] == "transport"),
    ("topic=transport,trade", lambda row: row["indicator"] is not None and row["indicator"]["topic"] in ("transport", "trade")),
    ("project=western-chongqing-science-city", of("project", "western-chongqing-science-city")),
    ("project=star-market,gaozhu-new-area", of("project", "star-market", "gaozhu-new-area")),
    ("actor=zhang-yan", said_or_printed_by("zhang-yan")),
    ("actor=zhang-yan,fan-lixin", said_or_printed_by("zhang-yan", "fan-lixin")),
    ("actor=ichongqing", said_or_printed_by("ichongqing")),
    ("actor=yan-deng", lambda row: row["document"]["code"] == "growth-pole-press-conference"),
    ("actor=yan-deng,zhang-yan", lambda row: row["document"]["code"] == "growth-pole-press-conference"),
    ("actor=peking-university", nothing),
    ("document=tech-innovation", of("document", "tech-innovation")),
    ("document=tech-innovation&document=opening-up-platforms", of("document", "tech-innovation", "opening-up-platforms")),
    ("publisher=ichongqing", lambda row: row["document"]["publisher"]["code"] == "ichongqing"),
    ("publisher=zhang-yan", nothing),
]

WORDS: list[tuple[str, Keep]] = [
    *((f"measure={each}", word("measure", each)) for each in ("level", "share", "growth", "change", "multiple", "rank")),
    ("measure=growth,change", word("measure", "growth", "change")),
    *((f"kind={each}", word("kind", each)) for each in ("actual", "target", "planned", "agreed")),
    ("kind=forecast", word("kind", "forecast")),
    ("kind=planned&kind=agreed", word("kind", "planned", "agreed")),
    *((f"comparator={each}", figure("comparator", each)) for each in ("eq", "lt", "le", "gt")),
    ("comparator=ge", nothing),
    ("comparator=ge,le", figure("comparator", "le")),
    *((f"period_basis={each}", dated("basis", each)) for each in ("stated", "resolved", "inferred", "unknown")),
    *((f"period_type={each}", dated("type", each)) for each in ("span", "each", "cumulative", "instant", "none")),
    ("period_type=none,each", dated("type", "none", "each")),
    ("status=published", anything),
    ("status=published,withdrawn", anything),
    ("status=deprecated", nothing),
    ("status=withdrawn", nothing),
    ("has_quantity=true", lambda row: row["quantity"] is not None),
    ("has_quantity=false", lambda row: row["quantity"] is None),
    ("has_quantity=false&unit=CNY", nothing),
    ("has_quantity=false&indicator=gdp", nothing),
]

UNITS: list[tuple[str, Keep]] = [
    *((f"unit={each}", figure("unit", each)) for each in ("CNY", "USD", "percent", "count", "ratio", "per-10k", "year")),
    ("unit=CNY,USD", figure("unit", "CNY", "USD")),
    ("unit=km2", figure("unit", "km2")),
    ("unit=ha", figure("unit", "km2")),
    ("unit=m2,kg", figure("unit", "km2", "t")),
    ("unit=h", figure("unit", "min")),
    ("unit=EUR", nothing),
    ("unit=km", nothing),
]

S1, H1 = ("2021-01-01", "2021-06-30"), "2021-06-30"
PERIODS: list[tuple[str, Keep]] = [
    ("from=2021", overlaps("2021-01-01")),
    ("from=2022-06", overlaps("2022-06-01")),
    ("from=2022-Q4", overlaps("2022-10-01")),
    ("from=2021-S2", overlaps("2021-07-01")),
    ("from=2023-01-13", overlaps("2023-01-13")),
    ("from=2999", nothing),
    ("to=2019", overlaps(end="2019-12-31")),
    ("to=2020", overlaps(end="2020-12-31")),
    ("to=2020-S1", overlaps(end="2020-06-30")),
    ("to=2020-Q1", overlaps(end="2020-03-31")),
    ("to=2020-02", overlaps(end="2020-02-29")),
    ("to=2020-01-03", overlaps(end="2020-01-03")),
    ("from=2020&to=2020", overlaps("2020-01-01", "2020-12-31")),
    ("from=2020-12-31&to=2020-12-31", overlaps("2020-12-31", "2020-12-31")),
    ("from=1609459200", overlaps("2021-01-01")),
    ("from=1609459199", overlaps("2020-12-31")),
    ("from=1609459200000", overlaps("2021-01-01")),
    ("from=1609459199999&to=1609459199999", overlaps("2020-12-31", "2020-12-31")),
    ("to=1577836799", overlaps(end="2019-12-31")),
    ("from=2022&to=2021", nothing),
    ("period=2020", overlaps("2020-01-01", "2020-12-31")),
    ("period=2021-S1", overlaps(*S1)),
    ("period=2021-Q3", overlaps("2021-07-01", "2021-09-30")),
    ("period=2021-06", overlaps("2021-06-01", H1)),
    ("period=2021-09-10", overlaps("2021-09-10", "2021-09-10")),
    ("period=1500", overlaps("1500-01-01", "1500-12-31")),
    ("period=asof", dated("label", "asof")),
    ("period=unknown", dated("label", "unknown")),
    ("period=asof&period_match=equals", dated("label", "asof")),
    ("period=2021-S1&period_match=equals", is_period(*S1)),
    ("period=2020-12-31&period_match=equals", is_period("2020-12-31", "2020-12-31")),
    ("period=2021-Q1&period_match=equals", nothing),
    ("from=2016&to=2020&period_match=equals", is_period("2016-01-01", "2020-12-31")),
    ("period=2021-S1&period_match=within", lies_in(*S1)),
    ("from=2021&to=2021&period_match=within", lies_in("2021-01-01", "2021-12-31")),
    ("from=2022&period_match=within", lies_in("2022-01-01")),
    ("to=2020&period_match=within", lies_in(end="2020-12-31")),
    ("from=2020&period=2021-S1", both(overlaps("2020-01-01"), overlaps(*S1))),
    ("from=2022&period=2020", both(overlaps("2022-01-01"), overlaps("2020-01-01", "2020-12-31"))),
    ("period_match=within", anything),
    ("period=2016..2020&period_match=equals", is_period("2016-01-01", "2020-12-31")),
    ("period=2021-01-01..2021-09-30&period_match=equals", is_period("2021-01-01", "2021-09-30")),
    ("period=..2021-03-03&period_match=equals", is_period(None, "2021-03-03")),
    ("period=2016-01-01..2020-12-31", overlaps("2016-01-01", "2020-12-31")),
    ("cumulative=true", running),
    ("cumulative=false", lambda row: not running(row)),
    ("cumulative=true&period_type=span", both(running, dated("type", "span"))),
    ("published_from=2021-09-26", published(start="2021-09-26")),
    ("published_from=2021-09-25", published(start="2021-09-25")),
    ("published_to=2021", published(end="2021-12-31")),
    ("published_to=2021-03-11", published(end="2021-03-11")),
    ("published_from=2021&published_to=2021-S1", published("2021-01-01", H1)),
    ("published_from=2021-Q3&published_to=2021-09", published("2021-07-01", "2021-09-30")),
    ("published_from=1610000000&published_to=1620000000000", published("2021-01-07", "2021-05-03")),
    ("published_from=2024", nothing),
]

TOGETHER: list[tuple[str, Keep]] = [
    ("within=chongqing&indicator=gdp", both(within("chongqing"), of("indicator", "gdp"))),
    ("region=chongqing&region=sichuan&measure=share", both(regions("chongqing", "sichuan"), word("measure", "share"))),
    (
        "within=chongqing,sichuan&kind=planned,target&document=growth-pole-press-conference&unit=CNY,count",
        both(
            within("chongqing", "sichuan"),
            word("kind", "planned", "target"),
            of("document", "growth-pole-press-conference"),
            figure("unit", "CNY", "count"),
        ),
    ),
    (
        "from=2020&to=2020&unit=CNY&comparator=eq&q=2020",
        both(overlaps("2020-01-01", "2020-12-31"), figure("unit", "CNY"), figure("comparator", "eq"), said("2020")),
    ),
    ("region=chengdu&within=chongqing", both(regions("chengdu"), within("chongqing"))),
    ("indicator=gdp&topic=transport", nothing),
    ("period=unknown&from=2000", nothing),
    ("period=asof&to=2020", both(dated("label", "asof"), overlaps(end="2020-12-31"))),
]

FREIGHT = "china-europe-freight-trains~level~~~count~chengdu_chongqing~china-europe-railway-express-chengdu-chongqing~actual~asof"


def reaching(unit: str, floor: int, *, certainly: bool) -> Keep:
    """Figures of a unit of which some values, or all, are above a number."""

    def keep(row: Row) -> bool:
        if row["quantity"] is None or row["quantity"]["unit"] != unit:
            return False
        bounds = row["quantity"]["interval"]
        if certainly:
            lower = bounds["lower"]
            return lower is not None and (lower > floor or (lower == floor and not bounds["lower_inclusive"]))
        return bounds["upper"] is None or bounds["upper"] > floor

    return keep


VALUES: list[tuple[str, Keep]] = [
    ("unit=CNY&value=gt:1000000000000", reaching("CNY", 10**12, certainly=False)),
    ("unit=CNY&value=gt:1 trillion&match=certain", reaching("CNY", 10**12, certainly=True)),
    ("unit=ha&value=gt:100", reaching("km2", 1, certainly=False)),
    ("measure=share&value=gt:50&match=certain", both(word("measure", "share"), reaching("percent", 50, certainly=True))),
    (f"cell={FREIGHT}", lambda row: row["cell"] == FREIGHT),
]

MAY_BE_ALL = {"within=world", "within=china", "status=published", "status=published,withdrawn", "period_match=within"}


@pytest.fixture(scope="module")
def whole(clients: Callable[[str], TestClient]) -> list[Row]:
    rows = everything(clients("sqlite"))
    assert len(rows) > 190
    return rows


FILTERS = [*CODES, *WORDS, *UNITS, *PERIODS, *TOGETHER, *VALUES]


@pytest.mark.parametrize(("query", "keep"), FILTERS, ids=[query for query, _ in FILTERS])
def test_a_filter_keeps_exactly_the_rows_a_reader_would_pick(
    client: TestClient, backend: str, whole: list[Row], query: str, keep: Keep
) -> None:
    expected = [row["id"] for row in whole if keep(row)]
    limit = 1000 if backend == "sqlite" else 20  # the rest is compared when both databases are
    answer = client.get(f"/v1/statements?fields=id&include=total&limit={limit}&{query}").json()
    assert [row["id"] for row in answer["data"]] == expected[:limit]
    assert answer["page"]["total"] == len(expected)
    if keep is nothing:
        assert expected == []
    elif query not in MAY_BE_ALL and "1500" not in query:
        assert 0 < len(expected) < len(whole)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("region=gaozhu-new-area&measure=growth", ["economic-circle-overview.gaozhu-industrial-output-growth-2020"]),
        ("within=sichuan&indicator=area", []),
        ("within=southwest-china&kind=agreed", [
            "central-urban-areas.wafer-line-investment",
            "economic-circle-overview.agricultural-projects-investment-2020",
        ]),
        ("measure=rank", ["central-urban-areas.changan-rd-staff-rank", "growth-pole-press-conference.electronics-rank-china"]),
        ("measure=multiple", ["tech-innovation.high-tech-enterprises-2016-2020"]),
        ("unit=h", [
            "economic-circle-overview.rail-travel-time",
            "tech-innovation.rail-headway",
            "tech-innovation.rail-travel-time",
        ]),
        ("unit=USD&to=2020", [
            "opening-up-platforms.foreign-investment-used-2016-2020",
            "opening-up-platforms.singapore-initiative-contract-value",
            "opening-up-platforms.singapore-initiative-foreign-capital",
        ]),
        ("period=2020-12-31&period_match=equals&measure=change", ["tech-innovation.patents-per-10000-change-2016-2020"]),
        ("period=2019", [
            "opening-up-platforms.foreign-investment-used-2016-2020",
            "opening-up-platforms.foreign-trade-2016-2020",
        ]),
        ("within=liangjiang-new-area&has_quantity=true", [
            "economic-circle-overview.liangjiang-innovation-institutions",
            "growth-pole-press-conference.liangjiang-clusters-number",
            "growth-pole-press-conference.liangjiang-software-parks",
            "opening-up-platforms.digital-enterprises-output",
            "opening-up-platforms.digital-enterprises-registered",
        ]),
    ],
)  # fmt: skip
def test_some_answers_are_known_by_heart(client: TestClient, query: str, expected: list[str]) -> None:
    found = ids(client, query)
    if query == "period=2019":
        found = [each for each in found if each in expected]
    assert found == expected


def test_the_year_2020_goes_up_to_its_last_day(client: TestClient) -> None:
    end = "tech-innovation.state-level-innovation-bases-2020"
    assert end in ids(client, "from=2020-12-31&to=2020")
    assert end in ids(client, "to=2020&period_type=instant")
    assert end not in ids(client, "to=2020-12-30&period_type=instant")
    assert end not in ids(client, "from=2021")


def test_an_unknown_period_is_before_and_after_nothing(client: TestClient) -> None:
    unknown = ids(client, "period=unknown")
    assert unknown
    assert not set(unknown) & {*ids(client, "from=1000"), *ids(client, "to=2999")}


def test_an_open_start_reaches_back_for_ever_but_not_on(client: TestClient) -> None:
    trains = "central-urban-areas.railway-express-trains"
    assert trains in ids(client, "to=1000")
    assert trains in ids(client, "period=2021-09-30")
    assert trains not in ids(client, "from=2021-10-01")
    assert trains not in ids(client, "from=1000&period_match=within")


def test_a_joint_claim_is_counted_once(client: TestClient) -> None:
    answer = client.get(
        "/v1/statements?within=chongqing,sichuan,chengdu&region=chongqing,sichuan&include=total&limit=1000"
    ).json()
    found = [row["id"] for row in answer["data"]]
    assert len(found) == len(set(found)) == answer["page"]["total"]
    assert "economic-circle-overview.expressways-planned" in found


def test_a_region_with_two_parents_lies_in_both(client: TestClient) -> None:
    gaozhu = set(ids(client, "region=gaozhu-new-area"))
    assert gaozhu
    assert gaozhu < set(ids(client, "within=chongqing"))
    assert gaozhu < set(ids(client, "within=sichuan"))
    assert not gaozhu & set(ids(client, f"within={CIRCLE}"))


def test_the_circle_explains_what_lies_within_it(client: TestClient) -> None:
    found = client.get(f"/v1/statements?within={CIRCLE}&limit=1000").json()
    [note] = found["meta"]["notes"]
    assert note.startswith(f"within={CIRCLE}: ")
    named = {region["code"] for row in found["data"] for region in row["regions"]}
    assert {CIRCLE, "chengdu", "chongqing-central-urban-areas", "western-chongqing-science-city"} <= named
    assert client.get("/v1/statements?within=chongqing").json()["meta"]["notes"] == []


def test_bounds_the_wrong_way_round_are_remarked_on(client: TestClient) -> None:
    for query in ("from=2022&to=2021", "published_from=2022&published_to=2021-06"):
        answer = client.get(f"/v1/statements?{query}").json()
        assert answer["data"] == []
        assert "later" in answer["meta"]["notes"][0]


@pytest.fixture(scope="module")
def names(clients: Callable[[str], TestClient]) -> dict[str, str]:
    """The English and Chinese names of what statements show only in part."""
    return {
        f"{noun} {row['code']}": " ".join(filter(None, (row["name"], row["name_zh"])))
        for noun in ("indicators", "actors", "projects")
        for row in everything(clients("sqlite"), f"/v1/{noun}")
    }


def fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


SEARCHES = [
    *(
        "重庆",
        "成都",
        "四川",
        "成渝",
        "中新",
        "gdp",
        "GDP",
        "ＧＤＰ",
        "Chongqing university",
        "university Chongqing",
        "rail",
        "62",
    ),
    *("5G", "one trillion", "1 trillion", "1,886", "27,900 science", "40%", "%", "100%", "_", "\\", "'", '"', "a_b", "a%b", "$"),
    *("US$10", "' OR 1=1 --", "zhang yan", "san francisco", "Chang'an", "Fan Lixin", "“", "3.5-fold", "(", "*", "é", "ß"),
    *("Economic Circle 四川", "NEAR(a b)", "a AND b", "col:x", "a:* & !b"),
]


@pytest.mark.parametrize("q", SEARCHES)
def test_a_search_finds_every_word_literally_in_texts_and_names(
    client: TestClient, whole: list[Row], names: dict[str, str], q: str
) -> None:
    def holds(row: Row, each: str) -> bool:
        parts = [row["text"], " ".join(row["evidence"]["exact"].split()), row["document"]["title"]]
        parts += [part for region in row["regions"] for part in (region["name"], region["name_zh"]) if part]
        parts += [names[f"indicators {row['indicator']['code']}"]] if row["indicator"] else []
        parts += [names[f"projects {row['project']['code']}"]] if row["project"] else []
        speaker = row["attribution"]["speaker"]
        parts += [names[f"actors {speaker['code']}"]] if speaker else []
        return any(each in fold(part) for part in parts)

    expected = [row["id"] for row in whole if all(holds(row, each) for each in fold(q).split())]
    assert ids(client, f"q={quote(q)}") == expected


def test_the_searches_find_something_in_english_and_chinese(client: TestClient) -> None:
    for q in ("重庆", "成都", "四川", "gdp", "rail", "40%", "1,886", "%", "Fan Lixin"):
        assert ids(client, f"q={quote(q)}"), q
    for q in ("_", "\\", "100%", "a%b", "' OR 1=1 --"):
        assert not ids(client, f"q={quote(q)}"), q


def test_a_search_is_not_split_at_commas(client: TestClient) -> None:
    assert ids(client, "q=1,886") == ["central-urban-areas.industrial-enterprises-with-rd-institutions"]
    assert ids(client, "q=gdp,1") == []


def test_utf_8_that_is_not_percent_encoded_is_read_as_utf_8(client: TestClient) -> None:
    import anyio

    async def ask() -> list[dict[str, Any]]:
        sent: list[dict[str, Any]] = []

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        scope = {"type": "http", "method": "GET", "path": "/v1/statements", "raw_path": b"/v1/statements", "root_path": ""}
        scope |= {"query_string": "limit=2&q=重庆".encode(), "headers": [], "scheme": "http", "http_version": "1.1"}
        await client.app(scope | {"server": ("testserver", 80), "client": None}, receive, send)  # type: ignore[arg-type]
        return sent

    start, *bodies = anyio.run(ask)
    assert start["status"] == 200
    answer = exact(b"".join(body.get("body", b"") for body in bodies).decode())
    assert len(answer["data"]) == 2
    assert [row["id"] for row in client.get(answer["page"]["next"]).json()["data"]] == ids(client, "q=重庆")[2:4]


def test_withdrawn_statements_show_only_when_asked_for(served: Served, tmp_path: Path) -> None:
    document = SMALL_SEED["documents/harbour.yaml"]
    directory = write_seed(tmp_path / "seed", SMALL_SEED)
    engine, client = served(directory)
    start, end = document.index("        - slug: ships-2024"), document.index("        - slug: ships-share")
    kept = document[:start] + document[end:].replace("slug: ships-2026", "slug: ships-2026\n          status: deprecated")
    write_seed(directory, {"documents/harbour.yaml": kept})
    seed_directory(engine, directory)
    assert ids(client, "status=withdrawn") == ["harbour.ships-2024"]
    assert ids(client) == ["harbour.ships-2026", "harbour.ships-share-2024"]
    assert ids(client, "status=withdrawn,published") == ["harbour.ships-2024", "harbour.ships-share-2024"]
    assert ids(client, "status=deprecated") == ["harbour.ships-2026"]
    assert client.get("/v1/regions/northport").json()["statements"] == 2
    assert client.get("/v1").json()["counts"]["statements"] == 2


def test_no_filter_is_left_out_of_this_table(client: TestClient) -> None:
    parameters = client.get("/openapi.json").json()["paths"]["/v1/statements"]["get"]["parameters"]
    apart = {"limit", "cursor", "include", "fields", "facets", "group_by", "sort", "unit_as", "q"}
    names = {parameter["name"] for parameter in parameters} - apart
    queries = "&".join(query for query, _ in FILTERS)
    assert names == {part.split("=")[0] for part in queries.split("&")} - {"q"}


def test_dates_in_answers_are_days(whole: list[Row]) -> None:
    for row in whole:
        for day in (row["period"]["start"], row["period"]["end"], row["document"]["published_on"]):
            assert day is None or date.fromisoformat(day).isoformat() == day


def test_every_list_answers_an_empty_database(empty: sa.Engine) -> None:
    client = client_for(empty)
    for path in paths(client):
        if path.startswith("/v1") and "{" not in path:
            answer = client.get(path)
            unknown = answer.status_code == 422 and answer.json()["code"] == "unknown-code" and "indicator=" in path
            assert answer.status_code in (200, 404) or unknown, (path, answer.text)
