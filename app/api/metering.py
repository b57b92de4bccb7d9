"""How many requests of which kind were answered how fast: counted by the outermost layer, off the path of the data.

Nothing is locked and nothing is asked: a request costs a look at the clock before and after, and one addition to a row.
"""

import re
from bisect import bisect_left
from collections.abc import Awaitable
from functools import lru_cache, partial
from time import perf_counter
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.opening import Opening
from app.api.remembered import Answer

BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the durations that are told apart, in seconds."""

METHODS = frozenset(("GET", "HEAD", "OPTIONS", "POST"))
OTHER = "other"
"""The method, or the route, of all that are none of ours: what strangers make up must not make the numbers many."""

MOST_PATHS = 4096
"""Paths whose routes are known without looking."""


class Tally:
    """The numbers of one process since it began."""

    def __init__(self) -> None:
        self.requests: dict[tuple[str, str, int], list[float]] = {}
        """Route, method, status → how many took up to each bound, how many longer, and seconds altogether."""
        self.answers = {"made": 0, "not_modified": 0, "remembered": 0, "spooled": 0}
        """How the answers came about that follow from the data alone."""
        self.in_flight = 0

    def note(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request that is over."""
        row = self.requests.get((route, method, status))
        if row is None:
            row = self.requests[route, method, status] = [0] * (len(BOUNDS) + 1) + [0.0]
        row[bisect_left(BOUNDS, seconds)] += 1
        row[-1] += seconds


class Metered:
    """The outermost layer: counts each request with its route, method, status and duration."""

    def __init__(self, app: ASGIApp, *, tally: Tally, routes: FastAPI, opening: Opening) -> None:
        self.app: Any = app
        self.tally = tally
        self.routes = routes
        self.opening = opening
        self._patterns: list[tuple[re.Pattern[str], str]] | None = None
        self._route_of = lru_cache(MOST_PATHS)(self._find)

    def at_once(self, scope: Scope) -> Answer | None:
        """What is at hand, counted."""
        began = perf_counter()
        answer: Answer | None = self.app.at_once(scope)
        if answer is not None:
            self._note(scope, answer.status, perf_counter() - began)
        return answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on as it is."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 500  # an answer that never began

        def sending(message: Message) -> Awaitable[None]:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            return send(message)

        tally = self.tally
        tally.in_flight += 1
        began = perf_counter()
        try:
            await self.app(scope, receive, sending)
        finally:
            tally.in_flight -= 1
            self._note(scope, status, perf_counter() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        """Count a request that is over; what was answered before there were routes when they are there."""
        if not self.opening.is_over:
            self.opening.then(partial(self._note, scope, status, seconds))
            return
        method = scope["method"]
        self.tally.note(self._route_of(scope["path"]), method if method in METHODS else OTHER, status, seconds)

    def _find(self, path: str) -> str:
        """The route's template, such as `/v1/statements/{id}`."""
        if self._patterns is None:
            self._patterns = sorted(_patterns(self.routes), key=lambda each: "{" in each[1])
        return next((template for pattern, template in self._patterns if pattern.fullmatch(path)), OTHER)


def _patterns(routes: FastAPI) -> Any:
    for route in iter_route_contexts(routes.routes):
        if route.path:
            yield re.compile(re.sub(r"\\{[a-z_]+\\}", "[^/]+", re.escape(route.path))), route.path
