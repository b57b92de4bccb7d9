"""`claimbook mcp` as assistants use it: a client of others starts the real command, lists its tools and calls them."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from conftest import BACKENDS
from make import ROOT, engine_for
from mcp import Client, StdioServerParameters
from mcp.shared.exceptions import MCPError
from mcp.types import CallToolResult, Tool, ToolAnnotations
from observe import COMMAND, claimbook, digest
from starlette.testclient import TestClient

from app.api.door import MAX_BODY

pytestmark = pytest.mark.slow

ADDRESS = "http://testserver"
"""Where the API is said to be, so that links can be followed by the test client."""

RAIL = "rail-travel-time~level~~~min~chengdu_chongqing~chengdu-chongqing-high-speed-railway~actual~asof"
GDP = "central-urban-areas.gdp-2021-h1"

CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "words": ("search", {"q": "wafer"}),
    "chinese": ("search", {"q": "重庆", "resource": ["region", "document"], "limit": 3}),
    "statement": ("get_statement", {"id": GDP}),
    "cell": ("compare", {"cell": RAIL}),
    "filtered": ("compare", {"indicator": ["gdp"], "region": ["chongqing-central-urban-areas"], "period": "2021-S1"}),
    "conflicts": ("compare", {"status": ["conflicting"]}),
    "check": ("check_number", {"indicator": "rail-travel-time", "value": "61", "region": ["chengdu", "chongqing"]}),
    "coverage": ("coverage", {}),
    "document": ("coverage", {"document": "tech-innovation", "state": ["stated"], "limit": 5}),
}

WRONG: dict[str, tuple[str, dict[str, Any], str]] = {
    "no words": ("search", {}, "q: this field is needed"),
    "a search for nothing": ("search", {"q": "--"}, "q: at least one letter or digit was expected, such as rail"),
    "too many": ("search", {"q": "rail", "limit": 1000}, "limit: a number of at most 50 was expected"),
    "a NUL": ("search", {"q": "a\x00b"}, "q: a NUL character"),
    "an unknown id": ("get_statement", {"id": "central-urban-areas.gdp-2021"}, f"Did you mean {GDP}"),
    "no id": ("get_statement", {"id": "GDP of Chongqing"}, "id: a code was expected"),
    "an unknown code": ("compare", {"indicator": ["gpd"]}, "no indicator has the code 'gpd'. Did you mean gdp"),
    "an unknown argument": ("compare", {"indicators": ["gdp"]}, "Did you mean indicator?"),
    "no list": ("compare", {"indicator": "gdp"}, "indicator: a list was expected, such as"),
    "nothing to compare": ("compare", {}, "cell: a cell alone was expected, or an indicator"),
    "a cell and more": ("compare", {"cell": RAIL, "indicator": ["gdp"]}, "cell: a cell alone was expected"),
    "an unknown cell": ("compare", {"cell": RAIL.replace("asof", "as-of")}, f"Did you mean {RAIL}"),
    "no period": ("compare", {"period": "last year"}, "period: a period such as 2020"),
    "no number": ("check_number", {"indicator": "gdp", "value": "a lot"}, "value: a number such as 27900, 7.55 billion"),
    "a float": ("check_number", {"indicator": "gdp", "value": 7.5}, 'value: text in quotes was expected, such as "7.55"'),
    "a unit of something else": ("check_number", {"indicator": "gdp", "value": "7", "unit": "km"}, "one of these units: CNY"),
    "a state that is none": ("coverage", {"document": "tech-innovation", "state": ["read"]}, "'stated', 'dismissed'"),
    "an unknown document": ("coverage", {"document": "tech-inovation"}, "Did you mean tech-innovation?"),
}


@dataclass
class Heard:
    """What one conversation with the real command brought, and what it did to the database."""

    tools: list[Tool]
    instructions: str | None
    answers: dict[str, CallToolResult]
    refusals: dict[str, CallToolResult]
    unknown: str
    unchanged: bool


async def talk(server: StdioServerParameters | str) -> Heard:
    """Calls every tool rightly and wrongly. The client checks each answer against the tool's schema."""
    async with Client(server) as client:
        tools = (await client.list_tools()).tools
        answers = {case: await client.call_tool(*call) for case, call in CALLS.items()}
        refusals = {case: await client.call_tool(name, arguments) for case, (name, arguments, _) in WRONG.items()}
        try:
            await client.call_tool("delete_everything", {})
        except MCPError as error:
            return Heard(tools, client.instructions, answers, refusals, str(error), unchanged=True)
        raise AssertionError("a tool that is not there was called")


