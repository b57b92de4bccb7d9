"""A real server on a free port, in a thread, that writes down every request and how many bytes it answered."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
import uvicorn
from make import engine_for

from app.main import create_app
from app.settings import Settings


@dataclass
class Request:
    """A request and what became of it."""

    method: str
    path: str
    range: str | None
    status: int = 0
    sent: int = 0
    """Bytes of the body."""


@dataclass
class Server:
    """Where it listens and what it was asked."""

    address: str = ""
    log: list[Request] = field(default_factory=list)


def watched(app: Any, log: list[Request]) -> Any:
    async def watching(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        asked = dict(scope["headers"]).get(b"range")
        request = Request(scope["method"], scope["path"], asked.decode() if asked else None)
        log.append(request)

        async def sending(message: Any) -> None:
            request.status = message.get("status", request.status)
            request.sent += len(message.get("body", b""))
            await send(message)

        await app(scope, receive, sending)

    return watching


@contextmanager
def running(engine: sa.Engine) -> Iterator[Server]:
    """Serves this database until the block is over."""
    serving = Server()
    app = create_app(Settings(base_url="http://127.0.0.1"), engine=engine)
    server = uvicorn.Server(uvicorn.Config(watched(app, serving.log), port=0, log_level="warning", lifespan="on"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    serving.address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield serving
    finally:
        server.should_exit = True
        thread.join()
        engine.dispose()


def listening(backend: str, templates: Callable[[str, str], str]) -> Iterator[Server]:
    """For `pytest.fixture`: serves the shipped data until the test is over."""
    with running(engine_for(templates(backend, "seeded"))) as server:
        yield server


def listening_once(templates: Callable[[str, str], str]) -> Iterator[Server]:
    """For `pytest.fixture(scope="module")`: the same on SQLite, where which database holds the data makes no difference."""
    with running(engine_for(templates("sqlite", "seeded"))) as server:
        yield server
