"""Do the pages for people say what this is, lead to answers, and load nothing from anywhere else?"""

import html
import json
import re

import pytest
import sqlalchemy as sa
from conftest import client_for
from starlette.testclient import TestClient

from app.paths import STATIC, TEMPLATES

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def test_the_start_page_leads_to_five_answers(client: TestClient) -> None:
    page = client.get("/", headers=BROWSER)
    assert page.status_code == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    questions = re.findall(r'<li><a href="(/[^"]+)">([^<]+\?)</a></li>', page.text)
    assert len({path for path, _ in questions}) == 5
    for path, text in questions:
        path = html.unescape(path)
        assert client.get(path, headers=BROWSER).status_code == 200, text
        data = client.get(f"/v1{path}").json()
        assert data.get("data") or data.get("members"), f"{text} has an answer"


def test_every_link_of_a_page_answers(client: TestClient) -> None:
    for page in ("/", "/problems/not-found"):
        links = re.findall(r'(?:href|src)="([^"]+)"', client.get(page, headers=BROWSER).text)
        assert len(links) > 5
        for link in links:
            assert client.get(html.unescape(link), headers=BROWSER).status_code == 200, link


def test_programs_get_the_index(client: TestClient) -> None:
    for accept in ("*/*", "application/json", "text/csv"):
        answer = client.get("/", headers={"Accept": accept})
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.headers["Vary"].startswith("Accept") or "Accept" in answer.headers["Vary"].split(", ")
        assert answer.json() == client.get("/v1").json()


def test_an_empty_database_has_a_start_page_that_says_what_to_do(empty: sa.Engine) -> None:
    page = client_for(empty).get("/", headers=BROWSER)
    assert page.status_code == 200
    assert "claimbook seed" in page.text
    assert "questions" not in page.text


def test_the_content_security_policy_names_no_other_host(client: TestClient) -> None:
    for path in ("/", "/docs", "/problems/not-found", "/v1", "/nowhere", "/openapi.json", "/static/docs.js"):
        policy = client.get(path, headers=BROWSER).headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; ")
        assert "frame-ancestors 'none'" in policy
        sources = {word for part in policy.split("; ") for word in part.split()[1:]}
        assert sources <= {"'none'", "'self'", "data:", "'unsafe-inline'"}, path
        assert "script-src" not in policy or "script-src 'self';" in policy
    assert "'unsafe-inline'" not in client.get("/", headers=BROWSER).headers["Content-Security-Policy"]


def test_the_documentation_and_all_it_loads_is_served_from_here(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    loaded = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
    assert {"/static/swagger-ui.css", "/static/swagger-ui-bundle.js", "/static/docs.js"} <= set(loaded)
    types = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}
    for path in [*loaded, "/static/style.css"]:
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.content
        assert answer.headers["Content-Type"].startswith(types[path.rsplit(".", 1)[-1]])
        assert "max-age=" in answer.headers["Cache-Control"]
    assert "/openapi.json" in client.get("/static/docs.js").text


@pytest.mark.parametrize("path", ["/docs", "/static/docs.js", "/static/style.css"])
def test_our_pages_name_no_other_host(client: TestClient, path: str) -> None:
    assert not re.search(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", client.get(path).text)
    assert "@import" not in client.get(path).text


def test_no_template_names_another_host_or_runs_a_script_inline() -> None:
    for path in (*TEMPLATES.iterdir(), STATIC / "docs.html"):
        text = path.read_text("utf-8")
        assert not re.search(r"https?://", text), path
        assert not re.search(r"<script(?![^>]*\bsrc=)(?! type=\"application/ld\+json\">)[^>]*>", text), path
        assert not re.search(r"\son\w+=", text), path
        assert "|safe" not in text


def test_the_start_page_describes_the_data_set_for_search_engines(client: TestClient) -> None:
    text = client.get("/", headers=BROWSER).text
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    assert json.loads(block) == client.get("/v1/exports/dataset.jsonld").json()


def test_pages_have_a_title_a_language_and_a_width(client: TestClient) -> None:
    for path in ("/", "/docs", "/problems/not-found"):
        text = client.get(path, headers=BROWSER).text
        assert '<html lang="en">' in text
        assert re.search(r"<title>[^<]*Claimbook[^<]*</title>", text)
        assert 'name="viewport"' in text
