"""Parts of answers: every GET that is answered with 200 may be asked for by byte range (RFC 9110, 14), and HEAD knows its length.

Answers up to 8 MiB are whole in memory. Larger ones go to the spool; a plain GET reads along while they are written.
"""

import hashlib
from contextlib import suppress
from typing import BinaryIO

from anyio.to_thread import run_sync
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.parts import Part, part_of
from app.api.problems import problem
from app.api.spool import Draft, Spool
from app.exports.formats import FORMATS

MOST_IN_MEMORY = 8 * 1024 * 1024
PIECE = 256 * 1024
PARQUET = FORMATS["parquet"].media_type
FILE = "claimbook.response.file"
"""Message of layers inside: the body stands in the open `file`, `size` bytes long."""

BETTER_WHOLE = 2 * 1024 * 1024
"""Up to here, which is some 20,000 statements, one request for all of a file costs less than three or four for parts of it."""

UNNAMED = ("/healthz", "/readyz", "/metrics")
"""Answers about this very moment, which nothing may keep: they get no ETag."""


class _NoRoomError(Exception):
    """The answer has been refused; whatever makes it need not go on."""


class Ranges:
    """A thin ASGI layer that learns the length of answers, names those without an ETag, and cuts parts out of them."""

    def __init__(self, app: ASGIApp, *, spool: Spool, whole: frozenset[str]) -> None:
        self.app = app
        self.spool = spool
        self.whole = whole
        """Media types that are sent only when they are complete."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the routes answer the whole, and send what was asked for."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        answer = _Answer(self, scope, receive, send)
        headers = [each for each in scope["headers"] if each[0] not in (b"range", b"if-range")]
        try:
            await self.app({**scope, "headers": headers, "extensions": {}}, receive, answer)
        except _NoRoomError:
            pass
        except Exception:
            if not answer.refused:
                raise
        finally:
            answer.end()


class _Answer:
    """Collects an answer until its length is known or it is too large, and then sends it or a part of it."""

    def __init__(self, layer: Ranges, scope: Scope, receive: Receive, send: Send) -> None:
        self.layer, self.scope, self.receive, self.send = layer, scope, receive, send
        self.asked = Headers(scope=scope)
        self.head: bool = scope.get("head", False)
        self.start: Message = {}
        self.pieces: list[bytes] = []
        self.size = 0
        self.draft: Draft | None = None
        self.passing = False
        self.waiting = False
        self.refused = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
            self.passing = message["status"] != 200
            if self.passing:
                await self.send(message)
        elif message["type"] == FILE:
            await self._send_file(message["file"], message["size"])
        elif self.passing and self.draft is None:
            await self.send(message)
        else:
            await self._collect(message.get("body", b""), more=message.get("more_body", False))

    def end(self) -> None:
        """Leave nothing half written."""
        if self.draft is not None:
            self.draft.drop()

    async def _collect(self, body: bytes, *, more: bool) -> None:
        self.size += len(body)
        if self.draft is None and not self.waiting:
            self.pieces.append(body)
            if self.size > MOST_IN_MEMORY:
                await self._begin_spooling()
                body = b"".join(self.pieces)
                self.pieces.clear()
            elif more:
                return
            else:
                await self._send_memory(b"".join(self.pieces))
                return
        if self.draft is not None and not self.draft.write(body):
            self.draft = None
        if self.waiting:
            if self.draft is None:
                await self._refuse()
            elif not more:
                _, file = self.draft.keep(tuple(self.start["headers"]))
                await self._send_file(file, self.size)
            return
        if not more and self.draft is not None:
            with suppress(OSError):  # it is only not kept
                self.draft.keep(tuple(self.start["headers"]))[1].close()
        await self.send({"type": "http.response.body", "body": body, "more_body": more})

    async def _begin_spooling(self) -> None:
        """The answer is large: who wants a part, or needs it complete, waits; everyone else reads along."""
        headers = self._headers()
        etag = headers.get("etag")
        self.draft = self.layer.spool.draft(etag.encode()) if etag else None
        complete = headers.get("content-type", "").partition(";")[0] in self.layer.whole
        self.waiting = bool(etag) and (self.head or "range" in self.asked or complete)
        if not self.waiting:
            self.passing = True
            if etag:
                headers["Accept-Ranges"] = "bytes"
            await self._send_start(200, headers)

    async def _refuse(self) -> None:
        self.refused = True
        detail = f"An answer of more than {self.size:,} bytes found no room; narrow it with filters, or read all of it as .csv."
        await problem("insufficient-storage", detail)(self.scope, self.receive, self.send)
        raise _NoRoomError

    async def _send_memory(self, body: bytes) -> None:
        headers = self._headers()
        if "etag" not in headers and self.scope["path"] not in UNNAMED:
            headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        if self._is_known(headers.get("etag")):
            del headers["Content-Length"]
            await self._send_start(304, headers)
            await self.send({"type": "http.response.body", "body": b""})
            return
        part = await self._begin(headers, len(body))
        if part is not None:
            await self.send({"type": "http.response.body", "body": body[part.start : part.end]})

    async def _send_file(self, file: BinaryIO, size: int) -> None:
        with file:
            part = await self._begin(self._headers(), size)
            if part is None:
                return
            if self.head:  # in two messages, so that it is taken for what it is: the beginning of a stream
                await self.send({"type": "http.response.body", "body": b"", "more_body": True})
                await self.send({"type": "http.response.body", "body": b""})
                return
            await run_sync(file.seek, part.start)
            left = part.end - part.start
            while left:
                piece = await run_sync(file.read, min(PIECE, left))
                left -= len(piece)
                if not piece:
                    raise OSError("an answer on disk is shorter than it was")
                await self.send({"type": "http.response.body", "body": piece, "more_body": left > 0})

    async def _begin(self, headers: MutableHeaders, size: int) -> Part | None:
        """Send the head of a whole answer or of a part; None when there is no such part, and that has been said."""
        part = part_of(self.asked.get("range"), size) if self._may_cut(headers.get("etag")) else None
        if part is not None and part.start >= part.end:
            detail = f"The answer is {size:,} bytes long; a range inside it was expected."
            refusal = problem("range-not-satisfiable", detail, headers={"Content-Range": f"bytes */{size}"})
            await refusal(self.scope, self.receive, self.send)
            return None
        sent = part or Part(0, size)
        headers["Accept-Ranges"] = "bytes"
        headers["Content-Length"] = str(sent.end - sent.start)
        if self.head and size <= BETTER_WHOLE and self._reads_by_footer(headers):
            del headers["Content-Length"]
        if part is not None:
            headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{size}"
        await self._send_start(200 if part is None else 206, headers)
        return sent

    def _reads_by_footer(self, headers: MutableHeaders) -> bool:
        """Whether this is DuckDB asking for Parquet, of which it reads the footer first and then the columns.

        Where HEAD tells no length, which it need not (RFC 9110, 8.6), DuckDB takes the file in one request instead of two.
        """
        return self.asked.get("user-agent", "").startswith("duckdb/") and headers.get("content-type") == PARQUET

    def _headers(self) -> MutableHeaders:
        """A copy of what the routes say of the whole: layers outside write into what they are sent."""
        return MutableHeaders(raw=list(self.start["headers"]))

    async def _send_start(self, status: int, headers: MutableHeaders) -> None:
        await self.send({**self.start, "status": status, "headers": headers.raw})

    def _may_cut(self, etag: str | None) -> bool:
        """Whether If-Range, if there is one, names just this answer; dates and weak names never do."""
        return not self.head and self.asked.get("if-range", etag or "").strip() == (etag or "")

    def _is_known(self, etag: str | None) -> bool:
        """Whether If-None-Match names this answer, or anything at all."""
        condition = self.asked.get("if-none-match")
        if condition is None or etag is None:
            return False
        return any(each.strip().removeprefix("W/") in (etag, "*") for each in condition.split(","))
