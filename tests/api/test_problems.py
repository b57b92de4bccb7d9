"""Is every bad request answered by a problem that says what was wrong and what would have worked, and by nothing else?"""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import anyio
import pytest
import sqlalchemy as sa
from asking import EXAMPLE, broken_client, everything, paths
from fastapi import Request
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.testclient import TestClient

from app.api.problems import KINDS, _http_error, classify

SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
SECRETS = (
    "SELECT",
    "FROM ",
    "sqlalchemy",
    "psycopg",
    "sqlite3",
    "Traceback",
    ".py",
    "/tmp",
    "/work",
    "/home",
    "pydantic",
    "errors.pyd",
)


def judged(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The problem, once everything that holds for every problem has been checked."""
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body["code"]) == (status, code), answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert list(body) == ["type", "title", "status", "detail", "code", "errors"]
    assert body["type"] == f"/problems/{code}"
    assert body["title"] == KINDS[code].title
    assert body["status"] == status == KINDS[code].status
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers.get("Retry-After") == ("2" if status == 503 else None)
    for name, value in SECURITY.items():
        assert answer.headers[name] == value
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    for secret in SECRETS:
        assert secret not in answer.text
    for error in body["errors"]:
        assert list(error) == ["in", "name", "detail", "did_you_mean", "pointer"]
        assert error["detail"]
    return body


BAD: list[tuple[str, int, str, str | None, str | None]] = [
    # address, status, code, parameter, suggestion
    ("/v1/statements?regoin=chongqing", 422, "unknown-parameter", "regoin", "region"),
    ("/v1/statements?Region=chongqing", 422, "unknown-parameter", "Region", "region"),
    ("/v1/statements?from_=2020", 422, "unknown-parameter", "from_", "from"),
    ("/v1/statements?offset=10", 422, "unknown-parameter", "offset", None),
    ("/v1/statements?region[]=chongqing", 422, "unknown-parameter", "region[]", "region"),
    ("/v1/statements.csv?limit=10", 422, "unknown-parameter", "limit", None),
    ("/v1/statements.json?fileds=id", 422, "unknown-parameter", "fileds", "fields"),
    (f"/v1/statements/{EXAMPLE}?fields=id", 422, "unknown-parameter", "fields", None),
    (f"/v1/statements/{EXAMPLE}/related?limit=1", 422, "unknown-parameter", "limit", None),
    ("/v1/regions?withn=china", 422, "unknown-parameter", "withn", "within"),
    ("/v1/regions?region=china", 422, "unknown-parameter", "region", None),
    ("/v1/regions/tree?within=china", 422, "unknown-parameter", "within", None),
    ("/v1/units?kind=money", 422, "unknown-parameter", "kind", None),
    ("/v1/projects?actors=peking-university", 422, "unknown-parameter", "actors", "actor"),
    ("/v1/changes?sinse=1", 422, "unknown-parameter", "sinse", "since"),
    ("/v1?x=1", 422, "unknown-parameter", "x", None),
    ("/v1/coverage?document=x", 422, "unknown-parameter", "document", None),
    ("/healthz?verbose=1", 422, "unknown-parameter", "verbose", None),
    ("/readyz?verbose=1", 422, "unknown-parameter", "verbose", None),
    ("/v1/statements?q=a&q=b", 422, "repeated-parameter", "q", None),
    ("/v1/statements?limit=1&limit=1", 422, "repeated-parameter", "limit", None),
    ("/v1/statements?from=2020&to=2021&from=2020", 422, "repeated-parameter", "from", None),
    ("/v1/statements?sort=id&sort=-id", 422, "repeated-parameter", "sort", None),
    ("/v1/statements.json?period=2020&period=2021", 422, "repeated-parameter", "period", None),
    ("/v1/documents?sort=code&sort=code", 422, "repeated-parameter", "sort", None),
    ("/v1/changes?since=1&since=1", 422, "repeated-parameter", "since", None),
    ("/v1/statements?region=chongqin", 422, "unknown-code", "region", "chongqing"),
    ("/v1/statements?region=chongqing,atlantis", 422, "unknown-code", "region", None),
    ("/v1/statements?within=cina", 422, "unknown-code", "within", "china"),
    ("/v1/statements?indicator=gpd", 422, "unknown-code", "indicator", "gdp"),
    ("/v1/statements?topic=econmy", 422, "unknown-code", "topic", "economy"),
    ("/v1/statements?project=star-markt", 422, "unknown-code", "project", "star-market"),
    ("/v1/statements?actor=ichonqing", 422, "unknown-code", "actor", "ichongqing"),
    ("/v1/statements?publisher=ichonqing", 422, "unknown-code", "publisher", "ichongqing"),
    ("/v1/statements?document=tech-inovation", 422, "unknown-code", "document", "tech-innovation"),
    ("/v1/statements?unit=cny", 422, "unknown-code", "unit", "CNY"),
    ("/v1/statements?unit=hectare", 422, "unknown-code", "unit", None),
    ("/v1/statements.csv?region=chongqin", 422, "unknown-code", "region", "chongqing"),
    ("/v1/periods/resolve?text=hello", 422, "unresolvable-period", "text", None),
    ("/v1/periods/resolve?text=last%20year", 422, "unresolvable-period", "anchor", None),
    ("/v1/regions?kind=munincipality", 422, "unknown-code", "kind", "municipality"),
    ("/v1/regions?within=cina", 422, "unknown-code", "within", "china"),
    ("/v1/projects?kind=lin", 422, "unknown-code", "kind", "line"),
    ("/v1/projects?region=chongqin", 422, "unknown-code", "region", "chongqing"),
    ("/v1/documents?publisher=x", 422, "unknown-code", "publisher", None),
    ("/v1/statements?region=Chongqing", 422, "invalid-parameter", "region", None),
    ("/v1/statements?region=chongqing,", 422, "invalid-parameter", "region", None),
    ("/v1/statements?region=", 422, "invalid-parameter", "region", None),
    ("/v1/statements?region=a--b", 422, "invalid-parameter", "region", None),
    ("/v1/statements?region=" + "a" * 121, 422, "invalid-parameter", "region", None),
    ("/v1/statements?region=" + ",".join(["chongqing"] * 51), 422, "invalid-parameter", "region", None),
    ("/v1/statements?region=%2Fetc%2Fpasswd", 422, "invalid-parameter", "region", None),
    ("/v1/statements?measure=levl", 422, "invalid-parameter", "measure", "level"),
    ("/v1/statements?measure=level,shre", 422, "invalid-parameter", "measure", "share"),
    ("/v1/statements?kind=Actual", 422, "invalid-parameter", "kind", "actual"),
    ("/v1/statements?comparator=%3E", 422, "invalid-parameter", "comparator", None),
    ("/v1/statements?period_basis=state", 422, "invalid-parameter", "period_basis", "stated"),
    ("/v1/statements?period_type=span,,each", 422, "invalid-parameter", "period_type", None),
    ("/v1/statements?period_match=overlap", 422, "invalid-parameter", "period_match", "overlaps"),
    ("/v1/statements?status=deleted", 422, "invalid-parameter", "status", None),
    ("/v1/statements?sort=values", 422, "invalid-parameter", "sort", "value"),
    ("/v1/statements?sort=id,value", 422, "invalid-parameter", "sort", None),
    ("/v1/statements?fields=indicators", 422, "invalid-parameter", "fields", "indicator"),
    ("/v1/statements.csv?fields=indicator_nam", 422, "invalid-parameter", "fields", "indicator_name"),
    ("/v1/statements?include=totl", 422, "invalid-parameter", "include", "total"),
    ("/v1/statements?has_quantity=maybe", 422, "invalid-parameter", "has_quantity", None),
    ("/v1/statements?has_quantity=", 422, "invalid-parameter", "has_quantity", None),
    ("/v1/actors?kind=people", 422, "invalid-parameter", "kind", None),
    ("/v1/indicators?stock_flow=flows", 422, "invalid-parameter", "stock_flow", "flow"),
    ("/v1/changes?operation=deleted", 422, "invalid-parameter", "operation", None),
    ("/v1/changes?resource=regions", 422, "invalid-parameter", "resource", "region"),
    ("/v1/documents?sort=published", 422, "invalid-parameter", "sort", "published_on"),
    *(
        (f"/v1/statements?{name}={value}", 422, "invalid-parameter", name, None)
        for name, value in (
            *(("from", each) for each in ("2021-02-30", "2023-02-29", "0", "0000", "0000-01-01", "20", "2021-13", "2021-00")),
            *(("from", each) for each in ("3000", "10000-01-01", "2021-S3", "2021-Q5", "2021-06-31", "asof", "yesterday", "")),
            *(("from", each) for each in ("2021-06-10T00:00:00Z", "-2021", "2%EF%BC%90%EF%BC%92%EF%BC%90", "2021..2022")),
            *(
                ("from", each)
                for each in ("99999999999999999999", "-99999999999999", "32503680000000", "99999999999999", "NaN", "1e9")
            ),
            ("to", "2021-02-30"),
            ("to", "2021-6"),
            ("period", "2021-02-30"),
            ("period", "always"),
            ("period", "1609459200"),
            ("period", "2020..2021-13"),
            ("period", ".."),
            ("published_from", "0000"),
            ("published_to", "2021-02-30"),
            ("q", "%20"),
            ("q", ""),
            ("q", "%E3%80%80%09"),
            ("q", "a" * 201),
            ("q", "+".join(["a"] * 21)),
        )
    ),
    ("/v1/documents?published_from=2021-02-30", 422, "invalid-parameter", "published_from", None),
    *(
        (f"/v1/changes?since={value}", 422, "invalid-parameter", "since", None)
        for value in ("-1", "2147483648", "9223372036854775808", "100000000000000000000", "1_0", "1.0", "٣", "")
    ),
    *(
        (f"{path}?{name}={value}", 422, "invalid-text", "query", None)
        for path, name in (
            ("/v1/statements", "q"),
            ("/v1/statements.csv", "region"),
            ("/v1/regions", "q"),
            ("/v1", "x"),
            ("/", "a"),
        )
        for value in ("%00", "a%00b", "%FF", "%C3%28", "%ED%A0%80", "%ED%B0%80", "%F4%90%80%80", "%C0%AF")
    ),
    ("/v1/statements?%00=1", 422, "invalid-text", "query", None),
    ("/v1/statements?q=" + "a" * 50_000, 414, "address-too-long", None, None),
    ("/v1/statements?" + "&".join(f"a{each}=1" for each in range(3000)), 414, "address-too-long", None, None),
    ("/v1/statements?" + "&".join(["region=china"] * 201), 414, "address-too-long", None, None),
    ("/v1/statements?" + "&" * 3000, 414, "address-too-long", None, None),
    ("/v1/regions/" + "a" * 3000, 414, "address-too-long", None, None),
    ("/v1/statments", 404, "not-found", "path", "/v1/statements"),
    ("/v1/statements/", 404, "not-found", "path", "/v1/statements"),
    ("/v1/regions/chongqing/", 404, "not-found", "path", None),
    ("/v1/", 404, "not-found", "path", "/v1"),
    ("/docs/", 404, "not-found", "path", "/docs"),
    ("/healthz/", 404, "not-found", "path", "/healthz"),
    ("/openapi.yaml", 404, "not-found", "path", "/openapi.json"),
    ("/v1/region", 404, "not-found", "path", "/v1/regions"),
    ("/v2/statements", 404, "not-found", "path", "/v1/statements"),
    ("/redoc", 404, "not-found", "path", None),
    ("/.git/config", 404, "not-found", "path", None),
    ("/v1/regions/..%2F..%2Fetc%2Fpasswd", 404, "not-found", "path", None),
    ("/static/..%2Fdocs.html", 404, "not-found", None, None),
    ("/static/%2e%2e%2fdocs.html", 404, "not-found", None, None),
    ("/static/docs.html", 404, "not-found", None, None),
    ("/static/%2Fetc%2Fpasswd", 404, "not-found", None, None),
    ("/problems/nothing", 404, "not-found", "problem", None),
    ("/problems/not_found", 404, "not-found", "problem", "not-found"),
    ("/problems/%3Cscript%3E", 404, "not-found", "problem", None),
    ("/v1/regions/chongqin", 404, "not-found", "region", "chongqing"),
    ("/v1/indicators/gpd", 404, "not-found", "indicator", "gdp"),
    ("/v1/units/cny", 404, "not-found", "unit", "CNY"),
    ("/v1/actors/yan-den", 404, "not-found", "actor", "yan-deng"),
    ("/v1/projects/star-markt", 404, "not-found", "project", "star-market"),
    ("/v1/documents/tech", 404, "not-found", "document", "tech-innovation"),
    ("/v1/documents/tech/mentions", 404, "not-found", "document", "tech-innovation"),
    ("/v1/documents/tech/coverage", 404, "not-found", "document", "tech-innovation"),
    ("/v1/documents/tech-innovation/verification2", 404, "not-found", "path", None),
    ("/v1/statements/tech-innovation.gdp", 404, "not-found", "statement", "tech-innovation.gdp-2019"),
    ("/v1/statements/gdp", 404, "not-found", "path", None),
    ("/v1/statements/100000000000000000000", 404, "not-found", "path", None),
    ("/v1/statements/a.b.c", 404, "not-found", "path", None),
    ("/v1/statements/%00", 404, "not-found", "path", None),
    ("/v1/statements/tech-innovation.gdp-2019%0A", 404, "not-found", "path", None),
    ("/v1/regions/%ED%A0%80", 404, "not-found", "path", None),
    ("/v1/regions/%FF", 404, "not-found", "path", None),
    ("/v1/regions/" + "a" * 500, 404, "not-found", "path", None),
    (f"/v1/statements/{EXAMPLE}/evidenc", 404, "not-found", "path", None),
    (f"/v1/statements/{EXAMPLE}/evidence/x", 404, "not-found", "path", None),
    ("/v1/statements?cursor=x", 400, "invalid-cursor", "cursor", None),
    ("/v1/regions?cursor=x", 400, "invalid-cursor", "cursor", None),
]


@pytest.mark.parametrize(("address", "status", "code", "name", "guess"), BAD, ids=[each[0][:60] for each in BAD])
def test_a_bad_request_is_told_what_was_wrong_and_what_would_have_worked(
    client: TestClient, address: str, status: int, code: str, name: str | None, guess: str | None
) -> None:
    answer = client.get(address, follow_redirects=False)
    body = judged(answer, status, code)
    if name is not None:
        assert body["errors"][0]["name"] == name
        assert body["errors"][0]["in"] == ("path" if status == 404 else "query")
    if guess is not None:
        assert guess in body["errors"][0]["did_you_mean"]
    assert len(answer.content) < 20_000


def test_every_fault_of_a_request_is_named(client: TestClient) -> None:
    body = judged(client.get("/v1/statements?region=x,chongqing,y&indicator=gpd&unit=cny"), 422, "unknown-code")
    assert [(error["name"], error["did_you_mean"][:1]) for error in body["errors"]] == [
        ("region", []),
        ("region", []),
        ("indicator", ["gdp"]),
        ("unit", ["CNY"]),
    ]
    body = judged(client.get("/v1/statements?limit=0&sort=x&from=2021-02-30&has_quantity=2"), 422, "invalid-parameter")
    assert {error["name"] for error in body["errors"]} == {"limit", "sort", "from", "has_quantity"}
    body = judged(client.get("/v1/statements?regoin=x&limt=1"), 422, "unknown-parameter")
    assert [error["did_you_mean"][0] for error in body["errors"]] == ["region", "limit"]


@pytest.mark.parametrize(("name", "noun"), [("within", "region"), ("publisher", "actor"), ("region", "region"), ("unit", "unit")])
def test_an_unknown_code_is_called_by_its_noun(client: TestClient, name: str, noun: str) -> None:
    [error] = client.get(f"/v1/statements?{name}=nowhere-at-all").json()["errors"]
    assert error["detail"] == f"no {noun} has the code 'nowhere-at-all'"


def allowed_at(path: str) -> str:
    return "GET, HEAD, OPTIONS, POST" if path.startswith("/v1/checks") else "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND"])
def test_other_methods_are_refused_with_the_allowed_ones_and_echo_nothing(client: TestClient, method: str) -> None:
    for path in paths(client):
        if method == "POST" and path.startswith("/v1/checks"):
            continue
        answer = client.request(method, path, headers={"X-Secret": "do not echo"}, content=b"<script>")
        judged(answer, 405, "method-not-allowed")
        assert answer.headers["Allow"] == allowed_at(path)
        assert "do not echo" not in answer.text
        assert "<script>" not in answer.text
    judged(client.request(method, "/nowhere"), 404, "not-found")


def test_options_says_what_is_allowed(client: TestClient) -> None:
    for path in paths(client):
        answer = client.options(path)
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer.headers["Allow"] == allowed_at(path)
    judged(client.options("/nowhere"), 404, "not-found")


def test_head_answers_as_get_does_without_the_body(client: TestClient) -> None:
    bad = [
        "/nowhere",
        "/v1/statements?limit=0",
        "/v1/statements?region=x",
        "/v1/statements?q=%00",
        "/v1/regions/x",
        "/problems/x",
    ]
    accepting = [("/", "text/html"), ("/problems/withdrawn", "text/html")]
    for path, accept in [*((path, "*/*") for path in (*paths(client), *bad)), *accepting]:
        get, head = (client.request(method, path, headers={"Accept": accept}) for method in ("GET", "HEAD"))
        assert head.status_code == get.status_code, path
        assert head.content == b""
        same, other = ({name: each for name, each in answer.headers.items() if name != "x-request-id"} for answer in (get, head))
        assert same == other, path


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80@testserver", "testserver.evil.example", "<script>", "a\tb", ""]
)
def test_a_forged_host_appears_nowhere_and_nothing_redirects(client: TestClient, host: str) -> None:
    forged = {"Host": host, "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher", "Forwarded": "host=evil.example"}
    every = paths(client) if host == "evil.example" else ["/", "/docs", "/openapi.json", "/v1/units"]
    for path in (
        *every,
        "/v1/statements/",
        "/v1/statements?limit=1",
        "/nowhere",
        "/v1/regions?x",
    ):
        answer = client.get(path, headers=forged, follow_redirects=False)
        assert not 300 <= answer.status_code < 400
        assert "Location" not in answer.headers
        assert "evil.example" not in answer.text
        assert "gopher" not in answer.text
        assert "evil" not in str(answer.headers)


def test_any_origin_may_read_and_none_with_credentials(client: TestClient) -> None:
    for path in (*paths(client), "/nowhere", "/v1/statements?limit=0", "/v1/statements?q=%00", "/v1/statements?" + "&" * 300):
        for origin in ("https://evil.example", "null"):
            answer = client.get(path, headers={"Origin": origin})
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            assert "Access-Control-Allow-Credentials" not in answer.headers
            exposed = {name.strip() for name in answer.headers["Access-Control-Expose-Headers"].split(",")}
            assert {"Link", "ETag", "Retry-After", "Content-Disposition"} <= exposed
    asked = {
        "Origin": "https://evil.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "x-grafana",
    }
    preflight = client.options("/v1/statements", headers=asked)
    assert preflight.status_code == 200
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" not in preflight.headers["Access-Control-Allow-Methods"]
    assert "Access-Control-Allow-Credentials" not in preflight.headers
    refused = client.options("/v1/statements", headers={**asked, "Access-Control-Request-Method": "DELETE"})
    assert refused.status_code == 400


def test_every_answer_carries_the_security_headers(client: TestClient) -> None:
    asked = {"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}
    answers = [client.get(path) for path in (*paths(client), "/nowhere", "/v1/statements?x", "/v1/statements?q=%00")]
    answers += [client.options("/v1"), client.options("/v1", headers=asked), client.post("/v1"), client.head("/v1/regions.csv")]
    answers += [client.get("/", headers={"Accept": "text/html"}), client.get("/v1/statements?" + "&" * 300)]
    for answer in answers:
        for name, value in SECURITY.items():
            assert answer.headers[name] == value, answer.url
        csp = answer.headers["Content-Security-Policy"]
        assert csp.startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in csp
        assert "unsafe-eval" not in csp
        assert "//" not in csp
        assert "Cache-Control" in answer.headers
        assert "Server" not in answer.headers
        assert "Set-Cookie" not in answer.headers


def test_an_error_of_our_own_tells_nothing_and_keeps_every_header(loaded: sa.Engine) -> None:
    answer = broken_client(loaded).get("/broken", headers={"Origin": "https://a.example", "Accept": "text/html"})
    judged(answer, 500, "internal-error")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "secret" not in answer.text
    assert broken_client(loaded).head("/broken").content == b""


@pytest.mark.parametrize(
    "script", ["<script>alert(1)</script>", '"><img src=x onerror=1>', "{{7*7}}", "javascript:alert(1)", "\x1b[31m"]
)
def test_nothing_that_is_sent_comes_back_as_html(client: TestClient, script: str) -> None:
    sent = quote(script, safe="")
    for path in (
        f"/{sent}",
        f"/v1/statements/{sent}",
        f"/v1/statements?q={sent}&limit=1",
        f"/v1/statements?{sent}=1",
        f"/v1/statements?region={sent}",
        f"/problems/{sent}",
        f"/static/{sent}",
        f"/?x={sent}",
    ):
        answer = client.get(path, headers={"Accept": "text/html", "Referer": script.replace("\x1b", ""), "User-Agent": "x"})
        assert "\x1b" not in answer.text
        if answer.headers["Content-Type"].startswith("text/html"):
            assert script not in answer.text
            assert "49" not in answer.text or "{{" not in script
        else:
            assert answer.headers["Content-Type"] in ("application/problem+json", "application/json")


def ask(client: TestClient, **scope: Any) -> list[dict[str, Any]]:
    """The messages of an answer to a request that no client library would send."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    base = {"type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "root_path": "", "query_string": b""}
    base |= {"headers": [], "server": ("testserver", 80), "client": None}
    anyio.run(client.app, {**base, "raw_path": b"/", **scope}, receive, send)
    return sent


