"""Is the OpenAPI document whole and true: every operation told, every code listed, every answer as described?"""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jsonschema_rs
import pytest
import sqlalchemy as sa
from asking import NOUNS, Row, everything, needed, paths
from conftest import client_for
from starlette.testclient import TestClient


@pytest.fixture(scope="module")
def document(clients: Callable[[str], TestClient]) -> Row:
    answer: Row = clients("sqlite").get("/openapi.json").json()
    return answer


def operations(document: Row) -> Iterator[tuple[str, str, Row]]:
    for path, by_method in document["paths"].items():
        for method, operation in by_method.items():
            yield path, method, operation


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, part in value.items():
            if name == "$ref":
                yield part
            yield from references(part)
    elif isinstance(value, list):
        for part in value:
            yield from references(part)


def test_the_document_says_what_it_is(document: Row) -> None:
    assert document["openapi"].startswith("3.1")
    assert document["servers"] == [{"url": "http://testserver"}]
    for part in ("title", "version", "summary", "description", "license"):
        assert document["info"][part]


def test_both_databases_serve_the_same_document(clients: Callable[[str], TestClient], document: Row) -> None:
    other = clients("postgresql").get("/openapi.json").text
    assert other.count('"database":"postgresql"') == 1, "which kind it is, is told by the example of readiness alone"
    assert json.loads(other.replace('"database":"postgresql"', '"database":"sqlite"')) == document


def test_a_document_that_is_asked_for_by_many_at_once_is_there_for_all(loaded: sa.Engine) -> None:
    client = client_for(loaded)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(client.get, ["/openapi.json"] * 4))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1


def test_every_operation_is_read_only_named_told_and_tagged(document: Row) -> None:
    tags = {tag["name"] for tag in document["tags"]}
    names = []
    for path, method, operation in operations(document):
        assert method == "get" or (path, method) == ("/v1/checks", "post"), path
        names.append(operation["operationId"])
        assert operation["summary"], path
        assert operation["description"].endswith("."), path
        assert set(operation["tags"]) <= tags
        assert operation["tags"]
        for parameter in operation.get("parameters", ()):
            assert parameter.get("description") or parameter["name"] == "suffix", (path, parameter["name"])
    assert len(names) == len(set(names)) > 25
    assert {tag for _, _, operation in operations(document) for tag in operation["tags"]} == tags


def test_every_operation_tells_its_problems(document: Row) -> None:
    for path, _, operation in operations(document):
        responses = operation["responses"]
        wanted = {"200", "422"} if path == "/healthz" else {"200", "414", "422", "503"}
        assert wanted <= set(responses), path
        assert ("404" in responses) == ("{" in path), path
        assert ("410" in responses) == ("/statements/{id}" in path), path
        paged = "cursor" in [parameter["name"] for parameter in operation.get("parameters", ())]
        assert ("400" in responses) == (paged or "requestBody" in operation), path
        for status, response in responses.items():
            assert response["description"]
            if status != "200":
                assert response["content"] == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def test_every_reference_resolves_and_every_schema_is_used(document: Row) -> None:
    found = set(references(document))
    schemas = document["components"]["schemas"]
    assert found <= {f"#/components/schemas/{name}" for name in schemas}
    used = {reference.rpartition("/")[2] for reference in found}
    assert set(schemas) - used <= {"HTTPValidationError", "ValidationError"}


ON_REQUEST = {
    *(("StatementListed", field) for field in ("match", "comparison", "converted")),
    ("ObservationListed", "converted"),
    ("PointListed", "converted"),
    *(("ColumnsListed", f"converted_{field}") for field in ("value", "lower", "upper")),
}
"""Keys that an answer has only when they were asked for; their description says so."""


def test_every_property_of_an_answer_is_described_and_required(document: Row) -> None:
    for name, schema in document["components"]["schemas"].items():
        if name in ("HTTPValidationError", "ValidationError") or name.startswith("StatementPart"):
            continue
        for field, part in schema.get("properties", {}).items():
            assert field in schema["required"] or (name, field) in ON_REQUEST, (name, field)
            assert (
                part.get("description")
                or "$ref" in part
                or "items" in part
                or "const" in part
                or part["type"]
                in (
                    "integer",
                    "string",
                )
            ), (name, field)


