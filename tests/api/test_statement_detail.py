"""Does one statement say all that is known of it: figure, period, source, words, relations, and how to cite it?"""

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from asking import EXAMPLE, Row, Served, everything, exact, serving
from conftest import client_for
from make import SEED, SMALL_SEED, SMALL_TEXT, write_seed
from starlette.testclient import TestClient

from app.seed.gather import gather
from app.seed.load import seed_directory

served = pytest.fixture(serving)

ADDRESS = "https://www.ichongqing.info/2021/09/30/chongqing-core-urban-area-catalyzing-high-quality-development/"
TEXT_SHA256 = "0b4f538d08fd19fb0801a894345e3f2a1c5a23b87f62f9070c32f9f445edaad5"

# The statement of docs and design, key by key; only what the design leaves open ("…") is filled in from the data.
DESIGNED = {
    "id": EXAMPLE,
    "text": "GDP of Chongqing's central urban areas passed 1 trillion yuan in the first half of 2021.",
    "indicator": {"code": "gdp", "name": "Gross domestic product", "topic": "economy"},
    "measure": "level",
    "base": None,
    "kind": "actual",
    "regions": [
        {"code": "chongqing-central-urban-areas", "name": "Chongqing central urban areas", "name_zh": "重庆主城都市区"},
    ],
    "project": None,
    "quantity": {
        "as_written": "exceeded one trillion yuan",
        "value": 1000000000000,
        "value_text": "1000000000000",
        "unit": "CNY",
        "counted": None,
        "comparator": "gt",
        "approximate": False,
        "interval": {
            "lower": 1000000000000,
            "lower_inclusive": False,
            "upper": None,
            "upper_inclusive": False,
            "basis": "comparator",
        },
    },
    "period": {
        "type": "span",
        "label": "2021-S1",
        "start": "2021-01-01",
        "end": "2021-06-30",
        "as_written": "first half of this year",
        "basis": "resolved",
        "rule": "half_of_publication_year",
        "anchor": "2021-09-30",
    },
    "attribution": {"speaker": None, "role": None, "mode": "reporter", "basis": "none"},
    "document": {
        "code": "central-urban-areas",
        "title": "Chongqing Core Urban Area Catalyzing High-Quality Development",
        "publisher": {"code": "ichongqing", "name": "iChongqing"},
        "published_on": "2021-09-30",
    },
    "evidence": {
        "document": "central-urban-areas",
        "exact": "exceeded one trillion yuan",
        "start": 846,
        "end": 872,
        "paragraph": 5,
        "prefix": None,
        "suffix": None,
        "quote": None,
        "verification": "unattached",
        "url": f"{ADDRESS}#:~:text=exceeded%20one%20trillion%20yuan",
    },
    "related": [{"statement": f"{EXAMPLE}-usd", "relation": "conversion"}],
    "cell": "gdp~level~~~cny~chongqing-central-urban-areas~~actual~span.2021-01-01.2021-06-30",
    "note": None,
    "status": "published",
    "version": 1,
    "changed_in": 1,
}


def test_the_designed_example_is_answered_key_by_key_in_its_order(client: TestClient) -> None:
    answer = client.get(f"/v1/statements/{EXAMPLE}")
    assert answer.headers["Content-Type"] == "application/json"
    assert json.dumps(answer.json(), ensure_ascii=False) == json.dumps(DESIGNED, ensure_ascii=False)


def test_list_and_detail_are_the_same(client: TestClient) -> None:
    for row in everything(client)[::7]:
        assert client.get(f"/v1/statements/{row['id']}").json() == row


def test_every_statement_has_every_field(client: TestClient) -> None:
    shapes = {
        json.dumps(keys_of({**row, "base": None, "related": [], "regions": []})) for row in everything(client) if row["quantity"]
    }
    assert {re.sub(r'"(speaker|project)": (null|\{.*?\})', r'"\1": ?', shape) for shape in shapes} == {
        re.sub(r'"(speaker|project)": (null|\{.*?\})', r'"\1": ?', next(iter(shapes)))
    }


