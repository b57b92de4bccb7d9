"""Every page is valid, says what it is, has its data twin, loads nothing from elsewhere, and shows hostile text as text."""

import json
import re
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import sqlalchemy as sa
from conftest import ADDRESS, client_for
from made import made
from reading import BROWSER, PAGES, RAIL, links, local, parsed, read, text_of
from starlette.testclient import TestClient

from app.db import writing
from app.models import Document, Region, Statement
from app.paths import STATIC, TEMPLATES

JSON = {"Accept": "application/json"}
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;{{7*7}}"


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_valid_and_says_what_it_is(client: TestClient, path: str) -> None:
    page = read(client, path)
    by_name: dict[str, list[Any]] = {}
    for each in page.iter():
        by_name.setdefault(local(each), []).append(each)
    assert "Claimbook" in text_of(by_name["title"][0])
    assert len(by_name["h1"]) == 1
    assert text_of(by_name["h1"][0])
    assert by_name["html"][0].get("lang") == "en"
    assert len(by_name["main"]) == 1
    ids = [each.get("id") for each in page.iter() if each.get("id")]
    assert len(ids) == len(set(ids)), "no id stands twice"
    assert [each for each in page.iter() if each.get("style")] == [], "the policy lets no inline style through"
    labelled = {each.get("for") for each in by_name.get("label", [])}
    inside = {id(field) for label in by_name.get("label", []) for field in label.iter()}
    for field in [*by_name.get("input", []), *by_name.get("select", []), *by_name.get("textarea", [])]:
        assert field.get("type") == "hidden" or field.get("id") in labelled or id(field) in inside, "every field has a label"


def is_data(element: Any) -> bool:
    """A block of data that no browser runs."""
    return bool(element.get("type") == "application/ld+json" and json.loads(text_of(element)))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_small_and_loads_one_style_sheet_and_nothing_from_elsewhere(client: TestClient, path: str) -> None:
    answer = client.get(path, headers=BROWSER)
    assert len(answer.content) < 100_000
    page = parsed(answer.text)
    loaded = [each.get("src") or each.get("href") for each in page.iter() if local(each) in ("script", "link", "img", "iframe")]
    assert [each for each in loaded if each and not each.startswith(("/static/", ADDRESS))] == []
    assert [each for each in loaded if each and each.endswith(".css")] == ["/static/style.css"]
    assert [each for each in page.iter() if local(each) == "script" and text_of(each) and not is_data(each)] == []
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert answer.headers["Cache-Control"] == "no-cache"


def test_the_first_page_with_all_it_loads_is_below_a_hundred_kilobytes(client: TestClient) -> None:
    page = client.get("/", headers=BROWSER)
    rest = sum(len(client.get(f"/static/{name}").content) for name in ("style.css", "reading.js", "icon.svg"))
    assert len(page.content) + rest < 100_000


@pytest.mark.parametrize("path", [path for path in PAGES if not path.startswith(("/problems", "/worklist"))])
def test_every_page_has_its_data_at_the_same_address_below_v1(client: TestClient, path: str) -> None:
    page = read(client, path)
    twin = next(each.get("href") for each in page.iter() if local(each) == "link" and each.get("rel") == "alternate")
    assert twin is not None
    assert twin.removeprefix(ADDRESS) == ("/v1" + path).removesuffix("/")
    data = client.get(twin.removeprefix(ADDRESS))
    assert data.status_code == 200
    for accept in ("application/json", "*/*"):
        answer = client.get(path, headers={"Accept": accept})
        assert (answer.content, answer.headers["Content-Type"]) == (data.content, "application/json")
        assert answer.headers["ETag"] == data.headers["ETag"]
    known = client.get(path, headers={**JSON, "If-None-Match": data.headers["ETag"]})
    assert known.status_code == 304


def test_a_page_of_a_list_comes_as_a_table_too(client: TestClient) -> None:
    answer = client.get("/statements?kind=target", headers={"Accept": "text/csv"})
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.text.startswith("id,document,")


