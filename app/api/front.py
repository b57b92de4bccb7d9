"""The application with layers that stand before those the framework puts first itself: a plain request passes only these.

What they can answer without waiting a connection may ask of them at once, without a task and without messages.
"""

from typing import Any, Protocol

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.remembered import Answer
from app.api.tracing import is_traced


class Front(Protocol):
    """A layer that may answer at once."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""

    def at_once(self, scope: Scope) -> Answer | None:
        """The whole answer to a GET, if it is at hand; if not, the request is to be answered as every other."""


class Fronted(FastAPI):
    """FastAPI, entered through `front`. Where requests are traced, its layers stand behind what begins the spans."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.front: Front = _Inside(super().__call__)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or begin and end with the server."""
        await self.front(scope, receive, send)

    def put_before(self, layer: Any, **given: Any) -> None:
        """Put a layer before all that are there."""
        if is_traced():
            self.add_middleware(layer, **given)
        else:
            self.front = layer(self.front, **given)


class _Inside:
    """What stands behind the front; it answers nothing at once."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)

    def at_once(self, _scope: Scope) -> Answer | None:
        return None
