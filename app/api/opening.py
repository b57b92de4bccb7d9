"""A server opens early: what needs no route is answered while the routes are still being made; all else waits for them."""

import asyncio
import logging
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

logger = logging.getLogger("claimbook")


class Opening:
    """Makes what a server lacks: at once, or, given what to call afterwards, in a thread beside what it answers already."""

    def __init__(self, make: Callable[[], None], on_open: Callable[[], None] | None) -> None:
        self._make, self._on_open = make, on_open
        self._task: asyncio.Task[None] | None = None
        self.is_over = on_open is None
        if on_open is None:
            make()

    def begin(self) -> None:
        """Begin in the running loop, unless it is over."""
        if not self.is_over:
            self._begun()

    async def wait(self) -> None:
        """Until it is over."""
        if not self.is_over:
            await asyncio.shield(self._begun())

    def then(self, call: Callable[[], None]) -> None:
        """Call it when this is over; to be asked before."""
        self._begun().add_done_callback(lambda _task: call() if self.is_over else None)

    def _begun(self) -> "asyncio.Task[None]":
        if self._task is None:
            self._task = asyncio.create_task(self._open())
            self._task.add_done_callback(lambda task: task.cancelled() or task.exception())  # what failed is told already
        return self._task

    async def _open(self) -> None:
        try:
            await asyncio.to_thread(self._make)
        except Exception:
            logger.exception("this server cannot open")
            raise SystemExit(1) from None
        self.is_over = True
        if self._on_open is not None:
            self._on_open()


class Opened:
    """A thin ASGI layer around those that ask for routes: lets requests through when the routes are there."""

    def __init__(self, app: ASGIApp, *, opening: Opening) -> None:
        self.app = app
        self.opening = opening

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on as it is."""
        if scope["type"] == "http":
            await self.opening.wait()
        await self.app(scope, receive, send)
