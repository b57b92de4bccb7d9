"""Is every number of a document accounted for, and can one see which was left out and why?"""

import csv
import io
import re
from pathlib import Path

import pytest
from asking import Row, Served, everything, ids, pages, path_of, serving
from make import SEED, SMALL_MENTIONS, SMALL_SEED, SMALL_TEXT, write_seed
from starlette.testclient import TestClient

from app.seed.attach import attach

served = pytest.fixture(serving)

COVERED = {
    "central-urban-areas": (68, 51, 17),
    "economic-circle-overview": (85, 64, 21),
    "growth-pole-press-conference": (41, 23, 18),
    "opening-up-platforms": (26, 18, 8),
    "tech-innovation": (38, 25, 13),
}
"""Document → numbers, stated, dismissed."""

REASONS = {
    "date_part": 24,
    "identifier": 1,
    "name": 17,
    "not_quantitative": 15,
    "ordinal": 13,
    "page_furniture": 6,
    "unit_part": 1,
}
"""Why numbers of the five articles are no claims."""

TECH = "/v1/documents/tech-innovation/mentions"


def listed(document: str) -> list[tuple[int, int, str | None]]:
    """Start, end and reason of each number in a seed file, read without the code under test."""
    text = (SEED / "documents" / f"{document}.yaml").read_text("utf-8").partition("\nmentions:\n")[2]
    found = re.findall(r"^- \{start: (\d+), end: (\d+), number: .*?(?:, reason: (\w+))?\}", text, re.MULTILINE)
    return [(int(start), int(end), reason or None) for start, end, reason in found]


def shape(row: Row) -> tuple[int, int, str | None]:
    return row["start"], row["end"], row["reason"]


def refused(client: TestClient, path: str) -> tuple[int, str, str | None, list[str]]:
    """Status and code of a problem, the parameter or thing it names, and what it suggests."""
    answer = client.get(path)
    body = answer.json()
    (error,) = body["errors"]
    return answer.status_code, body["code"], error["name"], error["did_you_mean"]


# Coverage


def test_the_shipped_articles_are_accounted_for_number_by_number(client: TestClient) -> None:
    report = client.get("/v1/coverage").json()
    assert {each["document"]: (each["numbers"], each["stated"], each["dismissed"]) for each in report["data"]} == COVERED
    assert [each["document"] for each in report["data"]] == sorted(COVERED)
    assert {(each["unaccounted"], each["ratio"]) for each in report["data"]} == {(0, 1)}
    assert report["total"] == {
        "document": "*",
        "numbers": 258,
        "stated": 181,
        "dismissed": 77,
        "unaccounted": 0,
        "ratio": 1,
        "reasons": REASONS,
    }


@pytest.mark.parametrize("document", COVERED)
def test_the_coverage_of_a_document_is_its_line_in_the_report(client: TestClient, document: str) -> None:
    found = client.get(f"/v1/documents/{document}/coverage").json()
    assert found in client.get("/v1/coverage").json()["data"]
    assert sum(found["reasons"].values()) == found["dismissed"]
    assert found["numbers"] == len(listed(document))


def test_a_document_whose_numbers_nobody_listed_has_no_ratio(served: Served, tmp_path: Path) -> None:
    _, client = served(write_seed(tmp_path / "seed", SMALL_SEED))
    nothing: Row = {"numbers": 0, "stated": 0, "dismissed": 0, "unaccounted": 0, "ratio": None, "reasons": {}}
    assert client.get("/v1/documents/harbour/coverage").json() == {"document": "harbour", **nothing}
    report = client.get("/v1/coverage").json()
    assert report == {"data": [{"document": "harbour", **nothing}], "total": {"document": "*", **nothing}}
    assert everything(client, "/v1/documents/harbour/mentions") == []
    assert client.get("/v1/documents/harbour/mentions.json").json() == []


def test_without_any_document_there_is_nothing_to_cover(served: Served, tmp_path: Path) -> None:
    _, client = served(write_seed(tmp_path / "seed", {"units.yaml": SMALL_SEED["units.yaml"]}))
    report = client.get("/v1/coverage").json()
    assert (report["data"], report["total"]["numbers"], report["total"]["ratio"]) == ([], 0, None)


def test_a_number_that_nobody_read_shows_once_the_text_is_attached(served: Served, tmp_path: Path) -> None:
    directory = write_seed(tmp_path / "seed", SMALL_SEED)
    engine, client = served(directory)
    copy = tmp_path / "copy.txt"
    copy.write_text(SMALL_TEXT, "utf-8")
    attach(engine, [copy])
    found = client.get("/v1/documents/harbour/coverage").json()
    assert (found["numbers"], found["unaccounted"], found["ratio"]) == (5, 5, 0)
    rows = everything(client, "/v1/documents/harbour/mentions")
    assert [(row["number"], row["state"], row["reason"], row["statements"]) for row in rows] == [
        (number, "unaccounted", None, []) for number in ("2024", "6,000", "40%", "7,000", "2026")
    ]