@pytest.mark.parametrize("length", ["1048577", "10000000000", "9" * 5000])
def test_a_large_body_is_refused_by_its_header_alone(client: TestClient, length: str) -> None:
    [start, body] = ask(client, path="/v1/statements", headers=[(b"content-length", length.encode())])
    assert start["status"] == 413
    assert json.loads(body["body"])["code"] == "content-too-large"


@pytest.mark.parametrize("length", [b"\xb2", b"-1", b"abc", b"", b"1e9", b"0x10", b"\xd9\xa3"])
def test_a_content_length_that_is_no_number_does_no_harm(client: TestClient, length: bytes) -> None:
    assert ask(client, path="/v1/units", headers=[(b"content-length", length)])[0]["status"] == 200


def test_a_query_of_100_kb_is_refused_unread(client: TestClient) -> None:
    [start, body] = ask(client, path="/v1/statements", query_string=b"q=" + b"%41" * 35_000)
    assert start["status"] == 414
    assert json.loads(body["body"])["code"] == "address-too-long"


def test_a_path_that_looks_like_another_host_is_a_path(client: TestClient) -> None:
    [start, body] = ask(client, path="//evil.example/v1/regions/")
    assert start["status"] == 404
    assert b"location" not in dict(start["headers"])
    assert json.loads(body["body"])["errors"][0]["did_you_mean"] == []