def listed(schema: Row) -> list[str]:
    """The codes that a parameter takes: as a list of them, as one, or as one or none."""
    codes: list[str] = schema.get("items", schema.get("anyOf", [schema])[0]).get("enum", [])
    return codes


def test_codes_are_listed_as_the_code_lists_hold_them(document: Row, client: TestClient) -> None:
    codes = {name: [row["code"] for row in everything(client, f"/v1/{noun}")] for noun, name in NOUNS.items()}
    codes |= {"within": codes["region"], "publisher": codes["actor"]}
    codes["topic"] = sorted({row["topic"] for row in everything(client, "/v1/indicators")})
    seen = set()
    for path, _, operation in operations(document):
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "query" and parameter["name"] in codes:
                assert listed(parameter["schema"]) == codes[parameter["name"]], path
                seen.add(parameter["name"])
    assert seen == codes.keys()
    for noun in ("regions", "projects"):
        kinds = sorted({row["kind"] for row in everything(client, f"/v1/{noun}")})
        [parameter] = [each for each in document["paths"][f"/v1/{noun}"]["get"]["parameters"] if each["name"] == "kind"]
        assert parameter["schema"]["items"]["enum"] == kinds


def test_every_listed_code_is_taken_and_every_example_is_there(document: Row, client: TestClient) -> None:
    for path, _, operation in operations(document):
        for parameter in operation.get("parameters", ()):
            listed = parameter.get("schema", {}).get("items", {}).get("enum", [])
            if parameter["in"] == "query" and listed and "{" not in path:
                others = [each for each in needed(operation) if not each.startswith(f"{parameter['name']}=")]
                asked = "&".join([f"{parameter['name']}={listed[-1]}", *others])
                assert client.get(f"{path}?{asked}").status_code == 200, (path, parameter["name"])
    for path in paths(client):
        assert client.get(path).status_code == 200, path


def test_the_document_follows_the_data(loaded: sa.Engine) -> None:
    client = client_for(loaded)
    before = client.get("/openapi.json")
    with loaded.begin() as connection:
        connection.execute(sa.text("UPDATE region SET kind = 'atoll' WHERE code = 'guangyang-isle'"))
        connection.execute(sa.text("UPDATE data_version SET version = version + 1"))
    assert "atoll" not in before.text
    assert "atoll" in client.get("/openapi.json").text


def shown(document: Row) -> Iterator[tuple[str, str, str, Row]]:
    """Path, method, media type and example of every answer that the document shows."""
    for path, method, operation in operations(document):
        for media_type, content in operation["responses"]["200"].get("content", {}).items():
            for example in content.get("examples", {}).values():
                yield path, method, media_type, example


BYTES = ("parquet", "sheet", "zip")
TOO_LONG = {"/v1/exports/datapackage.json", "/v1/exports/csv-metadata.json"}


def test_every_operation_shows_an_answer_in_every_format_that_can_be_read(document: Row) -> None:
    told = {(path, method, media_type) for path, method, media_type, _ in shown(document)}
    for path, method, operation in operations(document):
        for media_type in operation["responses"]["200"]["content"]:
            if path not in TOO_LONG and not media_type.endswith(BYTES):
                assert (path, method, media_type) in told


def test_every_answer_that_the_document_shows_is_what_the_api_answers(document: Row, client: TestClient, backend: str) -> None:
    for path, method, media_type, example in shown(document):
        if method == "get":
            answer = client.get(example["summary"], headers={"Accept": media_type})
        else:
            [body] = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["examples"].values()
            answer = client.post(example["summary"], json=body["value"])
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"].partition(";")[0] == media_type
        found = answer.text if isinstance(example["value"], str) else answer.json()
        wanted = example["value"] if path != "/readyz" else {**example["value"], "database": backend}
        assert found == wanted, example["summary"]
        assert found, "an example that says nothing"
        rows = found["data"] if isinstance(found, dict) and isinstance(found.get("data"), list) else [None]
        assert 1 <= len(rows) <= 5 or path in ("/v1/changes", "/v1/coverage"), (path, len(rows))


def test_a_database_without_rows_shows_few_answers_and_still_has_a_document(empty: sa.Engine) -> None:
    client = client_for(empty)
    for path, method, _, example in shown(client.get("/openapi.json").json()):
        assert method == "get"
        assert "{" not in path or path.startswith("/v1/exports/"), path
        assert client.get(example["summary"]).status_code == 200


