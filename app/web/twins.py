"""Every page has a data twin: who asks for no page gets what stands at the same address below /v1."""

import re
from collections.abc import Callable, Sequence
from functools import cache
from urllib.parse import parse_qsl, quote, urlencode

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

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
            from app.web.telling import Telling  # noqa: PLC0415 - templates wait for a reader

            telling = Telling(scope, receive, send, is_page=self.is_page(scope["path"]))
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
