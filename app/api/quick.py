"""The short way to a page of statements: stored representations read off an index, before routing and in the event loop.

Only questions that the route would answer with the same bytes are answered here; whatever is unusual about a request (a
parameter that does not exist, a filter no index is ordered by, a read that takes long) is left to the route. A plain request,
one that no layer would do anything for, passes none: it gets at once the headers that they would add.
"""

import asyncio
import re
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any, NamedTuple, get_origin
from urllib.parse import parse_qsl

import sqlalchemy as sa
from anyio.to_thread import run_sync
from pydantic import ValidationError
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.answers import next_address, page_of_stored
from app.api.door import REFUSAL, SEALS
from app.api.negotiation import services_of
from app.api.remembered import SEEN, VERSION, Answer, Version
from app.db import ONE_SNAPSHOT
from app.domain.text import MAX_CODE, STATEMENT_ID
from app.errors import BadRequestError
from app.models import DataVersion
from app.queries.listing import NOW
from app.queries.pages import CODES, Execute, is_stored, read_notes, read_one, read_window
from app.queries.statements import StatementListQuery
from app.settings import Settings

LIST = "/v1/statements"
ONE = re.compile(rf"/v1/statements/{STATEMENT_ID}")
MAX_PATH = 2 * MAX_CODE
MOST_SECONDS = 0.05
"""Longest read in the event loop; a longer one is stopped and left to the route, which has a thread and a limit of its own."""
MEAN_BYTES = 1700
"""Bytes that a representation takes in memory, roughly."""
MAPPED = 2**31 - 65536
"""Bytes of the database file that are mapped into memory: no more than most builds of SQLite allow."""
MOST_SHAPES = 5000

Read = Callable[[Execute], "Found | None"]

EASY = re.compile(rb"(?:[A-Za-z0-9._~=,:+*-]|&(?!(?:[^&]*&){50})){0,2000}")
"""Queries that need no look: plain characters, not too many."""

REPEATED = {field.alias or name: get_origin(field.annotation) is list for name, field in StatementListQuery.model_fields.items()}
"""Parameter → whether it takes several values."""


class Found(NamedTuple):
    """What a short read found: at which data version, where it goes on, and the body."""

    version: int
    following: str | None
    body: bytes