def test_a_document_that_was_read_in_part_says_how_far(served: Served, tmp_path: Path) -> None:
    read = "\n".join(SMALL_MENTIONS.strip().splitlines()[:4])
    directory = write_seed(tmp_path / "seed", SMALL_SEED)
    with (directory / "documents" / "harbour.yaml").open("a", encoding="utf-8") as file:
        file.write(f"{read}\n")
    engine, client = served(directory)
    assert client.get("/v1/documents/harbour/coverage").json()["ratio"] == 1
    copy = tmp_path / "copy.txt"
    copy.write_text(SMALL_TEXT, "utf-8")
    attach(engine, [copy])
    assert client.get("/v1/documents/harbour/coverage").text == (
        '{"document":"harbour","numbers":5,"stated":2,"dismissed":1,"unaccounted":2,"ratio":0.6,"reasons":{"date_part":1}}'
    )
    left_out = client.get("/v1/documents/harbour/mentions?state=unaccounted").json()["data"]
    assert [row["number"] for row in left_out] == ["7,000", "2026"]


# Mentions


@pytest.mark.parametrize("document", COVERED)
def test_every_number_stands_in_the_list_in_the_order_of_the_text(client: TestClient, document: str) -> None:
    rows = everything(client, f"/v1/documents/{document}/mentions")
    assert [shape(row) for row in rows] == listed(document)
    assert [row["start"] for row in rows] == sorted({row["start"] for row in rows})
    assert {row["document"] for row in rows} == {document}


def test_what_is_stated_names_its_statements_and_what_is_dismissed_its_reason(client: TestClient) -> None:
    known = set(ids(client))
    for document in COVERED:
        for row in everything(client, f"/v1/documents/{document}/mentions"):
            assert row["end"] - row["start"] == len(row["number"])
            if row["state"] == "stated":
                assert row["reason"] is None
                assert row["statements"]
                assert set(row["statements"]) <= known
            else:
                assert (row["state"], row["statements"]) == ("dismissed", [])
                assert row["reason"] in REASONS


def test_a_number_leads_to_the_statement_whose_words_hold_it(client: TestClient) -> None:
    rows = everything(client, "/v1/documents/central-urban-areas/mentions")
    stated = [row for row in rows if "central-urban-areas.gdp-2021-h1" in row["statements"]]
    assert [(row["number"], row["state"]) for row in stated] == [("one trillion", "stated")]
    evidence = client.get("/v1/statements/central-urban-areas.gdp-2021-h1").json()["evidence"]
    assert evidence["start"] <= stated[0]["start"] < stated[0]["end"] <= evidence["end"]


FILTERS = [
    ("state=stated", lambda row: row["state"] == "stated"),
    ("state=dismissed", lambda row: row["state"] == "dismissed"),
    ("state=stated,dismissed", lambda row: True),
    ("state=stated&state=dismissed", lambda row: True),
    ("state=unaccounted", lambda row: False),
    ("reason=date_part", lambda row: row["reason"] == "date_part"),
    ("reason=name,ordinal", lambda row: row["reason"] in ("name", "ordinal")),
    ("reason=name&reason=ordinal", lambda row: row["reason"] in ("name", "ordinal")),
    ("reason=name&state=dismissed", lambda row: row["reason"] == "name"),
    ("reason=name&state=stated", lambda row: False),
    ("reason=page_furniture", lambda row: False),  # a reason of other documents
]


@pytest.mark.parametrize(("query", "wanted"), FILTERS, ids=[query for query, _ in FILTERS])
def test_state_and_reason_narrow_the_list(client: TestClient, query: str, wanted: object) -> None:
    assert callable(wanted)
    expected = [row for row in everything(client, TECH) if wanted(row)]
    answer = client.get(f"{TECH}?{query}&limit=1000&include=total")
    assert answer.json()["data"] == expected
    assert answer.json()["page"]["total"] == len(expected)
    assert client.get(f"{TECH}.json?{query}").json() == [flat(row) for row in expected]


def flat(row: Row) -> Row:
    return {**row, "statements": ";".join(row["statements"])}


