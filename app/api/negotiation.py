"""The second way to a format: `Accept` at the bare address. The first is the suffix, all that most clients can choose."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import problem
from app.errors import Fault
from app.exports.formats import FORMATS

ENVELOPE = "application/json"
"""What the address of a list answers by itself: pages, with everything nested."""

MOST_KNOWN = 1000
"""Addresses of lists whose formats are remembered."""

ENDING = ".{suffix}"
LINKED = ".jsonld"
LINKED_DATA = "application/ld+json"
QUALITY = re.compile(r"[01](?:\.[0-9]{0,3})?", re.ASCII)


class Negotiated:
    """A thin ASGI layer: what is asked for in another format is answered by its twin with that suffix."""

    def __init__(self, app: ASGIApp, *, routes: FastAPI, address: str) -> None:
        self.app = app
        self.routes = routes
        self.services = services_of(address)
        self._known: dict[str, dict[str, str]] = {}
        self._lists: list[tuple[re.Pattern[str], dict[str, str]]] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Choose the format, answer 406 where there is none, and say where the description of the API is."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        offered = self._offered(scope["path"])
        chosen = choose(Headers(scope=scope).getlist("accept"), [ENVELOPE, *offered]) if offered else ENVELOPE
        if chosen is None:
            await _not_acceptable([ENVELOPE, *offered])(scope, receive, send)
            return
        suffix = offered.get(chosen)
        path = f"{scope['path']}.{suffix}" if suffix else scope["path"]
        query = f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else ""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                headers = MutableHeaders(raw=message["headers"])
                if path.startswith("/v1"):
                    headers["Link"] = ", ".join(filter(None, (headers.get("link"), self.services)))
                if suffix:
                    headers["Content-Location"] = f"{path}{query}"
            await send(message)

        await self.app({**scope, "path": path, "raw_path": path.encode()} if suffix else scope, receive, sending)

    def _offered(self, path: str) -> dict[str, str]:
        """The other formats of what stands at this path: media type → suffix; none for most."""
        known = self._known.get(path)
        if known is None:
            if self._lists is None:
                self._lists = list(_lists(self.routes))
            known = next((offered for pattern, offered in self._lists if pattern.fullmatch(path)), {})
            if known and len(self._known) < MOST_KNOWN:
                self._known[path] = known
        return known


def services_of(address: str) -> str:
    """Links to the description of the API, for machines and for people."""
    return f'<{address}/openapi.json>; rel="service-desc", <{address}/docs>; rel="service-doc"'


def _lists(routes: FastAPI) -> Any:
    """The paths that have twins with a suffix, each with their formats; JSON stands for what the bare path answers."""
    for path, suffixes in twins(routes).items():
        yield _pattern(path, "[^/.]+"), {FORMATS[each].media_type: each for each in suffixes if each != "json"}
    for path in linked(routes):
        yield _pattern(path, "[^/]+"), {LINKED_DATA: LINKED[1:]}


def _pattern(path: str, part: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{[a-z]+\\}", part, re.escape(path)))


def linked(routes: FastAPI) -> list[str]:
    """What comes as linked data too: it has a twin with that suffix."""
    paths = {route.path for route in iter_route_contexts(routes.routes) if route.path}
    return sorted(path.removesuffix(LINKED) for path in paths if path.endswith(LINKED) and path.removesuffix(LINKED) in paths)


def twins(routes: FastAPI) -> dict[str, list[str]]:
    """List → the suffixes that its flat form takes here."""
    found: dict[str, list[str]] = {}
    for route in iter_route_contexts(routes.routes):
        if route.path and route.path.endswith(ENDING):
            found[route.path.removesuffix(ENDING)] = [each for each in suffixes_of(route) if FORMATS[each].available]
    return found


def suffixes_of(route: Any) -> tuple[str, ...]:
    """The suffixes that a route for a list takes."""
    suffix: Any = next(each for each in route.dependant.path_params if each.name == "suffix")
    return get_args(suffix.field_info.annotation)


def choose(accept: Sequence[str], offered: Sequence[str]) -> str | None:
    """The media type that Accept likes best (RFC 9110, 12.5.1), the first of those it likes alike; None if it likes none."""
    wanted = _qualities(", ".join(accept))
    if not wanted:
        return offered[0]
    best = max(offered, key=lambda each: _quality(each, wanted))
    return best if _quality(best, wanted) > 0 else None


def _quality(media_type: str, wanted: Mapping[str, float]) -> float:
    """How much a media type is liked: what names it most closely decides."""
    for each in (media_type, f"{media_type.partition('/')[0]}/*", "*/*"):
        if each in wanted:
            return wanted[each]
    return 0.0


def _qualities(accept: str) -> dict[str, float]:
    """Media range → quality; parameters of types say nothing here, and what cannot be read is passed over."""
    found: dict[str, float] = {}
    for each in accept.split(","):
        name, *parameters = (part.strip().lower() for part in each.split(";"))
        quality = next((part[2:].strip() for part in parameters if part.startswith("q=")), "1")
        if "/" in name and QUALITY.fullmatch(quality):
            found[name] = min(float(quality), 1.0)
    return found


def _not_acceptable(offered: Sequence[str]) -> Any:
    listed = ", ".join(offered)
    fault = Fault("header", "Accept", f"one of {listed} was expected", list(offered))
    return problem("not-acceptable", f"This comes as {listed}; a suffix chooses too.", [fault])
