"""The same answers, byte for byte, with everything that makes them quick and without, whatever is written in between."""

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from random import Random

import sqlalchemy as sa
from conftest import ADDRESS, client_for
from make import engine_for
from observe import address_of
from starlette.testclient import TestClient

from app.bulk.generate import generate
from app.bulk.load import load_file
from app.main import create_routes
from app.models import Document, Indicator, Project, Region, Statement
from app.settings import Settings

PLAIN = {"accept-encoding": "identity"}
"""Headers of a request that passes no layers."""
REQUESTS = 300
WRITES = 12
SORTS = ["id", "-id", "period", "-period", "value", "-published_on"]


def drawn(dice: Random, codes: dict[str, list[str]], seen: list[str]) -> str:
    """A request of a statement or a page: mostly good, sometimes wrong, sometimes where the page before ended."""
    if seen and dice.random() < 0.25:
        return dice.choice(seen)
    if dice.random() < 0.12:
        return f"/v1/statements/{dice.choice([dice.choice(codes['id']), 'brief-0.none', 'x'])}"
    parts = [
        f"{name}={','.join(dice.sample(codes[name], dice.choice([1, 1, 2])))}"
        for name in ("region", "within", "indicator", "topic", "document", "project")
        if dice.random() < 0.2
    ]
    for name, values in {
        "kind": ["actual", "target", "actual,target", "rumour"],
        "from": ["2015", "2019-06", "20x"],
        "to": ["2019", "2020-02-01", "1000"],
        "limit": ["1", "7", "50", "0"],
        "sort": SORTS,
        "include": ["total", "comparison"],
        "fields": ["id,text"],
        "period_match": ["within"],
        "status": ["withdrawn", "published"],
        "has_quantity": ["true", "false"],
        "cumulative": ["true", "false"],
        "q": ["output"],
        "withn": ["land"],
    }.items():
        if dice.random() < (0.3 if name in ("limit", "sort") else 0.06):
            parts.append(f"{name}={dice.choice(values)}")
    return f"/v1/statements?{'&'.join(parts)}" if parts else "/v1/statements"


def codes_of(engine: sa.Engine) -> dict[str, list[str]]:
    with engine.connect() as connection:

        def column(of: object) -> list[str]:
            return list(connection.execute(sa.select(of).distinct().order_by(of)).scalars())  # type: ignore[call-overload]

        regions = column(Region.code)
        return {
            "id": column(Statement.id),
            "region": regions,
            "within": regions,
            "indicator": column(Indicator.code),
            "topic": column(Indicator.topic),
            "document": column(Document.code),
            "project": column(Project.code),
        }


def compared(engine: sa.Engine, tmp_path: Path, requests: int, writes: int, seed: int) -> Iterator[int]:
    """Ask both for each request; yields the status of each answer, which was the same."""
    dice = Random(seed)
    records = json.loads(json.dumps(list(generate(400, 11))))
    statements = [each for each in records if each["type"] == "statement"]
    path = tmp_path / "some.ndjson"

    def load(given: list[dict[str, object]]) -> None:
        path.write_text("".join(json.dumps(each) + "\n" for each in given), "utf-8")
        load_file(engine, path)

    load(records)
    codes, seen = codes_of(engine), list[str]()
    quick = [client_for(engine, remember_bytes=size) for size in (0, 20_000_000)]
    plain_engine = engine_for(address_of(engine))
    plain = TestClient(create_routes(Settings(base_url=ADDRESS), plain_engine), base_url=ADDRESS, raise_server_exceptions=False)
    for number in range(requests):
        if number % (requests // writes) == 1:
            one = dice.choice(statements)
            one["text"] = f"{one['text']} Or {number}."
            load([one])
        path_asked = drawn(dice, codes, seen)
        expected = plain.get(path_asked)
        told = []
        for client, headers in product(quick, ({}, PLAIN)):
            answer = client.get(path_asked, headers=headers)
            told.append({**answer.headers, "content-encoding": "", "content-length": "", "etag": "", "x-request-id": ""})
            assert (answer.status_code, answer.content) == (expected.status_code, expected.content), path_asked
            following = expected.links.get("next", {}).get("url")
            assert answer.links.get("next", {}).get("url") == following, path_asked
        assert all(each == told[0] for each in told), path_asked
        if following:
            seen.append(following.removeprefix(ADDRESS))
        yield expected.status_code
    plain_engine.dispose()


def test_quick_answers_are_those_of_the_routes(empty: sa.Engine, tmp_path: Path) -> None:
    found = list(compared(empty, tmp_path, REQUESTS, WRITES, seed=20261122))
    assert found.count(200) > REQUESTS / 2
    assert {404, 422} <= set(found)