@pytest.mark.parametrize("limit", [1, 7, 50, 1000])
@pytest.mark.parametrize("query", ["", "&state=dismissed", "&reason=date_part,name"])
def test_walking_the_pages_gives_every_number_once(client: TestClient, query: str, limit: int) -> None:
    expected = client.get(f"{TECH}?limit=1000{query}").json()["data"]
    walked = list(pages(client, f"{TECH}?limit={limit}{query}"))
    assert [row for page in walked for row in page["data"]] == expected
    assert len(walked) == max(1, -(-len(expected) // limit))
    assert {page["page"]["total"] for page in walked} == {None}


def test_a_cursor_belongs_to_one_document_and_one_filter(client: TestClient) -> None:
    cursor = path_of(client.get(f"{TECH}?limit=5").json()["page"]["next"]).rpartition("cursor=")[2]
    for path in (f"{TECH}?state=stated", f"{TECH}?reason=name", "/v1/documents/central-urban-areas/mentions?limit=5"):
        assert refused(client, f"{path}&cursor={cursor}")[:3] == (400, "invalid-cursor", "cursor")
    assert client.get(f"{TECH}?limit=9&cursor={cursor}").json()["data"] == everything(client, TECH)[5:14]


def test_flat_rows_are_the_list_as_a_table(client: TestClient) -> None:
    rows = everything(client, TECH)
    assert client.get(f"{TECH}.json").json() == [flat(row) for row in rows]
    answer = client.get(f"{TECH}.csv?state=dismissed")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.headers["Content-Disposition"] == 'inline; filename="mentions.csv"'
    header, *cells = csv.reader(io.StringIO(answer.text))
    assert header == ["document", "start", "end", "number", "state", "reason", "statements"]
    dismissed = [row for row in rows if row["state"] == "dismissed"]
    assert cells == [[*map(str, list(row.values())[:6]), ""] for row in dismissed]


def test_a_number_that_a_spreadsheet_would_run_is_text_in_csv(client: TestClient) -> None:
    text = client.get("/v1/documents/opening-up-platforms/mentions.csv?reason=page_furniture").text
    assert ",'+86-23-67230470,dismissed,page_furniture," in text


# What is refused


@pytest.mark.parametrize("noun", ["mentions", "mentions.json", "mentions.csv", "coverage"])
@pytest.mark.parametrize(("code", "nearest"), [("tech", "tech-innovation"), ("opening-up-platform", "opening-up-platforms")])
def test_an_unknown_document_is_not_found_and_the_nearest_named(client: TestClient, noun: str, code: str, nearest: str) -> None:
    status, problem, name, guesses = refused(client, f"/v1/documents/{code}/{noun}")
    assert (status, problem, name, guesses[0]) == (404, "not-found", "document", nearest)


@pytest.mark.parametrize(
    ("path", "code", "name", "guess"),
    [
        (f"{TECH}?sate=stated", "unknown-parameter", "sate", "state"),
        (f"{TECH}?q=2020", "unknown-parameter", "q", None),
        (f"{TECH}?sort=start", "unknown-parameter", "sort", None),
        (f"{TECH}.csv?limit=5", "unknown-parameter", "limit", None),
        ("/v1/documents/tech-innovation/coverage?state=stated", "unknown-parameter", "state", None),
        ("/v1/coverage?document=tech-innovation", "unknown-parameter", "document", None),
        (f"{TECH}?limit=5&limit=6", "repeated-parameter", "limit", None),
        (f"{TECH}?state=dimissed", "invalid-parameter", "state", "dismissed"),
        (f"{TECH}?state=", "invalid-parameter", "state", None),
        (f"{TECH}?limit=0", "invalid-parameter", "limit", None),
        (f"{TECH}?reason=Date%20part", "invalid-parameter", "reason", None),
        (f"{TECH}?reason=date-part", "invalid-parameter", "reason", None),
        (f"{TECH}?reason=date_prat", "unknown-code", "reason", "date_part"),
        (f"{TECH}?reason=furniture", "unknown-code", "reason", "page_furniture"),
        (f"{TECH}.json?reason=name,zzz", "unknown-code", "reason", None),
    ],
)
def test_what_is_not_known_is_named(client: TestClient, path: str, code: str, name: str, guess: str | None) -> None:
    status, problem, parameter, guesses = refused(client, path)
    assert (status, problem, parameter) == (422, code, name)
    assert guess is None or guesses[0] == guess


# Page furniture


def test_page_furniture_is_dismissed_as_such_and_is_no_claim(client: TestClient) -> None:
    found = {}
    for document in COVERED:
        answer = client.get(f"/v1/documents/{document}/mentions?reason=page_furniture").json()
        found[document] = [row["number"] for row in answer["data"]]
    hot_line = "+86-23-67230470"
    assert found == {
        "central-urban-areas": [hot_line],
        "economic-circle-overview": [hot_line],
        "growth-pole-press-conference": ["+86-23-67158993", "20009753号-2", "50120220004"],
        "opening-up-platforms": [hot_line],
        "tech-innovation": [],
    }
    numbers = sorted({number for each in found.values() for number in each})
    digits = sorted({run for number in numbers for run in re.findall(r"\d{5,}", number)})
    for words in (*numbers, *digits):
        assert client.get("/v1/statements", params={"q": words}).json()["data"] == []
        assert client.get("/v1/statements.json", params={"q": words}).json() == []
