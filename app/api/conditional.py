"""What has not changed is not sent again: strong ETags, 304, and whole answers kept while the data stay the same.

Every answer of `/v1`, and every page, follows from the data version, the address and this program. Each request reads the
version after it arrived, so nothing stale is served once a write is acknowledged, whichever process wrote. Where standbys
answer, version and rows are those of one standby, as far as it has come.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.ranges import FILE
from app.api.remembered import SEEN, VERSION, Answer, Header, Store, Version
from app.api.spool import Spool
from app.db import RENDERING, SCHEMA_REVISION, begun_with, own_connection
from app.exports.formats import writers
from app.settings import Settings
from app.version import VERSION as PROGRAM
from app.wal_index import UntilCommit

MAX_FLAT = 8 * 1024 * 1024
"""Bytes of the largest answer that is kept to be cut into parts."""

MOST_MILLISECONDS = 100
"""How long the event loop waits for a SQLite database that someone has locked."""

NOW = "SELECT data_version.version, instance.key FROM data_version, instance"

logger = logging.getLogger("claimbook")


class Clock:
    """Reads the version of the data, each time anew.

    SQLite is read in the event loop, and asked only when its log says that someone committed. PostgreSQL is read in a thread,
    one read at a time: requests that arrive while one is under way share the next.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._local = engine.dialect.name == "sqlite"
        begun = begun_with(engine)
        self._now = begun + NOW if begun else NOW
        self._connection: Any = None
        self._lock = threading.Lock()
        self._until_commit: UntilCommit[Version | None] | None = None
        self.latest: int | None = None
        """The data version that was read last; None when the last read failed."""
        self._next: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Task[Version | None]] = WeakKeyDictionary()
        self._running: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Task[Version | None]] = WeakKeyDictionary()
        sa.event.listen(engine, "engine_disposed", lambda _engine: self.close())

    def at_once(self) -> Version | None:
        """The same, where it is read without waiting; None elsewhere too."""
        return self._read() if self._local else None

    async def read(self) -> Version | None:
        """The version that a read begun now sees; None when the database cannot say."""
        if self._local:
            return self._read()
        loop = asyncio.get_running_loop()
        turn = self._next.get(loop)
        if turn is None:
            turn = self._next[loop] = loop.create_task(self._turn(loop))
        return await asyncio.shield(turn)

    def saw(self, version: Version) -> None:
        """Whoever made an answer has read the version itself."""
        self.latest = version.number

    async def _turn(self, loop: asyncio.AbstractEventLoop) -> Version | None:
        """Wait for the read under way, then begin one; who arrives from here on waits for another."""
        before = self._running.get(loop)
        if before is not None:
            await asyncio.wait([before])
        self._running[loop] = self._next.pop(loop)
        return await loop.run_in_executor(None, self._read)

    def close(self) -> None:
        """Give the connection back."""
        with self._lock:
            self._drop()

    def _read(self) -> Version | None:
        with self._lock:
            for attempt in ("held", "fresh"):
                try:
                    version = self._select()
                    self.latest = None if version is None else version.number
                    return version
                except Exception as error:  # whatever the driver says: the routes answer what is wrong with the database
                    self._drop()
                    self.latest = None
                    if attempt == "fresh":
                        logger.warning("the data version cannot be read: %s", type(error).__name__)
        return None

    def _select(self) -> Version | None:
        if self._until_commit is not None:
            return self._until_commit.get()
        connection = self._connection = self._connection or own_connection(self._engine)
        if self._local:
            connection.execute(f"PRAGMA busy_timeout={MOST_MILLISECONDS}")
            self._until_commit = UntilCommit(self._engine.url.database, lambda: _version(connection.execute(NOW).fetchone()))
            return self._until_commit.get()
        connection.autocommit = True  # each read is a snapshot of its own
        with connection.cursor() as cursor:
            cursor.execute(self._now)
            while self._now is not NOW and cursor.nextset():
                pass  # to the answer of the last statement
            return _version(cursor.fetchone())

    def _drop(self) -> None:
        connection, self._connection, self._until_commit = self._connection, None, None
        if connection is not None:
            connection.close()


def _version(row: tuple[int, str] | None) -> Version | None:
    return None if row is None else Version(*row)


NameOf = Callable[[Version, Scope], bytes]


