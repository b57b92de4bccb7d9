"""What does a line of the log look like, and which request does it belong to?

Every line is one JSON object; whatever a client sends is escaped in it. Of an address the names of its parameters are logged,
not their values; of headers and bodies nothing.
"""

import logging
import random
import re
import time
from collections.abc import Awaitable
from contextvars import ContextVar
from typing import Any
from urllib.parse import parse_qsl

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.remembered import Answer

REQUEST_ID = re.compile(rb"[A-Za-z0-9-]{1,64}")
LONGEST = 200
"""Characters of a path, or names of parameters, that are logged."""


class _Id:
    """The id of a request: the one that the client chose, if it is one, else one that is made up when it is first needed."""

    __slots__ = ("_text", "chosen")

    def __init__(self, scope: Scope) -> None:
        self._text: str | None = None
        for name, value in scope["headers"]:
            if name == b"x-request-id" and REQUEST_ID.fullmatch(value):
                self._text = value.decode("ascii")
                break
        self.chosen = self._text is not None

    @property
    def text(self) -> str:
        """As it is told in headers and in lines of the log."""
        if self._text is None:
            self._text = f"{random.getrandbits(64):016x}"
        return self._text


_current: ContextVar[_Id | None] = ContextVar("request_id", default=None)
access = logging.getLogger("claimbook.access")


class Logged:
    """The outermost layer: gives each request an id, says it in problems, and logs answers where that is wanted."""

    def __init__(self, app: ASGIApp, *, access_log: bool) -> None:
        self.app: Any = app
        self.access_log = access_log

    def at_once(self, scope: Scope) -> Answer | None:
        """What is at hand, where nothing is logged and no id was chosen."""
        answer: Answer | None = None if self.access_log or _Id(scope).chosen else self.app.at_once(scope)
        return answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer under the request's id."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        id_ = _Id(scope)
        began, status = time.perf_counter(), 0
        token = _current.set(id_)

        def sending(message: Message) -> Awaitable[None]:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if id_.chosen or status >= 400:
                    message = {**message, "headers": [*message["headers"], (b"x-request-id", id_.text.encode("ascii"))]}
            return send(message)

        try:
            await self.app(scope, receive, sending)
        finally:
            if self.access_log:
                _log(scope, status, time.perf_counter() - began)
            _current.reset(token)


def _log(scope: Scope, status: int, seconds: float) -> None:
    query = scope["query_string"].decode("ascii", "replace")
    names = sorted({name for name, _ in parse_qsl(query, keep_blank_values=True)})
    told = {"status": status, "milliseconds": round(seconds * 1000, 2), "parameters": ",".join(names)[:LONGEST]}
    access.info("%s %s", scope["method"], scope["path"][:LONGEST], extra={"told": told})


def formatter() -> logging.Formatter:
    """Writes each record, of whichever library, as one JSON object in ASCII."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True, key="time")],
        processors=[
            _about_the_request,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
    )


def _about_the_request(_logger: Any, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    record = event["_record"]
    id_ = _current.get()
    request = {} if id_ is None else {"request_id": id_.text}
    return {**event, "logger": record.name, **request, **getattr(record, "told", {})}


CONFIGURATION: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": f"{__name__}.formatter"}},
    "handlers": {
        "errors": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"},
        "answers": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stdout"},
    },
    "root": {"handlers": ["errors"], "level": "WARNING"},
    "loggers": {"claimbook.access": {"handlers": ["answers"], "level": "INFO", "propagate": False}},
}
"""For `logging.config.dictConfig`: answers on standard output, everything else on standard error."""