@pytest.fixture(scope="module")
def conversations(new_database: Callable[..., str], templates: Callable[[str, str], str]) -> Callable[[str], Heard]:
    """The conversation on each database, held once."""
    held: dict[str, Heard] = {}

    def on(backend: str) -> Heard:
        if backend not in held:
            address = new_database(backend, like=templates(backend, "seeded"))
            command, *arguments = [*COMMAND, "mcp", "--database", address]
            server = StdioServerParameters(command=command, args=arguments, cwd=ROOT, env={"CLAIMBOOK_BASE_URL": ADDRESS})
            engine = engine_for(address)
            before = digest(engine)
            held[backend] = asyncio.run(talk(server))
            held[backend].unchanged = digest(engine) == before
            engine.dispose()
        return held[backend]

    return on


@pytest.fixture
def heard(backend: str, conversations: Callable[[str], Heard]) -> Heard:
    """The conversation on each database in turn."""
    return conversations(backend)


@pytest.fixture
def answers(heard: Heard) -> dict[str, Any]:
    """What each of the right calls is told."""
    assert [name for name, each in heard.answers.items() if each.is_error] == []
    return {name: each.structured_content for name, each in heard.answers.items()}


def text_of(result: CallToolResult) -> str:
    [text] = [each.text for each in result.content if each.type == "text"]
    return text


def strip(value: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: part for name, part in value.items() if name not in names}


def test_five_tools_are_offered_and_all_only_read(heard: Heard) -> None:
    assert [each.name for each in heard.tools] == ["search", "get_statement", "compare", "check_number", "coverage"]
    assert "`search`" in (heard.instructions or "")
    for tool in heard.tools:
        assert (tool.annotations or ToolAnnotations()).read_only_hint is True
        assert all((tool.title, tool.description, tool.output_schema))
        assert tool.input_schema["additionalProperties"] is False
        silent = [name for name, each in tool.input_schema["properties"].items() if not each.get("description")]
        assert silent == [], tool.name
    assert heard.unchanged


def test_answers_are_those_of_the_api(client: TestClient, answers: dict[str, Any]) -> None:
    def api(path: str, **query: Any) -> Any:
        return client.get(f"/v1/{path}", params=query).json()

    found = [strip(each, "link", "url", "evidence") for each in answers["words"]["hits"]]
    assert found == api("search", q="wafer", limit=10)["data"]
    assert [each["resource"] for each in answers["chinese"]["hits"]] == ["region"] * 3
    assert answers["statement"]["statement"] == api(f"statements/{GDP}")
    assert answers["statement"]["evidence"] == api(f"statements/{GDP}/evidence")
    assert [strip(each, "link") for each in answers["cell"]["comparisons"]] == [api(f"comparisons/{RAIL}")]
    filters = {"indicator": "gdp", "region": "chongqing-central-urban-areas", "period": "2021-S1"}
    compared = [strip(each, "link") for each in answers["filtered"]["comparisons"]]
    assert compared == api("comparisons", sort="-gap", **filters)["data"]
    assert answers["filtered"]["total"] == len(compared) > 0
    assert [each["cell"] for each in answers["conflicts"]["comparisons"]] == [RAIL]
    checked = api("checks", indicator="rail-travel-time", value=61, region="chengdu,chongqing")
    assert strip(answers["check"], "evidence") == checked
    counted = [strip(each, "title", "link", "url") for each in answers["coverage"]["documents"]]
    assert {"data": counted, "total": answers["coverage"]["total"]} == api("coverage")
    assert answers["document"]["mentions"] == api("documents/tech-innovation/mentions", state="stated", limit=5)["data"]


def places(value: Any) -> Iterator[dict[str, Any]]:
    """Every place of words anywhere in an answer."""
    if isinstance(value, dict):
        if {"statement", "exact", "start", "link"} <= value.keys():
            yield value
        for part in value.values():
            yield from places(part)
    elif isinstance(value, list):
        for part in value:
            yield from places(part)


