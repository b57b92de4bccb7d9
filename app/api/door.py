"""What every request passes first and every answer last: size limits, clean text, HEAD and OPTIONS, security headers."""

import asyncio
import re
from urllib.parse import unquote_to_bytes

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import METHODS, judged, logger, methods_at, problem, stands_at, unforeseen
from app.errors import Fault

MAX_QUERY = 8192
MAX_PATH = 2048
MAX_BODY = 1024 * 1024
MAX_PARAMETERS = 200

REFUSAL = "claimbook.refusal"
"""Key of a scope's state under which the connection says why a request is refused."""

REFUSALS = {
    "malformed-request": "What was sent is not HTTP/1.1: a request line, headers and an empty line were expected.",
    "method-not-allowed": f"{METHODS} are allowed here.",
    "request-timeout": "The request did not arrive whole within its time.",
    "address-too-long": f"A path of at most {MAX_PATH} characters and a query of at most {MAX_QUERY} bytes were expected.",
    "headers-too-large": "At most 100 headers of together at most 32 KiB were expected.",
    "too-busy": "More clients are connected than can be served at the moment.",
}
"""Why a connection refuses a request → what the client is told."""

LIVENESS = "/healthz"
CLOSE = {"Connection": "close"}

SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-cache",
}
VARY = "Accept, Accept-Encoding, Origin"
"""What an answer may depend on besides its address; said of every one, so that caches need not be told apart."""
SEALS = tuple((name.lower().encode(), value.encode()) for name, value in {**SECURITY, "Vary": VARY}.items())
"""The same as they are sent."""


class Door:
    """A thin ASGI layer around the routes: what no route should see is answered here, and so is what none foresaw."""

    def __init__(self, app: ASGIApp, *, routes: FastAPI) -> None:
        self.app = app
        self.routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what cannot be read, answer OPTIONS, let HEAD be GET without a body."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        head = scope["method"] == "HEAD"
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            started = True
            await send({**message, "body": b""} if head and message["type"] == "http.response.body" else message)

        refusal = _refusal(scope)
        if refusal is None and scope["method"] == "OPTIONS" and stands_at(self.routes, scope):
            refusal = Response(status_code=204, headers={"Allow": methods_at(self.routes, scope)})
        if refusal is not None:
            await refusal(scope, receive, sending)
            return
        method = "GET" if head else scope["method"]
        inner = {**scope, "method": method, "head": head, "query_string": _encoded(scope["query_string"])}
        try:
            await self.app(inner, receive, sending)
        except asyncio.CancelledError:
            if started:
                raise
            stopping = "The server is being stopped, and the answer was not ready in time."
            await problem("too-busy", stopping, headers=CLOSE)(inner, receive, sending)
        except ClientDisconnect:
            return  # nobody is there to be answered
        except Exception as error:
            if started:
                await run_in_threadpool(_cut_off, self.routes, scope["path"], error)
                return
            answer = await run_in_threadpool(unforeseen, Request({**inner, "app": self.routes}), error)
            await answer(inner, receive, sending)


class Sealed:
    """The outermost layer: security headers and `Vary` on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers that an answer does not set itself."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY.items():
                    headers.setdefault(name, value)
                headers["Vary"] = VARY
            await send(message)

        await self.app(scope, receive, sending)


def _cut_off(app: FastAPI, path: str, error: Exception) -> None:
    """An answer that cannot go on ends without its end, so that the client knows; raises what is an error of our own.

    A session may also fail when the answer is complete: then there is only this line of the log.
    """
    code, detail = judged(app, error)
    if code == "internal-error":
        raise error
    logger.warning("after the answer to %s had begun: %s", path, detail)


def _refusal(scope: Scope) -> Response | None:
    """A problem for a request that no route should see, or None."""
    refused = scope.get("state", {}).get(REFUSAL)
    if refused is not None:
        allow = {"Allow": METHODS} if refused == "method-not-allowed" else {}
        return problem(refused, REFUSALS[refused], headers={**CLOSE, **allow})
    query: bytes = scope.get("query_string", b"")
    if len(query) > MAX_QUERY or len(scope["path"]) > MAX_PATH:
        return problem("address-too-long", f"A query of at most {MAX_QUERY} bytes was expected.")
    if query.count(b"&") >= MAX_PARAMETERS:
        return problem("address-too-long", f"At most {MAX_PARAMETERS} parameters were expected.")
    length = Headers(scope=scope).get("content-length", "0")
    if re.fullmatch(r"[0-9]+", length) and int(length[:20]) > MAX_BODY:
        detail = f"A body of at most {MAX_BODY:,} bytes was expected."
        return problem("content-too-large", detail)
    if query.isascii() and b"%" not in query and b"\x00" not in query:
        return None
    decoded = unquote_to_bytes(query.replace(b"+", b" "))
    try:
        decoded.decode("utf-8")
    except UnicodeDecodeError:
        return problem("invalid-text", "The query holds bytes that are not UTF-8.", [_clean_text("bytes that are not UTF-8")])
    if b"\x00" in decoded:
        return problem("invalid-text", "The query holds a NUL character.", [_clean_text("a NUL character")])
    return None


def _encoded(query: bytes) -> bytes:
    """The query with bytes beyond ASCII percent-encoded; some clients send UTF-8 as it is."""
    return query if query.isascii() else re.sub(rb"[\x80-\xff]", lambda byte: b"%%%02X" % byte[0][0], query)


def _clean_text(found: str) -> Fault:
    return Fault("query", "query", f"text without {found} was expected")
