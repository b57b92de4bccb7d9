"""How does a client learn that what it uses will go? By headers on every answer (RFC 9745, RFC 8594).

A route that goes is declared with `deprecated=True` and `openapi_extra=leaving(...)`: the document and the headers both follow.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.datastructures import MutableHeaders
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SINCE, UNTIL, SUCCESSOR = "x-deprecated-on", "x-sunset-on", "x-successor"


def leaving(since: date, until: date | None = None, successor: str | None = None) -> dict[str, Any]:
    """What the document says of a route that goes: the day it was deprecated, the day it may stop, the path to take instead."""
    told = {SINCE: since.isoformat(), UNTIL: until.isoformat() if until else None, SUCCESSOR: successor}
    return {name: value for name, value in told.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Leaving:
    """What the answers of a deprecated route carry."""

    headers: dict[str, str]
    link: str


Paths = list[tuple[re.Pattern[str], Leaving | None]]
"""Every path in the order in which it is tried, up to the last that goes; none when nothing goes."""


class Deprecated:
    """A thin ASGI layer: every answer of a deprecated route says so, errors and 304 too; without such routes it does nothing."""

    def __init__(self, app: ASGIApp, *, routes: FastAPI) -> None:
        self.app = app
        self.routes = routes
        self._leaving: Paths | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers of the route that answers."""
        found = self._found(scope) if scope["type"] == "http" else None
        if found is None:
            await self.app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                headers.update(found.headers)
                headers["Link"] = ", ".join(filter(None, (headers.get("link"), found.link)))
            await send(message)

        await self.app(scope, receive, sending)

    def _found(self, scope: Scope) -> Leaving | None:
        if self._leaving is None:
            self._leaving = _all_leaving(self.routes)
        return next((told for pattern, told in self._leaving if pattern.fullmatch(scope["path"])), None)


def _all_leaving(routes: FastAPI) -> Paths:
    paths: Paths = []
    last = 0
    for context in iter_route_contexts(routes.routes):
        if context.path:
            route: Any = context.original_route
            told = _leaving(route.openapi_extra or {}) if getattr(route, "deprecated", False) else None
            paths.append((compile_path(context.path)[0], told))
            last = len(paths) if told else last
    return paths[:last]


def _leaving(told: dict[str, Any]) -> Leaving:
    headers = {"Deprecation": f"@{int(_moment(told[SINCE]).timestamp())}"}
    if UNTIL in told:
        headers["Sunset"] = format_datetime(_moment(told[UNTIL]), usegmt=True)
    links = ['</docs>; rel="deprecation"; type="text/html"']
    if SUCCESSOR in told:
        links.append(f'<{told[SUCCESSOR]}>; rel="successor-version"')
    return Leaving(headers, ", ".join(links))


def _moment(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(), UTC)