class Quick:
    """Reads shortly what a request asks for."""

    def __init__(self, *, engine: sa.Engine, settings: Settings) -> None:
        self.address = settings.address
        self.quotes = settings.quotes
        self.reader = Reader(engine)
        self.known = Known(settings.remember_bytes // 2)

    async def find(self, scope: Scope) -> Found | None:
        """The answer to a GET; None where it is not short."""
        read = self._read(scope)
        return None if read is None else await self.reader.run(read, scope.get(VERSION))

    def _read(self, scope: Scope) -> Read | None:
        """What answers this request shortly, or None."""
        path: str = scope["path"]
        if path == LIST:
            query = _query_of(scope["query_string"])
            return None if query is None else lambda execute: self._page(execute, scope["query_string"], query)
        if ONE.fullmatch(path) and len(path) < MAX_PATH and not scope["query_string"]:
            return lambda execute: self._one(execute, path.rpartition("/")[2])
        return None

    def _page(self, execute: Execute, asked: bytes, query: StatementListQuery) -> Found | None:
        known = self.known.at(execute)
        notes = known.notes_on(execute, query)
        rows = None if notes is None else read_window(execute, query, quotes=self.quotes, held=known.held, now=known.now)
        if rows is None or notes is None:
            return None
        known.trim(self.known.most_bytes)
        following = next_address(f"{self.address}{LIST}", asked, rows.cursor) if rows.cursor else None
        return Found(rows.data_version, following, page_of_stored(rows, following, notes))

    def _one(self, execute: Execute, id_: str) -> Found | None:
        known = self.known.at(execute)
        body = known.held.get(id_) or read_one(execute, id_, quotes=self.quotes)
        return None if body is None else Found(known.now[0], None, body)


class Shortly:
    """A thin ASGI layer just before the routes: takes the short way where there is one."""

    def __init__(self, app: ASGIApp, *, quick: Quick) -> None:
        self.app = app
        self.quick = quick

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a page, or a statement, where that is short; leave the rest to the routes."""
        found = await self.quick.find(scope) if scope["type"] == "http" and scope["method"] == "GET" else None
        if found is None:
            await self.app(scope, receive, send)
            return
        if SEEN in scope:
            scope[SEEN].append(found.version)
        headers = [(b"content-length", b"%d" % len(found.body)), (b"content-type", b"application/json")]
        if found.following:
            headers.append((b"link", _next(found.following)))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": found.body})


class Straight:
    """Answers plain requests as all layers together would."""

    def __init__(self, quick: Quick, name_of: Callable[[Version, Scope], bytes], address: str) -> None:
        self.quick = quick
        self.name_of = name_of
        self.services = services_of(address).encode("latin-1")

    async def __call__(self, scope: Scope, version: Version) -> Answer | None:
        """The whole answer, if it is short to make and shows this version."""
        if not EASY.fullmatch(scope["query_string"]):
            return None
        try:
            found = await self.quick.find(scope)
        except asyncio.CancelledError:
            scope.setdefault("state", {})[REFUSAL] = "too-busy"  # the server is being stopped, which the door tells
            return None
        except Exception:  # whatever it is, the layers inside meet it again and say it as a problem
            return None
        if found is None or found.version != version.number:
            return None
        link = b"%s, %s" % (_next(found.following), self.services) if found.following else self.services
        told = (
            (b"content-length", b"%d" % len(found.body)),
            (b"content-type", b"application/json"),
            (b"link", link),
            (b"etag", self.name_of(version, scope)),
            (b"accept-ranges", b"bytes"),
        )
        return Answer((*told, *SEALS), found.body)


def _next(following: str) -> bytes:
    return f'<{following}>; rel="next"'.encode("latin-1")


def _query_of(asked: bytes) -> StatementListQuery | None:
    """The query of a request that is plainly right and wants nothing but what is stored; None for every other."""
    values: dict[str, Any] = {}
    for name, value in parse_qsl(asked.decode("latin-1"), keep_blank_values=True):
        several = REPEATED.get(name)
        if several:
            values.setdefault(name, []).append(value)
        elif several is None or name in values:
            return None
        else:
            values[name] = value
    with suppress(ValidationError):
        query = StatementListQuery.model_validate(values)
        return query if is_stored(query) and not query.include else None
    return None


class Known:
    """What was read at the newest data version that anyone saw."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self._facts = Facts((-1, ""))

    def at(self, execute: Execute) -> "Facts":
        """What is known at the version that this read sees; another read may see another one at the same time."""
        ((version, key),) = execute(NOW, {})
        facts = self._facts
        if facts.now != (version, key):
            facts = self._facts = Facts((version, key))
        return facts


class Facts:
    """What was read at one data version: representations by id, and what is to be said of codes. Several threads may add."""

    def __init__(self, now: tuple[int, str]) -> None:
        self.now = now
        self.held: dict[str, bytes] = {}
        self.notes: dict[tuple[str, str], list[str]] = {}

    def notes_on(self, execute: Execute, query: StatementListQuery) -> list[str] | None:
        """The remarks on the codes that a query names; None when a code list does not hold one."""
        found: dict[tuple[str, str], list[str]] = {}
        for name in CODES:
            for code in getattr(query, name):
                notes = self.notes.get((name, code))
                if notes is None:
                    notes = read_notes(execute, name, code)
                    if notes is None:
                        return None
                    self.notes[name, code] = notes
                found[name, code] = notes
        return [note for each in sorted(found) for note in found[each]]

    def trim(self, most_bytes: int) -> None:
        """Forget what was read first when there is too much: a quarter at once, so that this is seldom."""
        most = most_bytes // MEAN_BYTES
        if len(self.held) > most:
            held = list(self.held.items())
            self.held = dict(held[len(held) - most * 3 // 4 :])


class OutdatedError(Exception):
    """A query saw another data version than the one that was known, or found nothing that could tell."""


class Reader:
    """Runs short reads: on SQLite in the event loop on a connection of its own, on PostgreSQL in a thread.

    There each query is a message to the server and back. Where the data version is known a query runs by itself and tells the
    version it saw, so that a page is one message; else a transaction makes several of them one snapshot.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._local = engine.dialect.name == "sqlite"
        self._engine = engine if self._local else engine.execution_options(**ONE_SNAPSHOT)
        self._alone = None if self._local else engine.execution_options(isolation_level="AUTOCOMMIT")
        self._connection: Any = None
        self._compiled: dict[Any, tuple[str, Sequence[str], Mapping[str, Any]]] = {}
        self._deadline = 0.0
        sa.event.listen(engine, "engine_disposed", lambda _engine: self.close())

    async def run(self, read: Read, version: Version | None = None) -> Found | None:
        """What the read finds at one data version, this one if it is given; None when it is left to the route."""
        with suppress(BadRequestError, OutdatedError, sa.exc.SQLAlchemyError, self._engine.dialect.loaded_dbapi.Error):
            return self._run_here(read) if self._local else await run_sync(self._run_there, read, version)
        return None

    def close(self) -> None:
        """Give the connection back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _run_here(self, read: Read) -> Found | None:
        connection = self._connection or self._connect()
        self._deadline = time.monotonic() + MOST_SECONDS
        connection.execute("BEGIN")
        try:
            return read(self._execute)
        except BaseException:
            self.close()
            raise
        finally:
            if self._connection is not None:
                connection.execute("COMMIT")

    def _run_there(self, read: Read, version: Version | None) -> Found | None:
        if self._alone is not None and version is not None:
            try:
                with self._alone.connect() as connection:
                    return read(_telling(connection, version))
            except sa.exc.NotSupportedError:  # a server that cannot join a row of its own with those of others
                self._alone = None
        with self._engine.connect() as connection:
            return read(lambda select, values: connection.execute(select, dict(values)).all())

    def _connect(self) -> Any:
        borrowed = self._engine.raw_connection()
        self._connection = borrowed.driver_connection
        borrowed.detach()  # it is ours and takes no place in the pool
        self._connection.execute(f"PRAGMA mmap_size={MAPPED}")  # rows are read from the system's cache without copying pages
        self._connection.execute("PRAGMA busy_timeout=0")  # who would have to wait is left to the route
        self._connection.set_progress_handler(lambda: time.monotonic() > self._deadline, 10_000)
        return self._connection

    def _execute(self, select: sa.Select[Any], values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        """Run a select whose text is known already when one of its shape was run before."""
        known = self._compiled.get(select)
        if known is None:
            if len(self._compiled) > MOST_SHAPES:
                self._compiled.clear()
            compiled = select.compile(self._engine)
            known = self._compiled[select] = (str(compiled), compiled.positiontup or (), compiled.params)
        text, names, own = known
        rows: Sequence[Sequence[Any]] = self._connection.execute(
            text, [values[name] if name in values else own[name] for name in names]
        ).fetchall()
        return rows


def _telling(connection: sa.Connection, version: Version) -> Execute:
    """Runs queries without a transaction; each must have seen this version. Raises OutdatedError."""

    def execute(select: sa.Select[Any], values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        if select is NOW:
            return [version]
        rows = connection.execute(_with_version(select), dict(values)).all()
        if not rows or rows[0][-1] != version.number:
            raise OutdatedError
        return [row[:-1] for row in rows]

    return execute


@lru_cache(maxsize=MOST_SHAPES)
def _with_version(select: sa.Select[Any]) -> sa.Select[Any]:
    return select.add_columns(sa.select(DataVersion.version).scalar_subquery())
