"""How tests ask the API, and what they need to know of the shipped data, read without the code under test."""

import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from conftest import client_for
from make import SEED, seeded
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings

Row = dict[str, Any]

NOUNS = {
    "regions": "region",
    "indicators": "indicator",
    "units": "unit",
    "actors": "actor",
    "projects": "project",
    "documents": "document",
}
"""Code list → the filter of statements that takes its codes."""

EXAMPLE = "central-urban-areas.gdp-2021-h1"


def exact(text: str) -> Any:
    """JSON with every number as the decimal that stands there."""
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


def ids(client: TestClient, query: str = "", path: str = "/v1/statements") -> list[str]:
    """The ids of the statements of one large page."""
    answer = client.get(f"{path}?fields=id&limit=1000&{query}".rstrip("&"))
    assert answer.status_code == 200, answer.text
    assert answer.json()["page"]["next"] is None
    return [row["id"] for row in answer.json()["data"]]


def everything(client: TestClient, path: str = "/v1/statements") -> list[Row]:
    """All rows of a list."""
    answer = client.get(f"{path}?limit=1000")
    assert answer.status_code == 200, answer.text
    rows: list[Row] = answer.json()["data"]
    return rows


def pages(client: TestClient, address: str) -> Iterator[Row]:
    """The pages of a list, each as its JSON, by following `next`."""
    following: str | None = address
    while following:
        answer = client.get(following)
        assert answer.status_code == 200, answer.text
        body: Row = answer.json()
        yield body
        following = body["page"]["next"]


def path_of(address: str) -> str:
    """Path and query of an absolute address."""
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def slugs(document: str) -> list[str]:
    """The ids of a document's statements, in the order of its seed file."""
    text = (SEED / "documents" / f"{document}.yaml").read_text("utf-8")
    return [f"{document}.{slug}" for slug in re.findall(r"^- slug: (\S+)$", text, re.MULTILINE)]


def parents() -> dict[str, list[str]]:
    """Region → the regions it lies in, read from the seed file by eye, so to speak."""
    text = (SEED / "regions.yaml").read_text("utf-8")
    found = re.findall(r"^- code: (\S+)\n(?:  .*\n)*?  parents: \[(.*)\]", text, re.MULTILINE)
    return {code: [each.strip() for each in listed.split(",") if each.strip()] for code, listed in found}


def inside(*codes: str) -> set[str]:
    """The regions and all that lie in them."""
    above = parents()

    def reaches(code: str) -> bool:
        return code in codes or any(reaches(parent) for parent in above[code])

    return {code for code in above if reaches(code)}


def needed(operation: Row) -> list[str]:
    """The query parameters that an operation cannot do without, each with an example of its own."""
    required = [each for each in operation.get("parameters", ()) if each["in"] == "query" and each["required"]]
    examples = {each["name"]: each["schema"]["examples"][0] for each in required}
    return [f"{name}={','.join(each) if isinstance(each, list) else each}" for name, each in examples.items()]


def paths(client: TestClient) -> list[str]:
    """One address for every GET path there is, of the document and beside it."""
    documented = client.get("/openapi.json").json()["paths"]
    filled = []
    for path, operations in documented.items():
        for parameter in operations["get"].get("parameters", ()):
            if parameter["in"] == "path":
                value = "csv" if parameter["name"] == "suffix" else parameter.get("example", "none")
                path = path.replace(f"{{{parameter['name']}}}", value)
        filled.append(f"{path}?{'&'.join(needed(operations['get']))}".rstrip("?"))
    beside = ["/", "/docs", "/openapi.json", "/problems/not-found", "/static/docs.js", "/static/style.css", "/static/icon.svg"]
    return sorted({*filled, *beside, *(f"/v1/{noun}.json" for noun in (*NOUNS, "statements"))})


Served = Callable[..., tuple[sa.Engine, TestClient]]


def serving(backend: str, new_database: Callable[..., str]) -> Iterator[Served]:
    """For `pytest.fixture`: loads a seed directory into a new database and serves it with the settings given."""
    engines: list[sa.Engine] = []

    def serve(directory: Path, **settings: Any) -> tuple[sa.Engine, TestClient]:
        engines.append(seeded(new_database(backend), directory))
        return engines[-1], client_for(engines[-1], **settings)

    yield serve
    for engine in engines:
        engine.dispose()


def broken_client(engine: Any, **settings: Any) -> TestClient:
    """A client with a route that raises."""
    app = create_app(Settings(base_url="http://testserver", **settings), engine=engine)

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("a secret of SELECT * FROM statement in /etc/passwd")

    return TestClient(app, base_url="http://testserver", raise_server_exceptions=False)
