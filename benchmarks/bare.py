"""The limit: an ASGI application that answers every request with the same bytes, `BYTES` of them."""

import os

BODY = (b'{"data":[' + b'"x",' * 13_000)[: int(os.environ.get("BYTES", "48800"))]
HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(BODY))]


async def app(scope, receive, send):  # noqa: ARG001
    """Answer."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await send({"type": "http.response.body", "body": BODY})