@pytest.mark.parametrize("query", [b"q=\xff", b"q=\xe9%87", b"\xed\xa0\x80=1", b"q=\xc3%28"])
def test_raw_bytes_that_are_not_utf_8_are_refused(client: TestClient, query: bytes) -> None:
    [start, body] = ask(client, path="/v1/statements", query_string=query)
    assert start["status"] == 422
    assert json.loads(body["body"])["code"] == "invalid-text"


def test_half_raw_half_encoded_utf_8_pages_on(client: TestClient) -> None:
    [start, *bodies] = ask(client, path="/v1/statements", query_string=b"q=\xe9%87%8D&limit=1")
    assert start["status"] == 200
    following = json.loads(b"".join(each["body"] for each in bodies))["page"]["next"]
    assert client.get(following).status_code == 200


@pytest.mark.parametrize("path", ["/v1/regions/\ud800", "/\ud800", "/v1/statements/\x00", "/problems/\udcff", "/static/\ud800"])
def test_a_path_that_is_no_text_is_nowhere(client: TestClient, path: str) -> None:
    [start, body] = ask(client, path=path)
    assert start["status"] == 404
    assert json.loads(body["body"])["code"] == "not-found"


# Every kind of problem, and how it comes about ------------------------------------------------------------------------


def driver_error(message: str, state: str | None = None) -> OperationalError:
    class Driver(Exception):  # noqa: N818
        sqlstate = state

    return OperationalError("SELECT secret FROM /etc/passwd", {}, Driver(message))


