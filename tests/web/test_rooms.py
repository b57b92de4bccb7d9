"""Every page is valid, says what it is, has its data twin, loads nothing from elsewhere, and shows hostile text as text."""

import json
import random
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import sqlalchemy as sa
from conftest import ADDRESS, client_for
from made import made
from make import SMALL_SEED, engine_for, write_seed
from reading import BROWSER, PAGES, RAIL, links, local, parsed, read, text_of
from starlette.testclient import TestClient

from app.db import writing
from app.models import Document
from app.paths import STATIC, TEMPLATES
from app.seed.load import seed_directory

JSON = {"Accept": "application/json"}
TWINNED = [path for path in PAGES if not path.startswith(("/problems", "/worklist"))]
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;{{7*7}}"


@pytest.fixture(scope="module")
def room(clients: Callable[[str], TestClient]) -> Callable[[str], tuple[Any, Any]]:
    """Each page as it was answered and as a browser reads it; those of PostgreSQL are the same, as a test shows."""
    client = clients("sqlite")

    @cache
    def visit(path: str) -> tuple[Any, Any]:
        answer = client.get(path, headers=BROWSER)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8"), path
        return answer, parsed(answer.text)

    return visit


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_the_same_on_both_databases(
    clients: Callable[[str], TestClient], room: Callable[[str], tuple[Any, Any]], path: str
) -> None:
    own = re.compile(r"cursor=[\w.~%-]+|\d{4}-\d\d-\d\d[T ]\d\d:\d\d[\d:.]*Z?")
    other = clients("postgresql").get(path, headers=BROWSER).text
    assert own.sub("", other) == own.sub("", room(path)[0].text), "but for the key of cursors and times of writing"


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_valid_and_says_what_it_is(room: Callable[[str], tuple[Any, Any]], path: str) -> None:
    page = room(path)[1]
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
def test_a_page_is_small_and_loads_one_style_sheet_and_nothing_from_elsewhere(
    room: Callable[[str], tuple[Any, Any]], path: str
) -> None:
    answer, page = room(path)
    assert len(answer.content) < 100_000
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


@pytest.mark.parametrize("path", TWINNED)
def test_every_page_has_its_data_at_the_same_address_below_v1(
    clients: Callable[[str], TestClient], room: Callable[[str], tuple[Any, Any]], path: str
) -> None:
    client, page = clients("sqlite"), room(path)[1]
    twin = next(each.get("href") for each in page.iter() if local(each) == "link" and each.get("rel") == "alternate")
    assert twin is not None
    assert twin.removeprefix(ADDRESS) == ("/v1" + path).removesuffix("/")
    data = client.get(twin.removeprefix(ADDRESS))
    assert data.status_code == 200
    for accept in ("application/json", "*/*"):
        answer = client.get(path, headers={"Accept": accept, "If-None-Match": '"another"'})
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


def test_every_link_of_a_page_leads_somewhere(
    clients: Callable[[str], TestClient], room: Callable[[str], tuple[Any, Any]]
) -> None:
    """Links to other hosts are of the web; of those that lead on here, some of each kind on each page are followed."""
    kinds: dict[tuple[str, ...], set[str]] = {}
    for path in PAGES:
        here = {address for _, address in links(room(path)[1])}
        assert len([address for address in here if address.startswith("/")]) > 5
        for address in sorted(here):
            if address.startswith("/"):
                split = urlsplit(address)
                kind = (*split.path.split("/")[1:2], f"{split.path.count('/')}", *sorted(parse_qs(split.query)))
                kinds.setdefault(kind, set()).add(address)
            else:
                assert urlsplit(address).scheme in ("https", "http", "mailto") or address.startswith("#"), address
    assert len(kinds) > 40
    for found in kinds.values():
        for address in random.Random(7).sample(sorted(found), min(len(found), 2)):
            assert clients("sqlite").get(address, headers=BROWSER).status_code == 200, address


def test_the_downloads_of_a_page_hold_its_rows(client: TestClient) -> None:
    page = read(client, "/series?indicator=foreign-trade-volume&region=chongqing&kind=actual,target&from=2016")
    offered = [(name, address) for name, address in links(page) if name in ("JSON", "CSV", "NDJSON", "PARQUET", "XLSX")]
    assert [client.get(address).status_code for _, address in offered] == [200] * 10
    points, statements = (client.get(address).json() for name, address in offered if name == "JSON")
    assert {each["statement"] for each in points} < {each["id"] for each in statements}
    shown = [(each.get("id") or "").removeprefix("s-") for each in page.iter() if local(each) == "tr" and each.get("id")]
    assert shown == [each["id"] for each in statements]
    assert len(shown) == 4


