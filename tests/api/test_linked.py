"""Is the evidence of a statement a Web Annotation that leads to its words, and the database a Dataset that machines find?"""

import io
import json
import re
import zipfile
from pathlib import Path

import sqlalchemy as sa
from asking import EXAMPLE, everything
from conftest import ADDRESS, client_for
from make import SMALL_SEED, SMALL_TEXT, write_seed
from starlette.testclient import TestClient

from app.exports.dataset import as_data_block
from app.seed.attach import attach
from app.seed.load import seed_directory

EVIDENCE = f"/v1/statements/{EXAMPLE}/evidence"
LINKED = "application/ld+json"


def test_accept_and_the_suffix_give_the_same_annotation(client: TestClient) -> None:
    direct = client.get(f"{EVIDENCE}.jsonld")
    assert direct.headers["Content-Type"] == 'application/ld+json; profile="http://www.w3.org/ns/anno.jsonld"'
    for accept in (LINKED, f"{LINKED}, application/json;q=0.9", f'{LINKED};profile="http://www.w3.org/ns/anno.jsonld"'):
        asked = client.get(EVIDENCE, headers={"Accept": accept})
        assert (asked.content, asked.headers["ETag"]) == (direct.content, direct.headers["ETag"])
        assert asked.headers["Content-Location"] == f"{EVIDENCE}.jsonld"
    for accept in ("*/*", "application/json", "text/html, */*;q=0.8"):
        assert client.get(EVIDENCE, headers={"Accept": accept}).json()["statement"] == EXAMPLE
    refused = client.get(EVIDENCE, headers={"Accept": "text/turtle"})
    assert (refused.status_code, refused.json()["errors"][0]["did_you_mean"]) == (406, ["application/json", LINKED])


def test_every_annotation_names_the_words_their_place_and_who_says_so(client: TestClient) -> None:
    for row in everything(client)[::7]:
        found = client.get(f"/v1/statements/{row['id']}/evidence", headers={"Accept": LINKED}).json()
        evidence = row["evidence"]
        assert found["@context"][0] == "http://www.w3.org/ns/anno.jsonld"
        assert (found["id"], found["type"]) == (f"{ADDRESS}/v1/statements/{row['id']}/evidence", "Annotation")
        assert found["rights"] == "https://creativecommons.org/licenses/by/4.0/"
        statement, quotation = found["body"]
        assert (statement["id"], statement["value"]) == (f"{ADDRESS}/v1/statements/{row['id']}", row["text"])
        assert statement["prov:wasDerivedFrom"] == {"id": quotation["id"]}
        source = found["target"]["source"]
        assert quotation["prov:wasQuotedFrom"] == {"id": source["id"]}
        assert quotation["value"] == " ".join(evidence["exact"].split())
        speaker = row["attribution"]["speaker"] or row["document"]["publisher"]
        assert quotation["prov:wasAttributedTo"]["id"] == f"{ADDRESS}/v1/actors/{speaker['code']}"
        assert quotation["prov:wasAttributedTo"]["schema:name"] == speaker["name"]
        assert source["prov:wasAttributedTo"]["id"] == f"{ADDRESS}/v1/actors/{row['document']['publisher']['code']}"
        assert source["prov:generatedAtTime"] == {"type": "xsd:date", "@value": row["document"]["published_on"]}
        quote, position, fragment = found["target"]["selector"]
        assert (quote["type"], quote["exact"]) == ("TextQuoteSelector", evidence["exact"])
        assert position == {"type": "TextPositionSelector", "start": evidence["start"], "end": evidence["end"]}
        assert f"{source['id']}#{fragment['value']}" == evidence["url"]
        for agent in (quotation["prov:wasAttributedTo"], source["prov:wasAttributedTo"]):
            assert client.get(agent["id"].removeprefix(ADDRESS)).status_code == 200


