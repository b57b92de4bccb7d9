"""What has not changed is not sent again, and nothing stale ever is: ETags, 304, remembered answers."""

from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from conftest import client_for
from make import SMALL_SEED, engine_for, write_seed
from observe import address_of, counting
from starlette.testclient import TestClient

from app.api.remembered import Answer, Remembered, Store, Version
from app.exports.formats import FORMATS
from app.seed.load import seed_directory

REMEMBER = {"remember_bytes": 4_000_000}
READS = [
    "/v1",
    "/v1/statements",
    "/v1/statements?limit=1&include=total,comparison",
    "/v1/statements.csv",
    "/v1/statements/harbour.ships-2024",
    "/v1/statements/harbour.ships-2026",
    "/v1/comparisons",
    "/v1/regions/northport",
    "/v1/search?q=ships",
    "/v1/changes",
    "/v1/statements?region=nowhere",
    "/openapi.json",
]


@pytest.fixture
def small(empty: sa.Engine, tmp_path: Path) -> sa.Engine:
    seed_directory(empty, write_seed(tmp_path / "first", SMALL_SEED))
    return empty


def test_an_answer_that_is_known_is_a_304_that_asks_only_for_the_version(small: sa.Engine) -> None:
    client = client_for(small)
    for path in ("/v1", "/v1/statements", "/v1/statements.csv", "/v1/comparisons", "/openapi.json"):
        first = client.get(path)
        etag = first.headers["etag"]
        assert etag.startswith('"')
        for condition in (etag, f"W/{etag}", f'"other", {etag}'):
            with counting(client) as sent:
                again = client.get(path, headers={"If-None-Match": condition})
            assert (again.status_code, again.content, again.headers["etag"], sent) == (304, b"", etag, [])
        assert client.head(path, headers={"If-None-Match": etag}).status_code == 304
        assert client.head(path).headers["etag"] == etag
        assert client.get(path, headers={"If-None-Match": '"other"'}).content == first.content
        assert client.get(f"{path}?x").headers.get("etag") != etag


DOCUMENT, STATEMENT = "tech-innovation", "central-urban-areas.gdp-2021-h1"
TILES = [
    *("/v1/series?indicator=gdp", "/v1/series?indicator=gdp&shape=columns&gaps=explicit", "/v1/series.json?indicator=gdp"),
    *("/v1/observations", "/v1/observations.csv", "/v1/comparisons?status=conflicting", "/v1/comparisons.json?sort=-gap"),
    *("/v1/statements?limit=3&include=total", "/v1/statements?facets=topic", f"/v1/statements/{STATEMENT}"),
    *(f"/v1/statements.{suffix}?indicator=gdp" for suffix in FORMATS if suffix != "geojson"),
    *("/v1/regions.geojson", "/v1/derivations", "/v1/checks?indicator=gdp&value=1&unit=CNY", "/v1/availability"),
    *("/v1/grafana/variables?dimension=topic", "/v1/grafana/annotations", "/v1/search?q=wafer", "/v1/changes", "/v1"),
    *("/v1/exports", "/v1/exports/package.zip", "/v1/exports/datapackage.json", "/v1/exports/units.parquet", "/llms.txt"),
    *("/", "/statements", "/series?indicator=gdp", "/comparisons", "/derivations", "/worklist", "/search?q=wafer"),
    *(f"/documents/{DOCUMENT}", f"/statements/{STATEMENT}", "/regions/chongqing"),
]


