"""What is a reader told when a page cannot be shown? The problem, as a page."""

import json
from typing import Any
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from app.api.problems import MEDIA_TYPE
from app.web.page import HEADERS, page

KEPT = ("cache-control", "retry-after", "allow")
"""Headers of a problem that its page has too."""


class Telling:
    """Sends an answer on; a problem document becomes a page with the same status."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, *, is_page: bool) -> None:
        self.scope, self.receive, self.send, self.is_page = scope, receive, send, is_page
        self.problem: list[bytes] | None = None
        self.headers: dict[str, str] = {}

    async def __call__(self, message: Message) -> None:
        """Send a message on, or keep it."""
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
        if not code.startswith("/v1")
    ]