def test_words_around_the_span_are_told_only_where_quotes_are_served(empty: sa.Engine, tmp_path: Path) -> None:
    seed_directory(empty, write_seed(tmp_path / "seed", SMALL_SEED))
    path = "/v1/statements/harbour.ships-2024/evidence.jsonld"

    def quote(**settings: bool) -> dict[str, str]:
        selectors: list[dict[str, str]] = client_for(empty, **settings).get(path).json()["target"]["selector"]
        return selectors[0]

    assert set(quote()) == {"type", "exact"}
    text = tmp_path / "harbour.txt"
    text.write_text(SMALL_TEXT, "utf-8")
    attach(empty, [text])
    told = quote(serve_quotes=True)
    assert f"{told['prefix']}{told['exact']}{told['suffix']}" in SMALL_TEXT
    assert told["prefix"]
    assert set(quote(serve_quotes=False)) == {"type", "exact"}


def test_what_is_not_there_is_a_problem(client: TestClient) -> None:
    answer = client.get("/v1/statements/central-urban-areas.gdp-2021/evidence.jsonld")
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert EXAMPLE in answer.json()["errors"][0]["did_you_mean"]
    assert client.get(f"{EVIDENCE}.jsonld?x=1").json()["code"] == "unknown-parameter"


def test_the_dataset_names_documents_places_days_and_files_that_are_there(client: TestClient) -> None:
    answer = client.get("/v1/exports/dataset.jsonld")
    assert answer.headers["Content-Type"] == LINKED
    found = answer.json()
    assert (found["@context"], found["@type"]) == ("https://schema.org/", "Dataset")
    assert found["license"] == "https://creativecommons.org/licenses/by/4.0/"
    documents = everything(client, "/v1/documents")
    assert [(each["headline"], each["url"]) for each in found["isBasedOn"]] == [(row["title"], row["url"]) for row in documents]
    assert found["variableMeasured"] == [row["name"] for row in everything(client, "/v1/indicators")]
    outermost = [row["name"] for row in everything(client, "/v1/regions") if not row["parents"]]
    assert [place["name"] for place in found["spatialCoverage"]] == outermost
    assert re.fullmatch(r"\d{4}-\d\d-\d\d/\d{4}-\d\d-\d\d", found["temporalCoverage"])
    for each in found["distribution"]:
        file = client.get(each["contentUrl"].removeprefix(ADDRESS))
        assert file.headers["Content-Type"].partition(";")[0] == each["encodingFormat"]
    assert client.get(found["@id"].removeprefix(ADDRESS)).status_code == 200


def test_the_licence_of_the_shipped_data_is_told_of_nothing_else(empty: sa.Engine, tmp_path: Path) -> None:
    assert "license" not in client_for(empty).get("/v1/exports/dataset.jsonld").json()
    seed_directory(empty, write_seed(tmp_path, SMALL_SEED))
    client = client_for(empty)
    assert "license" not in client.get("/v1/exports/dataset.jsonld").json()
    assert "licenses" not in client.get("/v1/exports/datapackage.json").json()
    assert "dc:license" not in client.get("/v1/exports/csv-metadata.json").json()
    index = client.get("/v1/exports").json()
    assert (index["licence"], index["licence_url"]) == (None, None)
    [mine] = [row["id"] for row in client.get("/v1/statements?limit=1").json()["data"]]
    assert "rights" not in client.get(f"/v1/statements/{mine}/evidence.jsonld").json()
    told = [index["rights"], *(client.get(f"/v1/exports/{name}").text for name in ("datapackage.json", "csv-metadata.json"))]
    with zipfile.ZipFile(io.BytesIO(client.get("/v1/exports/package.zip").content)) as files:
        told += [files.read(name).decode() for name in files.namelist()]
    assert not [text for text in told if "CC BY" in text or "creativecommons" in text]


def test_a_data_block_cannot_end_its_script_and_means_the_same() -> None:
    described = {"name": "</script><script>alert(1)</script> & <!--", "title": "重庆"}
    text = as_data_block(described)
    assert not set("<>&") & set(text)
    assert json.loads(text) == described