def begun(cause: Exception) -> RuntimeError:
    """What Starlette raises when an error comes after an answer had begun."""
    error = RuntimeError("Caught handled exception, but response already started.")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (driver_error("canceling statement due to statement timeout", "57014"), "query-too-slow"),
        (driver_error("interrupted"), "query-too-slow"),
        (driver_error("the database system is shutting down", "57P01"), "database-unavailable"),
        (driver_error("too many connections", "53300"), "database-unavailable"),
        (driver_error("could not serialize access", "40001"), "database-unavailable"),
        (driver_error("canceling statement due to lock timeout", "55P03"), "database-unavailable"),
        (driver_error("connection failure", "08006"), "database-unavailable"),
        (driver_error("database is locked"), "database-unavailable"),
        (driver_error("unable to open database file"), "database-unavailable"),
        (sa.exc.DatabaseError("SELECT", {}, Exception("file is not a database")), "database-unavailable"),
        (sa.exc.DatabaseError("SELECT", {}, Exception("database disk image is malformed")), "database-corrupt"),
        (sa.exc.TimeoutError("QueuePool limit of size 1 overflow 0 reached"), "database-unavailable"),
        (driver_error("no such table: statement"), "schema-mismatch"),
        (driver_error("no such column: statement.x"), "schema-mismatch"),
        (driver_error('relation "statement" does not exist', "42P01"), "schema-mismatch"),
        (driver_error('column "x" does not exist', "42703"), "schema-mismatch"),
        (sa.exc.ProgrammingError("SELECT", {}, Exception("syntax")), "internal-error"),
        (sa.exc.InvalidRequestError("misuse"), "internal-error"),
        (begun(driver_error("terminating connection", "57P01")), "database-unavailable"),
        (begun(sa.exc.InvalidRequestError("misuse")), "internal-error"),
        (RuntimeError("of another kind"), "internal-error"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), "database-corrupt"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_database_error_is_the_problem_that_it_is_and_shows_no_sql(error: Exception, code: str) -> None:
    found, detail = classify(error)
    assert found == code
    for secret in (*SECRETS, "secret", "statement.x", "QueuePool"):
        assert secret not in detail


