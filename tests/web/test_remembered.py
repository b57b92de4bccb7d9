"""A page is named like its data: known pages are a 304, asked for again they come from memory, and neither is ever stale."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from conftest import client_for
from make import SMALL_SEED, write_seed
from observe import counting
from reading import BROWSER

from app.seed.load import seed_directory

PAGES = ("/", "/statements?kind=target&unit=", "/statements/harbour.ships-2024", "/documents/harbour", "/worklist")


@pytest.fixture
def small(empty: sa.Engine, tmp_path: Path) -> sa.Engine:
    seed_directory(empty, write_seed(tmp_path / "first", SMALL_SEED))
    return empty


@pytest.mark.parametrize(("backend", "remembered"), [("sqlite", 0), ("sqlite", 4_000_000), ("postgresql", 4_000_000)])
def test_a_page_that_is_known_is_a_304_and_asks_only_for_the_version(small: sa.Engine, remembered: int) -> None:
    client = client_for(small, remember_bytes=remembered)
    for path in PAGES:
        first = client.get(path, headers=BROWSER)
        assert first.status_code == 200, path
        with counting(client) as sent:
            again = client.get(path, headers={**BROWSER, "If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content, sent) == (304, b"", []), path
        kept = ("etag", "cache-control", "vary", "content-security-policy")
        assert [again.headers[name] for name in kept] == [first.headers[name] for name in kept], "a browser keeps these"
        with counting(client) as sent:
            assert client.get(path, headers=BROWSER).content == first.content
        assert (sent == []) == bool(remembered), path


def test_a_page_and_its_data_have_different_names(small: sa.Engine) -> None:
    client = client_for(small, remember_bytes=4_000_000)
    for path in ("/worklist", "/statements/harbour.ships-2024"):
        page = client.get(path, headers=BROWSER)
        for _ in range(2):
            data = client.get(path, headers={"Accept": "application/json", "If-None-Match": page.headers["etag"]})
            assert (data.status_code, data.headers["content-type"]) == (200, "application/json")
            known = client.get(path, headers={**BROWSER, "If-None-Match": data.headers["etag"]})
            assert (known.status_code, known.content) == (200, page.content)


def test_a_page_follows_every_write(small: sa.Engine, tmp_path: Path) -> None:
    client = client_for(small, remember_bytes=4_000_000)
    before = client.get("/statements/harbour.ships-2024", headers=BROWSER)
    files = dict(SMALL_SEED)
    files["documents/harbour.yaml"] = files["documents/harbour.yaml"].replace("text: ", "text: Truly, ")
    assert files != SMALL_SEED
    seed_directory(small, write_seed(tmp_path / "second", files))
    after = client.get("/statements/harbour.ships-2024", headers={**BROWSER, "If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert "Truly" in after.text
    assert "Truly" not in before.text


def test_whether_texts_are_shown_changes_the_name_of_a_page(small: sa.Engine) -> None:
    shown, hidden = (client_for(small, serve_texts=each, serve_quotes=True) for each in (True, False))
    names = {each.get("/documents/harbour", headers=BROWSER).headers["etag"] for each in (shown, hidden)}
    assert len(names) == 2


def test_no_problem_is_named_or_remembered(small: sa.Engine) -> None:
    client = client_for(small, remember_bytes=4_000_000)
    for path in ("/statements/harbour.nothing", "/statements?limit=0", "/nowhere", "/problems/nothing"):
        for _ in range(2):
            answer = client.get(path, headers=BROWSER)
            assert (answer.headers["cache-control"], "etag" in answer.headers) == ("no-store", False)
            assert answer.headers["content-type"].startswith("text/html"), "a reader is told on a page, whatever the path"
            assert client.get(path, headers={"Accept": "*/*"}).headers["content-type"] == "application/problem+json"
