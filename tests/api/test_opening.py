"""While the routes are still being made plain pages are answered as ever, and everything else waits for them."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from conftest import ADDRESS
from make import engine_for
from starlette.testclient import TestClient

import app.main
from app.api.opening import Opening
from app.settings import Settings

PAGE = "/v1/statements?within=chongqing&limit=2"
ONE = "/v1/statements/central-urban-areas.gdp-2021-h1"
WAITING = ("/v1/regions", "/v1/statements?limit=2&nonsense=1", f"{PAGE}&facets=kind", "/regions/chongqing", "/healthz", "/none")


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """What holds the making of the routes until it is set."""
    opened, add_routes = threading.Event(), app.main.add_routes

    def add_late(bare: app.main.Fronted) -> None:
        assert opened.wait(20)
        add_routes(bare)

    monkeypatch.setattr(app.main, "add_routes", add_late)
    yield opened
    opened.set()


@pytest.fixture
def opening(
    gate: threading.Event, backend: str, new_database: Callable[..., str], templates: Callable[[str, str], str]
) -> Iterator[tuple[TestClient, list[str]]]:
    """A client of an application whose routes are not there yet, and what is noted once they are."""
    engine, noted = engine_for(new_database(backend, like=templates(backend, "seeded"))), list[str]()
    made = app.main.create_app(Settings(base_url=ADDRESS), engine=engine, on_open=lambda: noted.append("open"))
    plain = {"Accept-Encoding": "identity"}
    with TestClient(made, base_url=ADDRESS, raise_server_exceptions=False, headers=plain) as client:
        yield client, noted
        gate.set()
    engine.dispose()


def test_a_plain_page_waits_for_no_route(opening: tuple[TestClient, list[str]], gate: threading.Event) -> None:
    client, noted = opening
    early = {path: client.get(path) for path in (PAGE, ONE)}
    assert noted == []
    gate.set()
    assert client.get("/v1/regions").status_code == 200
    assert noted == ["open"]
    for path, answer in early.items():
        again = client.get(path, headers={"Accept": "application/json, */*;q=0.5"})  # not plain: made anew, by all layers
        assert answer.status_code == again.status_code == 200
        assert answer.content == again.content
        assert answer.headers["ETag"] == again.headers["ETag"]


def test_all_else_waits_and_is_answered_as_ever(opening: tuple[TestClient, list[str]], gate: threading.Event) -> None:
    client, _ = opening
    with ThreadPoolExecutor(len(WAITING)) as pool:
        asked = {path: pool.submit(client.get, path) for path in WAITING}
        assert not wait(asked.values(), timeout=0.3).done
        assert client.get(PAGE).status_code == 200, "who waits keeps no one else waiting"
        gate.set()
        statuses = {path: answer.result(60).status_code for path, answer in asked.items()}
    assert list(statuses.values()) == [200, 422, 200, 200, 200, 404]


def test_what_was_answered_early_is_counted_by_its_route(opening: tuple[TestClient, list[str]], gate: threading.Event) -> None:
    client, _ = opening
    for path in (PAGE, ONE, ONE):
        client.get(path)
    gate.set()
    told = client.get("/metrics").text
    counts = [line for line in told.splitlines() if "seconds_count" in line]
    assert sorted((line.split('route="')[1].split('"')[0], line.split()[-1]) for line in counts) == [
        ("/v1/statements", "1.0"),
        ("/v1/statements/{id}", "2.0"),
    ]


def test_a_server_that_cannot_open_ends(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise ImportError("jinja2 is gone")

    async def serve() -> None:
        Opening(fail, lambda: None).begin()
        await asyncio.sleep(60)

    with pytest.raises(SystemExit) as ended:
        asyncio.run(serve())
    assert ended.value.code == 1
    assert "jinja2 is gone" in caplog.text
