"""The tools over the Model Context Protocol: on standard input and output, or over HTTP to this machine alone. Reads only."""

import json
import logging
import socket
from contextlib import suppress
from typing import Any

import anyio
import sqlalchemy as sa
import uvicorn
from anyio.to_thread import run_sync
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError
from mcp.types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    ToolAnnotations,
)
from mcp.types import Tool as ToolOut
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker
from starlette.applications import Starlette

from app.api.bodies import check_text, read_model
from app.api.door import MAX_BODY
from app.api.problems import KINDS, classify
from app.db import check_schema, make_sessions
from app.errors import BadRequestError, ClaimbookError, Fault, NotFoundError
from app.exports.wire import to_json
from app.mcp.tools import TOOLS, Tool
from app.settings import Settings
from app.version import VERSION

LOOPBACK = "127.0.0.1"

ABOUT = (
    "Claimbook knows which document claims which number, in which words. Begin with `search`, which names ids and codes. Cite a "
    "figure with its words as written, the document, and the link that every answer carries. A figure is an interval: 'more than "
    "14,000' has no upper bound. `compare` and `check_number` relate numbers to sources; they judge nothing true or false."
)

READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)

logger = logging.getLogger("claimbook")


def serve_stdio(settings: Settings, engine: sa.Engine) -> None:
    """Answer on standard input and output until the input ends. Raises SchemaMismatchError."""
    server = make_server(settings, engine)

    async def serving() -> None:
        async with stdio_server() as (reading, writing):
            await server.run(reading, writing, server.create_initialization_options())

    with suppress(KeyboardInterrupt):
        anyio.run(serving)


def serve_http(settings: Settings, engine: sa.Engine, listener: socket.socket) -> None:
    """Answer over HTTP at /mcp on a socket that listens on loopback, until stopped. Raises SchemaMismatchError."""
    config = uvicorn.Config(make_http(settings, engine), log_level="warning", server_header=False, proxy_headers=False)
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])


def make_http(settings: Settings, engine: sa.Engine) -> Starlette:
    """The server as an ASGI application: no sessions are kept, and only this machine's own addresses are answered."""
    return make_server(settings, engine).streamable_http_app(
        json_response=True, stateless_http=True, max_request_body_size=MAX_BODY, host=LOOPBACK
    )


def make_server(settings: Settings, engine: sa.Engine) -> Server[Any]:
    """The server with all tools. Raises SchemaMismatchError."""
    with engine.connect() as connection:
        check_schema(connection)
    sessions = make_sessions(engine)

    async def list_tools(_context: Any, _params: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=[_described(name, tool) for name, tool in TOOLS.items()])

    async def call_tool(_context: Any, params: CallToolRequestParams) -> CallToolResult:
        tool = TOOLS.get(params.name)
        if tool is None:
            raise MCPError(INVALID_PARAMS, f"There is no such tool; the tools are: {', '.join(TOOLS)}.")
        return await run_sync(_call, tool, params.arguments or {}, sessions, settings)

    return Server(
        "claimbook",
        version=VERSION,
        title="Claimbook",
        instructions=ABOUT,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _described(name: str, tool: Tool) -> ToolOut:
    return ToolOut(
        name=name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.takes.model_json_schema(by_alias=True),
        output_schema=tool.answers.model_json_schema(by_alias=True, mode="serialization"),
        annotations=READS,
    )


def _call(tool: Tool, arguments: dict[str, Any], sessions: sessionmaker[Session], settings: Settings) -> CallToolResult:
    """One answer, as exact JSON text and as structured content; an error says what would have worked."""
    try:
        check_text(arguments, [])
        asked = read_model(tool.takes, arguments)
        with sessions() as session:
            told = to_json(tool.ask(session, asked, settings).model_dump(by_alias=True))
    except ClaimbookError as error:
        return _refused(told_of(error))
    except SQLAlchemyError as error:
        code, detail = classify(error)
        if code == "internal-error":
            logger.exception("database error", exc_info=error)
        return _refused(detail)
    return CallToolResult(content=[TextContent(text=told)], structured_content=json.loads(told))


def _refused(text: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(text=text)], is_error=True)


def told_of(error: ClaimbookError) -> str:
    """An error in words: what is wrong, and what would have worked."""
    if isinstance(error, NotFoundError):
        return str(error) + _hint(error.did_you_mean)
    if isinstance(error, BadRequestError) and error.faults:
        return "\n".join([f"{KINDS[error.code].title}.", *(_line(each) for each in error.faults)])
    return str(error)


def _line(fault: Fault) -> str:
    return f"{fault.name}: {fault.message}.{_hint(fault.did_you_mean)}"


def _hint(guesses: list[str]) -> str:
    return f" Did you mean {' or '.join(guesses)}?" if guesses else ""