def test_a_guest_of_a_conflict_shows_it_beside_what_its_own_cell_says(client: TestClient) -> None:
    for path in ("/indicators/rail-travel-time", "/documents/tech-innovation"):
        row = next(each for each in read(client, path).iter() if each.get("id") == "s-tech-innovation.rail-travel-time")
        assert [(name, address.endswith("asof")) for name, address in links(row) if address.startswith("/comparisons")] == [
            ("one source", False),
            ("conflict", True),
        ]
    assert "another comparison conflict" in text_of(read(client, "/statements/tech-innovation.rail-travel-time"))


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
        ("/regions/qwertyuiop", 404, "All regions", "/regions"),
        ("/indicator/gdp", 404, "Did you mean", "/indicators"),
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


def hostile() -> dict[str, str]:
    """A seed directory in which every text that is free is hostile."""
    said = json.dumps(EVIL).replace("\\", "\\\\")
    files = dict(SMALL_SEED)
    for pattern in (r"(?m)^( +(?:- )?(?:title|text)): .+$", r"(\b(?:name|name_zh|definition)): [^,}\n]+"):
        files = {name: re.sub(pattern, rf"\1: {said}", text) for name, text in files.items()}
    document = files["documents/harbour.yaml"].replace("text_length: 205", "text_length: 2050")
    files["documents/harbour.yaml"] = re.sub(
        r'exact: "[^"]+", start: (\d+), end: \d+',
        lambda found: f"exact: {json.dumps(EVIL)}, start: {found[1]}, end: {int(found[1]) + len(EVIL)}",
        document,
    )
    return files


@pytest.mark.parametrize("backend", ["sqlite"])
def test_hostile_text_is_shown_as_text(empty: sa.Engine, tmp_path: Path) -> None:
    seed_directory(empty, write_seed(tmp_path / "seed", hostile()))
    with writing(empty) as connection:
        connection.execute(sa.update(Document).values(url=f"javascript:{EVIL}"))  # the seed takes addresses of the web only
    client = client_for(empty)
    cell = client.get("/v1/comparisons").json()["data"][0]["cell"]
    paths = [re.sub(r"[?].*", "", path) for path in PAGES if path.count("/") == 1 and not path.startswith("/search")]
    for path in (
        *dict.fromkeys(paths),
        "/statements/harbour.ships-2024",
        "/documents/harbour",
        "/regions/northport",
        "/indicators/ships-handled",
        "/actors/ada-quay",
        f"/comparisons/{cell}",
        f"/search?q={quote(EVIL)}",
        f"/statements?q={quote(EVIL)}",
        f"/indicators?q={quote(EVIL)}",
    ):
        page = read(client, path)
        scripts = [each for each in page.iter() if local(each) == "script" and not is_data(each)]
        assert [each for each in scripts if each.get("src") != "/static/reading.js"] == []
        assert [each for each in page.iter() if local(each) == "img" or each.get("onerror")] == []
        assert [address for _, address in links(page) if address.lower().startswith("javascript:")] == []
        assert "{{7*7}}" in text_of(page) or path in ("/derivations", "/units", "/changes", "/worklist", "/projects"), path
    assert EVIL in text_of(read(client, "/regions/northport"))


def test_no_page_of_a_large_database_is_large(new_database: Callable[..., str], templates: Callable[[str, str], str]) -> None:
    engine = engine_for(new_database("sqlite", like=templates("sqlite", "migrated")))
    client = client_for(made(engine, 1600))
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
        assert len(answer.content) < 450_000, f"{path}: {len(answer.content)}"
    seen, address = set[str](), "/statements?kind=target"
    while address:
        page = read(client, address)
        rows = {each.get("id") for each in page.iter() if local(each) == "tr" and each.get("id")}
        assert not rows & seen
        seen |= {each for each in rows if each}
        address = next((href for name, href in links(page) if name == "Next page"), "")
    total = client.get("/v1/statements?kind=target&include=total&limit=1").json()["page"]["total"]
    assert len(seen) == total > 100, "more than two pages of them"
    engine.dispose()


def test_a_large_database_is_not_counted_by_every_value(
    clients: Callable[[str], TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.queries.service.LARGE", 100)
    client = clients("sqlite")
    assert [each for each in read(client, "/statements?limit=7").iter() if local(each) == "select"] == []
    assert [each for each in read(client, "/statements?indicator=gdp").iter() if local(each) == "select"]
    for path in ("/", "/comparisons?limit=7", "/series?from=2000"):
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
        assert not re.search(r"<script(?![^>]*(?:\bsrc=|application/ld\+json))[^>]*>", text), path
        assert not re.search(r"\sstyle=|\son\w+=", text), path
        assert "|safe" not in text.replace(" ", "")
    for name in ("style.css", "reading.js"):
        assert not re.search(r"https?://|@import|url\(", (STATIC / name).read_text("utf-8"))