@pytest.mark.parametrize(("status", "code"), [(400, "malformed-request"), (418, "malformed-request"), (502, "internal-error")])
def test_an_http_error_of_the_framework_becomes_a_problem(client: TestClient, status: int, code: str) -> None:
    scope = {"type": "http", "app": client.app, "path": "/v1", "headers": [], "query_string": b""}
    answer: Response = _http_error(Request(scope), HTTPException(status, "internal details"))
    assert json.loads(bytes(answer.body))["code"] == code
    assert b"internal details" not in answer.body


def test_every_kind_of_problem_is_provoked_by_some_test() -> None:
    elsewhere = {
        "withdrawn": "test_statement_detail",
        "request-timeout": "test_connections",
        "headers-too-large": "test_connections",
        "too-busy": "test_connections",
        "content-too-large": "test_a_large_body_is_refused_by_its_header_alone",
        "method-not-allowed": "test_other_methods_are_refused_with_the_allowed_ones_and_echo_nothing",
        "malformed-request": "test_an_http_error_of_the_framework_becomes_a_problem",
        "internal-error": "test_an_error_of_our_own_tells_nothing_and_keeps_every_header",
        "database-unavailable": "test_readiness",
        "database-corrupt": "test_damage",
        "query-too-slow": "test_readiness",
        "schema-mismatch": "test_readiness",
        "unsupported-media-type": "test_checks",
        "too-broad": "test_series",
        "unit-needed": "test_comparisons",
        "not-convertible": "test_unit_as",
        "not-acceptable": "test_negotiation",
        "range-not-satisfiable": "test_ranges",
        "insufficient-storage": "test_ranges",
        "format-too-small": "test_formats",
    }
    assert {code for _, _, code, _, _ in BAD} | elsewhere.keys() == KINDS.keys()


