"""The OpenAPI document in the hands of others: linted, tested, and made into clients that compile and fetch."""

import json
import re
import sys
from pathlib import Path

import pytest
from frames import fetch
from installed import HERE, needs_run, package, ran, tool
from listening import Server, listening_once

pytestmark = pytest.mark.clients

server = pytest.fixture(scope="module")(listening_once)

RAIL = "rail-travel-time~level~~~min~chengdu_chongqing~chengdu-chongqing-high-speed-railway~actual~asof"

PROGRAM = """
import json, sys
from made import Client
from made.api.comparisons import list_comparisons
from made.api.statements import get_statement
from made.models import PageComparison, Problem, Statement
from made.models.list_comparisons_status_item import ListComparisonsStatusItem

client = Client(base_url=sys.argv[1])
statement = get_statement.sync("central-urban-areas.gdp-2021-h1", client=client)
assert isinstance(statement, Statement)
compared = list_comparisons.sync(client=client, status=[ListComparisonsStatusItem.CONFLICTING])
assert isinstance(compared, PageComparison)
problem = get_statement.sync("central-urban-areas.gdp", client=client)
assert isinstance(problem, Problem)
cells = [each.cell for each in compared.data]
lower = statement.quantity.interval.lower if statement.quantity else None
print(json.dumps({"text": statement.text, "lower": lower, "cells": cells, "code": problem.code}))
"""


@pytest.fixture
def document(server: Server, tmp_path: Path) -> Path:
    path = tmp_path / "openapi.json"
    path.write_bytes(fetch(f"{server.address}/openapi.json"))
    return path


def check(told: str) -> None:
    """What both generated clients read of the shipped data."""
    found = json.loads(told)
    assert found["text"].startswith("GDP of Chongqing's central urban areas passed 1 trillion yuan")
    assert (found["lower"], found["cells"], found["code"]) == (1_000_000_000_000, [RAIL], "not-found")


def test_redocly_has_no_error_to_tell(document: Path) -> None:
    script = package("@redocly/cli") / "bin" / "cli.js"
    quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    told = json.loads(ran(tool("node"), script, "lint", document, "--format=json", cwd=document.parent, **quiet))
    assert told["totals"]["errors"] == 0
    # it looks at no pattern: the name of a table has no dot, so one path never stands for the other
    paths = "Found two ambiguous paths: `/v1/exports/{table}.{suffix}` and `/v1/exports/{table}`."
    assert [each["message"].partition("\n")[0] for each in told["problems"] if paths not in each["message"]] == []


def test_a_typescript_client_compiles_and_fetches(server: Server, document: Path) -> None:
    node, directory = tool("node"), document.parent
    (directory / "node_modules").symlink_to(package("openapi-typescript").parent)
    ran(node, package("openapi-typescript") / "bin" / "cli.js", document, "-o", directory / "api.ts", cwd=directory)
    (directory / "fetching.ts").write_bytes((HERE / "fetching.ts").read_bytes())
    (directory / "package.json").write_text('{"type": "module"}')
    options = ["--strict", "--noUncheckedIndexedAccess", "--target", "es2022", "--module", "nodenext", "--types", "node"]
    ran(node, package("typescript") / "bin" / "tsc", *options, directory / "fetching.ts", cwd=directory)
    check(ran(node, directory / "fetching.js", server.address, cwd=directory))


def test_a_python_client_passes_mypy_and_fetches(server: Server, document: Path) -> None:
    maker, directory = tool("openapi-python-client"), document.parent
    python = Path(maker).parent / "python"
    (directory / "options.yml").write_text("post_hooks: []\n")  # no linter may rewrite what it made
    options = ("--path", document, "--output-path", directory / "made", "--meta", "none", "--config", directory / "options.yml")
    ran(maker, "generate", *options, cwd=directory)
    (directory / "fetching.py").write_text(PROGRAM)
    mypy = [sys.executable, "-m", "mypy", "--strict", "--python-executable", str(python), "--cache-dir", str(directory / "cache")]
    ran(*mypy, "fetching.py", "made", cwd=directory)
    check(ran(python, "fetching.py", server.address, cwd=directory))


def test_schemathesis_finds_no_answer_that_the_document_does_not_describe(server: Server, tmp_path: Path) -> None:
    needs_run()  # the same is tried without a server in tests/contract
    command = str(Path(sys.executable).parent / "schemathesis")
    told = ran(
        *(command, "--config-file", HERE / "schemathesis.toml", "run", f"{server.address}/openapi.json"),
        *("--max-examples", "5", "--seed", "1", "--workers", "2", "--suppress-health-check", "all"),
        cwd=tmp_path,
    )
    [selected] = re.findall(r"Selected: (\d+)/\1\b", told)
    assert f"Tested: {selected}" in told
    assert int(selected) >= 50
