"""The MCP Inspector, a client that none of ours had a hand in, lists the tools and calls each."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from installed import package, ran, tool

pytestmark = pytest.mark.clients

CALLS: dict[str, tuple[str, ...]] = {
    "search": ("q=wafer",),
    "get_statement": ("id=central-urban-areas.gdp-2021-h1",),
    "compare": ('indicator=["rail-travel-time"]',),
    "check_number": ("indicator=rail-travel-time", "value=61", "unit=min"),
    "coverage": ("document=tech-innovation",),
}


@pytest.fixture
def inspect(templates: Callable[[str, str], str], tmp_path: Path) -> Any:
    """Asks on SQLite; tests/cli/test_cli_mcp.py tells that both databases say the same."""
    address = templates("sqlite", "seeded")
    script = package("@modelcontextprotocol/inspector") / "clients" / "launcher" / "build" / "index.js"
    command = str(Path(sys.executable).parent / "claimbook")

    def ask(*arguments: str) -> Any:
        server = (command, "mcp", "--database", address)
        told = ran(tool("node"), script, "--cli", *server, "--connect-timeout", "120000", *arguments, cwd=tmp_path)
        return json.loads(told)

    return ask


def test_the_inspector_lists_and_calls_every_tool(inspect: Any) -> None:
    tools = {each["name"]: each for each in inspect("--method", "tools/list")["tools"]}
    assert tools.keys() == CALLS.keys()
    assert all(each["annotations"]["readOnlyHint"] is True for each in tools.values())
    for name, arguments in CALLS.items():
        given = [part for each in arguments for part in ("--tool-arg", each)]
        told = inspect("--method", "tools/call", "--tool-name", name, *given)
        assert not told.get("isError"), (name, told)
        text = json.dumps(told["structuredContent"])
        assert "/v1/" in text, name
        assert "#:~:text=" in text or name == "coverage", name