def names(settings: Settings) -> NameOf:
    """Gives answers strong ETags; one needs the database's key, so only a 200 can have brought it to a client.

    Below `/v1` each format has an address of its own; elsewhere one address may answer readers and programs.
    """
    told = (PROGRAM, SCHEMA_REVISION, RENDERING, settings.address, settings.quotes, settings.texts, writers())
    salt = " ".join(map(str, told)).encode()

    @lru_cache(maxsize=2)
    def begun(version: Version) -> Any:
        return blake2b(b"%s\0%d" % (salt, version.number), key=bytes.fromhex(version.key), digest_size=16)

    def name_of(version: Version, scope: Scope) -> bytes:
        path: str = scope["path"]
        asked = b"" if follows_from_data(path) else Headers(scope=scope).get("accept", "").encode("latin-1")
        name = begun(version).copy()
        name.update(b"\0%s\0%s\0%s" % (path.encode("utf-8", "surrogatepass"), scope["query_string"], asked))
        return b'"%s"' % name.hexdigest().encode()

    return name_of


class Conditional:
    """A thin ASGI layer before the routes: answers 304 and remembered answers, names every 200 with its ETag."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        follows: Callable[[str], bool],
        name_of: NameOf,
        clock: Clock,
        spool: Spool,
        most_bytes: int,
        answers: dict[str, int],
    ) -> None:
        self.app = app
        self.follows = follows
        self.answers = answers
        self.name_of = name_of
        self.clock = clock
        self.spool = spool
        self.store = Store(most_bytes, MAX_FLAT)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer without the routes where nothing has changed."""
        if scope["type"] != "http" or scope["method"] != "GET" or not self.follows(scope["path"]):
            await self.app(scope, receive, send)
            return
        version = scope.get(VERSION) or await self.clock.read()
        if version is None:
            await self.app(scope, receive, send)
            return
        etag = self.name_of(version, scope)
        if _matches(Headers(scope=scope).get("if-none-match"), etag):
            self.answers["not_modified"] += 1
            await _send(send, 304, ((b"etag", etag),), b"")
            return
        held = self.store.get(version, etag)
        if held is not None:
            self.answers["remembered"] += 1
            await _send(send, 200, held.headers, held.body)
            return
        kept = self.spool.get(etag)
        if kept is not None:
            self.answers["spooled"] += 1
            await send({"type": "http.response.start", "status": 200, "headers": list(kept[0].headers)})
            await send({"type": FILE, "file": kept[1], "size": kept[0].size})
            return
        self.answers["made"] += 1
        seen: list[int] = []
        await self.app({**scope, SEEN: seen}, receive, _Naming(self, scope, send, version, etag, seen))


class _Naming:
    """Sends an answer on, with its ETag, and remembers it when it is whole and small enough."""

    def __init__(self, layer: Conditional, scope: Scope, send: Send, version: Version, etag: bytes, seen: list[int]) -> None:
        self.layer, self.scope, self.send, self.version, self.etag, self.seen = layer, scope, send, version, etag, seen
        self.headers: tuple[Header, ...] | None = None
        self.pieces: list[bytes] = []
        self.size = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            message = await self._begin(message)
        elif message["type"] == "http.response.body" and self.headers is not None:
            self._keep(message)
        await self.send(message)

    async def _begin(self, message: Message) -> Message:
        """Name a 200, unless the data changed while it was made: then it is not known which version it shows.

        Where the sessions said which version they saw, nothing is asked: they may still hold the only connection there is.
        """
        if message["status"] != 200:
            return message
        if self.seen:
            if any(each != self.version.number for each in self.seen):
                return message
        elif await self.layer.clock.read() != self.version:
            return message
        self.headers = (*message["headers"], (b"etag", self.etag))
        return {**message, "headers": list(self.headers)}

    def _keep(self, message: Message) -> None:
        self.size += len(message.get("body", b""))
        if self.size > MAX_FLAT or "." not in self.scope["path"]:  # others are remembered as they are sent
            self.headers = None
            self.pieces.clear()
            return
        self.pieces.append(message.get("body", b""))
        if not message.get("more_body", False) and self.headers is not None:
            self.layer.store.put(self.version, self.etag, Answer(self.headers, b"".join(self.pieces)))


def follows_from_data(path: str) -> bool:
    """Whether what stands at this path depends on the data, the address and this program only."""
    return path == "/v1" or path.startswith("/v1/") or path in ("/v1.json", "/openapi.json", "/llms.txt")


def _matches(condition: str | None, etag: bytes) -> bool:
    """Whether If-None-Match names this ETag (RFC 9110, 13.1.2); a star would match anything there is, so it asks the routes."""
    if condition is None:
        return False
    return etag.decode() in (each.strip().removeprefix("W/") for each in condition.split(","))


async def _send(send: Send, status: int, headers: tuple[Header, ...], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})
    await send({"type": "http.response.body", "body": body})