def keys_of(value: Any) -> Any:
    """The keys of nested objects, without the values."""
    return {name: keys_of(part) for name, part in value.items()} if isinstance(value, dict) else None


def test_a_statement_that_is_not_there_names_the_nearest_ones(client: TestClient) -> None:
    for path in ("", "/evidence", "/related", "/citation"):
        answer = client.get(f"/v1/statements/central-urban-areas.gdp-2021-s1{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
        [error] = answer.json()["errors"]
        assert EXAMPLE in error["did_you_mean"]
        assert error["name"] == "statement"
        assert EXAMPLE in answer.json()["detail"]


def test_a_withdrawn_statement_is_gone_and_says_since_when(served: Served, tmp_path: Path) -> None:
    relations = """
        relations:
        - {statement: harbour.ships-2026, relation: update_of, other: harbour.ships-2024, note: a later year}
        """
    directory = write_seed(tmp_path / "seed", {**SMALL_SEED, "relations.yaml": relations})
    engine, client = served(directory)
    document = SMALL_SEED["documents/harbour.yaml"]
    start = document.index("        - slug: ships-2026")
    write_seed(directory, {"documents/harbour.yaml": document[:start]})
    (directory / "relations.yaml").unlink()
    seed_directory(engine, directory)
    for path in ("", "/evidence", "/related", "/citation"):
        answer = client.get(f"/v1/statements/harbour.ships-2026{path}")
        assert (answer.status_code, answer.json()["code"]) == (410, "withdrawn")
        assert "data version 2" in answer.json()["detail"]
    assert client.get("/v1/statements/harbour.ships-2024").json()["related"] == []
    assert client.get("/v1/statements/harbour.ships-2024/related").json() == {"data": []}
    changes = client.get("/v1/changes?since=1&resource=statement&operation=withdrawn").json()["data"]
    assert [(change["code"], change["version"]) for change in changes] == [("harbour.ships-2026", 2)]


def test_the_evidence_is_that_of_the_statement_with_what_it_takes_to_check_it(client: TestClient) -> None:
    assert client.get(f"/v1/statements/{EXAMPLE}/evidence").json() == {
        **DESIGNED["evidence"],  # type: ignore[dict-item]
        "statement": EXAMPLE,
        "document_title": "Chongqing Core Urban Area Catalyzing High-Quality Development",
        "document_url": ADDRESS,
        "text_sha256": TEXT_SHA256,
        "text_length": 9775,
        "offset_unit": "code point",
    }


def test_the_address_of_the_evidence_leads_to_the_exact_words(client: TestClient) -> None:
    for row in everything(client):
        address, _, words = row["evidence"]["url"].partition("#:~:text=")
        assert address.startswith("https://")
        assert "-" not in words
        assert "," not in words
        assert unquote(words) == " ".join(row["evidence"]["exact"].split())


def test_related_statements_are_seen_from_both_ends(client: TestClient) -> None:
    shapes = [entry.shape for entry in gather(SEED).relations]
    relations = [(shape.statement, shape.relation, shape.other) for shape in shapes]
    assert len(relations) > 5
    inverse = {"conversion_of": "conversion", "part_of": "part", "update_of": "update", "look_alike": "look_alike"}
    for statement, relation, other in relations[::3]:
        for here, name, there in ((statement, relation, other), (other, inverse[relation], statement)):
            assert {"statement": there, "relation": name} in client.get(f"/v1/statements/{here}").json()["related"]
            related = client.get(f"/v1/statements/{here}/related").json()["data"]
            assert (name, there) in [(each["relation"], each["statement"]["id"]) for each in related]
    assert client.get("/v1/statements/tech-innovation.gdp-2019/related").json() == {"data": []}


def test_a_related_statement_is_shown_whole(client: TestClient) -> None:
    [related] = client.get(f"/v1/statements/{EXAMPLE}/related").json()["data"]
    assert list(related) == ["relation", "complete", "note", "statement"]
    assert related["statement"] == client.get(f"/v1/statements/{EXAMPLE}-usd").json()


def test_two_statements_may_be_related_twice(served: Served, tmp_path: Path) -> None:
    relations = """
        relations:
        - {statement: harbour.ships-2026, relation: look_alike, other: harbour.ships-2024, note: not the same year}
        - {statement: harbour.ships-2026, relation: update_of, other: harbour.ships-2024}
        """
    directory = write_seed(tmp_path / "seed", {**SMALL_SEED, "relations.yaml": relations})
    _, client = served(directory)
    for id_, names in (("ships-2026", ["look_alike", "update_of"]), ("ships-2024", ["look_alike", "update"])):
        related = client.get(f"/v1/statements/harbour.{id_}/related").json()["data"]
        assert [each["relation"] for each in related] == names
        assert [each["note"] for each in related] == ["not the same year", None]
        assert [each["relation"] for each in client.get(f"/v1/statements/harbour.{id_}").json()["related"]] == names


def test_a_citation_names_sentence_source_day_words_and_place(client: TestClient) -> None:
    citation = client.get(f"/v1/statements/{EXAMPLE}/citation").json()
    assert citation["statement"] == EXAMPLE
    assert citation["url"] == f"http://testserver/v1/statements/{EXAMPLE}"
    for part in (DESIGNED["text"], "iChongqing", "2021-09-30", "exceeded one trillion yuan", "#:~:text=", "version 1"):
        assert str(part) in citation["text"]
    assert citation["bibtex"].startswith("@online{centralurbanareas,\n")
    assert citation["bibtex"].count("{") == citation["bibtex"].count("}")
    assert citation["csl_json"]["issued"] == {"date-parts": [[2021, 9, 30]]}
    assert citation["csl_json"]["URL"] == ADDRESS


def test_a_citation_names_the_speaker(client: TestClient) -> None:
    row = next(row for row in everything(client) if row["attribution"]["speaker"])
    citation = client.get(f"/v1/statements/{row['id']}/citation").json()
    assert f"{row['attribution']['speaker']['name']}, quoted in " in citation["text"]


def test_quotes_appear_once_the_text_is_attached_and_only_while_they_may_be_served(served: Served, tmp_path: Path) -> None:
    from app.seed.attach import attach

    engine, open_ = served(write_seed(tmp_path / "seed", SMALL_SEED))
    copy = tmp_path / "harbour.txt"
    copy.write_bytes(SMALL_TEXT.encode())
    attach(engine, [copy])
    closed = client_for(engine, serve_quotes=False)
    id_ = "harbour.ships-share-2024"
    for path in (f"/v1/statements/{id_}", f"/v1/statements/{id_}/evidence"):
        served, held = open_.get(path).json(), closed.get(path).json()
        served, held = served.get("evidence", served), held.get("evidence", held)
        assert served["quote"].startswith("In 2024 the port of Northport")
        assert served["prefix"].endswith("6,000 ships, ")
        assert served["suffix"].startswith(" of the national total")
        assert (held["quote"], held["prefix"], held["suffix"]) == (None, None, None)
        assert served["verification"] == held["verification"] == "verified"
    for suffix in ("json", "csv"):
        assert "the port of Northport" in open_.get(f"/v1/statements.{suffix}").text
        assert "the port of Northport" not in closed.get(f"/v1/statements.{suffix}").text
    public = client_for(engine, host="0.0.0.0")
    assert public.get(f"/v1/statements/{id_}").json()["evidence"]["quote"] is None


ODD = {
    "a-tenth": "0.1",
    "tiny": "0.00001",
    "tinier": "0.000000000000000001",
    "long": "123456789012345.678",
    "longest": "999999999999999999",
    "thirds": "0.333333333333333333",
    "negative": "-0.1",
    "zero": "0",
    "whole": "1000000",
    "huge": "999999 trillion",
}


@pytest.fixture
def odd(served: Served, tmp_path: Path) -> TestClient:
    """A database with statements of odd values, growth in percent so that any sign goes."""
    template = SMALL_SEED["documents/harbour.yaml"]
    start = template.index("        - slug: ships-2024\n")
    statements = "".join(
        f"""
        - slug: {slug}
          text: A figure called {slug}.
          evidence: {{exact: "{20 + place}", start: {2 * place}, end: {2 * place + 2}, paragraph: 1}}
          indicator: ships-handled-{place}
          measure: growth
          kind: actual
          regions: [northport]
          quantity: {{value: "{value}", unit: percent}}
          period: {{type: span, when: 2024, as_written: In 2024, basis: stated}}
          attribution: {{mode: reporter, basis: none}}"""
        for place, (slug, value) in enumerate(ODD.items())
    )
    rest = "definition: Ships., topic: transport, dimension: count, stock_flow: flow"
    indicators = "".join(f"\n        - {{code: ships-handled-{place}, name: Ships {place}, {rest}}}" for place in range(len(ODD)))
    files = {
        **SMALL_SEED,
        "documents/harbour.yaml": template[:start] + statements.lstrip("\n") + "\n",
        "indicators.yaml": "        indicators:" + indicators + "\n",
    }
    return served(write_seed(tmp_path / "seed", files))[1]


def test_numbers_are_exact_and_plain_whatever_their_size(odd: TestClient) -> None:
    text = odd.get("/v1/statements").text
    flat = odd.get("/v1/statements.json").text
    values = re.findall(r'"(?:value|lower|upper)":(-?[^",}\]]+)', text + flat)
    assert values
    assert not [value for value in values if value != "null" and not re.fullmatch(r"-?(0|[1-9]\d*)(\.\d*[1-9])?", value)]
    by_slug = {row["id"].split(".")[1]: row for row in exact(text)["data"]}
    flat_by_slug = {row["id"].split(".")[1]: row for row in exact(flat)}
    for slug, written in ODD.items():
        value = Decimal(written.removesuffix(" trillion")) * (10**12 if "trillion" in written else 1)
        row: Row = by_slug[slug]["quantity"]
        assert row["value"] == value == Decimal(row["value_text"]) == flat_by_slug[slug]["value"]
        assert f'"value":{row["value_text"]},' in text
        assert row["interval"]["lower"] <= value <= row["interval"]["upper"]
        assert flat_by_slug[slug]["lower"] == row["interval"]["lower"]
    assert by_slug["long"]["quantity"]["interval"]["lower"] == Decimal("123456789012345.6775")
    assert by_slug["tinier"]["quantity"]["interval"]["upper"] == Decimal("0.00000000000000000105")


def test_odd_numbers_are_ordered_as_numbers(odd: TestClient) -> None:
    values = [row["quantity"]["value"] for row in exact(odd.get("/v1/statements?sort=value").text)["data"]]
    assert values == sorted(values)
    walked: list[Decimal] = []
    address: str | None = "/v1/statements?sort=-value&limit=1"
    while address:
        page = exact(odd.get(address).text)
        walked += [row["quantity"]["value"] for row in page["data"]]
        address = page["page"]["next"]
    assert walked == sorted(values, reverse=True)


def test_no_number_of_the_shipped_data_has_an_exponent(client: TestClient) -> None:
    text = client.get("/v1/statements?limit=1000").text + client.get("/v1/units").text
    numbers = re.findall(r'":(-?[0-9][^,}\]]*)', text)
    assert len(numbers) > 1000
    assert not [number for number in numbers if not re.fullmatch(r"-?\d+(\.\d*[1-9])?", number)]
    assert '"factor":0.000001' in text