@pytest.mark.parametrize("code", KINDS)
def test_every_problem_has_a_page_for_people_and_one_for_programs(client: TestClient, code: str) -> None:
    kind = KINDS[code]
    page = client.get(f"/problems/{code}", headers={"Accept": "text/html,*/*"})
    assert page.status_code == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "Accept" in page.headers["Vary"]
    assert f"HTTP {kind.status}" in page.text
    for text in (kind.title, kind.meaning, kind.remedy):
        assert text.replace("&", "&amp;").replace("<", "&lt;").replace("'", "&#39;") in page.text
    for other in KINDS:
        assert f'href="/problems/{other}"' in page.text
    data = client.get(f"/problems/{code}")
    assert "Accept" in data.headers["Vary"]
    assert data.json() == {
        "code": code,
        "status": kind.status,
        "title": kind.title,
        "meaning": kind.meaning,
        "remedy": kind.remedy,
    }


def test_the_page_of_a_problem_escapes_what_it_shows(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.api.problems import Kind

    monkeypatch.setitem(KINDS, "odd", Kind(422, "<b>odd</b>", 'a "quote" & <i>', "<script>1</script>"))
    page = client.get("/problems/odd", headers={"Accept": "text/html"}).text
    assert "<b>odd</b>" not in page
    assert "<script>1" not in page
    assert "&lt;b&gt;odd&lt;/b&gt;" in page


def test_the_data_hold_nothing_that_a_test_above_took_for_a_leak(clients: Callable[[str], TestClient]) -> None:
    assert everything(clients("sqlite"), "/v1/units")


SAYS = [
    ("/v1/statements/xx", "the id of a statement was expected: `document.slug`"),
    ("/v1/derivations/foo", "the id of a derivation was expected: `kind~statement~statement`"),
    ("/v1/comparisons/foo", "a cell was expected, as `cell` of a statement names it"),
    ("/v1/statements?cell=foo", "a cell was expected, as `cell` of a statement names it"),
    ("/v1/statements.csv?fields=id,weak_period", ", not 'weak_period'. Did you mean"),
    ("/v1/statements?limit=0", "limit: a number of at least 1 was expected"),
    ("/v1/statements?q=" + "a" * 201, "q: at most 200 characters were expected"),
    ("/v1/statements/groups.csv", "/v1/statements/groups comes as JSON only, without a suffix."),
]


@pytest.mark.parametrize(("address", "said"), SAYS)
def test_what_was_expected_is_said_in_words_that_fit(client: TestClient, address: str, said: str) -> None:
    assert said in client.get(address).json()["detail"]