def test_a_refresh_of_any_tile_with_nothing_new_is_one_304_that_asks_only_for_the_version(client: TestClient) -> None:
    for path in TILES:
        accept = {"Accept": "text/html"} if not path.startswith(("/v1", "/llms")) else {}
        first = client.get(path, headers=accept)
        assert first.status_code == 200, path
        with counting(client) as sent:
            again = client.get(path, headers={**accept, "If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content, sent) == (304, b"", []), path
        for name in ("etag", "vary", "cache-control", "content-security-policy"):
            assert again.headers[name] == first.headers[name], (path, name)


def test_a_page_and_its_data_have_names_of_their_own(client: TestClient) -> None:
    page = client.get("/worklist", headers={"Accept": "text/html"}).headers["etag"]
    data = client.get("/worklist", headers={"Accept": "application/json", "If-None-Match": page})
    assert data.status_code == 200
    assert data.headers["etag"] != page


def test_workers_agree_on_the_name_of_an_answer_and_settings_change_it(small: sa.Engine) -> None:
    one, other = client_for(small), client_for(small)
    assert one.get("/v1/statements").headers["etag"] == other.get("/v1/statements").headers["etag"]
    silent = client_for(small, serve_quotes=False)
    assert silent.get("/v1/statements").headers["etag"] != one.get("/v1/statements").headers["etag"]


def test_errors_and_operations_have_no_etag(small: sa.Engine) -> None:
    client = client_for(small, **REMEMBER)
    for path in ("/healthz", "/readyz", "/v1/statements/harbour.nothing", "/v1/statements?limit=0", "/nowhere"):
        for _ in range(2):
            assert "etag" not in client.get(path).headers


def test_a_remembered_answer_is_the_same_to_the_byte_and_runs_no_query(small: sa.Engine) -> None:
    client, plain = client_for(small, **REMEMBER), client_for(small)
    for path in READS:
        first = client.get(path)
        with counting(client) as sent:
            again = client.get(path)
        for answer in (first, again):
            answer.headers.pop("x-request-id", None)  # each problem has its own
        assert (again.status_code, again.content, dict(again.headers)) == (first.status_code, first.content, dict(first.headers))
        assert again.content == plain.get(path).content
        assert (sent == []) == (first.status_code == 200), path


def test_nothing_stale_is_served_once_a_write_is_acknowledged(small: sa.Engine, tmp_path: Path) -> None:
    """Random reads and writes: two workers that remember answer as one that remembers nothing, whoever wrote."""
    writer = engine_for(address_of(small))
    workers = [client_for(small, **REMEMBER), client_for(engine_for(address_of(small)), **REMEMBER)]
    plain = client_for(small)
    known: dict[str, str] = {}
    dice = Random(5)
    writes = 0
    for step in range(240):
        if dice.random() < 0.08:
            files = dict(SMALL_SEED)
            document = files["documents/harbour.yaml"].replace("expects 7,000", f"expects, reading {dice.randint(1, 5)}, 7,000")
            files["documents/harbour.yaml"] = (
                document if dice.random() < 0.7 else document.split("- slug: ships-2026")[0].rstrip(" ")
            )
            seed_directory(writer, write_seed(tmp_path / f"step{step}", files))
            writes += 1
        path = dice.choice(READS[:-1])
        fresh = plain.get(path)
        answer = dice.choice(workers).get(path, headers={"If-None-Match": known[path]} if path in known else {})
        if answer.status_code == 304:
            assert fresh.headers["etag"] == known[path]
        else:
            assert (answer.status_code, answer.content) == (fresh.status_code, fresh.content), (step, path)
        if "etag" in fresh.headers:
            known[path] = fresh.headers["etag"]
    assert writes > 10
    for engine in (writer, workers[1].app.state.engine):  # type: ignore[attr-defined]
        engine.dispose()


def test_a_database_that_is_gone_is_answered_by_the_routes(small: sa.Engine) -> None:
    client = client_for(small, **REMEMBER)
    assert client.get("/v1/statements").status_code == 200
    with small.begin() as connection:
        connection.execute(sa.text("DROP TABLE data_version"))
    assert client.get("/v1/statements").status_code in (500, 503)
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("most", [0, 10, 100_000])
def test_the_store_is_bounded_and_forgets_what_was_asked_for_longest_ago(most: int) -> None:
    store, version = Store(most, most), Version(1, "00")
    for number in range(300):
        store.put(version, b"%d" % number, Answer((), b"x" * (number % 7)))
        store.get(version, b"0")
    held = [answer for number in range(300) if (answer := store.get(version, b"%d" % number))]
    assert sum(len(answer.body) for answer in held) <= most
    assert bool(held) == (most > 1000)
    assert store.get(Version(2, "00"), b"299") is None
    store.put(Version(2, "00"), b"new", Answer((), b""))
    assert store.get(version, b"299") is None


def test_a_remembered_answer_survives_head_and_other_origins(small: sa.Engine) -> None:
    client: TestClient = client_for(small, **REMEMBER)
    client.head("/v1/statements")
    answer = client.get("/v1/statements", headers={"Origin": "https://example.org"})
    assert answer.json()["data"]
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in client.get("/v1/statements").headers


def test_a_request_that_announces_a_body_is_judged_though_its_answer_is_remembered(small: sa.Engine) -> None:
    client = client_for(small, **REMEMBER)
    assert client.get("/v1/statements").status_code == 200
    assert client.get("/v1/statements", headers={"Content-Length": "10000000000"}).status_code == 413


def test_a_long_question_is_not_remembered(small: sa.Engine) -> None:
    client = client_for(small, **REMEMBER)
    etag = client.get("/v1/statements").headers["etag"]
    names = set[str]()
    for length in (10, 900, 1100, 20_000):
        known = {"If-None-Match": f'{etag}, "{"x" * length}"'}
        for _ in range(2):
            with counting(client) as sent:
                assert client.get("/v1/statements", headers=known).status_code == 304
            assert sent == []
        stored = {name for name in _remembered(client) if any("x" * length in str(part) for part in name)}
        assert bool(stored) == (length < 1000)
        names.update(map(str, stored))
    assert len(names) == 2


def _remembered(client: TestClient) -> list[tuple[Any, ...]]:
    layer: Any = client.app
    layer = layer.front
    while not isinstance(layer, Remembered):
        layer = layer.app
    return list(layer.store._held)


def test_a_statement_that_a_list_has_shown_is_not_told_any_more_once_it_is_changed(small: sa.Engine, tmp_path: Path) -> None:
    """Whether other questions are asked meanwhile or not."""
    client = client_for(small, **REMEMBER)
    one = "/v1/statements/harbour.ships-2024"
    for text in ("more than 6,000 vessels", "more than 6,000 barges"):
        client.get("/v1/statements?limit=3")
        before = client.get(one)
        changed = {name: each.replace("handled more than 6,000 ships", f"handled {text}") for name, each in SMALL_SEED.items()}
        other = engine_for(small.url.render_as_string(hide_password=False))
        seed_directory(other, write_seed(tmp_path / text.split()[-1], changed))
        other.dispose()
        after = client.get(one)
        assert text in after.json()["text"]
        assert after.headers["etag"] != before.headers["etag"]
        assert client.head(one).headers["etag"] == after.headers["etag"]
