"""Every analytic path gives the same bytes on both databases, over the shipped data and over 4,000 made statements."""

import random
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from conftest import BACKENDS, client_for
from made import INDICATORS, REGIONS, made
from make import engine_for
from starlette.testclient import TestClient

pytestmark = pytest.mark.slow

MADE = 4_000
REQUESTS = 160
# Cursors are signed with each database's own key.
OWN = re.compile(r"cursor=[A-Za-z0-9_%-]*")

SHIPPED = [
    "/v1/comparisons?limit=1000",
    "/v1/comparisons.csv",
    "/v1/comparisons.json?status=conflicting,repeated&sort=-gap",
    "/v1/observations?limit=1000",
    "/v1/observations.csv?policy=latest_published",
    "/v1/observations.json?policy=most_precise",
    "/v1/observations?policy=preferred_rank&limit=1000",
    *(f"/v1/series?indicator={name}&within=china" for name in ("gdp", "foreign-trade-volume", "china-europe-freight-trains")),
    "/v1/series.csv?indicator=gdp&within=china",
    "/v1/derivations?limit=1000",
    "/v1/derivations.csv",
    "/v1/availability",
    "/v1/availability?mode=available&region=chongqing&indicator=gdp",
    "/v1/statements?facets=region,indicator,period,has_quantity&limit=1",
    "/v1/statements?group_by=region,kind&limit=1000",
    "/v1/statements?include=comparison,total&limit=1000",
    "/v1/statements?unit=CNY&value=gt:1 trillion&unit_as=USD",
    "/v1/checks?indicator=china-europe-freight-trains&value=15000",
    "/v1/checks?indicator=rail-travel-time&value=61&unit=min",
    "/v1/search?q=重庆 trains",
    "/v1/search?q=%22freight trains%22&limit=1000",
    "/v1/search/suggest?q=重",
]


@pytest.fixture(scope="module")
def crowds(new_database: Callable[..., str], templates: Callable[[str, str], str]) -> Iterator[dict[str, TestClient]]:
    """A client on the same made statements for each database."""
    engines: dict[str, sa.Engine] = {
        backend: made(engine_for(new_database(backend, like=templates(backend, "migrated"))), MADE) for backend in BACKENDS
    }
    yield {backend: client_for(engine) for backend, engine in engines.items()}
    for engine in engines.values():
        engine.dispose()


def drawn_requests() -> list[str]:
    """Analytic questions about the made statements, the same in every run."""
    dice = random.Random(20261122)
    indicators = [each[0] for each in INDICATORS]
    choices: dict[str, list[str]] = {
        "indicator": indicators,
        "region": REGIONS,
        "within": REGIONS,
        "topic": ["economy", "transport", "science", "trade"],
        "measure": ["level", "share", "growth", "change"],
        "kind": ["actual", "target"],
        "document": [f"report-{number:02}" for number in range(12)],
        "from": ["2016", "2018-S2", "1546300800000"],
        "to": ["2017", "2020-06", "2021"],
        "period_type": ["span", "instant", "cumulative"],
    }
    own: dict[str, dict[str, list[str]]] = {
        "/v1/comparisons": {
            "status": ["conflicting", "corroborated", "repeated,compatible"],
            "sort": ["-gap", "gap", "-documents"],
            "limit": ["7", "200"],
        },
        "/v1/comparisons.csv": {"status": ["conflicting", "single"], "gap": ["ge:0.01", "lt:0.005"]},
        "/v1/observations": {
            "policy": ["consistent", "most_precise", "latest_published", "preferred_rank"],
            "limit": ["5", "500"],
        },
        "/v1/observations.csv": {"policy": ["consistent", "most_precise"]},
        "/v1/series": {"policy": ["consistent", "latest_published"], "shape": ["rows", "columns"], "gaps": ["explicit"]},
        "/v1/derivations": {"limit": ["20", "300"]},
        "/v1/availability": {"mode": ["exact", "available"]},
        "/v1/statements": {
            "facets": ["region,indicator", "period,measure,unit"],
            "group_by": ["region,period", "indicator,kind,unit"],
            "include": ["comparison", "comparison,total"],
            "limit": ["3", "60"],
        },
        "/v1/checks": {"value": ["5", "41", "42.5", "70 million"], "comparator": ["gt", "le"]},
    }
    made_up = []
    for _ in range(REQUESTS):
        path = dice.choice(sorted(own))
        parts = {name: dice.choice(choices[name]) for name in dice.sample(sorted(choices), dice.choice((1, 2, 2, 3)))}
        parts |= {name: dice.choice(values) for name, values in own[path].items() if dice.random() < 0.6}
        if path in ("/v1/series", "/v1/checks"):
            parts |= {"indicator": dice.choice(indicators), "region": dice.choice(REGIONS)}
        if path == "/v1/checks":
            parts.setdefault("value", "42")
        made_up.append(f"{path}?" + "&".join(f"{name}={value}" for name, value in sorted(parts.items())))
    return made_up


def same(clients: dict[str, TestClient], request: str) -> int:
    """Ask both databases the same; the status they agree on."""
    answers = [clients[backend].get(request) for backend in BACKENDS]
    bodies = [OWN.sub("", answer.text) for answer in answers]
    assert answers[0].status_code == answers[1].status_code, request
    assert answers[0].status_code < 500, request
    assert bodies[0] == bodies[1], request
    return answers[0].status_code


@pytest.mark.parametrize("request_", SHIPPED)
def test_the_shipped_data_give_the_same_bytes(clients: Callable[[str], TestClient], request_: str) -> None:
    assert same({backend: clients(backend) for backend in BACKENDS}, request_) == 200


def test_made_statements_give_the_same_bytes(crowds: dict[str, TestClient]) -> None:
    statuses: dict[str, dict[int, int]] = {}
    for request in drawn_requests():
        seen: dict[int, Any] = statuses.setdefault(request.partition("?")[0], {})
        status = same(crowds, request)
        seen[status] = seen.get(status, 0) + 1
    assert all(200 in seen for seen in statuses.values()), statuses
    assert sum(seen[200] for seen in statuses.values()) > REQUESTS / 2, statuses
