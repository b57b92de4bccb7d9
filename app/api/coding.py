"""Content codings (zstd, br, gzip): each coding of an answer has an ETag of its own; parts are cut from uncoded answers."""

import re
from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette_compress import CompressMiddleware, add_compress_type

MARKS = {"zstd": "-zstd", "br": "-br", "gzip": "-gzip"}
"""Coding → what the ETag of an answer so coded ends with."""

ASKING = frozenset({b"accept-encoding", b"if-none-match"})
"""Headers without which an answer is neither coded nor known by the name of a coded one."""

NOT_AT_ALL = re.compile(r"q\s*=\s*0(?:\.0*)?\s*$")

for _type in ("text/csv", "application/x-ndjson", "application/problem+json"):
    add_compress_type(_type)


class Coded:
    """A thin ASGI layer: starlette-compress, with strong ETags that stay true."""

    def __init__(self, app: ASGIApp) -> None:
        self.plain = app
        self.compressing = CompressMiddleware(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Code the answer as the client likes best of what we have; a request for a part gets it uncoded."""
        if scope["type"] != "http":
            await self.plain(scope, receive, send)
            return
        if not any(name in ASKING for name, _ in scope["headers"]):
            await self.plain(scope, receive, send)
            return
        headers = Headers(scope=scope)
        known = _known(headers)
        inner = {**scope, "headers": _without_marks(scope, known)}

        zipped = False

        async def sending(message: Message) -> None:
            nonlocal zipped
            if message["type"] == "http.response.start":
                _mark(message, known)
                zipped = Headers(raw=message["headers"]).get("content-encoding") == "gzip"
            elif zipped and message.get("body"):
                message, zipped = {**message, "body": _timeless(message["body"])}, False
            await send(message)

        await (self.plain if "range" in headers else self.compressing)(inner, receive, sending)


def _timeless(beginning: bytes) -> bytes:
    """The beginning of what gzip made, without the time of day, so that one ETag stands for the same bytes (RFC 1952, 2.3)."""
    return beginning[:4] + bytes(4) + beginning[8:] if len(beginning) >= 10 else beginning


def _known(headers: Headers) -> Mapping[str, str]:
    """ETag of an uncoded answer → the one that the client knows it by, as far as it takes that coding (RFC 9110, 13.1.2)."""
    taken = _taken(", ".join(headers.getlist("accept-encoding")))
    known: dict[str, str] = {}
    for each in ", ".join(headers.getlist("if-none-match")).split(","):
        name = each.strip().removeprefix("W/")
        coding = next((coding for coding, mark in MARKS.items() if name.endswith(f'{mark}"')), None)
        if coding is None:
            known[name] = name
        elif coding in taken:
            known.setdefault(f'{name.removesuffix(MARKS[coding] + chr(34))}"', name)
    known.pop("", None)
    return known


def _taken(accepted: str) -> set[str]:
    """The codings that the client takes."""
    liked = {}
    for each in accepted.lower().split(","):
        coding, _, parameters = each.partition(";")
        liked[coding.strip()] = not NOT_AT_ALL.search(parameters)
    return {coding for coding in MARKS if liked.get(coding, liked.get("*", False))}


def _without_marks(scope: Scope, known: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    others = [each for each in scope["headers"] if each[0] != b"if-none-match"]
    return [*others, (b"if-none-match", ", ".join(known).encode("latin-1"))] if known else others


def _mark(message: Message, known: Mapping[str, str]) -> None:
    """Name a coded answer by its coding, and a 304 by what the client knows."""
    headers = MutableHeaders(raw=message["headers"])
    etag, coding = headers.get("etag"), headers.get("content-encoding")
    if etag is not None and coding in MARKS:
        headers["ETag"] = f'{etag[:-1]}{MARKS[coding]}"'
    elif etag is not None and message["status"] == 304:
        headers["ETag"] = known.get(etag, etag)
