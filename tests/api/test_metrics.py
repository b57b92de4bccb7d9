"""Do the metrics tell what was asked and answered, of every process, in words that Prometheus reads?"""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest import client_for
from make import engine_for
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from app.api.metering import OTHER, Metered, Tally
from app.api.opening import Opening

Numbers = dict[tuple[str, frozenset[tuple[str, str]]], float]


def read(text: str) -> Numbers:
    """Every sample by its name and labels, those of the processes added up."""
    found: Numbers = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            key = sample.name, frozenset((name, value) for name, value in sample.labels.items() if name != "worker")
            found[key] = found.get(key, 0) + sample.value
    return found


def number(numbers: Numbers, name: str, **labels: str) -> float | None:
    return numbers.get((name, frozenset(labels.items())))


@pytest.fixture
def own(backend: str, new_database: Callable[..., str], templates: Callable[[str, str], str]) -> Iterator[TestClient]:
    engine = engine_for(new_database(backend, like=templates(backend, "seeded")))
    with client_for(engine, remember_bytes=1_000_000) as client:
        yield client
    engine.dispose()


def test_each_request_is_counted_by_its_route_method_and_status(own: TestClient) -> None:
    for path in ("/v1/statements/central-urban-areas.gdp-2021-h1", "/v1/statements/tech-innovation.rail-travel-time"):
        assert own.get(path).status_code == 200
    own.get("/v1/statements/nothing.at-all")
    own.get("/v1/statements.csv")
    own.head("/healthz")
    own.get("/made/up/by/a/stranger")
    own.request("BREW", "/v1")
    answer = own.get("/metrics")
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    numbers = read(answer.text)

    def asked(route: str, status: int, method: str = "GET") -> float | None:
        name = "claimbook_request_duration_seconds_count"
        return number(numbers, name, route=route, method=method, status=str(status))

    assert asked("/v1/statements/{id}", 200) == 2
    assert asked("/v1/statements/{id}", 404) == 1
    assert asked("/v1/statements.{suffix}", 200) == 1
    assert asked("/healthz", 200, "HEAD") == 1
    assert asked(OTHER, 404) == 1
    assert asked("/v1", 405, OTHER) == 1
    assert "stranger" not in answer.text
    assert "BREW" not in answer.text
    assert number(numbers, "claimbook_requests_in_flight") == 1, "the one for the metrics"
    assert number(numbers, "claimbook_data_version") == 1


@pytest.mark.parametrize("path", ["/v1/statements?limit=1", "/v1/statements/central-urban-areas.gdp-2021-h1", "/v1/units"])
def test_the_version_is_the_one_that_the_last_answer_showed(own: TestClient, path: str) -> None:
    assert own.get(path).status_code == 200
    assert number(read(own.get("/metrics").text), "claimbook_data_version") == 1


def test_the_buckets_grow_to_the_count(own: TestClient) -> None:
    for _ in range(3):
        own.get("/healthz")
    numbers = read(own.get("/metrics").text)
    labels = {"route": "/healthz", "method": "GET", "status": "200"}
    name = "claimbook_request_duration_seconds"
    buckets = [(dict(key), value) for (what, key), value in numbers.items() if what == f"{name}_bucket"]
    of_health = {told["le"]: value for told, value in buckets if labels.items() <= told.items()}
    heights = [of_health[bound] for bound in sorted(of_health, key=float)]
    assert heights == sorted(heights)
    assert heights[-1] == number(numbers, f"{name}_count", **labels) == 3
    assert 0 < (number(numbers, f"{name}_sum", **labels) or 0) < 60


def test_it_is_told_how_answers_came_about_and_who_uses_the_pool(own: TestClient, backend: str) -> None:
    path = "/v1/regions?limit=1"
    tag = own.get(path).headers["ETag"]
    own.get(path)
    assert own.get(path, headers={"If-None-Match": tag}).status_code == 304
    numbers = read(own.get("/metrics").text)
    told = {how: number(numbers, "claimbook_answers_total", how=how) for how in ("made", "remembered", "not_modified", "spooled")}
    assert told == {"made": 1, "remembered": 1, "not_modified": 1, "spooled": 0}
    pool = {state: number(numbers, "claimbook_pool_connections", state=state) for state in ("in_use", "idle", "most")}
    assert pool["in_use"] == 0
    assert pool["idle"] >= 1 if backend == "postgresql" else pool["idle"] is not None


def test_the_metrics_answer_without_a_database(backend: str, new_database: Callable[..., str]) -> None:
    engine = engine_for(new_database(backend))
    client = client_for(engine)
    assert client.get("/readyz").status_code == 503
    answer = client.get("/metrics")
    assert answer.status_code == 200
    numbers = read(answer.text)
    assert number(numbers, "claimbook_request_duration_seconds_count", route="/readyz", method="GET", status="503") == 1
    assert number(numbers, "claimbook_data_version") is None
    engine.dispose()


@pytest.mark.parametrize(
    ("host", "chosen", "status"), [("0.0.0.0", None, 404), ("0.0.0.0", True, 200), ("127.0.0.1", False, 404)]
)
def test_the_operator_chooses_whether_strangers_see_the_metrics(
    own: TestClient, host: str, chosen: bool | None, status: int
) -> None:
    engine = own.app.state.engine  # type: ignore[attr-defined]
    client = client_for(engine, host=host, serve_metrics=chosen)
    assert client.get("/metrics").status_code == status
    assert client.get("/healthz").status_code == 200


def test_an_answer_that_breaks_off_is_counted_as_a_failure() -> None:
    async def broken(*_: object) -> None:
        raise ConnectionError

    async def ask() -> Tally:
        from fastapi import FastAPI

        tally = Tally()
        layer: Any = Metered(broken, tally=tally, routes=FastAPI(), opening=Opening(lambda: None, None))
        with pytest.raises(ConnectionError):
            await layer({"type": "http", "method": "GET", "path": "/v1"}, None, None)
        return tally

    tally = asyncio.run(ask())
    assert list(tally.requests) == [(OTHER, "GET", 500)]
    assert tally.in_flight == 0