def test_the_work_list_comes_as_data(client: TestClient) -> None:
    data = client.get("/worklist", headers=JSON).json()
    assert data["counts"]["conflicts"] == len(data["conflicts"]) == 1
    assert data["conflicts"][0]["cell"] == RAIL
    weak = client.get(data["links"]["weak_periods"] + "&include=total").json()
    assert data["counts"]["weak"] == weak["page"]["total"]
    assert [each["id"] for each in data["weak_periods"]] == [each["id"] for each in weak["data"][:25]]


@pytest.mark.parametrize("path", PAGES)
def test_every_link_of_a_page_leads_somewhere(client: TestClient, path: str) -> None:
    here = {address for _, address in links(read(client, path))}
    inner = sorted(each for each in here if each.startswith("/"))
    assert len(inner) > 5
    for address in inner[:: max(1, len(inner) // 25)]:
        assert client.get(address, headers=BROWSER).status_code == 200, f"{path} → {address}"
    for address in here - set(inner):
        assert urlsplit(address).scheme in ("https", "http", "mailto") or address.startswith("#"), address


def test_the_downloads_of_a_page_hold_its_rows(client: TestClient) -> None:
    page = read(client, "/series?indicator=foreign-trade-volume&region=chongqing&kind=actual,target&from=2016")
    offered = [(name, address) for name, address in links(page) if name in ("JSON", "CSV", "NDJSON", "PARQUET", "XLSX")]
    assert [client.get(address).status_code for _, address in offered] == [200] * 10
    points, statements = (client.get(address).json() for name, address in offered if name == "JSON")
    assert {each["statement"] for each in points} < {each["id"] for each in statements}
    shown = [(each.get("id") or "").removeprefix("s-") for each in page.iter() if local(each) == "tr" and each.get("id")]
    assert shown == [each["id"] for each in statements]
    assert len(shown) == 4


def test_head_is_get_without_a_body(client: TestClient) -> None:
    whole, head = client.get("/indicators", headers=BROWSER), client.head("/indicators", headers=BROWSER)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == whole.headers["Content-Length"]


def test_empty_fields_of_a_form_are_left_out(client: TestClient) -> None:
    page = read(client, "/statements?within=&indicator=&kind=target&unit=")
    assert text_of(page) == text_of(read(client, "/statements?kind=target"))
    assert client.get("/statements?within=&kind=target", headers=JSON).status_code == 422, "programs are told"


@pytest.mark.parametrize(
    ("path", "status", "words", "link"),
    [
        ("/statements/central-urban-areas.gdp-2021-h2", 404, "gdp-2021-h1", "/statements/central-urban-areas.gdp-2021-h1"),
        ("/indicators/gpd", 404, "gdp", "/indicators/gdp"),
        ("/series?indicator=gpd", 422, "gdp", "/problems/unknown-code"),
        ("/statements?knd=target", 422, "kind", "/problems/unknown-parameter"),
        ("/search", 422, "q", "/problems/invalid-parameter"),
        ("/search?q=%21%21", 422, "at least one letter or digit", "/problems/invalid-parameter"),
        ("/statements?cursor=abc", 400, "cursor", "/problems/invalid-cursor"),
    ],
)
def test_a_reader_is_told_what_would_have_worked(client: TestClient, path: str, status: int, words: str, link: str) -> None:
    page = read(client, path, status)
    assert words in text_of(page)
    assert link in {address for _, address in links(page)}
    problem = client.get(path, headers=JSON)
    assert (problem.status_code, problem.headers["Content-Type"]) == (status, "application/problem+json")


def test_hostile_text_is_shown_as_text(loaded: sa.Engine) -> None:
    with writing(loaded) as connection:
        connection.execute(
            sa.update(Document).where(Document.code == "tech-innovation").values(title=EVIL, note=EVIL, url=f"javascript:{EVIL}")
        )
        connection.execute(sa.update(Region).where(Region.code == "chongqing").values(name=EVIL, name_zh=EVIL, note=EVIL))
        connection.execute(
            sa.update(Statement).where(Statement.document == "tech-innovation").values(text=EVIL, exact=EVIL, note=EVIL)
        )
    client = client_for(loaded)
    for path in (
        *PAGES,
        "/statements/tech-innovation.rail-travel-time",
        f"/search?q={quote(EVIL)}",
        f"/statements?q={quote(EVIL)}",
    ):
        answer = client.get(path, headers=BROWSER)
        page = parsed(answer.text)
        assert answer.status_code == 200, path
        scripts = [each for each in page.iter() if local(each) == "script" and not is_data(each)]
        assert [each for each in scripts if each.get("src") != "/static/reading.js"] == []
        assert [each for each in page.iter() if local(each) == "img" or each.get("onerror")] == []
        assert [address for _, address in links(page) if address.lower().startswith("javascript:")] == []
        assert "49" not in re.findall(r"\{\{7\*7\}\}|>49<", answer.text)
    assert EVIL.replace("&amp;", "&amp;") in text_of(read(client, "/regions/chongqing"))


def test_no_page_of_a_large_database_is_large(empty: sa.Engine) -> None:
    client = client_for(made(empty, 3000))
    indicator = client.get("/v1/statements/groups?by=indicator&limit=1").json()["groups"][0]["key"]["indicator"]
    document = client.get("/v1/documents?limit=1").json()["data"][0]["code"]
    cell = client.get("/v1/comparisons?sort=-statements&limit=1").json()["data"][0]["cell"]
    paths = [
        "/",
        f"/indicators/{indicator}",
        "/series",
        f"/series?indicator={indicator}&kind=actual,target",
        "/statements",
        "/comparisons",
        f"/comparisons/{quote(cell, safe='~')}",
        "/documents",
        f"/documents/{document}",
        "/regions",
        "/regions/land",
        "/projects",
        "/search?q=land",
        "/worklist",
    ]
    for path in paths:
        answer = client.get(path, headers=BROWSER)
        assert answer.status_code == 200, path
        parsed(answer.text)
        assert len(answer.content) < 450_000, f"{path}: {len(answer.content)}"
    seen, address = set[str](), "/statements?kind=target"
    while address:
        page = read(client, address)
        rows = {each.get("id") for each in page.iter() if local(each) == "tr" and each.get("id")}
        assert not rows & seen
        seen |= {each for each in rows if each}
        address = next((href for name, href in links(page) if name == "Next page"), "")
    total = client.get("/v1/statements?kind=target&include=total&limit=1").json()["page"]["total"]
    assert len(seen) == total > 50


def test_a_large_database_is_not_counted_by_every_value(loaded: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.queries.service.LARGE", 100)
    client = client_for(loaded)
    assert [each for each in read(client, "/statements").iter() if local(each) == "select"] == []
    assert [each for each in read(client, "/statements?indicator=gdp").iter() if local(each) == "select"]
    for path in PAGES:
        read(client, path)


def test_a_reader_is_told_when_to_try_again(empty: sa.Engine) -> None:
    with writing(empty) as connection:
        connection.execute(
            sa.text("DROP TABLE search_entry" if empty.dialect.name == "sqlite" else "DROP TABLE search_entry CASCADE")
        )
    answer = client_for(empty).get("/search?q=rail", headers=BROWSER)
    assert (answer.status_code, answer.headers["Retry-After"], answer.headers["Cache-Control"]) == (503, "2", "no-store")
    assert "claimbook migrate" in text_of(parsed(answer.text))


def test_no_template_names_another_host_or_runs_a_script_inline() -> None:
    for path in TEMPLATES.iterdir():
        text = path.read_text("utf-8")
        assert not re.search(r"https?://", text), path
        assert not re.search(r"<script(?![^>]*\b(?:src=|type=.application/ld\+json))[^>]*>", text), path
        assert not re.search(r"\sstyle=|\son\w+=", text), path
        assert "|safe" not in text.replace(" ", "")
    for name in ("style.css", "reading.js"):
        assert not re.search(r"https?://|@import|url\(", (STATIC / name).read_text("utf-8"))
