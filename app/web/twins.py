"""Every page has a data twin: who asks for no page gets what stands at the same address below /v1. And what a reader is told
when a page cannot be shown.
"""

import json
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import MEDIA_TYPE
from app.web.page import HEADERS, page

KEPT = ("cache-control", "retry-after", "allow")
"""Headers of a problem that its page has too."""
MEANING = "/problems/{code}"
ALONE = (MEANING, "/worklist")
"""Pages that answer programs themselves."""
DATA = "/v1"


def wants_html(scope: Scope) -> bool:
    """Whether the client asks for a page; browsers say so, programs rarely do."""
    return "text/html" in Headers(scope=scope).get("accept", "")


class Twinned:
    """A thin ASGI layer before all others of the API, so that a twin comes in every format, in parts, and with its name."""

    def __init__(self, app: ASGIApp, *, routes: FastAPI) -> None:
        self.app = app
        self.is_page = _any_of(routes, but=())
        self.is_twinned = _any_of(routes, but=ALONE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send programs to the twin; drop the empty fields of a reader's form; show a reader's problem as a page, on any path."""
        if scope["type"] != "http" or scope["path"].startswith(DATA):
            await self.app(scope, receive, send)
        elif wants_html(scope):
            telling = _Telling(scope, receive, send, is_page=self.is_page(scope["path"]))
            await self.app({**scope, "query_string": _filled(scope["query_string"])}, receive, telling)
        elif self.is_twinned(scope["path"]):
            path = f"{DATA}{scope['path'].rstrip('/')}"
            await self.app({**scope, "path": path, "raw_path": quote(path).encode()}, receive, send)
        else:
            await self.app(scope, receive, send)


def pages_of_data(routes: FastAPI) -> Callable[[str], bool]:
    """Tells which paths are pages that show what is in the database."""
    return _any_of(routes, but=(MEANING,))


def _any_of(routes: FastAPI, *, but: Sequence[str]) -> Callable[[str], bool]:
    @cache
    def pattern() -> re.Pattern[str]:
        paths = {route.path for route in iter_route_contexts(routes.state.pages.routes) if route.path} - set(but)
        return re.compile("|".join(re.sub(r"\\{[a-z]+\\}", "[^/]+", re.escape(path)) for path in sorted(paths)))

    return lambda path: pattern().fullmatch(path) is not None


def _filled(query: bytes) -> bytes:
    """The query without empty parameters: what a form sends for fields that were left alone."""
    if b"=&" not in query + b"&":
        return query
    return urlencode([(name, value) for name, value in parse_qsl(query.decode("latin-1")) if value]).encode()


class _Telling:
    """Sends an answer on; a problem document becomes a page with the same status."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, *, is_page: bool) -> None:
        self.scope, self.receive, self.send, self.is_page = scope, receive, send, is_page
        self.problem: list[bytes] | None = None
        self.headers: dict[str, str] = {}

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if message["status"] == 304 and self.is_page:  # a browser keeps the page with the headers of this answer
                MutableHeaders(raw=message["headers"]).update(HEADERS)
            if Headers(raw=message["headers"]).get("content-type") == MEDIA_TYPE:
                self.problem = []
                self.headers = {name: value for name, value in Headers(raw=message["headers"]).items() if name in KEPT}
                return
        elif message["type"] == "http.response.body" and self.problem is not None:
            self.problem.append(message.get("body", b""))
            if message.get("more_body", False):
                return
            told = json.loads(b"".join(self.problem))
            answer = page(
                Request(self.scope),
                "told.html",
                http_status=told["status"],
                told=told,
                guesses=_guesses(self.scope["path"], told),
                above=self.scope["path"].rpartition("/")[0] if self.is_page else "",
            )
            answer.headers.update(self.headers)
            await answer(self.scope, self.receive, self.send)
            return
        await self.send(message)


def _guesses(path: str, told: dict[str, Any]) -> list[tuple[str, str]]:
    """What the reader may have meant by a path, each with its address."""
    above = path.rpartition("/")[0]
    codes = [code for error in told["errors"] if error["in"] == "path" for code in error["did_you_mean"]]
    return [
        (code, code if code.startswith("/") else f"{above}/{quote(code, safe='~')}")
        for code in codes
        if not code.startswith(DATA)
    ]
