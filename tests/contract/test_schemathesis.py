"""schemathesis reads the OpenAPI document and tries to prove it wrong; every case goes to both databases, every check runs."""

import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
import sqlalchemy as sa
from conftest import ADDRESS, BACKENDS, client_for
from hypothesis import HealthCheck, Phase, settings
from make import engine_for
from schemathesis.config import SchemathesisConfig
from starlette.testclient import TestClient

from app.queries.statements import StatementFilters
from app.upkeep.everything import rebuild

EXAMPLES = int(os.environ.get("CLAIMBOOK_EXAMPLES", "12"))

# What the document cannot say: a query of more than 8192 bytes is refused whole, whatever else is wrong with it.
# And a text that names no time, or holds no letter to search for, is refused, whatever its form, and so is a number in a
# unit that its indicator does not have.
CONFIG = SchemathesisConfig.from_dict(
    {
        "checks": {"negative_data_rejection": {"expected-statuses": ["400", "404", "405", "414", "415", "422"]}},
        "operations": [
            {
                "include-path": path,
                "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "422"]}},
            }
            for path in ("/v1/periods/resolve", "/v1/checks", "/v1/search", "/v1/search/suggest")
        ],
    }
)


@pytest.fixture(scope="module")
def small_clients(new_database: Callable[..., str], templates: Callable[[str, str], str]) -> Iterator[dict[str, TestClient]]:
    """Both databases with the statements of two documents only: answers stay short, so that more of them fit into a minute."""
    made = {}
    for backend in BACKENDS:
        engine = engine_for(new_database(backend, like=templates(backend, "seeded")))
        with engine.begin() as connection:
            for table, column in (
                ("relation", "statement"),
                ("relation", "other"),
                ("mention_statement", "statement"),
                ("project_status", "statement"),
                ("statement_region", "statement"),
                ("statement", "id"),
            ):
                connection.execute(
                    sa.text(f"DELETE FROM {table} WHERE {column} NOT LIKE 'opening-up%' AND {column} NOT LIKE 'growth-pole%'")
                )
            rebuild(connection)
        made[backend] = client_for(engine)
    yield made
    for client in made.values():
        client.app.state.engine.dispose()  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def schema(small_clients: dict[str, TestClient]) -> schemathesis.BaseSchema:
    """The document as SQLite serves it, without the parameters whose value is right or wrong by what the others say.

    Cursors are signed, one that is made up is rightly a 400; `value` and `unit_as` need statements of one unit,
    and `bom` goes with one format.
    """
    document = small_clients["sqlite"].get("/openapi.json").json()
    for path, operations in document["paths"].items():
        left_out = DEPENDENT if path == "/v1/statements" else DEPENDENT | SHARED
        for operation in operations.values():
            operation["parameters"] = [each for each in operation.get("parameters", ()) if each["name"] not in left_out]
            for parameter in operation["parameters"]:
                shorten(parameter["schema"])
    loaded = schemathesis.openapi.from_dict(document, config=CONFIG)
    loaded.config.update(base_url=ADDRESS)
    return loaded


def shorten(schema: dict[str, Any]) -> None:
    """Keep a few of the codes that a parameter takes: each is tried, and each on its own says no more than the next."""
    for part in (schema, schema.get("items", {}), *schema.get("anyOf", ())):
        if len(part.get("enum", ())) > FEW:
            part["enum"] = part["enum"][:: len(part["enum"]) // FEW][:FEW]


FEW = 5

# Cursors are signed with each database's own key, and changes are stamped with the time of their commit.
DIFFERENT = re.compile(rb'cursor=[^"&]*|"at":"[^"]*"|"database":"[a-z]*"')

# What all filters of statements take is tried on their list; other paths that take them too are tried with some of them.
SHARED = {field.alias or name for name, field in StatementFilters.model_fields.items()} - {
    "region",
    "period",
    "q",
    "kind",
    "status",
}

DEPENDENT = {"cursor", "value", "match", "unit_as", "bom"}

lazy = schemathesis.pytest.from_fixture("schema")


@pytest.mark.slow
@lazy.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_request_makes_an_answer_that_the_document_does_not_describe(
    case: schemathesis.Case, small_clients: dict[str, TestClient]
) -> None:
    first, *others = [case.call(session=None, app=small_clients[backend].app) for backend in BACKENDS]
    case.validate_response(first)
    for other in others:
        assert (other.status_code, same(other)) == (first.status_code, same(first))


def same(answer: schemathesis.Response) -> bytes:
    """What both databases must answer alike."""
    return DIFFERENT.sub(b"", answer.content)