def test_a_name_that_makes_no_question_leaves_its_examples_out(loaded: sa.Engine) -> None:
    with loaded.begin() as connection:
        connection.execute(sa.text("UPDATE document SET title = :title"), {"title": "one " * 150})
        connection.execute(sa.text("UPDATE data_version SET version = version + 1"))
    told = {path for path, *_ in shown(client_for(loaded).get("/openapi.json").json())}
    assert "/v1/documents" not in told
    assert "/v1/documents/{code}" in told


def validator(document: Row, path: str) -> Any:
    """What judges the answers of a path; numbers are read as the exact decimals that stand there."""
    content = document["paths"][path]["get"]["responses"]["200"]["content"]
    schema = {**content["application/json"]["schema"], "components": document["components"]}
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


QUERIES = {
    "/v1/statements": [
        *("limit=1000", "limit=3&include=total", "fields=id,quantity", "region=hunan", "fields=base"),
        *(
            "facets=region,has_quantity&limit=3",
            "facets=topic&fields=id&region=hunan",
            "group_by=region,period",
            "group_by=speaker",
        ),
    ],
    "/v1/statements/groups": ["by=indicator,unit,project,speaker&limit=1000&include=total", "by=status&region=hunan"],
    "/v1/availability": ["", "region=hunan", "mode=available&kind=target&dimensions=period"],
    "/v1/periods/resolve": ["text=2020", "text=June&anchor=2021-09-30", "text=so%20far&anchor=2021-09-30&stock_flow=flow"],
    "/v1/changes": ["limit=1000"],
    "/v1/grafana/variables": ["dimension=region", "dimension=period&region=hunan"],
    "/v1/grafana/annotations": ["", "from=2030"],
    "/v1/checks": ["indicator=rail-travel-time&value=61&unit=min", "indicator=gdp&value=1&unit=CNY", "indicator=area&value=7"],
    "/v1/comparisons": ["limit=1000", "status=conflicting&sort=-gap&include=total", "region=hunan"],
    "/v1/observations": ["limit=1000", "policy=latest_published&unit=CNY&unit_as=CNY:yi", "region=hunan"],
    "/v1/series": ["indicator=gdp&gaps=explicit", "unit=CNY&unit_as=USD", "shape=columns&kind=target", "region=hunan"],
    "/v1/derivations": ["limit=1000", "limit=3&include=total", "kind=implied_rate", "region=hunan"],
    "/v1/regions": ["limit=7", "limit=1000", "q=zz"],
    "/v1/search": ["q=chongqing&limit=1000", "q=重庆&include=total&limit=3", "q=zz"],
    "/v1/search/suggest": ["q=c&limit=20", "q=重", "q=zz"],
}


def test_every_list_and_detail_is_as_described(document: Row, client: TestClient, backend: str) -> None:
    checked = 0
    for path, _, operation in operations(document):
        if "{suffix}" in path:
            rows = client.get(path.replace("{suffix}", "json").format(code="tech-innovation", table="relations")).text
            validator(document, path).validate(json.loads(rows))
            continue
        if "application/json" not in operation["responses"]["200"]["content"]:
            continue  # a file of another type; what is in it has tests of its own
        filled = [path]
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "path":
                noun = path.split("/")[2]
                key = {"statements": "id", "derivations": "id", "comparisons": "cell"}.get(noun, "code")
                codes = parameter["schema"].get("enum") or [row[key] for row in everything(client, f"/v1/{noun}")]
                filled = [path.replace(f"{{{parameter['name']}}}", code) for code in (codes if key == "code" else codes[::9])]
        judge = validator(document, path)
        for address in filled if backend == "sqlite" and "{id}" not in path else filled[::8]:
            for query in QUERIES.get(path, [""]):
                answer = client.get(f"{address}?{query}".rstrip("?"))
                assert answer.status_code == 200, answer.text
                judge.validate(answer.json())
                checked += 1
    assert checked > (100 if backend == "sqlite" else 50)


def test_every_problem_is_as_described(document: Row, client: TestClient) -> None:
    schema = {"$ref": "#/components/schemas/Problem", "components": document["components"]}
    judge = jsonschema_rs.Draft202012Validator(schema)
    for path in ("/nowhere", "/v1/statements?x=1", "/v1/statements?region=x", "/v1/statements?limit=0", "/v1/regions?cursor=x"):
        judge.validate(client.get(path).json())
    judge.validate(client.post("/v1").json())