def test_every_figure_comes_with_the_place_of_its_words_and_links_that_lead_there(
    client: TestClient, answers: dict[str, Any]
) -> None:
    named = {
        "words": [each["code"] for each in answers["words"]["hits"] if each["resource"] == "statement"],
        "cell": [each["statement"] for each in answers["cell"]["comparisons"][0]["members"]],
        "filtered": [each["statement"] for one in answers["filtered"]["comparisons"] for each in one["members"]],
        "check": [each["statement"] for side in ("supporting", "contradicting", "neutral") for each in answers["check"][side]],
        "document": [each for mention in answers["document"]["mentions"] for each in mention["statements"]],
    }
    for name, ids in named.items():
        found = {each["statement"]: each for each in places(answers[name])}
        assert ids, name
        assert found.keys() == set(ids), name
        for id_, place in found.items():
            told = client.get(place["link"]).json()
            assert told["id"] == id_
            assert {key: place[key] for key in told["evidence"]} == told["evidence"]
            assert "#:~:text=" in place["url"]
    statement = answers["statement"]
    assert client.get(statement["link"]).json()["evidence"]["url"] == statement["url"] == statement["evidence"]["url"]
    others = [*answers["words"]["hits"], *answers["chinese"]["hits"], *answers["cell"]["comparisons"]]
    for link in [each["link"] for each in (*others, *answers["coverage"]["documents"])]:
        assert client.get(link).status_code == 200, link
    assert all(each["url"].startswith("https://") for each in answers["coverage"]["documents"])


def test_the_text_of_an_answer_holds_exact_numbers(heard: Heard) -> None:
    text = text_of(heard.answers["statement"])
    assert '"value":1000000000000,"value_text":"1000000000000"' in text
    assert json.loads(text) == heard.answers["statement"].structured_content


def test_wrong_arguments_are_told_what_would_have_worked(heard: Heard) -> None:
    for case, (_, _, told) in WRONG.items():
        assert heard.refusals[case].is_error, case
        assert told in text_of(heard.refusals[case]), case
    assert heard.unknown == "There is no such tool; the tools are: search, get_statement, compare, check_number, coverage."


def test_both_databases_say_the_same(conversations: Callable[[str], Heard]) -> None:
    first, second = (conversations(backend) for backend in BACKENDS)
    for kind in ("answers", "refusals"):
        told = [{case: text_of(each) for case, each in getattr(one, kind).items()} for one in (first, second)]
        assert told[0] == told[1]


@contextmanager
def over_http(database: str) -> Iterator[str]:
    """The address of the command serving over HTTP."""
    process = subprocess.Popen(
        [*COMMAND, "mcp", "--http", "--port", "0", "--database", database],
        cwd=ROOT,
        env={**os.environ, "CLAIMBOOK_BASE_URL": ADDRESS},
        text=True,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout
        yield process.stdout.readline().split()[-1]
    finally:
        process.terminate()
        process.communicate(timeout=20)


def test_over_http_the_same_is_answered_to_this_machine_only(
    backend: str, heard: Heard, new_database: Callable[..., str], templates: Callable[[str, str], str]
) -> None:
    with over_http(new_database(backend, like=templates(backend, "seeded"))) as address:
        told = asyncio.run(talk(address))
        assert {case: text_of(each) for case, each in told.answers.items()} == {
            case: text_of(each) for case, each in heard.answers.items()
        }
        ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
        headers = {"Accept": "application/json, text/event-stream"}
        for strange, status in (({"Host": "claims.example"}, 421), ({"Origin": "https://claims.example"}, 403)):
            assert httpx2.post(address, json=ping, headers={**headers, **strange}, trust_env=False).status_code == status
        large = httpx2.post(address, json={**ping, "params": {"x": "x" * MAX_BODY}}, headers=headers, trust_env=False)
        assert large.status_code == 413


def test_a_database_that_is_not_there_is_one_line_and_none_is_made(tmp_path: Path) -> None:
    ran = claimbook("mcp", "--database", f"sqlite:///{tmp_path}/none.db")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("claimbook: There is no database ")
    assert ran.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_without_the_extra_the_command_names_it() -> None:
    blocked = "import sys; sys.modules['mcp'] = None; from app.cli import main; main()"
    ran = subprocess.run([sys.executable, "-c", blocked, "mcp"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == "claimbook: This needs an extra that is not installed: pip install 'claimbook[mcp]'.\n"
