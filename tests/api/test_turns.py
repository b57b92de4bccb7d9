"""Whoever finds all threads taken: how long does he wait, and what is he told?"""

import threading
import time

import pytest
import sqlalchemy as sa
from asking import broken_client
from starlette.testclient import TestClient

from app.api.turns import Turns


@pytest.fixture
def busy(loaded: sa.Engine) -> TestClient:
    """A client of an application whose one turn is taken for as long as the test wants."""
    client = broken_client(loaded, pool_timeout=0.2)
    layers = client.app.user_middleware  # type: ignore[attr-defined]
    turns = next(layer for layer in layers if layer.cls is Turns)
    turns.kwargs["at_work"] = 1
    return client


def test_whoever_waits_too_long_for_a_turn_is_told_to_come_back(busy: TestClient) -> None:
    entered, release = threading.Event(), threading.Event()

    @busy.app.get("/slow")  # type: ignore[attr-defined]
    def slow() -> dict[str, str]:
        entered.set()
        release.wait(30)
        return {}

    with busy:
        first = threading.Thread(target=busy.get, args=("/slow",))
        first.start()
        assert entered.wait(30)
        answer = busy.get("/v1/units")
        assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (503, "too-busy", "2")
        assert busy.get("/healthz").status_code == 200
        release.set()
        first.join()
        assert busy.get("/v1/units").status_code == 200


def test_whoever_waits_a_moment_gets_an_answer(busy: TestClient) -> None:
    @busy.app.get("/moment")  # type: ignore[attr-defined]
    def moment() -> dict[str, str]:
        time.sleep(0.02)
        return {}

    statuses: list[int] = []
    with busy:
        asking = [threading.Thread(target=lambda: statuses.append(busy.get("/moment").status_code)) for _ in range(4)]
        for each in asking:
            each.start()
        for each in asking:
            each.join()
    assert statuses == [200] * 4
