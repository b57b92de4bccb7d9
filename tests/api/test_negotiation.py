"""Does `Accept` choose the format of a list, and say so when there is none?"""

import pytest
from starlette.testclient import TestClient

from app.api.negotiation import choose
from app.exports.formats import FORMATS

JSON, CSV, NDJSON = "application/json", "text/csv", "application/x-ndjson"
PARQUET, XLSX, GEO = (FORMATS[name].media_type for name in ("parquet", "xlsx", "geojson"))
OFFERED = [JSON, CSV, NDJSON, PARQUET, XLSX]
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ([], JSON),
        ([""], JSON),
        (["*/*"], JSON),
        (["application/json"], JSON),
        (["application/*"], JSON),
        (["APPLICATION/JSON"], JSON),
        (["text/csv"], CSV),
        (["text/*"], CSV),
        (["text/csv; header=present; charset=utf-8"], CSV),
        (["text/csv;q=0.5, application/x-ndjson"], NDJSON),
        (["text/csv", "application/json;q=0.9"], CSV),
        (["text/csv, */*;q=0.1"], CSV),
        (["text/csv, application/json"], JSON),
        (["application/json;q=0, */*;q=0.5"], CSV),
        (["application/json;q=0.1, application/*;q=0.2, */*;q=0"], NDJSON),
        ([BROWSER], JSON),
        ([PARQUET], PARQUET),
        ([XLSX], XLSX),
        (["text/csv;q=oh, text/csv;q=0.4"], CSV),
        (["image/png"], None),
        (["text/html"], None),
        (["application/json;q=0"], None),
        (["*/*;q=0"], None),
        ([GEO], None),
        (["nonsense"], JSON),
    ],
)
def test_what_is_liked_best_is_chosen(accept: list[str], chosen: str | None) -> None:
    assert choose(accept, OFFERED) == chosen


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_list_answers_the_flat_form_as_at_its_suffix(client: TestClient, suffix: str) -> None:
    if suffix == "json":
        return
    accept = {"Accept": FORMATS[suffix].media_type}
    path, query = ("/v1/regions", "within=sichuan") if suffix == "geojson" else ("/v1/statements", "indicator=gdp")
    asked, direct = client.get(f"{path}?{query}", headers=accept), client.get(f"{path}.{suffix}?{query}")
    assert asked.status_code == 200
    assert asked.content == direct.content
    assert asked.headers["Content-Location"] == f"{path}.{suffix}?{query}"
    for name in ("Content-Type", "Content-Disposition", "ETag", "Vary"):
        assert asked.headers[name] == direct.headers[name]
    assert asked.headers["ETag"] != client.get(f"{path}?{query}").headers["ETag"]
    assert client.get(f"{path}?{query}", headers={**accept, "If-None-Match": asked.headers["ETag"]}).status_code == 304


def test_every_list_can_be_negotiated(client: TestClient) -> None:
    for name in ("comparisons", "observations", "series", "derivations", "documents", "documents/tech-innovation/mentions"):
        assert client.get(f"/v1/{name}", headers={"Accept": CSV}).content == client.get(f"/v1/{name}.csv").content
        assert isinstance(client.get(f"/v1/{name}", headers={"Accept": JSON}).json()["data"], list)


def test_what_a_list_does_not_come_in_is_a_406_that_lists_what_it_does(client: TestClient) -> None:
    for path, geo in (("/v1/statements", False), ("/v1/regions", True)):
        for method in (client.get, client.head):
            answer = method(path, headers={"Accept": "text/html"})
            assert answer.status_code == 406
            assert answer.headers["Vary"] == "Accept, Accept-Encoding, Origin"
        told = client.get(path, headers={"Accept": "text/html"}).json()
        assert told["code"] == "not-acceptable"
        assert told["errors"][0]["did_you_mean"] == [*OFFERED, GEO][: 5 + geo]


def test_pages_and_columns_are_not_mixed(client: TestClient) -> None:
    answer = client.get("/v1/statements?limit=5", headers={"Accept": CSV})
    assert (answer.status_code, answer.json()["errors"][0]["name"]) == (422, "limit")


@pytest.mark.parametrize("path", ["/v1", "/v1/regions/chongqing", "/v1/statements.csv", "/v1/search?q=gdp", "/v1/coverage"])
def test_what_has_one_format_answers_in_it(client: TestClient, path: str) -> None:
    answer = client.get(path, headers={"Accept": "image/png"})
    assert answer.status_code == 200
    assert answer.content == client.get(path).content


def test_every_answer_below_v1_links_to_the_description_of_the_api(client: TestClient) -> None:
    for path in ("/v1", "/v1/statements?limit=2", "/v1/statements.csv", "/v1/regions/chongqing"):
        links = client.get(path).links
        assert links["service-desc"]["url"] == "http://testserver/openapi.json"
        assert links["service-doc"]["url"] == "http://testserver/docs"
        assert ("next" in links) == ("limit" in path)
