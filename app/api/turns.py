"""How many requests are at work at once, and how long does the next one wait for its turn?"""

import asyncio
from weakref import WeakKeyDictionary

from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.door import LIVENESS
from app.api.problems import problem

AT_WORK = 40
"""Requests at work in one process: as many as there are threads to work in."""


class Turns:
    """The innermost layer: whoever finds all threads taken waits a bounded time, then is told to come back."""

    def __init__(self, app: ASGIApp, *, seconds: float, at_work: int = AT_WORK) -> None:
        self.app = app
        self.seconds = seconds
        self.at_work = at_work
        self._free: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Go on when it is this request's turn; liveness never waits."""
        if scope["type"] != "http" or scope["path"] == LIVENESS:
            await self.app(scope, receive, send)
            return
        free = self._free.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(self.at_work))
        if free.locked():
            try:
                async with asyncio.timeout(self.seconds):
                    await free.acquire()
            except TimeoutError:
                await problem("too-busy", "More is asked than can be answered at the moment.")(scope, receive, send)
                return
        else:
            await free.acquire()
        try:
            await self.app(scope, receive, send)
        finally:
            free.release()
